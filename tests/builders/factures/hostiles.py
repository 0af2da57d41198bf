"""Factures whose attachment or text is hostile, and those that only resemble them."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from builders import fichiers
from builders.factures.papier import a_facture_pdf, a_facturx_xml, with_joint

_DTD = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">%s]><lolz>&l9;</lolz>"""
_RIRES = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"&lol;" * 10) for n in range(10))
BOMBE_XML = _DTD % _RIRES
ENTITE_EXTERNE = a_facturx_xml(numero="&x;").replace(
    b"<rsm:Cross", b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><rsm:Cross', 1
)
PROGRAMME = b"MZ\x90\0" + b"EXEMPLE" * 20
PAGE_WEB = b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'
FEUILLE = a_facturx_xml().replace(b"?>", b'?><?xml-stylesheet type="text/xsl" href="https://exemple.test/x"?>', 1)
PROFOND = b"<a>" * 65 + b"</a>" * 65
LARGE = b"<a>" + b"<b/>" * 50_001 + b"</a>"
ZUGFERD_1 = b"""<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12">
<rsm:HeaderExchangedDocument><ram:ID>FA-2026-0001</ram:ID></rsm:HeaderExchangedDocument></rsm:CrossIndustryDocument>"""
UBL = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>"""


def joint(contenu: bytes, nom: str = "factur-x.xml") -> bytes:
    """A readable facture with this attachment."""
    return with_joint(a_facture_pdf(), contenu, nom=nom)


def edited(change: Callable[[pikepdf.Pdf, pikepdf.Dictionary], None]) -> bytes:
    """A sound Factur-X changed by hand: the document and the specification of its attachment."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(joint(a_facturx_xml()))) as document:
        change(document, document.Root.Names.EmbeddedFiles.Names[1])
        document.save(out)
    return out.getvalue()


def _flate_bomb(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    octets = zlib.compress(bytes(50 << 20), 9)
    spec.EF.F.write(octets, filter=pikepdf.Name.FlateDecode)


def _two_names(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    spec.UF = pikepdf.String("programme.exe")


def _same_stream_elsewhere(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    copie = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("programme.exe"), EF=spec.EF)
    document.Root.Autre = document.make_indirect(copie)


def _two_streams(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    spec.EF.UF = document.make_stream(PROGRAMME)


def _paper_clip(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    clip = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(clip)])


def _twice(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    document.Root.Names.EmbeddedFiles.Names.extend([pikepdf.String("z"), spec])


def _endless_tree(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    arbre = document.make_indirect(document.Root.Names.EmbeddedFiles)
    document.Root.Names.EmbeddedFiles = arbre
    arbre.Kids = pikepdf.Array([arbre] * 50)


def _hidden_stream(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    cache = document.make_stream(PROGRAMME)
    cache.Type = pikepdf.Name.EmbeddedFile
    document.Root.Autre = cache


def _script(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def in_kids(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    """The name tree as other libraries write it: a leaf under the root."""
    feuille = pikepdf.Dictionary(Names=document.Root.Names.EmbeddedFiles.Names, Limits=["factur-x.xml"] * 2)
    document.Root.Names.EmbeddedFiles = pikepdf.Dictionary(Kids=[document.make_indirect(feuille)])


def in_direct_copies(document: pikepdf.Pdf, spec: pikepdf.Dictionary) -> None:
    """The specification written twice, once in the list of associated files."""
    document.Root.AF = pikepdf.Array([pikepdf.Dictionary({cle: spec[cle] for cle in spec.keys()})])  # noqa: SIM118


Hostile = fichiers.Hostile
REFUSES = [
    Hostile(
        "second attachment", lambda: with_joint(joint(a_facturx_xml()), PROGRAMME, nom="a.exe"), "PDF_PIECE_JOINTE"
    ),
    Hostile("second attachment of the right name", lambda: edited(_twice), "PDF_PIECE_JOINTE"),
    Hostile("attachment of another name", lambda: joint(a_facturx_xml(), "facture.xml"), "PDF_PIECE_JOINTE"),
    Hostile("double extension", lambda: joint(a_facturx_xml(), "factur-x.xml.exe"), "PDF_PIECE_JOINTE"),
    Hostile("another name for other readers", lambda: edited(_two_names), "PDF_PIECE_JOINTE"),
    Hostile("another file for other readers", lambda: edited(_two_streams), "PDF_PIECE_JOINTE"),
    Hostile("the same file under another name", lambda: edited(_same_stream_elsewhere), "PDF_PIECE_JOINTE"),
    Hostile("the same file behind a paper clip", lambda: edited(_paper_clip), "PDF_PIECE_JOINTE"),
    Hostile("a file beside, without a name", lambda: edited(_hidden_stream), "PDF_PIECE_JOINTE"),
    Hostile("name tree that loops", lambda: edited(_endless_tree), "PDF_PIECE_JOINTE"),
    Hostile("script beside a Factur-X", lambda: edited(_script), "PDF_JAVASCRIPT"),
    Hostile("program named factur-x.xml", lambda: joint(PROGRAMME), "PDF_PIECE_JOINTE"),
    Hostile("nothing named factur-x.xml", lambda: joint(b""), "PDF_PIECE_JOINTE"),
    Hostile("web page named factur-x.xml", lambda: joint(PAGE_WEB), "PDF_PIECE_JOINTE"),
    Hostile("style sheet of another machine", lambda: joint(FEUILLE), "PDF_PIECE_JOINTE"),
    Hostile("billion laughs", lambda: joint(BOMBE_XML), "PDF_PIECE_JOINTE"),
    Hostile("external entity", lambda: joint(ENTITE_EXTERNE), "PDF_PIECE_JOINTE"),
    Hostile("XML 65 deep", lambda: joint(PROFOND), "PDF_PIECE_JOINTE"),
    Hostile("300,000 deep", lambda: joint(b"<a>" * 300_000), "PDF_PIECE_JOINTE"),
    Hostile("XML of 50,002 elements", lambda: joint(LARGE), "PDF_PIECE_JOINTE"),
    Hostile("XML of 1 MiB and a byte", lambda: joint(a_facturx_xml().ljust((1 << 20) + 1)), "PDF_PIECE_JOINTE"),
    Hostile("attachment of 50 MB once decoded", lambda: edited(_flate_bomb), "PDF_DECOMPRESSION_EXCESSIVE"),
]

# Harmless, let in, not compared.
ILLISIBLES: dict[str, Callable[[], bytes]] = {
    "half the XML": lambda: joint(a_facturx_xml()[:-400]),
    "another namespace": lambda: joint(a_facturx_xml().replace(b"CrossIndustryInvoice:100", b"CrossIndustryInvoice:1")),
    "no namespace": lambda: joint(b"<CrossIndustryInvoice/>"),
    "ZUGFeRD 1": lambda: joint(ZUGFERD_1, "ZUGFeRD-invoice.xml"),
    "UBL": lambda: joint(UBL, "xrechnung.xml"),
    "two numbers": lambda: joint(a_facturx_xml().replace(b"<ram:TypeCode>380", b"<ram:ID>X</ram:ID><ram:TypeCode>380")),
    "a number with elements in it": lambda: joint(a_facturx_xml(numero="FA<x/>-2026-0001")),
    "an endless number": lambda: joint(a_facturx_xml(numero="9" * 101)),
    "an undefined entity": lambda: joint(a_facturx_xml(numero="&nbsp;")),
}

# Let in and read.
LUS: dict[str, Callable[[], bytes]] = {
    "as it comes": lambda: joint(a_facturx_xml()),
    "ZUGFeRD 2": lambda: joint(a_facturx_xml(), "zugferd-invoice.xml"),
    "XRechnung": lambda: joint(a_facturx_xml(), "xrechnung.xml"),
    "capitals": lambda: joint(a_facturx_xml(), "Factur-X.xml"),
    "UTF-16": lambda: joint(a_facturx_xml().decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    "Windows-1252": lambda: joint(a_facturx_xml().decode().replace("UTF-8", "windows-1252").encode("cp1252")),
    "byte order mark": lambda: joint(b"\xef\xbb\xbf" + a_facturx_xml()),
    "other prefixes": lambda: joint(a_facturx_xml().replace(b"ram:", b"x:").replace(b":ram=", b":x=")),
    "exactly 1 MiB": lambda: joint(a_facturx_xml().ljust(1 << 20)),
    "object streams": lambda: fichiers.in_object_streams(joint(a_facturx_xml())),
    "a name tree with a leaf": lambda: edited(in_kids),
    "a copy in the associated files": lambda: edited(in_direct_copies),
}


def fatal_text_pdf() -> bytes:
    """A PDF that passes the gate, and whose 30 MiB of text PDFium cannot hold."""
    octets = zlib.compress(b"BT /F1 9 Tf " + (b"(" + b"a" * 30_000 + b") Tj ") * 1000 + b"ET", 9)
    page = fichiers.PAGE.replace(
        b"<<>>", b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R"
    )
    contenu = fichiers.stream(octets, b"/Filter/FlateDecode")
    return fichiers.raw_pdf([fichiers.CATALOGUE, fichiers.PAGES, page, contenu])


def endless_text_pdf() -> bytes:
    """A few kB that pass the gate: forms that draw forms, 40 times each, six deep, to say one letter 4 thousand million
    times.
    """
    police = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>%s>>"
    page = fichiers.PAGE.replace(b"<<>>", police % b"/XObject<</X 5 0 R>>" + b"/Contents 4 0 R")
    dessins = b"/X Do " * 40
    niveaux = [
        fichiers.stream(
            dessins, b"/Subtype/Form/BBox[0 0 99 99]/Resources" + police % (b"/XObject<</X %d 0 R>>" % (numero + 1))
        )
        for numero in range(5, 11)
    ]
    feuille = fichiers.stream(b"BT /F1 9 Tf (a) Tj ET", b"/Subtype/Form/BBox[0 0 99 99]/Resources" + police % b"")
    objets = [fichiers.CATALOGUE, fichiers.PAGES, page, fichiers.stream(dessins), *niveaux, feuille]
    return fichiers.raw_pdf(objets)
