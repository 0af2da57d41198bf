"""What a bank's file says, whatever its format: what became of each virement, and what could not be read."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum

import msgspec

OCTETS_MAX = 10 * 1024 * 1024
OBSERVATIONS_MAX = 1_000  # of each kind: beyond, the file is another file, and its reader has understood


class RetoursIllisibles(Exception):
    """A file of which nothing can be read; its text is the French sentence to show."""


class FormatRetours(StrEnum):
    """The files that are read."""

    CAMT = "camt.054"
    PAIN = "pain.002"
    CSV = "csv"


class StatutRetour(StrEnum):
    """What became of a virement: debited, or refused, or given back after its debit."""

    EXECUTE = "EXECUTE"
    REJETE = "REJETE"


class Retour(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank says of one virement, known by the `reference` that it was sent with (EndToEndId).

    `date` is the day of the entry on the account, or the report's for a rejection. `montant` in cents; None when a
    rejection does not say it. `motif` is a French sentence, empty for an executed virement. `position` says where in
    the file, for the messages of whoever matches.
    """

    reference: str
    statut: StatutRetour
    date: date
    montant: int | None
    reference_bancaire: str = ""
    motif: str = ""
    position: str = ""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the file (« ligne 4 », « écriture 2, détail 7 ») and a French sentence."""

    position: str
    phrase: str


class RejetEntier(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file of virements that the bank refused (pain.002): `message_id` is the one it was written with."""

    message_id: str
    date: date
    motif: str


class LectureRetours(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read. `erreurs`: what is lost and must be looked at; `remarques`: what was left out for a good reason."""

    format: FormatRetours
    retours: tuple[Retour, ...] = ()
    rejets_entiers: tuple[RejetEntier, ...] = ()
    erreurs: tuple[Observation, ...] = ()
    remarques: tuple[Observation, ...] = ()


class LigneFausse(Exception):
    """One line that cannot be kept; its text is the French sentence. Never leaves this package."""


class Recueil:
    """What is gathered while a file is read: one wrong line is noted and the others go on."""

    def __init__(self) -> None:
        self._retours: dict[tuple[str, StatutRetour], Retour] = {}
        self._rejets: dict[str, RejetEntier] = {}
        self._erreurs: list[Observation] = []
        self._remarques: list[Observation] = []

    def read(self, position: str, lire: Callable[[str], Retour | None]) -> None:
        """One line through `lire`, which gives its Retour or None, or raises LigneFausse."""
        try:
            retour = lire(position)
        except LigneFausse as fausse:
            self.refuse(position, str(fausse))
            return
        if retour is not None:
            self._keep(retour)

    def _keep(self, retour: Retour) -> None:
        premier = self._retours.setdefault((retour.reference, retour.statut), retour)
        if premier is retour:
            return
        if msgspec.structs.replace(retour, position=premier.position) == premier:
            self.remark(retour.position, f"La même ligne est déjà présente ({premier.position}) : gardée une fois.")
        else:
            self.refuse(
                retour.position,
                f"Cette référence est déjà présente ({premier.position}) avec un autre montant, une autre date ou une "
                "autre référence bancaire : seule la première est gardée. Vérifiez auprès de la banque que le "
                "virement n'a pas été payé deux fois.",
            )

    def reject_entier(self, rejet: RejetEntier) -> None:
        """A whole file was refused; said twice in one report, it is kept once."""
        self._rejets.setdefault(rejet.message_id, rejet)

    def refuse(self, position: str, phrase: str) -> None:
        """A line that is lost."""
        _note(self._erreurs, position, phrase)

    def remark(self, position: str, phrase: str) -> None:
        """A line that is left out, with nothing lost."""
        _note(self._remarques, position, phrase)

    def close(self, lu: FormatRetours) -> LectureRetours:
        """All that was gathered, in the order of the file."""
        return LectureRetours(
            format=lu,
            retours=tuple(self._retours.values()),
            rejets_entiers=tuple(self._rejets.values()),
            erreurs=tuple(self._erreurs),
            remarques=tuple(self._remarques),
        )


def _note(notes: list[Observation], position: str, phrase: str) -> None:
    if len(notes) < OBSERVATIONS_MAX:
        notes.append(Observation(position=position, phrase=phrase))
    elif len(notes) == OBSERVATIONS_MAX:
        notes.append(Observation(position=position, phrase="D'autres lignes encore sont dans ce cas, à partir d'ici."))
