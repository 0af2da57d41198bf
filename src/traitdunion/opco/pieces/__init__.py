"""Documents: through the gate, into the object store, then their row; served back unchanged.

The names are loaded on demand: the gate's child imports this package too, and must start without the database's driver.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitdunion.opco.pieces.service import NouvellePiece, PieceRecue, Pieces

__all__ = ["NouvellePiece", "PieceRecue", "Pieces"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.service"), name)
