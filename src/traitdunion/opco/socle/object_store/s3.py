"""The object store on S3, through obstore: conditional create, so that a key is never written twice."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as Introuvable
from obstore.store import S3Store as Bucket

from traitdunion.opco.socle.object_store.port import MORCEAU_OCTETS, ObjectAbsent, ObjectStoreError

# The library's defaults would keep a caller waiting for three minutes when the store is down.
RESEAU: dict[str, Any] = {
    "client_options": {"timeout": "30s", "connect_timeout": "5s"},
    "retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
}
ABSENT = (FileNotFoundError, Introuvable)
PANNE = (BaseError, OSError, asyncio.TimeoutError)


class S3Store:
    """Objects in a bucket, under the prefix of the URL; credentials come from the usual AWS_ variables."""

    def __init__(self, bucket: Bucket, *, staging: Path | None = None) -> None:
        self._bucket = bucket
        self._dossier = None if staging else tempfile.TemporaryDirectory(prefix="tu-depots-")
        self.staging = staging or Path(self._dossier.name if self._dossier else "")

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "S3Store":
        """A store from `s3://bucket/prefix`; `options` are those of obstore, where variables do not do."""
        return cls(Bucket.from_url(url, **{**RESEAU, **options}))

    async def put(self, cle: str, chemin: Path) -> None:
        """See the port. In one request: only that can be conditional (`If-None-Match: *`)."""
        try:
            await obstore.put_async(self._bucket, cle, chemin, mode="create", use_multipart=False)
        except PANNE as erreur:
            raise _explained(erreur) from erreur

    async def get(self, cle: str) -> AsyncIterator[bytes]:
        """See the port."""
        try:
            lu = await obstore.get_async(self._bucket, cle)
            async for morceau in lu.stream(min_chunk_size=MORCEAU_OCTETS):
                yield bytes(morceau)
        except ABSENT:
            raise ObjectAbsent(cle) from None
        except PANNE as erreur:
            raise _explained(erreur) from erreur

    async def delete(self, cle: str) -> None:
        """See the port."""
        try:
            await obstore.delete_async(self._bucket, cle)
        except ABSENT:
            return
        except PANNE as erreur:
            raise _explained(erreur) from erreur

    async def list(self) -> AsyncIterator[tuple[str, float]]:
        """See the port."""
        maintenant = time.time()
        try:
            async for lot in obstore.list(self._bucket):
                for objet in lot:
                    yield str(objet["path"]), maintenant - objet["last_modified"].timestamp()
        except PANNE as erreur:
            raise _explained(erreur) from erreur

    async def probe(self) -> None:
        """See the port: asks for a key that does not exist."""
        try:
            await obstore.head_async(self._bucket, "sonde")
        except ABSENT:
            return
        except PANNE as erreur:
            raise _explained(erreur) from erreur


def _explained(erreur: Exception) -> ObjectStoreError:
    """Without the library's text, which names addresses and keys."""
    return ObjectStoreError(type(erreur).__name__)
