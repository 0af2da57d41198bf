"""What the gate speaks about: types of file, limits, the result, the grounds of a refusal. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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
    # The text of a facture, read after the verdict: what is not read within these is not known, and that is all.
    texte_pages: int = 20
    texte_caracteres: int = 200_000
    texte_cpu_secondes: int = 2
    texte_duree_secondes: float = 4.0


class Mention(StrEnum):
    """Whether the text of a facture holds the mention of the VAT exemption; `INCONNUE` when not all of it was read."""

    PRESENTE = "PRESENTE"
    ABSENTE = "ABSENTE"
    INCONNUE = "INCONNUE"


@dataclass(frozen=True, kw_only=True)
class FacturX:
    """What the XML of a Factur-X says (EN 16931); a member is None, or empty, when it is absent or has no sense.

    `sirets` holds the seller's SIRET and SIREN, digits only; `ibans` the accounts to pay, never shown nor logged;
    `categories` and `exonerations` the codes of VAT. Amounts in euros unless `devise` says otherwise.
    """

    numero: str | None = None
    type_code: str | None = None
    date_emission: date | None = None
    sirets: tuple[str, ...] = ()
    montant_total: Decimal | None = None
    montant_a_payer: Decimal | None = None
    devise: str | None = None
    ibans: tuple[str, ...] = field(default=(), repr=False)
    categories: tuple[str, ...] = ()
    exonerations: tuple[str, ...] = ()
    reference_acheteur: str | None = None


@dataclass(frozen=True, kw_only=True)
class LectureFacture:
    """What the PDF of a facture says by itself: its mention of VAT, and its Factur-X.

    `joint` is whether it carries one; `facturx` stays None then when the XML is not one that can be read.
    """

    mention: Mention = Mention.INCONNUE
    joint: bool = False
    facturx: FacturX | None = None


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """A file that passed: its real type, its pages (1 for an image), its size and the SHA-256 of its bytes.

    `facture` is what a PDF says as a facture, when the question was asked.
    """

    type_contenu: TypeContenu
    pages: int
    taille_octets: int
    sha256: bytes
    facture: LectureFacture | None = None


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
