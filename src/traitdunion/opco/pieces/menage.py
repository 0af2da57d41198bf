"""Background work on documents: the antivirus's verdict, and objects that no row names."""

import structlog

from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.pieces import store
from traitdunion.opco.pieces.antivirus import Antivirus, Resultat
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.object_store import ObjectStore, ObjectStoreError
from traitdunion.opco.socle.object_store.port import purge_staging

LOT = 100
# An object is put before its row is written: only what stays without a row for a day is an orphan (fiabilite.md I6).
DELAI_ORPHELIN_SECONDES = 24 * 3600.0
DELAI_ENVOI_SECONDES = 3600.0  # no upload lasts that long
log = structlog.get_logger("pieces")


class Menage:
    """The use cases of the worker on documents."""

    def __init__(self, *, database: Database, objets: ObjectStore, antivirus: Antivirus | None, clock: Clock) -> None:
        self._database = database
        self._objets = objets
        self._antivirus = antivirus
        self._clock = clock

    async def scan_waiting(self) -> int:
        """Have the antivirus read the documents that wait, the oldest first; how many got a verdict.

        While it is down they stay « en analyse », never « sain ».
        """
        if self._antivirus is None:
            return 0
        async with self._database.connection() as tx:
            attendent = await store.list_waiting(tx, limite=LOT)
        juges = 0
        for numero, siren, cle_objet in attendent:
            try:
                verdict = await self._antivirus.scan(self._objets.get(cle_objet))
            except ObjectStoreError as erreur:
                log.error("objet_illisible", document=numero, cause=type(erreur).__name__)
                continue
            if verdict.resultat is Resultat.INDISPONIBLE:
                # The antivirus, or this file alone? One that it cannot judge does not keep the others waiting.
                if await self._antivirus.ping():
                    log.error("document_sans_verdict", document=numero)
                    continue
                log.warning("antivirus_indisponible", documents=len(attendent) - juges)
                break
            await self._judge(numero, siren, suspect=verdict.suspect)
            juges += 1
        return juges

    async def _judge(self, numero: int, siren: str, *, suspect: bool) -> None:
        async with self._database.transaction() as tx:
            if not await store.set_verdict(tx, numero, verdict="QUARANTAINE" if suspect else "SAIN"):
                return
            if suspect:
                await evenements.append(
                    tx,
                    siren=siren,
                    objet="DOCUMENT",
                    numero_interne=numero,
                    type_="DOCUMENT_EN_QUARANTAINE",
                    acteur="antivirus",
                    at=self._clock.now(),
                )

    def purge_staging(self) -> int:
        """Remove the uploads that a killed worker left half read; how many."""
        return purge_staging(
            self._objets.staging, age_secondes=DELAI_ENVOI_SECONDES, maintenant=self._clock.now().timestamp()
        )

    async def collect_orphans(self, *, delai_secondes: float = DELAI_ORPHELIN_SECONDES) -> int:
        """Delete the objects that no row has named since `delai_secondes`; how many."""
        vieux = [cle async for cle, age in self._objets.list() if age >= delai_secondes]
        supprimes = 0
        for debut in range(0, len(vieux), LOT):
            lot = vieux[debut : debut + LOT]
            async with self._database.connection() as tx:
                connus = await store.known_keys(tx, lot)
            for cle in set(lot) - connus:
                await self._objets.delete(cle)
                supprimes += 1
        return supprimes
