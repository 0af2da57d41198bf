"""« Mon Compte » and the « identifiant API CFA », as people see them."""

import pytest
from builders.portail import a_visitor, connected
from builders.serveur import Serveur

from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio


async def test_a_cfa_reads_its_key_and_the_reading_leaves_a_trace(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit("/mya/compte")
    assert "Informations complémentaires pour les prestataires de formation initiale" in visiteur.texte
    assert serveur.cfa.cle not in visiteur.texte
    ((cle,),) = await serveur.fetch("SELECT id FROM cle_api WHERE siren = %s", serveur.cfa.siren)
    await visiteur.submit("/mya/compte/identifiant/lire", cle=str(cle))
    assert serveur.cfa.cle in visiteur.texte
    ((lues,),) = await serveur.fetch("SELECT count(*) FROM evenement WHERE type = 'CLE_LUE'")
    assert lues == 1


async def test_nobody_is_sent_to_the_connection_page(serveur: Serveur) -> None:
    visiteur = a_visitor(serveur)
    page = await visiteur.visit("/mya/compte")
    assert page.url.path == "/mya/connexion"
    assert "Nom d'utilisateur" in visiteur.texte
