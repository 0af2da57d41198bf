"""Depositing what the acts have written down, never twice.

A row is marked under way and committed before anything leaves the house. Whoever takes it again, after a crash or a
lost answer, reads back by our reference first and deposits only what the State does not know.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from traitdunion.norme.identifiants import deca_valide
from traitdunion.opco.deca import store
from traitdunion.opco.deca.port import ADeposer, DecaIndisponible, DepotDeca, Issue, Reponse
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx

BAIL = timedelta(minutes=2)  # longer than any call may last: nobody else takes the row meanwhile
REPORT_MIN, REPORT_MAX = timedelta(seconds=10), timedelta(hours=1)
LOT = 50
ReadFaits = Callable[[Tx, store.LigneDepot], Awaitable[ADeposer]]
log = structlog.get_logger("deca")


class Deca:
    """The use cases of the deposit; without `depot`, rows wait, visibly."""

    def __init__(self, *, database: Database, clock: Clock, depot: DepotDeca | None, read_faits: ReadFaits) -> None:
        self._database = database
        self._clock = clock
        self._depot = depot
        self._read_faits = read_faits

    async def record(self, tx: Tx, numero_interne: int, nature: str) -> None:
        """Write down, in the transaction of an act, that a contract, an avenant or a refusal is to be deposited."""
        await store.insert(tx, numero_interne, nature=nature, at=self._clock.now())

    async def deposit_waiting(self) -> int:
        """Deposit what is due; how many tries. Safe to run in several processes at once."""
        if self._depot is None:
            return 0
        for essais in range(LOT):
            at = self._clock.now()
            async with self._database.transaction() as tx:
                ligne = await store.take(tx, at=at, bail=at + BAIL)
                faits = await self._read_faits(tx, ligne) if ligne else None
            if ligne is None or faits is None:
                return essais
            await self._try(self._depot, ligne, faits)
        return LOT

    async def list_of(self, numero_interne: int) -> list[store.LigneDepot]:
        """What was deposited of a dossier, or waits."""
        async with self._database.connection() as tx:
            return await store.list_of(tx, numero_interne)

    async def retry(self, numero_interne: int) -> bool:
        """Try at once what is not deposited; False when there is nothing to try."""
        async with self._database.transaction() as tx:
            return await store.set_again(tx, numero_interne, at=self._clock.now())

    async def _try(self, depot: DepotDeca, ligne: store.LigneDepot, faits: ADeposer) -> None:
        try:
            # The first try of a row that nobody took before cannot have left anything there.
            connu = await depot.find(ligne.reference) if ligne.tentatives > 1 else None
            failpoints.hit("deca_avant_depot")
            reponse = connu or await depot.deposit(faits)
        except DecaIndisponible as panne:
            await self._postpone(ligne, str(panne))
            return
        failpoints.hit("deca_avant_commit")
        await self._record(ligne, reponse)

    async def _record(self, ligne: store.LigneDepot, reponse: Reponse) -> None:
        at = self._clock.now()
        attendu = ligne.nature != "REFUS" and reponse.statut is Issue.DEPOSE
        if attendu and not deca_valide(reponse.numero_deca or ""):
            # Never recorded: a wrong number would follow the contract for years.
            log.critical("numero_deca_mal_forme", dossier=ligne.numero_interne)
            await self._postpone(ligne, "Le ministère a rendu un numéro qui n'a pas la forme attendue.")
            return
        async with self._database.transaction() as tx:
            actuelle = await store.lock(tx, ligne.id)
            assert actuelle is not None  # rows are never deleted
            if actuelle.etat == "DEPOSE":
                if actuelle.numero_deca != reponse.numero_deca:
                    log.critical("deux_numeros_deca", dossier=ligne.numero_interne)
                return
            if reponse.statut is Issue.NON_DEPOSABLE:
                message = " : ".join(mot for mot in (reponse.motif, reponse.commentaire) if mot)
                await store.record_non_deposable(tx, ligne.id, message=message[:500] or "sans motif", at=at)
                await self._tell(tx, ligne, "DECA_NON_DEPOSABLE", at)
                return
            numero = reponse.numero_deca if attendu else None
            await store.record_depose(tx, ligne, numero_deca=numero, no_avenant=reponse.no_avenant, at=at)
            if attendu:
                await self._tell(tx, ligne, "DECA_DEPOSE", at)

    async def _tell(self, tx: Tx, ligne: store.LigneDepot, type_: str, at: datetime) -> None:
        await evenements.append(
            tx,
            siren=ligne.siren,
            objet="DOSSIER",
            numero_interne=ligne.numero_interne,
            type_=type_,
            acteur="opco",
            at=at,
        )

    async def _postpone(self, ligne: store.LigneDepot, message: str) -> None:
        """Later, ever later, never given up."""
        at = self._clock.now()
        report = min(REPORT_MIN * 2 ** min(ligne.tentatives - 1, 16), REPORT_MAX)
        log.warning("deca_reporte", dossier=ligne.numero_interne, essais=ligne.tentatives, raison=message)
        async with self._database.transaction() as tx:
            await store.postpone(tx, ligne.id, message=message, pas_avant=at + report, at=at)
