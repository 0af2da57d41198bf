"""Lists to take away: CSV for any spreadsheet set to French, XLSX for the others.

A cell that a spreadsheet would take for a formula is written as text (OWASP, « CSV Injection »).
"""

import csv
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import xlsxwriter

from traitdunion.opco.socle.clock import PARIS

Cellule = str | int | Decimal | date | datetime | None  # a Decimal is an amount of euros
FORMULES = ("=", "+", "-", "@", "\t", "\r")
XLSX_LIGNES_MAX = 100_000  # a workbook is written whole before it leaves
TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPE_CSV = "text/csv; charset=utf-8"
MORCEAU = 256 * 1024  # bytes


def _text(cellule: Cellule) -> str:
    """A cell of a CSV: days as 01/09/2026, nothing that a spreadsheet would compute."""
    if cellule is None:
        return ""
    if isinstance(cellule, datetime):
        return f"{cellule.astimezone(PARIS):%d/%m/%Y %H:%M}"
    if isinstance(cellule, date):
        return f"{cellule:%d/%m/%Y}"
    if isinstance(cellule, Decimal):
        return f"{cellule:.2f}".replace(".", ",")
    texte = str(cellule)
    return f"'{texte}" if isinstance(cellule, str) and texte.startswith(FORMULES) else texte


async def write_csv(entetes: Sequence[str], lignes: AsyncIterable[Sequence[Cellule]]) -> AsyncIterator[bytes]:
    """The file by pieces: UTF-8 with its mark and « ; », which is what French spreadsheets open without a question."""
    tampon = StringIO()
    plume = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    tampon.write("\ufeff")
    plume.writerow(entetes)
    async for ligne in lignes:
        plume.writerow([_text(cellule) for cellule in ligne])
        if tampon.tell() >= MORCEAU:
            yield tampon.getvalue().encode()
            tampon.seek(0)
            tampon.truncate()
    yield tampon.getvalue().encode()


async def write_xlsx(feuille: str, entetes: Sequence[str], lignes: AsyncIterable[Sequence[Cellule]]) -> bytes:
    """The workbook: one sheet, a frozen line of titles with filters; the first XLSX_LIGNES_MAX lines."""
    with tempfile.TemporaryDirectory(prefix="traitdunion-classeur-") as dossier:
        chemin = Path(dossier) / "liste.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": dossier}
        with xlsxwriter.Workbook(chemin, options) as classeur:
            page = classeur.add_worksheet(feuille)
            gras = classeur.add_format({"bold": True})
            formats = ("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "#,##0.00")
            jour, instant, montant = (classeur.add_format({"num_format": un}) for un in formats)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, entetes, gras)
            rang = 0
            async for ligne in lignes:
                rang += 1
                for colonne, cellule in enumerate(ligne):
                    if isinstance(cellule, datetime):
                        local = cellule.astimezone(PARIS).replace(tzinfo=None)
                        page.write_datetime(rang, colonne, local, instant)
                    elif isinstance(cellule, date):
                        page.write_datetime(rang, colonne, datetime.combine(cellule, datetime.min.time()), jour)
                    elif isinstance(cellule, Decimal):
                        page.write_number(rang, colonne, cellule, montant)
                    elif isinstance(cellule, int):
                        page.write_number(rang, colonne, cellule)
                    else:
                        page.write_string(rang, colonne, cellule or "")
                if rang >= XLSX_LIGNES_MAX:
                    break
            page.autofilter(0, 0, rang, len(entetes) - 1)
            page.set_column(0, len(entetes) - 1, 20)
        return chemin.read_bytes()
