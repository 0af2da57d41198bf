"""Who calls: what a call says of itself, what is found of it, and the cache between the two.

A cached answer is at most 4 s old, and every one is dropped as soon as a key, a token or an accrochage changes
(channel `acces`): a revocation holds on all workers in less than 5 s, even if the notification is lost
(fiabilite.md §4).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

import msgspec

DUREE_CACHE_SECONDES = 4.0
CACHE_MAX = 10_000  # habilitations; beyond, the cache starts again from nothing


class Appel(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What a call says of itself; headers as received, None when absent."""

    methode: str
    chemin: str
    hote: str | None = None
    autorisation: str | None = None
    cle: str | None = None
    preuve: str | None = None

    def __repr__(self) -> str:
        """Nothing secret: the headers are left out."""
        return f"Appel({self.methode} {self.chemin})"


class Habilitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is allowed: the editor of the token and, once its key is resolved, the CFA's SIREN."""

    editeur: int
    editeur_nom: str
    portee: str
    jkt: str | None
    expire_le: datetime  # first end among the token's and the key's: after it, nothing of this holds
    siren: str = ""
    accrochage_etat: str = ""
    cle_id: int = 0
    cle_expire_le: datetime | None = None

    @property
    def acteur(self) -> str:
        """As the events name who calls."""
        return f"editeur:{self.editeur}"


class CacheHabilitations:
    """Habilitations found a moment ago, by the SHA-256 of what was shown: no secret is kept in memory.

    `monotone`: seconds of a clock that never goes back, so that a clock set back cannot prolong a revoked key.
    """

    def __init__(
        self, *, duree_secondes: float = DUREE_CACHE_SECONDES, monotone: Callable[[], float] = monotonic
    ) -> None:
        self._duree = timedelta(seconds=duree_secondes).total_seconds()
        self._monotone = monotone
        self._trouvees: dict[bytes, tuple[float, Habilitation]] = {}
        self.generation = 0

    def __len__(self) -> int:
        return len(self._trouvees)

    @staticmethod
    def key(jeton: str, cle: str) -> bytes:
        """The entry of a pair; neither can hold a line feed, since both come from headers."""
        return sha256(f"{jeton}\n{cle}".encode()).digest()

    def find(self, entree: bytes, *, at: datetime) -> Habilitation | None:
        """The habilitation, unless it is unknown, too old here, or over."""
        trouvee = self._trouvees.get(entree)
        if trouvee is None:
            return None
        perime_a, habilitation = trouvee
        if self._monotone() >= perime_a or at >= habilitation.expire_le:
            self._trouvees.pop(entree, None)
            return None
        return habilitation

    def keep(self, entree: bytes, habilitation: Habilitation, *, generation: int) -> None:
        """Keep what was found, unless something was dropped since `generation` was read: it may be out of date."""
        if generation != self.generation:
            return
        if len(self._trouvees) >= CACHE_MAX:
            self._trouvees.clear()
        self._trouvees[entree] = (self._monotone() + self._duree, habilitation)

    def drop(self) -> None:
        """Forget everything."""
        self.generation += 1
        self._trouvees.clear()
