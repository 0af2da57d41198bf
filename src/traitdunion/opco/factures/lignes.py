"""What becomes of lines that wait, when something else changes: the engagement, a proof that arrives, the calendar."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.facturation.montants import say_montant
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.postes import EN_COURS
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.factures import states, store
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.depot.enregistrement import append_event
from traitdunion.opco.factures.regles.dossiers import TYPES_PREUVE, read_preuves
from traitdunion.opco.factures.regles.preuves import Preuves
from traitdunion.opco.factures.states import ActeLigne, next_etat
from traitdunion.opco.financement.calcul import Condition
from traitdunion.opco.socle.clock import day_of
from traitdunion.opco.socle.database import Tx

REDUIT = "ENGAGEMENT_REDUIT"
FORCLUSION = "FORCLUSION"


class Lignes:
    """Follows what happens to the dossiers of invoices, in the transactions of others, who have locked the dossier."""

    def __init__(self, *, avis: AvisFactures) -> None:
        self._avis = avis

    async def follow_engagement(
        self, tx: Tx, dossier: int, *, siren: str, par: str, at: datetime, trop_percu: int
    ) -> None:
        """The engagement was lowered: lines of which nothing stands are set aside, others say what is no longer due.

        What was paid in excess, in cents, is told to the CFA, which has to give it back.
        """
        livre = await comptabilite.open_livre(tx, dossier)
        ecartees = []
        for ligne in await store.list_lignes_dossier(tx, dossier, etats=sorted(states.PENDANTES)):
            debout = livre.debout(ligne.id)
            if ligne.etat is not EtatDeLigne.ORDONNEE and not livre.total(*EN_COURS, ligne=ligne.id):
                # Nothing of it waits any more; a part of it may have been paid by offset.
                etat = next_etat(ligne.etat, ActeLigne.REGLER if debout else ActeLigne.ECARTER)
                await store.set_ligne(tx, ligne.id, etat=etat, par=par, le=at, motif=REDUIT)
                ecartees.append(ligne)
            elif debout < ligne.montant - ligne.credite:
                reste = f"L'engagement du dossier a été réduit : {say_montant(debout)} € restent dus sur cette ligne."
                await store.set_ligne(
                    tx, ligne.id, etat=ligne.etat, par=par, le=at, commentaire=reste, attend=ligne.attend
                )
        await self.refresh(tx, (ligne.facture for ligne in ecartees))
        await self._tell(tx, "FACTURE_REJETEE", ecartees, siren=siren, par=par, at=at)
        if ecartees:
            await self._mail(tx, "facture_rejetee", ecartees, siren=siren)
        if trop_percu:
            await self.tell_trop_percu(tx, dossier, trop_percu, siren=siren, par=par, at=at)

    async def tell_trop_percu(self, tx: Tx, dossier: int, montant: int, *, siren: str, par: str, at: datetime) -> None:
        """What was paid is no longer due: the event, and a mail to the CFA; `montant` in cents."""
        await evenements.append(
            tx,
            siren=siren,
            objet="DOSSIER",
            numero_interne=dossier,
            type_="TROP_PERCU_CONSTATE",
            acteur=par,
            at=at,
            donnees={"montant": montant},
        )
        await self._avis.tell_cfa(
            tx, siren, "trop_percu", dossier=numero_externe(dossier), montant=say_montant(montant)
        )

    async def note_piece(
        self, tx: Tx, numero_interne: int, *, type_fichier: str, siren: str, acteur: str, at: datetime
    ) -> None:
        """A document of a dossier has arrived (dossiers.documents.SuitePiece)."""
        if type_fichier not in TYPES_PREUVE:
            return
        await self.note_preuve(tx, numero_interne, siren=siren, par=acteur, at=at)

    async def list_dossiers(self, tx: Tx, facture: int, *, siren: str) -> list[int]:
        """The dossiers of an invoice of this SIREN; none when it has no such invoice."""
        lue = await store.find(tx, facture, siren=siren)
        lignes = await store.list_lignes(tx, [facture]) if lue else []
        return sorted({ligne.numero_interne for ligne in lignes})

    async def attach(self, tx: Tx, document: int, facture: int) -> None:
        """Attach a document to an invoice."""
        await store.attach(tx, document, facture)

    async def note_preuve(self, tx: Tx, dossier: int, *, siren: str, par: str, at: datetime) -> None:
        """A document or a certificate has arrived: the lines that waited for nothing else go on."""
        attendent = await store.list_lignes_dossier(tx, dossier, etats=[EtatDeLigne.A_COMPLETER])
        if not attendent:
            return
        preuves = (await read_preuves(tx, [dossier]))[dossier]
        completes = []
        for ligne in attendent:
            if ligne.jusqu_au is not None and day_of(at) > ligne.jusqu_au:
                continue  # too late: the calendar has not passed yet, and will (R6332-25 III 4°)
            manque = [une for une in ligne.attend if not _is_proved(Condition(une), ligne.echeance, preuves)]
            if manque == ligne.attend:
                continue
            etat = ligne.etat if manque else next_etat(ligne.etat, ActeLigne.COMPLETER)
            await store.set_ligne(tx, ligne.id, etat=etat, par=par, le=at, attend=manque)
            if not manque:
                completes.append(ligne)
        await self.refresh(tx, (ligne.facture for ligne in completes))
        await self._tell(tx, "FACTURE_COMPLETEE", completes, siren=siren, par=par, at=at)

    async def foreclose(self, tx: Tx, dossier: int, ids: Sequence[int], *, siren: str, at: datetime) -> None:
        """The last day for their proofs has gone by: nothing is due on these lines any more (R6332-25 III 4°)."""
        livre = await comptabilite.open_livre(tx, dossier)
        lignes = [
            une
            for une in await store.list_lignes_dossier(tx, dossier, etats=[EtatDeLigne.A_COMPLETER])
            if une.id in set(ids)
        ]
        for ligne in lignes:
            livre.foreclose_ligne(ligne.cle, ligne.id)
            etat = next_etat(ligne.etat, ActeLigne.FORCLORE)
            await store.set_ligne(tx, ligne.id, etat=etat, par="opco", le=at, motif=FORCLUSION)
        await comptabilite.write(
            tx,
            livre,
            comptabilite.Ecriture(
                numero_interne=dossier, siren=siren, fait="FORCLUSION", piece="forclusion", par="opco", le=at
            ),
        )
        await self.refresh(tx, (ligne.facture for ligne in lignes))
        await self._tell(tx, "FACTURE_REJETEE", lignes, siren=siren, par="opco", at=at)
        if lignes:
            await self._mail(tx, "facture_rejetee", lignes, siren=siren)

    async def refresh(self, tx: Tx, factures: Iterable[int]) -> None:
        """Draw the states of these invoices from their lines again; always in the same order.

        Each is held first: two dossiers of one invoice may move at once, and the last to write must see both.
        """
        numeros = sorted(set(factures))
        for numero in numeros:
            await store.lock(tx, numero)
        par_facture: dict[int, list[EtatDeLigne]] = defaultdict(list)
        for ligne in await store.list_lignes(tx, numeros):
            par_facture[ligne.facture].append(ligne.etat)
        for numero in numeros:
            etats = par_facture[numero]
            avoir = states.D_AVOIR.intersection(etats)
            await store.set_etat(tx, numero, (states.draw_etat_avoir if avoir else states.draw_etat)(etats))

    async def _tell(
        self, tx: Tx, type_: str, lignes: Sequence[store.LigneFacture], *, siren: str, par: str, at: datetime
    ) -> None:
        for facture, dossiers in _by_facture(lignes).items():
            lue = await store.find(tx, facture)
            assert lue is not None
            await append_event(tx, type_, dossiers, facture=facture, numero=lue.numero, siren=siren, par=par, at=at)

    async def _mail(self, tx: Tx, modele: str, lignes: Sequence[store.LigneFacture], *, siren: str) -> None:
        for facture in _by_facture(lignes):
            lue = await store.find(tx, facture)
            assert lue is not None
            await self._avis.tell_cfa(tx, siren, modele, numero=lue.numero)


def _by_facture(lignes: Sequence[store.LigneFacture]) -> dict[int, list[int]]:
    par_facture: dict[int, list[int]] = defaultdict(list)
    for ligne in lignes:
        par_facture[ligne.facture].append(ligne.numero_interne)
    return dict(sorted(par_facture.items()))


def _is_proved(condition: Condition, echeance: int, preuves: Preuves) -> bool:
    if condition is Condition.CERTIFICAT_REALISATION:
        return preuves.certify(echeance)
    return condition.value in preuves.pieces
