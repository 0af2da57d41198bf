"""The SDK against an OPCO of paper: tokens, three ends of a send, reads."""

import json
import logging
from collections.abc import Iterator
from urllib.parse import parse_qs

import httpx
import pytest
import stamina
from builders.opco_factice import CLE, CLIENT_ID, SECRET, OpcoFactice, a_profil, basic, brut, coupure, refus

from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.errors import (
    AccessRefused,
    AuthenticationRefused,
    NotFound,
    NotSent,
    QuotaReached,
    Refused,
    ReponsePerdue,
    Unavailable,
)
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat, DepotDossier, Employeur
from traitdunion.norme.messages.convention import Convention

CORPS = (
    b'{"cerfa":{"employeur":{"siret":"35600000000048"},"apprenti":{"nom":"EXEMPLE"},"contrat":{"typeContratApp":"11"}}}'
)
AUTRE = CORPS.replace(b"EXEMPLE", b"FICTIF")
DEPOT = DepotDossier(
    cerfa=Cerfa(
        employeur=Employeur(siret="35600000000048"),
        apprenti=Apprenti(nom="Exemple"),
        contrat=Contrat(type_contrat_app="11"),
    )
)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.fixture
def opco() -> OpcoFactice:
    return OpcoFactice()


@pytest.fixture
def client(opco: OpcoFactice) -> Iterator[ClientCfa]:
    with ClientCfa(a_profil(), transport=opco.transport) as ouvert:
        yield ouvert


# Tokens


def test_a_token_is_asked_once_with_basic_and_serves_every_call(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(CORPS)
    client.status()
    assert opco.jetons == ["jeton-1"]
    demande = opco.vues[0]
    assert basic(demande) == (CLIENT_ID, SECRET.replace("/", "%2F"))
    assert parse_qs(demande.read().decode()) == {"grant_type": ["client_credentials"]}


def test_the_scope_is_sent_when_the_profile_has_one(opco: OpcoFactice) -> None:
    with ClientCfa(a_profil(scope="api.read api.write"), transport=opco.transport) as client:
        client.status()
    assert parse_qs(opco.vues[0].read().decode())["scope"] == ["api.read api.write"]


@pytest.mark.parametrize(("ecoule_s", "jetons"), [(79.0, 1), (80.0, 2)])
def test_a_token_is_renewed_at_80_percent_of_its_life(ecoule_s: float, jetons: int) -> None:
    opco, heure = OpcoFactice(expires_in=100), [0.0]
    with ClientCfa(a_profil(), transport=opco.transport, monotonic=lambda: heure[0]) as client:
        client.status()
        heure[0] = ecoule_s
        client.status()
    assert len(opco.jetons) == jetons


def test_a_401_renews_the_token_once_and_sends_again(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [refus(401, "JETON_EXPIRE")]
    assert client.deposit(CORPS).numero_externe == "CA-0000001"
    assert (len(opco.jetons), len(opco.depots)) == (2, 1)


def test_a_second_401_is_a_refusal_of_access(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [refus(401, "JETON_EXPIRE"), refus(401, "JETON_EXPIRE")]
    with pytest.raises(AuthenticationRefused) as erreur:
        client.deposit(CORPS)
    assert erreur.value.code == "JETON_EXPIRE"
    assert len(opco.jetons) == 2


def test_a_wrong_secret_is_said_as_such_even_when_answered_400(opco: OpcoFactice, client: ClientCfa) -> None:
    opco.jeton_refuse = httpx.Response(400, json={"error": "invalid_client", "error_description": "Client inconnu."})
    with pytest.raises(AuthenticationRefused, match="Client inconnu"):
        client.deposit(CORPS)


@pytest.mark.parametrize("reponse", [b"", b"[]", b'{"expires_in": 3600}', b'{"access_token": 3}'])
def test_an_answer_without_token_is_a_refusal_of_access(opco: OpcoFactice, client: ClientCfa, reponse: bytes) -> None:
    opco.jeton_refuse = httpx.Response(200, content=reponse)
    with pytest.raises(AuthenticationRefused):
        client.status()


def test_a_token_service_that_is_down_means_nothing_was_sent(opco: OpcoFactice, client: ClientCfa) -> None:
    opco.jeton_refuse = httpx.Response(503)
    with pytest.raises(NotSent):
        client.deposit(CORPS)
    assert opco.depots == []


# Deposits


def test_every_call_carries_the_mandatory_headers(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(CORPS)
    (vue,) = opco.calls("POST", "/v2/dossiers")
    assert vue.headers["X-API-KEY"] == CLE
    assert all(vue.headers[nom] for nom in ("EDITEUR", "LOGICIEL", "VERSION"))
    assert vue.headers["Content-Type"] == "application/json"
    assert "Idempotency-Key" not in vue.headers


def test_bytes_are_deposited_as_they_are(client: ClientCfa, opco: OpcoFactice) -> None:
    accuse = client.deposit(CORPS)
    assert opco.depots == [CORPS]
    assert (accuse.numero_interne, accuse.numero_externe, accuse.recepisse) == ("1", "CA-0000001", "d-1")


def test_a_message_is_written_as_the_norm_writes_it(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(DEPOT)
    assert json.loads(opco.depots[0])["cerfa"]["apprenti"] == {"nom": "Exemple"}


def test_a_convention_goes_with_its_two_parts(client: ClientCfa, opco: OpcoFactice) -> None:
    accuse = client.deposit_convention(Convention(numero_interne_dossier="1"), Fichier("c.pdf", b"%PDF-octets"))
    corps = opco.conventions[0]
    assert accuse.numero_interne_document == "1"
    assert b'name="convention"' in corps
    assert b'{"numeroInterneDossier":"1"}' in corps
    assert b'name="fichier"; filename="c.pdf"' in corps
    assert b"%PDF-octets" in corps


def test_a_document_goes_with_its_two_parts(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit_document(b'{"typeFichier":"MANDAT"}', Fichier("m.png", b"octets", "image/png"))
    assert b'name="infosFichier"' in opco.conventions[0]
    assert b"Content-Type: image/png" in opco.conventions[0]


def test_a_refusal_tells_code_field_and_reference(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [refus(400, "SIRET_INVALIDE", "AGE_INSUFFISANT")]
    with pytest.raises(Refused) as erreur:
        client.deposit(CORPS)
    assert (erreur.value.code, erreur.value.champ, erreur.value.statut) == ("SIRET_INVALIDE", "cerfa.apprenti.nom", 400)
    assert erreur.value.request_id == "urn:requete:abc"
    assert [anomalie.code for anomalie in erreur.value.anomalies] == ["SIRET_INVALIDE", "AGE_INSUFFISANT"]
    assert "urn:requete:abc" in str(erreur.value)


@pytest.mark.parametrize(
    ("corps", "dit"),
    [
        (b'{"description": "Trop jeune.", "errors": null}', "Trop jeune."),
        (b'{"Description": "Avec majuscule."}', "Avec majuscule."),
        (b'{"errors": null, "comment": "En commentaire."}', "En commentaire."),
        (b'{"errors": [{"Code": "X", "Description": "Dans la liste."}]}', "Dans la liste."),
        (b'{"errors": "texte"}', "HTTP 400"),
        (b"pas du JSON", "HTTP 400"),
    ],
)
def test_a_refusal_is_read_in_every_opco_s_own_shape(
    client: ClientCfa, opco: OpcoFactice, corps: bytes, dit: str
) -> None:
    opco.pannes = [brut(400, corps)]
    with pytest.raises(Refused) as erreur:
        client.deposit(CORPS)
    assert dit in str(erreur.value)


@pytest.mark.parametrize(
    ("statut", "classe"), [(400, Refused), (401, AuthenticationRefused), (403, AccessRefused), (404, NotFound)]
)
def test_each_status_has_its_class(client: ClientCfa, opco: OpcoFactice, statut: int, classe: type[Refused]) -> None:
    opco.pannes = [refus(statut, "X"), refus(statut, "X")]
    with pytest.raises(Refused) as erreur:
        client.deposit(CORPS)
    assert type(erreur.value) is classe


def test_too_many_calls_say_when_to_come_back(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [refus(429, "TROP_D_APPELS", entetes={"Retry-After": "7"})]
    with pytest.raises(QuotaReached) as erreur:
        client.deposit(CORPS)
    assert erreur.value.retry_after_s == 7
    assert len(opco.calls("POST", "/v2/dossiers")) == 1


@pytest.mark.parametrize(
    "panne",
    [
        coupure(),
        coupure(httpx.ReadTimeout),
        coupure(httpx.WriteTimeout),
        coupure(httpx.RemoteProtocolError),
        refus(500, "ERREUR_INTERNE"),
        refus(503, "SERVICE_INDISPONIBLE"),
        brut(502),
        brut(504),
        brut(302, entetes={"Location": "https://ailleurs.exemple.invalid"}),
        brut(204, b""),
        brut(200, b"<html>bienvenue</html>"),
        brut(200, b"[]"),
    ],
)
def test_a_deposit_without_clear_answer_is_uncertain_and_never_sent_twice(
    client: ClientCfa, opco: OpcoFactice, panne: object
) -> None:
    opco.apres = [panne]  # type: ignore[list-item] - a parametrised Panne
    with pytest.raises(ReponsePerdue) as erreur:
        client.deposit(CORPS)
    assert len(opco.calls("POST", "/v2/dossiers")) == 1
    assert len(opco.depots) == 1
    assert "avant tout nouvel envoi" in str(erreur.value)


@pytest.mark.parametrize("genre", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_a_deposit_that_never_left_is_not_uncertain(
    client: ClientCfa, opco: OpcoFactice, genre: type[httpx.TransportError]
) -> None:
    opco.pannes = [coupure(genre)]
    with pytest.raises(NotSent):
        client.deposit(CORPS)
    assert opco.depots == []


def test_a_server_that_recognises_the_same_deposit_is_sent_the_same_bytes_under_one_key(opco: OpcoFactice) -> None:
    opco.apres = [coupure(), brut(502), None]
    with ClientCfa(a_profil(renvoi_reconnu=True), transport=opco.transport) as client:
        assert client.deposit(CORPS).numero_interne == "1"
        client.deposit(AUTRE)
    envois = opco.calls("POST", "/v2/dossiers")
    assert [envoi.read() for envoi in envois] == [CORPS, CORPS, CORPS, AUTRE]
    cles = [envoi.headers["Idempotency-Key"] for envoi in envois]
    assert len(set(cles[:3])) == 1
    assert cles[3] != cles[0]


def test_sending_again_ends_and_stays_uncertain(opco: OpcoFactice) -> None:
    opco.apres = [coupure()] * 10
    with (
        ClientCfa(a_profil(renvoi_reconnu=True), transport=opco.transport) as client,
        pytest.raises(ReponsePerdue),
    ):
        client.deposit(CORPS)
    assert len(opco.calls("POST", "/v2/dossiers")) == 4


def test_a_refusal_is_never_sent_again(opco: OpcoFactice) -> None:
    opco.pannes = [refus(400, "X")]
    with ClientCfa(a_profil(renvoi_reconnu=True), transport=opco.transport) as client, pytest.raises(Refused):
        client.deposit(CORPS)
    assert opco.depots == []


def test_a_dry_run_that_fails_leaves_no_doubt(client: ClientCfa, opco: OpcoFactice) -> None:
    assert client.check(CORPS).recevable is True
    opco.pannes = [coupure()]
    with pytest.raises(Unavailable):
        client.check(CORPS)


# Reading back


def test_a_read_is_tried_again_until_it_is_answered(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(CORPS)
    opco.pannes = [coupure(), brut(503), refus(429, "TROP_D_APPELS")]
    lu = client.find_dossier("1")
    assert lu.cerfa is not None
    assert lu.cerfa.apprenti is not None
    assert lu.cerfa.apprenti.nom == "EXEMPLE"


def test_a_read_that_is_never_answered_is_unavailable(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [coupure()] * 9
    with pytest.raises(Unavailable):
        client.find_dossier("1")
    assert len(opco.calls("GET", "/v2/dossiers")) == 4


def test_a_read_refused_is_not_tried_again(client: ClientCfa, opco: OpcoFactice) -> None:
    with pytest.raises(NotFound):
        client.find_dossier("9")
    assert len(opco.calls("GET", "/v2/dossiers")) == 1


def test_states_are_read_page_after_page(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.etats = dict.fromkeys(range(1, 6), "TRANSMIS")
    assert [etat.numero_interne for etat in client.list_etats()] == ["1", "2", "3", "4", "5"]
    assert len(opco.calls("GET", "/v2/dossiers/etats")) == 3
    assert [etat.numero_interne for etat in client.list_etats_v1()] == ["1", "2", "3", "4", "5"]


def test_a_total_that_lies_does_not_loop_for_ever(client: ClientCfa, opco: OpcoFactice) -> None:
    opco.pannes = [brut(200, b'{"total": 9, "count": 0, "page": 1, "EtatDossierResult": []}')]
    assert list(client.list_etats()) == []


def test_several_dossiers_documents_and_receipts_are_read_back(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(CORPS)
    client.deposit(AUTRE)
    assert len(client.list_dossiers(["1", "2", "77"])) == 2
    assert client.find_recepisse("d-1") == client.find_document("4") == b"%PDF-octets"
    with pytest.raises(ValueError, match="identifier"):
        client.find_document("../cles")


def test_the_key_s_end_is_read_without_the_key_header(client: ClientCfa, opco: OpcoFactice) -> None:
    info = client.key_info()
    assert info.status == "success"
    (vue,) = opco.calls("GET", "/v2/cfakeyinfo")
    assert "X-API-KEY" not in vue.headers


def test_the_same_contract_is_found_among_the_latest_dossiers(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(AUTRE)
    client.deposit(CORPS)
    trouve = client.find_same_dossier(DEPOT)
    assert trouve is not None
    assert (trouve.etat.numero_externe, trouve.meme_contenu) == ("CA-0000002", False)
    client.deposit(DEPOT)
    mot_a_mot = client.find_same_dossier(DEPOT)
    assert mot_a_mot is not None
    assert (mot_a_mot.etat.numero_externe, mot_a_mot.meme_contenu) == ("CA-0000003", True)


def test_a_dossier_refused_or_cancelled_is_not_the_same_any_more(client: ClientCfa, opco: OpcoFactice) -> None:
    client.deposit(CORPS)
    opco.etats[1] = "ANNULE"
    assert client.find_same_dossier(DEPOT) is None


# Secrets


def test_no_secret_shows_in_reprs_errors_or_logs(
    client: ClientCfa, opco: OpcoFactice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="httpx")
    client.key_info()
    opco.pannes = [coupure(), coupure(), coupure(), coupure()]
    with pytest.raises(Unavailable) as erreur:
        client.key_info()
    ecrits = [repr(client), repr(client.profil), repr(client._echange), str(erreur.value), caplog.text]
    assert "cfakeyinfo" in caplog.text
    assert erreur.value.__suppress_context__
    for secret in (SECRET, CLE, "jeton-1"):
        assert not any(secret in ecrit for ecrit in ecrits)
