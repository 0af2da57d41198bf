"""Appearance streams: what a viewer shows of a field without drawing it itself (ISO 32000-1, 12.7.3.3)."""

import unicodedata
from typing import Any

import pikepdf

from traitdunion.cfa.dessin.winansi import to_winansi

TAILLE_DE_POLICE = 8.0
TAILLE_MINIMALE = 4.0
MARGE = 2.0
# Advance widths of Helvetica for the characters 32 to 126, in thousandths of the size (Adobe's core font metrics).
_CHASSES = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
CHASSES = dict(zip(range(32, 127), map(int, _CHASSES.split()), strict=True))
CHASSE_INCONNUE = 778


def text_width(texte: str, taille: float) -> float:
    """Width of a text in Helvetica, in points; an accented letter is as wide as its base."""
    base = unicodedata.normalize("NFD", texte)
    return sum(_chasse(lettre) for lettre in base) * taille / 1000


def _chasse(lettre: str) -> int:
    return 0 if unicodedata.combining(lettre) else CHASSES.get(ord(lettre), CHASSE_INCONNUE)


def helvetica(pdf: pikepdf.Pdf) -> Any:
    """The font of the appearances: one of the fourteen that every viewer has, so that none is embedded."""
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )


def show_text(pdf: pikepdf.Pdf, widget: Any, texte: str, police: Any) -> None:
    """Give a text widget the appearance of `texte` on one line, smaller if it must be to fit."""
    gauche, bas, droite, haut = (float(cote) for cote in widget["/Rect"])
    largeur, hauteur = abs(droite - gauche), abs(haut - bas)
    marge = min(MARGE, largeur / 12)
    utile = max(largeur - 2 * marge, 1.0)
    taille = TAILLE_DE_POLICE
    if (mesure := text_width(texte, taille)) > utile:
        taille = max(taille * utile / mesure, TAILLE_MINIMALE)
    ligne_de_base = (hauteur - taille) / 2 + taille * 0.22
    dessin = (
        b"/Tx BMC\nq\n0 0 %.2f %.2f re W n\nBT\n0 g /Helv %.2f Tf %.2f %.2f Td (%b) Tj\nET\nQ\nEMC\n"
        % (largeur, hauteur, taille, marge, ligne_de_base, escape(texte))
        if texte
        else b"/Tx BMC\nEMC\n"
    )
    apparence = pdf.make_stream(
        dessin,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([0, 0, round(largeur, 3), round(hauteur, 3)]),
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=police)),
    )
    widget["/AP"] = pikepdf.Dictionary(N=apparence)


def show_box(widget: Any, *, cochee: bool) -> None:
    """Show a box in one of the two states that the form itself draws; its ticked state has a name of its own."""
    etats = [nom for nom in widget.get("/AP", {}).get("/N", {}).keys() if nom != "/Off"]  # noqa: SIM118 - not a dict
    coche = pikepdf.Name(etats[0]) if etats else pikepdf.Name.Yes
    widget["/AS"] = coche if cochee else pikepdf.Name.Off


def escape(texte: str) -> bytes:
    """A text as the inside of a PDF string in WinAnsi; letters that it lacks lose their accent, or become « ? »."""
    octets = to_winansi(texte).encode("cp1252")
    return octets.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
