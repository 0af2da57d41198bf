"""Refusals that depend on what the database already holds: other content, unknown dossier, series at its end."""

import pytest
from builders import fichiers
from builders.envois import a_convention, a_depot
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio


async def test_each_field_that_differs_is_named_without_its_value(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    autre = a_depot(salaireEmbauche=999.99, lieuSignatureContrat="Ville inventée")
    reponse = await serveur.cfa.post("/v1/dossiers", autre)
    assert reponse.status_code == 400
    codes = {un["champ"]: un["code"] for un in reponse.json()["errors"]}
    assert codes == {
        "cerfa": "DEPOT_DEJA_RECU",
        "cerfa.contrat.lieuSignatureContrat": "CHAMP_DIFFERENT",
        "cerfa.contrat.salaireEmbauche": "CHAMP_DIFFERENT",
    }
    assert "inventée" not in reponse.text


async def test_a_convention_for_a_number_that_nobody_has_says_so(serveur: Serveur) -> None:
    reponse = await serveur.cfa.send("/v1/conventions", a_convention("999"), fichiers.a_pdf())
    assert reponse.status_code == 400
    assert [un["code"] for un in reponse.json()["errors"]] == ["OBJET_INCONNU"]


async def test_once_the_series_is_used_up_deposits_are_refused_and_replays_still_answered(serveur: Serveur) -> None:
    await serveur.fetch("SELECT setval('dossier_numero', 9999998)")
    dernier = await serveur.cfa.post("/v2/dossiers", a_depot())
    assert dernier.json()["numeroExterne"] == "CA-9999999"
    refuse = await serveur.cfa.post("/v2/dossiers", a_depot(1))
    assert refuse.status_code == 503
    assert refuse.json()["errors"][0]["code"] == "NUMEROS_EPUISES"
    rejoue = await serveur.cfa.post("/v2/dossiers", a_depot())
    assert rejoue.json()["numeroExterne"] == "CA-9999999"
    assert await serveur.count("dossier") == 1
