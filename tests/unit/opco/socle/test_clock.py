"""The day of an instant is the one in France."""

from datetime import UTC, date, datetime, timedelta

import pytest

from traitdunion.opco.socle.clock import FixedClock, SystemClock, day_of


@pytest.mark.parametrize(
    ("instant", "jour"),
    [
        (datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC), date(2026, 8, 31)),  # summer: UTC+2
        (datetime(2026, 8, 31, 22, 0, tzinfo=UTC), date(2026, 9, 1)),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),  # winter: UTC+1
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),  # the hour that comes twice
    ],
)
def test_the_day_is_counted_in_paris(instant: datetime, jour: date) -> None:
    assert day_of(instant) == jour


def test_the_machine_s_clock_speaks_utc() -> None:
    maintenant = SystemClock().now()
    assert maintenant.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - maintenant) < timedelta(seconds=5)


def test_a_fixed_clock_moves_only_when_moved() -> None:
    horloge = FixedClock(datetime(2026, 9, 1, tzinfo=UTC))
    assert horloge.now() == horloge.now()
    horloge.instant += timedelta(days=1)
    assert horloge.now() == datetime(2026, 9, 2, tzinfo=UTC)
