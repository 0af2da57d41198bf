"""Workbooks as people make them, well or badly; and the raw XML of those that no tool makes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from builders.corps import RECU_LE, changed

from traitdunion.cfa.tableur.colonnes import by_chemin
from traitdunion.cfa.tableur.ecriture.exemples import invent
from traitdunion.cfa.tableur.ecriture.feuilles import Rangee, write_classeur
from traitdunion.cfa.tableur.ecriture.valeurs import to_cells

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_LIENS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{type}" Target="{cible}"/>'
    "</Relationships>"
)
ESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def promotion(nombre: int, changes: Mapping[int, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The cells of so many valid apprentices; `changes`: other values by row and column, None empties the cell."""
    rangees = [dict(valeurs) for valeurs in invent(nombre, le=RECU_LE)]
    for rang, autres in (changes or {}).items():
        rangees[rang] |= autres
    return [{chemin: v for chemin, v in valeurs.items() if v is not None} for valeurs in rangees]


def cells_of(depot: dict[str, Any], convention: dict[str, Any] | None = None) -> dict[str, Any]:
    """The cells of a body of the norm."""
    return dict(to_cells(cerfa=depot["cerfa"], convention=changed(convention or {}, {})))


def save_template(chemin: Path, rangees: Sequence[Mapping[str, Any]]) -> Path:
    """A workbook of the template's shape."""
    chemin.write_bytes(write_classeur([Rangee(valeurs) for valeurs in rangees]))
    return chemin


def save_plain(
    chemin: Path,
    rangees: Sequence[Mapping[str, Any]],
    *,
    titres: Mapping[str, str] | None = None,
    ordre: Sequence[str] | None = None,
    feuille: str = "Feuil1",
    options: Mapping[str, Any] | None = None,
) -> Path:
    """A workbook exported from somewhere: headings on the first row, no format; `titres`: other words for some."""
    chemins = list(ordre or dict.fromkeys(chemin_ for rangee in rangees for chemin_ in rangee))
    with xlsxwriter.Workbook(chemin, dict(options or {})) as classeur:
        page = classeur.add_worksheet(feuille)
        jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for place, nom in enumerate(chemins):
            page.write_string(0, place, (titres or {}).get(nom) or by_chemin()[nom].titre)
            for rang, rangee in enumerate(rangees, start=1):
                _write(page, rang, place, rangee.get(nom), jour)
    return chemin


def _write(page: Any, rang: int, place: int, valeur: Any, jour: Any) -> None:
    if valeur is None:
        return
    if isinstance(valeur, date):
        page.write_datetime(rang, place, valeur, jour)
    elif isinstance(valeur, str) and valeur.startswith("="):
        page.write_formula(rang, place, valeur, None, "")
    elif isinstance(valeur, str):
        page.write_string(rang, place, valeur)
    else:
        page.write(rang, place, valeur)


def raw_xlsx(feuille: str, *, date1904: bool = False, tete: str = "", **membres: str) -> bytes:
    """An .xlsx from the XML of its one sheet; `tete`: what stands before the root; `membres`: others, by name."""
    drapeau = '<workbookPr date1904="1"/>' if date1904 else ""
    classeur = (
        f'<workbook xmlns="{ESPACE}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'{drapeau}<sheets><sheet name="Promotion" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    contenu = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _LIENS.format(type="officeDocument", cible="xl/workbook.xml"),
        "xl/workbook.xml": classeur,
        "xl/_rels/workbook.xml.rels": _LIENS.format(type="worksheet", cible="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'{tete}<worksheet xmlns="{ESPACE}">{feuille}</worksheet>',
        **membres,
    }
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, texte in contenu.items():
            archive.writestr(nom, texte)
    return sortie.getvalue()


def raw_rows(rangees: Sequence[Mapping[str, str]]) -> str:
    """`<sheetData>` of rows whose cells are given as XML, after a row of headings; columns in the order met."""
    chemins = list(dict.fromkeys(chemin for rangee in rangees for chemin in rangee))
    lignes = "".join(
        f"<row r='{rang}'>" + "".join(rangee.get(chemin, "<c/>") for chemin in chemins) + "</row>"
        for rang, rangee in enumerate(rangees, start=2)
    )
    titres = "".join(text_cell(by_chemin()[chemin].titre) for chemin in chemins)
    return f"<sheetData><row r='1'>{titres}</row>{lignes}</sheetData>"


def text_cell(texte: str) -> str:
    """A cell of text, as XML."""
    return f'<c t="inlineStr"><is><t>{texte.replace("&", "&amp;").replace("<", "&lt;")}</t></is></c>'
