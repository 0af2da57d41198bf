"""What the bytes alone tell: the type, a second format hidden in the file, data around a PDF (fiabilite.md §2)."""

import re

from traitdunion.opco.pieces.gate.model import TypeContenu, refuse

# PDF readers look for the header in the first KiB and for %%EOF in the last (ISO 32000-1, annex H.3).
KIO = 1024
_BLANCS = b" \t\r\n\f\0"
_SUITE_D_UN_EOF = re.compile(rb"[ \t\r\n\f\0]*(?:\d{1,10}[ \t\r\n\f\0]+\d{1,5}[ \t\r\n\f\0]+obj|xref|%|endstream|\Z)")
_ZIP_FIN = b"PK\x05\x06"
_ZIP_PORTEE = 22 + 0xFFFF  # the end record and the longest comment: where any ZIP reader looks
_PHAR = b"__HALT_COMPILER();"
_PAGE_WEB = re.compile(rb"<(?:script|html|!doctype html|\?php)", re.IGNORECASE)


def detect_type(data: bytes) -> TypeContenu | None:
    """The type that the first bytes say, whatever the file is called."""
    if data.startswith(b"%PDF-"):
        return TypeContenu.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return TypeContenu.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return TypeContenu.JPEG
    return None


def check_header(data: bytes) -> TypeContenu:
    """The type of the file; raises FichierRefuse when it is none of ours, or a PDF that does not start at byte 0."""
    kind = detect_type(data)
    a_pdf_within = b"%PDF-" in data[:KIO]
    if kind is None:
        raise refuse("PDF_DONNEES_AVANT" if a_pdf_within else "FICHIER_TYPE_INCONNU")
    if kind is not TypeContenu.PDF and a_pdf_within:
        raise refuse("FICHIER_POLYGLOTTE", format="PDF")
    return kind


def check_polyglot(data: bytes, *, kind: TypeContenu) -> None:
    """Refuses a file that another program would open as an archive, a PHP archive or (images) a web page."""
    if holds_zip(data):
        raise refuse("FICHIER_POLYGLOTTE", format="archive ZIP")
    if _PHAR in data:
        raise refuse("FICHIER_POLYGLOTTE", format="archive PHP")
    if kind is not TypeContenu.PDF and _PAGE_WEB.search(data):
        raise refuse("FICHIER_POLYGLOTTE", format="page web")


def check_pdf_end(data: bytes) -> None:
    """Refuses a PDF without %%EOF in its last KiB, and one where foreign data follows any %%EOF.

    Every %%EOF is looked at, not the last alone: a copied trailer after an appended archive would hide it. What may
    follow is another revision (an object, xref or a comment), or `endstream` after an uncompressed CMap.
    """
    last = data.rfind(b"%%EOF")
    if last < 0:
        raise refuse("PDF_TRONQUE")
    if last < len(data) - KIO:
        raise refuse("PDF_DONNEES_APRES")
    if data[last + 5 :].strip(_BLANCS):
        raise refuse("PDF_DONNEES_APRES")
    start = data.find(b"%%EOF")
    while start != last:
        if not _SUITE_D_UN_EOF.match(data, start + 5):
            raise refuse("PDF_DONNEES_APRES")
        start = data.find(b"%%EOF", start + 5)


def holds_zip(data: bytes) -> bool:
    """Whether a ZIP reader would find an archive: an end record that points to a real central directory.

    The four letters alone occur by chance in compressed data; the directory that they point to does not.
    """
    start = max(0, len(data) - _ZIP_PORTEE)
    position = data.find(_ZIP_FIN, start)
    while position >= 0:
        size = int.from_bytes(data[position + 12 : position + 16], "little")
        # Offsets are relative to the start of the archive, which may be anywhere: only the size locates the directory.
        directory = position - size
        if size and directory >= 0 and data[directory : directory + 4] == b"PK\x01\x02":
            return True
        # ZIP64: the real figures are in the record that this locator announces, 20 bytes before.
        if data[position - 20 : position - 16] == b"PK\x06\x07":
            return True
        position = data.find(_ZIP_FIN, position + 4)
    return False
