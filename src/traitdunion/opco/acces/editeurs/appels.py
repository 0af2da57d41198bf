"""The recent calls of each editor, so that it finds by itself what goes wrong (guide.md, the editor's space).

Nothing is written while a call is served: calls wait in memory and leave together every few seconds. An editor that
calls hundreds of times a second keeps the last of each few seconds, and its refusals first: writing every call down
cost the deposits 8 % (docs/performance.md). A crash loses the last seconds. This list proves nothing, bills nothing.
"""

import asyncio
from collections import deque
from datetime import datetime, timedelta

import psycopg
import psycopg_pool
import structlog

from traitdunion.opco.acces.editeurs import store
from traitdunion.opco.socle import logs, metrics
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

ATTENTE_SECONDES = 3.0
GARDES_MAX = 60  # calls answered, and as many refused, of one editor in these seconds; the oldest give way
GARDE = timedelta(days=30)
REFUS = 400
Note = tuple[datetime, int, str, str, int, list[str], str]
log = structlog.get_logger("appels")


class Appels:
    """The list of calls: `note` never waits, `watch` writes."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._files: dict[tuple[int, bool], deque[Note]] = {}

    def note(self, *, editeur: int, siren: str, route: str, statut: int, codes: list[str], requete: str) -> None:
        """A call has been answered."""
        file = self._files.get((editeur, statut >= REFUS))
        if file is None:
            file = self._files[(editeur, statut >= REFUS)] = deque(maxlen=GARDES_MAX)
        if len(file) == GARDES_MAX:
            metrics.APPELS_PERDUS.inc()
        file.append((self._clock.now(), editeur, siren, route, statut, codes, requete))

    async def watch(self) -> None:
        """Write what waits, every few seconds, for as long as the worker runs: a background task."""
        while True:
            await asyncio.sleep(ATTENTE_SECONDES)
            await self.flush()

    async def flush(self) -> None:
        """Write what waits; what cannot be written is dropped, and said."""
        lot = sorted(note for file in self._files.values() for note in file)
        self._files.clear()
        if not lot:
            return
        try:
            async with self._database.transaction() as tx:
                await store.insert_appels(tx, lot)
        except (psycopg.Error, psycopg_pool.PoolTimeout) as erreur:
            metrics.APPELS_PERDUS.inc(len(lot))
            log.warning("appels_perdus", nombre=len(lot), **logs.where(erreur))

    async def list_appels(
        self,
        editeur: int,
        *,
        avant: int | None = None,
        siren: str | None = None,
        classe: int | None = None,
        limite: int = 50,
    ) -> list[store.Appel]:
        """The latest calls of an editor, older than `avant`; of one CFA; of one class of status, 4 for 4xx."""
        async with self._database.connection() as conn:
            return await store.list_appels(
                conn, editeur=editeur, avant=avant, siren=siren, classe=classe, limite=limite
            )

    async def purge(self) -> int:
        """Forget the calls of more than 30 days; how many."""
        async with self._database.transaction() as tx:
            return await store.purge_appels(tx, avant=self._clock.now() - GARDE)
