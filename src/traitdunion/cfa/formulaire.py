"""A blank form of our own drawing, with the field names of the CERFA 10103*14.

For trying the product where the official form is not at hand: same 216 fields, same sections and labels, other layout.
It has no official value, and says so.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from traitdunion.cfa.cerfa_pdf.appearance import escape, helvetica, show_text, text_width
from traitdunion.cfa.cerfa_pdf.blocs import Adresse, Remunerations
from traitdunion.cfa.cerfa_pdf.carte import CADRE_RESERVE, SECTIONS, Section
from traitdunion.cfa.cerfa_pdf.zones import (
    Autre,
    Case,
    Choix,
    Code,
    Departement,
    Entier,
    Jour,
    Montant,
    Zone,
    case_pdf,
    texte_pdf,
)

PAGE_LARGEUR, PAGE_HAUTEUR = 595.28, 841.89
MARGE = 28.0
UTILE = PAGE_LARGEUR - 2 * MARGE
LIGNE, CHAMP, ETIQUETTE, TITRE = 24.0, 12.0, 6.5, 14.0
CASE = 8.0
GRIS = "0.88"
# Twelfths of the width, by kind of zone; a zone whose label is wide takes more.
LARGEURS: tuple[tuple[type, int], ...] = (
    (Code, 3),
    (Departement, 3),
    (Entier, 3),
    (Jour, 3),
    (Montant, 3),
    (Autre, 2),
    (Case, 6),
    (Choix, 3),
)
LARGEUR_TEXTE = 4
PARTS_ADRESSE = (("N°", 1), ("Voie", 4), ("Complément", 3), ("Code postal", 1), ("Commune", 3))


@dataclass
class _Page:
    """The page under way: its drawing, its widgets, the height of the next line and the twelfths taken on it."""

    dessin: bytearray
    widgets: list[Any]
    y: float = PAGE_HAUTEUR - 62
    pris: int = 0

    def texte(self, x: float, y: float, taille: float, texte: str, *, gras: bool = False) -> None:
        police = "Gras" if gras else "Helv"
        self.dessin += b"BT 0 g /%b %.2f Tf %.2f %.2f Td (%b) Tj ET\n" % (police.encode(), taille, x, y, escape(texte))

    def rectangle(self, x: float, y: float, largeur: float, hauteur: float, gris: str) -> None:
        self.dessin += b"%b g %.2f %.2f %.2f %.2f re f\n" % (gris.encode(), x, y, largeur, hauteur)

    def new_line(self, hauteur: float = LIGNE) -> None:
        self.y -= hauteur
        self.pris = 0

    def reserve(self, douziemes: int) -> float:
        """Room on the line, or on the next one; gives its left side."""
        if self.pris + douziemes > 12:
            self.new_line()
        x = MARGE + UTILE * self.pris / 12
        self.pris += douziemes
        return x


def draw_form() -> bytes:
    """The blank form, as the bytes of a PDF of two pages."""
    with pikepdf.new() as pdf:
        return _Drawing(pdf).draw()


class _Drawing:
    """One form being drawn in `pdf`."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.helvetica = helvetica(pdf)
        self.gras = pdf.make_indirect(_police("Helvetica-Bold"))
        self.symboles = pdf.make_indirect(_police("ZapfDingbats", encodage=None))
        self.champs: list[Any] = []

    def draw(self) -> bytes:
        for numero in (1, 2):
            page = _Page(bytearray(), [])
            self._heading(page, numero)
            for section in SECTIONS:
                if section.page == numero:
                    self._section(page, section)
            self._close(page)
        racine = self.pdf.Root
        racine["/Lang"] = pikepdf.String("fr-FR")
        racine["/AcroForm"] = pikepdf.Dictionary(
            Fields=pikepdf.Array(self.champs),
            DA=pikepdf.String("/Helv 8 Tf 0 g"),
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.helvetica, ZaDb=self.symboles)),
        )
        self.pdf.docinfo["/Title"] = pikepdf.String("Contrat d'apprentissage, formulaire d'essai")
        tampon = BytesIO()
        self.pdf.save(tampon, deterministic_id=True)
        return tampon.getvalue()

    def _heading(self, page: _Page, numero: int) -> None:
        avis = "Formulaire d'essai de Trait d'union, aux champs du CERFA 10103*14 : sans valeur officielle."
        page.texte(MARGE, PAGE_HAUTEUR - 32, 13, "Contrat d'apprentissage", gras=True)
        page.texte(MARGE, PAGE_HAUTEUR - 43, 7, f"{avis} Page {numero} sur 2.")

    def _section(self, page: _Page, section: Section) -> None:
        page.rectangle(MARGE, page.y - 3, UTILE, TITRE - 2, "0.80")
        page.texte(MARGE + 4, page.y, 8, section.titre, gras=True)
        page.new_line(TITRE)
        for zone in section.zones:
            self._zone(page, zone)
        page.new_line(LIGNE + 6)
        if section is CADRE_RESERVE:
            page.texte(MARGE, page.y, 6.5, "Signatures : employeur, apprenti(e), représentant légal. Visa du CFA :")

    def _zone(self, page: _Page, zone: Zone) -> None:
        if isinstance(zone, Remunerations):
            self._remunerations(page, zone)
        elif isinstance(zone, Adresse):
            self._adresse(page, zone)
        else:
            douziemes = next((taille for genre, taille in LARGEURS if isinstance(zone, genre)), LARGEUR_TEXTE)
            while text_width(zone.libelle, ETIQUETTE) > UTILE * douziemes / 12 - 6 and douziemes < 12:
                douziemes += 1
            x = page.reserve(douziemes)
            largeur = UTILE * douziemes / 12 - 6
            if isinstance(zone, Case):
                self._box(page, x, page.y - CHAMP + 2, zone.champ, zone.libelle)
                page.texte(x + CASE + 4, page.y - CHAMP + 4, ETIQUETTE, zone.libelle)
                return
            page.texte(x, page.y, ETIQUETTE, zone.libelle)
            self._fields(page, zone, x, largeur)

    def _fields(self, page: _Page, zone: Zone, x: float, largeur: float) -> None:
        y = page.y - CHAMP - 1.5
        if isinstance(zone, Choix):
            for rang, (valeur, champ) in enumerate(zone.cases):
                mot = valeur if isinstance(valeur, str) else ("Oui" if valeur else "Non")
                self._box(page, x + rang * 44, y + 2, champ, f"{zone.libelle} : {mot}")
                page.texte(x + rang * 44 + CASE + 3, y + 4, 7, mot)
        elif isinstance(zone, Jour):
            self._date(page, zone, x, y)
        elif isinstance(zone, Montant):
            self._text(page, x, y, 48, zone.champs[0], f"{zone.libelle} : euros")
            page.texte(x + 50, y + 2, 8, ",")
            self._text(page, x + 54, y, 18, zone.champs[1], f"{zone.libelle} : centimes")
        else:
            (champ,) = (nom.removeprefix("Zone de texte ") for nom in zone.noms)
            self._text(page, x, y, largeur, champ, zone.libelle)

    def _date(self, page: _Page, zone: Jour, x: float, y: float) -> None:
        for champ, partie, taille in zip(zone.champs, ("jour", "mois", "année"), (16, 16, 27), strict=True):
            self._text(page, x, y, taille, champ, f"{zone.libelle} : {partie}")
            x += taille + 6
            if partie != "année":
                page.texte(x - 5, y + 2, 8, "/")

    def _adresse(self, page: _Page, zone: Adresse) -> None:
        if page.pris:
            page.new_line()
        page.texte(MARGE, page.y, ETIQUETTE, f"{zone.libelle} :", gras=True)
        page.new_line(9)
        for champ, (libelle, douziemes) in zip(zone.champs, PARTS_ADRESSE, strict=True):
            x = page.reserve(douziemes)
            page.texte(x, page.y, ETIQUETTE, libelle)
            largeur = UTILE * douziemes / 12 - 6
            self._text(page, x, page.y - CHAMP - 1.5, largeur, champ, f"{zone.libelle} : {libelle}")

    def _remunerations(self, page: _Page, zone: Remunerations) -> None:
        page.new_line()
        page.texte(MARGE, page.y - 3, ETIQUETTE, "Rémunération (indiquer SMIC ou SMC) :", gras=True)
        for rang, ligne in enumerate(zone.lignes):
            if rang % 2 == 0:
                page.y -= 17
            x, y = MARGE + (rang % 2) * UTILE / 2, page.y - 3
            zones = ligne.zones("")
            page.texte(x, y + 2, 7, ligne.ordre)
            debut, fin, taux, base = zones.values()
            assert isinstance(debut, Jour)
            assert isinstance(fin, Jour)
            self._date(page, debut, x + 14, y)
            page.texte(x + 88, y + 2, 6.5, "au")
            self._date(page, fin, x + 97, y)
            self._text(page, x + 172, y, 24, ligne.taux, taux.libelle)
            page.texte(x + 198, y + 2, 6.5, "% du")
            self._text(page, x + 216, y, 30, ligne.base, base.libelle)
        page.new_line()

    def _text(self, page: _Page, x: float, y: float, largeur: float, champ: str, libelle: str) -> None:
        page.rectangle(x, y, largeur, CHAMP, GRIS)
        widget = self._widget(texte_pdf(champ), libelle, "/Tx", (x, y, x + largeur, y + CHAMP))
        widget["/DA"] = pikepdf.String("/Helv 8 Tf 0 g")
        widget["/V"] = pikepdf.String("")
        show_text(self.pdf, widget, "", self.helvetica)
        self._add(page, widget)

    def _box(self, page: _Page, x: float, y: float, champ: str, libelle: str) -> None:
        page.dessin += b"0 G 0.6 w %.2f %.2f %.2f %.2f re S\n" % (x, y, CASE, CASE)
        widget = self._widget(case_pdf(champ), libelle, "/Btn", (x, y, x + CASE, y + CASE))
        widget["/DA"] = pikepdf.String("/ZaDb 0 Tf 0 g")
        widget["/MK"] = pikepdf.Dictionary(CA=pikepdf.String("8"))
        widget["/V"] = widget["/AS"] = pikepdf.Name.Off
        coche = b"q BT 0 g /ZaDb 7 Tf 1.4 1.5 Td (8) Tj ET Q"
        widget["/AP"] = pikepdf.Dictionary(
            N=pikepdf.Dictionary(Yes=self._state(coche), Off=self._state(b"")),
        )
        self._add(page, widget)

    def _state(self, dessin: bytes) -> Any:
        return self.pdf.make_stream(
            dessin,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array([0, 0, CASE, CASE]),
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(ZaDb=self.symboles)),
        )

    def _widget(self, nom: str, libelle: str, genre: str, cotes: tuple[float, float, float, float]) -> Any:
        return pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name(genre),
            T=pikepdf.String(nom),
            TU=pikepdf.String(libelle),
            F=4,
            Rect=pikepdf.Array([round(cote, 3) for cote in cotes]),
        )

    def _add(self, page: _Page, widget: Any) -> None:
        objet = self.pdf.make_indirect(widget)
        page.widgets.append(objet)
        self.champs.append(objet)

    def _close(self, page: _Page) -> None:
        ajoutee = self.pdf.add_blank_page(page_size=(PAGE_LARGEUR, PAGE_HAUTEUR))
        ajoutee.obj["/Contents"] = self.pdf.make_stream(bytes(page.dessin))
        ajoutee.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.helvetica, Gras=self.gras))
        ajoutee.obj["/Annots"] = pikepdf.Array(page.widgets)
        ajoutee.obj["/Tabs"] = pikepdf.Name.S
        for widget in page.widgets:
            widget["/P"] = ajoutee.obj


def _police(nom: str, *, encodage: str | None = "/WinAnsiEncoding") -> Any:
    police = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{nom}"))
    if encodage:
        police["/Encoding"] = pikepdf.Name(encodage)
    return police
