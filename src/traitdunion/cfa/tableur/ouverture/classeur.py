"""Opening what a person gives as a workbook: .xlsx, .xlsm, .xls, .ods, .csv, each as a sheet of plain cells."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from traitdunion.cfa.tableur.anomalies import ClasseurIllisible
from traitdunion.cfa.tableur.cellules import ORIGINE_1900, ORIGINE_1904, Valeur
from traitdunion.cfa.tableur.ouverture import garde
from traitdunion.norme.tableur import no_panic

SEPARATEURS = ";,\t"
_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass
class Feuille:
    """One sheet: its cells row by row from the first of the sheet, and what a reader does not see at first sight.

    Rows and columns are counted from 0. `fusions`: merged areas, first and last cell; `origine`: day zero of numbers.
    """

    nom: str
    lignes: list[list[Valeur]] = field(repr=False)
    releve: garde.Releve = field(default_factory=garde.Releve)
    fusions: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    origine: date = ORIGINE_1900


def read_feuilles(chemin: Path) -> Iterator[Feuille]:
    """The sheets of a workbook, one at a time, that of the template (« Promotion ») first.

    Raises ClasseurIllisible with a sentence for whatever is not a workbook of a reasonable size.
    """
    try:
        nature = garde.nature(chemin)
        if nature == "texte":
            yield _read_csv(chemin)
        else:
            yield from _read_classeur(chemin, nature)
    except OSError as erreur:
        raise ClasseurIllisible(f"{chemin.name} ne s'ouvre pas : {erreur.strerror or 'erreur de lecture'}.") from None


def _read_classeur(chemin: Path, nature: str) -> Iterator[Feuille]:
    import python_calamine as calamine

    with chemin.open("rb") as fichier:
        look = _look_at(chemin, fichier, nature)
        try:
            fichier.seek(0)
            with no_panic():
                classeur = calamine.CalamineWorkbook.from_filelike(fichier)  # the very file that was looked at
                noms = [feuille.name for feuille in classeur.sheets_metadata][: garde.FEUILLES_MAX]
        except Exception as erreur:  # the reader's own errors, and what it lets through of Rust
            raise _translate(chemin, erreur) from None
        with classeur:
            rangs = sorted(range(len(noms)), key=lambda rang: noms[rang].strip().casefold() != "promotion")
            for rang in rangs:
                releve, origine = look(rang, noms[rang])
                feuille = Feuille(noms[rang], [], releve, origine=origine)
                _fill(chemin, feuille, partial(classeur.get_sheet_by_index, rang))
                yield feuille


def _look_at(chemin: Path, fichier: IO[bytes], nature: str) -> Callable[[int, str], tuple[garde.Releve, date]]:
    """What is to be known of a sheet before it is read, from its rank and name; the workbook itself is judged now."""
    if nature == "ole":
        par_rang = garde.examine_xls(chemin)
        # The reader finds the era of an old .xls by itself; only bare numbers would need it.
        return lambda rang, _: (par_rang[rang] if rang < len(par_rang) else garde.Releve(), ORIGINE_1900)
    archive = garde.Archive.open(chemin, fichier)
    if "content.xml" in archive.membres:
        par_nom = archive.examine_ods()
        return lambda _, nom: (par_nom.get(nom, garde.Releve()), ORIGINE_1900)
    membres, origine = _plan(archive)
    return lambda _, nom: (archive.examine(membres.get(nom, "")), origine)


def _fill(chemin: Path, feuille: Feuille, open_sheet: Callable[[], Any]) -> None:
    try:
        with no_panic():
            lue = open_sheet()
        if lue.height > garde.LIGNES_MAX + 100 or lue.width > garde.COLONNES_MAX:
            raise ClasseurIllisible(
                f"{chemin.name}, feuille « {feuille.nom} » : {lue.height} lignes et {lue.width} colonnes. Une "
                f"promotion en compte {garde.LIGNES_MAX} et {garde.COLONNES_MAX} au plus."
            )
        # The reader's rows begin at the first cell that holds something: those before are given back their place.
        haut, gauche = lue.start or (0, 0)
        feuille.lignes = [[] for _ in range(haut)]
        vide: list[Valeur] = [None] * gauche
        with no_panic():
            feuille.lignes += [vide + ligne for ligne in _rows(lue)]
            feuille.fusions = list(lue.merged_cell_ranges or ())
    except ClasseurIllisible:
        raise
    except Exception as erreur:  # a chart sheet, an XML cut short: told, not raised
        raise _translate(chemin, erreur) from None


def _rows(lue: Any) -> Iterator[list[Valeur]]:
    """Rows without what is before the first cell, one at a time."""
    return iter(lue.to_python(skip_empty_area=True)) if lue.height else iter(())


def _translate(chemin: Path, erreur: Exception) -> ClasseurIllisible:
    import python_calamine as calamine

    if isinstance(erreur, calamine.PasswordError):
        return garde.under_password(chemin.name)
    return ClasseurIllisible(
        f"{chemin.name} n'est pas un classeur lisible, ou il est abîmé. Ouvrez-le dans Excel ou LibreOffice et "
        "enregistrez-le en .xlsx."
    )


def _plan(archive: garde.Archive) -> tuple[dict[str, str], date]:
    """Which member of an .xlsx holds each sheet, and day zero of its numbers (1904 on old Macintosh)."""
    cibles: dict[str, str] = {}
    feuilles: dict[str, str] = {}
    origine = ORIGINE_1900

    def relation(nom: str, attributs: dict[str, str]) -> None:
        if nom.rpartition(":")[2] == "Relationship":
            cible = attributs.get("Target", "")
            cibles[attributs.get("Id", "")] = (
                cible.lstrip("/") if cible.startswith("/") else str(PurePosixPath("xl") / cible)
            )

    def element(nom: str, attributs: dict[str, str]) -> None:
        nonlocal origine
        local = nom.rpartition(":")[2]
        if local == "sheet":
            identifiant = next((v for cle, v in attributs.items() if cle.rpartition(":")[2] == "id"), "")
            feuilles[attributs.get("name", "")] = identifiant
        elif local == "workbookPr" and attributs.get("date1904") in ("1", "true"):
            origine = ORIGINE_1904

    for membre, lecteur in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", element)):
        info = archive.membres.get(membre)
        if info is None:
            continue
        analyseur = expat.ParserCreate()
        analyseur.StartElementHandler = lecteur
        try:
            for bloc in archive.blocks(info):
                analyseur.Parse(bloc, False)
        except expat.ExpatError:
            raise ClasseurIllisible(f"{archive.nom} est abîmé : enregistrez-le de nouveau en .xlsx.") from None
    return {nom: cibles.get(identifiant, "") for nom, identifiant in feuilles.items()}, origine


def _read_csv(chemin: Path) -> Feuille:
    """A text of cells; UTF-8, else Windows's own code; « ; », « , » or tab, whichever its first lines hold most."""
    brut = chemin.read_bytes()
    if brut.startswith(_BOM_UTF16):
        texte = brut.decode("utf-16", errors="replace")
    elif b"\0" in brut or brut.startswith(b"%PDF-"):
        raise garde.unreadable(chemin.name)
    else:
        try:
            texte = brut.decode("utf-8-sig")
        except UnicodeDecodeError:
            texte = brut.decode("cp1252", errors="replace")
    tete = "\n".join(texte.splitlines()[:20])
    separateur = max(SEPARATEURS, key=tete.count)
    if re.match(r"sep=.\r?\n", texte):  # Excel's own hint
        separateur, texte = texte[4], texte.partition("\n")[2]
    feuille = Feuille(chemin.stem, [])
    try:
        for ligne in csv.reader(io.StringIO(texte, newline=""), delimiter=separateur):
            if len(ligne) > garde.COLONNES_MAX or len(feuille.lignes) >= garde.LIGNES_MAX:
                raise ClasseurIllisible(
                    f"{chemin.name} est démesuré : une promotion compte {garde.LIGNES_MAX} lignes et "
                    f"{garde.COLONNES_MAX} colonnes au plus."
                )
            feuille.lignes.append(list(ligne))
    except csv.Error:
        raise garde.unreadable(chemin.name) from None
    return feuille
