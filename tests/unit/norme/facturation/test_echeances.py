"""Which échéance is meant, whichever way connectors write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.facturation.echeances import (
    codification_agrees,
    normalise_numero_echeance,
    read_numero_echeance,
)


@pytest.mark.parametrize("texte", ["1", "E1", "e1", "01", " 1 ", "E 1", "E01", "1.0", "1,00"])
def test_the_first_echeance_is_read_however_it_is_written(texte: str) -> None:
    assert read_numero_echeance(texte) == 1
    assert normalise_numero_echeance(texte) == "1"


@pytest.mark.parametrize(
    "texte", ["", " ", "0", "E0", "-1", "1.5", "E", "EE1", "1E", "E1E", "première", "1000", "1 2", "١", "1\n2"]
)
def test_what_is_no_number_is_not_guessed(texte: str) -> None:
    assert read_numero_echeance(texte) is None
    assert normalise_numero_echeance(texte) == texte


def test_nothing_said_is_no_number() -> None:
    assert read_numero_echeance(None) is None


@given(numero=st.integers(1, 999), lettre=st.sampled_from(["", "E", "e", "E "]), zeros=st.integers(0, 9))
def test_every_number_is_read_back_with_or_without_its_letter_and_zeros(numero: int, lettre: str, zeros: int) -> None:
    assert read_numero_echeance(f"{lettre}{'0' * zeros}{numero}") == numero


@given(st.text(max_size=30))
def test_any_text_is_a_number_from_1_to_999_or_nothing_and_kept_the_same_once_read(texte: str) -> None:
    numero = read_numero_echeance(texte)
    assert numero is None or 1 <= numero <= 999
    assert normalise_numero_echeance(normalise_numero_echeance(texte)) == normalise_numero_echeance(texte)


@pytest.mark.parametrize("codification", [None, "8", "E8", "99", "E99"])
def test_the_solde_may_be_coded_by_its_number_or_by_99(codification: str | None) -> None:
    assert codification_agrees(codification, numero=8, attendue="99")


@pytest.mark.parametrize("codification", ["99", "3", "E5", "solde"])
def test_another_code_than_that_of_the_echeance_does_not_agree(codification: str) -> None:
    assert not codification_agrees(codification, numero=4, attendue="4")
