"""A receipt proves, offline and to anyone, what was received; the least change is seen."""

import base64
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.norme import recepisse as r

CLE = bytes(range(32))
AUTRE_CLE = bytes(range(1, 33))
PUBLIQUE = r.public_key(CLE)
CORPS, FICHIER = b'{"cerfa": {}}', b"%PDF-1.7 fictif"
RECEPISSE = r.Recepisse(
    identifiant="p-1",
    genre="CONVENTION_FORMATION",
    emetteur="OPCO fictif",
    siren="323456780",
    numero_interne="1",
    numero_externe="CA-0000001",
    sha256_json=sha256(CORPS).hexdigest(),
    recu_le=datetime(2026, 9, 5, 8, 30, tzinfo=UTC),
    numero_interne_document="1",
    sha256_fichier=sha256(FICHIER).hexdigest(),
)
DOCUMENT = r.sign(RECEPISSE, CLE)


def altered(**membres: Any) -> bytes:
    document = json.loads(DOCUMENT)
    document["recepisse"].update(membres)
    return json.dumps(document).encode()


def test_a_receipt_is_valid_alone_and_with_what_it_proves() -> None:
    assert r.verify(DOCUMENT, PUBLIQUE) == []
    assert r.verify(DOCUMENT, PUBLIQUE, corps=CORPS, fichier=FICHIER) == []


def test_the_document_is_readable_json_with_the_norms_names() -> None:
    document = json.loads(DOCUMENT)
    assert set(document) == {"recepisse", "signature", "clePublique"}
    assert document["recepisse"] == {
        "identifiant": "p-1",
        "genre": "CONVENTION_FORMATION",
        "emetteur": "OPCO fictif",
        "siren": "323456780",
        "numeroInterne": "1",
        "numeroExterne": "CA-0000001",
        "numeroInterneDocument": "1",
        "sha256Json": sha256(CORPS).hexdigest(),
        "sha256Fichier": sha256(FICHIER).hexdigest(),
        "recuLe": "2026-09-05T08:30:00Z",
    }
    assert base64.urlsafe_b64decode(document["clePublique"] + "=") == PUBLIQUE


def test_the_same_receipt_signed_twice_is_the_same_document() -> None:
    assert r.sign(RECEPISSE, CLE) == DOCUMENT


def test_a_receipt_laid_out_otherwise_is_still_valid() -> None:
    assert r.verify(json.dumps(json.loads(DOCUMENT), indent=4, sort_keys=True).encode(), PUBLIQUE) == []


@pytest.mark.parametrize("membre", json.loads(DOCUMENT)["recepisse"])
def test_a_receipt_with_one_member_changed_is_not_valid(membre: str) -> None:
    valeur = "2026-09-05T08:30:01Z" if membre == "recuLe" else "autre"
    (raison,) = r.verify(altered(**{membre: valeur}), PUBLIQUE)
    assert "signature" in raison


def test_a_receipt_with_a_member_added_or_said_twice_is_not_valid() -> None:
    assert "signature" in r.verify(altered(note="payé"), PUBLIQUE)[0]
    double = DOCUMENT.replace(b'"numeroInterne":"1"', b'"numeroInterne":"2","numeroInterne":"1"')
    assert double != DOCUMENT
    assert "lisible" in r.verify(double, PUBLIQUE)[0]


def test_the_key_in_the_receipt_proves_nothing() -> None:
    faux = r.sign(RECEPISSE, AUTRE_CLE)
    assert r.verify(faux, r.public_key(AUTRE_CLE)) == []
    (raison,) = r.verify(faux, PUBLIQUE)
    assert "autre émetteur" in raison


def test_a_signature_of_the_same_words_made_for_something_else_is_no_receipt() -> None:
    document = json.loads(DOCUMENT)
    mots = json.dumps(document["recepisse"], sort_keys=True, separators=(",", ":")).encode()
    signature = Ed25519PrivateKey.from_private_bytes(CLE).sign(mots)
    document["signature"] = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    assert len(r.verify(json.dumps(document).encode(), PUBLIQUE)) == 1


def test_other_data_or_another_file_are_told() -> None:
    assert len(r.verify(DOCUMENT, PUBLIQUE, corps=CORPS + b" ")) == 1
    assert len(r.verify(DOCUMENT, PUBLIQUE, fichier=FICHIER + b" ")) == 1
    raisons = r.verify(DOCUMENT, PUBLIQUE, corps=b"", fichier=b"")
    assert len(raisons) == 2
    assert "JSON" in raisons[0]
    assert "fichier" in raisons[1]


def test_a_file_shown_with_a_receipt_that_is_about_none_is_told() -> None:
    sans = msgspec.structs.replace(RECEPISSE, sha256_fichier=None, numero_interne_document=None)
    document = r.sign(sans, CLE)
    assert r.verify(document, PUBLIQUE, corps=CORPS) == []
    assert r.verify(document, PUBLIQUE, fichier=FICHIER) == ["Ce récépissé ne porte sur aucun fichier."]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"%PDF-1.7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"recepisse": {}, "signature": "", "clePublique": ""}',
        b'{"recepisse": 1, "signature": "", "clePublique": ""}',
        DOCUMENT[:-1],
        json.dumps({**json.loads(DOCUMENT), "signature": "é"}).encode(),
        json.dumps({**json.loads(DOCUMENT), "signature": 12}).encode(),
    ],
)
def test_what_is_no_receipt_is_told_in_french(document: bytes) -> None:
    (raison,) = r.verify(document, PUBLIQUE)
    assert raison.startswith("Ce fichier n'est pas un récépissé lisible")


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 86])
def test_a_signature_of_no_sense_is_not_valid(signature: str) -> None:
    document = json.dumps({**json.loads(DOCUMENT), "signature": signature}).encode()
    assert len(r.verify(document, PUBLIQUE)) == 1


@pytest.mark.parametrize("cle", [b"", b"x" * 31, b"x" * 33])
def test_a_public_key_of_a_wrong_length_is_told(cle: bytes) -> None:
    assert len(r.verify(DOCUMENT, cle)) == 1


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.integers(0, 255))
def test_no_byte_of_what_is_signed_can_be_changed(place: int, octet: int) -> None:
    change = DOCUMENT[:place] + bytes([octet]) + DOCUMENT[place + 1 :]
    if r.verify(change, PUBLIQUE) == []:
        assert json.loads(change)["recepisse"] == json.loads(DOCUMENT)["recepisse"]
