"""The invoice, the credit note and the certificate as a PDF with their mentions (regles.md §5), fit to be printed.

The same data always give the same bytes: a number is then one document, however often it is drawn.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import msgspec

from traitdunion.cfa.winansi import to_winansi
from traitdunion.norme.facturation.montants import say_euros

if TYPE_CHECKING:
    from fpdf import FPDF

MENTION_TVA = "Exonération de TVA, article 261-4-4° a du CGI. Net de taxe."
MENTION_CERTIFICAT = (
    "Cette facture vaut certificat de réalisation : le dispensateur atteste que les actions de formation par "
    "apprentissage ci-dessus ont été réalisées sur les périodes indiquées, et s'engage à conserver l'ensemble des "
    "pièces justificatives pendant trois ans (dix ans en cas de cofinancement européen)."
)
ENCRE, GRIS, FILET, FOND = (23, 37, 63), (95, 104, 120), (190, 197, 208), (238, 241, 246)
MARGE = 16.0
COLONNES = (("Dossier", 38.0), ("Apprenti et formation", 62.0), ("Échéance et période", 48.0), ("Montant", 30.0))


class LigneDessinee(msgspec.Struct, frozen=True, kw_only=True):
    """One line to draw; `montant` in cents."""

    dossier: str
    nature: str
    echeance: str
    montant: int
    numero_deca: str | None = None
    apprenti: str | None = None
    employeur: str | None = None
    formation: str | None = None
    debut: date | None = None
    fin: date | None = None
    quantite: int = 1


class FactureDessinee(msgspec.Struct, frozen=True, kw_only=True):
    """What an invoice or a credit note (`origine`: the invoice that it corrects) says; lines in cents."""

    numero: str
    emise_le: date
    denomination: str
    adresse: str
    siret: str
    client: str
    iban: str
    lignes: tuple[LigneDessinee, ...]
    nda: str | None = None
    client_adresse: str | None = None
    conditions: str | None = None
    vaut_certificat: bool = False
    origine: str | None = None

    @property
    def total(self) -> int:
        """In cents."""
        return sum(ligne.montant for ligne in self.lignes)


def draw_facture(facture: FactureDessinee) -> bytes:
    """The PDF of an invoice, as many pages as it takes."""
    page = _document(facture.emise_le)
    titre = f"{'Facture' if facture.origine is None else 'Avoir'} n° {facture.numero}"
    page.set_title(to_winansi(titre))
    page.add_page()
    _parties(page, facture)
    page.set_font(size=17, style="B")
    page.cell(0, 10, to_winansi(titre), new_x="LMARGIN", new_y="NEXT")
    page.set_font(size=9.5)
    dits = [f"Date d'émission : {facture.emise_le:%d/%m/%Y}"]
    if facture.origine is not None:
        dits.append(f"Corrige la facture n° {facture.origine}")
    page.multi_cell(0, 5, to_winansi("\n".join(dits)), new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    _table(page, facture.lignes)
    _total(page, facture)
    _mentions(page, facture)
    return bytes(page.output())


def draw_texte(titre: str, paragraphes: Sequence[str], *, le: date) -> bytes:
    """A page of plain text under a title: a certificate, a copy."""
    page = _document(le)
    page.set_title(to_winansi(titre))
    page.add_page()
    page.set_font(size=17, style="B")
    page.multi_cell(0, 10, to_winansi(titre), new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    page.set_font(size=10.5)
    page.multi_cell(0, 6, to_winansi("\n".join(paragraphes)), new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def _document(le: date) -> "FPDF":
    from fpdf import FPDF

    class Page(FPDF):
        """Numbered pages."""

        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(size=8)
            self.set_text_color(*GRIS)
            self.cell(0, 5, f"Page {self.page_no()} sur {{nb}}", align="R")
            self.set_text_color(*ENCRE)

    page = Page(format="A4")
    page.core_fonts_encoding = "cp1252"
    page.set_lang("fr-FR")
    page.set_producer("Trait d'union")
    page.set_creation_date(datetime.combine(le, time(12), tzinfo=UTC))
    page.set_margins(MARGE, MARGE, MARGE)
    page.set_auto_page_break(True, margin=18)
    page.set_font("helvetica", size=10)
    page.set_text_color(*ENCRE)
    page.set_draw_color(*FILET)
    return page


def _parties(page: "FPDF", facture: FactureDessinee) -> None:
    """Who invoices on the left, who is invoiced on the right."""
    haut, milieu = page.get_y(), page.w / 2 + 6
    emetteur = [*facture.adresse.splitlines(), f"SIRET {_grouped(facture.siret)}"]
    if facture.nda:
        emetteur.append(f"N° de déclaration d'activité : {facture.nda}")
    bas = _block(page, MARGE, haut, page.w / 2 - MARGE - 6, facture.denomination, emetteur)
    largeur = page.w - MARGE - milieu
    page.set_xy(milieu, haut)
    page.set_font(size=8)
    page.set_text_color(*GRIS)
    page.cell(largeur, 4.5, "Facturé à", new_x="LEFT", new_y="NEXT")
    page.set_text_color(*ENCRE)
    adresse = (facture.client_adresse or "").splitlines()
    page.set_y(max(bas, _block(page, milieu, page.get_y(), largeur, facture.client, adresse)) + 8)


def _block(page: "FPDF", x: float, y: float, largeur: float, titre: str, lignes: Sequence[str]) -> float:
    """A name and what is under it; where it ends."""
    page.set_xy(x, y)
    page.set_font(size=11, style="B")
    page.multi_cell(largeur, 5.5, to_winansi(titre), align="L", new_x="LEFT", new_y="NEXT")
    page.set_font(size=9.5)
    if lignes:
        page.multi_cell(largeur, 4.8, to_winansi("\n".join(lignes)), align="L", new_x="LEFT", new_y="NEXT")
    return float(page.get_y())


def _table(page: "FPDF", lignes: Sequence[LigneDessinee]) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    page.set_font(size=8.5)
    with page.table(
        col_widths=tuple(largeur for _, largeur in COLONNES),
        text_align=("LEFT", "LEFT", "LEFT", "RIGHT"),
        line_height=4.4,
        padding=(1.6, 1.4),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD", fill_color=FOND, color=ENCRE),
        v_align="T",
    ) as table:
        table.row([titre for titre, _ in COLONNES])
        for ligne in lignes:
            table.row([to_winansi(texte) for texte in _cells(ligne)])
    page.ln(3)


def _cells(ligne: LigneDessinee) -> tuple[str, str, str, str]:
    deca = f"DECA {ligne.numero_deca}" if ligne.numero_deca else None
    periode = f"du {ligne.debut:%d/%m/%Y} au {ligne.fin:%d/%m/%Y}" if ligne.debut and ligne.fin else None
    quantite = f"quantité : {ligne.quantite}" if ligne.quantite > 1 else None
    return (
        _stack(ligne.dossier, deca),
        _stack(ligne.apprenti or "-", ligne.formation, f"chez {ligne.employeur}" if ligne.employeur else None),
        _stack(f"Échéance {ligne.echeance} : {ligne.nature}", periode, quantite),
        say_euros(ligne.montant),
    )


def _stack(*textes: str | None) -> str:
    return "\n".join(texte for texte in textes if texte)


def _total(page: "FPDF", facture: FactureDessinee) -> None:
    largeur = 84.0
    if page.will_page_break(18):
        page.add_page()
    page.set_x(page.w - MARGE - largeur)
    page.set_fill_color(*FOND)
    page.set_font(size=11, style="B")
    page.cell(largeur / 2, 9, "  Total net de taxe", fill=True)
    page.cell(
        largeur / 2, 9, to_winansi(say_euros(facture.total)) + "  ", fill=True, align="R", new_x="LMARGIN", new_y="NEXT"
    )
    page.set_font(size=9)
    page.cell(0, 7, to_winansi(MENTION_TVA), align="R", new_x="LMARGIN", new_y="NEXT")
    page.ln(4)


def _mentions(page: "FPDF", facture: FactureDessinee) -> None:
    blocs = [("Certificat de réalisation", MENTION_CERTIFICAT)] if facture.vaut_certificat else []
    blocs.append(("Coordonnées bancaires", f"Titulaire : {facture.denomination}\nIBAN : {_iban(facture.iban)}"))
    if facture.conditions:
        blocs.append(("Conditions de règlement", facture.conditions))
    for titre, texte in blocs:
        with page.unbreakable() as bloc:
            bloc.set_font(size=9.5, style="B")
            bloc.cell(0, 5.5, to_winansi(titre), new_x="LMARGIN", new_y="NEXT")
            bloc.set_font(size=8.8)
            bloc.multi_cell(0, 4.5, to_winansi(texte), align="L", new_x="LMARGIN", new_y="NEXT")
            if titre == "Certificat de réalisation":
                bloc.ln(2)
                bloc.cell(0, 5, to_winansi("Cachet et signature du dispensateur :"), new_x="LMARGIN", new_y="NEXT")
                bloc.ln(14)
            bloc.ln(3)


def _grouped(siret: str) -> str:
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if len(siret) == 14 else siret


def _iban(iban: str) -> str:
    serre = "".join(iban.split())
    return " ".join(serre[debut : debut + 4] for debut in range(0, len(serre), 4))
