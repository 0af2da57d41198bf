"""Who holds a data folder: one process of ours at a time, and never a server that died.

PostgreSQL itself trusts `postmaster.pid` as long as some process of the same account bears that pid: after a crash the
pid may be another program's, or a zombie's that nobody waited for, and the server would never start again.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from traitdunion.opco.socle.postgres.account import PostgresError

PROGRAMME = "postgres"
VERROUS = ("postmaster.pid", ".s.PGSQL.5432.lock")
TIC_SECONDES = 0.05


@contextlib.contextmanager
def reserved(dossier: Path, *, delai_secondes: float) -> Iterator[None]:
    """Hold the folder for the time of the block; the kernel lets go of it if we are killed.

    Raises PostgresError when another process still holds it after the delay.
    """
    limite = time.monotonic() + delai_secondes
    with (dossier.parent / f".{dossier.name}.verrou").open("w") as verrou:
        while True:
            try:
                fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > limite:
                    raise _busy(dossier) from None
                time.sleep(TIC_SECONDES)
        yield


def clear_stale(dossier: Path, *, delai_secondes: float) -> None:
    """Wait until no server works in the folder, then remove the lock files of one that died.

    A server whose parent was killed takes a moment to shut down. Raises PostgresError when it stays beyond the delay.
    """
    limite = time.monotonic() + delai_secondes
    while occupants(dossier):
        if time.monotonic() > limite:
            raise _busy(dossier)
        time.sleep(TIC_SECONDES)
    for nom in VERROUS:
        (dossier / nom).unlink(missing_ok=True)


def occupants(dossier: Path) -> list[int]:
    """The live PostgreSQL processes that work in the folder (each of them makes it its current directory)."""
    reel = str(dossier.resolve())
    trouves = []
    for processus in Path("/proc").iterdir():
        if not processus.name.isdigit():
            continue
        # Gone meanwhile, or another account's: the folder is closed to that one.
        with contextlib.suppress(OSError):
            programme, _, suite = (processus / "stat").read_text().partition("(")[2].rpartition(")")
            vivant = not suite.startswith(" Z")
            if programme == PROGRAMME and vivant and os.readlink(processus / "cwd") == reel:
                trouves.append(int(processus.name))
    return trouves


def _busy(dossier: Path) -> PostgresError:
    return PostgresError(
        f"Une base tourne déjà dans {dossier} : arrêtez la commande qui s'en sert, ou choisissez un autre dossier "
        "(TRAITDUNION_DONNEES)."
    )
