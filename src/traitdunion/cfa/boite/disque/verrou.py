"""One sender at a time across processes: a lock of the operating system, released when its holder dies."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from traitdunion.cfa.boite.errors import BoiteOccupee

NOM = "expediteur.verrou"


@contextlib.contextmanager
def held(dossier: Path) -> Iterator[None]:
    """Hold the sender's lock for the time of the block. Raises BoiteOccupee at once when another process has it."""
    chemin = dossier / NOM
    descripteur = os.open(chemin, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descripteur):
            raise BoiteOccupee(_holder(descripteur))
        os.ftruncate(descripteur, 0)
        # Told to who comes second; it proves nothing, the lock does.
        with contextlib.suppress(OSError):
            os.lseek(descripteur, 0, os.SEEK_SET)
            os.write(descripteur, str(os.getpid()).encode())
        yield
    finally:
        os.close(descripteur)  # the lock goes with it


def _holder(descripteur: int) -> str | None:
    try:
        os.lseek(descripteur, 0, os.SEEK_SET)
        texte = os.read(descripteur, 20).decode("ascii", "replace")
    except OSError:
        return None
    return texte if texte.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    # Far from the number of the process, so that the latter stays readable by who comes second.
    _OCTET = 1024

    def _lock(descripteur: int) -> bool:
        os.lseek(descripteur, _OCTET, os.SEEK_SET)
        try:
            msvcrt.locking(descripteur, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descripteur: int) -> bool:
        try:
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
