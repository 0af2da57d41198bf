"""What the features ask of an object store. Keys are ours (dates and UUID), never a user's file name."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

MORCEAU_OCTETS = 256 * 1024


class ObjectStoreError(Exception):
    """The store is down, full, or refuses: nothing was stored."""


class ObjectAbsent(ObjectStoreError):
    """A row names an object that the store does not hold."""


class ObjectStore(Protocol):
    """Immutable objects under keys; `staging` is a local folder where uploads wait."""

    staging: Path

    async def put(self, cle: str, chemin: Path) -> None:
        """Store the file under a new key; durable when it returns. Raises ObjectStoreError, also if the key exists."""
        ...

    def get(self, cle: str) -> AsyncIterator[bytes]:
        """The object's bytes, in pieces. Raises ObjectAbsent."""
        ...

    async def delete(self, cle: str) -> None:
        """Remove an object; no error if it is not there."""
        ...

    def list(self) -> AsyncIterator[tuple[str, float]]:
        """Every key with its age in seconds."""
        ...

    async def probe(self) -> None:
        """Raise ObjectStoreError when the store cannot take an object now."""
        ...


def purge_staging(staging: Path, *, age_secondes: float, maintenant: float) -> int:
    """Remove uploads left behind by a process that was killed, older than `age_secondes`; how many there were.

    `maintenant` is the current time in seconds since 1970. No upload lives for an hour: that is a safe age.
    """
    retires = 0
    for fichier in staging.iterdir():
        with suppress(FileNotFoundError):  # its owner ends it meanwhile
            if fichier.is_file() and maintenant - fichier.stat().st_mtime > age_secondes:
                fichier.unlink()
                retires += 1
    return retires
