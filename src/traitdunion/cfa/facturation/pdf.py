"""The invoice, the credit note and the certificate as a PDF with their mentions (regles.md §5), fit to be printed.

The same data always give the same bytes: a number is then one document, however often it is drawn.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from traitdunion.cfa.dessin.feuille import BAS, GRIS, LARGEUR, MARGE, MM, TITRE, UTILE, Feuille, Style, wrap
from traitdunion.norme.facturation.montants import say_euros

MENTION_TVA = "Exonération de TVA, article 261-4-4° a du CGI. Net de taxe."
MENTION_CERTIFICAT = (
    "Cette facture vaut certificat de réalisation : le dispensateur atteste que les actions de formation par "
    "apprentissage ci-dessus ont été réalisées sur les périodes indiquées, et s'engage à conserver l'ensemble des "
    "pièces justificatives pendant trois ans (dix ans en cas de cofinancement européen)."
)
# Titles and widths of the columns; the amount is on the right.
COLONNES = (
    ("Dossier", 38 * MM),
    ("Apprenti et formation", 62 * MM),
    ("Échéance et période", 48 * MM),
    ("Montant", 30 * MM),
)
CELLULE, ENTETE = Style(8.5, 4.4 * MM), Style(8.5, 4.4 * MM, gras=True)
MARGE_CELLULE, RETRAIT = 1.6 * MM, 1.4 * MM
NOM, DETAIL = Style(11, 5.5 * MM, gras=True), Style(9.5, 4.8 * MM)
TOTAL, SOUS_TOTAL = Style(11, 9 * MM, gras=True), Style(9, 7 * MM)
MENTION_TITRE, MENTION = Style(9.5, 5.5 * MM, gras=True), Style(8.8, 4.5 * MM)
SIGNATURE = 14 * MM  # room for a stamp


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
    titre = f"{'Facture' if facture.origine is None else 'Avoir'} n° {facture.numero}"
    feuille = Feuille(titre, le=facture.emise_le, auteur=facture.denomination)
    _parties(feuille, facture)
    feuille.write(titre, TITRE)
    feuille.write(f"Date d'émission : {facture.emise_le:%d/%m/%Y}", DETAIL)
    if facture.origine is not None:
        feuille.write(f"Corrige la facture n° {facture.origine}", DETAIL)
    feuille.space(4 * MM)
    _table(feuille, facture.lignes)
    _total(feuille, facture)
    _mentions(feuille, facture)
    return feuille.render()


def _parties(feuille: Feuille, facture: FactureDessinee) -> None:
    """Who invoices on the left, who is invoiced on the right."""
    haut, milieu = feuille.y, LARGEUR / 2 + 6 * MM
    emetteur = [*facture.adresse.splitlines(), f"SIRET {_grouped(facture.siret)}"]
    if facture.nda:
        emetteur.append(f"N° de déclaration d'activité : {facture.nda}")
    gauche, largeur = LARGEUR / 2 - MARGE - 6 * MM, LARGEUR - MARGE - milieu
    feuille.write(facture.denomination, NOM, largeur=gauche)
    feuille.write("\n".join(emetteur), DETAIL, largeur=gauche)
    bas, feuille.y = feuille.y, haut
    feuille.write("Facturé à", Style(8, 4.5 * MM, encre=GRIS), x=milieu, largeur=largeur)
    feuille.write(facture.client, NOM, x=milieu, largeur=largeur)
    feuille.write(facture.client_adresse or "", DETAIL, x=milieu, largeur=largeur)
    feuille.y = max(bas, feuille.y) + 8 * MM


def _table(feuille: Feuille, lignes: Sequence[LigneDessinee]) -> None:
    _heading(feuille)
    for ligne in lignes:
        _row(feuille, ligne)
    feuille.space(3 * MM)


def _row(feuille: Feuille, ligne: LigneDessinee) -> None:
    """One line of the invoice, whole on a page unless it is longer than one."""
    colonnes = [
        wrap(texte, CELLULE, largeur - 2 * RETRAIT) for texte, (_, largeur) in zip(_cells(ligne), COLONNES, strict=True)
    ]
    reste = max(len(colonne) for colonne in colonnes)
    _keep(feuille, reste * CELLULE.interligne + 2 * MARGE_CELLULE)
    debut = 0
    while debut < reste:
        _keep(feuille, CELLULE.interligne + 2 * MARGE_CELLULE)
        place = int((BAS - feuille.y - 2 * MARGE_CELLULE) / CELLULE.interligne + 1e-6)
        _put_cells(feuille, [colonne[debut : debut + place] for colonne in colonnes], CELLULE)
        feuille.rule()
        debut += place


def _heading(feuille: Feuille) -> None:
    """The titles of the columns, again on each page."""
    feuille.fill(ENTETE.interligne + 2 * MARGE_CELLULE)
    _put_cells(feuille, [[titre] for titre, _ in COLONNES], ENTETE)


def _keep(feuille: Feuille, hauteur: float) -> None:
    if feuille.keep(hauteur):
        _heading(feuille)


def _put_cells(feuille: Feuille, colonnes: Sequence[Sequence[str]], style: Style) -> None:
    """The lines of each cell, one cell after the other, as they are read; amounts end on the right."""
    haut, gauche, montants = feuille.y + MARGE_CELLULE, MARGE, len(COLONNES) - 1
    for rang, (lignes, (_, largeur)) in enumerate(zip(colonnes, COLONNES, strict=True)):
        feuille.y = haut
        for ligne in lignes:
            utile = largeur - 2 * RETRAIT
            feuille.put(ligne, style, x=gauche + RETRAIT, largeur=utile, droite=rang == montants)
            feuille.space(style.interligne)
        gauche += largeur
    feuille.y = haut + max(map(len, colonnes)) * style.interligne + MARGE_CELLULE


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


def _total(feuille: Feuille, facture: FactureDessinee) -> None:
    largeur = 84 * MM
    gauche = MARGE + UTILE - largeur
    feuille.keep(TOTAL.interligne + SOUS_TOTAL.interligne)
    feuille.fill(TOTAL.interligne, x=gauche, largeur=largeur)
    feuille.put("Total net de taxe", TOTAL, x=gauche + 2 * MM, largeur=largeur)
    feuille.write(say_euros(facture.total), TOTAL, x=gauche, largeur=largeur - RETRAIT, droite=True)
    feuille.write(MENTION_TVA, SOUS_TOTAL, droite=True)
    feuille.space(4 * MM)


def _mentions(feuille: Feuille, facture: FactureDessinee) -> None:
    if facture.vaut_certificat:
        _mention(feuille, "Certificat de réalisation", MENTION_CERTIFICAT, signature=True)
    _mention(feuille, "Coordonnées bancaires", f"Titulaire : {facture.denomination}\nIBAN : {_iban(facture.iban)}")
    if facture.conditions:
        _mention(feuille, "Conditions de règlement", facture.conditions)


def _mention(feuille: Feuille, titre: str, texte: str, *, signature: bool = False) -> None:
    """A titled paragraph, whole on a page; `signature`: room for one under it."""
    lignes = len(wrap(texte, MENTION, UTILE)) * MENTION.interligne
    feuille.keep(MENTION_TITRE.interligne + lignes + (2 * MM + MENTION.interligne + SIGNATURE if signature else 0))
    feuille.write(titre, MENTION_TITRE)
    feuille.write(texte, MENTION)
    if signature:
        feuille.space(2 * MM)
        feuille.write("Cachet et signature du dispensateur :", MENTION)
        feuille.space(SIGNATURE)
    feuille.space(3 * MM)


def _grouped(siret: str) -> str:
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if len(siret) == 14 else siret


def _iban(iban: str) -> str:
    serre = "".join(iban.split())
    return " ".join(serre[debut : debut + 4] for debut in range(0, len(serre), 4))
