"""A file to send with its data."""

from dataclasses import dataclass
from pathlib import Path

TYPES_DE_FICHIER = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True)
class Fichier:
    """A file to send: its name as the OPCO will show it, its bytes, its type."""

    nom: str
    contenu: bytes
    type_contenu: str = "application/pdf"

    @classmethod
    def read(cls, chemin: Path) -> "Fichier":
        """The file at `chemin`, its type told by its suffix. Raises OSError."""
        return cls(chemin.name, chemin.read_bytes(), TYPES_DE_FICHIER.get(chemin.suffix.lower(), "application/pdf"))

    def __repr__(self) -> str:
        return f"Fichier({self.nom!r}, {len(self.contenu)} octets)"
