"""Depositing what the OPCO's acts have written down, never twice.

A row is marked as under way, and this is committed, before anything leaves the house. Whoever takes it again, after a
crash or a lost answer, reads back by our reference first and deposits only what the State does not know. Two tries
never run at once: the mark is a lease, longer than any call. The State may still record a lost call late, after we have
asked and deposited again: such a deposit is read back once more an hour later, and a second number is an alert; the
first one stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import psycopg
import structlog

from traitdunion.norme.identifiants import deca_valide, numero_externe
from traitdunion.opco.deca import jobs, states, store
from traitdunion.opco.deca.faits import FaitsIntrouvables, ReadFacts
from traitdunion.opco.deca.port import (
    Connu,
    DecaIndisponible,
    DecaRefuseAppel,
    Depose,
    DepotDeca,
    Inconnu,
    NonDeposable,
    RefusRecu,
    Reponse,
)
from traitdunion.opco.deca.states import EtatDepot, Nature
from traitdunion.opco.deca.store import LigneDepot
from traitdunion.opco.evenements import journal
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.jobs import JobQueue
from traitdunion.opco.socle.logs import where

ACTEUR = "deca"  # who is said to have acted when the State has
LOT = 200  # rows that one sweep queues
log = structlog.get_logger("deca")


class RelanceRefusee(Exception):
    """« Relancer » that has nothing to do; the text is the French sentence to show."""


async def record_depot(
    tx: Tx,
    *,
    dossier: int,
    nature: Nature,
    at: datetime,
    file: JobQueue,
    motifs: Sequence[str] = (),
    texte: str | None = None,
) -> bool:
    """Write down, in the transaction of an act, what is to be deposited or reported, and queue its job; False when the
    dossier has a row of this nature already (nothing is done then).

    `motifs`, `texte`: of a refusal, the grounds (R01 to R09) and the reason (D6224-4); an implicit one has a reason
    only (R6224-3). Raises ValueError for a refusal that has neither, or an accord that has one.
    """
    if (nature is Nature.REFUS) != bool(motifs or texte):
        raise ValueError("a refusal has grounds or a reason, and nothing else has any")
    reference = states.build_reference(dossier, nature)
    depot = await store.insert(tx, dossier, nature=nature, reference=reference, motifs=motifs, texte=texte, at=at)
    if depot is None:
        return False
    await jobs.queue_depot(tx, depot, file=file)
    return True


class Deca:
    """The use cases of the deposit. Without `depot`, rows are written and wait, visibly."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        file: JobQueue,
        read_facts: ReadFacts,
        depot: DepotDeca | None,
        bail: timedelta = states.BAIL,
    ) -> None:
        self._database = database
        self._clock = clock
        self._file = file
        self._read_facts = read_facts
        self._depot = depot
        self._bail = bail

    async def record(
        self, tx: Tx, dossier: int, nature: str, *, motifs: Sequence[str] = (), texte: str | None = None
    ) -> None:
        """`record_depot` with this server's clock and queue."""
        await record_depot(
            tx,
            dossier=dossier,
            nature=Nature(nature),
            at=self._clock.now(),
            file=self._file,
            motifs=motifs,
            texte=texte,
        )

    async def list_of(self, dossier: int) -> list[LigneDepot]:
        """What was deposited of a dossier, or waits, oldest first."""
        async with self._database.connection() as tx:
            return await store.list_of(tx, dossier)

    async def list_a_voir(self, limite: int = 100) -> list[LigneDepot]:
        """What the staff must see: not deposited, failing, or under an alert; oldest first."""
        async with self._database.connection() as tx:
            return await store.list_a_voir(tx, limite=limite)

    async def retry_depot(self, depot: int, *, par: str) -> None:
        """« Relancer »: try at once, whatever the delay; `par` is who asked. Raises RelanceRefusee."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            ligne = await store.lock(tx, depot)
            if ligne is None:
                raise RelanceRefusee("Ce dépôt n'existe pas.")
            if EtatDepot(ligne.etat) not in states.RELANCABLES:
                raise RelanceRefusee("Ce contrat est déjà déposé : il n'y a rien à relancer.")
            if ligne.bail_le is not None and ligne.bail_le > at:
                raise RelanceRefusee("Un dépôt est en cours : attendez sa réponse.")
            await store.record_relance(tx, depot, at=at)
            await self._log(tx, ligne, "DECA_RELANCE", at, par=par)
            await jobs.queue_depot(tx, depot, file=self._file)

    async def settle_alerte(self, depot: int, *, par: str) -> None:
        """A person has looked at the alert and seen to it; the log keeps it."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            ligne = await store.lock(tx, depot)
            if ligne is not None and ligne.alerte is not None:
                await store.settle_alerte(tx, depot, at=at)
                await self._log(tx, ligne, "DECA_ALERTE_LEVEE", at, par=par)

    async def queue_due(self) -> int:
        """Queue a try for each row that is due; how many."""
        if self._depot is None:
            return 0
        async with self._database.transaction() as tx:
            dus = await store.list_due(tx, at=self._clock.now(), limite=LOT)
            for depot in dus:
                await jobs.queue_depot(tx, depot, file=self._file)
        return len(dus)

    async def deposit(self, depot: int) -> None:
        """Try one row, if it is due and an address is set. Safe to run twice, also at once.

        Raises psycopg.Error when the database fails: the lease ends, and the sweep takes the row again.
        """
        if self._depot is None:
            return
        at = self._clock.now()
        async with self._database.transaction() as tx:
            ligne = await store.take(tx, depot, at=at, bail=at + self._bail)
        if ligne is None:
            return
        if ligne.etat == EtatDepot.DEPOSE:
            await self._read_again(self._depot, ligne)
            return
        try:
            reponse = await self._call(self._depot, ligne)
        except DecaIndisponible as panne:
            await self._postpone(ligne, str(panne))
        except (DecaRefuseAppel, FaitsIntrouvables) as faute:
            await self._give_up(ligne, str(faute))
        except psycopg.Error:
            raise
        except Exception as erreur:  # a defect of ours on one row: seen by the staff, and the others go on
            log.error("deca_defaut", dossier=ligne.numero_interne, **where(erreur))
            await self._give_up(ligne, "Une erreur interne empêche ce dépôt.")
        else:
            failpoints.hit("deca_avant_commit")
            await self._record(ligne, reponse)

    async def _call(self, port: DepotDeca, ligne: LigneDepot) -> Reponse:
        """Read back if something may have left before, then deposit what is not known."""
        async with self._database.connection() as tx:
            contrat = await self._read_facts(tx, ligne.numero_interne)
        failpoints.hit("deca_avant_depot")
        if ligne.parti_le is not None:
            connu = await port.find(ligne.reference)
            # A refusal that we knew before « Relancer » is an old answer: nothing was deposited, so ask again.
            ancien = isinstance(connu, NonDeposable) and ligne.motif_etat is not None
            if not isinstance(connu, Inconnu) and not ancien:
                return connu
        if ligne.annule:
            raise FaitsIntrouvables("Le dossier a été annulé avant son dépôt : rien n'est transmis au ministère.")
        if ligne.nature == Nature.REFUS:
            return await port.report_refus(ligne.reference, contrat, motifs=ligne.motifs, texte=ligne.texte)
        return await port.deposit(ligne.reference, contrat, nature=Nature(ligne.nature))

    async def _record(self, ligne: LigneDepot, reponse: Reponse) -> None:
        """Record an answer: row, number, event, in one transaction."""
        at = self._clock.now()
        nature = Nature(ligne.nature)
        if faute := _fault(reponse, nature):
            # Never recorded: a wrong number would follow the contract for years.
            await self._give_up(ligne, faute, alerte=faute)
            return
        try:
            async with self._database.transaction() as tx:
                actuelle = await store.lock(tx, ligne.id)
                assert actuelle is not None  # rows are never deleted
                if actuelle.etat == EtatDepot.DEPOSE:
                    await self._compare(tx, actuelle, reponse, at)
                elif isinstance(reponse, NonDeposable):
                    await self._record_non_deposable(tx, ligne, reponse, at)
                else:
                    await self._record_depose(tx, ligne, reponse, at)
        except psycopg.errors.UniqueViolation:
            faute = "Le ministère a rendu un numéro que porte déjà un autre dépôt."
            await self._give_up(ligne, faute, alerte=faute)

    async def _record_non_deposable(self, tx: Tx, ligne: LigneDepot, reponse: NonDeposable, at: datetime) -> None:
        log.warning("deca_non_deposable", dossier=ligne.numero_interne)
        await store.record_non_deposable(tx, ligne.id, motif=reponse.motif, commentaire=reponse.commentaire, at=at)
        if ligne.nature != Nature.REFUS:  # what the State says of a refusal is no news for the CFA
            await self._tell(tx, ligne, "DECA_NON_DEPOSABLE", at, nature=ligne.nature)

    async def _record_depose(self, tx: Tx, ligne: LigneDepot, reponse: Depose | RefusRecu, at: datetime) -> None:
        relecture = at + states.RELECTURE if ligne.parti_le is not None else None
        if isinstance(reponse, RefusRecu):
            await store.record_depose(tx, ligne, numero_deca=None, no_avenant=None, relecture=None, at=at)
            await self._log(tx, ligne, "DECA_REFUS_SIGNALE", at)
            return
        numero, avenant = reponse.numero_deca.upper(), reponse.no_avenant and reponse.no_avenant.upper()
        porte = await store.record_depose(tx, ligne, numero_deca=numero, no_avenant=avenant, relecture=relecture, at=at)
        if not porte:
            await self._alert(tx, ligne, "Le dossier porte déjà un autre numéro DECA : il est gardé.", at)
        await self._compare(tx, _with_numbers(ligne, numero, avenant), reponse, at)
        if ligne.annule:
            await self._alert(tx, ligne, "Le dossier est annulé, et le ministère l'a déposé : prévenez-le.", at)
        donnees = {"numeroDeca": numero} | ({"noAvenant": avenant} if avenant else {})
        await self._tell(tx, ligne, "DECA_DEPOSE", at, **donnees)

    async def _read_again(self, port: DepotDeca, ligne: LigneDepot) -> None:
        """Look once more at a deposit made after a lost answer."""
        at = self._clock.now()
        try:
            connu = await port.find(ligne.reference)
        except (DecaIndisponible, DecaRefuseAppel):
            async with self._database.transaction() as tx:
                await store.record_relecture(tx, ligne.id, prochaine_le=at + states.RELECTURE)
            return
        async with self._database.transaction() as tx:
            await store.record_relecture(tx, ligne.id, prochaine_le=None)
            await self._compare(tx, ligne, connu, at)

    async def _compare(self, tx: Tx, ligne: LigneDepot, reponse: Connu, at: datetime) -> None:
        """Raise an alert when the State says something else than what was recorded first."""
        if isinstance(reponse, RefusRecu) or (isinstance(reponse, Depose) and ligne.nature == Nature.REFUS):
            return
        if not isinstance(reponse, Depose):
            await self._alert(tx, ligne, "Le ministère ne reconnaît plus le dépôt qu'il avait fait.", at)
            return
        # An avenant has the number of its contract: what tells two avenants apart is their own.
        avenant = ligne.nature == Nature.AVENANT
        garde = ligne.no_avenant if avenant else ligne.numero_deca
        dits = {(reponse.no_avenant if avenant else reponse.numero_deca) or "", *reponse.autres}
        autres = sorted({un.upper() for un in dits} - {garde or ""})
        if autres:
            lisibles = ", ".join(un for un in autres if deca_valide(un)) or "mal formé"
            await self._alert(
                tx, ligne, f"Le ministère a donné un autre numéro à ce dépôt ({lisibles}) : le premier est gardé.", at
            )

    async def _postpone(self, ligne: LigneDepot, message: str) -> None:
        """Later, ever later, never given up; shown as failing when it lasts."""
        at = self._clock.now()
        etat = states.etat_after_failure(ligne.tentatives)
        prochaine_le = at + states.compute_report(ligne.tentatives)
        log.warning("deca_reporte", dossier=ligne.numero_interne, essais=ligne.tentatives, raison=message)
        async with self._database.transaction() as tx:
            if await self._is_open(tx, ligne):
                await store.record_failure(tx, ligne.id, etat=etat, message=message, prochaine_le=prochaine_le, at=at)

    async def _give_up(self, ligne: LigneDepot, message: str, *, alerte: str | None = None) -> None:
        """Nothing more by itself: a person reads why, mends it, and asks for another try."""
        at = self._clock.now()
        log.error("deca_en_echec", dossier=ligne.numero_interne, raison=message)
        async with self._database.transaction() as tx:
            if await self._is_open(tx, ligne):
                await store.record_failure(
                    tx, ligne.id, etat=EtatDepot.EN_ECHEC, message=message, prochaine_le=None, at=at
                )
            if alerte is not None:
                await self._alert(tx, ligne, alerte, at)

    @staticmethod
    async def _is_open(tx: Tx, ligne: LigneDepot) -> bool:
        """Whether our try still holds the row: no answer recorded, no lease of another; held from here on."""
        actuelle = await store.lock(tx, ligne.id)
        return actuelle is not None and (actuelle.etat, actuelle.bail_le) == (EtatDepot.EN_COURS, ligne.bail_le)

    async def _alert(self, tx: Tx, ligne: LigneDepot, alerte: str, at: datetime) -> None:
        log.critical("deca_alerte", dossier=ligne.numero_interne, raison=alerte)
        await store.record_alerte(tx, ligne.id, alerte=alerte, at=at)
        await self._log(tx, ligne, "DECA_ALERTE", at, alerte=alerte)

    @staticmethod
    async def _tell(tx: Tx, ligne: LigneDepot, type_: str, at: datetime, **donnees: str) -> None:
        """The event that the CFA reads in the feed."""
        await evenements.append(
            tx,
            siren=ligne.siren,
            objet="DOSSIER",
            numero_interne=ligne.numero_interne,
            type_=type_,
            acteur=ACTEUR,
            at=at,
            donnees=donnees,
        )

    @staticmethod
    async def _log(tx: Tx, ligne: LigneDepot, acte: str, at: datetime, *, par: str = ACTEUR, **donnees: str) -> None:
        """The line of the audit log, which the staff read."""
        await journal.append(
            tx,
            acteur=par,
            acte=acte,
            at=at,
            siren=ligne.siren,
            objet=numero_externe(ligne.numero_interne),
            donnees={"reference": ligne.reference, **donnees},
        )


def _fault(reponse: Reponse, nature: Nature) -> str | None:
    """Why an answer cannot be recorded, in French."""
    if isinstance(reponse, NonDeposable):
        return None
    if isinstance(reponse, RefusRecu) != (nature is Nature.REFUS):
        return "Le ministère a répondu comme pour un autre envoi."
    if isinstance(reponse, Depose):
        return states.check_numeros(reponse.numero_deca, reponse.no_avenant, nature=nature)
    return None


def _with_numbers(ligne: LigneDepot, numero_deca: str, no_avenant: str | None) -> LigneDepot:
    return msgspec.structs.replace(ligne, numero_deca=numero_deca, no_avenant=no_avenant)
