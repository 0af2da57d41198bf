"""The same deposit gives the same numbers, another content is refused, a dead dossier frees its identity (norme §7)."""

import asyncio

import pytest
from builders.envois import a_depot, to_json
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio


async def test_the_same_deposit_again_gives_the_same_answer_and_says_so(serveur: Serveur) -> None:
    premier = await serveur.cfa.post("/v2/dossiers", a_depot())
    second = await serveur.cfa.post("/v1/dossiers", a_depot())
    assert second.status_code == 200
    assert second.json() == premier.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await serveur.count("dossier") == 1
    assert await serveur.fetch("SELECT type FROM evenement WHERE objet = 'DOSSIER'") == [("DOSSIER_DEPOSE",)]


async def test_the_sequence_does_not_move_on_a_replay(serveur: Serveur) -> None:
    await serveur.cfa.deposit(0)
    for _ in range(5):
        await serveur.cfa.deposit(0)
    autre = a_depot(0)
    autre["cerfa"]["maitre1"]["emploiOccupe"] = "Autre"
    assert (await serveur.cfa.post("/v2/dossiers", autre)).status_code == 400
    assert await serveur.last_number() == 1
    assert await serveur.cfa.deposit(1) == "2"


async def test_two_hundred_identical_deposits_at_once_give_one_dossier(serveur: Serveur) -> None:
    corps = to_json(a_depot())
    reponses = await asyncio.gather(*(serveur.cfa.post("/v2/dossiers", corps) for _ in range(200)))
    assert {reponse.status_code for reponse in reponses} == {200}
    assert {reponse.text for reponse in reponses} == {reponses[0].text}
    assert sum("Idempotency-Replayed" not in reponse.headers for reponse in reponses) == 1
    assert await serveur.count("dossier") == 1
    assert await serveur.last_number() == 1


async def test_two_hundred_distinct_deposits_at_once_give_two_hundred_numbers_without_gap(serveur: Serveur) -> None:
    reponses = await asyncio.gather(*(serveur.cfa.post("/v2/dossiers", a_depot(rang)) for rang in range(200)))
    numeros = sorted(int(reponse.json()["numeroInterne"]) for reponse in reponses)
    assert numeros == list(range(1, 201))
    for rang, reponse in enumerate(reponses[:20]):
        lu = await serveur.cfa.get("/v2/dossiers", params={"numeroInterne": reponse.json()["numeroInterne"]})
        assert lu.json()["cerfa"]["apprenti"]["nom"] == a_depot(rang)["cerfa"]["apprenti"]["nom"]


async def test_contradictory_deposits_at_once_give_one_dossier_and_refusals(serveur: Serveur) -> None:
    """Ten contents, ten times each, one identity: one content wins, its ten are one dossier, the ninety refused."""
    corps = []
    for rang in range(10):
        depot = a_depot()
        depot["cerfa"]["employeur"]["nombreDeSalaries"] = 100 + rang
        corps.append(to_json(depot))
    reponses = await asyncio.gather(*(serveur.cfa.post("/v2/dossiers", un) for _ in range(10) for un in corps))
    recus = [reponse for reponse in reponses if reponse.status_code == 200]
    assert len(recus) == 10
    assert {reponse.json()["numeroInterne"] for reponse in recus} == {"1"}
    assert {un.json()["errors"][0]["code"] for un in reponses if un.status_code != 200} == {"DEPOT_DEJA_RECU"}
    assert await serveur.count("dossier") == 1


async def test_another_content_is_refused_with_the_numbers_and_the_differences(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    avant = await serveur.counts()
    autre = a_depot()
    autre["cerfa"]["employeur"]["nombreDeSalaries"] = 13
    autre["cerfa"]["contrat"]["remunerationsAnnuelles"][1]["taux"] = 60
    reponse = await serveur.cfa.post("/v2/dossiers", autre)
    assert reponse.status_code == 400
    corps = reponse.json()
    assert (corps["numeroInterne"], corps["numeroExterne"]) == ("1", "CA-0000001")
    assert set(corps["differences"]) == {
        "cerfa.employeur.nombreDeSalaries",
        "cerfa.contrat.remunerationsAnnuelles[1].taux",
    }
    assert corps["errors"][0]["code"] == "DEPOT_DEJA_RECU"
    assert "CA-0000001" in corps["description"]
    assert "Annuler ce dépôt" in corps["description"]
    assert {un["champ"] for un in corps["errors"][1:]} == set(corps["differences"])
    assert await serveur.counts() == avant


async def test_a_difference_in_the_nir_is_named_and_never_quoted(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    autre = a_depot()
    autre["cerfa"]["apprenti"]["nir"] = "206057500100252"
    reponse = await serveur.cfa.post("/v2/dossiers", autre)
    assert reponse.json()["differences"] == ["cerfa.apprenti.nir"]
    assert "2060575" not in reponse.text


@pytest.mark.parametrize(
    ("etat", "conseil"),
    [
        ("EN_COURS_INSTRUCTION", "demande d'information"),
        ("ENGAGE", "avenant"),
        ("RUPTURE", "nouveau contrat"),
        ("SOLDE", "nouveau contrat"),
    ],
)
async def test_the_refusal_says_how_to_correct_in_each_state(serveur: Serveur, etat: str, conseil: str) -> None:
    await serveur.cfa.deposit()
    await _set_etat(serveur, 1, etat)
    autre = a_depot()
    autre["cerfa"]["employeur"]["nombreDeSalaries"] = 13
    assert conseil in (await serveur.cfa.post("/v2/dossiers", autre)).json()["description"]
    rejoue = await serveur.cfa.post("/v2/dossiers", a_depot())
    assert (rejoue.status_code, rejoue.json()["numeroInterne"]) == (200, "1")


@pytest.mark.parametrize("etat", ["REFUSE", "ANNULE"])
async def test_a_dead_dossier_frees_the_identity_and_is_linked_to_the_new_one(serveur: Serveur, etat: str) -> None:
    await serveur.cfa.deposit()
    await _set_etat(serveur, 1, etat)
    second = await serveur.cfa.post("/v2/dossiers", a_depot())
    assert second.json()["numeroExterne"] == "CA-0000002"
    assert "Idempotency-Replayed" not in second.headers
    assert await serveur.fetch("SELECT numero_interne, precedent FROM dossier ORDER BY 1") == [(1, None), (2, 1)]
    await _set_etat(serveur, 2, "ANNULE")
    await serveur.cfa.deposit()
    assert await serveur.fetch("SELECT precedent FROM dossier WHERE numero_interne = 3") == [(2,)]


@pytest.mark.parametrize(
    ("bloc", "membre", "valeur"),
    [
        ("apprenti", "nom", "exemple  à"),
        ("apprenti", "prenom", "CAMILLE"),
        ("apprenti", "prenom", "Camïlle"),
    ],
)
async def test_a_name_written_otherwise_is_the_same_identity(
    serveur: Serveur, bloc: str, membre: str, valeur: str
) -> None:
    """Case, accents and double spaces do not make another apprentice; they do make another content, or not."""
    await serveur.cfa.deposit()
    autre = a_depot()
    autre["cerfa"][bloc][membre] = valeur
    reponse = await serveur.cfa.post("/v2/dossiers", autre)
    assert reponse.json()["numeroInterne"] == "1"
    assert await serveur.count("dossier") == 1


async def test_the_same_contract_at_another_cfa_is_another_dossier(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    assert await serveur.autre.deposit() == "2"


async def test_a_body_of_which_only_the_state_differs_is_the_same_content(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    autre = a_depot()
    autre["cerfa"] |= {"etat": "ENGAGE", "commentaireEtat": "x", "membreInattendu": True}
    autre["cerfa"]["employeur"]["denomination"] = " ENTREPRISE FICTIVE  "
    reponse = await serveur.cfa.post("/v2/dossiers", autre)
    assert (reponse.status_code, reponse.headers.get("Idempotency-Replayed")) == (200, "true")


async def _set_etat(serveur: Serveur, numero: int, etat: str) -> None:
    async with serveur.database.connection() as conn:
        await conn.execute("UPDATE dossier SET etat = %s WHERE numero_interne = %s", (etat, numero))
