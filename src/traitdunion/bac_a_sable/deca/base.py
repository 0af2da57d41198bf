"""What the peer remembers: SQLite, synced before each answer, so that a kill -9 forgets nothing that was said."""

import sqlite3
import threading
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path

from traitdunion.bac_a_sable.deca.numeros import build_numero

SCHEMA = """
CREATE TABLE IF NOT EXISTS depot (
    id          INTEGER PRIMARY KEY,
    reference   TEXT NOT NULL,
    etat        TEXT NOT NULL,
    contenu     TEXT NOT NULL,
    num_depot   TEXT,
    num_avenant TEXT,
    libelle     TEXT,
    commentaire TEXT
);
CREATE INDEX IF NOT EXISTS depot_reference ON depot (reference, id);
CREATE TABLE IF NOT EXISTS serie (cle TEXT PRIMARY KEY, dernier INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS essai (reference TEXT PRIMARY KEY, nombre INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Depot:
    """A deposit as it was recorded; `contenu` is what was sent, to tell a replay from another deposit."""

    reference: str
    etat: str
    contenu: str
    num_depot: str | None = None
    num_avenant: str | None = None
    libelle: str | None = None
    commentaire: str | None = None


class Base:
    """The file of the peer; one connection, one thread at a time."""

    def __init__(self, dossier: Path) -> None:
        dossier.mkdir(parents=True, exist_ok=True)
        self._verrou = threading.Lock()
        self._conn = sqlite3.connect(dossier / "deca.sqlite", check_same_thread=False, isolation_level=None)
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = FULL")
        self._conn.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._verrou:
            self._conn.close()

    def count_call(self, reference: str) -> tuple[int, int]:
        """Count a call to deposit; which one it is of this reference, and of all, from 1."""
        with self._verrou:
            (essai,) = self._conn.execute(
                "INSERT INTO essai VALUES (?, 1) ON CONFLICT (reference) DO UPDATE SET nombre = nombre + 1 "
                "RETURNING nombre",
                (reference,),
            ).fetchone()
            (rang,) = self._conn.execute("SELECT sum(nombre) FROM essai").fetchone()
        return int(essai), int(rang)

    def list_of(self, reference: str) -> list[Depot]:
        """What was recorded under a reference, oldest first."""
        with self._verrou:
            return self._read(reference)

    def record(
        self,
        depot: Depot,
        *,
        departement: str,
        jour: date,
        idempotent: bool,
        numero: str | None = None,
        avenant: bool = False,
    ) -> Depot:
        """Record a deposit and number it; with `idempotent`, what the reference has already is given back instead.

        A refusal recorded before does not hold the reference. `numero`: the one of the contract that an avenant bears
        on, or one imposed. Only a deposit of state DEPOSE takes a number.
        """
        with self._verrou:
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                fait = self._record(depot, departement, jour, idempotent, numero, avenant)
            except BaseException:
                self._conn.execute("ROLLBACK")
                raise
            self._conn.execute("COMMIT")
        return fait

    def _record(
        self, depot: Depot, departement: str, jour: date, idempotent: bool, numero: str | None, avenant: bool
    ) -> Depot:
        gardes = [un for un in self._read(depot.reference) if un.etat != "NON_DEPOSABLE"]
        if idempotent and gardes:
            return gardes[0]
        if depot.etat == "DEPOSE":
            neuf = None if numero is not None and not avenant else self._next(departement, jour)
            depot = replace(depot, num_depot=numero or neuf, num_avenant=neuf if avenant else None)
        self._conn.execute(
            "INSERT INTO depot (reference, etat, contenu, num_depot, num_avenant, libelle, commentaire) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            astuple(depot),
        )
        return depot

    def _next(self, departement: str, jour: date) -> str:
        (ordre,) = self._conn.execute(
            "INSERT INTO serie VALUES (?, 1) ON CONFLICT (cle) DO UPDATE SET dernier = dernier + 1 RETURNING dernier",
            (f"{departement}{jour:%Y%m}",),
        ).fetchone()
        return build_numero(departement, jour=jour, ordre=int(ordre))

    def _read(self, reference: str) -> list[Depot]:
        lignes = self._conn.execute(
            "SELECT reference, etat, contenu, num_depot, num_avenant, libelle, commentaire FROM depot "
            "WHERE reference = ? ORDER BY id",
            (reference,),
        )
        return [Depot(*ligne) for ligne in lignes]
