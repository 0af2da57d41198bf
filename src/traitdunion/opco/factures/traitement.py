"""Staff say yes or no to the lines of an invoice, with grounds; each decision is one transaction (R6332-24)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.identifiants import may_hold_identifiant
from traitdunion.norme.motifs import MOTIF_REJET, REJETS_AUTOMATIQUES
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.postes import Poste
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.evenements import journal
from traitdunion.opco.factures import store
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.depot.enregistrement import append_event
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.states import ActeInterdit, ActeLigne, next_etat
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Tx

TEXTE_MAX = 300


class TraitementRefuse(Exception):
    """A decision that is not taken; the text is the French sentence to show.

    `saisie`: what was typed is at fault. `conflit`: somebody acted first, the invoice is to be read again.
    """

    def __init__(self, phrase: str, *, saisie: bool = False, conflit: bool = False) -> None:
        super().__init__(phrase)
        self.saisie = saisie
        self.conflit = conflit


class Choix(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one line: yes, or no with a ground and a text that the CFA reads."""

    ligne: int
    accepte: bool
    motif: str | None = None
    texte: str | None = None


class Traitement:
    """The use case of the queue of invoices."""

    def __init__(self, *, database: Database, clock: Clock, lignes: Lignes, avis: AvisFactures) -> None:
        self._database = database
        self._clock = clock
        self._lignes = lignes
        self._avis = avis

    async def decide(self, facture: int, *, version: int, choix: Sequence[Choix], par: str) -> None:
        """Accept or reject lines of an invoice. Raises TraitementRefuse, and then nothing is done."""
        check_choix(choix)
        at = self._clock.now()
        async with self._locked(facture, version=version) as (tx, lue, lignes):
            livres = await comptabilite.open_livres(tx, sorted({une.numero_interne for une in lignes.values()}))
            rejetees: list[store.LigneFacture] = []
            acceptees: list[store.LigneFacture] = []
            for un in choix:
                ligne = lignes.get(un.ligne)
                if ligne is None:
                    raise TraitementRefuse("Cette ligne n'est pas de cette facture.", saisie=True)
                acte = ActeLigne.ACCEPTER if un.accepte else ActeLigne.REJETER
                try:
                    etat = next_etat(ligne.etat, acte)
                except ActeInterdit:
                    raise TraitementRefuse(_say_impossible(ligne, acte), conflit=True) from None
                if not un.accepte and livres[ligne.numero_interne].total(Poste.REGLE, ligne=ligne.id):
                    etat = next_etat(ligne.etat, ActeLigne.REGLER)  # by offset: the rest of it is rejected
                await store.set_ligne(
                    tx, ligne.id, etat=etat, par=par, le=at, motif=un.motif, commentaire=_clean(un.texte)
                )
                (acceptees if un.accepte else rejetees).append(ligne)
            await self._write(tx, lue, acceptees, "ACCEPTATION", par=par)
            await self._write(tx, lue, rejetees, "REJET", par=par)
            await self._lignes.refresh(tx, [facture])
            if rejetees:
                await self._avis.tell_cfa(tx, lue.siren, "facture_rejetee", numero=lue.numero)

    @asynccontextmanager
    async def _locked(
        self, facture: int, *, version: int
    ) -> AsyncIterator[tuple[Tx, store.FactureLue, dict[int, store.LigneFacture]]]:
        """The invoice as its reader saw it, its dossiers held in their order, then itself."""
        async with self._database.transaction() as tx:
            lue = await store.find(tx, facture)
            if lue is None or lue.genre != store.FACTURE:
                raise TraitementRefuse("Cette facture n'existe pas.")
            for numero in sorted({ligne.numero_interne for ligne in await store.list_lignes(tx, [facture])}):
                await dossiers.lock(tx, numero, siren=lue.siren)
            lue = await store.lock(tx, facture)
            assert lue is not None  # rows are never deleted
            if lue.version != version:
                raise TraitementRefuse(
                    "Cette facture a changé entre-temps : relisez-la avant de décider.", conflit=True
                )
            yield tx, lue, {ligne.id: ligne for ligne in await store.list_lignes(tx, [facture])}

    async def _write(
        self, tx: Tx, lue: store.FactureLue, lignes: Sequence[store.LigneFacture], fait: str, *, par: str
    ) -> None:
        """The ledger of each dossier, the event, the log."""
        if not lignes:
            return
        at = self._clock.now()
        numeros = sorted({ligne.numero_interne for ligne in lignes})
        livres = await comptabilite.open_livres(tx, numeros)
        for ligne in lignes:
            livre = livres[ligne.numero_interne]
            (livre.accept if fait == "ACCEPTATION" else livre.reject)(ligne.cle, ligne.id)
        piece = f"facture {lue.numero_interne}"
        for numero in numeros:
            await comptabilite.write(
                tx,
                livres[numero],
                comptabilite.Ecriture(numero_interne=numero, siren=lue.siren, fait=fait, piece=piece, par=par, le=at),
            )
        type_ = "FACTURE_ACCEPTEE" if fait == "ACCEPTATION" else "FACTURE_REJETEE"
        await append_event(
            tx, type_, numeros, facture=lue.numero_interne, numero=lue.numero, siren=lue.siren, par=par, at=at
        )
        await journal.append(
            tx,
            acteur=par,
            acte=type_,
            at=at,
            siren=lue.siren,
            objet=piece,
            donnees={"lignes": [ligne.id for ligne in lignes]},
        )


def check_choix(choix: Sequence[Choix]) -> None:
    """Whether a decision can be read: lines once, grounds and texts where it says no. Raises TraitementRefuse."""
    if not choix:
        raise TraitementRefuse("Choisissez au moins une ligne à accepter ou à rejeter.", saisie=True)
    if len({un.ligne for un in choix}) != len(choix):
        raise TraitementRefuse("Une ligne est donnée deux fois.", saisie=True)
    for un in choix:
        if un.accepte:
            continue
        if un.motif not in MOTIF_REJET.codes or un.motif in REJETS_AUTOMATIQUES:
            raise TraitementRefuse("Choisissez un motif pour chaque ligne rejetée.", saisie=True)
        if not (un.texte or "").strip():
            raise TraitementRefuse("Expliquez le rejet : le CFA lira ce texte (R6332-24).", saisie=True)
        if may_hold_identifiant(un.texte or ""):
            raise TraitementRefuse(
                "Le texte contient ce qui ressemble à un numéro de sécurité sociale ou à un IBAN : retirez-le.",
                saisie=True,
            )
        if len(un.texte or "") > TEXTE_MAX:
            raise TraitementRefuse(f"Le texte du rejet compte {TEXTE_MAX} caractères au plus.", saisie=True)


def _clean(texte: str | None) -> str | None:
    return " ".join(texte.split()) if texte and texte.strip() else None


def _say_impossible(ligne: store.LigneFacture, acte: ActeLigne) -> str:
    if ligne.etat is EtatDeLigne.A_COMPLETER:
        return "Cette ligne attend encore une pièce : elle ne peut pas être acceptée."
    verbe = "acceptée" if acte is ActeLigne.ACCEPTER else "rejetée"
    return f"Cette ligne ne peut plus être {verbe} : {ligne.etat.libelle}."
