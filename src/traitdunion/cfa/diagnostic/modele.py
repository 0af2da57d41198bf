"""A finding of the diagnostic, and how a whole list of them ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from traitdunion.lancement import codes

# From what only a person mends to what may pass by itself.
_DU_PIRE_AU_MOINDRE = (codes.USAGE, codes.ACCES, codes.RESEAU)


class Niveau(StrEnum):
    """What a finding means."""

    BON = "bon"
    ATTENTION = "attention"
    MAUVAIS = "mauvais"


SIGNES = {Niveau.BON: "✓", Niveau.ATTENTION: "!", Niveau.MAUVAIS: "✗"}


@dataclass(frozen=True)
class Constat:
    """One thing that was looked at. `code`: the exit code that it deserves when it is bad; never a secret in it."""

    sujet: str
    niveau: Niveau
    phrase: str
    que_faire: str | None = None
    code: int = codes.USAGE


def good(sujet: str, phrase: str) -> Constat:
    """All is well."""
    return Constat(sujet, Niveau.BON, phrase)


def doubtful(sujet: str, phrase: str, que_faire: str | None = None) -> Constat:
    """It works, and yet someone should know."""
    return Constat(sujet, Niveau.ATTENTION, phrase, que_faire)


def bad(sujet: str, phrase: str, que_faire: str, *, code: int = codes.USAGE) -> Constat:
    """It cannot work like this."""
    return Constat(sujet, Niveau.MAUVAIS, phrase, que_faire, code)


def exit_code(constats: Iterable[Constat]) -> int:
    """The exit code of the worst finding: settings, then access, then network; 0 when none is bad."""
    mauvais = {un.code for un in constats if un.niveau is Niveau.MAUVAIS}
    return next((code for code in _DU_PIRE_AU_MOINDRE if code in mauvais), codes.FAIT)
