"""The edges between the states of a dossier (norme.md §3)."""

import pytest

from traitdunion.opco.dossiers.states import (
    ANNULABLES,
    TRANSITIONS,
    Etat,
    TransitionInterdite,
    check_transition,
)


def test_every_state_has_its_edges() -> None:
    assert set(TRANSITIONS) == set(Etat)


@pytest.mark.parametrize(
    ("de", "vers"),
    [
        (Etat.TRANSMIS, Etat.ANNULE),
        (Etat.TRANSMIS, Etat.EN_COURS_INSTRUCTION),
        (Etat.TRANSMIS, Etat.REFUSE),
        (Etat.EN_COURS_INSTRUCTION, Etat.ANNULE),
        (Etat.ENGAGE, Etat.ANNULE),
        (Etat.RUPTURE, Etat.SOLDE),
    ],
)
def test_an_edge_of_the_norm_may_be_followed(de: Etat, vers: Etat) -> None:
    check_transition(de, vers)


@pytest.mark.parametrize(
    ("de", "vers"),
    [
        (Etat.TRANSMIS, Etat.ENGAGE),
        (Etat.TRANSMIS, Etat.TRANSMIS),
        (Etat.ANNULE, Etat.TRANSMIS),
        (Etat.ANNULE, Etat.ANNULE),
        (Etat.REFUSE, Etat.ANNULE),
        (Etat.RUPTURE, Etat.ANNULE),
        (Etat.SOLDE, Etat.ANNULE),
    ],
)
def test_what_is_no_edge_may_not(de: Etat, vers: Etat) -> None:
    with pytest.raises(TransitionInterdite):
        check_transition(de, vers)


def test_all_that_the_cfa_may_cancel_may_be_cancelled() -> None:
    assert {Etat.TRANSMIS} == ANNULABLES
    for etat in ANNULABLES:
        check_transition(etat, Etat.ANNULE)
