"""Reads: retried as the OPCO says, asked again with their ETag, understood in many spellings."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
import stamina

from traitdunion.cfa import (
    AccessRefused,
    ClientCfa,
    NotSent,
    QuotaReached,
    ReponseIllisible,
    ReponsePerdue,
    Unavailable,
)
from traitdunion.cfa.echange import answers
from traitdunion.cfa.echange.exchange import RETRY_AFTER_MAX_S, pause_before_reading_again
from traitdunion.cfa.echange.memoire import Memoire
from traitdunion.cfa.essai import OpcoEssai, RefusEssai
from traitdunion.norme.openapi.exemples import DEPOT

CORPS = msgspec.json.encode(DEPOT)


@pytest.fixture
def opco() -> OpcoEssai:
    return OpcoEssai(taille_page=2)


@pytest.fixture
def client(opco: OpcoEssai) -> Iterator[ClientCfa]:
    with (
        stamina.set_testing(True, attempts=4),
        ClientCfa(opco.profil(renvoi_reconnu=False), transport=opco.transport) as ouvert,
    ):
        yield ouvert


# Retries


def test_the_opco_s_retry_after_is_waited_for_with_a_jitter() -> None:
    erreur = Unavailable("…", retry_after_s=7)
    pauses = [pause_before_reading_again(erreur) for _ in range(50)]
    assert all(isinstance(pause, timedelta) and 7 <= pause.total_seconds() <= 8 for pause in pauses)
    assert len(set(pauses)) > 1


@pytest.mark.parametrize(("attente_s", "reprend"), [(RETRY_AFTER_MAX_S, True), (RETRY_AFTER_MAX_S + 1, False)])
def test_a_wait_that_is_too_long_is_left_to_the_caller(attente_s: float, reprend: bool) -> None:
    assert bool(pause_before_reading_again(QuotaReached("…", statut=429, retry_after_s=attente_s))) is reprend


@pytest.mark.parametrize(
    ("erreur", "reprend"),
    [
        (Unavailable("…"), True),
        (NotSent("…"), True),
        (ReponseIllisible("…"), False),
        (AccessRefused("…", statut=403), False),
        (ReponsePerdue("…"), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_is_tried_again(erreur: Exception, reprend: bool) -> None:
    assert pause_before_reading_again(erreur) is reprend


def test_a_read_is_really_put_off_for_as_long_as_the_opco_says(
    opco: OpcoEssai, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    opco.pannes = [RefusEssai("Trop d'appels.", statut=429, entetes={"Retry-After": "3"})]
    with ClientCfa(opco.profil(), transport=opco.transport) as client:
        assert client.status().status == "healthy"
    (pause,) = pauses
    assert 3 <= pause <= 4


def test_a_quota_that_lasts_is_said_with_the_hour_to_come_back(client: ClientCfa, opco: OpcoEssai) -> None:
    opco.pannes = [RefusEssai("Trop d'appels.", statut=429, entetes={"Retry-After": "600"})] * 4
    with pytest.raises(QuotaReached) as erreur:
        client.status()
    assert erreur.value.retry_after_s == 600
    assert len(opco.calls("GET", "/v2/status")) == 1


@pytest.mark.parametrize(
    ("entete", "secondes"),
    [
        ("12", 12.0),
        ("Tue, 01 Sep 2026 12:01:40 GMT", 100.0),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0.0),
        ("demain", None),
        ("-3", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_an_hour(entete: str, secondes: float | None) -> None:
    reponse = httpx.Response(503, headers={"Retry-After": entete, "Date": "Tue, 01 Sep 2026 12:00:00 GMT"})
    assert answers.retry_after_s(reponse) == secondes


def test_an_answer_that_cannot_be_read_is_not_asked_again(client: ClientCfa, opco: OpcoEssai) -> None:
    opco.pannes = [httpx.Response(200, content=b"<html>")] * 4
    with pytest.raises(ReponseIllisible):
        client.status()
    assert len(opco.calls("GET", "/v2/status")) == 1


# Asked again


def test_states_that_have_not_changed_cost_a_304_and_are_given_again(client: ClientCfa, opco: OpcoEssai) -> None:
    for _ in range(3):
        client.deposit(CORPS, cle_idempotence="x")
    opco.registre.dossiers[0].identite = None
    premiers, seconds = list(client.list_etats()), list(client.list_etats())
    assert premiers == seconds
    lues = opco.calls("GET", "/v2/dossiers/etats")
    assert ["If-None-Match" in vue.headers for vue in lues] == [False] * (len(lues) // 2) + [True] * (len(lues) // 2)
    opco.decide("1", "ENGAGE")
    assert next(client.list_etats()).etat == "ENGAGE"


def test_a_304_that_nobody_asked_for_is_no_answer(client: ClientCfa, opco: OpcoEssai) -> None:
    opco.pannes = [httpx.Response(304)] * 4
    with pytest.raises(Unavailable):
        list(client.list_etats())


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    memoire = Memoire(octets_max=10)
    for nom, octets in (("a", 4), ("b", 4), ("a", 5), ("c", 3), ("d", 11), ("e", 0)):
        memoire.keep(nom, httpx.Response(200, content=b"x" * octets, headers={"ETag": nom} if nom != "e" else {}))
    gardes = {nom: memoire.find(nom) is not None for nom in "abcde"}
    assert gardes == {"a": True, "b": False, "c": True, "d": False, "e": False}


# Understood


@pytest.mark.parametrize(
    ("form", "attendu"),
    [
        ({"employeurV2": {"siret": "35600000000048"}}, ("employeur", "siret", "35600000000048")),
        ({"employeur": {"siret": "356 000 000 00048"}}, ("employeur", "siret", "35600000000048")),
        ({"employeur": {"nombreDeSalaries": "12"}}, ("employeur", "nombre_de_salaries", 12)),
        ({"contrat": {"dateRupture": "", "modeContractuel": "1"}}, ("contrat", "date_rupture", None)),
        ({"apprenti": {"nom": "EXEMPLE", "etrange": {"a": [1]}}}, ("apprenti", "nom", "EXEMPLE")),
    ],
)
def test_a_form_is_read_back_in_any_spelling_that_a_deposit_may_have(
    form: dict[str, Any], attendu: tuple[str, str, object]
) -> None:
    lu = answers.read_dossier(msgspec.json.encode({"cerfa": form | {"numeroInterne": 7, "etat": "Engagé"}}))
    bloc, membre, valeur = attendu
    assert getattr(getattr(lu.cerfa, bloc), membre) == valeur
    assert (lu.cerfa.numero_interne, lu.etat, lu.etat_brut) == ("7", "ENGAGE", "Engagé")


def test_an_echeance_without_the_extension_is_read() -> None:
    echeance = {
        "numero": 1,
        "codification": "1",
        "dateOuverture": "2026-09-01T00:00:00+02:00",
        "dateDebut": "2026-09-01",
        "dateFin": "2027-08-31",
        "montantTotal": 100.10,
        "dontMontantPedagogie": "100.10",
        "dontMajorationRqth": 0,
        "montantRegle": 0,
        "montantEnCoursInstruction": 0,
        "siretCfa": "32345678000010",
    }
    lu = answers.read_dossier(msgspec.json.encode({"cerfa": {}, "echeances": [echeance], "engagement": 100.1}))
    assert lu.echeances is not None
    assert str(lu.echeances[0].montant_total) == "100.1"
    assert lu.echeances[0].date_ouverture.isoformat() == "2026-09-01"
    assert lu.echeances[0].dont_participation_employeur == 0


@pytest.mark.parametrize(
    "corps",
    [b"", b"{}", b"[]", b"null", b'{"cerfa": []}', b"\xff", b"[" * 5000],
)
def test_what_is_no_dossier_is_unreadable(corps: bytes) -> None:
    with pytest.raises(answers.AnswerUnreadable):
        answers.read_dossier(corps)


@pytest.mark.parametrize("corps", [b'{"EtatDossierResult": []}', b'{"total": true, "EtatDossierResult": []}', b"[1]"])
def test_what_is_no_list_of_states_is_unreadable(corps: bytes) -> None:
    with pytest.raises(answers.AnswerUnreadable):
        answers.read_etats(corps)


def test_a_page_may_be_named_without_its_capital_and_count_in_text() -> None:
    etat = {"numeroInterne": "1", "numeroExterne": "X", "etat": "TRANSMIS"}
    lues, total = answers.read_etats(msgspec.json.encode({"total": "9", "etatDossierResult": [etat]}))
    assert (len(lues), total) == (1, 9)
