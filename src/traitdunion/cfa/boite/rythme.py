"""When to try again: pure, in seconds; the caller brings the die. Bounded whatever the clock or the OPCO says."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Rythme:
    """The pace of a box, in seconds.

    `premiere`, `plafond`: back-off of the n-th trouble in a row, doubled each time. `retry_after_max`: the longest that
    an OPCO is believed when it asks to wait. `relectures`: the gaps between the readings back of an uncertain envoi: it
    is believed to be absent only after all of them, a deposit may still be on its way (norme.md §7).
    `patience`: what a drain that was not asked to wait waits all the same.
    """

    premiere: float = 1.0
    plafond: float = 300.0
    retry_after_max: float = 3600.0
    relectures: tuple[float, ...] = (5.0, 60.0, 600.0)
    patience: float = 10.0
    troubles_max: int = 3

    def wait(self, troubles: int, retry_after_s: float | None, de: random.Random) -> float:
        """How long to wait after that many troubles in a row; what the OPCO asks for wins, within its bound."""
        if retry_after_s is not None:
            # Never before the time it gave; a little after, so that all senders do not come back together.
            return min(max(retry_after_s, 0.0) + de.uniform(0.0, 1.0), self.retry_after_max)
        recul = min(self.premiere * 2.0 ** min(max(troubles, 1) - 1, 30), self.plafond)
        return recul * de.uniform(0.5, 1.0)

    def relecture(self, faites: int, essais: int) -> float:
        """The gap before the next reading back, once `faites` found nothing; longer when it was lost several times."""
        pas = self.relectures[min(faites, len(self.relectures) - 1)]
        return min(pas * 2.0 ** min(max(essais, 1) - 1, 10), max(self.plafond, pas))
