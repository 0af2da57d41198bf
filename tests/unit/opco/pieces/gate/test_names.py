"""File names are metadata: what is kept of them, and how they are given back (fiabilite.md row 28)."""

import unicodedata

import pytest

from traitdunion.opco.pieces.gate import content_disposition, safe_name

HOSTILES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\x.pdf": "x.pdf",
    "/": "fichier",
    "": "fichier",
    "...": "fichier",
    "  . ": "fichier",
    "a\0b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x.pdf": "aSet-Cookie_ x.pdf",
    "contrat\u202efdp.exe": "contratfdp.exe",
    "a\u200b\u2066\ufeffb.pdf": "ab.pdf",
    "ligne\u2028deux.pdf": "lignedeux.pdf",
    "con.pdf": "_con.pdf",
    "CON": "_CON",
    "com1.tar.pdf": "_com1.tar.pdf",
    "console.pdf": "console.pdf",
    "facture.pdf.exe": "facture.pdf.exe",
    'a<b>:"|?*.pdf': "a_b______.pdf",
    "fin.pdf. ": "fin.pdf",
    "e\u0301te\u0301.pdf": "été.pdf",
    "\ud800.pdf": "pdf",
    "pаypal.pdf": "pаypal.pdf",  # a Cyrillic letter: kept, nothing is decided on a name
    "espace\u00a0fine.pdf": "espace fine.pdf",
}


@pytest.mark.parametrize(("nom", "attendu"), HOSTILES.items(), ids=ascii)
def test_a_hostile_name_becomes_harmless(nom: str, attendu: str) -> None:
    assert safe_name(nom) == attendu


@pytest.mark.parametrize("nom", [*HOSTILES, "x" * 300 + ".pdf", "é" * 300, "a." + "x" * 300, "." * 300])
def test_a_safe_name_is_short_normalised_and_stays_the_same_when_made_safe_again(nom: str) -> None:
    name = safe_name(nom)

    assert 0 < len(name.encode()) <= 201
    assert unicodedata.is_normalized("NFC", name)
    assert safe_name(name) == name


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("é" * 300 + ".pdf").endswith("é.pdf")
    assert len(safe_name("é" * 300 + ".pdf").encode()) == 200


def test_a_plain_name_needs_no_second_form() -> None:
    assert content_disposition("Convention 2026.pdf") == 'attachment; filename="Convention 2026.pdf"'


def test_an_accented_name_is_given_in_ascii_and_in_utf_8() -> None:
    assert content_disposition("Élève n° 1.pdf") == (
        "attachment; filename=\"Eleve n_ 1.pdf\"; filename*=UTF-8''%C3%89l%C3%A8ve%20n%C2%B0%201.pdf"
    )


@pytest.mark.parametrize("nom", [*HOSTILES, 'a";b=".pdf', "100%41.pdf", "日本.pdf", "😀.pdf"], ids=ascii)
def test_a_header_made_of_any_name_cannot_be_split_nor_escaped(nom: str) -> None:
    header = content_disposition(nom)

    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert "\\" not in header
    assert "%" not in header.split('"')[1]
