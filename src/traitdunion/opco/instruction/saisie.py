"""What staff type in forms, read: versions, amounts, days, identifiers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

CENTS_MAX = 100_000_000_00  # a hundred million euros
CHIFFRES_MAX = 18  # of a number that the database can hold


class SaisieInvalide(ValueError):
    """A field that cannot be read; the text is the French sentence to show."""


def read_version(data: Mapping[str, str]) -> int:
    """The version that the page was made of; -1, which nothing has, for anything else."""
    texte = data.get("version", "")
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 10 else -1


def read_numero(texte: str) -> int:
    """A number of ours, 0 for anything else."""
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) <= CHIFFRES_MAX else 0


def read_cents(texte: str, libelle: str) -> int | None:
    """Euros as people type them, « 8 000,50 », in cents; None for nothing. Raises SaisieInvalide."""
    propre = "".join(texte.split()).replace("€", "").replace(",", ".")
    if not propre:
        return None
    try:
        montant = Decimal(propre)
    except InvalidOperation:
        montant = Decimal(-1)
    # `is_finite` first: NaN compares with nothing.
    if not montant.is_finite() or not 0 <= montant <= CENTS_MAX // 100 or montant != montant.quantize(Decimal("0.01")):
        raise SaisieInvalide(f"« {libelle} » est un montant en euros, positif, deux décimales au plus.")
    return int(montant * 100)


def read_jour(texte: str, libelle: str) -> date:
    """A day as a browser sends it, 2026-09-01. Raises SaisieInvalide."""
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise SaisieInvalide(f"« {libelle} » est une date.") from None
