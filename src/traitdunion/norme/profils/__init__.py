"""How each OPCO differs (norme.md §6), as data: the client speaks from it, a sandbox can play it."""

from traitdunion.norme.profils.catalogue import MATRICE_DU, OPCOS, PROFILS, TRAITDUNION, find, find_by_nom
from traitdunion.norme.profils.modele import (
    Dpop,
    FluxJeton,
    FormeErreur,
    Identifiants,
    NomRoute,
    ProfilOpco,
    RouteOpco,
    Source,
    Support,
)

__all__ = [
    "MATRICE_DU",
    "OPCOS",
    "PROFILS",
    "TRAITDUNION",
    "Dpop",
    "FluxJeton",
    "FormeErreur",
    "Identifiants",
    "NomRoute",
    "ProfilOpco",
    "RouteOpco",
    "Source",
    "Support",
    "find",
    "find_by_nom",
]
