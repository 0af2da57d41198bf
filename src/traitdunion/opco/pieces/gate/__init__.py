"""The gate: every deposited file is read in a child process under limits before it is kept (fiabilite.md §3).

The names are loaded on demand: the child imports this package too, and must start without asyncio and the catalogue.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitdunion.opco.pieces.gate.model import FacturX, Inspection, LectureFacture, Limites, Mention, TypeContenu
    from traitdunion.opco.pieces.gate.names import content_disposition, named_after, safe_name
    from traitdunion.opco.pieces.gate.pool import Gate

__all__ = [
    "FacturX",
    "Gate",
    "Inspection",
    "LectureFacture",
    "Limites",
    "Mention",
    "TypeContenu",
    "content_disposition",
    "named_after",
    "safe_name",
]

_MODULES = {
    "FacturX": "model",
    "Gate": "pool",
    "Inspection": "model",
    "LectureFacture": "model",
    "Limites": "model",
    "Mention": "model",
    "TypeContenu": "model",
    "content_disposition": "names",
    "named_after": "names",
    "safe_name": "names",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
