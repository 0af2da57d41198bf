"""What parent and child write to each other, and what the parent does not believe."""

import os
import string
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import fichiers

from traitdunion.norme.erreurs import Entree, pieces
from traitdunion.opco.pieces.gate import (
    FacturX,
    Inspection,
    LectureFacture,
    Limites,
    Mention,
    TypeContenu,
    protocol,
)
from traitdunion.opco.pieces.gate.model import FichierRefuse, Motif
from traitdunion.opco.pieces.gate.pool import announced_types

INSPECTION = Inspection(type_contenu=TypeContenu.PNG, pages=1, taille_octets=7, sha256=bytes(range(32)))
FACTURX = FacturX(
    numero="FA « 1 »", date_emission=date(2026, 10, 15), montant_total=Decimal("-4000.10"), sirets=("323456780",)
)
FACTURE = replace(INSPECTION, facture=LectureFacture(joint=True, facturx=FACTURX))
CODES = {entree.code: entree for entree in vars(pieces).values() if isinstance(entree, Entree)}
# Grounds that no file gives on demand: the child's death and its memory are tried in test_pool.
SANS_FICHIER = {"FICHIER_TROP_LONG_A_LIRE", "FICHIER_TROP_LOURD_A_LIRE", "FICHIER_ANALYSE_INTERROMPUE"}


def test_limits_and_questions_come_back_as_they_were() -> None:
    limites = Limites(pages=7, duree_secondes=1.5)
    demande = protocol.Demande(
        os.fsdecode(b"/tmp/\xe9 \n.bin"), admis=(TypeContenu.PDF,), annonces=(TypeContenu.PNG, None)
    )

    assert protocol.decode_limites(protocol.encode_limites(limites)) == limites
    assert protocol.decode_demande(protocol.encode_demande(demande)) == demande
    assert protocol.encode_demande(demande).count(b"\n") == 1


def test_answers_come_back_as_they_were() -> None:
    passed = protocol.Reponse(INSPECTION, usee=True)
    refused = protocol.Reponse(FichierRefuse([Motif("PDF_DIMENSIONS", {"page": 3})]), cause="ValueError")

    back = protocol.decode_reponse(protocol.encode_reponse(refused))

    assert protocol.decode_reponse(protocol.encode_reponse(passed)) == passed
    assert isinstance(back.resultat, FichierRefuse)
    assert back.resultat.motifs == (Motif("PDF_DIMENSIONS", {"page": 3}),)
    assert back.cause == "ValueError"


@pytest.mark.parametrize("facture", [FACTURE.facture, LectureFacture(joint=True), LectureFacture()])
def test_what_a_facture_says_comes_back_as_it_was(facture: LectureFacture) -> None:
    passed = protocol.Reponse(replace(INSPECTION, facture=facture))

    assert protocol.decode_reponse(protocol.encode_reponse(passed)) == passed
    assert protocol.text_follows(passed)
    assert not protocol.text_follows(protocol.Reponse(INSPECTION))


def test_the_line_about_the_text_comes_back_as_it_was() -> None:
    for texte in (protocol.Texte(Mention.ABSENTE), protocol.Texte(Mention.INCONNUE, usee=True, cause="PdfiumError")):
        assert protocol.decode_texte(protocol.encode_texte(texte)) == texte


@pytest.mark.parametrize("line", [b"", b"null", b"[]", b"\xff", b'{"mention": "OUI", "usee": false, "cause": null}'])
def test_a_line_about_the_text_that_is_not_one_is_never_believed(line: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_texte(line)


def test_the_longest_values_that_a_child_reads_fit_in_a_line() -> None:
    long = "\U0001f600" * 100
    facturx = FacturX(
        numero=long,
        type_code=long,
        devise=long,
        reference_acheteur=long,
        sirets=("3" * 14,) * 20,
        ibans=(long,) * 10,
        categories=(long,) * 10,
        exonerations=(long,) * 10,
    )
    passed = protocol.Reponse(replace(INSPECTION, facture=LectureFacture(joint=True, facturx=facturx)))

    assert len(protocol.encode_reponse(passed)) < protocol.LIGNE_MAX_OCTETS
    assert protocol.decode_reponse(protocol.encode_reponse(passed)) == passed


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null",
        b"{}",
        b"not json",
        b"\xff",
        b'{"usee": false, "cause": null, "inspection": {}}',
        b'{"usee": false, "cause": null, "motifs": [1]}',
        b'{"usee": false, "cause": null, "motifs": [[1, {}]]}',
        protocol.encode_reponse(protocol.Reponse(INSPECTION)).replace(b"0001", b"01"),
        protocol.encode_reponse(protocol.Reponse(INSPECTION)).replace(b"image/png", b"text/html"),
        protocol.encode_reponse(protocol.Reponse(INSPECTION)).replace(b'"pages": 1', b'"pages": "1"'),
        protocol.encode_reponse(protocol.Reponse(FACTURE)).replace(b"2026-10-15", b"demain"),
        protocol.encode_reponse(protocol.Reponse(FACTURE)).replace(b"-4000.10", b"NaN"),
        protocol.encode_reponse(protocol.Reponse(FACTURE)).replace(b"323456780", b"3" * 101),
        protocol.encode_reponse(protocol.Reponse(FACTURE)).replace(b'["323456780"]', b'"323456780"'),
    ],
)
def test_an_answer_that_is_not_one_is_never_believed(line: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_reponse(line)


@pytest.mark.parametrize(
    ("nom", "declare", "attendu"),
    [
        ("a.PDF", "application/pdf; name=x", [TypeContenu.PDF, TypeContenu.PDF]),
        ("a.jpeg ", "image/jpg", [TypeContenu.JPEG, TypeContenu.JPEG]),
        ("sans extension", "application/octet-stream", []),
        ("a.exe", None, []),
        ("a.png", "text/plain", [TypeContenu.PNG]),
        ("a", "text/html", [None]),
        (".pdf", "", []),
    ],
)
def test_what_a_name_and_a_part_announce(nom: str, declare: str | None, attendu: list[TypeContenu | None]) -> None:
    assert list(announced_types(nom, declare)) == attendu


def test_every_code_of_the_family_has_a_hostile_file() -> None:
    assert {hostile.code for hostile in fichiers.HOSTILES} | SANS_FICHIER == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_says_how_to_mend_and_every_refusal_is_a_400(code: str) -> None:
    entree = CODES[code]
    verbs = ("mprimez", "nregistrez", "éduisez", "nvoyez", "etirez", "érifiez", "umérisez")

    assert entree.statut == 400
    assert any(verb in entree.phrase for verb in verbs), entree.phrase
    placeholders = {field for _, field, _, _ in string.Formatter().parse(entree.phrase) if field}
    assert placeholders <= {
        "limite_mio", "reel", "admis", "annonce", "format", "pages", "maximum", "page", "maximum_megapixels",
    }  # fmt: skip
