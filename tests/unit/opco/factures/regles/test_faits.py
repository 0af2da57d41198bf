"""Which échéance a number says."""

import msgspec
import pytest
from builders.factures.faits import some_faits

from traitdunion.opco.factures.regles.faits import find_echeance


@pytest.mark.parametrize(("dit", "trouve"), [(1, 1), (4, 4), (99, 4), (5, None), (0, None)])
def test_99_is_the_last_solde_and_any_other_number_its_own_echeance(dit: int, trouve: int | None) -> None:
    echeance = find_echeance(dit, some_faits().echeances.values())
    assert (echeance.numero if echeance else None) == trouve


def test_without_an_echeancier_there_is_none() -> None:
    assert find_echeance(99, []) is None


def test_the_last_solde_is_the_one_that_may_be_lost() -> None:
    faits = some_faits()

    assert [numero for numero, une in faits.echeances.items() if faits.is_last(une)] == [4]


def test_without_a_last_solde_after_a_break_the_last_echeance_may_be_lost() -> None:
    faits = some_faits()
    rompu = msgspec.structs.replace(faits, echeances={numero: faits.echeances[numero] for numero in (1, 2)})

    assert [numero for numero, une in rompu.echeances.items() if rompu.is_last(une)] == [2]
