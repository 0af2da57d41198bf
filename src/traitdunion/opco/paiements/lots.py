"""Pay runs: what is accepted becomes one transfer per CFA, in one file for the bank (pain.001).

What a CFA has to give back may be kept from what it is paid: that part is paid by offset, at once, and no money moves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256

import msgspec

from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import Poste
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.evenements import journal
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.states import ActeLigne, next_etat
from traitdunion.opco.modifications.banque import CompteBancaire, find_compte, iban_aad
from traitdunion.opco.paiements import sepa, store
from traitdunion.opco.paiements.reglements import Reglements
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

AVANCE_MAX = 60  # days ahead for which a bank takes an order


class PaiementRefuse(Exception):
    """An act of payment that is not done; the text is the French sentence to show. `conflit`: read again."""

    def __init__(self, phrase: str, *, conflit: bool = False) -> None:
        super().__init__(phrase)
        self.conflit = conflit


class Payee(msgspec.Struct, frozen=True, kw_only=True):
    """A line in a pay run: what is offset of it, what leaves the bank; cents."""

    ligne: factures.LigneFacture
    compense: int
    montant: int


class Ordre(msgspec.Struct, kw_only=True):
    """The transfer of one CFA while a pay run is made."""

    siren: str
    compte: CompteBancaire
    reference: str
    payees: list[Payee]
    recouvre: dict[int, int]  # by dossier, what is recovered by offset
    numeros: list[str]

    @property
    def compense(self) -> int:
        """What is kept against what is to be recovered."""
        return sum(une.compense for une in self.payees)

    @property
    def montant(self) -> int:
        """What leaves the bank."""
        return sum(une.montant for une in self.payees)


class Lots:
    """The use cases of pay runs."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        clock: Clock,
        lignes: Lignes,
        reglements: Reglements,
        donneur: sepa.Donneur | None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._lignes = lignes
        self._reglements = reglements
        self._donneur = donneur

    async def list_ready(self) -> list[store.APayer]:
        """What is ready to be paid, by CFA."""
        async with self._database.connection() as tx:
            return await store.list_ready(tx)

    async def create(
        self,
        *,
        sirens: Sequence[str],
        execution_le: date,
        compenser: bool,
        par: str,
        attendu: tuple[int, int] | None = None,
    ) -> int:
        """Make a pay run of all that is accepted for these CFA; its number. Raises PaiementRefuse, nothing done.

        `attendu`: what was confirmed, in cents: all the lines, and what is kept of them.
        """
        at = self._clock.now()
        if self._donneur is None:
            raise PaiementRefuse("Le compte qui paie n'est pas réglé (TRAITDUNION_PAYEUR_IBAN) : voyez l'exploitant.")
        jour = day_of(at)
        if not 0 <= (execution_le - jour).days <= AVANCE_MAX:
            raise PaiementRefuse(f"La date d'exécution va d'aujourd'hui à {AVANCE_MAX} jours.")
        async with self._database.transaction() as tx:
            lot = await store.next_lot(tx)
            livres = await self._lock(tx, sorted(set(sirens)), compenser=compenser)
            ordres: list[Ordre] = []
            for siren in sorted(set(sirens)):
                ordre = await self._order(tx, lot, siren, livres, rang=len(ordres) + 1, compenser=compenser)
                if ordre is not None:
                    ordres.append(ordre)
            if not ordres:
                raise PaiementRefuse("Rien n'est à payer pour ces CFA : relisez la liste.", conflit=True)
            total = (sum(un.montant + un.compense for un in ordres), sum(un.compense for un in ordres))
            if attendu is not None and total != attendu:
                raise PaiementRefuse(
                    "Ce qui est à payer a changé entre-temps : relisez les totaux avant de confirmer.", conflit=True
                )
            await self._write(tx, lot, ordres, execution_le=execution_le, par=par, at=at)
            await self._write_livres(tx, livres, ordres, lot=lot, par=par, at=at)
        return lot

    async def download(self, lot: int, *, par: str) -> bytes:
        """The file of a pay run, for the bank; each reading is in the log. Raises PaiementRefuse."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            lu = await self._find(tx, lot)
            chiffre = await store.read_fichier(tx, lot)
            if lu.annule_le is not None or chiffre is None:
                raise PaiementRefuse("Ce lot est annulé, ou n'a pas de virement à remettre : il n'a pas de fichier.")
            await store.set_remis(tx, lot, at)
            await journal.append(tx, acteur=par, acte="LOT_REMIS", at=at, objet=f"lot {lot}")
        return self._vault.decrypt(chiffre, aad=_aad(lu.message))

    async def cancel(self, lot: int, *, par: str) -> None:
        """Undo a pay run whose file was never taken: its lines are to be paid again; what was offset stays so."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            lu = await self._find(tx, lot, locked=True)
            if lu.annule_le is not None:
                raise PaiementRefuse("Ce lot est déjà annulé.", conflit=True)
            if lu.remis_le is not None:
                raise PaiementRefuse(
                    "Le fichier de ce lot a été remis à la banque : seul son retour peut rejeter un virement.",
                    conflit=True,
                )
            await store.set_annule(tx, lot, at)
            for virement in await store.list_virements(tx, lot):
                if virement.etat == store.ORDONNE:
                    await self._reglements.reject(tx, virement, motif="Lot annulé avant sa remise à la banque", par=par)
            await journal.append(tx, acteur=par, acte="LOT_ANNULE", at=at, objet=f"lot {lot}")

    async def find(self, lot: int) -> tuple[store.LotLu, list[store.VirementLu]]:
        """A pay run and its transfers. Raises PaiementRefuse."""
        async with self._database.connection() as tx:
            return await self._find(tx, lot), await store.list_virements(tx, lot)

    async def list_lots(self, *, avant: int | None = None, limite: int = 50) -> list[store.LotLu]:
        """The last pay runs."""
        async with self._database.connection() as tx:
            return await store.list_lots(tx, avant=avant, limite=limite)

    async def _find(self, tx: Tx, lot: int, *, locked: bool = False) -> store.LotLu:
        lu = await store.find_lot(tx, lot, locked=locked)
        if lu is None:
            raise PaiementRefuse("Ce lot n'existe pas.")
        return lu

    async def _lock(self, tx: Tx, sirens: Sequence[str], *, compenser: bool) -> dict[int, Livre]:
        """The ledgers of every dossier that the run may touch, held in one order whatever the CFA."""
        a_tenir: dict[int, str] = {}
        for siren in sirens:
            a_tenir |= {dossier: siren for _, dossier in await store.list_a_payer(tx, siren)}
            if compenser:
                a_tenir |= {du.numero_interne: siren for du in await store.list_trop_percus(tx, siren=siren)}
        for dossier in sorted(a_tenir):
            await dossiers.lock(tx, dossier, siren=a_tenir[dossier])
        return await comptabilite.open_livres(tx, sorted(a_tenir))

    async def _order(
        self, tx: Tx, lot: int, siren: str, livres: dict[int, Livre], *, rang: int, compenser: bool
    ) -> Ordre | None:
        """The transfer of one CFA; None when nothing is left to pay. Lines that came since the locks wait."""
        ids = [ligne for ligne, dossier in await store.list_a_payer(tx, siren) if dossier in livres]
        lignes = [
            ligne
            for ligne in await factures.find_lignes(tx, ids)
            if livres[ligne.numero_interne].total(Poste.A_PAYER, ligne=ligne.id) > 0
        ]
        if not lignes:
            return None
        compte = await find_compte(tx, self._vault, siren=siren)
        if compte is None:
            raise PaiementRefuse(f"Aucun compte n'est validé pour le CFA {siren} : retirez-le du lot.")
        brut = sum(livres[une.numero_interne].total(Poste.A_PAYER, ligne=une.id) for une in lignes)
        recouvre: dict[int, int] = {}
        if compenser:
            for du in await store.list_trop_percus(tx, siren=siren):
                pris = min(du.montant, brut - sum(recouvre.values()))
                if pris and du.numero_interne in livres:
                    livres[du.numero_interne].recover(pris)
                    recouvre[du.numero_interne] = pris
        payees, a_compenser = [], sum(recouvre.values())
        for ligne in lignes:
            livre = livres[ligne.numero_interne]
            compense = min(a_compenser, livre.total(Poste.A_PAYER, ligne=ligne.id))
            livre.offset(ligne.cle, ligne.id, compense)
            payees.append(Payee(ligne=ligne, compense=compense, montant=livre.order(ligne.cle, ligne.id)))
            a_compenser -= compense
        numeros = await factures.find_numeros(tx, sorted({une.facture for une in lignes}))
        return Ordre(
            siren=siren,
            compte=compte,
            reference=f"LOT{lot:06d}-{rang:04d}",
            payees=payees,
            recouvre=recouvre,
            numeros=[numeros[numero] for numero in sorted(numeros)],
        )

    async def _write(
        self, tx: Tx, lot: int, ordres: Sequence[Ordre], *, execution_le: date, par: str, at: datetime
    ) -> None:
        """The run, its file, its transfers, the state of the lines."""
        message = f"LOT{lot:06d}-{at:%Y%m%d}"
        partent = [ordre for ordre in ordres if ordre.montant]
        fichier = await self._draw(partent, message=message, execution_le=execution_le, at=at) if partent else None
        await store.insert_lot(
            tx,
            lot,
            message=message,
            execution_le=execution_le,
            nombre=len(partent),
            montant=sum(ordre.montant for ordre in partent),
            sha256=sha256(fichier).digest() if fichier else None,
            fichier=self._vault.encrypt(fichier, aad=_aad(message)) if fichier else None,
            par=par,
            le=at,
        )
        for ordre in ordres:
            virement = await store.insert_virement(
                tx,
                lot,
                siren=ordre.siren,
                reference=ordre.reference,
                titulaire=ordre.compte.titulaire,
                iban_chiffre=self._vault.encrypt(ordre.compte.iban.encode(), aad=iban_aad(ordre.siren)),
                brut=ordre.montant + ordre.compense,
                compense=ordre.compense,
                regle_le=None if ordre.montant else day_of(at),
                lignes=[(une.ligne.id, une.montant, une.compense) for une in ordre.payees],
            )
            for dossier, montant in sorted(ordre.recouvre.items()):
                await store.insert_recouvrement(
                    tx,
                    dossier,
                    siren=ordre.siren,
                    montant=montant,
                    virement=virement,
                    reference=ordre.reference,
                    le=day_of(at),
                    par=par,
                    saisi_le=at,
                )
            for une in ordre.payees:
                acte = ActeLigne.ORDONNER if une.montant else ActeLigne.REGLER
                await factures.set_ligne(tx, une.ligne.id, etat=next_etat(une.ligne.etat, acte), par=par, le=at)
        await self._lignes.refresh(tx, [une.ligne.facture for ordre in ordres for une in ordre.payees])
        await journal.append(
            tx,
            acteur=par,
            acte="LOT_CREE",
            at=at,
            objet=f"lot {lot}",
            donnees={"virements": len(ordres), "centimes": sum(ordre.montant for ordre in ordres)},
        )

    async def _draw(self, ordres: Sequence[Ordre], *, message: str, execution_le: date, at: datetime) -> bytes:
        """The pain.001, away from the event loop: a large one takes seconds. Raises PaiementRefuse."""
        assert self._donneur is not None
        virements = [
            sepa.Virement(
                reference=ordre.reference,
                titulaire=ordre.compte.titulaire,
                iban=ordre.compte.iban,
                montant=ordre.montant,
                libelle=f"{ordre.reference} {' '.join(ordre.numeros)}",
            )
            for ordre in ordres
        ]
        try:
            fichier = await asyncio.to_thread(
                sepa.write_virements,
                self._donneur,
                virements,
                date_execution=execution_le,
                message_id=message,
                cree_le=at,
            )
        except sepa.OrdreRefuse as refus:
            raise PaiementRefuse(str(refus)) from None
        return fichier.octets

    async def _write_livres(
        self, tx: Tx, livres: dict[int, Livre], ordres: Sequence[Ordre], *, lot: int, par: str, at: datetime
    ) -> None:
        """One écriture per dossier, its events; credit notes that are recovered whole are done with."""
        recouvres: dict[int, int] = defaultdict(int)
        par_dossier: dict[int, str] = {}
        soldees: dict[int, str] = {}  # by dossier, the run that has paid a line of it at once, by offset
        for ordre in ordres:
            for dossier, montant in ordre.recouvre.items():
                recouvres[dossier] += montant
                par_dossier[dossier] = ordre.siren
            par_dossier |= {une.ligne.numero_interne: ordre.siren for une in ordre.payees}
            soldees |= {une.ligne.numero_interne: ordre.reference for une in ordre.payees if not une.montant}
        for dossier in sorted(par_dossier):
            await comptabilite.write(
                tx,
                livres[dossier],
                comptabilite.Ecriture(
                    numero_interne=dossier, siren=par_dossier[dossier], fait="ORDRE", piece=f"lot {lot}", par=par, le=at
                ),
            )
            await self._reglements.tell(
                tx, "VIREMENT_EMIS", dossier, siren=par_dossier[dossier], par=par, at=at, lot=lot
            )
            if dossier in soldees:
                await self._reglements.tell(
                    *(tx, "FACTURE_REGLEE", dossier),
                    siren=par_dossier[dossier],
                    par=par,
                    at=at,
                    reference=soldees[dossier],
                )
            if recouvres[dossier]:
                await self._reglements.follow_recouvrement(
                    tx, dossier, recouvres[dossier], siren=par_dossier[dossier], par=par, at=at
                )
            elif dossier in soldees:
                await self._reglements.follow(tx, dossier, par=par, at=at)


def _aad(message: str) -> bytes:
    """What binds an encrypted pay run to its identifier."""
    return b"lot:" + message.encode()
