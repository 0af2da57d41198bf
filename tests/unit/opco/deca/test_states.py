"""When a deposit is tried again, what the staff see of it, which numbers are recorded."""

from datetime import timedelta

import pytest

from traitdunion.opco.deca import states
from traitdunion.opco.deca.states import EtatDepot, Nature

JUSTE, AVENANT = "075202611NC0001", "075202611NC0002"


@pytest.mark.parametrize(
    ("tentatives", "secondes"), [(1, 10), (2, 20), (3, 40), (9, 2_560), (10, 3_600), (11, 3_600), (10_000, 3_600)]
)
def test_each_failure_doubles_the_delay_up_to_an_hour(tentatives: int, secondes: int) -> None:
    assert states.compute_report(tentatives) == timedelta(seconds=secondes)


def test_the_staff_see_a_failure_from_the_ninth_on() -> None:
    assert states.etat_after_failure(8) is EtatDepot.EN_COURS
    assert states.etat_after_failure(9) is EtatDepot.EN_ECHEC


def test_the_lease_outlives_a_read_back_and_a_deposit() -> None:
    from traitdunion.opco.deca.http import DELAI_SECONDES

    assert 3 * timedelta(seconds=DELAI_SECONDES) < states.BAIL


def test_every_state_has_its_words_and_all_but_one_may_be_tried_again() -> None:
    assert set(states.LIBELLES) == set(EtatDepot)
    assert set(EtatDepot) - states.RELANCABLES == {EtatDepot.DEPOSE}


def test_a_reference_is_the_number_and_the_nature() -> None:
    assert [states.build_reference(12, nature) for nature in Nature] == ["12-contrat", "12-avenant", "12-refus"]


@pytest.mark.parametrize(
    ("numero", "avenant", "nature"),
    [(JUSTE, None, Nature.CONTRAT), ("92202611NC0001", None, Nature.CONTRAT), (JUSTE, AVENANT, Nature.AVENANT)],
)
def test_numbers_of_the_right_form_are_recorded(numero: str, avenant: str | None, nature: Nature) -> None:
    assert states.check_numeros(numero, avenant, nature=nature) is None


@pytest.mark.parametrize(
    ("numero", "avenant", "nature", "dit"),
    [
        ("", None, Nature.CONTRAT, "forme"),
        ("075202613NC0001", None, Nature.CONTRAT, "forme"),
        ("96202611NC0001", None, Nature.CONTRAT, "forme"),
        (JUSTE + "\n", None, Nature.CONTRAT, "forme"),
        (JUSTE, AVENANT, Nature.CONTRAT, "avenant pour un contrat"),
        (JUSTE, None, Nature.AVENANT, "sans lui donner"),
        (JUSTE, "1", Nature.AVENANT, "forme"),
    ],
)
def test_others_are_not_and_it_is_said_why(numero: str, avenant: str | None, nature: Nature, dit: str) -> None:
    assert dit in (states.check_numeros(numero, avenant, nature=nature) or "")
