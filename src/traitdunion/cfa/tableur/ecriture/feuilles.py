"""The sheets of a workbook of ours: « Promotion », « Lisez-moi », « Listes » (XlsxWriter).

Written row after row and forgotten at once (`constant_memory`), so that 10,000 rows fit. Text is always written as
text: what a cell holds can never become a formula.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from traitdunion.cfa.tableur import aides
from traitdunion.cfa.tableur.cellules import Valeur
from traitdunion.cfa.tableur.colonnes import ETAT, REMARQUES, Colonne, Genre, Presence, colonnes
from traitdunion.cfa.tableur.ecriture import notice
from traitdunion.cfa.tableur.lignes import column_name
from traitdunion.norme.erreurs import Gravite

LIGNE_TITRES = 1  # in the template; the bands of the groups are above
LIGNES_AIDEES = 10_000
FIGEES = 4  # state, number, name, first name
# Of the column of the remarks: what fits in one line, and how tall a row may become.
CARACTERES_PAR_LIGNE, HAUTEUR_LIGNE, LIGNES_VISIBLES = 62, 15, 8
TEXTE_MAX = 32_767  # characters of a cell
COMMENTAIRES_MAX = 3_000
SIGNES = {Presence.OBLIGATOIRE: " *", Presence.ATTENDU: " (*)", Presence.FACULTATIF: ""}
# Pale enough for black text; told apart by their band's name too.
_TEINTES = ("#DCE6F1", "#E4DFEC", "#DAEEF3", "#EBF1DE", "#FDE9D9", "#F2DCDB", "#EEECE1", "#D9E8E3")
_GRAVITES = {Gravite.BLOQUANT: "#FFC7CE", Gravite.MOTIF_REFUS: "#FFD9A8", Gravite.AVERTISSEMENT: "#FFF2B3"}
_FORMATS = {
    Genre.TEXTE: "@",
    Genre.NUMERO: "@",
    Genre.LISTE: "@",
    Genre.JOUR: "dd/mm/yyyy",
    Genre.ENTIER: "0",
    Genre.MONTANT: '#,##0.00" €"',
    Genre.TAUX: 'General" %"',
    Genre.OUI_NON: "@",
}
_LARGEURS = {Genre.JOUR: 13, Genre.ENTIER: 11, Genre.MONTANT: 13, Genre.TAUX: 12, Genre.OUI_NON: 13, Genre.LISTE: 26}


@dataclass
class Rangee:
    """A row to write: values by column, what is wrong by column (gravity, sentence), cells of other columns.

    `rang`: its place in the sheet, from 0; without it, the one after the row before.
    """

    valeurs: Mapping[str, Valeur]
    fautes: Mapping[str, tuple[Gravite, str]] = field(default_factory=dict)
    autres: Iterable[Valeur] = ()
    est_exemple: bool = False
    rang: int | None = None


def write_classeur(
    rangees: Iterable[Rangee], *, autres_titres: Iterable[str] = (), titres_en: int = LIGNE_TITRES
) -> bytes:
    """The bytes of a workbook of a promotion, with these rows.

    `autres_titres`: columns of the person, at the end; `titres_en`: the row of the headings, from 0, so that a copy
    keeps the numbers of the rows.
    """
    sortie = io.BytesIO()
    with _open_classeur(sortie) as classeur:
        _Promotion(classeur, [*autres_titres], titres_en).write(rangees)
        notice.write(classeur, {str(gravite): teinte for gravite, teinte in _GRAVITES.items()})
        _write_listes(classeur)
    return sortie.getvalue()


@contextmanager
def _open_classeur(sortie: io.BytesIO) -> Iterator[Any]:
    import xlsxwriter

    with xlsxwriter.Workbook(sortie, {"constant_memory": True, "strings_to_formulas": False}) as classeur:
        classeur.set_calc_mode("auto")
        yield classeur


class _Promotion:
    """The sheet of the apprentices."""

    def __init__(self, classeur: Any, autres_titres: list[str], titres_en: int) -> None:
        self.classeur = classeur
        self.titres_en, self.premiere = titres_en, titres_en + 1
        self.feuille = classeur.add_worksheet("Promotion")
        self.autres_titres = autres_titres
        self.colonnes = colonnes()
        self.formats: dict[tuple[str, ...], Any] = {}
        self.commentaires = 0

    def write(self, rangees: Iterable[Rangee]) -> None:
        self._lay_out()
        self._write_bands()
        self._write_headings()
        rang = self.premiere
        for rangee in rangees:
            rang = rang if rangee.rang is None else rangee.rang
            self._write_row(rang, rangee)
            rang += 1
        self._help()

    def _format(self, *cle: str, **reglages: Any) -> Any:
        """A format of the workbook, made once."""
        if cle not in self.formats:
            self.formats[cle] = self.classeur.add_format(reglages)
        return self.formats[cle]

    def _cell_format(self, colonne: Colonne, faute: Gravite | None, est_exemple: bool) -> Any:
        cle = ("cellule", _FORMATS[colonne.genre], faute or "", str(est_exemple), str(colonne.chemin == REMARQUES))
        if cle in self.formats:
            return self.formats[cle]
        reglages: dict[str, Any] = {"num_format": _FORMATS[colonne.genre], "valign": "top"}
        if colonne.chemin == REMARQUES:
            reglages["text_wrap"] = True
        if est_exemple:
            reglages |= {"italic": True, "font_color": "#595959", "bg_color": "#F2F2F2"}
        if faute is not None:
            reglages |= {"bg_color": _GRAVITES[faute], "border": 1, "border_color": "#9C0006"}
        return self._format(*cle, **reglages)

    def _lay_out(self) -> None:
        feuille = self.feuille
        for rang, colonne in enumerate(self.colonnes):
            feuille.set_column(rang, rang, _width(colonne), self._cell_format(colonne, None, False))
        if self.titres_en > 0:
            feuille.set_row(self.titres_en - 1, 20)
        feuille.set_row(self.titres_en, 62)
        feuille.freeze_panes(self.premiere, FIGEES)
        feuille.set_zoom(90)
        feuille.set_landscape()
        feuille.set_paper(8)  # A3
        feuille.repeat_rows(max(0, self.titres_en - 1), self.titres_en)
        feuille.repeat_columns(0, FIGEES - 1)

    def _write_bands(self) -> None:
        """One band per group, over its columns; a group is one run of columns, but for the state and the names."""
        if self.titres_en == 0:
            return
        debut = 0
        for rang in range(1, len(self.colonnes) + 1):
            if rang < len(self.colonnes) and self.colonnes[rang].groupe == self.colonnes[debut].groupe:
                continue
            groupe = self.colonnes[debut].groupe
            format_ = self._format(
                "bande", groupe, bold=True, bg_color=self._teinte(groupe), border=1, font_size=12, valign="vcenter"
            )
            # Not merged: a merged band scrolls out of sight with its first column, and merging hinders sorting.
            for place in range(debut, rang):
                self.feuille.write_string(self.titres_en - 1, place, groupe if place == debut else "", format_)
            debut = rang

    def _teinte(self, groupe: str) -> str:
        groupes = list(dict.fromkeys(colonne.groupe for colonne in self.colonnes))
        return _TEINTES[groupes.index(groupe) % len(_TEINTES)]

    def _write_headings(self) -> None:
        for rang, colonne in enumerate(self.colonnes):
            obligatoire = colonne.presence is Presence.OBLIGATOIRE
            format_ = self._format(
                "titre",
                colonne.groupe,
                str(obligatoire),
                bold=obligatoire,
                text_wrap=True,
                valign="top",
                border=1,
                bottom=2,
                bg_color=self._teinte(colonne.groupe),
            )
            self.feuille.write_string(self.titres_en, rang, colonne.titre + SIGNES[colonne.presence], format_)
            self._comment(self.titres_en, rang, notice.describe(colonne))
        format_ = self._format("titre", "autres", text_wrap=True, valign="top", border=1, bottom=2, italic=True)
        for rang, titre in enumerate(self.autres_titres, start=len(self.colonnes)):
            self.feuille.write_string(self.titres_en, rang, titre[:TEXTE_MAX], format_)

    def _comment(self, ligne: int, place: int, texte: str) -> None:
        self.feuille.write_comment(
            ligne, place, texte, {"x_scale": 2.2, "y_scale": max(1.0, len(texte) / 160), "font_size": 9}
        )

    def _write_row(self, ligne: int, rangee: Rangee) -> None:
        remarques = str(rangee.valeurs.get(REMARQUES) or "")
        if remarques:
            lignes = sum(1 + len(phrase) // CARACTERES_PAR_LIGNE for phrase in remarques.split("\n"))
            self.feuille.set_row(ligne, HAUTEUR_LIGNE * min(lignes, LIGNES_VISIBLES))
        for place, colonne in enumerate(self.colonnes):
            valeur = rangee.valeurs.get(colonne.chemin)
            faute = rangee.fautes.get(colonne.chemin)
            if valeur is None and faute is None and not rangee.est_exemple:
                continue
            format_ = self._cell_format(colonne, faute[0] if faute else None, rangee.est_exemple)
            self._write_cell(ligne, place, valeur, format_)
            if faute is not None and self.commentaires < COMMENTAIRES_MAX:
                self.commentaires += 1
                self._comment(ligne, place, faute[1])
        for place, valeur in enumerate(rangee.autres, start=len(self.colonnes)):
            if valeur is not None and valeur != "":
                self._write_cell(ligne, place, valeur, None)

    def _write_cell(self, ligne: int, place: int, valeur: Any, format_: Any) -> None:
        """A value in its own type; text never becomes a formula, a link nor a number."""
        feuille = self.feuille
        if valeur is None:
            feuille.write_blank(ligne, place, None, format_)
        elif isinstance(valeur, bool):
            feuille.write_boolean(ligne, place, valeur, format_)
        elif isinstance(valeur, int | float | Decimal):
            feuille.write_number(ligne, place, valeur, format_)
        elif isinstance(valeur, date) and valeur.year >= 1900:
            jour = valeur if isinstance(valeur, datetime) else datetime(valeur.year, valeur.month, valeur.day)  # noqa: DTZ001
            feuille.write_datetime(ligne, place, jour, format_ or self._format("jour", num_format="dd/mm/yyyy"))
        else:
            feuille.write_string(ligne, place, str(valeur)[:TEXTE_MAX], format_)

    def _help(self) -> None:
        """What Excel shows when a cell is chosen, and its drop-down lists; a warning at most, never a ban."""
        derniere = self.premiere + LIGNES_AIDEES - 1
        listes = lists()
        for place, colonne in enumerate(self.colonnes):
            regle: dict[str, Any] = {
                "validate": "any",
                "input_title": colonne.titre[:32],
                "input_message": notice.describe(colonne)[:255],
            }
            if colonne.chemin in listes:
                rang, nombre = listes[colonne.chemin]
                nom = column_name(rang)
                regle |= {"validate": "list", "source": f"=Listes!${nom}$2:${nom}${nombre + 1}"}
            elif colonne.genre is Genre.JOUR:
                regle |= {"validate": "date", "criteria": ">", "value": date(1900, 1, 1)}
            if regle["validate"] != "any":
                regle |= {"error_type": "warning", "error_title": "À vérifier", "error_message": colonne.aide[:255]}
            self.feuille.data_validation(self.premiere, place, derniere, place, regle)


def lists() -> dict[str, tuple[int, int]]:
    """Where the drop-down list of each column stands on « Listes »: its rank there, its length."""
    rangs: dict[str, int] = {}
    trouvees: dict[str, tuple[int, int]] = {}
    for colonne in colonnes():
        nom, choix = _choices(colonne)
        if nom:
            trouvees[colonne.chemin] = (rangs.setdefault(nom, len(rangs)), len(choix))
    return trouvees


def _choices(colonne: Colonne) -> tuple[str, list[str]]:
    if colonne.genre is Genre.OUI_NON:
        return "Oui ou non", ["Oui", "Non"]
    if colonne.liste is None:
        return "", []
    return colonne.liste.nom, [aides.show_code(colonne.liste, code) for code in colonne.liste.codes]


def _write_listes(classeur: Any) -> None:
    feuille = classeur.add_worksheet("Listes")
    titre = classeur.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    ecrites: dict[str, tuple[str, list[str]]] = {}
    for colonne in colonnes():
        nom, choix = _choices(colonne)
        if nom:
            ecrites.setdefault(nom, (colonne.titre if colonne.liste is not None else nom, choix))
    for place in range(len(ecrites)):
        feuille.set_column(place, place, 38)
    feuille.set_row(0, 32)
    feuille.freeze_panes(1, 0)
    for ligne in range(1 + max(len(choix) for _, choix in ecrites.values())):
        for place, (nom, choix) in enumerate(ecrites.values()):
            if ligne == 0:
                feuille.write_string(0, place, nom, titre)
            elif ligne <= len(choix):
                feuille.write_string(ligne, place, choix[ligne - 1])


def _width(colonne: Colonne) -> float:
    if colonne.chemin == REMARQUES:
        return 60
    if colonne.chemin == ETAT:
        return 16
    return _LARGEURS.get(colonne.genre, 20)
