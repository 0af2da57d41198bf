"""What is the same for every route: headers, credentials, paths, methods, error bodies (norme.md §4, §5)."""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from builders.envois import a_depot
from builders.serveur import OBLIGATOIRES, SIREN, SIREN_AUTRE, Serveur

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("absents", [["EDITEUR"], ["LOGICIEL"], ["VERSION"], ["EDITEUR", "LOGICIEL", "VERSION"]])
@pytest.mark.parametrize("valeur", [None, "", "  "])
async def test_each_missing_header_is_named(serveur: Serveur, absents: list[str], valeur: str | None) -> None:
    entetes = {nom: un for nom, un in serveur.cfa.entetes.items() if nom not in absents}
    entetes |= {nom: valeur for nom in absents if valeur is not None}
    reponse = await serveur.inconnu.get("/v1/dossiers/etats", headers=entetes)
    assert reponse.status_code == 400
    erreurs = reponse.json()["errors"]
    assert [(un["code"], un["champ"]) for un in erreurs] == [("EN_TETE_MANQUANT", nom) for nom in absents]


@pytest.mark.parametrize("chemin", ["/V1/Dossiers/ETATS", "/v1/DOSSIERS/etats", "/v1/dossiers/etats"])
async def test_paths_are_matched_whatever_their_case(serveur: Serveur, chemin: str) -> None:
    assert (await serveur.cfa.get(chemin)).status_code == 200


async def test_the_token_endpoint_and_the_extensions_too(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    assert (await serveur.cfa.get(f"/V2/Recepisses/D-{numero}")).status_code == 200
    assert (await serveur.inconnu.post("/OAuth2/Token", data={"grant_type": "x"})).status_code in (400, 401)
    assert (await serveur.cfa.post("/V2/Dossiers/Controle", a_depot(3))).status_code == 200


@pytest.mark.parametrize(
    "chemin",
    [
        "/v3/dossiers",
        "/v1/dossier",
        "/v1/dossiers/",
        "//v1/dossiers",
        "/v1//dossiers",
        "/v1/dossiers/etats/1",
        "/v1/cfakeyinfo",
        "/v1/dossiers/controle",
        "/v2/recepisses",
        "/v2/recepisses/",
        "/v2/recepisses/a/b",
        "/v2/documents/1/2",
        "/v1/recepisses/d-1",
        "/oauth2/token/",
        "/v1/%64ossiers/%00",
        "/v2/recepisses/../dossiers",
        "/.env",
    ],
)
async def test_an_unknown_path_answers_the_error_body_of_the_norm(serveur: Serveur, chemin: str) -> None:
    dits: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        dits.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    await serveur.call("GET", unquote(chemin), serveur.cfa.entetes, receive=receive, send=send)
    assert dits[0]["status"] == 404
    assert dict(dits[0]["headers"])[b"content-type"] == b"application/json"
    _check_body(json.loads(b"".join(un.get("body", b"") for un in dits[1:])), 404, "ROUTE_INCONNUE")


@pytest.mark.parametrize(
    ("methode", "chemin", "admises"),
    [
        ("DELETE", "/v1/dossiers", "GET, POST"),
        ("PUT", "/v2/dossiers", "GET, POST"),
        ("GET", "/v1/conventions", "POST"),
        ("PATCH", "/v2/recepisses/d-1", "GET"),
        ("GET", "/oauth2/token", "POST"),
        ("POST", "/livez", "GET"),
        ("TRACE", "/v1/dossiers/etats", "GET"),
        ("HELLO", "/v1/status", "GET"),
    ],
)
async def test_a_method_that_is_not_admitted_is_405_with_those_that_are(
    serveur: Serveur, methode: str, chemin: str, admises: str
) -> None:
    reponse = await serveur.inconnu.request(methode, chemin, headers=serveur.cfa.entetes)
    assert reponse.headers["allow"] == admises
    _check_body(reponse.json(), 405, "METHODE_NON_AUTORISEE")
    assert reponse.status_code == 405


async def test_accept_problem_json_gives_the_same_body_under_that_type(serveur: Serveur) -> None:
    for chemin in ("/v1/dossiers?numeroInterne=9", "/inconnu"):
        simple = await serveur.cfa.get(chemin)
        probleme = await serveur.cfa.get(chemin, {"Accept": "text/html, application/problem+json"})
        assert simple.headers["content-type"] == "application/json"
        assert probleme.headers["content-type"] == "application/problem+json"
        assert {**probleme.json(), "instance": ""} == {**simple.json(), "instance": ""}
        corps = probleme.json()
        assert {"type", "title", "status", "detail", "instance"} <= set(corps)
        assert corps["status"] == probleme.status_code == 404


async def test_the_reference_of_the_body_is_that_of_the_header(serveur: Serveur) -> None:
    reponse = await serveur.cfa.get("/v1/dossiers?numeroInterne=9")
    assert reponse.json()["instance"] == f"urn:requete:{reponse.headers['x-request-id']}"


@pytest.mark.parametrize(
    ("entetes", "statut", "code"),
    [
        ({"Authorization": ""}, 401, "JETON_ABSENT"),
        ({"Authorization": "Bearer"}, 401, "JETON_ABSENT"),
        ({"Authorization": "Basic YTpi"}, 401, "JETON_ABSENT"),
        ({"Authorization": "Bearer inconnu"}, 401, "JETON_INVALIDE"),
        ({"Authorization": "Bearer " + "a" * 9_000}, 401, "JETON_INVALIDE"),
        ({"X-API-KEY": ""}, 403, "CLE_ABSENTE"),
        ({"X-API-KEY": "inconnue"}, 403, "CLE_INCONNUE"),
        ({"X-API-KEY": "test_tdu_inconnue"}, 403, "CLE_MAL_RECOPIEE"),
    ],
)
async def test_what_is_wrong_with_the_credentials_has_its_own_code(
    serveur: Serveur, entetes: dict[str, str], statut: int, code: str
) -> None:
    reponse = await serveur.cfa.get("/v1/dossiers/etats", entetes)
    assert reponse.status_code == statut
    _check_body(reponse.json(), statut, code)
    assert not [un for un in entetes.values() if len(un) > 10 and un in reponse.text]
    if statut == 401:
        assert reponse.headers["www-authenticate"].startswith(("Bearer", "DPoP"))


async def test_nothing_is_stored_without_credentials(serveur: Serveur) -> None:
    avant = await serveur.counts()
    for entetes in (OBLIGATOIRES, {**serveur.cfa.entetes, "X-API-KEY": ""}):
        assert (await serveur.inconnu.post("/v2/dossiers", json=a_depot(), headers=entetes)).status_code in (401, 403)
    assert await serveur.counts() == avant


async def test_an_api_key_is_judged_for_its_siren_only(serveur: Serveur) -> None:
    bonne = {"siren": SIREN, "XAPIKEY": serveur.cfa.cle}
    reponse = await serveur.cfa.get("/v2/cfakeyinfo", {"X-API-KEY": ""}, params=bonne)
    assert reponse.json()["status"] == "success"
    assert reponse.json()["dateFinValidite"] == "2027-09-05"
    autre = await serveur.cfa.get("/v2/cfakeyinfo", params={"siren": SIREN_AUTRE, "XAPIKEY": serveur.cfa.cle})
    inconnue = await serveur.cfa.get("/v2/cfakeyinfo", params={"siren": SIREN, "XAPIKEY": "rien"})
    assert autre.status_code == inconnue.status_code == 200
    assert autre.json() == inconnue.json()
    assert autre.json()["status"] == "error"


@pytest.mark.parametrize("chemin", ["/livez", "/readyz", "/version", "/metrics", "/openapi.json", "/docs"])
async def test_the_operator_and_the_reader_need_no_credentials(serveur: Serveur, chemin: str) -> None:
    reponse = await serveur.inconnu.get(chemin)
    assert reponse.status_code == 200
    assert reponse.content


async def test_no_metric_holds_a_query_string_nor_an_unknown_path(serveur: Serveur) -> None:
    await serveur.cfa.get("/v2/cfakeyinfo", params={"siren": SIREN, "XAPIKEY": serveur.cfa.cle})
    await serveur.cfa.get("/v2/recepisses/d-424242")
    await serveur.cfa.get("/chemin-EXEMPLE-inconnu")
    texte = (await serveur.inconnu.get("/metrics")).text
    assert "/v2/recepisses/{identifiant}" in texte
    for fuite in (serveur.cfa.cle, "424242", "EXEMPLE", serveur.cfa.jeton):
        assert fuite not in texte


async def test_a_fault_of_ours_is_a_500_with_a_reference_and_tells_nothing_of_the_inside(serveur: Serveur) -> None:
    async with serveur.database.connection() as conn:
        await conn.execute("ALTER TABLE depot RENAME TO parti")
    reponse = await serveur.cfa.get("/v1/dossiers?numeroInterne=1")
    assert reponse.status_code == 500, "a fault of ours, told as such"
    _check_body(reponse.json(), 500, "ERREUR_INTERNE")
    assert "parti" not in reponse.text
    assert "depot" not in reponse.text.replace("dépôt", "")


def _check_body(corps: dict[str, Any], statut: int, code: str) -> None:
    assert corps["description"]
    assert corps["status"] == statut
    assert corps["errors"][0]["code"] == code
    assert corps["errors"][0]["description"]
