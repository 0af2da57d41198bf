"""The policy for a PDF: read strictly by qpdf, bounded, without active content (fiabilite.md §3)."""

import itertools
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pikepdf

from traitdunion.opco.pieces.gate.model import MIO, FichierRefuse, LectureFacture, Limites, Motif, refuse
from traitdunion.opco.pieces.gate.policy import active, joint, jpeg

# Warnings after which qpdf reads what any reader reads. Any other means that it guessed (a doubled key, a value taken
# for null, levels left out), so that another reader could see another document: refused.
_AVERTISSEMENTS_SANS_PORTEE = re.compile(
    r"Resources is missing or invalid|input stream is complete but output may still be valid"
    r"|reported number of objects|stream keyword (?:not followed by proper line terminator|followed by)"
    r"|expected endobj|name with stray #"
)
_CADRES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")
_MEMOIRE = re.compile(r"memory limit exceeded|bad_alloc")


class PdfLu(NamedTuple):
    """A PDF that passed: its pages, counted in its tree, and what its Factur-X says when it was asked for."""

    pages: int
    facture: LectureFacture | None


def set_process_limits(limites: Limites) -> None:
    """Bounds what qpdf may take; process-wide, so called once when the child starts."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limites.flux_octets,
        run_length_max_memory=limites.flux_octets,
        dct_max_memory=limites.flux_octets,
        png_max_memory=limites.flux_octets,
        tiff_max_memory=limites.flux_octets,
        max_stream_filters=4,
        doc_max_warnings=20,
        parser_max_container_size=200_000,
    )


def check_pdf(path: Path, *, limites: Limites, facture: bool = False) -> PdfLu:
    """What the PDF at `path` is; a `facture` may carry the XML of a Factur-X, and nothing else.

    Raises FichierRefuse with every ground of active content and of page format at once; what stops reading (damage,
    encryption, a limit) comes alone. MemoryError when the address space is exhausted.
    """
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            lu = _check_open(pdf, limites, facture=facture)
            warnings = pdf.get_warnings()
    except pikepdf.PasswordError:
        raise refuse("PDF_CHIFFRE") from None
    except (pikepdf.PdfError, ValueError) as exc:  # ValueError: a number beyond 64 bits where qpdf needs one
        raise _reading_refus(exc, limites) from None
    if any(not _AVERTISSEMENTS_SANS_PORTEE.search(str(warning)) for warning in warnings):
        raise refuse("PDF_ENDOMMAGE")
    return lu


def _reading_refus(exc: Exception, limites: Limites) -> FichierRefuse:
    if _MEMOIRE.search(str(exc)):
        return _too_much_data(limites)
    if "no pages found" in str(exc):
        return refuse("PDF_SANS_PAGE")
    return refuse("PDF_ENDOMMAGE")


def _too_much_data(limites: Limites) -> FichierRefuse:
    return refuse("PDF_DECOMPRESSION_EXCESSIVE", limite_mio=limites.decode_octets // MIO)


def _check_open(pdf: pikepdf.Pdf, limites: Limites, *, facture: bool) -> PdfLu:
    if pdf.is_encrypted:
        raise refuse("PDF_CHIFFRE")
    size = pdf.trailer.get("/Size", 0)
    if (isinstance(size, int) and size > limites.objets + 1) or len(pdf.objects) > limites.objets:
        raise refuse("PDF_TROP_D_OBJETS", maximum=limites.objets)
    pages = len(pdf.pages)
    if pages == 0:
        raise refuse("PDF_SANS_PAGE")
    if pages > limites.pages:
        raise refuse("PDF_TROP_DE_PAGES", pages=pages, maximum=limites.pages)
    lecture = joint.take_facturx(pdf) if facture else None
    motifs = list(itertools.chain(_bad_boxes(pdf, limites), _walk(pdf.objects, limites)))
    if motifs:
        raise FichierRefuse(motifs)
    return PdfLu(pages, lecture)


def _bad_boxes(pdf: pikepdf.Pdf, limites: Limites) -> Iterator[Motif]:
    """The first page without a readable MediaBox, or with a box beyond the limit once /UserUnit is applied."""
    for number, page in enumerate(pdf.pages, start=1):
        unit = page.obj.get("/UserUnit", 1)
        # The boxes were pushed down the tree when the file was opened.
        boxes = [page.obj[key] for key in _CADRES if key in page.obj]
        if "/MediaBox" not in page.obj or not all(_box_is_sane(box, unit, limites.cote_points) for box in boxes):
            yield Motif("PDF_DIMENSIONS", {"page": number})
            return


def _box_is_sane(box: object, unit: object, maximum: int) -> bool:
    if not isinstance(box, pikepdf.Array) or len(box) != 4:
        return False
    numbers = [Decimal(number) for number in [*box, unit] if isinstance(number, (int, Decimal))]
    if len(numbers) != 5:
        return False
    left, bottom, right, top, scale = numbers
    if any(abs(number) > maximum for number in numbers) or scale <= 0:
        return False
    return 0 < abs(right - left) * scale <= maximum and 0 < abs(top - bottom) * scale <= maximum


def _walk(objects: Iterable[object], limites: Limites) -> Iterator[Motif]:
    """Every object of the file once: active content, images too large, and the budget of decoded bytes."""
    motifs: dict[str, Motif] = {}
    budget = limites.decode_octets
    for obj in objects:
        if isinstance(obj, pikepdf.Stream):
            text = obj.stream_dict.unparse()
            if _image_too_large(obj, limites.pixels):
                code = "PDF_IMAGE_TROP_GRANDE"
                motifs[code] = Motif(code, {"maximum_megapixels": limites.pixels // 1_000_000})
            if "/F" in obj:  # the data lies in another file, which another reader would fetch
                motifs["PDF_CONTENU_EXTERNE"] = Motif("PDF_CONTENU_EXTERNE")
                continue
            budget -= _decoded_bytes(obj)
            if budget < 0:
                raise _too_much_data(limites)
        elif isinstance(obj, pikepdf.Object):
            text = obj.unparse(resolved=True)
        else:
            continue
        if active.SIEVE.search(text):
            motifs.update((code, Motif(code)) for code in active.find_grounds(obj))
    return iter(motifs.values())


def _decoded_bytes(stream: pikepdf.Stream) -> int:
    """The length of the stream decoded, JPEG and other image codecs left as they are."""
    try:
        return len(stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.DataDecodingError:
        raise
    except pikepdf.PdfError:  # « unfilterable »: an image codec, alone or under another filter
        return len(stream.read_raw_bytes())


def _encoded_bytes(stream: pikepdf.Stream, filtres: list[pikepdf.Object]) -> bytes:
    """The image as its own codec wrote it, the filters over it undone."""
    with pikepdf.new() as ailleurs:
        copie = pikepdf.Stream(ailleurs, stream.read_raw_bytes())
        copie["/Filter"] = pikepdf.Array(filtres[:-1])
        return copie.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)


def _image_too_large(stream: pikepdf.Stream, maximum: int) -> bool:
    """Whether an image says, in its dictionary or in its JPEG header, more pixels than the limit."""
    if stream.get("/Subtype") != "/Image":
        return False
    width, height = stream.get("/Width", 0), stream.get("/Height", 0)
    if isinstance(width, (int, Decimal)) and isinstance(height, (int, Decimal)) and width * height > maximum:
        return True
    dits = stream.get("/Filter")
    filtres = list(dits) if isinstance(dits, pikepdf.Array) else [dits] if dits is not None else []
    if filtres and filtres[-1] == "/DCTDecode":
        try:
            # Decoded as far as the JPEG, which is left as it is.
            donnees = _encoded_bytes(stream, filtres) if len(filtres) > 1 else stream.read_raw_bytes()
            structure = jpeg.read_structure(donnees, header_only=True)
        except (jpeg.JpegError, pikepdf.PdfError):
            return False  # damaged: it draws nothing, and is never decoded here
        return structure.width * structure.height > maximum
    return False
