"""Euros and cents, exact both ways."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.facturation.montants import say_montant, to_centimes, to_euros


@pytest.mark.parametrize(
    ("euros", "centimes"), [("0", 0), ("0.01", 1), ("1801.80", 180_180), ("-750", -75_000), ("1E+3", 100_000)]
)
def test_euros_are_so_many_cents(euros: str, centimes: int) -> None:
    assert to_centimes(Decimal(euros)) == centimes


@pytest.mark.parametrize("euros", ["0.001", "12.345", "-0.005", "1E-30", "NaN", "Infinity"])
def test_what_is_no_whole_number_of_cents_is_never_rounded(euros: str) -> None:
    with pytest.raises(ValueError, match=r"cents|amount"):
        to_centimes(Decimal(euros))


def test_a_fraction_of_a_cent_is_seen_even_beyond_the_precision_of_the_context() -> None:
    with pytest.raises(ValueError, match="cents"):
        to_centimes(Decimal("123456789012345678901234567890.001"))


@given(st.integers(-(10**40), 10**40))
def test_cents_come_back_the_same_with_two_decimals(centimes: int) -> None:
    euros = to_euros(centimes)
    assert to_centimes(euros) == centimes
    assert euros.as_tuple().exponent == -2


def test_a_sentence_says_an_amount_with_its_sign_and_a_comma() -> None:
    assert say_montant(182_303) == "1\u00a0823,03"
    assert say_montant(-75_000) == "-750,00"
    assert say_montant(0) == "0,00"
