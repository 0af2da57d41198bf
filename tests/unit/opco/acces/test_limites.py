import pytest
from builders.acces import an_habilitation
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces.limites import Debit, Limiteur


def test_a_burst_is_let_in_and_the_next_call_is_not() -> None:
    limiteur = Limiteur(par_minute=600, rafale=100)

    admis = [limiteur.take("a", at=0.0).admis for _ in range(101)]

    assert admis == [True] * 100 + [False]


def test_what_is_left_is_counted_down() -> None:
    limiteur = Limiteur(par_minute=60, rafale=3)

    assert [limiteur.take("a", at=5.0).restant for _ in range(4)] == [2, 1, 0, 0]


def test_a_refused_call_says_when_to_come_back_and_is_then_let_in() -> None:
    limiteur = Limiteur(par_minute=60, rafale=1)
    limiteur.take("a", at=0.0)

    refusee = limiteur.take("a", at=0.25)

    assert refusee.attente_secondes == pytest.approx(0.75)
    assert not limiteur.take("a", at=0.99).admis
    assert limiteur.take("a", at=1.0).admis


def test_one_caller_does_not_slow_another() -> None:
    limiteur = Limiteur(par_minute=60, rafale=1)
    limiteur.take("a", at=0.0)

    assert limiteur.take("b", at=0.0).admis


def test_check_takes_nothing() -> None:
    limiteur = Limiteur(par_minute=60, rafale=1)

    assert [limiteur.check("a", at=0.0).admis for _ in range(3)] == [True] * 3
    assert limiteur.take("a", at=0.0).admis
    assert not limiteur.check("a", at=0.0).admis


def test_a_rate_of_zero_lets_everything_in_and_says_nothing() -> None:
    limiteur = Limiteur(par_minute=0, rafale=1)

    decisions = [limiteur.take("a", at=0.0) for _ in range(1000)]

    assert all(decision.admis for decision in decisions)
    assert limiteur.headers(decisions[-1]) == {}


def test_headers_say_the_policy_and_where_one_stands() -> None:
    limiteur = Limiteur(par_minute=600, rafale=100)

    entetes = limiteur.headers(limiteur.take("a", at=0.0))

    assert entetes == {"RateLimit-Policy": '"appels";q=600;w=60', "RateLimit": '"appels";r=99;t=1'}


def test_a_refusal_is_a_429_with_retry_after() -> None:
    limiteur = Limiteur(par_minute=20, rafale=1)
    limiteur.take("a", at=0.0)

    refus = limiteur.refus(limiteur.take("a", at=0.0))

    assert (refus.statut, refus.entetes["Retry-After"]) == (429, "3")
    assert "dans 3 secondes" in refus.anomalies[0].description


@given(
    ecarts=st.lists(st.floats(min_value=0, max_value=5, allow_nan=False), min_size=1, max_size=200),
    par_minute=st.integers(min_value=1, max_value=1000),
    rafale=st.integers(min_value=1, max_value=50),
)
def test_never_more_than_the_burst_and_the_steady_rate(ecarts: list[float], par_minute: int, rafale: int) -> None:
    limiteur = Limiteur(par_minute=par_minute, rafale=rafale)
    at = admis = 0.0
    for ecart in ecarts:
        at += ecart
        admis += limiteur.take("a", at=at).admis

    assert admis <= rafale + at * par_minute / 60 + 1e-6


def test_memory_is_bounded_when_callers_are_invented() -> None:
    limiteur = Limiteur(par_minute=1, rafale=1, suivis_max=100)

    for rang in range(1_000):
        limiteur.take(rang, at=0.0)

    assert len(limiteur._plein_a) <= 101


def test_forgetting_keeps_those_who_owe_most() -> None:
    limiteur = Limiteur(par_minute=60, rafale=10, suivis_max=10)
    for _ in range(10):
        limiteur.take("insistant", at=0.0)
    for rang in range(50):
        limiteur.take(rang, at=0.0)

    assert not limiteur.take("insistant", at=0.0).admis


def test_the_door_counts_by_editor_and_siren() -> None:
    debit = Debit(par_minute=60, rafale=1, monotone=lambda: 0.0)
    debit.take(an_habilitation(editeur=1, siren="123456782"))

    debit.take(an_habilitation(editeur=1, siren="732829320"))
    debit.take(an_habilitation(editeur=2, siren="123456782"))
    with pytest.raises(Refus) as refus:
        debit.take(an_habilitation(editeur=1, siren="123456782"))

    assert refus.value.statut == 429
