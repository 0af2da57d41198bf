"""Accrochage, the editor being ready: the list, the choice, its confirmation, and who may."""

import asyncio

import pytest
from builders.portail import connected
from builders.serveur import SIREN, SIRET, Serveur

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio

LISTE = "/mya/accrochage"


async def _a_ready_software(serveur: Serveur, *, nom: str = "PRÊT FICTIF", **dits: str) -> int:
    """A software that speaks the norm, of an editor not connected to anybody; its number."""
    editeur = await serveur.portail.raccordement.create_editeur(nom)
    return await serveur.portail.logiciels.create(editeur.id, f"Logiciel {nom}", pret=True, par="essai", **dits)


async def _etats(serveur: Serveur) -> list[str]:
    lignes = await serveur.fetch(
        "SELECT a.etat FROM accrochage a JOIN editeur e ON e.id = a.editeur "
        "WHERE a.siren = %s AND e.nom = 'PRÊT FICTIF'",
        SIREN,
    )
    return [etat for (etat,) in lignes]


async def test_the_cfa_picks_its_software_confirms_and_reads_that_it_waits(serveur: Serveur) -> None:
    numero = await _a_ready_software(serveur, versions="4.2 et suivantes", page_contact="https://pret.example/contact")
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    page = await cfa.visit(LISTE)
    assert "4.2 et suivantes" in cfa.texte
    assert 'href="https://pret.example/contact"' in page.text
    assert f'<dialog id="confirmer-{numero}"' in page.text
    await cfa.visit(f"{LISTE}/{numero}")
    assert "Raccorder Logiciel PRÊT FICTIF" in cfa.texte
    await cfa.submit(f"{LISTE}/{numero}")
    assert "en attente de première transmission" in cfa.texte
    assert "déjà raccordé" in cfa.texte
    assert await _etats(serveur) == ["EN_ATTENTE"]
    await cfa.visit("/mya/compte")
    assert "PRÊT FICTIF" in cfa.texte
    assert "n attente de première transmission" in cfa.texte


async def test_a_dossier_sent_makes_it_effectif(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    cfa = await connected(serveur, Role.CFA_LECTEUR)
    await cfa.visit(LISTE)
    assert "ÉDITEUR FICTIF effectif" in cfa.texte.lower().replace("éditeur fictif", "ÉDITEUR FICTIF")


async def test_two_confirmations_at_once_open_one_accrochage(serveur: Serveur) -> None:
    numero = await _a_ready_software(serveur)
    gens = [await connected(serveur, role) for role in (Role.CFA_GESTIONNAIRE, Role.CFA_ADMINISTRATEUR)]
    for un in gens:
        await un.visit(f"{LISTE}/{numero}")
    pages = await asyncio.gather(*(un.submit(f"{LISTE}/{numero}") for un in gens))
    assert sorted(page.status_code for page in pages) == [200, 400]
    assert any("Cet éditeur et ce CFA sont déjà accrochés." in un.texte for un in gens)
    assert await _etats(serveur) == ["EN_ATTENTE"]


async def test_a_reader_reads_the_list_and_confirms_nothing(serveur: Serveur) -> None:
    numero = await _a_ready_software(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await lecteur.visit(LISTE)
    assert "par un administrateur ou un gestionnaire" in lecteur.texte
    assert "<dialog" not in page.text
    assert (await lecteur.visit(f"{LISTE}/{numero}")).status_code == 403
    assert (await lecteur.post(f"{LISTE}/{numero}")).status_code == 403
    assert await _etats(serveur) == []


async def test_a_software_not_ready_or_of_a_suspended_editor_is_as_absent_as_none(serveur: Serveur) -> None:
    pas_pret, suspendu = await _a_ready_software(serveur), await _a_ready_software(serveur, nom="SUSPENDU FICTIF")
    await serveur.execute("UPDATE logiciel SET pret = false WHERE id = %s", pas_pret)
    await serveur.execute("UPDATE editeur SET actif = false WHERE nom = 'SUSPENDU FICTIF'")
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await cfa.visit(LISTE)
    assert "Aucun logiciel n'est encore déclaré prêt." in cfa.texte
    nulle = await cfa.visit(f"{LISTE}/999")
    for numero in (pas_pret, suspendu):
        page = await cfa.visit(f"{LISTE}/{numero}")
        assert (page.status_code, page.text) == (404, nulle.text)
        assert (await cfa.post(f"{LISTE}/{numero}")).status_code == 404
    assert await _etats(serveur) == []


async def test_a_software_not_in_the_list_leads_to_a_request_filled_beforehand(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    page = await cfa.visit(LISTE)
    assert 'href="/mya/demandes/nouvelle?type_demande=ACCROCHAGE"' in page.text
    page = await cfa.visit("/mya/demandes/nouvelle?type_demande=ACCROCHAGE")
    assert SIRET in page.text
    assert f"CFA FICTIF {SIRET[:3]}" in page.text


async def test_the_cfa_s_own_organisation_may_be_its_editor(serveur: Serveur) -> None:
    await _a_ready_software(serveur, nom=f"CFA FICTIF {SIRET[:3]}")
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await cfa.visit(LISTE)
    assert f"Choisir Logiciel CFA FICTIF {SIRET[:3]}" in cfa.texte


@pytest.mark.parametrize(
    "page",
    ["javascript:alert(1)", "http://pret.example", 'https://pret.example/"onclick=', "https://prêt.example", "x" * 300],
)
async def test_a_contact_page_is_an_address_of_the_web_or_nothing(serveur: Serveur, page: str) -> None:
    with pytest.raises(ActeRefuse, match="page de contact"):
        await _a_ready_software(serveur, page_contact=page)
    assert await serveur.count("logiciel") == 0
