"""The State's deposit as the sandbox plays it: numbers of the right form, and faults on demand."""

from datetime import date

import pytest

from traitdunion.bac_a_sable.deca.comportements import Comportement, asked_by_name, choose, read_configuration
from traitdunion.bac_a_sable.deca.numeros import ORDRE_MAX, build_numero, departement_of
from traitdunion.norme.identifiants import deca_valide

JOUR = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("code_postal", "departement"),
    [
        ("01000", "001"),
        ("75001", "075"),
        ("89999", "089"),
        ("90000", "90"),
        ("95999", "95"),
        ("20000", "02A"),
        ("20199", "02A"),
        ("20200", "02B"),
        ("20620", "02B"),
        ("97100", "971"),
        ("97460", "974"),
        ("97600", "976"),
    ],
)
def test_a_number_begins_with_the_departement_of_the_employer(code_postal: str, departement: str) -> None:
    assert departement_of(code_postal) == departement
    assert deca_valide(build_numero(departement, jour=JOUR, ordre=1))


@pytest.mark.parametrize("code_postal", [None, "", "7500", "00100", "96000", "97500", "98800", "99100", "7500A"])
def test_a_postal_code_of_nowhere_has_no_departement(code_postal: str | None) -> None:
    assert departement_of(code_postal) is None


def test_numbers_follow_each_other_past_the_first_series() -> None:
    assert build_numero("075", jour=JOUR, ordre=1) == "075202611NC0001"
    assert build_numero("075", jour=JOUR, ordre=ORDRE_MAX) == "075202611NC9999"
    assert build_numero("075", jour=JOUR, ordre=ORDRE_MAX + 1) == "075202611010001"
    assert deca_valide(build_numero("075", jour=JOUR, ordre=100 * ORDRE_MAX))
    with pytest.raises(ValueError):
        build_numero("075", jour=JOUR, ordre=100 * ORDRE_MAX + 1)


def test_a_fault_is_asked_for_by_the_name_of_an_invented_apprentice_only() -> None:
    assert asked_by_name("EXEMPLE LENT") is Comportement.LENT
    assert asked_by_name("EXEMPLE AA") is None
    assert asked_by_name("LENT") is None


def test_a_fault_is_asked_for_by_configuration_for_ever_or_some_times() -> None:
    lue = read_configuration(["refus", "mort:2"])
    assert lue == {Comportement.REFUS: None, Comportement.MORT: 2}
    assert choose("X", essai=1, rang=2, configuration=lue) == {Comportement.REFUS, Comportement.MORT}
    assert choose("X", essai=1, rang=3, configuration=lue) == {Comportement.REFUS}
    for faux in ("panne", "mort:x"):
        with pytest.raises(ValueError):
            read_configuration([faux])


def test_a_fault_that_is_over_after_one_call_lets_the_next_one_pass() -> None:
    assert choose("EXEMPLE ERREUR", essai=1, rang=1, configuration={}) == {Comportement.ERREUR}
    assert choose("EXEMPLE ERREUR", essai=2, rang=2, configuration={}) == frozenset()
    assert choose("EXEMPLE REFUS", essai=2, rang=2, configuration={}) == {Comportement.REFUS}
