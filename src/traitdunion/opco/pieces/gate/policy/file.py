"""One file from its first byte to its verdict, as the child runs it (fiabilite.md §3)."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from traitdunion.opco.pieces.gate import rlimits
from traitdunion.opco.pieces.gate.model import MIO, Inspection, LectureFacture, Limites, TypeContenu, refuse
from traitdunion.opco.pieces.gate.policy import images, pdf, raw


def inspect_file(
    path: Path,
    *,
    admis: Sequence[TypeContenu],
    annonces: Sequence[TypeContenu | None],
    limites: Limites,
    facture: bool = False,
) -> Inspection:
    """The file at `path`, read once for its hash and its bytes, then by the policy of its real type.

    The PDF of a `facture` may carry a Factur-X, which is read; the mention of VAT is not looked for here.

    Raises FichierRefuse; MemoryError when it does not fit in the address space.
    """
    data, sha256 = read_bytes(path, limites=limites)
    kind = raw.check_header(data)
    _check_type(kind, admis=admis, annonces=annonces)
    raw.check_polyglot(data, kind=kind)
    lecture: LectureFacture | None = None
    if kind is TypeContenu.PDF:
        raw.check_pdf_end(data)
        with rlimits.memory_at_most(limites.memoire_pdf_octets):
            pages, lecture = pdf.check_pdf(path, limites=limites, facture=facture)
    else:
        images.check_image(data, kind=kind, limites=limites)
        pages = 1
    return Inspection(type_contenu=kind, pages=pages, taille_octets=len(data), sha256=sha256, facture=lecture)


def read_bytes(path: Path, *, limites: Limites) -> tuple[bytes, bytes]:
    """The bytes of the file and their SHA-256, computed while reading; refuses an empty or an oversized file."""
    digest = hashlib.sha256()
    blocks, total = [], 0
    with path.open("rb", buffering=0) as source:
        while block := source.read(MIO):
            total += len(block)
            if total > limites.taille_octets:
                raise refuse("FICHIER_TROP_GROS", limite_mio=limites.taille_octets // MIO)
            digest.update(block)
            blocks.append(block)
    if not total:
        raise refuse("FICHIER_VIDE")
    return b"".join(blocks), digest.digest()


def _check_type(kind: TypeContenu, *, admis: Sequence[TypeContenu], annonces: Sequence[TypeContenu | None]) -> None:
    if kind not in admis:
        libelles = ", ".join(one.name for one in TypeContenu if one in admis)
        raise refuse("FICHIER_TYPE_NON_ADMIS", reel=kind.libelle, admis=libelles)
    for annonce in annonces:
        if annonce is not kind:
            libelle = annonce.libelle if annonce else "un fichier d'un autre type"
            raise refuse("FICHIER_TYPE_MENSONGER", annonce=libelle, reel=kind.libelle)
