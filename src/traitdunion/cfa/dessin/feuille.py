"""Pages of A4 filled from the top down; what every PDF of the CFA's side is drawn on.

Lengths are points (1/72 inch). The same calls always give the same bytes.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from traitdunion.cfa.dessin.winansi import to_winansi

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
LARGEUR, HAUTEUR = 210 * MM, 297 * MM
MARGE = 16 * MM
BAS = HAUTEUR - 18 * MM  # lower, the number of the page
UTILE = LARGEUR - 2 * MARGE
ENCRE, GRIS, FILET, FOND = (23, 37, 63), (95, 104, 120), (190, 197, 208), (238, 241, 246)
_GENERATEUR = "Trait d'union"


class Style(NamedTuple):
    """How a text is written: its size, the height of a line, in bold or not, its colour in red, green, blue."""

    corps: float
    interligne: float
    gras: bool = False
    encre: tuple[int, int, int] = ENCRE

    @property
    def police(self) -> str:
        """One of the fourteen fonts that every viewer has, so that none is embedded."""
        return "Helvetica-Bold" if self.gras else "Helvetica"


TITRE = Style(17, 10 * MM, gras=True)
COURANT = Style(10.5, 6 * MM)
PIED = Style(8, 5 * MM, encre=GRIS)


class Feuille:
    """Pages being filled; `y` is where the next thing goes, from the top of the current page."""

    def __init__(self, titre: str, *, le: date, auteur: str = "") -> None:
        self._titre, self._auteur, self._le = titre, auteur, le
        self._pages: list[list[Callable[[Canvas], None]]] = [[]]
        self.y = MARGE

    def space(self, hauteur: float) -> None:
        """Leave some white."""
        self.y += hauteur

    def keep(self, hauteur: float) -> bool:
        """Go to a new page when this height has no room left on this one; True when it did."""
        if self.y + hauteur <= BAS or self.y <= MARGE:
            return False
        self._pages.append([])
        self.y = MARGE
        return True

    def write(
        self, texte: str, style: Style, *, x: float = MARGE, largeur: float = UTILE, droite: bool = False
    ) -> None:
        """A text from `x` on, on as many lines and pages as it takes; `droite` ends its lines on the right."""
        for ligne in wrap(texte, style, largeur):
            self.keep(style.interligne)
            self.put(ligne, style, x=x, largeur=largeur, droite=droite)
            self.y += style.interligne

    def put(self, ligne: str, style: Style, *, x: float, largeur: float, droite: bool = False) -> None:
        """One line at this height, without going down."""
        if not ligne:
            return
        # On the middle of its line: capitals of Helvetica rise to 0.72 of the size.
        y = HAUTEUR - self.y - (style.interligne + 0.72 * style.corps) / 2
        depart = x + largeur - _width(ligne, style) if droite else x

        def draw(page: "Canvas") -> None:
            page.setFont(style.police, style.corps)
            page.setFillColorRGB(*_rgb(style.encre))
            page.drawString(depart, y, ligne)

        self._pages[-1].append(draw)

    def fill(self, hauteur: float, *, x: float = MARGE, largeur: float = UTILE) -> None:
        """A light background from this height down, under what is written next."""
        bas = HAUTEUR - self.y - hauteur

        def draw(page: "Canvas") -> None:
            page.setFillColorRGB(*_rgb(FOND))
            page.rect(x, bas, largeur, hauteur, stroke=0, fill=1)

        self._pages[-1].append(draw)

    def rule(self) -> None:
        """A thin line across the page at this height."""
        y = HAUTEUR - self.y

        def draw(page: "Canvas") -> None:
            page.setLineWidth(0.5)
            page.setStrokeColorRGB(*_rgb(FILET))
            page.line(MARGE, y, MARGE + UTILE, y)

        self._pages[-1].append(draw)

    def render(self) -> bytes:
        """The PDF, its pages numbered."""
        from reportlab.pdfgen.canvas import Canvas

        sortie = io.BytesIO()
        page = Canvas(sortie, pagesize=(LARGEUR, HAUTEUR), invariant=1, lang="fr-FR")
        page.setTitle(self._titre)
        page.setAuthor(self._auteur)
        page.setSubject("")
        page.setCreator(_GENERATEUR)
        page.setDateFormatter(lambda *_: f"D:{self._le:%Y%m%d}120000Z")
        for rang, traits in enumerate(self._pages, start=1):
            for draw in traits:
                draw(page)
            page.setFont(PIED.police, PIED.corps)
            page.setFillColorRGB(*_rgb(PIED.encre))
            page.drawRightString(MARGE + UTILE, 9 * MM, f"Page {rang} sur {len(self._pages)}")
            page.showPage()
        page.save()
        return sortie.getvalue()


def draw_texte(titre: str, paragraphes: Sequence[str], *, le: date, auteur: str = "") -> bytes:
    """A plain text under its title: a certificate, a copy."""
    feuille = Feuille(titre, le=le, auteur=auteur)
    feuille.write(titre, TITRE)
    feuille.space(4 * MM)
    feuille.write("\n".join(paragraphes), COURANT)
    return feuille.render()


def wrap(texte: str, style: Style, largeur: float) -> list[str]:
    """The lines of a text, cut between words, or inside a word longer than a line."""
    return [ligne for paragraphe in to_winansi(texte).splitlines() for ligne in _wrap(paragraphe, style, largeur)]


def _wrap(paragraphe: str, style: Style, largeur: float) -> Iterator[str]:
    debut = ""
    for mot in paragraphe.split(" "):
        ligne = f"{debut} {mot}" if debut else mot
        if _width(ligne, style) <= largeur:
            debut = ligne
            continue
        if debut:
            yield debut
        while (tient := _fitting(mot, style, largeur)) < len(mot):
            yield mot[:tient]
            mot = mot[tient:]
        debut = mot
    yield debut


def _fitting(mot: str, style: Style, largeur: float) -> int:
    """How many letters of a word a line holds: one at least."""
    reste = largeur
    for rang, lettre in enumerate(mot):
        reste -= _width(lettre, style)
        if reste < 0:
            return max(rang, 1)
    return len(mot)


def _width(texte: str, style: Style) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(texte, style.police, style.corps))


def _rgb(encre: tuple[int, int, int]) -> tuple[float, ...]:
    return tuple(part / 255 for part in encre)
