"""What a transfer becomes, in the transaction of whoever learns it: paid, sent back; and what that closes."""

from datetime import date, datetime
from typing import Protocol

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.facturation.montants import say_montant
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre, set_aside
from traitdunion.opco.comptabilite.postes import Place, Poste
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.states import ActeLigne, next_etat
from traitdunion.opco.paiements import store
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Tx


class SuiteReglement(Protocol):
    """What follows when a dossier was paid or recovered: it may have nothing left (decisions, above this feature)."""

    async def __call__(self, tx: Tx, numero_interne: int, *, par: str) -> None:
        """The dossier is locked."""
        ...


class Reglements:
    """Moves the lines of a transfer, their ledger, their invoices."""

    def __init__(self, *, clock: Clock, lignes: Lignes, avis: AvisFactures, suite: SuiteReglement) -> None:
        self._clock = clock
        self._lignes = lignes
        self._avis = avis
        self._suite = suite

    async def settle(self, tx: Tx, virement: store.VirementLu, *, jour: date, reference_banque: str, par: str) -> bool:
        """The bank has paid a transfer; False when it is no longer ordered: somebody knew already."""
        payees = await store.list_lignes(tx, virement.id)
        livres = await self._lock(tx, virement, payees)
        tenu = await store.lock_virement(tx, virement.id)
        if tenu.etat != store.ORDONNE:
            return False
        at = self._clock.now()
        for payee in payees:
            if not payee.montant:
                continue  # paid by offset when the run was made
            (ligne,) = await factures.find_lignes(tx, [payee.ligne])
            livre = livres[payee.numero_interne]
            # What was taken off the line since the order: its standing part, once this transfer is paid.
            debout = livre.debout(ligne.id)
            sans_avoir = set_aside(montant=ligne.montant, debout=debout, credite=ligne.credite)
            livre.settle(ligne.cle, ligne.id, payee.montant, sans_avoir=sans_avoir)
            etat = next_etat(ligne.etat, ActeLigne.REGLER)
            await factures.set_ligne(tx, ligne.id, etat=etat, par=par, le=at)
        await store.set_regle(tx, virement.id, le=jour, reference_banque=reference_banque)
        await self._close(tx, virement, payees, livres, fait="REGLEMENT", type_="FACTURE_REGLEE", par=par)
        await self._avis.tell_cfa(
            tx,
            virement.siren,
            "virement_regle",
            reference=virement.reference,
            montant=say_montant(virement.montant),
            jour=f"{jour:%d/%m/%Y}",
        )
        return True

    async def reject(self, tx: Tx, virement: store.VirementLu, *, motif: str, par: str) -> bool:
        """The transfer did not go, or came back: its lines are to be paid again; False when it was known already.

        What was paid by offset stays paid.
        """
        payees = await store.list_lignes(tx, virement.id)
        livres = await self._lock(tx, virement, payees)
        tenu = await store.lock_virement(tx, virement.id)
        if tenu.etat == store.REJETE or not tenu.montant:
            return False
        at = self._clock.now()
        for payee in payees:
            if not payee.montant:
                continue
            (ligne,) = await factures.find_lignes(tx, [payee.ligne])
            livre = livres[payee.numero_interne]
            if tenu.etat == store.ORDONNE:
                livre.fail_order(ligne.cle, ligne.id)
            else:
                livre.send_back(ligne.cle, ligne.id, payee.montant)
            etat = next_etat(ligne.etat, ActeLigne.RENVOYER)
            if not livre.total(Poste.A_PAYER, ligne=ligne.id):  # nothing of it is due any more
                rien_regle = not livre.total(Poste.REGLE, ligne=ligne.id)
                etat = next_etat(etat, ActeLigne.ECARTER if rien_regle else ActeLigne.REGLER)
            await factures.set_ligne(tx, ligne.id, etat=etat, par=par, le=at)
        await store.set_rejete(tx, virement.id, motif=motif)
        await self._close(tx, virement, payees, livres, fait="VIREMENT_REJETE", type_="VIREMENT_REJETE", par=par)
        await self._avis.tell_cfa(tx, virement.siren, "virement_rejete", reference=virement.reference, motif=motif)
        return True

    async def follow_recouvrement(
        self, tx: Tx, dossier: int, montant: int, *, siren: str, par: str, at: datetime
    ) -> None:
        """Something was recovered on a dossier: credit notes that wait for nothing else are done with."""
        livre = await comptabilite.open_livre(tx, dossier)
        finies = []
        for ligne in await factures.list_lignes_dossier(tx, dossier, etats=[EtatDeLigne.A_RECOUVRER]):
            assert ligne.ligne_origine is not None  # a line of a credit note
            if not livre.solde(Place(Poste.AVOIR_A_RECOUVRER, *ligne.cle, ligne.ligne_origine)):
                await factures.set_ligne(tx, ligne.id, etat=EtatDeLigne.IMPUTEE, par=par, le=at)
                finies.append(ligne.facture)
        await self._lignes.refresh(tx, finies)
        await self.tell(tx, "TROP_PERCU_RECOUVRE", dossier, siren=siren, par=par, at=at, montant=montant)
        await self._suite(tx, dossier, par=par)

    async def tell(
        self, tx: Tx, type_: str, dossier: int, *, siren: str, par: str, at: datetime, **donnees: object
    ) -> None:
        """One event of a dossier."""
        await evenements.append(
            tx,
            siren=siren,
            objet="DOSSIER",
            numero_interne=dossier,
            type_=type_,
            acteur=par,
            at=at,
            donnees=donnees or None,
        )

    async def _lock(self, tx: Tx, virement: store.VirementLu, payees: list[store.LignePayee]) -> dict[int, Livre]:
        """The dossiers first, in their order, as every act does."""
        numeros = sorted({une.numero_interne for une in payees})
        for numero in numeros:
            await dossiers.lock(tx, numero, siren=virement.siren)
        return await comptabilite.open_livres(tx, numeros)

    async def _close(
        self,
        tx: Tx,
        virement: store.VirementLu,
        payees: list[store.LignePayee],
        livres: dict[int, Livre],
        *,
        fait: str,
        type_: str,
        par: str,
    ) -> None:
        """The ledger of each dossier, its event, the states of the invoices; the dossier may have nothing left."""
        at = self._clock.now()
        await self._lignes.refresh(tx, [une.facture for une in payees])
        for numero in sorted(livres):
            await comptabilite.write(
                tx,
                livres[numero],
                comptabilite.Ecriture(
                    numero_interne=numero,
                    siren=virement.siren,
                    fait=fait,
                    piece=f"virement {virement.reference}",
                    par=par,
                    le=at,
                ),
            )
            await self.tell(tx, type_, numero, siren=virement.siren, par=par, at=at, reference=virement.reference)
            await self._suite(tx, numero, par=par)
