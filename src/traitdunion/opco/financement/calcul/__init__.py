"""The computation, pure and exact, in cents (regles.md §4.9): no clock, no I/O, the same figures again each time."""

from traitdunion.opco.financement.calcul.engagement import ContratIncalculable, compute
from traitdunion.opco.financement.calcul.modele import (
    Annee,
    Condition,
    Contrat,
    Echeance,
    Engagement,
    Participation,
    Pas,
    Regime,
    Rupture,
)
from traitdunion.opco.financement.calcul.revision import RuptureImpossible, apply_rupture, revise

__all__ = [
    "Annee",
    "Condition",
    "Contrat",
    "ContratIncalculable",
    "Echeance",
    "Engagement",
    "Participation",
    "Pas",
    "Regime",
    "Rupture",
    "RuptureImpossible",
    "apply_rupture",
    "compute",
    "revise",
]
