"""Reading and filling the official fillable CERFA 10103*14 (map: regles.md §7).

What opens a PDF is loaded when it is first named: most commands never do.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from traitdunion.cfa.cerfa_pdf.saisie import Note

if TYPE_CHECKING:
    from traitdunion.cfa.cerfa_pdf.filling import CerfaRempli, fill_cerfa, fill_cerfa_with_notes
    from traitdunion.cfa.cerfa_pdf.reading import CerfaLu, read_cerfa, read_cerfa_with_notes

__all__ = [
    "CerfaLu",
    "CerfaRempli",
    "Note",
    "fill_cerfa",
    "fill_cerfa_with_notes",
    "read_cerfa",
    "read_cerfa_with_notes",
]
_MODULES = {
    "CerfaLu": "reading",
    "CerfaRempli": "filling",
    "fill_cerfa": "filling",
    "fill_cerfa_with_notes": "filling",
    "read_cerfa": "reading",
    "read_cerfa_with_notes": "reading",
}


def __getattr__(nom: str) -> Any:
    if nom not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[nom]}"), nom)
