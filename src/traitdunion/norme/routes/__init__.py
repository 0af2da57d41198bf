"""Every route of the norm as data (norme.md §1): the server mounts it, OpenAPI describes it, tests walk it."""

from traitdunion.norme.routes.modele import PDF_SEULEMENT, TYPES_FICHIER, Multipart, Parametre, Route
from traitdunion.norme.routes.refus import Acces
from traitdunion.norme.routes.table import ROUTES

__all__ = ["PDF_SEULEMENT", "ROUTES", "TYPES_FICHIER", "Acces", "Multipart", "Parametre", "Route"]
