"""POST factures: one invoice over several échéances and dossiers, whole or not at all (norme.md §2.3, §7)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from traitdunion.norme import contenu, controles, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.erreurs import depot as depot_codes
from traitdunion.norme.erreurs import factures as codes
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.messages.facture import Facture
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.dossiers.deposit import refuse_bloquant
from traitdunion.opco.dossiers.documents import Deposant, FichierRecu
from traitdunion.opco.factures import states, store
from traitdunion.opco.factures.depot.enregistrement import Enregistrement, FactureRecue, append_event
from traitdunion.opco.factures.depot.facturx import compact_iban
from traitdunion.opco.factures.regles.controles import Examen, examine
from traitdunion.opco.factures.regles.dossiers import find_faits, read_numeros
from traitdunion.opco.factures.regles.faits import FaitsDossier
from traitdunion.opco.factures.regles.parts import Part
from traitdunion.opco.modifications.banque import find_compte, iban_aad
from traitdunion.opco.socle import failpoints
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault


class DepotsFactures:
    """The use case of an invoice."""

    def __init__(self, *, database: Database, vault: Vault, clock: Clock, enregistrement: Enregistrement) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._enregistrement = enregistrement

    async def deposit(self, recu: FichierRecu, *, par: Deposant) -> FactureRecue:
        """Record an invoice and its PDF; the same one again gives the same numbers.

        Raises `Refus` with every anomaly at once: what cannot be read, a number that is another's, SIRET_HORS_SIREN,
        what the dossiers do not allow, an account that the OPCO has not validated, the grounds of the gate.
        """
        lu = lecture.read(Facture, recu.corps, racine="facture")
        facture, at = lu.message, self._clock.now()
        formes = controles.merge(lu.anomalies, controles.check_facture(facture, recu_le=day_of(at)))
        deja = await self._enregistrement.find_same(facture, recu, siren=par.siren)
        if deja is not None:
            return deja
        inscription = InscriptionFacture(facture, vault=self._vault, par=par, le=at, formes=formes)
        async with self._database.connection() as tx:
            await inscription.examine(tx, locked=False)
        if facture.siret_emetteur is not None and facture.siret_emetteur[:9] != par.siren:
            raise depot_codes.SIRET_HORS_SIREN.refus("facture.siretEmetteur", siren=par.siren)
        inspection, dites = await self._enregistrement.inspect(facture, recu)
        inscription.dites_par_le_pdf = dites
        return await self._enregistrement.record(facture, recu, inscription, inspection=inspection, par=par)


class InscriptionFacture:
    """One invoice on its way in."""

    genre = store.FACTURE

    def __init__(
        self, facture: Facture, *, vault: Vault, par: Deposant, le: datetime, formes: Sequence[Anomalie]
    ) -> None:
        self.le = le
        self.numero_interne = 0
        self.avertissements: list[Anomalie] = []
        self.dites_par_le_pdf: Sequence[Anomalie] = ()
        self._facture = facture
        self._vault = vault
        self._par = par
        self._formes = formes
        self._faits: dict[str, FaitsDossier] = {}
        self._parts: list[Part] = []

    async def examine(self, tx: Tx, *, locked: bool) -> None:
        """Judge the invoice by what the database says now. Raises `Refus` with every anomaly, the body's first."""
        facture, siren = self._facture, self._par.siren
        numeros = read_numeros(ligne.numero_dossier for ligne in facture.lignes or ())
        self._faits = await find_faits(tx, numeros, siren=siren, locked=locked)
        examen: Examen = examine(facture, self._faits, recu_le=day_of(self.le))
        comptes = await self._check_iban(tx)
        self.avertissements = controles.merge(self._formes, [*comptes, *examen.anomalies, *self.dites_par_le_pdf])
        refuse_bloquant(self.avertissements)
        self._parts = examen.parts

    async def prepare(self, tx: Tx) -> None:
        """Judge again, the dossiers held until the end."""
        await self.examine(tx, locked=True)

    async def write(self, tx: Tx, document: int) -> None:
        """Write the invoice, its lines, the ledger of each dossier, the events."""
        facture, par = self._facture, self._par
        assert facture.siret_emetteur  # their absence blocks
        assert facture.numero
        assert facture.date_emission
        lignes = [_ligne(part) for part in self._parts]
        self.numero_interne, ids = await store.insert(
            tx,
            store.NouvelleFacture(
                siren=par.siren,
                genre=self.genre,
                siret_emetteur=facture.siret_emetteur,
                numero=facture.numero,
                origine=None,
                date_emission=facture.date_emission,
                montant=sum(part.montant for part in self._parts),
                est_certificat=bool(facture.est_certificat_realisation),
                iban_chiffre=self._vault.encrypt(
                    compact_iban(facture.iban_emetteur or "").encode(), aad=iban_aad(par.siren)
                ),
                etat=states.draw_etat([EtatDeLigne(ligne.etat) for ligne in lignes]),
                document=document,
                sha256_contenu=contenu.digest(facture),
                sha256_fichier=await store.read_sha256(tx, document),
                avertissements=msgspec.to_builtins(self.avertissements),
                depose_par=par.acteur,
                depose_le=self.le,
            ),
            lignes,
        )
        await store.attach(tx, document, self.numero_interne)
        failpoints.hit("avant_grand_livre")
        await self._write_livres(tx, ids)
        attend = any(part.attend for part in self._parts)
        await append_event(
            tx,
            "FACTURE_A_COMPLETER" if attend else "FACTURE_DEPOSEE",
            [part.dossier for part in self._parts],
            facture=self.numero_interne,
            numero=facture.numero,
            siren=par.siren,
            par=par.acteur,
            at=self.le,
        )

    async def _write_livres(self, tx: Tx, ids: Sequence[int]) -> None:
        par_dossier = {faits.numero_interne: faits for faits in self._faits.values()}
        for numero in sorted(par_dossier):
            livre = par_dossier[numero].livre
            for part, ligne in zip(self._parts, ids, strict=True):
                if part.dossier == numero:
                    livre.record_ligne(part.cle, ligne, part.montant)
            await comptabilite.write(
                tx,
                livre,
                comptabilite.Ecriture(
                    numero_interne=numero,
                    siren=self._par.siren,
                    fait="FACTURE",
                    piece=f"facture {self.numero_interne}",
                    par=self._par.acteur,
                    le=self.le,
                ),
            )

    async def _check_iban(self, tx: Tx) -> list[Anomalie]:
        """Only the account that the OPCO has validated in MyA is paid; nothing here quotes one (regles.md §5)."""
        iban = self._facture.iban_emetteur
        if iban is None or any(anomalie.champ == "facture.ibanEmetteur" for anomalie in self._formes):
            return []
        compte = await find_compte(tx, self._vault, siren=self._par.siren)
        if compte is None:
            return [codes.IBAN_A_DECLARER.anomalie("facture.ibanEmetteur")]
        meme = compact_iban(iban) == compact_iban(compte.iban)
        return [] if meme else [codes.IBAN_NON_VALIDE.anomalie("facture.ibanEmetteur")]


def _ligne(part: Part) -> store.NouvelleLigne:
    return store.NouvelleLigne(
        rang=part.rang,
        nature_dite=part.nature_dite,
        nature=part.cle.nature,
        numero_interne=part.dossier,
        echeance=part.echeance,
        montant=part.montant,
        quantite=part.quantite,
        etat=EtatDeLigne.A_COMPLETER if part.attend else EtatDeLigne.EN_INSTRUCTION,
        attend=list(part.attend),
        jusqu_au=part.jusqu_au,
        ligne_origine=None,
    )
