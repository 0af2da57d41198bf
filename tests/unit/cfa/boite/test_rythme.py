"""When to try again: bounded whatever the OPCO says and however long it has been ill."""

import random

from hypothesis import given
from hypothesis import strategies as st

from traitdunion.cfa.boite.rythme import Rythme

RYTHME = Rythme()


@given(troubles=st.integers(-5, 10**9), graine=st.integers())
def test_the_back_off_grows_and_is_bounded(troubles: int, graine: int) -> None:
    attente = RYTHME.wait(troubles, None, random.Random(graine))
    assert 0.5 * RYTHME.premiere <= attente <= RYTHME.plafond


def test_the_back_off_doubles_up_to_its_bound() -> None:
    sans_hasard = random.Random(1)
    sans_hasard.uniform = lambda bas, haut: haut  # type: ignore[method-assign]
    assert [RYTHME.wait(n, None, sans_hasard) for n in (1, 2, 3, 9, 10, 50)] == [1, 2, 4, 256, 300, 300]


@given(demande=st.floats(-1e9, 1e12, allow_nan=False), graine=st.integers())
def test_what_the_opco_asks_for_wins_within_its_bound(demande: float, graine: int) -> None:
    attente = RYTHME.wait(1, demande, random.Random(graine))
    assert min(max(demande, 0.0), RYTHME.retry_after_max) <= attente <= RYTHME.retry_after_max


@given(faites=st.integers(0, 100), essais=st.integers(0, 10**6))
def test_readings_back_are_further_and_further_apart(faites: int, essais: int) -> None:
    pas = RYTHME.relecture(faites, essais)
    assert RYTHME.relectures[0] <= pas <= 600
    assert pas <= RYTHME.relecture(faites + 1, essais)
    assert pas <= RYTHME.relecture(faites, essais + 1)
