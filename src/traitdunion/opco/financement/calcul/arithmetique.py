"""Exact arithmetic of cents and days, and how both are written in French."""

from datetime import date, timedelta

from traitdunion.norme.calendrier import add_months

JOUR = timedelta(days=1)
MOIS_PAR_AN = 12


def half_up(numerateur: int, denominateur: int) -> int:
    """A non-negative fraction of cents rounded to the cent, half upwards (ROUND_HALF_UP)."""
    return (2 * numerateur + denominateur) // (2 * denominateur)


def days_between(debut: date, fin: date) -> int:
    """Days of a period, both ends included; 0 when it is empty."""
    return max(0, (fin - debut).days + 1)


def start_of_year(debut: date, rang: int) -> date:
    """D_k: first day of an execution year, from 1, counted from the first one and clamped to the month's end."""
    return add_months(debut, MOIS_PAR_AN * (rang - 1))


def months_started(debut: date, fin: date, *, depuis: int = 0) -> int:
    """Months begun by `fin`, sliding from `debut`, at most twelve, those before month `depuis` left out."""
    return sum(1 for rang in range(MOIS_PAR_AN) if add_months(debut, depuis + rang) <= fin)


def say_euros(cents: int) -> str:
    """« 2 450,00 € », with the narrow no-break space of French figures."""
    signe, (euros, reste) = "−" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{signe}{euros:,}".replace(",", "\u202f") + f",{reste:02}\u00a0€"


def say_jour(jour: date) -> str:
    """« 01/09/2026 »."""
    return f"{jour:%d/%m/%Y}"
