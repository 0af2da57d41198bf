"""What is looked at before a workbook is opened: sizes, extents, protection, and what the reader would not say.

The reader (calamine) holds a sheet as one rectangle, so that a lone cell in XFD1048576 would fill the memory, and gives
an error or a formula never computed as an empty cell. One streaming pass over the XML tells
both: quick searches, and an exact walk (expat) of a sheet where these find something. Memory is bounded by one block.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from traitdunion.cfa.tableur.anomalies import ClasseurIllisible
from traitdunion.cfa.tableur.ouverture import biff

OCTETS_MAX = 50 * 1024 * 1024
OCTETS_DEPLIES_MAX = 256 * 1024 * 1024
MEMBRES_MAX = 2_000
FEUILLES_MAX = 30
LIGNES_MAX, COLONNES_MAX = 20_000, 500
BLOC = 1 << 18
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTEGE = "EncryptedPackage".encode("utf-16-le")
BALISE_MAX = 1 << 16
# A cell beyond the 19,999th row, or beyond column SF, the 500th.
_LOIN = re.compile(rb' r="(?:[A-Z]*(?:\d{6,}|[2-9]\d{4})|(?:[A-Z]{3,}|[T-Z][A-Z]|S[G-Z])\d)', re.IGNORECASE)
_FORMULE = re.compile(rb"<f[\s>/]")
# Tags of a sheet that begin like those of its cells and of its rows.
_PAS_DES_CELLULES = (b"<col", b"<con", b"<cf", b"<ce", b"<cu")
_AUTRES_SIGNES = (b'"e"', b"'e'", b"hidden=", b":c ", b":c>", b":row", b":f>", b":f ")


@dataclass
class Releve:
    """What a sheet holds that its reader does not say; rows and columns from 0."""

    erreurs: set[tuple[int, int]] = field(default_factory=set)
    sans_valeur: set[tuple[int, int]] = field(default_factory=set)
    cachees: set[int] = field(default_factory=set)


def nature(chemin: Path) -> str:
    """« zip », « ole » or « texte », from the first bytes and the size. Raises ClasseurIllisible."""
    if chemin.stat().st_size > OCTETS_MAX:
        raise ClasseurIllisible(f"{chemin.name} dépasse {OCTETS_MAX >> 20} Mio : ce n'est pas une promotion.")
    with chemin.open("rb") as fichier:
        tete = fichier.read(8)
        if not tete:
            raise ClasseurIllisible(f"{chemin.name} est vide.")
        if tete.startswith(ZIP):
            return "zip"
        if not tete.startswith(OLE):
            return "texte"
        fichier.seek(0)
        if _PROTEGE in fichier.read():
            raise under_password(chemin.name)
    return "ole"


@dataclass
class Archive:
    """A workbook that is a zip, its members read once, in blocks, and never more than is admitted."""

    nom: str
    fichier: IO[bytes]
    membres: dict[str, zipfile.ZipInfo]

    @classmethod
    def open(cls, chemin: Path, fichier: IO[bytes]) -> "Archive":
        """Raises ClasseurIllisible: not a workbook, too many members, too much once unfolded, protected, a DTD."""
        try:
            infos = zipfile.ZipFile(fichier).infolist()
        except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError):
            raise unreadable(chemin.name) from None
        archive = cls(chemin.name, fichier, {info.filename.lower(): info for info in infos})
        if len(archive.membres) != len(infos):  # two members of one name: which one would be read?
            raise unreadable(chemin.name)
        if len(infos) > MEMBRES_MAX or sum(info.file_size for info in infos) > OCTETS_DEPLIES_MAX:
            raise too_big(chemin.name)
        # One kind, not both: what is looked at has to be what is read.
        if ("xl/workbook.xml" in archive.membres) == ("content.xml" in archive.membres):
            raise unreadable(chemin.name)
        total = 0
        for info in infos:
            if info.flag_bits & 1:
                raise under_password(chemin.name)
            total += archive._measure(info, OCTETS_DEPLIES_MAX - total)
        return archive

    def blocks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The bytes of a member as its reader will unfold them, whatever its header says of their number."""
        self.fichier.seek(info.header_offset)
        entete = self.fichier.read(30)
        if len(entete) < 30 or not entete.startswith(ZIP) or info.compress_type not in (0, zipfile.ZIP_DEFLATED):
            raise unreadable(self.nom)
        self.fichier.seek(int.from_bytes(entete[26:28], "little") + int.from_bytes(entete[28:30], "little"), 1)
        reste = info.compress_size
        deplie = zlib.decompressobj(-15)
        while reste > 0:
            brut = self.fichier.read(min(BLOC, reste))
            if not brut:
                raise unreadable(self.nom)
            reste -= len(brut)
            if info.compress_type == 0:
                yield brut
                continue
            bloc = brut
            while brut or len(bloc) == BLOC:  # all of the input may be taken before all of the output is given
                try:
                    bloc = deplie.decompress(brut, BLOC)
                except zlib.error:
                    raise unreadable(self.nom) from None
                yield bloc
                brut = deplie.unconsumed_tail

    def _measure(self, info: zipfile.ZipInfo, permis: int) -> int:
        """The true size of a member; a document type is refused on the way: no workbook has one (XXE)."""
        octets = 0
        est_xml = info.filename.lower().endswith((".xml", ".rels"))
        fin = b""
        for bloc in self.blocks(info):
            if octets == 0 and est_xml and bloc.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise unreadable(self.nom)
            octets += len(bloc)
            if octets > permis:
                raise too_big(self.nom)
            if est_xml and b"<!DOCTYPE" in fin + bloc:
                raise ClasseurIllisible(f"{self.nom} contient une définition de document (DTD) : il n'est pas ouvert.")
            fin = bloc[-16:]
        return octets

    def examine(self, membre: str) -> Releve:
        """What a sheet of an .xlsx holds besides its values. Raises ClasseurIllisible when it is too wide or long."""
        info = self.membres.get(membre.lower())
        if info is None:  # its reader might find it elsewhere, where nothing was looked at
            raise unreadable(self.nom)
        fin = b""
        for bloc in self.blocks(info):
            # Whole tags only: one cut in two would seem to lack what it says further on.
            entiers, chevron, reste = (fin + bloc).rpartition(b">")
            if len(reste) > BALISE_MAX or _is_odd(entiers + chevron):
                marche = _Feuille(self)
                marche.walk(info)
                return marche.releve
            fin = reste
        return Releve()

    def examine_ods(self) -> dict[str, Releve]:
        """What each sheet of an .ods holds besides its values, by name.

        Raises ClasseurIllisible when one is wider or longer, its repeats counted, than admitted.
        """
        marche = _FeuilleOds(self)
        marche.walk(self.membres["content.xml"])
        return marche.releves


def _is_odd(balises: bytes) -> bool:
    """Whether whole tags of a sheet call for a close look.

    Quick, and never sure of more than this: every cell and row says its place first, in double quotes and none far
    away; no formula, no error, nothing hidden.
    """
    cellules = balises.count(b"<c") - sum(balises.count(nom) for nom in _PAS_DES_CELLULES)
    lignes = balises.count(b"<row") - balises.count(b"<rowBreaks")
    return (
        cellules != balises.count(b'<c r="')
        or lignes != balises.count(b'<row r="')
        or any(signe in balises for signe in _AUTRES_SIGNES)
        or _LOIN.search(balises) is not None
        or _FORMULE.search(balises) is not None
    )


class _Marche:
    """One exact pass with expat over a member."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def walk(self, info: zipfile.ZipInfo) -> None:
        analyseur = expat.ParserCreate()
        analyseur.buffer_text = True
        analyseur.StartElementHandler = self.start
        analyseur.EndElementHandler = self.end
        analyseur.CharacterDataHandler = self.text
        try:
            for bloc in self.archive.blocks(info):
                analyseur.Parse(bloc, False)
            analyseur.Parse(b"", True)
        except expat.ExpatError:
            raise unreadable(self.archive.nom) from None

    def start(self, nom: str, attributs: dict[str, str]) -> None: ...
    def end(self, nom: str) -> None: ...
    def text(self, texte: str) -> None: ...

    def within(self, ligne: int, colonne: int) -> None:
        if ligne >= LIGNES_MAX + 100 or colonne >= COLONNES_MAX:
            raise too_big(self.archive.nom)


class _Feuille(_Marche):
    """A sheet of an .xlsx: real extents, errors, formulas without their value, hidden rows."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.releve = Releve()
        self.ligne, self.colonne, self.type = -1, -1, ""
        self.formule = self.valeur = self.dans_valeur = False

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        local = nom.rpartition(":")[2]
        if local == "c":
            self._cell(attributs)
        elif local == "row":
            self.ligne = _rang(attributs.get("r"), self.ligne + 1)
            self.colonne = -1
            if attributs.get("hidden") in ("1", "true"):
                self.releve.cachees.add(self.ligne)
        elif local == "f":
            self.formule = True
        elif local in ("v", "t"):
            self.dans_valeur = True

    def _cell(self, attributs: dict[str, str]) -> None:
        place = re.fullmatch(r"([A-Z]{1,7})([0-9]{1,9})", attributs.get("r", "").upper())
        if place:
            self.colonne, self.ligne = column_rank(place[1]), int(place[2]) - 1
        else:
            self.colonne += 1
        self.type = attributs.get("t", "")
        self.formule = self.valeur = self.dans_valeur = False

    def text(self, texte: str) -> None:
        if self.dans_valeur and texte:
            self.valeur = True

    def end(self, nom: str) -> None:
        local = nom.rpartition(":")[2]
        if local in ("v", "t"):
            self.dans_valeur = False
        elif local == "c":
            if self.valeur or self.formule:
                self.within(self.ligne, self.colonne)
            if self.type == "e":
                self.releve.erreurs.add((self.ligne, self.colonne))
            # A formula whose result is the empty text says so with a type; one never computed says nothing.
            elif self.formule and not self.valeur and self.type != "str":
                self.releve.sans_valeur.add((self.ligne, self.colonne))


class _FeuilleOds(_Marche):
    """The sheets of an .ods: a cell or a row may say that it stands for a million."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.releves: dict[str, Releve] = {}
        self.releve = Releve()
        self.ligne = self.colonne = self.repete = 0
        self.pleine = -1

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "table:table":
            self.ligne = 0
            self.releve = self.releves.setdefault(attributs.get("table:name", ""), Releve())
        elif nom == "table:table-row":
            self.colonne, self.pleine = 0, -1
            self.repete = _nombre(attributs.get("table:number-rows-repeated"))
            if attributs.get("table:visibility") in ("collapse", "filter"):
                self.releve.cachees.update(range(self.ligne, min(self.ligne + self.repete, LIGNES_MAX)))
        elif nom in ("table:table-cell", "table:covered-table-cell"):
            self.colonne += _nombre(attributs.get("table:number-columns-repeated"))
            if "office:value-type" in attributs or "table:formula" in attributs:
                self.pleine = self.colonne
            if attributs.get("calcext:value-type") == "error":
                self.within(self.ligne, self.colonne - 1)
                self.releve.erreurs.add((self.ligne, self.colonne - 1))

    def text(self, texte: str) -> None:
        if texte.strip():
            self.pleine = max(self.pleine, self.colonne)

    def end(self, nom: str) -> None:
        if nom == "table:table-row":
            self.ligne += self.repete
            if self.pleine >= 0:
                self.within(self.ligne - 1, self.pleine - 1)


def examine_xls(chemin: Path) -> list[Releve]:
    """What each sheet of an old .xls holds besides its values, in their order.

    Raises ClasseurIllisible: no .xls, under password, wider or longer than admitted.
    """
    try:
        flux = biff.records_stream(chemin.read_bytes())
        debuts = biff.sheets(flux)
    except biff.Protege:
        raise under_password(chemin.name) from None
    except biff.Illisible:
        raise unreadable(chemin.name) from None
    if len(debuts) > FEUILLES_MAX:
        raise too_big(chemin.name)
    releves = [Releve() for _ in debuts]
    for releve, debut in zip(releves, debuts, strict=True):
        for ligne, colonne, erreur in biff.cells(flux, debut):
            if ligne >= LIGNES_MAX + 100 or colonne >= COLONNES_MAX:
                raise too_big(chemin.name)
            if erreur:
                releve.erreurs.add((ligne, colonne))
    return releves


def column_rank(lettres: str) -> int:
    """The rank of a column from its letters: A is 0, AA is 26."""
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + ord(lettre) - 64
    return rang - 1


def _rang(texte: str | None, sinon: int) -> int:
    return int(texte) - 1 if texte is not None and re.fullmatch(r"[0-9]{1,9}", texte) else sinon


def _nombre(texte: str | None) -> int:
    return int(texte) if texte is not None and re.fullmatch(r"[0-9]{1,9}", texte) else 1


def unreadable(nom: str) -> ClasseurIllisible:
    """What is no workbook, told in words."""
    return ClasseurIllisible(
        f"{nom} n'est pas un classeur lisible. Attendu : .xlsx, .xlsm, .xls, .ods ou .csv, enregistré par Excel ou "
        "LibreOffice."
    )


def too_big(nom: str) -> ClasseurIllisible:
    """Bigger than any promotion."""
    return ClasseurIllisible(
        f"{nom} est démesuré. Une promotion compte {LIGNES_MAX} lignes et {COLONNES_MAX} colonnes au plus : "
        "copiez-la dans un classeur neuf."
    )


def under_password(nom: str) -> ClasseurIllisible:
    """Nobody but its owner can open it."""
    return ClasseurIllisible(
        f"{nom} est protégé par un mot de passe. Dans Excel : Fichier, Informations, Protéger le classeur, retirez le "
        "mot de passe et enregistrez."
    )
