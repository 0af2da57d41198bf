"""POST avoirs: a credit note quotes an invoice and takes effect at once, line by line (norme.md §2.3, regles.md §5)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from traitdunion.norme import contenu, controles, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import depot as depot_codes
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.messages.facture import Avoir
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import set_aside
from traitdunion.opco.comptabilite.postes import Place, Poste
from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.dossiers.deposit import refuse_bloquant
from traitdunion.opco.dossiers.documents import Deposant, FichierRecu
from traitdunion.opco.factures import states, store
from traitdunion.opco.factures.depot.enregistrement import Enregistrement, FactureRecue, append_event
from traitdunion.opco.factures.depot.facturx import compact_iban
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.factures.regles.avoirs import Credit, allocate
from traitdunion.opco.factures.regles.dossiers import find_derniers
from traitdunion.opco.factures.states import ActeLigne, next_etat
from traitdunion.opco.modifications.banque import iban_aad
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault


class DepotsAvoirs:
    """The use case of a credit note."""

    def __init__(
        self, *, database: Database, vault: Vault, clock: Clock, enregistrement: Enregistrement, lignes: Lignes
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._enregistrement = enregistrement
        self._lignes = lignes

    async def deposit(self, recu: FichierRecu, *, par: Deposant) -> FactureRecue:
        """Record a credit note and its PDF; the same one again gives the same numbers. Raises `Refus`, all at once."""
        lu = lecture.read(Avoir, recu.corps, racine="avoir")
        avoir, at = lu.message, self._clock.now()
        formes = controles.merge(lu.anomalies, controles.check_avoir(avoir, recu_le=day_of(at)))
        deja = await self._enregistrement.find_same(avoir, recu, siren=par.siren)
        if deja is not None:
            return deja
        inscription = InscriptionAvoir(avoir, vault=self._vault, lignes=self._lignes, par=par, le=at, formes=formes)
        async with self._database.connection() as tx:
            await inscription.examine(tx)
        if avoir.siret_emetteur is not None and avoir.siret_emetteur[:9] != par.siren:
            raise depot_codes.SIRET_HORS_SIREN.refus("avoir.siretEmetteur", siren=par.siren)
        inspection, dites = await self._enregistrement.inspect(avoir, recu)
        inscription.dites_par_le_pdf = dites
        return await self._enregistrement.record(avoir, recu, inscription, inspection=inspection, par=par)


class InscriptionAvoir:
    """One credit note on its way in."""

    genre = store.AVOIR

    def __init__(
        self,
        avoir: Avoir,
        *,
        vault: Vault,
        lignes: Lignes,
        par: Deposant,
        le: datetime,
        formes: Sequence[Anomalie],
    ) -> None:
        self.le = le
        self.numero_interne = 0
        self.avertissements: list[Anomalie] = []
        self.dites_par_le_pdf: Sequence[Anomalie] = ()
        self._avoir = avoir
        self._vault = vault
        self._lignes = lignes
        self._par = par
        self._formes = formes
        self._origine: store.FactureLue | None = None
        self._credits: list[Credit] = []

    async def prepare(self, tx: Tx) -> None:
        """Hold the dossiers, then the invoice, and judge again."""
        origine = await self._find_origine(tx)
        if origine is not None:
            for numero in sorted({un.numero_interne for un in await store.list_lignes(tx, [origine.numero_interne])}):
                await dossiers.lock(tx, numero, siren=self._par.siren)
            await store.lock(tx, origine.numero_interne)
        await self.examine(tx)

    async def examine(self, tx: Tx) -> None:
        """Judge by what the database says now. Raises `Refus` with every anomaly, the body's first."""
        self._origine = await self._find_origine(tx)
        trouvees: list[Anomalie] = []
        if self._origine is None:
            if self._avoir.numero_facture_origine is not None:
                trouvees.append(codes.FACTURE_ORIGINE_INCONNUE.anomalie("avoir.numeroFactureOrigine"))
        else:
            lignes = await store.list_lignes(tx, [self._origine.numero_interne])
            derniers = await find_derniers(tx, {ligne.numero_interne for ligne in lignes})
            self._credits, refusees = allocate(self._avoir, self._origine.numero, lignes, derniers=derniers)
            trouvees += refusees
        self.avertissements = controles.merge(self._formes, [*trouvees, *self.dites_par_le_pdf])
        refuse_bloquant(self.avertissements)

    async def write(self, tx: Tx, document: int) -> None:
        """Write the credit note, what it takes of each line, the ledger, the events."""
        avoir, par, origine = self._avoir, self._par, self._origine
        assert origine is not None  # its absence blocks
        assert avoir.numero
        assert avoir.date_emission
        etats, numeros = await self._write_livres(tx), sorted({un.origine.numero_interne for un in self._credits})
        lignes = [_ligne(credit, etat) for credit, etat in zip(self._credits, etats, strict=True)]
        self.numero_interne, _ = await store.insert(
            tx,
            store.NouvelleFacture(
                siren=par.siren,
                genre=self.genre,
                siret_emetteur=origine.siret_emetteur,
                numero=avoir.numero,
                origine=origine.numero_interne,
                date_emission=avoir.date_emission,
                montant=-sum(credit.montant for credit in self._credits),
                est_certificat=False,
                iban_chiffre=self._vault.encrypt(
                    compact_iban(avoir.iban_emetteur or "").encode(), aad=iban_aad(par.siren)
                ),
                etat=states.draw_etat_avoir(etats),
                document=document,
                sha256_contenu=contenu.digest(avoir),
                sha256_fichier=await store.read_sha256(tx, document),
                avertissements=msgspec.to_builtins(self.avertissements),
                depose_par=par.acteur,
                depose_le=self.le,
            ),
            lignes,
        )
        await store.attach(tx, document, self.numero_interne)
        await self._cancel_lignes(tx)
        await self._lignes.refresh(tx, [origine.numero_interne])
        await append_event(
            tx,
            "AVOIR_DEPOSE",
            numeros,
            facture=self.numero_interne,
            numero=avoir.numero,
            siren=par.siren,
            par=par.acteur,
            at=self.le,
        )

    async def _find_origine(self, tx: Tx) -> store.FactureLue | None:
        avoir = self._avoir
        if avoir.numero_facture_origine is None or avoir.siret_emetteur is None:
            return None
        lue = await store.find_by_numero(
            tx, siren=self._par.siren, siret=avoir.siret_emetteur, numero=avoir.numero_facture_origine
        )
        return lue if lue is not None and lue.genre == store.FACTURE else None

    async def _write_livres(self, tx: Tx) -> list[EtatDeLigne]:
        """Move what each line takes; the state of each: to be given back, or done with."""
        numeros = sorted({un.origine.numero_interne for un in self._credits})
        livres = await comptabilite.open_livres(tx, numeros)
        credites: dict[int, int] = {}
        etats = []
        for credit in self._credits:
            ligne, livre = credit.origine, livres[credit.origine.numero_interne]
            deja = ligne.credite + credites.get(ligne.id, 0)
            sans_avoir = set_aside(montant=ligne.montant, debout=livre.debout(ligne.id), credite=deja)
            livre.credit(ligne.cle, ligne.id, credit.montant, sans_avoir=sans_avoir)
            credites[ligne.id] = credites.get(ligne.id, 0) + credit.montant
            a_rendre = livre.solde(Place(Poste.AVOIR_A_RECOUVRER, *ligne.cle, ligne.id)) > 0
            # Taken while the bank had the transfer: known once it answers.
            parti = ligne.etat is EtatDeLigne.ORDONNEE
            etats.append(EtatDeLigne.A_RECOUVRER if a_rendre or parti else EtatDeLigne.IMPUTEE)
            await store.add_credite(tx, ligne.id, credit.montant)
        failpoints.hit("avant_grand_livre")
        for numero in numeros:
            await comptabilite.write(
                tx,
                livres[numero],
                comptabilite.Ecriture(
                    numero_interne=numero,
                    siren=self._par.siren,
                    fait="AVOIR",
                    piece=f"avoir {self._avoir.numero}",
                    par=self._par.acteur,
                    le=self.le,
                ),
            )
        return etats

    async def _cancel_lignes(self, tx: Tx) -> None:
        """A line that waits, and of which nothing stands any more, is cancelled."""
        for dossier in sorted({un.origine.numero_interne for un in self._credits}):
            livre = await comptabilite.open_livre(tx, dossier)
            touchees = {un.origine.id for un in self._credits if un.origine.numero_interne == dossier}
            for ligne in await store.find_lignes(tx, sorted(touchees)):
                annulable = (ligne.etat, ActeLigne.ANNULER) in states.TRANSITIONS
                if annulable and livre.debout(ligne.id) == 0:
                    etat = next_etat(ligne.etat, ActeLigne.ANNULER)
                    commentaire = f"Annulée par l'avoir {self._avoir.numero}"
                    await store.set_ligne(
                        tx, ligne.id, etat=etat, par=self._par.acteur, le=self.le, commentaire=commentaire
                    )


def _ligne(credit: Credit, etat: EtatDeLigne) -> store.NouvelleLigne:
    ligne = credit.origine
    return store.NouvelleLigne(
        rang=credit.rang,
        nature_dite=ligne.nature_dite,
        nature=ligne.nature,
        numero_interne=ligne.numero_interne,
        echeance=ligne.echeance,
        montant=-credit.montant,
        quantite=None,
        etat=etat,
        attend=[],
        jusqu_au=None,
        ligne_origine=ligne.id,
    )
