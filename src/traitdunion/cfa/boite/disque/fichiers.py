"""The files of a box, each once, under its own SHA-256: durable before the row that names them."""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from traitdunion.cfa.boite.disque import pannes
from traitdunion.cfa.boite.disque.schema import sync_folder

NOM = "fichiers"
RESTE_S = 3600.0  # a temporary file older than this belongs to nobody alive
_NOM = re.compile(r"[0-9a-f]{64}")


class Fichiers:
    """The folder of the files. Its methods raise OSError (a full disk is one)."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier / NOM
        self._dossier.mkdir(mode=0o700, exist_ok=True)

    def put(self, contenu: bytes) -> str:
        """Keep these bytes; their SHA-256. When this returns they survive a power cut, under a name that tells them."""
        empreinte = sha256(contenu).hexdigest()
        if self.find(empreinte) is None:
            self._write(contenu, empreinte)
        sync_folder(self._dossier)  # even when it was there: who wrote it may have died before this
        return empreinte

    def find(self, empreinte: str) -> bytes | None:
        """The bytes of this SHA-256, verified; None when they are missing or are no longer those."""
        try:
            contenu = (self._dossier / empreinte).read_bytes()
        except FileNotFoundError:
            return None
        return contenu if sha256(contenu).hexdigest() == empreinte else None

    def exists(self, empreinte: str) -> bool:
        """Whether a file has that name."""
        return (self._dossier / empreinte).exists()

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file kept."""
        with os.scandir(self._dossier) as entrees:
            for entree in entrees:
                if _NOM.fullmatch(entree.name):
                    yield entree.name

    def delete(self, empreinte: str) -> None:
        """Forget a file that no row names any more."""
        (self._dossier / empreinte).unlink(missing_ok=True)

    def sweep_temporaries(self) -> None:
        """Forget what a writer left when it died."""
        limite = time.time() - RESTE_S
        for reste in self._dossier.glob(".en-cours-*"):
            with contextlib.suppress(FileNotFoundError):
                if reste.stat().st_mtime < limite:
                    reste.unlink()

    def _write(self, contenu: bytes, empreinte: str) -> None:
        temporaire = self._dossier / f".en-cours-{uuid4().hex}"
        try:
            with os.fdopen(os.open(temporaire, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sortie:
                sortie.write(contenu)
                sortie.flush()
                pannes.hit("fichier_ecrit")
                os.fsync(sortie.fileno())
            os.replace(temporaire, self._dossier / empreinte)
        except BaseException:
            temporaire.unlink(missing_ok=True)
            raise
