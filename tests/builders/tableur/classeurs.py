"""Workbooks as people make them, well or badly; and the raw XML of those that no tool makes."""

import io
import struct
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


def raw_xls(cellules: Mapping[tuple[int, int], Any]) -> bytes:
    """An old .xls with one sheet: BIFF8 records in an OLE container. Values: text, number, or an ERREUR."""
    feuille = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for (ligne, colonne), valeur in sorted(cellules.items()):
        tete = struct.pack("<HHH", ligne, colonne, 0)
        if isinstance(valeur, str):
            texte = struct.pack("<HB", len(valeur), 1) + valeur.encode("utf-16-le")
            feuille += _record(0x0204, tete + texte)
        elif valeur is ERREUR:
            feuille += _record(0x0205, tete + b"\x2a\x01")
        else:
            feuille += _record(0x0203, tete + struct.pack("<d", valeur))
    feuille += _record(0x000A, b"")
    debut = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    debut += _record(0x0042, struct.pack("<H", 1200))
    nom = "Promotion"
    longueur = len(debut) + 4 + 8 + len(nom) + 4
    debut += _record(0x0085, struct.pack("<IHBB", longueur, 0, len(nom), 0) + nom.encode()) + _record(0x000A, b"")
    return _ole(debut + feuille)


def xls_without_its_sheet(cellules: Mapping[tuple[int, int], Any]) -> bytes:
    """One whose record BOUNDSHEET (0x85) says that its sheet begins far past the end of the file: readers panic."""
    brut = bytearray(raw_xls(cellules))
    brut[brut.index(b"\x85\x00") + 6] = 0xFF
    return bytes(brut)


def _record(genre: int, corps: bytes) -> bytes:
    return struct.pack("<HH", genre, len(corps)) + corps


def _ole(flux: bytes) -> bytes:
    """A compound file (v3) whose only stream is « Workbook »: header, one FAT sector or more, directory, stream."""
    flux = flux.ljust(4096, b"\0")
    secteurs = -(-len(flux) // 512)
    tables = -(-(secteurs + 1) // 127)
    libre, fin, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chaine = [fat] * tables + [fin] + [tables + 2 + rang for rang in range(secteurs - 1)] + [fin]
    chaine += [libre] * (tables * 128 - len(chaine))
    tete = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    tete += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, fin, 0, fin, 0)
    tete += struct.pack("<109I", *range(tables), *[libre] * (109 - tables))
    entrees = _entry("Root Entry", 5, fin, 0, fils=1) + _entry("Workbook", 2, tables + 1, len(flux))
    repertoire = entrees.ljust(512, b"\0")
    return tete + struct.pack(f"<{len(chaine)}I", *chaine) + repertoire + flux.ljust(secteurs * 512, b"\0")


def _entry(nom: str, genre: int, debut: int, taille: int, *, fils: int = 0xFFFFFFFF) -> bytes:
    brut = (nom + "\0").encode("utf-16-le")
    libre = 0xFFFFFFFF
    tete = brut.ljust(64, b"\0") + struct.pack("<HBBIII", len(brut), genre, 1, libre, libre, fils)
    return tete + b"\0" * 36 + struct.pack("<IQ", debut, taille)


ERREUR = object()
