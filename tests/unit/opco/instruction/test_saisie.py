"""What staff type is read as they mean it, or refused with a sentence."""

from datetime import date

import pytest

from traitdunion.opco.instruction.saisie import SaisieInvalide, read_cents, read_jour, read_numero, read_version


@pytest.mark.parametrize(
    ("texte", "cents"),
    [
        ("", None),
        ("  ", None),
        ("0", 0),
        ("8000", 800_000),
        ("8 000,5", 800_050),
        ("8\u202f000,50\u202f€", 800_050),
        ("12.34", 1_234),
        ("0,01", 1),
        ("100 000 000", 10_000_000_000),
    ],
)
def test_an_amount_is_read_in_cents(texte: str, cents: int | None) -> None:
    assert read_cents(texte, "Montant") == cents


@pytest.mark.parametrize(
    "texte",
    ["100 000 000,01", "-1", "+1", "1,001", "1e3", "NaN", "Infinity", "٣", "1.2.3", ",5", "5,", "abc", "9" * 400],
)
def test_what_is_no_amount_is_refused_with_its_label(texte: str) -> None:
    with pytest.raises(SaisieInvalide, match=r"« Montant » est un montant en euros, de 0 à 100 000 000"):
        read_cents(texte, "Montant")


def test_an_amount_beyond_the_maximum_of_its_field_is_refused() -> None:
    assert read_cents("100", "Prix", maximum=100) == 10_000
    with pytest.raises(SaisieInvalide, match="de 0 à 100, deux décimales"):
        read_cents("100,01", "Prix", maximum=100)


def test_a_day_is_read_as_browsers_send_it() -> None:
    assert read_jour("2026-09-05", "Reçu le") == date(2026, 9, 5)
    for texte in ("", "05/09/2026", "2026-02-30"):
        with pytest.raises(SaisieInvalide, match=r"« Reçu le » est une date\."):
            read_jour(texte, "Reçu le")


@pytest.mark.parametrize(("texte", "numero"), [("12", 12), ("0", 0), ("", 0), ("-1", 0), ("²", 0), ("9" * 19, 0)])
def test_a_number_is_one_of_ours_or_none(texte: str, numero: int) -> None:
    assert read_numero(texte) == numero


@pytest.mark.parametrize(("texte", "version"), [("3", 3), ("", -1), ("x", -1), ("9" * 10, -1)])
def test_a_version_that_cannot_be_read_is_nobody_s(texte: str, version: int) -> None:
    assert read_version({"version": texte}) == version
