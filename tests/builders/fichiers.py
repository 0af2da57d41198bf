"""Deposited files for tests: ordinary ones, and the hostile corpus of fiabilite.md §2 rows 20-29, built on the spot.

`HOSTILES` pairs each file with the code that refuses it. Everything is small on disk; what is large is so only once
decoded. No file holds anything harmful: scripts are an alert, programs a name.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple
from unittest import mock

import pikepdf
from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"
ALERTE = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


class Hostile(NamedTuple):
    """A file to refuse: what it tries, how to build it, the code of its refusal, the name under which it is sent."""

    tour: str
    build: Callable[[], bytes]
    code: str
    nom: str = "convention.pdf"


# --- Ordinary files ---------------------------------------------------------------------------------------------------
def a_pdf(*, pages: int = 2, image_octets: int = 0) -> bytes:
    """A document as an office tool prints it; `image_octets` weighs it with a noisy scan of about that size."""
    texte = "Convention de formation EXEMPLE, page {page}. (voir /JS et /Launch)\n" * 12
    image = a_jpeg(octets=image_octets) if image_octets else None
    return printed([texte.format(page=page).splitlines() for page in range(1, pages + 1)], image=image)


def printed(pages: Sequence[Sequence[str]], *, image: bytes | None = None) -> bytes:
    """Pages of lines of text, an image under the last one; the same bytes each time."""
    out = io.BytesIO()
    with mock.patch.object(rl_config, "useA85", 0):  # binary, as most software writes it
        canvas = Canvas(out, pagesize=(595, 842), invariant=1)
        for rang, lignes in enumerate(pages, start=1):
            texte = canvas.beginText(30, 800)
            texte.setFont("Helvetica", 11, leading=20)
            texte.textLines(lignes)
            canvas.drawText(texte)
            if image is not None and rang == len(pages):
                canvas.drawImage(ImageReader(io.BytesIO(image)), 30, 30, width=500, height=500)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


def a_jpeg(*, octets: int = 0, size: tuple[int, int] = (64, 48), progressive: bool = False) -> bytes:
    """A JPEG of noise, of about `octets` bytes when given."""
    if octets:
        side = max(16, int((octets / 0.9) ** 0.5))
        size = (side, side)
    noise = random.Random(size[0]).randbytes(size[0] * size[1])
    out = io.BytesIO()
    Image.frombytes("L", size, noise).convert("RGB").save(out, "JPEG", quality=80, progressive=progressive)
    return out.getvalue()


def a_png(*, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """A PNG of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, "PNG")
    return out.getvalue()


def raw_pdf(objects: Sequence[bytes], *, size: int | None = None) -> bytes:
    """A PDF of these objects, numbered from 1, the first being the catalogue; `size` is what the trailer claims."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (size or len(objects) + 1)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % xref


def pdf_with(*, catalogue: bytes = b"", page: bytes = b"", others: Sequence[bytes] = ()) -> bytes:
    """One page with further entries in its catalogue or its page; `others` are objects 4, 5…"""
    return raw_pdf([CATALOGUE[:-2] + catalogue + b">>", PAGES, PAGE[:-2] + page + b">>", *others])


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n" % (len(data), entries) + data + b"\nendstream"


def in_object_streams(pdf: bytes) -> bytes:
    """The same document, its objects packed in compressed object streams."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/ObjStm" in out.getvalue()
    return out.getvalue()


def encrypted(*, user: str, owner: str) -> bytes:
    """An ordinary document, protected."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(user=user, owner=owner))
    return out.getvalue()


def a_zip() -> bytes:
    """A ZIP archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("programme.txt", "EXEMPLE")
    return out.getvalue()


# --- Bombs ------------------------------------------------------------------------------------------------------------
def flate_bomb() -> bytes:
    """100 MiB of zeros in one stream."""
    return pdf_with(others=[stream(zlib.compress(bytes(100 << 20), 9), b"/Filter/FlateDecode")])


def double_flate_bomb() -> bytes:
    """300 MiB of zeros under two Flate filters: about 1 kB."""
    twice = zlib.compress(zlib.compress(bytes(300 << 20), 9), 9)
    return pdf_with(others=[stream(twice, b"/Filter[/FlateDecode/FlateDecode]")])


def many_streams_bomb() -> bytes:
    """Three streams of 30 MiB, each under the limit of one stream, together above the budget."""
    one = stream(zlib.compress(bytes(30 << 20), 9), b"/Filter/FlateDecode")
    return pdf_with(others=[one] * 3)


def lzw_bomb() -> bytes:
    """2 GB of zeros in LZW, which qpdf does not bound by itself: runs of growing codes between two clears."""
    codes, width = [(0, 9)], 9
    for following in range(258, 4093):
        codes.append((following, width))
        if following + 2 >= 1 << width and width < 12:
            width += 1
    codes.append((256, 12))
    run = "".join(f"{code:0{size}b}" for code, size in codes)
    bits = f"{256:09b}" + run * 300
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return pdf_with(others=[stream(data, b"/Filter/LZWDecode")])


def run_length_bomb() -> bytes:
    """128 MiB in run lengths."""
    return pdf_with(others=[stream(b"\x81\0" * (1 << 20) + b"\x80", b"/Filter/RunLengthDecode")])


def object_stream_bomb() -> bytes:
    """An object stream of 100 MiB, that qpdf itself must unpack to read object 5."""
    return packed_pdf(b"5 0 " + bytes(100 << 20), count=1)


def many_packed_objects(count: int = 300_000) -> bytes:
    """So many objects in one object stream, under a trailer that claims ten."""
    heads = b"".join(b"%d %d " % (number + 5, 2 * number) for number in range(count))
    return packed_pdf(heads + b"1 " * count, count=count, first=len(heads), size=10)


def packed_pdf(content: bytes, *, count: int, first: int = 4, size: int | None = None) -> bytes:
    """One page, and objects 5, 6… in an object stream of this content."""
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (count, first)
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    catalogue = CATALOGUE[:-2] + b"/X 5 0 R>>"
    for number, body in enumerate((catalogue, PAGES, PAGE, stream(zlib.compress(content, 9), entries)), start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    last = count + 5
    rows = struct.pack(">BIH", 0, 0, 0xFFFF) + b"".join(struct.pack(">BIH", 1, offset, 0) for offset in offsets)
    rows += b"".join(struct.pack(">BIH", 2, 4, min(rank, 0xFFFF)) for rank in range(count))
    rows += struct.pack(">BIH", 1, len(out), 0)
    index = b"/Type/XRef/W[1 4 2]/Index[0 %d]/Size %d/Root 1 0 R/Filter/FlateDecode" % (last + 1, size or last + 1)
    xref = b"%d 0 obj\n" % last + stream(zlib.compress(rows, 9), index) + b"\nendobj\n"
    return bytes(out) + xref + b"startxref\n%d\n%%%%EOF\n" % len(out)


# --- Broken structure -------------------------------------------------------------------------------------------------
def truncated() -> bytes:
    """The first half of a document."""
    whole = a_pdf()
    return whole[: len(whole) // 2]


def bad_xref() -> bytes:
    """The cross-reference table is not where the trailer says."""
    head, _, _ = a_pdf().rpartition(b"startxref")
    return head + b"startxref\n3\n%%EOF\n"


def deep_page_tree(depth: int = 50_000) -> bytes:
    """A page under `depth` nodes, one child each."""
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1) for number in range(2, depth)]
    return raw_pdf([CATALOGUE, *nodes, PAGE])


def wide_page_tree(pages: int) -> bytes:
    """So many pages, all under one node."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    return raw_pdf([CATALOGUE, b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages), *[PAGE] * pages])


def copied_trailer_after_zip() -> bytes:
    """A ZIP after %%EOF, hidden by a second copy of the trailer; its directory is broken for ZIP readers."""
    whole = a_pdf()
    trailer = whole[whole.rindex(b"startxref") :]
    return whole + a_zip().replace(b"PK\x01\x02", b"PK\x09\x09") + trailer


def boxed(box: bytes) -> bytes:
    """One page with this MediaBox."""
    return raw_pdf([CATALOGUE, PAGES, PAGE.replace(b"[0 0 595 842]", box)])


def image_pdf(entries: bytes, data: bytes = b"") -> bytes:
    """One page and an image object."""
    return pdf_with(others=[stream(data, b"/Type/XObject/Subtype/Image" + entries)])


# --- Active content ---------------------------------------------------------------------------------------------------
def annotation(entries: bytes) -> bytes:
    """One page with one annotation."""
    return pdf_with(page=b"/Annots[4 0 R]", others=[b"<</Type/Annot/Rect[0 0 9 9]%b>>" % entries])


def with_embedded_file() -> bytes:
    """A program carried as an attachment, as pikepdf writes it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as document:
        document.attachments["programme.exe"] = b"MZ EXEMPLE"
        document.save(out)
    return out.getvalue()


def hidden_revision() -> bytes:
    """A script brought by an incremental update of the catalogue."""
    first = a_pdf(pages=1)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(first)) as document:
        root, size = document.trailer.Root.objgen[0], int(document.trailer.Size)
        pages = document.Root.Pages.objgen[0]
    offset = len(first)
    out.write(first)
    out.write(b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R/OpenAction%b>>\nendobj\n" % (root, pages, ALERTE))
    xref = out.tell()
    previous = int(first[first.rindex(b"startxref") + 9 :].split()[0])
    out.write(b"xref\n%d 1\n%010d 00000 n \n" % (root, offset))
    out.write(b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, previous, xref))
    return out.getvalue()


# --- Images -----------------------------------------------------------------------------------------------------------
def png_chunk(name: bytes, data: bytes) -> bytes:
    """One chunk with its check sum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pixel_flood_png(width: int = 40_000, height: int = 40_000) -> bytes:
    """A PNG that announces 1.6 billion pixels in a few hundred bytes."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(bytes(1 << 16), 9))
    return b"\x89PNG\r\n\x1a\n" + header + body + png_chunk(b"IEND", b"")


def pixel_flood_jpeg() -> bytes:
    """A JPEG whose header says 65,500 x 65,500."""
    whole = bytearray(a_jpeg())
    frame = whole.index(b"\xff\xc0")
    whole[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(whole)


def scan_bomb_jpeg() -> bytes:
    """A progressive JPEG whose last scan is repeated 2,000 times."""
    whole = a_jpeg(progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 2_000 + b"\xff\xd9"


def short_data_png() -> bytes:
    """A PNG with sound chunks whose pixels stop half-way."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(bytes(64 * 3 * 20)))
    return b"\x89PNG\r\n\x1a\n" + header + body + png_chunk(b"IEND", b"")


def animated_png() -> bytes:
    """A PNG of two views."""
    out = io.BytesIO()
    first, second = Image.new("L", (8, 8), 0), Image.new("L", (8, 8), 255)
    first.save(out, "PNG", save_all=True, append_images=[second])
    return out.getvalue()


def phone_jpeg() -> bytes:
    """A picture as phones take it: a second view behind the first, announced by an MPF segment (CIPA DC-007)."""
    first = a_jpeg()
    segment = b"\xff\xe2" + struct.pack(">H", 2 + 4 + 8) + b"MPF\0" + bytes(8)
    return first[:2] + segment + first[2:] + a_jpeg(size=(16, 16))


def web_page_in(image: bytes) -> bytes:
    """A JPEG with a page of HTML in its comment."""
    comment = b"<html><script>alert(1)</script>"
    return image[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + image[2:]


def mutated(data: bytes, seed: int) -> bytes:
    """The same file with a few bytes or tokens changed, by a seed that replays."""
    dice, out = random.Random(seed), bytearray(data)
    tokens = (
        b"/JS",
        b"<<",
        b">>",
        b"[",
        b"null",
        b"4 0 R",
        b"-1",
        b"9" * 24,
        b"/Kids",
        b"(",
        b"stream",
        b"/AA",
        b"1.5",
    )
    for _ in range(dice.choice((1, 2, 5, 20))):
        where, token = dice.randrange(len(out)), dice.choice(tokens)
        change = dice.randrange(4)
        if change == 0:
            out[where] = dice.randrange(256)
        elif change == 1:
            del out[where : where + min(dice.choice((1, 4, 50)), len(out) - 1)]
        else:
            out[where : where + (len(token) if change == 2 else 0)] = token
    return bytes(out)


# --- The corpus -------------------------------------------------------------------------------------------------------
LANCEMENT = b"<</S/Launch/F(programme.exe)>>"
ADRESSE = b"<</S/URI/URI(https://exemple.test/)>>"

BOMBES = [
    Hostile("flate bomb", flate_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("double flate bomb", double_flate_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("many streams under the limit of one", many_streams_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("LZW bomb", lzw_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("run-length bomb", run_length_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("object stream bomb", object_stream_bomb, "PDF_DECOMPRESSION_EXCESSIVE"),
    Hostile("210,000 objects", lambda: pdf_with(others=[b"1"] * 210_000), "PDF_TROP_D_OBJETS"),
    Hostile("300,000 objects in 1 MB, ten claimed", many_packed_objects, "PDF_TROP_D_OBJETS"),
    Hostile(
        "trailer that claims 2^31 objects",
        lambda: raw_pdf([CATALOGUE, PAGES, PAGE], size=2**31 - 1),
        "PDF_TROP_D_OBJETS",
    ),
    Hostile("301 pages", lambda: wide_page_tree(301), "PDF_TROP_DE_PAGES"),
    Hostile("20,000 pages", lambda: wide_page_tree(20_000), "PDF_TROP_DE_PAGES"),
    Hostile("image of 100 Mpx", lambda: image_pdf(b"/Width 10000/Height 10000"), "PDF_IMAGE_TROP_GRANDE"),
    Hostile(
        "JPEG of 4 Gpx under a modest dictionary",
        lambda: image_pdf(b"/Width 9/Height 9/Filter/DCTDecode", pixel_flood_jpeg()),
        "PDF_IMAGE_TROP_GRANDE",
    ),
    Hostile(
        "the same under a list of one filter",
        lambda: image_pdf(b"/Width 9/Height 9/Filter[/DCTDecode]", pixel_flood_jpeg()),
        "PDF_IMAGE_TROP_GRANDE",
    ),
    Hostile(
        "the same under two filters",
        lambda: image_pdf(
            b"/Width 9/Height 9/Filter[/ASCIIHexDecode/DCTDecode]", pixel_flood_jpeg().hex().encode() + b">"
        ),
        "PDF_IMAGE_TROP_GRANDE",
    ),
    Hostile("image of 4 Gpx in reals", lambda: image_pdf(b"/Width 65535.0/Height 65535.0"), "PDF_IMAGE_TROP_GRANDE"),
]

# The name of an action or of an annotation in an object of its own.
ACTION_NOMMEE = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S 5 0 R/F(x)>>>>"
ANNOTATION_NOMMEE = b"<</Type/Annot/Subtype 5 0 R/Rect[0 0 9 9]>>"
INDIRECTS = [
    Hostile(
        f"/{nom} named through a reference",
        lambda nom=nom, cle=cle: pdf_with(  # type: ignore[misc]
            page=b"/Annots[4 0 R]",
            others=[b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S 5 0 R/F(x)>>>>", b"/" + nom.encode()]
            if cle == "S"
            else [b"<</Type/Annot/Subtype 5 0 R/Rect[0 0 9 9]>>", b"/" + nom.encode()],
        ),
        code,
    )
    for cle, nom, code in (
        ("S", "Launch", "PDF_LANCEMENT"),
        ("S", "SubmitForm", "PDF_ENVOI_FORMULAIRE"),
        ("S", "ImportData", "PDF_IMPORT_DONNEES"),
        ("S", "GoToE", "PDF_PIECE_JOINTE"),
        ("S", "Rendition", "PDF_MULTIMEDIA"),
        ("Subtype", "Movie", "PDF_MULTIMEDIA"),
        ("Subtype", "RichMedia", "PDF_MULTIMEDIA"),
        ("Subtype", "FileAttachment", "PDF_PIECE_JOINTE"),
    )
]

STRUCTURES = [
    Hostile("empty", lambda: b"", "FICHIER_VIDE"),
    Hostile("over 10 MiB", lambda: a_pdf() + bytes(10 << 20), "FICHIER_TROP_GROS"),
    Hostile("text", lambda: b"Convention EXEMPLE", "FICHIER_TYPE_INCONNU"),
    Hostile("PNG that is not admitted here", a_png, "FICHIER_TYPE_NON_ADMIS", "scan.gif"),
    Hostile("JPEG named .pdf", a_jpeg, "FICHIER_TYPE_MENSONGER"),
    Hostile("half a file", truncated, "PDF_TRONQUE"),
    Hostile("wrong startxref", bad_xref, "PDF_ENDOMMAGE"),
    Hostile("junk before the header", lambda: b"x" * 900 + a_pdf(), "PDF_DONNEES_AVANT"),
    Hostile("much junk before the header", lambda: b"x" * 1500 + a_pdf(), "FICHIER_TYPE_INCONNU"),
    Hostile("web page before the header", lambda: b"<html></html>" + a_pdf(), "PDF_DONNEES_AVANT"),
    Hostile("data after the end", lambda: a_pdf() + b"EXEMPLE", "PDF_DONNEES_APRES"),
    Hostile("much data after the end", lambda: a_pdf() + b"x" * 4000, "PDF_DONNEES_APRES"),
    Hostile("web page after the end", lambda: a_pdf() + b"<script>alert(1)</script>", "PDF_DONNEES_APRES"),
    Hostile("data under a copied trailer", copied_trailer_after_zip, "PDF_DONNEES_APRES"),
    Hostile("ZIP after the end", lambda: a_pdf() + a_zip(), "FICHIER_POLYGLOTTE"),
    Hostile("ZIP before the header", lambda: a_zip() + a_pdf(), "PDF_DONNEES_AVANT"),
    Hostile("ZIP in a stream", lambda: pdf_with(others=[stream(a_zip())]), "FICHIER_POLYGLOTTE"),
    Hostile("PHAR in a comment", lambda: pdf_with(others=[b"null %<?php __HALT_COMPILER();"]), "FICHIER_POLYGLOTTE"),
    Hostile("page tree that loops", lambda: raw_pdf([CATALOGUE, PAGES.replace(b"3 0 R", b"2 0 R")]), "PDF_ENDOMMAGE"),
    Hostile("page tree 50,000 deep", deep_page_tree, "PDF_ENDOMMAGE"),
    Hostile("arrays 100,000 deep", lambda: pdf_with(others=[b"[" * 100_000 + b"]" * 100_000]), "PDF_ENDOMMAGE"),
    Hostile("doubled key", lambda: pdf_with(catalogue=b"/OpenAction" + ALERTE + b"/OpenAction null"), "PDF_ENDOMMAGE"),
    Hostile("no page", lambda: raw_pdf([CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"]), "PDF_SANS_PAGE"),
    Hostile("user password", lambda: encrypted(user="secret", owner="secret"), "PDF_CHIFFRE"),
    Hostile("owner password", lambda: encrypted(user="", owner="secret"), "PDF_CHIFFRE"),
    Hostile("page of 5 km", lambda: boxed(b"[0 0 14400000 14400000]"), "PDF_DIMENSIONS"),
    Hostile("page just too wide", lambda: boxed(b"[0 0 14400.1 842]"), "PDF_DIMENSIONS"),
    Hostile("page enlarged by its unit", lambda: pdf_with(page=b"/UserUnit 75000"), "PDF_DIMENSIONS"),
    Hostile("page without area", lambda: boxed(b"[0 0 0 842]"), "PDF_DIMENSIONS"),
    Hostile("page box beyond 64 bits", lambda: boxed(b"[0 0 %b 9]" % (b"9" * 24)), "PDF_SANS_PAGE"),
    Hostile("size beyond 64 bits", lambda: raw_pdf([CATALOGUE, PAGES, PAGE], size=10**24), "PDF_ENDOMMAGE"),
    Hostile("page box of words", lambda: boxed(b"[/A /B /C /D]"), "PDF_ENDOMMAGE"),
    Hostile("huge crop box", lambda: pdf_with(page=b"/CropBox[0 0 99999 99999]"), "PDF_DIMENSIONS"),
]

ACTIFS = [
    Hostile("script at opening", lambda: pdf_with(catalogue=b"/OpenAction" + ALERTE), "PDF_JAVASCRIPT"),
    Hostile(
        "hex-escaped script",
        lambda: pdf_with(catalogue=b"/Open#41ction<</#53/J#61vaScript/J#53(app.alert\\(1\\))>>"),
        "PDF_JAVASCRIPT",
    ),
    Hostile(
        "script in an object stream",
        lambda: in_object_streams(pdf_with(catalogue=b"/OpenAction 4 0 R", others=[ALERTE])),
        "PDF_JAVASCRIPT",
    ),
    Hostile(
        "named scripts",
        lambda: pdf_with(catalogue=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>", others=[ALERTE]),
        "PDF_JAVASCRIPT",
    ),
    Hostile(
        "script in a stream", lambda: pdf_with(others=[b"<</S/JavaScript/JS 5 0 R>>", stream(b"1")]), "PDF_JAVASCRIPT"
    ),
    Hostile("script behind a click", lambda: annotation(b"/Subtype/Link/A" + ALERTE), "PDF_JAVASCRIPT"),
    Hostile(
        "script chained to a link",
        lambda: annotation(b"/A" + ADRESSE[:-2] + b"/Next[" + ALERTE + b"]>>"),
        "PDF_JAVASCRIPT",
    ),
    Hostile("script in a later revision", hidden_revision, "PDF_JAVASCRIPT"),
    Hostile("program launched", lambda: annotation(b"/Subtype/Link/A" + LANCEMENT), "PDF_LANCEMENT"),
    Hostile("program launched, hex-escaped", lambda: annotation(b"/A<</S/L#61unch/F(x)>>"), "PDF_LANCEMENT"),
    Hostile(
        "program launched, in an object stream",
        lambda: in_object_streams(annotation(b"/A" + LANCEMENT)),
        "PDF_LANCEMENT",
    ),
    Hostile("form sent", lambda: annotation(b"/A<</S/SubmitForm/F(https://exemple.test)>>"), "PDF_ENVOI_FORMULAIRE"),
    Hostile("data imported", lambda: annotation(b"/A<</S/ImportData/F(x.fdf)>>"), "PDF_IMPORT_DONNEES"),
    Hostile("rich media", lambda: annotation(b"/Subtype/RichMedia/RichMediaContent<<>>"), "PDF_MULTIMEDIA"),
    Hostile("film", lambda: annotation(b"/Subtype/Movie/Movie<</F(x)>>"), "PDF_MULTIMEDIA"),
    Hostile("rendition", lambda: annotation(b"/A<</S/Rendition/OP 0>>"), "PDF_MULTIMEDIA"),
    Hostile("attached program", with_embedded_file, "PDF_PIECE_JOINTE"),
    Hostile("attached program, in object streams", lambda: in_object_streams(with_embedded_file()), "PDF_PIECE_JOINTE"),
    Hostile("file behind a paper clip", lambda: annotation(b"/Subtype/FileAttachment/FS<</F(x)>>"), "PDF_PIECE_JOINTE"),
    Hostile("jump into an attachment", lambda: annotation(b"/A<</S/GoToE/T<</R/C/N(x)>>>>"), "PDF_PIECE_JOINTE"),
    Hostile(
        "XFA form",
        lambda: pdf_with(catalogue=b"/AcroForm<</Fields[]/XFA 4 0 R>>", others=[stream(b"<xdp/>")]),
        "PDF_XFA",
    ),
    Hostile("XFA form in parts", lambda: pdf_with(catalogue=b"/AcroForm<</Fields[]/X#46A[(a)4 0 R]>>"), "PDF_XFA"),
    Hostile(
        "action at the page's opening", lambda: pdf_with(page=b"/AA<</O" + ADRESSE + b">>"), "PDF_ACTION_AUTOMATIQUE"
    ),
    Hostile("action in a field", lambda: annotation(b"/AA<</K<</S/Named/N/NextPage>>>>"), "PDF_ACTION_AUTOMATIQUE"),
    Hostile("address at opening", lambda: pdf_with(catalogue=b"/OpenAction" + ADRESSE), "PDF_LIEN_AUTOMATIQUE"),
    Hostile(
        "address chained to the opening",
        lambda: pdf_with(catalogue=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next" + ADRESSE + b">>"),
        "PDF_LIEN_AUTOMATIQUE",
    ),
    Hostile(
        "share of another machine at opening",
        lambda: pdf_with(catalogue=b"/OpenAction<</S/GoToR/F(x)/D[0/Fit]>>"),
        "PDF_LIEN_AUTOMATIQUE",
    ),
    Hostile(
        "content in another file", lambda: pdf_with(others=[stream(b"", b"/F(\\\\exemple\\x)")]), "PDF_CONTENU_EXTERNE"
    ),
]

IMAGES = [
    Hostile("PNG of 1.6 Gpx", pixel_flood_png, "IMAGE_TROP_GRANDE", "scan.png"),
    Hostile("PNG just too large", lambda: pixel_flood_png(60_001, 1_000), "IMAGE_TROP_GRANDE", "scan.png"),
    Hostile("JPEG of 4 Gpx", pixel_flood_jpeg, "IMAGE_TROP_GRANDE", "scan.jpg"),
    Hostile("half a JPEG", lambda: a_jpeg()[:-900], "IMAGE_ENDOMMAGEE", "scan.jpg"),
    Hostile("half a PNG", lambda: a_png()[:-30], "IMAGE_ENDOMMAGEE", "scan.png"),
    Hostile("PNG of half its pixels", short_data_png, "IMAGE_ENDOMMAGEE", "scan.png"),
    Hostile("PNG with a wrong check sum", lambda: a_png().replace(b"IDAT", b"IDAt"), "IMAGE_ENDOMMAGEE", "scan.png"),
    Hostile("JPEG of 2,000 scans", scan_bomb_jpeg, "IMAGE_ENDOMMAGEE", "scan.jpg"),
    Hostile("animated PNG", animated_png, "IMAGE_ANIMEE", "scan.png"),
    Hostile("data after a JPEG", lambda: a_jpeg() + b"EXEMPLE", "IMAGE_DONNEES_APRES", "scan.jpg"),
    Hostile("data after a PNG", lambda: a_png() + b"EXEMPLE", "IMAGE_DONNEES_APRES", "scan.png"),
    Hostile("data after a phone's second view", lambda: phone_jpeg() + b"EXEMPLE", "IMAGE_DONNEES_APRES", "scan.jpg"),
    Hostile("ZIP after a JPEG", lambda: a_jpeg() + a_zip(), "FICHIER_POLYGLOTTE", "scan.jpg"),
    Hostile("ZIP after a PNG", lambda: a_png() + a_zip(), "FICHIER_POLYGLOTTE", "scan.png"),
    Hostile("web page in a JPEG", lambda: web_page_in(a_jpeg()), "FICHIER_POLYGLOTTE", "scan.jpg"),
    Hostile(
        "PDF in a JPEG", lambda: web_page_in(a_jpeg()).replace(b"<html>", b"%PDF-1"), "FICHIER_POLYGLOTTE", "scan.jpg"
    ),
]

HOSTILES = BOMBES + INDIRECTS + STRUCTURES + ACTIFS + IMAGES

# What resembles the above and must pass: the names of a font or an image are free, a link waits for a click.
VOISINS: dict[str, Callable[[], bytes]] = {
    "an ordinary document": a_pdf,
    "an ordinary document of 200 kB": lambda: a_pdf(image_octets=200_000),
    "object streams": lambda: in_object_streams(a_pdf()),
    "300 pages": lambda: wide_page_tree(300),
    "a page of 14,400 points": lambda: boxed(b"[0 0 14400 14400]"),
    "/Count 2^31 over one page": lambda: raw_pdf([CATALOGUE, PAGES.replace(b"Count 1", b"Count 2147483647"), PAGE]),
    "a link to click": lambda: annotation(b"/Subtype/Link/A" + ADRESSE),
    "a destination at opening": lambda: pdf_with(catalogue=b"/OpenAction[3 0 R/Fit]"),
    "a move at opening": lambda: pdf_with(catalogue=b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"),
    "fonts called /JS, /AA, /EF and /XFA": lambda: pdf_with(
        others=[b"<</Font<</JS 5 0 R/AA 5 0 R/EF 5 0 R/XFA 5 0 R/JavaScript 5 0 R>>>>", b"<</Type/Font/Subtype/Type1>>"]
    ),
    "an image called /JS": lambda: pdf_with(
        others=[b"<</XObject<</JS 5 0 R/XFA 5 0 R>>>>", stream(b"", b"/Subtype/Image/Width 1/Height 1")]
    ),
    "the words of the sieve in a string": lambda: pdf_with(others=[b"[(/JS /Launch) <</T(/AA /XFA)>>]"]),
    "white space after the end": lambda: a_pdf() + b"\r\n\0\0\n",
    "an uncompressed CMap that ends in %%EOF": lambda: pdf_with(others=[stream(b"%%EndResource\n%%EOF\n")]),
    "the four letters of a ZIP by chance": lambda: pdf_with(others=[stream(b"PK\x05\x06" + bytes(18))]),
}
