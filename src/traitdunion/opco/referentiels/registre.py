"""The reference data of a process: read once, then again when an import or a cancellation is announced.

Nothing on the way of a deposit reads the database: it takes `Registre.vue`, which is replaced whole, never changed.
Versions never change either: only those that are new are read. An announcement that is lost costs nothing but time: the
listener reads everything again whenever its connection is made anew (socle.database).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import structlog

from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.referentiels import consultation, store
from traitdunion.opco.referentiels.consultation import Edition, Referentiels
from traitdunion.opco.referentiels.controles import check_referentiels
from traitdunion.opco.referentiels.modele import Nature
from traitdunion.opco.socle.database import Database

log = structlog.get_logger("referentiels")


class Registre:
    """Holds the snapshot of a process; `vue` is empty until `refresh` has run once."""

    def __init__(self, *, database: Database, opco: str = "") -> None:
        """`opco`: our own name in the list of OPCO, "" not to check the branch."""
        self._database = database
        self._opco = opco
        self._editions: dict[int, tuple[Nature, Edition[Any]]] = {}
        self._un_a_la_fois = asyncio.Lock()
        self.vue = Referentiels()

    def check(self, cerfa: Cerfa) -> list[Anomalie]:
        """The anomalies of a form against what is held now."""
        return check_referentiels(cerfa, referentiels=self.vue, opco=self._opco)

    async def refresh(self) -> None:
        """Read what is new, forget what was cancelled."""
        async with self._un_a_la_fois:
            async with self._database.connection() as tx:
                vivantes = await store.list_vivantes(tx)
                editions = {}
                for une in vivantes:
                    deja = self._editions.get(une.id)
                    editions[une.id] = deja if deja is not None else await self._read(tx, une)
            if editions.keys() == self._editions.keys():
                return
            par_nature: dict[Nature, list[Edition[Any]]] = defaultdict(list)
            for nature, edition in editions.values():
                par_nature[nature].append(edition)
            self._editions = editions
            self.vue = Referentiels(par_nature)
            log.info("referentiels_lus", versions=len(editions))

    async def watch(self) -> None:
        """Refresh at each announcement, for ever: a background task."""
        await self._database.listen(store.CANAL, self._follow)

    async def _follow(self, _annonce: str) -> None:
        try:
            await self.refresh()
        except Exception as faute:
            # What is held stays; the listener connects again in a second, which asks for another reading.
            log.exception("referentiels_non_lus")
            raise psycopg.OperationalError("reference data could not be read") from faute

    @asynccontextmanager
    async def following(self) -> AsyncIterator["Registre"]:
        """Ready at the start of the block, up to date during it."""
        await self.refresh()
        tache = asyncio.create_task(self.watch())
        try:
            yield self
        finally:
            tache.cancel()
            with suppress(asyncio.CancelledError):
                await tache

    @staticmethod
    async def _read(tx: store.Tx, une: store.Vivante) -> tuple[Nature, Edition[Any]]:
        lignes = await store.read_lignes(tx, une.id, une.nature)
        return une.nature, consultation.index(une.id, une.nature, une.valable_du, lignes)
