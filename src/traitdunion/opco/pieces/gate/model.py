"""What the gate speaks about: types of file, limits, the result, the grounds of a refusal. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MIO = 1024 * 1024


class TypeContenu(StrEnum):
    """The types of file that can be deposited (norme.md §7), by the name that is stored and served."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def libelle(self) -> str:
        """The type in a French sentence."""
        return {self.PDF: "un PDF", self.JPEG: "une image JPEG", self.PNG: "une image PNG"}[self]


EXTENSIONS: Mapping[str, TypeContenu] = {
    ".pdf": TypeContenu.PDF,
    ".jpg": TypeContenu.JPEG,
    ".jpeg": TypeContenu.JPEG,
    ".jpe": TypeContenu.JPEG,
    ".png": TypeContenu.PNG,
}


@dataclass(frozen=True, kw_only=True)
class Limites:
    """What one file may cost (fiabilite.md §3). Bytes, pixels, points (1/72 inch), seconds of CPU or of wall clock."""

    taille_octets: int = 10 * MIO
    pages: int = 300
    objets: int = 200_000
    cote_points: int = 14_400
    decode_octets: int = 64 * MIO
    flux_octets: int = 32 * MIO
    pixels: int = 60_000_000
    cpu_secondes: int = 5
    duree_secondes: float = 10.0
    memoire_octets: int = 1536 * MIO
    # A PDF needs far less than an image of 60 Mpx: what a filter without a limit of its own (LZW) may take.
    memoire_pdf_octets: int = 512 * MIO
    fichiers_par_enfant: int = 200


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A file that passed: its real type, its pages (1 for an image), its size and the SHA-256 of its bytes."""

    type_contenu: TypeContenu
    pages: int
    taille_octets: int
    sha256: bytes


@dataclass(frozen=True)
class Motif:
    """One ground of refusal: a code of `norme.erreurs.pieces` and the values that its sentence needs."""

    code: str
    valeurs: Mapping[str, int | str] = field(default_factory=dict)


class FichierRefuse(Exception):
    """The file is refused, for every ground found before reading had to stop."""

    def __init__(self, motifs: Iterable[Motif]) -> None:
        self.motifs = tuple(motifs)
        super().__init__(", ".join(motif.code for motif in self.motifs))


def refuse(code: str, /, **valeurs: int | str) -> FichierRefuse:
    """The refusal made of one ground; `raise refuse("FICHIER_VIDE")`."""
    return FichierRefuse([Motif(code, valeurs)])
