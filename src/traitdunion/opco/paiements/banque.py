"""Reading what the bank gives back: each transfer once, the same file twice changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from traitdunion.norme.facturation.montants import say_montant
from traitdunion.opco.comptabilite.livre import MouvementImpossible
from traitdunion.opco.evenements import journal
from traitdunion.opco.paiements import store
from traitdunion.opco.paiements.reglements import Reglements
from traitdunion.opco.paiements.retours import LectureRetours, Retour, StatutRetour, read_retours
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

FORMAT_OBSERVATION = "{position} : {phrase}"


class Rapport(msgspec.Struct, kw_only=True):
    """What a file of the bank changed, and what of it must be looked at; each line is a French sentence."""

    regles: list[str] = []
    rejetes: list[str] = []
    connus: list[str] = []
    a_verifier: list[str] = []
    remarques: list[str] = []
    deja_importe: bool = False


class Banque:
    """The use case of the bank's files."""

    def __init__(self, *, database: Database, clock: Clock, reglements: Reglements) -> None:
        self._database = database
        self._clock = clock
        self._reglements = reglements

    async def import_retours(self, octets: bytes, *, par: str) -> Rapport:
        """Record what the bank says of each transfer; raises RetoursIllisibles when nothing can be read.

        Each transfer is a transaction of its own: a file cut short by a failure is given again, and goes on.
        """
        empreinte = sha256(octets).digest()
        async with self._database.connection() as tx:
            row = await (
                await tx.execute("SELECT rapport FROM retour_banque WHERE sha256_fichier = %s", (empreinte,))
            ).fetchone()
        if row is not None:
            return msgspec.structs.replace(msgspec.convert(row[0], Rapport), deja_importe=True)
        lu = await asyncio.to_thread(read_retours, octets)  # a large one takes seconds
        rapport = Rapport(
            a_verifier=[f"{une.position} : {une.phrase}" for une in lu.erreurs],
            remarques=[f"{une.position} : {une.phrase}" for une in lu.remarques],
        )
        async for retour in self._spread(lu, rapport):
            await self._apply(retour, rapport, par=par)
        await self._note(lu, rapport, empreinte, par=par)
        return rapport

    async def _spread(self, lu: LectureRetours, rapport: Rapport) -> AsyncIterator[Retour]:
        """The answers one by one; a whole file refused is a rejection of each of its transfers."""
        for retour in lu.retours:
            yield retour
        for entier in lu.rejets_entiers:
            async with self._database.connection() as tx:
                lot = await store.find_lot_by_message(tx, entier.message_id)
                virements = await store.list_virements(tx, lot.id) if lot else []
            if lot is None:
                rapport.a_verifier.append(
                    f"{entier.message_id} : la banque rejette tout ce fichier, et aucun de nos lots ne porte ce nom."
                )
            for virement in virements:
                yield Retour(
                    reference=virement.reference,
                    statut=StatutRetour.REJETE,
                    date=entier.date,
                    montant=None,
                    motif=entier.motif,
                    position=entier.message_id,
                )

    async def _apply(self, retour: Retour, rapport: Rapport, *, par: str) -> None:
        """One answer, in its transaction."""
        try:
            async with self._database.transaction() as tx:
                virement = await store.find_virement(tx, retour.reference)
                if virement is None:
                    rapport.a_verifier.append(f"{retour.reference} : aucun de nos virements n'a cette référence.")
                    return
                if retour.montant is not None and retour.montant != virement.montant:
                    rapport.a_verifier.append(
                        f"{retour.reference} : la banque dit {say_montant(retour.montant)} €, l'ordre était de "
                        f"{say_montant(virement.montant)} €. Rien n'est enregistré : voyez avec la banque."
                    )
                    return
                if retour.statut is StatutRetour.EXECUTE:
                    await self._settle(tx, virement, retour, rapport, par=par)
                else:
                    motif = retour.motif or "Rejeté par la banque"
                    fait = await self._reglements.reject(tx, virement, motif=motif, par=par)
                    (rapport.rejetes if fait else rapport.connus).append(f"{retour.reference} : {motif}")
        except MouvementImpossible:
            rapport.a_verifier.append(
                f"{retour.reference} : ce virement revient alors que son montant a déjà été recouvré. Rien n'est "
                "enregistré : à régler avec le comptable."
            )

    async def _settle(
        self, tx: AsyncConnection[object], virement: store.VirementLu, retour: Retour, rapport: Rapport, *, par: str
    ) -> None:
        if virement.etat == store.REJETE:
            rapport.a_verifier.append(
                f"{retour.reference} : exécuté selon ce fichier, mais rejeté selon un autre, ou son lot est annulé. "
                "Rien n'est enregistré : voyez avec la banque."
            )
            return
        fait = await self._reglements.settle(
            tx, virement, jour=retour.date, reference_banque=retour.reference_bancaire, par=par
        )
        dit = f"{retour.reference} : {say_montant(virement.montant)} € le {retour.date:%d/%m/%Y}"
        (rapport.regles if fait else rapport.connus).append(dit)

    async def _note(self, lu: LectureRetours, rapport: Rapport, empreinte: bytes, *, par: str) -> None:
        at = self._clock.now()
        async with self._database.transaction() as tx:
            await tx.execute(
                "INSERT INTO retour_banque (sha256_fichier, format, rapport, importe_par, importe_le) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (empreinte, lu.format, Jsonb(msgspec.to_builtins(rapport)), par, at),
            )
            await journal.append(
                tx,
                acteur=par,
                acte="RETOUR_BANQUE_LU",
                at=at,
                objet=f"retour {empreinte.hex()[:16]}",
                donnees={"regles": len(rapport.regles), "rejetes": len(rapport.rejetes)},
            )
