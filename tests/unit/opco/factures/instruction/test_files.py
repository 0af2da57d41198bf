"""The two months in which a rejection is told (R6332-24)."""

from datetime import UTC, date, datetime

import pytest

from traitdunion.opco.factures.instruction.files import limit_of


@pytest.mark.parametrize(
    ("recue", "limite"),
    [
        (datetime(2026, 9, 5, 8, tzinfo=UTC), date(2026, 11, 5)),
        (datetime(2026, 12, 31, 8, tzinfo=UTC), date(2027, 2, 28)),
        # Late on 30 September in UTC is 1 October in France.
        (datetime(2026, 9, 30, 22, 30, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_the_limit_is_two_months_after_the_day_of_reception_in_france(recue: datetime, limite: date) -> None:
    assert limit_of(recue) == limite
