"""The header Idempotency-Key (norme.md §1, §7)."""

import asyncio

import pytest
from builders.envois import a_convention, a_depot, to_json
from builders.fichiers import a_pdf
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio
CLE = {"Idempotency-Key": "essai-EXEMPLE-1"}


async def test_the_same_key_and_content_give_the_same_answer(serveur: Serveur) -> None:
    premier = await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)
    second = await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)
    assert second.content == premier.content
    assert "Idempotency-Replayed" not in premier.headers
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_the_answer_kept_is_given_even_when_the_dossier_has_moved_on(serveur: Serveur) -> None:
    premier = await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE dossier SET etat = 'ANNULE'")
    second = await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)
    assert second.json() == premier.json()
    assert await serveur.count("dossier") == 1


async def test_the_same_key_with_another_content_is_422_and_the_first_is_kept(serveur: Serveur) -> None:
    await serveur.cfa.post("/v2/dossiers", a_depot(0), CLE)
    autre = await serveur.cfa.post("/v2/dossiers", a_depot(1), CLE)
    assert autre.status_code == 422
    assert autre.json()["errors"][0]["code"] == "CLE_IDEMPOTENCE_DEJA_UTILISEE"
    assert await serveur.count("dossier") == 1
    assert (await serveur.cfa.post("/v2/dossiers", a_depot(0), CLE)).json()["numeroInterne"] == "1"


async def test_a_refusal_is_not_kept_so_that_it_can_be_corrected(serveur: Serveur) -> None:
    fautif = a_depot()
    del fautif["cerfa"]["apprenti"]["prenom"]
    assert (await serveur.cfa.post("/v2/dossiers", fautif, CLE)).status_code == 400
    assert await serveur.count("idempotence") == 0
    assert (await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)).status_code == 200


async def test_the_key_never_overrides_the_identity(serveur: Serveur) -> None:
    await serveur.cfa.post("/v2/dossiers", a_depot(), CLE)
    encore = await serveur.cfa.post("/v2/dossiers", a_depot(), {"Idempotency-Key": "essai-EXEMPLE-2"})
    assert encore.json()["numeroInterne"] == "1"
    autre = a_depot()
    autre["cerfa"]["employeur"]["nombreDeSalaries"] = 99
    refuse = await serveur.cfa.post("/v2/dossiers", autre, {"Idempotency-Key": "essai-EXEMPLE-3"})
    assert refuse.json()["errors"][0]["code"] == "DEPOT_DEJA_RECU"


async def test_the_key_of_one_cfa_is_not_that_of_another(serveur: Serveur) -> None:
    await serveur.cfa.post("/v2/dossiers", a_depot(0), CLE)
    autre = await serveur.autre.post("/v2/dossiers", a_depot(0, siret_cfa="12345678200010"), CLE)
    assert autre.json()["numeroInterne"] == "2"


async def test_fifty_calls_at_once_under_one_key_are_one(serveur: Serveur) -> None:
    reponses = await asyncio.gather(*(serveur.cfa.post("/v2/dossiers", a_depot(), CLE) for _ in range(50)))
    assert {(reponse.status_code, reponse.text) for reponse in reponses} == {(200, reponses[0].text)}
    assert sum("Idempotency-Replayed" not in reponse.headers for reponse in reponses) == 1


async def test_a_convention_under_the_same_key_is_recognised_whatever_its_boundary(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    pdf = a_pdf()
    premiere = await serveur.cfa.send("/v1/conventions", a_convention(numero), pdf, entetes=CLE)
    partie = {"convention": (None, to_json(a_convention(numero)))}
    seconde = await serveur.inconnu.post(
        "/v1/conventions",
        files={**partie, "fichier": ("convention.pdf", pdf, "application/pdf")},
        headers={**serveur.cfa.entetes, **CLE},
    )
    assert premiere.status_code == seconde.status_code == 200, seconde.text
    assert premiere.json() == seconde.json()
    autre = await serveur.cfa.send("/v1/conventions", a_convention(numero), a_pdf(pages=3), entetes=CLE)
    assert autre.status_code == 422


@pytest.mark.parametrize("cle", ["", "a" * 256, "deux mots", "tab\tulation"])
async def test_a_key_that_is_not_1_to_255_visible_characters_is_refused(serveur: Serveur, cle: str) -> None:
    reponse = await serveur.cfa.post("/v2/dossiers", a_depot(), {"Idempotency-Key": cle})
    assert reponse.status_code == 400
    assert reponse.json()["errors"][0]["code"] == "CLE_IDEMPOTENCE_INVALIDE"
    assert await serveur.count("dossier") == 0


async def test_a_key_of_255_characters_is_taken(serveur: Serveur) -> None:
    reponse = await serveur.cfa.post("/v2/dossiers", a_depot(), {"Idempotency-Key": "~" * 255})
    assert reponse.status_code == 200
