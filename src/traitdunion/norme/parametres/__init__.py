"""The dated parameters of the OPCO: definitions, values that come with the product, and what is in force on a day."""

from traitdunion.norme.parametres.definitions import Definition, Nature, Theme, Valeur, ValeurInvalide
from traitdunion.norme.parametres.regles import ReglesFinancement
from traitdunion.norme.parametres.valeurs import LIVRES, Parametres, ValeurDatee

__all__ = [
    "LIVRES",
    "Definition",
    "Nature",
    "Parametres",
    "ReglesFinancement",
    "Theme",
    "Valeur",
    "ValeurDatee",
    "ValeurInvalide",
]
