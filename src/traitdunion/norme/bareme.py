"""Dated tables: the SMIC and the minimum pay of apprentices (D6222-26 to -33; regles.md §2.4)."""

from bisect import bisect_left
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# Monthly gross SMIC for 35 hours, in euros, from each day on.
SMIC: tuple[tuple[date, Decimal], ...] = (
    (date(2020, 1, 1), Decimal("1539.42")),
    (date(2021, 1, 1), Decimal("1554.58")),
    (date(2021, 10, 1), Decimal("1589.47")),
    (date(2022, 1, 1), Decimal("1603.12")),
    (date(2022, 5, 1), Decimal("1645.58")),
    (date(2022, 8, 1), Decimal("1678.95")),
    (date(2023, 1, 1), Decimal("1709.28")),
    (date(2023, 5, 1), Decimal("1747.20")),
    (date(2024, 1, 1), Decimal("1766.92")),
    (date(2024, 11, 1), Decimal("1801.80")),
    (date(2026, 1, 1), Decimal("1823.03")),
)
SMIC_MAYOTTE: tuple[tuple[date, Decimal], ...] = (
    (date(2024, 11, 1), Decimal("1361.97")),
    (date(2026, 1, 1), Decimal("1415.05")),
)
CODE_POSTAL_MAYOTTE = "976"

# Percent of the SMIC by execution year (1, 2, 3 and more) and age bracket (under 18, 18-20, 21-25, 26 and more).
GRILLE: tuple[tuple[int, int, int, int], ...] = ((27, 43, 53, 100), (39, 51, 61, 100), (55, 67, 78, 100))
BORNES_AGE = (18, 21, 26)
BORNES_MOIS = tuple(12 * age for age in BORNES_AGE)
CENT = Decimal("0.01")


def smic_at(jour: date, *, code_postal: str | None = None) -> Decimal | None:
    """Monthly SMIC in force on a day where the employer is; None before the first value known."""
    mayotte = code_postal is not None and code_postal.startswith(CODE_POSTAL_MAYOTTE)
    en_vigueur = [montant for depuis, montant in (SMIC_MAYOTTE if mayotte else SMIC) if depuis <= jour]
    return en_vigueur[-1] if en_vigueur else None


def bracket_at(naissance: date, jour: date) -> int:
    """Age bracket (0 to 3) on a day; it changes on the first day of the month after the birthday (D6222-31)."""
    # First of the month after the birthday: the day of birth plays no part, whole months are enough.
    mois = (jour.year - naissance.year) * 12 + jour.month - naissance.month
    return bisect_left(BORNES_MOIS, mois)


def minimum_rate(annee: int, tranche: int) -> int:
    """Percent owed in an execution year (from 1; the fourth is as the third) for an age bracket."""
    return GRILLE[min(annee, len(GRILLE)) - 1][tranche]


def minimum_amount(taux: int | Decimal, base: Decimal) -> Decimal:
    """Monthly euros for a rate, half-up to the cent as published."""
    return (base * taux / 100).quantize(CENT, ROUND_HALF_UP)
