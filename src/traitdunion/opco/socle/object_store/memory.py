"""The in-memory twin of the object store, for tests of what stands above the port."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from traitdunion.opco.socle.object_store.port import ObjectAbsent, ObjectStoreError


class MemoryStore:
    """Objects in a dictionary; `en_panne` makes every call fail as a store that is down."""

    def __init__(self) -> None:
        self.objets: dict[str, bytes] = {}
        self.en_panne = False
        self._dossier = tempfile.TemporaryDirectory(prefix="tu-depots-")
        self.staging = Path(self._dossier.name)

    async def put(self, cle: str, chemin: Path) -> None:
        """See the port."""
        await self.probe()
        if cle in self.objets:
            raise ObjectStoreError("the key exists")
        self.objets[cle] = chemin.read_bytes()  # noqa: ASYNC240 - a twin for tests

    async def get(self, cle: str) -> AsyncIterator[bytes]:
        """See the port."""
        await self.probe()
        if cle not in self.objets:
            raise ObjectAbsent(cle)
        yield self.objets[cle]

    async def delete(self, cle: str) -> None:
        """See the port."""
        self.objets.pop(cle, None)

    async def list(self) -> AsyncIterator[tuple[str, float]]:
        """See the port; an object in memory has no age."""
        for cle in list(self.objets):
            yield cle, 0.0

    async def probe(self) -> None:
        """See the port."""
        if self.en_panne:
            raise ObjectStoreError("down")
