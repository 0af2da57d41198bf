"""Reading and filling the official fillable CERFA 10103*14 (map: regles.md §7)."""

from traitdunion.cfa.cerfa_pdf.filling import CerfaRempli, fill_cerfa, fill_cerfa_with_notes
from traitdunion.cfa.cerfa_pdf.reading import CerfaLu, read_cerfa, read_cerfa_with_notes
from traitdunion.cfa.cerfa_pdf.saisie import Note

__all__ = [
    "CerfaLu",
    "CerfaRempli",
    "Note",
    "fill_cerfa",
    "fill_cerfa_with_notes",
    "read_cerfa",
    "read_cerfa_with_notes",
]
