"""Calendar days: adding months, ages."""

from calendar import monthrange
from datetime import date


def add_months(jour: date, mois: int) -> date:
    """The same day `mois` months later (earlier if negative), clamped to the month's end (regles.md §4.9)."""
    total = jour.year * 12 + jour.month - 1 + mois
    annee, rang = divmod(total, 12)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))


def age_at(naissance: date, jour: date) -> int:
    """Completed years at a day; who is born on 29 February turns on 1 March of common years."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def months_between(debut: date, fin: date) -> int:
    """Whole months from `debut` to the day after `fin`, both days included in the period."""
    mois = (fin.year - debut.year) * 12 + fin.month - debut.month
    while add_months(debut, mois).toordinal() > fin.toordinal() + 1:
        mois -= 1
    while add_months(debut, mois + 1).toordinal() <= fin.toordinal() + 1:
        mois += 1
    return mois
