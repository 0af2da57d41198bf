"""What staff type in forms, read: versions, amounts, days, identifiers."""

import re
from collections.abc import Mapping
from datetime import date

EUROS_MAX = 100_000_000
MONTANT = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
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


def read_cents(texte: str, libelle: str, *, maximum: int = EUROS_MAX) -> int | None:
    """Euros as people type them, « 8 000,50 », in cents; None for nothing. Raises SaisieInvalide.

    `maximum` in euros.
    """
    propre = "".join(texte.split()).replace("€", "").replace(",", ".")
    if not propre:
        return None
    euros, _, decimales = propre.partition(".")
    cents = int(euros) * 100 + int(decimales.ljust(2, "0")) if MONTANT.fullmatch(propre) else -1
    if not 0 <= cents <= maximum * 100:
        dit = f"{maximum:,}".replace(",", " ")
        raise SaisieInvalide(f"« {libelle} » est un montant en euros, de 0 à {dit}, deux décimales au plus.")
    return cents


def read_jour(texte: str, libelle: str) -> date:
    """A day as a browser sends it, 2026-09-01. Raises SaisieInvalide."""
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise SaisieInvalide(f"« {libelle} » est une date.") from None
