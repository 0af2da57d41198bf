"""Calendar days: adding months, ages."""

from calendar import isleap
from datetime import date

JOURS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FEVRIER = 2


def month_length(annee: int, mois: int) -> int:
    """Days of a month, from 1 for January."""
    return 29 if mois == FEVRIER and isleap(annee) else JOURS[mois - 1]


def add_months(jour: date, mois: int) -> date:
    """The same day `mois` months later (earlier if negative), clamped to the month's end (regles.md §4.9)."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    return date(annee, rang + 1, min(jour.day, month_length(annee, rang + 1)))


def age_at(naissance: date, jour: date) -> int:
    """Completed years at a day; who is born on 29 February turns on 1 March of common years."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def months_between(debut: date, fin: date) -> int:
    """Whole months from `debut` to the day after `fin`, both days included in the period."""
    annee, mois, lendemain = fin.year, fin.month, fin.day + 1
    if fin.day == month_length(annee, mois):
        annee, mois, lendemain = (annee, mois + 1, 1) if mois < len(JOURS) else (annee + 1, 1, 1)
    # The month in which the day after falls is whole once the day on which it began there has come again.
    anniversaire = min(debut.day, month_length(annee, mois))
    return (annee - debut.year) * 12 + mois - debut.month - (anniversaire > lendemain)
