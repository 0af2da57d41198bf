"""What an error is made of: a catalogue entry, the anomaly it yields on a field, the refusal that carries anomalies."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec


class Gravite(StrEnum):
    """How much an anomaly weighs (norme.md §5, §7): only BLOQUANT stops a deposit."""

    BLOQUANT = "BLOQUANT"
    MOTIF_REFUS = "MOTIF_REFUS"
    AVERTISSEMENT = "AVERTISSEMENT"


class Anomalie(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with one field, as it is written on the wire."""

    code: str
    champ: str | None = None
    gravite: Gravite = Gravite.BLOQUANT
    description: str
    article: str | None = None


class Entree(msgspec.Struct, frozen=True, kw_only=True):
    """A code of the catalogue.

    `phrase` is French, says what is wrong and how to mend it, and may hold `{placeholders}`;
    `statut` is the HTTP status when this code refuses a call; `documentation` is one French line for /docs.
    """

    code: str
    phrase: str
    documentation: str
    gravite: Gravite = Gravite.BLOQUANT
    statut: int = 400
    article: str | None = None

    def anomalie(self, champ: str | None = None, /, **valeurs: object) -> Anomalie:
        """This code found on `champ` (a path such as `cerfa.apprenti.nir`), its sentence filled with `valeurs`."""
        return Anomalie(
            code=self.code,
            champ=champ,
            gravite=self.gravite,
            description=self.phrase.format_map(valeurs),
            article=self.article,
        )

    def refus(
        self, champ: str | None = None, /, *, entetes: Mapping[str, str] | None = None, **valeurs: object
    ) -> "Refus":
        """A refusal made of this one code; `raise codes.X.refus(...)`."""
        return Refus([self.anomalie(champ, **valeurs)], statut=self.statut, entetes=entetes)


class Refus(Exception):
    """A call refused: every anomaly found, the HTTP status, and headers such as `Retry-After` or `WWW-Authenticate`.

    `complement` holds further members of the error body (the numbers of the dossier already received, say).
    """

    def __init__(
        self,
        anomalies: Iterable[Anomalie],
        *,
        statut: int = 400,
        entetes: Mapping[str, str] | None = None,
        complement: Mapping[str, object] | None = None,
    ) -> None:
        self.anomalies = tuple(anomalies)
        self.statut = statut
        self.entetes = dict(entetes or {})
        self.complement = dict(complement or {})
        super().__init__(", ".join(anomalie.code for anomalie in self.anomalies))

    @property
    def principale(self) -> Anomalie:
        """The anomaly that names the refusal: the first that blocks, warnings being told along with it."""
        return next((a for a in self.anomalies if a.gravite is Gravite.BLOQUANT), self.anomalies[0])
