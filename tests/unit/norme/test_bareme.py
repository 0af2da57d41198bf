"""Dated tables: the SMIC, the grid, the age brackets; and the calendar they stand on (regles.md §2.4, §4.9)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme import bareme
from traitdunion.norme.calendrier import add_months, age_at, months_between

JOURS = st.dates(date(1960, 1, 1), date(2060, 12, 31))
PUBLIES_2026 = {27: "492.22", 39: "710.98", 43: "783.90", 51: "929.75", 53: "966.21", 55: "1002.67"} | {
    61: "1112.05",
    67: "1221.43",
    78: "1421.96",
}


@pytest.mark.parametrize(("taux", "montant"), PUBLIES_2026.items())
def test_the_minima_of_2026_are_those_published(taux: int, montant: str) -> None:
    assert bareme.minimum_amount(taux, Decimal("1823.03")) == Decimal(montant)


@pytest.mark.parametrize(
    ("jour", "code_postal", "montant"),
    [
        (date(2025, 12, 31), "75001", "1801.80"),
        (date(2026, 1, 1), "75001", "1823.03"),
        (date(2026, 1, 1), "97600", "1415.05"),
        (date(2024, 10, 31), None, "1766.92"),
    ],
)
def test_the_smic_is_that_of_the_day_and_of_the_place(jour: date, code_postal: str | None, montant: str) -> None:
    assert bareme.smic_at(jour, code_postal=code_postal) == Decimal(montant)


def test_no_smic_is_invented_for_a_day_before_the_table() -> None:
    assert bareme.smic_at(date(2019, 12, 31)) is None


@pytest.mark.parametrize("borne", bareme.BORNES_AGE)
def test_the_bracket_changes_on_the_first_of_the_month_after_the_birthday(borne: int) -> None:
    naissance = date(2006, 5, 14)
    premier = date(2006 + borne, 6, 1)
    assert bareme.bracket_at(naissance, premier - timedelta(days=1)) + 1 == bareme.bracket_at(naissance, premier)


@given(JOURS, JOURS, JOURS)
def test_the_older_the_apprentice_the_higher_the_bracket(naissance: date, un: date, autre: date) -> None:
    avant, apres = sorted((un, autre))
    assert bareme.bracket_at(naissance, avant) <= bareme.bracket_at(naissance, apres)


@given(st.integers(1, 4), st.integers(0, 3))
def test_the_grid_rises_with_the_year_and_with_the_age(annee: int, tranche: int) -> None:
    grille = bareme.grille_at(date(2026, 1, 1))
    taux = bareme.minimum_rate(annee, tranche, grille=grille)
    assert taux <= bareme.minimum_rate(annee + 1, tranche, grille=grille)
    assert tranche == 3 or taux < bareme.minimum_rate(annee, tranche + 1, grille=grille)


@given(JOURS, st.integers(-600, 600))
def test_adding_months_keeps_the_day_or_the_months_end(jour: date, mois: int) -> None:
    arrive = add_months(jour, mois)
    assert (arrive.year - jour.year) * 12 + arrive.month - jour.month == mois
    assert arrive.day == jour.day or (arrive.day < jour.day and (arrive + timedelta(days=1)).day == 1)


def test_six_months_after_31_august_is_the_end_of_february() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)


@given(JOURS, st.integers(-400, 1500))
def test_the_whole_months_of_a_period_are_those_that_end_by_the_day_after(debut: date, jours: int) -> None:
    fin = debut + timedelta(days=jours)
    mois = months_between(debut, fin)
    assert add_months(debut, mois) <= fin + timedelta(days=1) < add_months(debut, mois + 1)


@given(JOURS, st.integers(0, 60))
def test_a_period_of_whole_months_counts_them(debut: date, mois: int) -> None:
    fin = add_months(debut, mois) - timedelta(days=1)
    assert months_between(debut, fin) >= mois
    if debut.day <= 28:
        assert months_between(debut, fin) == mois


@given(JOURS, st.integers(0, 80))
def test_one_grows_older_on_ones_birthday_and_not_the_day_before(naissance: date, age: int) -> None:
    if (naissance.month, naissance.day) != (2, 29):
        anniversaire = naissance.replace(year=naissance.year + age)
        assert age_at(naissance, anniversaire) == age
        assert age_at(naissance, anniversaire - timedelta(days=1)) == age - 1
