"""The documentation page /docs: the OpenAPI document and the error catalogue, in French, without JavaScript nor CDN."""

from traitdunion.opco.api.documentation.page import ENTETES, page
from traitdunion.opco.api.documentation.statique import ENTETES_STATIQUES, Fichier, static

__all__ = ["ENTETES", "ENTETES_STATIQUES", "Fichier", "page", "static"]
