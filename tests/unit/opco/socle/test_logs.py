"""What reaches the logs, and what never does."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu
from traitdunion.opco.socle import logs

NIR = "185057800608491"
IBAN = "FR7612345678901234567890123"
CLE = cle_api.compose("A" * 32, milieu=Milieu.ESSAI)
JETON = "aB-_" * 10 + "xyz"


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    racine = logging.getLogger()
    avant = racine.handlers[:], racine.level
    yield
    structlog.reset_defaults()
    racine.handlers, racine.level = avant[0], avant[1]
    for nom in logs.BIBLIOTHEQUES_BAVARDES:
        logging.getLogger(nom).setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "nom",
    [
        *("nir", "NIR", "iban", "ibanEmetteur", "handicap", "droitsRqthApprenti", "secret", "client_secret"),
        *("cle", "cle_api", "X-API-Key", "apiKey", "jeton", "access_token", "Authorization", "DPoP", "mot_de_passe"),
        *("motDePasse", "password", "corps", "body", "query_string", "Cookie", "privateKey"),
    ],
)
def test_sensitive_members_are_masked_whatever_their_spelling(nom: str) -> None:
    assert logs.mask(None, "", {nom: "valeur"}) == {nom: "***"}


@pytest.mark.parametrize(
    "nom", ["event", "siren", "requete", "route", "duree_ms", "code", "obtenir", "tenir", "clef_de_voute", "editeur"]
)
def test_ordinary_members_are_kept(nom: str) -> None:
    assert logs.mask(None, "", {nom: "valeur"}) == {nom: "valeur"}


@pytest.mark.parametrize(
    "texte",
    [
        *(NIR, NIR[:13], "1 85 05 78 006 084 91", "2 85 05 2A 006 084 91", "185052B00608491", "7 85 05 78 006 084"),
        *(IBAN, "FR76 1234 5678 9012 3456 7890 123", "DE89370400440532013000", CLE, JETON),
        *("Bearer abcdefgh12345678", "basic dXNlcjpwYXNz"),
    ],
)
def test_sensitive_texts_are_masked_wherever_they_stand(texte: str) -> None:
    masque = logs.clean(f"avant {texte} après")
    assert masque == "avant *** après"
    assert logs.clean({"a": [f"x={texte}", (texte,)]}) == {"a": ["x=***", ["***"]]}


@pytest.mark.parametrize(
    "texte",
    [
        *("73282932000074", "732 829 320 00074", "CA-0000001", "2026-09-01T10:00:00+00:00"),
        *("018f3b0e-7a3c-7d1e-9c2a-1f2e3d4c5b6a", "0123456789abcdef0123456789abcdef", "RNCP12345", "Bearer"),
        *("v1/dossiers", "Que faire ? Rien.", "d" * 42, "d" * 44),
    ],
)
def test_ordinary_texts_are_kept(texte: str) -> None:
    assert logs.clean(texte) == texte


def test_numbers_bytes_and_objects_are_masked_when_they_must() -> None:
    assert logs.clean(int(NIR)) == "***"
    assert logs.clean(73282932000074) == 73282932000074
    assert logs.clean(True) is True
    assert logs.clean(NIR.encode()) == "***"
    assert logs.clean(ValueError(NIR)) == "***"


def test_an_address_loses_its_query_and_its_password() -> None:
    assert logs.clean("GET /v1/dossiers?nir=1&x=2 HTTP/1.1") == "GET /v1/dossiers?*** HTTP/1.1"
    assert logs.clean("postgresql://role:mdp@hote/base") == "postgresql://***hote/base"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(ligne) for ligne in capsys.readouterr().out.splitlines()]


def test_a_line_is_one_json_object_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger("essai").info("depot_recu", siren="123456782", nir=NIR, lignes="a\nb\r\nc", nom="É")

    (ligne,) = lines(capsys)
    assert ligne.pop("timestamp").endswith("Z")
    assert ligne == {
        "event": "depot_recu",
        "level": "info",
        "siren": "123456782",
        "nir": "***",
        "lignes": "a\nb\r\nc",
        "nom": "É",
    }


def test_the_level_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING")
    structlog.get_logger("essai").info("tu")
    logging.getLogger("essai").info("tu")
    structlog.get_logger("essai").warning("dit")
    assert [ligne["event"] for ligne in lines(capsys)] == ["dit"]


def test_libraries_speak_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logging.getLogger("bibliotheque").warning("refused %s by %s", NIR, "postgresql://r:mdp@h/b")
    (ligne,) = lines(capsys)
    assert (ligne["event"], ligne["logger"]) == ("refused *** by postgresql://***h/b", "bibliotheque")


def fail(texte: str) -> None:
    raise ValueError(texte)


def test_an_error_is_told_by_type_and_place_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        fail("le corps commence par SECRET-TEXTE")
    except ValueError as erreur:
        structlog.get_logger("essai").error("echec", exc_info=True)
        structlog.get_logger("essai").error("echec", exc_info=erreur)
        logging.getLogger("essai").error("echec", exc_info=sys.exc_info())
        logging.getLogger("essai").exception("echec")

    sortie = capsys.readouterr().out
    assert "SECRET-TEXTE" not in sortie
    for ligne in map(json.loads, sortie.splitlines()):
        assert ligne["erreur"] == "ValueError"
        assert ligne["lieu"].startswith("fail:")
