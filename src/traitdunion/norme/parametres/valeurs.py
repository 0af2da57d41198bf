"""The dated values of every parameter, and what is in force on a day. Pure: the values come in, the day comes in."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.defauts import DEFAUTS
from traitdunion.norme.parametres.definitions import Valeur, ValeurInvalide
from traitdunion.norme.parametres.regles import ReglesFinancement


class ValeurDatee(msgspec.Struct, frozen=True):
    """A value of a parameter from a day on, and the text that sets it; `livree` when it came with the product."""

    cle: str
    valable_du: date
    valeur: Valeur
    source: str
    livree: bool = False


class Parametres:
    """All the dated values: those that came with the product, and those that the OPCO set over them. Never changes.

    A value is in force from its day to the eve of the next value of the same parameter, whoever set it; on the same
    day, the OPCO's goes before the product's.
    """

    def __init__(self, posees: Iterable[ValeurDatee] = ()) -> None:
        self._posees = tuple(posees)
        par_cle: dict[str, dict[date, ValeurDatee]] = {cle: {} for cle in CATALOGUE}
        for valeur in (*_LIVREES, *self._posees):
            par_cle[valeur.cle][valeur.valable_du] = valeur
        self._par_cle = {
            cle: tuple(sorted(valeurs.values(), key=attrgetter("valable_du"))) for cle, valeurs in par_cle.items()
        }
        self._jours, self._regles = self._sweep()

    def at(self, jour: date) -> ReglesFinancement:
        """All the values in force on a day: a search among the days of change, nothing is computed."""
        return self._regles[bisect_right(self._jours, jour) - 1]

    def in_force(self, cle: str, jour: date) -> ValeurDatee | None:
        """The value of one parameter on a day, with its source. Raises KeyError for an unknown key."""
        rang = bisect_right(self._par_cle[cle], jour, key=attrgetter("valable_du"))
        return self._par_cle[cle][rang - 1] if rang else None

    def valeurs(self, cle: str) -> tuple[ValeurDatee, ...]:
        """The values of one parameter in the order of their days. Raises KeyError for an unknown key."""
        return self._par_cle[cle]

    def with_valeur(self, valeur: ValeurDatee) -> "Parametres":
        """These values and one more, which replaces what the OPCO set on the same day."""
        return Parametres((*self._posees, valeur))

    def check(self) -> None:
        """Raises ValeurInvalide when two values in force on one day contradict each other."""
        for regles in self._regles:
            if regles.instruction_alertes_jours[-1] >= regles.instruction_jours:
                raise ValeurInvalide(
                    "Les alertes doivent venir avant la fin du délai d'instruction, à toute date :"
                    f" une alerte serait à {regles.instruction_alertes_jours[-1]} jours,"
                    f" et la fin du délai à {regles.instruction_jours} jours."
                )

    def _sweep(self) -> tuple[list[date], list[ReglesFinancement]]:
        """Every day on which something changes, from the origin on, and what is in force from then on."""
        en_vigueur: dict[str, Any] = dict.fromkeys(CATALOGUE)
        toutes = sorted((v for valeurs in self._par_cle.values() for v in valeurs), key=attrgetter("valable_du"))
        jours, regles = [], []
        for jour, du_jour in groupby(toutes, key=attrgetter("valable_du")):
            en_vigueur |= {valeur.cle: valeur.valeur for valeur in du_jour}
            jours.append(jour)
            regles.append(ReglesFinancement(**en_vigueur))
        return jours, regles


def _shipped(defauts: Mapping[str, Iterable[tuple[date, Valeur, str]]]) -> tuple[ValeurDatee, ...]:
    return tuple(ValeurDatee(cle, *dates, livree=True) for cle, valeurs in defauts.items() for dates in valeurs)


_LIVREES = _shipped(DEFAUTS)
LIVRES = Parametres()
