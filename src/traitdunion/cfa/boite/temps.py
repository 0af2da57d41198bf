"""The time of a box: a wall clock that may jump, a monotonic one that does not, and sleep; tests bring their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Temps:
    """What a box knows of time."""

    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def anchored(self) -> "Temps":
        """The same, whose clock is read once and then moves as the monotonic one: it never jumps during a drain."""
        depart, repere = self.clock(), self.monotonic()
        return Temps(
            clock=lambda: depart + timedelta(seconds=self.monotonic() - repere),
            monotonic=self.monotonic,
            sleep=self.sleep,
        )
