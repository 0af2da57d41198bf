"""The SMIC and the minimum pay of apprentices on a day (D6222-26 to -33; regles.md §2.4), from the dated parameters."""

from bisect import bisect_left
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from traitdunion.norme.parametres import LIVRES, Parametres
from traitdunion.norme.parametres.regles import Grille

CODE_POSTAL_MAYOTTE = "976"
BORNES_AGE = (18, 21, 26)
BORNES_MOIS = tuple(12 * age for age in BORNES_AGE)
CENT = Decimal("0.01")


def smic_at(jour: date, *, code_postal: str | None = None, parametres: Parametres = LIVRES) -> Decimal | None:
    """Monthly SMIC in euros in force on a day where the employer is; None before the first value known."""
    regles = parametres.at(jour)
    mayotte = code_postal is not None and code_postal.startswith(CODE_POSTAL_MAYOTTE)
    centimes = regles.smic_mensuel_mayotte if mayotte else regles.smic_mensuel
    return None if centimes is None else Decimal(centimes).scaleb(-2)


def bracket_at(naissance: date, jour: date) -> int:
    """Age bracket (0 to 3) on a day; it changes on the first day of the month after the birthday (D6222-31)."""
    # First of the month after the birthday: the day of birth plays no part, whole months are enough.
    mois = (jour.year - naissance.year) * 12 + jour.month - naissance.month
    return bisect_left(BORNES_MOIS, mois)


def grille_at(jour: date, *, parametres: Parametres = LIVRES) -> Grille:
    """The pay grid in force on a day, in percent of the SMIC: for a contract, the day of its conclusion (D6222-26)."""
    return parametres.at(jour).grille_remuneration


def minimum_rate(annee: int, tranche: int, *, grille: Grille) -> int:
    """Percent owed in an execution year (from 1; the fourth is as the third) for an age bracket."""
    return grille[min(annee, len(grille)) - 1][tranche]


def minimum_amount(taux: int | Decimal, base: Decimal) -> Decimal:
    """Monthly euros for a rate, half-up to the cent as published."""
    return (base * taux / 100).quantize(CENT, ROUND_HALF_UP)
