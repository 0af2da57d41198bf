"""The error catalogue: one entry per code, with its status, its sentence and its documentation line (norme.md §5)."""

from traitdunion.norme.erreurs import (
    acces,
    controles,
    depot,
    factures,
    facturx,
    lecture,
    pieces,
    referentiels,
    technique,
)
from traitdunion.norme.erreurs.entree import Anomalie, Entree, Gravite, Refus

CATALOGUE: dict[str, Entree] = {
    entree.code: entree
    for famille in (lecture, controles, referentiels, depot, factures, facturx, pieces, acces, technique)
    for entree in vars(famille).values()
    if isinstance(entree, Entree)
}

__all__ = ["CATALOGUE", "Anomalie", "Entree", "Gravite", "Refus"]
