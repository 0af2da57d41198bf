"""The documentation page /docs: the OpenAPI document and the error catalogue, in French, without JavaScript nor CDN."""

from traitdunion.opco.api.documentation.page import ENTETES, page
from traitdunion.opco.api.documentation.statique import static

__all__ = ["ENTETES", "page", "static"]
