"""One call per key at a time; no connection is held while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.erreurs import technique
from traitdunion.opco.idempotence import store
from traitdunion.opco.idempotence.store import Place
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

ATTENTE_SECONDES = 10.0  # what a second call waits for the first (norme.md §7)
ABANDON = timedelta(seconds=60)  # a call that runs longer than this died with its worker
CONSERVATION = timedelta(days=30)
TIC_SECONDES = 0.05


class Idempotence:
    """Keys per (editor, SIREN, route), kept 30 days with the answer."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, place: Place, *, contenu: bytes, action: Callable[[], Awaitable[bytes]]) -> tuple[bytes, bool]:
        """The answer of `action`, or the one given before under the same key; and whether it was given before.

        Raises CLE_IDEMPOTENCE_DEJA_UTILISEE for another content, SERVICE_INDISPONIBLE when the first call still runs
        after 10 s. If `action` raises, nothing is kept: a refusal is corrected and sent again under the same key.
        """
        deja, prise_le = await self._take(place, contenu)
        if deja is not None:
            return deja, True
        try:
            reponse = await action()
        except BaseException:
            async with self._database.connection() as tx:
                await store.release(tx, place, prise_le=prise_le)
            raise
        async with self._database.connection() as tx:
            await store.record(tx, place, reponse=reponse, prise_le=prise_le)
        return reponse, False

    async def purge(self) -> int:
        """Forget the keys older than 30 days; how many. For a periodic job."""
        async with self._database.connection() as tx:
            return await store.purge(tx, avant=self._clock.now() - CONSERVATION)

    async def _take(self, place: Place, contenu: bytes) -> tuple[bytes | None, datetime]:
        """None and since when, once the place is ours; or the answer that was given."""
        limite = monotonic() + ATTENTE_SECONDES
        while True:
            now = self._clock.now()
            async with self._database.connection() as tx:
                if await store.take(tx, place, contenu=contenu, at=now, abandon=now - ABANDON):
                    return None, now
                connue = await store.find(tx, place)
            if connue is not None and connue.contenu != contenu:
                raise codes.CLE_IDEMPOTENCE_DEJA_UTILISEE.refus("Idempotency-Key")
            if connue is not None and connue.reponse is not None:
                return connue.reponse, now
            if monotonic() > limite:
                raise technique.SERVICE_INDISPONIBLE.refus(entetes={"Retry-After": "5"}, attente_secondes=5)
            await asyncio.sleep(TIC_SECONDES)


def place_of(*, editeur: int, siren: str, route: str, cle: str) -> Place:
    """The place of a header."""
    return Place(editeur=editeur, siren=siren, route=route, cle=sha256(cle.encode()).digest())
