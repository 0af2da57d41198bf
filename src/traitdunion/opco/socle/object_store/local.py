"""The object store in a local folder.

An object is durable once its bytes, its name and the names of the folders made for it are synced: temporary file,
fsync, `link` (which never overwrites), fsync of each folder on the way.
"""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.object_store.port import MORCEAU_OCTETS, ObjectAbsent, ObjectStoreError


class LocalStore:
    """Objects as files under `racine`/objets; uploads wait in `racine`/depots, on the same file system."""

    def __init__(self, racine: Path) -> None:
        self._objets = racine / "objets"
        self.staging = racine / "depots"
        # Folders whose name this process has seen synced. That a folder is there does not say so: another worker may
        # have made it an instant ago and not have synced it yet.
        self._surs: set[Path] = set()
        for dossier in (self._objets, self.staging):
            dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(racine.parent)
        _sync_folder(racine)

    async def put(self, cle: str, chemin: Path) -> None:
        """See the port. A staged file on this file system is linked, not copied."""
        try:
            await asyncio.to_thread(self._put, cle, chemin)
        except OSError as erreur:
            raise _explained(erreur) from erreur

    async def get(self, cle: str) -> AsyncIterator[bytes]:
        """See the port."""
        try:
            fichier = await asyncio.to_thread(self._path(cle).open, "rb")
            with fichier:
                while morceau := await asyncio.to_thread(fichier.read, MORCEAU_OCTETS):
                    yield morceau
        except FileNotFoundError:
            raise ObjectAbsent(cle) from None
        except OSError as erreur:
            raise _explained(erreur) from erreur

    async def delete(self, cle: str) -> None:
        """See the port."""
        try:
            await asyncio.to_thread(self._path(cle).unlink, missing_ok=True)
        except OSError as erreur:
            raise _explained(erreur) from erreur

    async def list(self) -> AsyncIterator[tuple[str, float]]:
        """See the port."""
        for cle, age in await asyncio.to_thread(lambda: list(self._walk())):
            yield cle, age

    async def probe(self) -> None:
        """See the port: writes and removes a small file."""

        def write() -> None:
            essai = self.staging / f"sonde-{uuid4()}"
            try:
                essai.write_bytes(b"ok")
            finally:
                essai.unlink(missing_ok=True)

        try:
            await asyncio.to_thread(write)
        except OSError as erreur:
            raise _explained(erreur) from erreur

    def _path(self, cle: str) -> Path:
        chemin = self._objets / cle
        if self._objets not in chemin.parents or ".." in chemin.parts:
            raise ValueError("a key stays inside the store")
        return chemin

    def _put(self, cle: str, source: Path) -> None:
        cible = self._path(cle)
        self._make_folder(cible.parent)
        failpoints.hit("objet_ecrit")
        with source.open("rb") as fichier:
            os.fsync(fichier.fileno())
        try:
            os.link(source, cible)
        except FileExistsError:
            raise
        except OSError:
            self._copy(source, cible)
        _sync_folder(cible.parent)
        failpoints.hit("objet_synchronise")

    @staticmethod
    def _copy(source: Path, cible: Path) -> None:
        """Another file system: copy under a temporary name, sync, then link."""
        provisoire = cible.with_name(f".{uuid4()}")
        try:
            with source.open("rb") as entree, provisoire.open("xb") as sortie:
                shutil.copyfileobj(entree, sortie)
                sortie.flush()
                os.fsync(sortie.fileno())
            os.link(provisoire, cible)
        finally:
            provisoire.unlink(missing_ok=True)

    def _make_folder(self, dossier: Path) -> None:
        """Make the folder and those above it, up to the root of the store, and sync the name of each."""
        if dossier == self._objets or dossier in self._surs:
            return
        self._make_folder(dossier.parent)
        dossier.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(dossier.parent)
        self._surs.add(dossier)

    def _walk(self) -> Iterator[tuple[str, float]]:
        maintenant = time.time()
        for dossier, _, noms in os.walk(self._objets):
            for nom in noms:
                chemin = Path(dossier) / nom
                with suppress(FileNotFoundError):  # removed meanwhile
                    yield str(chemin.relative_to(self._objets)), maintenant - chemin.stat().st_mtime


def _explained(erreur: OSError) -> ObjectStoreError:
    return ObjectStoreError(erreur.strerror or type(erreur).__name__)


def _sync_folder(dossier: Path) -> None:
    descripteur = os.open(dossier, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
