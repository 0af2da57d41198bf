"""Every parameter takes what is just inside its bounds, and refuses what is just outside."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from traitdunion.norme.parametres import Definition, Nature, ValeurInvalide
from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import (
    CERTIFICATIONS_MAX,
    DERNIER_JOUR,
    PREMIER_JOUR,
    check_valeur,
    encode,
    write_montant,
)

ENTIERS = {Nature.MONTANT, Nature.POUR_CENT, Nature.JOURS, Nature.MOIS, Nature.NIVEAU}
CROISSANTS = {Nature.JOURS_CROISSANTS, Nature.MOIS_CROISSANTS}
JOUR = timedelta(days=1)


def inside(definition: Definition) -> Iterator[Any]:
    """Values on the bounds of a parameter, in their JSON form."""
    bas, haut, nature = definition.minimum, definition.maximum, definition.nature
    if nature in ENTIERS:
        yield from (bas, haut)
    elif nature in CROISSANTS:
        yield from ([bas, bas + 1], [haut - 1, haut])
    elif nature is Nature.PARTS:
        yield [100] + [0] * (definition.longueur - 1)
    elif nature is Nature.GRILLE:
        yield from ([[bas] * 4] * 3, [[haut] * 4] * 3, [[27, 43, 53, 100], [27, 43, 53, 100], [55, 67, 78, 100]])
    elif nature is Nature.OUI_NON:
        yield from (True, False)
    elif nature is Nature.CHOIX:
        yield from definition.choix
    elif nature is Nature.DATE:
        yield from (PREMIER_JOUR.isoformat(), DERNIER_JOUR.isoformat())
    else:
        yield from ([], ["RNCP1", "RNCP123456"], [f"RNCP{rang}" for rang in range(CERTIFICATIONS_MAX)])


def outside(definition: Definition) -> Iterator[Any]:
    """Values just beyond, and values of another kind."""
    bas, haut, nature = definition.minimum, definition.maximum, definition.nature
    yield None
    yield 1.5
    if nature is not Nature.OUI_NON:
        yield True
    if nature in ENTIERS:
        yield from (bas - 1, haut + 1, str(bas))
    elif nature in CROISSANTS:
        yield from ([bas - 1, bas], [haut, haut + 1], [bas, bas], [bas + 1, bas], [bas], [bas, bas + 1, bas + 2])
    elif nature is Nature.PARTS:
        reste = [0] * (definition.longueur - 2)
        yield from ([99, 0, *reste], [100, 1, *reste], [101, -1, *reste], [100], [50, 50, *reste, 0])
    elif nature is Nature.GRILLE:
        yield from ([[bas - 1] * 4] * 3, [[haut + 1] * 4] * 3, [[27, 43, 53]] * 3, [[27, 43, 53, 100]] * 2)
        yield from (
            [[27, 26, 53, 100]] * 3,
            [[27, 43, 53, 100], [26, 43, 53, 100], [55, 67, 78, 100]],
            [[27] * 4, 3, 3],
        )
    elif nature is Nature.OUI_NON:
        yield from (1, "oui")
    elif nature is Nature.CHOIX:
        yield from ("", "366")
    elif nature is Nature.DATE:
        yield from ((PREMIER_JOUR - JOUR).isoformat(), (DERNIER_JOUR + JOUR).isoformat(), "2025-02-29", 20250701)
    else:
        yield from (["RNCP"], ["RNCP1234567"], ["rncp1"], ["37239"], [37239], "RNCP37239")
        yield [f"RNCP{rang}" for rang in range(CERTIFICATIONS_MAX + 1)]


CAS = [pytest.param(definition, id=cle) for cle, definition in CATALOGUE.items()]


@pytest.mark.parametrize("definition", CAS)
def test_what_is_just_inside_is_taken_and_comes_back_from_its_json(definition: Definition) -> None:
    for brut in inside(definition):
        valeur = check_valeur(definition, brut)
        assert check_valeur(definition, encode(valeur)) == valeur


@pytest.mark.parametrize("definition", CAS)
def test_what_is_just_outside_is_refused_with_a_sentence(definition: Definition) -> None:
    for brut in outside(definition):
        with pytest.raises(ValeurInvalide) as refus:
            check_valeur(definition, brut)
        assert str(refus.value).endswith((".", "%.")), brut


def test_the_bounds_of_an_amount_are_told_in_euros() -> None:
    with pytest.raises(ValeurInvalide, match=r"entre 0,00 et 5\u00a0000,00 €"):
        check_valeur(CATALOGUE["participation_montant"], 500_001)


def test_the_list_of_certifications_is_sorted_and_says_each_once() -> None:
    lue = check_valeur(CATALOGUE["distance_hors_minoration"], ["RNCP9", "RNCP37239", "RNCP9"])
    assert lue == ("RNCP37239", "RNCP9")


@pytest.mark.parametrize(("centimes", "texte"), [(0, "0,00"), (5, "0,05"), (182_303, "1\u00a0823,03")])
def test_an_amount_is_written_to_the_cent(centimes: int, texte: str) -> None:
    assert write_montant(centimes) == texte


def test_a_day_is_a_day_whatever_gives_it() -> None:
    assert check_valeur(CATALOGUE["date_regime_2025"], date(2025, 7, 1)) == date(2025, 7, 1)
