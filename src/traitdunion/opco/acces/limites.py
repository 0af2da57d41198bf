"""Rate limits in memory, per worker (norme.md §5): a steady rate and a burst. Pure: the time comes in.

GCRA, the token bucket written with one number per caller: the instant at which its bucket would be full again.
"""

from collections.abc import Callable, Hashable
from time import monotonic

import msgspec

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import technique as codes
from traitdunion.opco.acces.habilitation import Habilitation

SUIVIS_MAX = 20_000  # callers followed at once: bounds memory when client ids are invented by the thousand


class Decision(msgspec.Struct, frozen=True):
    """Whether a call is let in; calls left in the burst; seconds until one is let in, and until all are."""

    admis: bool
    restant: int
    attente_secondes: float
    plein_dans_secondes: float


class Limiteur:
    """Lets in `par_minute` calls a minute for each caller, with bursts of `rafale`; `par_minute=0` lets in all."""

    def __init__(self, *, par_minute: int, rafale: int, nom: str = "appels", suivis_max: int = SUIVIS_MAX) -> None:
        if par_minute < 0 or rafale < 1:
            raise ValueError("par_minute >= 0 and rafale >= 1 expected")
        self._par_minute = par_minute
        self._rafale = rafale
        self._pas = 60.0 / par_minute if par_minute else 0.0
        self._nom = nom
        self._suivis_max = suivis_max
        self._plein_a: dict[Hashable, float] = {}

    def check(self, appelant: Hashable, *, at: float) -> Decision:
        """What `take` would answer, nothing taken. `at`: seconds of a clock that never goes back."""
        if not self._par_minute:
            return Decision(True, self._rafale, 0.0, 0.0)
        dette = max(self._plein_a.get(appelant, at) - at, 0.0)
        return self._decide(dette)

    def take(self, appelant: Hashable, *, at: float) -> Decision:
        """Count one call of `appelant` if it is let in; a refused call costs nothing more."""
        if not self._par_minute:
            return Decision(True, self._rafale, 0.0, 0.0)
        dette = max(self._plein_a.get(appelant, at) - at, 0.0)
        decision = self._decide(dette)
        if decision.admis:
            dette += self._pas
            if appelant not in self._plein_a and len(self._plein_a) >= self._suivis_max:
                self._forget(at)
            self._plein_a[appelant] = at + dette
        return decision

    def headers(self, decision: Decision) -> dict[str, str]:
        """RateLimit fields (draft-ietf-httpapi-ratelimit-headers), Retry-After when refused; none when unlimited."""
        if not self._par_minute:
            return {}
        entetes = {
            "RateLimit-Policy": f'"{self._nom}";q={self._par_minute};w=60',
            "RateLimit": f'"{self._nom}";r={decision.restant};t={_seconds_up(decision.plein_dans_secondes)}',
        }
        if not decision.admis:
            entetes["Retry-After"] = str(max(1, _seconds_up(decision.attente_secondes)))
        return entetes

    def refus(self, decision: Decision) -> Refus:
        """The 429 of a call that was not let in."""
        attente = max(1, _seconds_up(decision.attente_secondes))
        return codes.TROP_D_APPELS.refus(entetes=self.headers(decision), attente_secondes=attente)

    def _decide(self, dette: float) -> Decision:
        attente = dette - (self._rafale - 1) * self._pas
        # A hair of tolerance: the debt is a sum of floats.
        if attente > 1e-9:
            return Decision(False, 0, attente, dette)
        restant = int(self._rafale - 1 - dette / self._pas + 1e-6)
        return Decision(True, max(restant, 0), 0.0, dette + self._pas)

    def _forget(self, at: float) -> None:
        # Callers whose bucket is full again are as good as unknown; if all are busy, the idlest half goes.
        self._plein_a = {appelant: plein_a for appelant, plein_a in self._plein_a.items() if plein_a > at}
        if len(self._plein_a) >= self._suivis_max:
            gardes = sorted(self._plein_a.items(), key=lambda suivi: suivi[1])[self._suivis_max // 2 :]
            self._plein_a = dict(gardes)


def _seconds_up(secondes: float) -> int:
    return int(secondes) + (secondes > int(secondes))


class Debit:
    """The calls of the norm, by (editor, SIREN), on this worker: 600 a minute and bursts of 100 by default.

    Says where each caller stands; `par_minute=0` counts nothing (bench).
    """

    def __init__(self, *, par_minute: int, rafale: int, monotone: Callable[[], float] = monotonic) -> None:
        self._limiteur = Limiteur(par_minute=par_minute, rafale=rafale)
        self._monotone = monotone

    def take(self, habilitation: Habilitation) -> dict[str, str]:
        """Count one call; the RateLimit headers of its answer. Raises TROP_D_APPELS (429)."""
        decision = self._limiteur.take((habilitation.editeur, habilitation.siren), at=self._monotone())
        if not decision.admis:
            raise self._limiteur.refus(decision)
        return self._limiteur.headers(decision)
