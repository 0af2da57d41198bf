"""Whether this worker can serve: database, object store, and whether it is being taken out of rotation."""

import asyncio
from pathlib import Path
from time import monotonic

import psycopg
import psycopg_pool

from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.object_store import ObjectStore, ObjectStoreError

SILENCE_SECONDES = 3.0  # less than what those who ask, a load balancer for one, wait for


class Sante:
    """Probes for /readyz and the norm's `status`."""

    def __init__(self, *, database: Database, objets: ObjectStore, retrait: Path | None) -> None:
        self._database = database
        self._objets = objets
        self._retrait = retrait
        self._debut = monotonic()

    @property
    def uptime_secondes(self) -> int:
        """Since this worker started."""
        return int(monotonic() - self._debut)

    async def probe(self) -> dict[str, str]:
        """What is wrong, by part, in French; empty when all is well."""
        maux = {}
        if self._retrait is not None and self._retrait.exists():
            maux["service"] = "en retrait"
        try:
            # A base that is frozen or cut off says nothing at all: its silence is an answer.
            async with asyncio.timeout(SILENCE_SECONDES), self._database.connection() as tx:
                await tx.execute("SELECT 1")
        except (psycopg.Error, psycopg_pool.PoolTimeout, TimeoutError):
            maux["base"] = "injoignable"
        try:
            await self._objets.probe()
        except ObjectStoreError:
            maux["entrepot"] = "injoignable"
        return maux
