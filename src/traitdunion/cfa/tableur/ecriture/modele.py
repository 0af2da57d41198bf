"""The template: « cfa modele »."""

from collections.abc import Iterator
from datetime import date

from traitdunion.cfa.tableur.ecriture import exemples
from traitdunion.cfa.tableur.ecriture.feuilles import Rangee, write_classeur


def write_modele(*, le: date, nombre: int = 0) -> bytes:
    """The bytes of the template: one row of example, or `nombre` invented apprentices that may be imported."""
    return write_classeur(_rangees(le, nombre))


def _rangees(le: date, nombre: int) -> Iterator[Rangee]:
    if nombre == 0:
        yield Rangee(exemples.example_row(le), est_exemple=True)
    for valeurs in exemples.invent(nombre, le=le):
        yield Rangee(valeurs)
