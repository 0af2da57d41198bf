"""Whether this worker can serve: database, object store, and whether it is being taken out of rotation."""

import asyncio
from pathlib import Path
from time import monotonic

import psycopg
import psycopg_pool

from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.object_store import ObjectStore, ObjectStoreError

# A base that is frozen or cut off says nothing at all: past this, its silence is an answer.
SILENCE_SECONDES = 3.0


class Sante:
    """Probes for /readyz and the norm's `status`."""

    def __init__(self, *, database: Database, objets: ObjectStore, retrait: Path | None) -> None:
        self._database = database
        self._objets = objets
        self._retrait = retrait
        self._debut = monotonic()
        self._question: asyncio.Task[bool] | None = None

    @property
    def uptime_secondes(self) -> int:
        """Since this worker started."""
        return int(monotonic() - self._debut)

    async def probe(self) -> dict[str, str]:
        """What is wrong, by part, in French; empty when all is well."""
        maux = {}
        if self._retrait is not None and self._retrait.exists():
            maux["service"] = "en retrait"
        if not await self._base_answers():
            maux["base"] = "injoignable"
        try:
            await self._objets.probe()
        except ObjectStoreError:
            maux["entrepot"] = "injoignable"
        return maux

    async def _base_answers(self) -> bool:
        """Whether the database answers in time; one question at a time, since a frozen one would keep them all.

        The question is left running: psycopg, when cancelled, waits for the server's own answer to the cancellation.
        """
        question = self._question
        if question is None or question.done():
            question = self._question = asyncio.create_task(self._ask_base())
        await asyncio.wait({question}, timeout=SILENCE_SECONDES)
        return question.done() and question.result()

    async def _ask_base(self) -> bool:
        try:
            async with self._database.connection() as tx:
                await tx.execute("SELECT 1")
        except (psycopg.Error, psycopg_pool.PoolTimeout):
            return False
        return True
