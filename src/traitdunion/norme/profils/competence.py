"""The OPCO of each branch: the public table IDCC → OPCO, read from its file (regles.md §2.6).

Apart from the matrix: only who imports the table, or asks it, needs it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from traitdunion.norme import identifiants as ids
from traitdunion.norme.tableur import Feuille, Lecture, LigneFausse, Rangee, read_first

COLONNES = ("idcc", "opco")


class IdccOpco(NamedTuple):
    """The OPCO of a branch, named as the table names it."""

    idcc: str
    opco: str


def read_idcc_opco(feuilles: Iterator[Feuille], lecture: Lecture, *, valable_du: date) -> Sequence[IdccOpco] | None:
    """The rows of the table; None when the file is another one."""

    def read(rangee: Rangee) -> IdccOpco:
        return IdccOpco(read_one_idcc(rangee, COLONNES[0]), rangee.text(COLONNES[1], requis=True))

    return read_first(feuilles, lecture, COLONNES, (), read, lambda un: un.idcc)


def read_idccs(rangee: Rangee, colonne: str) -> list[str]:
    """The IDCC of a cell, 4 digits each, leading zeros given back: 478 is 0478. Raises LigneFausse."""
    codes = [code.zfill(4) for code in rangee.text(colonne, requis=True).replace(",", " ").replace("/", " ").split()]
    for code in codes:
        if not ids.idcc_valide(code):
            raise LigneFausse(colonne, f"« {code[:40]} » n'est pas un IDCC : 4 chiffres.")
    return codes


def read_one_idcc(rangee: Rangee, colonne: str) -> str:
    """The one IDCC of a cell. Raises LigneFausse."""
    codes = read_idccs(rangee, colonne)
    if len(codes) > 1:
        raise LigneFausse(colonne, f"« {' '.join(codes)[:40]} » : écrivez une ligne par code IDCC.")
    return codes[0]
