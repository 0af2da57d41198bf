"""The one attachment that a facture may carry: the XML of a Factur-X (ISO 32000-2 §7.11.4, Factur-X 1.0 §6).

What is admitted is taken out of the document in memory, so that the walk that follows finds any other.
"""

from collections.abc import Iterator
from itertools import islice

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from traitdunion.opco.pieces.gate.facturx import XmlRefuse, read_facturx
from traitdunion.opco.pieces.gate.model import LectureFacture

# ZUGFeRD 1 writes its own with capitals.
NOMS = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
_FICHIERS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
_NOEUDS_MAX = 32


def take_facturx(pdf: pikepdf.Pdf) -> LectureFacture:
    """What the Factur-X of an open document says, the attachment being let in; nothing said when there is none.

    One that is not admitted is left where it is, to be refused as any attachment is.
    """
    names = pdf.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, Dictionary) else None
    joints = list(_leaves(tree)) if isinstance(tree, Dictionary) else []
    if len(joints) != 1 or (stream := _embedded(joints[0])) is None:
        return LectureFacture()
    try:
        facturx = read_facturx(stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.DataDecodingError:
        raise  # a bomb, or damage: the document is refused for that
    except (XmlRefuse, pikepdf.PdfError):
        return LectureFacture()
    associes = pdf.Root.get("/AF")
    for holder in [joints[0], *(associes if isinstance(associes, Array) else [])]:
        # The list of associated files may hold a copy of the specification.
        autre = _embedded(holder)
        if isinstance(holder, Dictionary) and autre is not None and autre.objgen == stream.objgen:
            del holder.EF
    del pdf.Root.Names["/EmbeddedFiles"]
    if "/Type" in stream:
        del stream["/Type"]
    return LectureFacture(joint=True, facturx=facturx)


def _leaves(tree: Dictionary) -> Iterator[object]:
    """The values of a name tree; a tree larger than two attachments need is cut short, with one value too many."""
    pile, seen = [tree], 0
    while pile:
        node = pile.pop()
        seen += 1
        if seen > _NOEUDS_MAX:
            yield from (None, None)
            return
        names, kids = node.get("/Names"), node.get("/Kids")
        if isinstance(names, Array):
            yield from (names[rang] for rang in range(1, min(len(names), 4), 2))
        if isinstance(kids, Array):
            pile.extend(kid for kid in islice(kids, _NOEUDS_MAX + 1) if isinstance(kid, Dictionary))


def _embedded(holder: object) -> Stream | None:
    """The one stream of a file specification all of whose names are those of a Factur-X."""
    if not isinstance(holder, Dictionary):
        return None
    noms = [holder[key] for key in _FICHIERS if key in holder]
    files = holder.get("/EF")
    if not noms or not all(isinstance(nom, String) and str(nom).strip().lower() in NOMS for nom in noms):
        return None
    if not isinstance(files, Dictionary):
        return None
    streams = list(files.values())
    first = streams[0] if streams else None
    if not isinstance(first, Stream) or any(not isinstance(one, Stream) for one in streams):
        return None
    if any(one.objgen != first.objgen for one in streams) or "/F" in first:
        return None
    if first.get("/Type", Name.EmbeddedFile) != Name.EmbeddedFile:
        return None
    return first
