"""One SQLite file of the CFA's side: private, in WAL, its schema in place, told apart from a damaged one."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from traitdunion.cfa.errors import ErreurCfa

if TYPE_CHECKING:
    import sqlite3

PATIENCE_S = 10.0


class MiroirEndommage(ErreurCfa):
    """A local file of the follow-up cannot be read."""


class SynchroEnCours(ErreurCfa):
    """Another process is synchronising the same profile."""


def open_base(chemin: Path, *, schema: str, version: int, durable: bool, endommage: str) -> "sqlite3.Connection":
    """Open or make the file, for its owner only (0600), and check it.

    `durable`: each commit survives a power cut (synchronous=FULL), which a mirror that can be read again does not need.
    `endommage`: the French sentence of the MiroirEndommage raised when it is no database, or not of this version.
    """
    import sqlite3

    if not chemin.exists():
        os.close(os.open(chemin, os.O_WRONLY | os.O_CREAT, 0o600))
    base = sqlite3.connect(chemin, timeout=PATIENCE_S, isolation_level=None)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        base.execute("PRAGMA foreign_keys = ON")
        trouvee = base.execute("PRAGMA user_version").fetchone()[0]
        if trouvee == 0:
            with transaction(base):
                for ordre in schema.split(";"):
                    base.execute(ordre)
                base.execute(f"PRAGMA user_version = {version}")
        elif trouvee != version or base.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise MiroirEndommage(endommage)
    except sqlite3.DatabaseError as erreur:
        base.close()
        if isinstance(erreur, sqlite3.OperationalError):  # locked, disk full, no right: the file itself may be sound
            raise ErreurCfa(f"{chemin} ne peut être ouvert ou écrit ({erreur}).") from None
        raise MiroirEndommage(endommage) from None
    except BaseException:
        base.close()
        raise
    return base


@contextmanager
def transaction(base: "sqlite3.Connection") -> "Iterator[sqlite3.Connection]":
    """All of it, or nothing; the right to write is taken at once, so that what is read inside still holds."""
    base.execute("BEGIN IMMEDIATE")
    try:
        yield base
    except BaseException:
        if base.in_transaction:  # a full disk may have ended it already
            base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")


@contextmanager
def locked(chemin: Path, phrase: str) -> Iterator[None]:
    """Hold a lock among processes, given back by the system when one dies. Raises SynchroEnCours with `phrase`."""
    if not chemin.exists():
        os.close(os.open(chemin, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(_take(chemin, phrase)):
        yield


def _take(chemin: Path, phrase: str) -> "sqlite3.Connection":
    """The connection that holds the lock: closed, or dead, it gives it back."""
    import sqlite3

    try:
        verrou = sqlite3.connect(chemin, timeout=0, isolation_level=None)
        verrou.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as erreur:
        if str(getattr(erreur, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
            raise SynchroEnCours(phrase) from None
        # A full disk must not be taken for somebody at work: waiting would not help.
        raise ErreurCfa(f"{chemin} ne peut être ouvert ou écrit ({erreur}).") from None
    except sqlite3.DatabaseError:
        raise ErreurCfa(f"{chemin} est abîmé : effacez ce fichier, qui ne contient rien, et recommencez.") from None
    return verrou


def delete_base(chemin: Path) -> None:
    """Forget a damaged file and what SQLite keeps beside it."""
    for suffixe in ("", "-wal", "-shm"):
        chemin.with_name(chemin.name + suffixe).unlink(missing_ok=True)
