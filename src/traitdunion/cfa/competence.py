"""Which OPCO is competent for an IDCC: the public table, imported once by the CFA and kept with its settings.

The project ships no table: it is published by the State, and changes with the branches.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from traitdunion.cfa.errors import ErreurCfa, ProfilInvalide
from traitdunion.cfa.lieux import config_folder
from traitdunion.norme import profils
from traitdunion.norme.profils import ProfilOpco

FICHIER = "idcc-opco.json"
OCTETS_MAX = 10 * 1024 * 1024
# Above one row in ten that is wrong, the file is another one, or its layout has changed.
SEUIL_REJET_POURCENT = 10


class TableAbsente(ProfilInvalide):
    """The table IDCC → OPCO was not imported, or can no longer be read."""


class TableCompetence(msgspec.Struct, frozen=True, kw_only=True):
    """The OPCO of each IDCC (4 digits), named as the table names it; `source`: the file it came from."""

    importee_le: date
    source: str
    opcos: dict[str, str]

    def find(self, idcc: str) -> tuple[str, ProfilOpco | None]:
        """The OPCO of an IDCC: its name in the table, and its profile when it is one of the matrix.

        Raises ErreurCfa when the table has no such code.
        """
        nom = self.opcos.get(idcc)
        if nom is None:
            raise ErreurCfa(
                f"L'IDCC {idcc} n'est pas dans la table importée le {self.importee_le:%d/%m/%Y}. Vérifiez le code, ou "
                "importez une table plus récente : traitdunion cfa opco --importer FICHIER."
            )
        return nom, profils.find_by_nom(nom)


class Importee(msgspec.Struct, frozen=True):
    """A table read from its file, and the rows that were left out: line and sentence."""

    table: TableCompetence
    ecartees: tuple[tuple[int, str], ...]


def import_table(chemin: Path, *, le: date) -> Importee:
    """Read the public file (CSV or workbook, columns « idcc » and « opco »). Raises ErreurCfa; writes nothing."""
    from traitdunion.norme.profils import competence
    from traitdunion.norme.tableur import ImportRefuse, Lecture, open_feuilles

    if chemin.stat().st_size > OCTETS_MAX:
        raise ErreurCfa(f"{chemin.name} dépasse 10 Mio : ce n'est pas la table IDCC → OPCO.")
    lecture = Lecture()
    try:
        lignes = competence.read_idcc_opco(open_feuilles(chemin.read_bytes()), lecture, valable_du=le)
    except ImportRefuse as refus:
        raise ErreurCfa(str(refus)) from None
    if not lignes:
        raise ErreurCfa(
            f"{chemin.name} n'est pas la table IDCC → OPCO : les colonnes « idcc » et « opco » y sont attendues."
        )
    if lecture.rejetees * 100 > (lecture.rejetees + lecture.acceptees) * SEUIL_REJET_POURCENT:
        raise ErreurCfa(f"{chemin.name} : {lecture.rejetees} lignes fausses, plus d'une sur dix ; rien n'est importé.")
    table = TableCompetence(importee_le=le, source=chemin.name, opcos=dict(lignes))
    return Importee(table, tuple((faute.ligne, faute.phrase) for faute in lecture.fautes if faute.rejetee))


def write_table(table: TableCompetence, *, environ: Mapping[str, str] | None = None) -> Path:
    """Keep the table beside the settings; the former one is replaced in one move. Raises OSError."""
    dossier = config_folder(environ)
    dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    chemin, provisoire = dossier / FICHIER, dossier / f".{FICHIER}.{os.getpid()}"
    with os.fdopen(os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sortie:
        sortie.write(msgspec.json.encode(table))
    os.replace(provisoire, chemin)
    return chemin


def load_table(*, environ: Mapping[str, str] | None = None) -> TableCompetence:
    """The table that was imported. Raises TableAbsente, which says how to import it."""
    chemin = config_folder(environ) / FICHIER
    conseil = "Importez la table publique « IDCC → OPCO » : traitdunion cfa opco --importer FICHIER.csv (ou .xlsx)."
    try:
        return msgspec.json.decode(chemin.read_bytes(), type=TableCompetence)
    except FileNotFoundError:
        raise TableAbsente(f"Aucune table ne dit l'OPCO de chaque convention collective. {conseil}") from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise TableAbsente(f"La table {chemin} ne se lit pas. {conseil}") from None


def normalise_idcc(texte: str) -> str | None:
    """Four digits, leading zeros given back: 478 is 0478; None when it is no IDCC."""
    code = "".join(texte.split())
    return code.zfill(4) if code.isascii() and code.isdigit() and len(code) <= 4 else None


def describe(nom: str, profil: ProfilOpco | None) -> dict[str, Any]:
    """The OPCO found, for a machine."""
    return {"opco": nom, "code": None if profil is None else profil.code}
