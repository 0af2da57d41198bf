"""Every route of the norm, called by everyone, its answers held against docs/openapi.json.

The calls come from the table of routes: a route that is added without an entry in `APPELS` fails here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from builders import envois, fichiers
from builders.factures.dossiers import a_certificat
from builders.factures.envoi import a_body, send_avoir, send_facture, set_iban, some_lignes
from builders.instruction import an_agent, an_engaged
from builders.serveur import OBLIGATOIRES, SIREN, SIREN_AUTRE, SIRET_AUTRE, Appelant, Serveur

from traitdunion.norme.openapi.exemples import RUPTURE
from traitdunion.norme.routes import ROUTES, Acces, Route

pytestmark = pytest.mark.anyio
OPENAPI: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent.parent / "docs" / "openapi.json").read_text(encoding="utf-8")
)
PDF = fichiers.a_pdf()
RANG_ENGAGE = 11


@dataclass(frozen=True)
class Objets:
    """What a CFA has deposited: its dossier and its document, `rang` the apprentice.

    `engage`: a dossier that is engaged; `facture`: the CFA's number of an invoice of it, `interne` ours.
    """

    appelant: Appelant
    dossier: str
    document: str
    rang: int
    siret: str | None
    engage: str = "424242"
    facture: str = "F-ABSENTE"
    interne: str = "424242"


@dataclass(frozen=True)
class Appel:
    """How to call a route about the objects of someone.

    `etranger`: what another CFA's call about these objects answers, as one about nothing.
    """

    requete: dict[str, Any]
    etranger: int


def _multipart(partie: str, message: Any) -> dict[str, Any]:
    corps = envois.multipart_body(envois.multipart_parts(partie, message, PDF))
    return {"content": corps, "headers": {"Content-Type": envois.MULTIPART}}


def _json(message: Any) -> dict[str, Any]:
    return {"content": envois.to_json(message), "headers": {"Content-Type": "application/json"}}


APPELS: dict[str, Callable[[Objets], Appel]] = {
    "jeton": lambda o: Appel(
        {
            "data": {
                "grant_type": "client_credentials",
                "client_id": o.appelant.editeur.client_id,
                "client_secret": o.appelant.editeur.client_secret,
            }
        },
        200,
    ),
    "statut": lambda o: Appel({}, 200),
    "cle": lambda o: Appel({"params": {"siren": o.appelant.siren, "XAPIKEY": o.appelant.cle}}, 200),
    "deposer_dossier": lambda o: Appel(_json(envois.a_depot(o.rang, siret_cfa=o.siret)), 403),
    "lire_dossier": lambda o: Appel({"params": {"numeroInterne": o.dossier}}, 404),
    "lire_etats_v1": lambda o: Appel({}, 200),
    "lire_etats_v2": lambda o: Appel({"params": {"numeroPage": "1"}}, 200),
    "lire_liste": lambda o: Appel({"params": {"numerosInternes": o.dossier}}, 200),
    "deposer_convention": lambda o: Appel(_multipart("convention", _convention(o)), 400),
    "deposer_document": lambda o: Appel(_multipart("infosFichier", envois.some_infos(o.dossier)), 400),
    "deposer_facture": lambda o: Appel(_multipart("facture", _facture(o)), 400),
    "lire_etats_factures": lambda o: Appel({"params": {"numeroPage": "1"}}, 200),
    "deposer_avoir": lambda o: Appel(_multipart("avoir", _avoir(o)), 400),
    "lire_etats_avoirs": lambda o: Appel({"params": {"numeroPage": "1"}}, 200),
    "deposer_certificat": lambda o: Appel(_multipart("certificat", _certificat(o)), 400),
    "declarer_rupture": lambda o: Appel(_json(RUPTURE | {"numeroInterneDossier": o.dossier}), 400),
    "lire_evenements": lambda o: Appel({"params": {"limite": "10"}}, 200),
    "controler": lambda o: Appel(_json(envois.a_depot(o.rang, siret_cfa=o.siret)), 200),
    "lire_recepisse": lambda o: Appel({"identifiant": f"d-{o.dossier}"}, 404),
    "lire_document": lambda o: Appel({"numero_interne_document": o.document}, 404),
}


def _convention(objets: Objets) -> dict[str, Any]:
    convention = envois.a_convention(objets.dossier, objets.rang)
    if objets.siret is not None:
        convention["organismeFormation"]["siret"] = objets.siret
    return convention


def _facture(objets: Objets) -> dict[str, Any]:
    return a_body(some_lignes(int(objets.engage), (1, "PEDAGOGIE", 100_000)), numero="F-ROUTE")


def _avoir(objets: Objets) -> dict[str, Any]:
    lignes = some_lignes(int(objets.engage), (1, "PEDAGOGIE", 1_000), signe=-1)
    return a_body(lignes, numero="A-ROUTE", numeroFactureOrigine=objets.facture)


def _certificat(objets: Objets) -> dict[str, Any]:
    return a_certificat(int(objets.engage), 1, rang=RANG_ENGAGE, numeroInterneFacture=objets.interne)


CAS = [
    pytest.param(route, version, chemin, id=f"{route.methode} {chemin}")
    for route in ROUTES
    for version, chemin in zip(route.versions, route.paths(), strict=True)
]
PROTEGES = [cas for cas in CAS if cas.values[0].acces in (Acces.JETON, Acces.JETON_ET_CLE)]  # type: ignore[union-attr]
A_CLE = [cas for cas in CAS if cas.values[0].acces is Acces.JETON_ET_CLE]  # type: ignore[union-attr]


@pytest.fixture(scope="module")
async def miens(serveur: Serveur) -> Objets:
    """What the first CFA has deposited: an invoice and a credit note too, so that their states have a row."""
    deposes = await _deposit(serveur.cfa, 1, None)
    await set_iban(serveur)
    engage = await an_engaged(serveur, await an_agent(serveur), RANG_ENGAGE)
    envoyee = await send_facture(serveur, engage, (1, "PEDAGOGIE", 50_000), numero="F-CONTRAT")
    assert envoyee.status_code == 200, envoyee.text
    avoir = await send_avoir(serveur, engage, (1, "PEDAGOGIE", 1_000), origine="F-CONTRAT", numero="A-CONTRAT")
    assert avoir.status_code == 200, avoir.text
    interne = envoyee.json()["numeroInterneFacture"]
    return replace(deposes, engage=str(engage), facture="F-CONTRAT", interne=interne)


@pytest.fixture(scope="module")
async def siens(serveur: Serveur) -> Objets:
    """What the other one has."""
    return await _deposit(serveur.autre, 2, SIRET_AUTRE)


async def _deposit(appelant: Appelant, rang: int, siret: str | None) -> Objets:
    objets = Objets(appelant, await appelant.deposit(rang), "", rang, siret)
    reponse = await appelant.send("/v1/conventions", _convention(objets), PDF)
    assert reponse.status_code == 200, reponse.text
    return replace(objets, document=reponse.json()["numeroInterneDocument"])


async def _call(client: httpx.AsyncClient, route: Route, chemin: str, objets: Objets, **entetes: str) -> httpx.Response:
    requete = dict(APPELS[route.nom](objets).requete)
    for accolade in ("identifiant", "numero_interne_document"):
        chemin = chemin.replace(f"{{{accolade}}}", str(requete.pop(accolade, "")))
    requete["headers"] = {**requete.get("headers", {}), **entetes}
    return await client.request(route.methode, chemin, **requete)


def test_every_route_of_the_norm_has_a_call_here() -> None:
    assert set(APPELS) == {route.nom for route in ROUTES}


def test_every_route_is_in_the_committed_document_and_nothing_else() -> None:
    decrites = {(chemin, methode) for chemin, methodes in OPENAPI["paths"].items() for methode in methodes}
    assert decrites == {(chemin, route.methode.lower()) for route in ROUTES for chemin in route.paths()}


@pytest.mark.parametrize(("route", "version", "chemin"), PROTEGES)
async def test_nobody_gets_401(serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str) -> None:
    for entetes in ({}, {"Authorization": "Bearer EXEMPLE"}, {"X-API-KEY": miens.appelant.cle}):
        reponse = await _call(serveur.inconnu, route, chemin, miens, **OBLIGATOIRES, **entetes)
        assert reponse.status_code == 401
        check_answer(route, chemin, reponse)


@pytest.mark.parametrize(("route", "version", "chemin"), PROTEGES)
async def test_without_the_mandatory_headers_it_is_400(
    serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str
) -> None:
    reponse = await _call(serveur.inconnu, route, chemin, miens)
    assert reponse.status_code == 400
    check_answer(route, chemin, reponse)


@pytest.mark.parametrize(("route", "version", "chemin"), A_CLE)
async def test_a_token_without_key_gets_403(
    serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str
) -> None:
    porteur = {**OBLIGATOIRES, "Authorization": f"Bearer {miens.appelant.jeton}"}
    for cle in ({}, {"X-API-KEY": "test_tdu_EXEMPLE"}):
        reponse = await _call(serveur.inconnu, route, chemin, miens, **porteur, **cle)
        assert reponse.status_code == 403
        check_answer(route, chemin, reponse)


@pytest.mark.parametrize(("route", "version", "chemin"), A_CLE)
async def test_another_cfa_sees_nothing_of_ours(
    serveur: Serveur, miens: Objets, siens: Objets, route: Route, version: str, chemin: str
) -> None:
    """An object of another answers exactly as one that does not exist (norme.md §4)."""
    attendu = APPELS[route.nom](miens).etranger
    reponse = await _call(serveur.inconnu, route, chemin, miens, **siens.appelant.entetes)
    assert reponse.status_code == attendu, reponse.text
    check_answer(route, chemin, reponse)
    absents = replace(
        miens, dossier="424242", document="424242", engage="424242", facture="F-ABSENTE", interne="424242"
    )
    rien = await _call(serveur.inconnu, route, chemin, absents, **siens.appelant.entetes)
    assert _without_reference(reponse) == _without_reference(rien)
    if route.nom not in ("controler", "deposer_dossier"):
        numeros = [f'"{nom}":"{miens.dossier}"' for nom in ("numeroInterne", "numeroInterneDossier")]
        assert not any(numero in reponse.text for numero in numeros)


def _without_reference(reponse: httpx.Response) -> Any:
    corps = reponse.json()
    return {**corps, "instance": ""} if isinstance(corps, dict) else corps


@pytest.mark.parametrize(("route", "version", "chemin"), CAS)
async def test_its_own_cfa_gets_200(serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str) -> None:
    entetes = {} if route.acces in (Acces.LIBRE, Acces.CLIENT) else miens.appelant.entetes
    reponse = await _call(serveur.inconnu, route, chemin, miens, **entetes)
    assert reponse.status_code == 200, reponse.text
    check_answer(route, chemin, reponse)


@pytest.mark.parametrize(("route", "version", "chemin"), [cas for cas in CAS if cas.values[0].conditionnel])  # type: ignore[union-attr]
async def test_a_conditional_route_answers_304(
    serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str
) -> None:
    reponse = await _call(serveur.inconnu, route, chemin, miens, **miens.appelant.entetes)
    connue = {"If-None-Match": reponse.headers["etag"]}
    encore = await _call(serveur.inconnu, route, chemin, miens, **miens.appelant.entetes, **connue)
    assert encore.status_code == 304
    check_answer(route, chemin, encore)


@pytest.mark.parametrize(
    ("route", "version", "chemin"),
    [cas for cas in A_CLE if cas.values[0].corps or cas.values[0].multipart],  # type: ignore[union-attr]
)
@pytest.mark.parametrize("corps", [b"", b"{}", b'{"cerfa":{}}', b"[1", b"\0"])
async def test_a_wrong_body_is_answered_as_documented(
    serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str, corps: bytes
) -> None:
    entetes = dict(miens.appelant.entetes)
    envoi = corps
    if route.multipart is not None:
        entetes["Content-Type"] = envois.MULTIPART
        envoi = envois.multipart_body(envois.multipart_parts(route.multipart.partie, corps, PDF))
    reponse = await serveur.inconnu.request(route.methode, chemin, content=envoi, headers=entetes)
    assert reponse.status_code == (200 if route.corps_libre and corps.startswith(b"{") else 400)
    check_answer(route, chemin, reponse)


@pytest.mark.parametrize(("route", "version", "chemin"), CAS)
async def test_another_method_is_405_with_the_error_body(
    serveur: Serveur, miens: Objets, route: Route, version: str, chemin: str
) -> None:
    reponse = await serveur.inconnu.delete(chemin.replace("{", "").replace("}", ""), headers=miens.appelant.entetes)
    assert reponse.status_code == 405
    _validate(reponse.json(), {"$ref": "#/components/schemas/CorpsErreur"})


async def test_the_lists_hold_one_siren_only(serveur: Serveur, miens: Objets, siens: Objets) -> None:
    for objets, siren in ((miens, SIREN), (siens, SIREN_AUTRE)):
        assert objets.appelant.siren == siren
        etats = (await objets.appelant.get("/v1/dossiers/etats")).json()
        engages = [objets.engage] if objets is miens else []
        assert [etat["numeroInterne"] for etat in etats] == [objets.dossier, *engages]


async def test_the_states_of_factures_hold_one_siren_only(serveur: Serveur, miens: Objets, siens: Objets) -> None:
    for chemin in ("/v2/factures/etats", "/v2/avoirs/etats"):
        assert (await miens.appelant.get(chemin)).json()["total"] >= 1
        assert (await siens.appelant.get(chemin)).json()["total"] == 0


def check_answer(route: Route, chemin: str, reponse: httpx.Response) -> None:
    """Hold an answer against the committed document: status, type, headers, body."""
    reponses = OPENAPI["paths"][chemin][route.methode.lower()]["responses"]
    assert str(reponse.status_code) in reponses, f"status {reponse.status_code} is not documented: {reponse.text}"
    decrite = _resolve(reponses[str(reponse.status_code)])
    for nom, entete in decrite.get("headers", {}).items():
        if nom.lower() in reponse.headers:
            _validate(reponse.headers[nom], entete["schema"])
    assert "x-request-id" in reponse.headers
    if "content" not in decrite:
        assert reponse.content == b""
        return
    type_contenu = reponse.headers["content-type"].partition(";")[0]
    assert type_contenu in decrite["content"], type_contenu
    if "json" in type_contenu:
        _validate(reponse.json(), decrite["content"][type_contenu]["schema"])


def _resolve(noeud: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in noeud:
        return noeud
    cible: Any = OPENAPI
    for morceau in noeud["$ref"].removeprefix("#/").split("/"):
        cible = cible[morceau]
    return dict(cible)


def _validate(valeur: Any, schema: dict[str, Any]) -> None:
    complet = {**schema, "components": OPENAPI["components"]}
    jsonschema.Draft202012Validator(complet).validate(valeur)
