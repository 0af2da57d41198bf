"""Every page of the portals opens for those who may, says no in its own way to the others, and lies to nobody."""

import pytest
from builders.portail import a_visitor, connected
from builders.serveur import SIREN, Serveur

from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
PAGES = {
    Role.CFA_ADMINISTRATEUR: (
        "/mya/",
        "/mya/compte",
        "/mya/compte/identifiant",
        "/mya/dossiers",
        "/mya/accrochage",
        "/mya/demandes",
        "/mya/factures",
        "/mya/demandes/nouvelle",
        "/mya/demandes/nouvelle?type_demande=ACCROCHAGE",
    ),
    Role.EMPLOYEUR: ("/mya/", "/mya/dossiers", "/mya/demandes", "/mya/demandes/nouvelle"),
    Role.EDITEUR: ("/editeur/", "/editeur/secret", "/editeur/cfa", "/editeur/appels", "/editeur/remise/inconnu"),
    Role.OPCO_ADMINISTRATEUR: (
        "/instruction/",
        "/instruction/administration/",
        f"/instruction/administration/organisations/{SIREN}",
        "/instruction/administration/comptes",
        "/instruction/administration/editeurs",
        "/instruction/administration/editeurs/1",
        "/instruction/administration/demandes",
        "/instruction/administration/journal",
    ),
}


LIBRES = ("/mya/guide", "/mya/accessibilite", "/mya/mentions-legales", "/mya/donnees-personnelles", "/mya/connexion")


@pytest.mark.parametrize("chemin", LIBRES)
async def test_what_is_to_be_read_is_open_to_all(serveur: Serveur, chemin: str) -> None:
    assert (await a_visitor(serveur).visit(chemin)).status_code == 200
    if chemin != "/mya/connexion":
        assert (await (await connected(serveur, Role.OPCO_COMPTABLE)).visit(chemin)).status_code == 200
        assert (await (await connected(serveur, Role.CFA_LECTEUR)).visit(chemin)).status_code == 200


@pytest.mark.parametrize("role", PAGES)
async def test_every_page_opens_for_its_people(serveur: Serveur, role: Role) -> None:
    editeur = serveur.cfa.editeur.id if role is Role.EDITEUR else None
    visiteur = await connected(serveur, role, editeur=editeur)
    for chemin in PAGES[role]:
        page = await visiteur.visit(chemin)
        assert page.status_code == 200, (chemin, visiteur.texte[:300])
        assert page.url.path == chemin.partition("?")[0]
