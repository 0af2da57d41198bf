"""Reading a file of rows, CSV or workbook, by the names of its columns (RFC 4180; ECMA-376).

A row that is wrong is noted with its line and left out; a file whose columns are not found is refused whole.
"""

import csv
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec

from traitdunion.norme.identite import fold_name

Lue = TypeVar("Lue")
ENTETE_LIGNES = 20  # titles and blanks above the names of the columns
SUITE = "…"  # ends the name of a column of which only the beginning is known for sure
SEPARATEURS = ";,\t"
ORIGINE = date(1899, 12, 30)  # day 0 of a workbook's dates
SERIE_MIN, SERIE_MAX = 10_000, 100_000  # from 1927 to 2173: below, a year would pass for a day
JOUR_FR = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
JOUR_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00:00)?\Z")
VIDES = frozenset({"", "NR", "ND", "-"})  # « non renseigné »: what these files write for nothing


class ImportRefuse(Exception):
    """A file that cannot be imported, or an act on what was; its text is the French sentence to show."""


class Faute(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one row of a file, and how to mend it; a row that is not `rejetee` is kept all the same."""

    ligne: int
    colonne: str
    phrase: str
    rejetee: bool = True
    feuille: str | None = None


class LigneFausse(Exception):
    """A row that cannot be kept: the column, and what is wrong in French."""

    def __init__(self, colonne: str, phrase: str) -> None:
        self.colonne, self.phrase = colonne, phrase
        super().__init__(phrase)


class Feuille(NamedTuple):
    """The rows of a sheet with their line numbers, read once; `nom` is None for a CSV."""

    nom: str | None
    lignes: Iterator[tuple[int, Sequence[Any]]]


class Rangee:
    """A row, its cells by the name of their column."""

    def __init__(self, ligne: int, cellules: Sequence[Any], places: Mapping[str, int], feuille: str | None) -> None:
        self.ligne = ligne
        self.feuille = feuille
        self.remarques: list[Faute] = []
        self._cellules = cellules
        self._places = places

    def has(self, *colonnes: str) -> bool:
        """Whether the file has all these columns."""
        return all(colonne in self._places for colonne in colonnes)

    def text(self, colonne: str, *, requis: bool = False) -> str:
        """A cell as text, spaces tidied, « NR » read as nothing. Raises LigneFausse when it is needed and empty."""
        texte = to_text(self._cell(colonne))
        if texte in VIDES:
            texte = ""
        if requis and not texte:
            raise LigneFausse(colonne, "cette case est vide : complétez-la ou retirez la ligne.")
        return texte

    def checked(self, colonne: str, juste: Callable[[str], bool], attendu: str) -> str:
        """A cell that must be there and right, capitals and without space. Raises LigneFausse."""
        texte = "".join(self.text(colonne, requis=True).split()).upper()
        if not juste(texte):
            raise LigneFausse(colonne, f"« {texte[:40]} » n'est pas valable : {attendu}. Corrigez la ligne.")
        return texte

    def jour(self, colonne: str) -> date | None:
        """A day: 31/08/2026, 2026-08-31, or a workbook's day number. Raises LigneFausse when it is something else."""
        brut = self._cell(colonne)
        if isinstance(brut, datetime):
            return brut.date()
        if isinstance(brut, date):
            return brut
        texte = self.text(colonne)
        if not texte:
            return None
        jour = read_jour(texte)
        if jour is None:
            raise LigneFausse(colonne, f"« {texte[:40]} » n'est pas une date : écrivez 31/08/2026.")
        return jour

    def _cell(self, colonne: str) -> Any:
        place = self._places.get(colonne)
        return "" if place is None or place >= len(self._cellules) else self._cellules[place]

    def remark(self, colonne: str, phrase: str) -> None:
        """Note something about a row that is kept all the same."""
        faute = Faute(ligne=self.ligne, feuille=self.feuille, colonne=colonne, phrase=phrase, rejetee=False)
        self.remarques.append(faute)


class Lecture:
    """What was read of a file: the counts of its rows and what is wrong with some of them."""

    def __init__(self) -> None:
        self.acceptees = 0
        self.rejetees = 0
        self.fautes: list[Faute] = []

    def read(self, rangees: Iterable[Rangee], lire: Callable[[Rangee], Lue]) -> Iterator[Lue]:
        """Each row through `lire`; those for which it raises LigneFausse are noted and left out."""
        for rangee in rangees:
            lue = self.count(rangee, lire)
            if lue is not None:
                yield lue

    def count(self, rangee: Rangee, lire: Callable[[Rangee], Lue]) -> Lue | None:
        """One row through `lire`; None when it is wrong, which is noted."""
        try:
            lue = lire(rangee)
        except LigneFausse as faux:
            self.rejetees += 1
            faute = Faute(ligne=rangee.ligne, feuille=rangee.feuille, colonne=faux.colonne, phrase=faux.phrase)
            self.fautes.append(faute)
            return None
        self.acceptees += 1
        self.fautes.extend(rangee.remarques)
        return lue


def read_jour(texte: str) -> date | None:
    """A day as these files write it; None when it is none."""
    try:
        if trouve := JOUR_FR.match(texte):
            jour, mois, annee = trouve.groups()
            return date(int(annee), int(mois), int(jour))
        if trouve := JOUR_ISO.match(texte):
            annee, mois, jour = trouve.groups()
            return date(int(annee), int(mois), int(jour))
    except ValueError:
        return None
    if texte.isascii() and texte.isdigit() and SERIE_MIN <= int(texte) < SERIE_MAX:
        return ORIGINE + timedelta(days=int(texte))
    return None


def to_text(cellule: Any) -> str:
    """A cell as a person reads it: 478.0 is « 478 »; control characters are dropped, runs of spaces made one."""
    if isinstance(cellule, float) and cellule.is_integer():
        cellule = int(cellule)
    texte = " ".join(str(cellule).split())
    return texte if texte.isprintable() else "".join(c for c in texte if c.isprintable())


def open_feuilles(octets: bytes) -> Iterator[Feuille]:
    """The sheets of a workbook, or the one of a CSV. Raises ImportRefuse when it is neither."""
    if octets.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _open_classeur(octets)
    else:
        yield _open_csv(octets)


@contextmanager
def no_panic() -> Iterator[None]:
    """Make a CalamineError of a panic of the reader (Rust) on a damaged file, which no `except Exception` would see."""
    from python_calamine import CalamineError

    try:
        yield
    except BaseException as erreur:
        if type(erreur).__module__ != "pyo3_runtime":
            raise
        raise CalamineError(str(erreur)) from None


def _open_classeur(octets: bytes) -> Iterator[Feuille]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        with no_panic():
            classeur = CalamineWorkbook.from_object(BytesIO(octets))
            noms = [feuille.name for feuille in classeur.sheets_metadata if feuille.typ is SheetTypeEnum.WorkSheet]
        for nom in noms:
            with no_panic():
                lignes = classeur.get_sheet_by_name(nom).iter_rows()
            yield Feuille(nom, enumerate(lignes, start=1))
    except CalamineError:
        raise ImportRefuse("Ce classeur est illisible : il est abîmé ou protégé. Téléchargez-le à nouveau.") from None


def _open_csv(octets: bytes) -> Feuille:
    if not octets.strip():
        raise ImportRefuse("Ce fichier est vide.")
    if b"\x00" in octets:
        raise ImportRefuse("Ce fichier n'est ni un classeur .xlsx ni un CSV.")
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("cp1252", errors="replace")
    premiere = texte.partition("\n")[0]
    separateur = max(SEPARATEURS, key=premiere.count)
    lecteur = csv.reader(StringIO(texte, newline=""), delimiter=separateur)
    return Feuille(None, _numbered(lecteur))


def _numbered(lecteur: Any) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows with the line on which each begins: a quoted cell may hold several."""
    ligne = 1
    try:
        for cellules in lecteur:
            yield ligne, cellules
            ligne = lecteur.line_num + 1
    except csv.Error:
        raise ImportRefuse(
            f"Ce CSV n'est pas lisible à partir de la ligne {ligne} : vérifiez ses guillemets."
        ) from None


def find_rangees(
    feuille: Feuille, requises: Sequence[str], facultatives: Sequence[str] = ()
) -> Iterator[Rangee] | None:
    """The rows below the line that names all the columns `requises`; None when the first lines hold no such line.

    A column is found by its name, or by how it begins when the name given ends with « … »; case, accents and spaces do
    not count.
    """
    debut = list(islice(feuille.lignes, ENTETE_LIGNES))
    for rang, (_, cellules) in enumerate(debut):
        places = _places(cellules, (*requises, *facultatives))
        if all(nom in places for nom in requises):
            return _rangees(debut[rang + 1 :], feuille, places)
    return None


def _rangees(debut: list[tuple[int, Sequence[Any]]], feuille: Feuille, places: dict[str, int]) -> Iterator[Rangee]:
    for lignes in (debut, feuille.lignes):
        for ligne, cellules in lignes:
            if any(cellule not in ("", None) for cellule in cellules):
                yield Rangee(ligne, cellules, places, feuille.nom)


def _places(cellules: Sequence[Any], noms: Sequence[str]) -> dict[str, int]:
    titres = [_fold(cellule) for cellule in cellules]
    places = {}
    for nom in noms:
        cherche = _fold(nom.removesuffix(SUITE))
        for place, titre in enumerate(titres):
            if titre == cherche or (nom.endswith(SUITE) and titre.startswith(cherche)):
                places[nom] = place
                break
    return places


def _fold(cellule: Any) -> str:
    return fold_name(to_text(cellule).replace("_", " "))


def read_first(
    feuilles: Iterator[Feuille],
    lecture: Lecture,
    requises: Sequence[str],
    facultatives: Sequence[str],
    lire: Callable[[Rangee], Lue],
    cle: Callable[[Lue], Hashable],
) -> Sequence[Lue] | None:
    """The rows of the first sheet that has the columns; what is named twice is kept the first time."""
    deja: dict[Hashable, int] = {}

    def read_once(rangee: Rangee) -> Lue:
        lue = lire(rangee)
        premiere = deja.setdefault(cle(lue), rangee.ligne)
        if premiere != rangee.ligne:
            raise LigneFausse(requises[0], f"« {cle(lue)} » est déjà à la ligne {premiere} : gardez-en une.")
        return lue

    for feuille in feuilles:
        rangees = find_rangees(feuille, requises, facultatives)
        if rangees is not None:
            return list(lecture.read(rangees, read_once))
    return None
