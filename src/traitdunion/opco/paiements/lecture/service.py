"""What staff read of payments: lists with names, one file of the bank, the accounts read again."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from traitdunion.opco.evenements import journal
from traitdunion.opco.paiements.lecture import store
from traitdunion.opco.paiements.verification import Verification, verify
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

LIMITE = 500  # rows of a list: beyond, people filter or export
RETOURS_MAX = 50


class LecturePaiements:
    """Reads; nothing here moves an amount."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._une_a_la_fois = asyncio.Lock()

    async def list_trop_percus(self) -> list[store.TropPercuLu]:
        """What is to be recovered, CFA by CFA; LIMITE at most."""
        async with self._database.connection() as tx:
            return await store.list_trop_percus(tx, numero=None, limite=LIMITE)

    async def find_trop_percu(self, dossier: int) -> store.TropPercuLu | None:
        """What is to be recovered on one dossier, or None when nothing is."""
        async with self._database.connection() as tx:
            return next(iter(await store.list_trop_percus(tx, numero=dossier, limite=1)), None)

    async def list_recouvrements(self, dossier: int | None = None) -> list[store.RecouvrementLu]:
        """What was given back, the latest first."""
        async with self._database.connection() as tx:
            return await store.list_recouvrements(tx, numero=dossier, limite=RETOURS_MAX)

    async def list_retours(self) -> list[store.RetourLu]:
        """The last files of the bank."""
        async with self._database.connection() as tx:
            return await store.list_retours(tx, limite=RETOURS_MAX)

    async def find_retour(self, numero: int) -> store.RetourLu | None:
        """A file of the bank that was read."""
        async with self._database.connection() as tx:
            return await store.find_retour(tx, numero=numero)

    async def find_same(self, octets: bytes) -> store.RetourLu | None:
        """The file of these very bytes, if it was read."""
        async with self._database.connection() as tx:
            return await store.find_retour(tx, empreinte=sha256(octets).digest())

    async def list_factures(self, virements: Sequence[int]) -> dict[int, list[store.FacturePayee]]:
        """The invoices that each of these transfers pays."""
        par_virement: dict[int, list[store.FacturePayee]] = defaultdict(list)
        async with self._database.connection() as tx:
            for une in await store.list_factures(tx, virements):
                par_virement[une.virement].append(une)
        return par_virement

    async def list_avancements(self, lots: Sequence[int]) -> dict[int, store.Avancement]:
        """How far these runs are; those that move no money are left out."""
        async with self._database.connection() as tx:
            return {un.lot: un for un in await store.list_avancements(tx, lots)}

    async def find_personnes(self, acteurs: Sequence[str]) -> dict[str, str]:
        """The names of people of the OPCO, by the way the log calls them."""
        async with self._database.connection() as tx:
            return await store.find_personnes(tx, acteurs)

    async def verify(self, *, par: str) -> Verification:
        """Read all the accounts again, one check at a time: it reads the whole ledger; the log keeps who asked."""
        async with self._une_a_la_fois:
            async with self._database.connection() as tx:
                lue = await verify(tx)
            async with self._database.transaction() as tx:
                await journal.append(
                    tx,
                    acteur=par,
                    acte="COMPTES_VERIFIES",
                    at=self._clock.now(),
                    donnees={"ecritures": lue.ecritures, "ecarts": len(lue.ecarts)},
                )
        return lue
