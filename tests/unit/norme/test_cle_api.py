import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import ALPHABET, Milieu

aleas = st.text(alphabet=ALPHABET, min_size=32, max_size=32)


@given(alea=aleas, milieu=st.sampled_from(Milieu))
def test_a_composed_key_is_read_back_with_its_milieu(alea: str, milieu: Milieu) -> None:
    cle = cle_api.compose(alea, milieu=milieu)

    assert cle_api.milieu_of(cle) is milieu
    assert not cle_api.is_mistyped(cle)
    assert re.fullmatch(cle_api.MOTIF, cle)


@given(alea=aleas, rang=st.integers(min_value=0, max_value=46), autre=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(alea: str, rang: int, autre: str) -> None:
    cle = cle_api.compose(alea, milieu=Milieu.PRODUCTION)
    faute = cle[:rang] + autre + cle[rang + 1 :]

    assert (cle_api.milieu_of(faute) is None) == (faute != cle)


@given(alea=aleas, rang=st.integers(min_value=9, max_value=45))
def test_two_neighbours_swapped_are_noticed(alea: str, rang: int) -> None:
    cle = cle_api.compose(alea, milieu=Milieu.PRODUCTION)
    inversee = cle[:rang] + cle[rang + 1] + cle[rang] + cle[rang + 2 :]

    assert cle_api.is_mistyped(inversee) == (inversee != cle)


@given(texte=st.text())
def test_any_text_is_judged_without_an_error(texte: str) -> None:
    assert cle_api.milieu_of(texte) is None


@pytest.mark.parametrize("texte", ["", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "0d5c1b3e-8a86-4a1f-9d83-2f6a5b6c7d8e"])
def test_the_key_of_another_opco_is_no_mistyped_key(texte: str) -> None:
    assert not cle_api.is_mistyped(texte)


@pytest.mark.parametrize("longueur", [0, 31, 33])
def test_a_key_is_composed_of_32_characters_exactly(longueur: int) -> None:
    with pytest.raises(ValueError):
        cle_api.compose("a" * longueur, milieu=Milieu.ESSAI)


def test_a_truncated_key_is_mistyped() -> None:
    assert cle_api.is_mistyped(cle_api.compose("a" * 32, milieu=Milieu.ESSAI)[:-1])


def test_the_prefix_shows_four_of_the_random_characters() -> None:
    cle = cle_api.compose("AbCd" + "z" * 28, milieu=Milieu.PRODUCTION)

    assert cle_api.prefixe(cle) == "tdu_prod_AbCd"
