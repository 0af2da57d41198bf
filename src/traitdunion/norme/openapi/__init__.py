"""The OpenAPI 3.1 document of the norm, generated from the structs, the routes and the error catalogue."""

from traitdunion.norme.openapi.document import document, write

__all__ = ["document", "write"]
