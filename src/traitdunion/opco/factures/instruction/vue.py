"""One invoice whole: everything that staff decide on, in one reading."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import EN_COURS, Poste
from traitdunion.opco.evenements import journal
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.instruction import store
from traitdunion.opco.factures.instruction.files import limit_of
from traitdunion.opco.factures.lecture import PIECES, say_ligne
from traitdunion.opco.factures.regles.dossiers import TYPES_PREUVE, read_preuves
from traitdunion.opco.factures.regles.preuves import Preuves
from traitdunion.opco.factures.states import ActeInterdit, ActeLigne, next_etat
from traitdunion.opco.factures.store_reglements import Reglement, find_reglements
from traitdunion.opco.modifications.banque import find_compte, iban_aad
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

IBAN_FIN = 4  # figures shown of an account


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger says of the échéance and nature that a line draws on, in cents."""

    engage: int
    regle: int
    en_cours: int
    reste: int


class LigneInstruite(msgspec.Struct, frozen=True, kw_only=True):
    """A line as staff see it."""

    ligne: factures.LigneFacture
    apprenti: str
    part: Part
    debout: int  # cents of it that stand still: neither rejected, nor credited, nor lost
    dit: str | None
    attend: tuple[str, ...]  # the proofs that are missing, in French
    recues: tuple[str, ...]  # the proofs that its dossier holds, in French

    def may(self, acte: ActeLigne) -> bool:
        """Whether an act may be done on it now."""
        try:
            next_etat(self.ligne.etat, acte)
        except ActeInterdit:
            return False
        return self.ligne.montant > 0

    @property
    def acceptable(self) -> bool:
        """Whether staff may say yes."""
        return self.may(ActeLigne.ACCEPTER)

    @property
    def rejetable(self) -> bool:
        """Whether staff may say no."""
        return self.may(ActeLigne.REJETER)


class AvoirLu(msgspec.Struct, frozen=True, kw_only=True):
    """A credit note of an invoice; the amount in cents, negative."""

    numero_interne: int
    numero: str
    montant: int
    etat: EtatDeFacture
    depose_le: datetime


class CompteDit(msgspec.Struct, frozen=True, kw_only=True):
    """The account of an invoice: its last figures, and whether it is still the one that the OPCO has validated."""

    fin: str
    valide: bool


class FactureInstruite(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or a credit note as staff see it."""

    facture: factures.FactureLue
    cfa: str
    origine: str | None  # of a credit note: the number of its invoice
    compte: CompteDit
    limite_le: date
    jours_restants: int | None
    lignes: tuple[LigneInstruite, ...]
    pieces: tuple[store.PieceFacture, ...]
    avoirs: tuple[AvoirLu, ...]
    faits: tuple[store.FaitFacture, ...]
    reglement: Reglement | None

    @property
    def acceptables(self) -> tuple[LigneInstruite, ...]:
        """The lines to which staff may say yes."""
        return tuple(une for une in self.lignes if une.acceptable)

    @property
    def rejetables(self) -> tuple[LigneInstruite, ...]:
        """The lines to which staff may say no."""
        return tuple(une for une in self.lignes if une.rejetable)


class VueFactures:
    """Reads an invoice whole, whoever's; the log keeps it."""

    def __init__(self, *, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault

    async def find(self, numero: int, *, par: str) -> FactureInstruite | None:
        """One invoice or credit note, or None."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            lue = await factures.find(tx, numero)
            if lue is None:
                return None
            await journal.append(
                tx, acteur=par, acte="FACTURE_LUE", at=at, siren=lue.siren, objet=f"facture {lue.numero_interne}"
            )
            return await self._read(tx, lue, jour=day_of(at))

    async def find_siren(self, numero: int, document: int, *, par: str) -> str | None:
        """The SIREN under which a document of this invoice may be opened; None when it is not one of its own."""
        async with self._database.transaction() as tx:
            lue = await factures.find(tx, numero)
            if lue is None:
                return None
            siennes = await store.list_pieces(tx, numero, siren=lue.siren, dossiers=(), types=())
            if document not in {piece.numero_interne for piece in siennes}:
                return None
            await journal.append(
                tx,
                acteur=par,
                acte="DOCUMENT_LU",
                at=self._clock.now(),
                siren=lue.siren,
                objet=f"facture {numero}",
                donnees={"document": document},
            )
            return lue.siren

    async def _read(self, tx: Tx, lue: factures.FactureLue, *, jour: date) -> FactureInstruite:
        numero = lue.numero_interne
        brutes = await factures.list_lignes(tx, [numero])
        dossiers = sorted({ligne.numero_interne for ligne in brutes})
        lignes = await _read_lignes(tx, brutes, dossiers)
        limite = limit_of(lue.depose_le)
        attend = any(une.ligne.etat is EtatDeLigne.EN_INSTRUCTION for une in lignes)
        origines = await factures.find_numeros(tx, [lue.origine] if lue.origine else [])
        return FactureInstruite(
            facture=lue,
            cfa=await store.find_cfa(tx, lue.siren),
            origine=origines.get(lue.origine) if lue.origine else None,
            compte=await self._say_compte(tx, lue),
            limite_le=limite,
            jours_restants=(limite - jour).days if attend else None,
            lignes=lignes,
            pieces=tuple(await store.list_pieces(tx, numero, siren=lue.siren, dossiers=dossiers, types=TYPES_PREUVE)),
            avoirs=tuple(
                AvoirLu(numero_interne=un, numero=dit, montant=montant, etat=EtatDeFacture(etat), depose_le=le)
                for un, dit, montant, etat, le in await store.list_avoirs(tx, numero)
            ),
            faits=tuple(await store.list_faits(tx, numero, dossiers=dossiers)),
            reglement=(await find_reglements(tx, [numero])).get(numero),
        )

    async def _say_compte(self, tx: Tx, lue: factures.FactureLue) -> CompteDit:
        iban = self._vault.decrypt(lue.iban_chiffre, aad=iban_aad(lue.siren)).decode()
        colle = "".join(iban.split()).upper()
        compte = await find_compte(tx, self._vault, siren=lue.siren)
        return CompteDit(fin=colle[-IBAN_FIN:], valide=compte is not None and compte.iban == colle)


async def _read_lignes(
    tx: Tx, lignes: Sequence[factures.LigneFacture], dossiers: Sequence[int]
) -> tuple[LigneInstruite, ...]:
    livres = await comptabilite.open_livres(tx, dossiers)
    apprentis = await store.find_apprentis(tx, dossiers)
    preuves = await read_preuves(tx, dossiers)
    return tuple(_ligne(ligne, livres, apprentis, preuves[ligne.numero_interne]) for ligne in lignes)


def _ligne(
    ligne: factures.LigneFacture, livres: Mapping[int, Livre], apprentis: Mapping[int, str], preuves: Preuves
) -> LigneInstruite:
    livre, cle = livres[ligne.numero_interne], ligne.cle
    return LigneInstruite(
        ligne=ligne,
        apprenti=apprentis.get(ligne.numero_interne, ""),
        part=Part(
            engage=livre.engage(cle),
            regle=livre.total(Poste.REGLE, echeance=cle.echeance, nature=cle.nature),
            en_cours=livre.total(*EN_COURS, echeance=cle.echeance, nature=cle.nature),
            reste=livre.disponible(cle),
        ),
        debout=livre.debout(ligne.id),
        dit=say_ligne(ligne),
        attend=tuple(PIECES[une] for une in ligne.attend),
        recues=tuple(_list_recues(ligne.echeance, preuves)),
    )


def _list_recues(echeance: int, preuves: Preuves) -> list[str]:
    """The proofs that a dossier holds for an échéance, in the words of those that are missing."""
    recues = [PIECES[une] for une in TYPES_PREUVE if une in preuves.pieces]
    certificat = PIECES["CERTIFICAT_REALISATION"]
    if preuves.certify(echeance) and certificat not in recues:
        recues.insert(0, certificat)
    return recues
