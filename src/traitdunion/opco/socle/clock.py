"""The only place where the server asks what time it is."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def day_of(instant: datetime) -> date:
    """The calendar day of an instant in France: the one that deadlines and rules count in."""
    return instant.astimezone(PARIS).date()


class Clock(Protocol):
    """The time port."""

    def now(self) -> datetime:
        """Now, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved (tests, sandbox)."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant
