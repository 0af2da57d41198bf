import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.opco.acces.cles import CleGeneree, add_months, end_of, last_day
from traitdunion.opco.socle.clock import PARIS, day_of

jours = st.dates(min_value=date(2020, 1, 1), max_value=date(2090, 1, 1))


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),  # leap year
        (date(2026, 8, 28), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2026, 3, 31), 12, date(2027, 3, 31)),
        (date(2026, 6, 15), 36, date(2029, 6, 15)),
    ],
)
def test_months_are_added_by_the_calendar(jour: date, mois: int, attendu: date) -> None:
    assert add_months(jour, mois) == attendu


@given(jour=jours, mois=st.integers(min_value=6, max_value=36))
def test_the_same_day_of_the_month_or_its_last_one(jour: date, mois: int) -> None:
    fin = add_months(jour, mois)

    assert (fin.year * 12 + fin.month) - (jour.year * 12 + jour.month) == mois
    assert fin.day == jour.day or (fin.day < jour.day and fin.day == calendar.monthrange(fin.year, fin.month)[1])


@given(secondes=st.integers(min_value=0, max_value=70 * 365 * 86_400))
def test_a_key_never_lives_less_than_six_months(secondes: int) -> None:
    instant = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=secondes)
    jour = add_months(day_of(instant), 6)
    fin = end_of(jour)

    assert last_day(fin) == jour
    # 181 days is the shortest half-year by the calendar (31 August to 28 February).
    assert fin.astimezone(UTC) - instant > timedelta(days=181) - timedelta(hours=1)


@pytest.mark.parametrize("jour", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_ends_at_midnight_in_paris_even_when_the_clock_changes(jour: date) -> None:
    fin = end_of(jour).astimezone(PARIS)

    assert (fin.date(), fin.hour, fin.minute) == (jour + timedelta(days=1), 0, 0)
    assert last_day(end_of(jour)) == jour


def test_the_repr_of_a_key_does_not_show_it() -> None:
    generee = CleGeneree(
        id=1, siren="123456782", cle="tdu_prod_AbCdsecret", prefixe="tdu_prod_AbCd", dernier_jour=date(2027, 1, 1)
    )

    assert "secret" not in repr(generee)
    assert "secret" not in str(generee)
