"""« Mes Dossiers »: what the people of a CFA or of an employer see of their dossiers, and « Annuler ce dépôt »."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.identifiants import may_hold_identifiant, numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.dossiers import store, store_recherche
from traitdunion.opco.dossiers.deposit import corps_aad, read_depot
from traitdunion.opco.dossiers.search import Criteres, to_filtre
from traitdunion.opco.dossiers.states import ANNULABLES, Etat, check_transition
from traitdunion.opco.dossiers.store_recherche import Fait, LigneListe, LignePiece, Perimetre
from traitdunion.opco.evenements import journal
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault

TAILLE_PAGE = 50
EXPORT_MAX = 10_000  # dossiers of one export
EXPORT_LOT = 500  # read at a time: a slow reader holds no connection
MOTIF_CARACTERES_MIN, MOTIF_CARACTERES_MAX = 5, 300


class AnnulationRefusee(Exception):
    """A deposit that is not cancelled; the text is the French sentence to show.

    `saisie`: the reason typed is at fault, not the dossier.
    """

    def __init__(self, phrase: str, *, saisie: bool = False) -> None:
        super().__init__(phrase)
        self.saisie = saisie


class ExportTropGrand(Exception):
    """More dossiers than one export may hold."""


class PageDossiers(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, from 1; `par_etat` counts what the search finds in every state, asked for or not."""

    lignes: tuple[LigneListe, ...]
    total: int
    page: int
    pages: int
    par_etat: dict[str, int]


class DossierVu(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as its people see it: the form as deposited, what was said of it, its history, its documents."""

    ligne: store.LigneDossier
    cerfa: Cerfa
    anomalies: tuple[Anomalie, ...]
    faits: tuple[Fait, ...]
    pieces: tuple[LignePiece, ...]
    precedent: int | None
    suivant: int | None

    @property
    def numero_externe(self) -> str:
        """« CA- » and seven digits."""
        return numero_externe(self.ligne.numero_interne)

    @property
    def annulable(self) -> bool:
        """Whether the CFA may still cancel it."""
        return Etat(self.ligne.etat) in ANNULABLES

    @property
    def a_une_convention(self) -> bool:
        """Whether its convention has come."""
        return any(piece.type_fichier == "CONVENTION_FORMATION" for piece in self.pieces)


class SuiteAnnulation(Protocol):
    """What the CFA's cancellation changes besides, in its own transaction."""

    async def __call__(self, tx: store.Tx, numero_interne: int, *, par: str, le: datetime) -> None:
        """Note it."""
        ...


class MesDossiers:
    """The use cases of people on dossiers, each within a perimeter."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        clock: Clock,
        parametres: ParametresOpco,
        suite: SuiteAnnulation,
        registre: Registre | None = None,
    ) -> None:
        """`suite`: what a cancellation changes besides; `registre`: the reference data of this process, if any."""
        self._suite = suite
        self._registre = registre
        self._database = database
        self._vault = vault
        self._clock = clock
        self._parametres = parametres

    async def list_page(self, criteres: Criteres, *, perimetre: Perimetre) -> PageDossiers:
        """One page of what is looked for; past the end, the last one."""
        filtre = to_filtre(criteres)
        async with self._database.connection() as tx:
            par_etat = await store_recherche.count_by_etat(tx, perimetre, msgspec.structs.replace(filtre, etat=None))
            total = sum(par_etat.values()) if filtre.etat is None else par_etat.get(filtre.etat, 0)
            pages = max(1, -(-total // TAILLE_PAGE))
            page = min(max(1, criteres.page), pages)
            numeros = await store_recherche.list_numeros(
                tx, perimetre, filtre, tri=criteres.tri, limite=TAILLE_PAGE, saute=(page - 1) * TAILLE_PAGE
            )
            lignes = await store_recherche.find_lignes(tx, numeros)
        return PageDossiers(lignes=tuple(lignes), total=total, page=page, pages=pages, par_etat=par_etat)

    async def list_latest(self, *, perimetre: Perimetre, limite: int = 5) -> list[LigneListe]:
        """The latest deposits, latest first."""
        criteres = Criteres()
        async with self._database.connection() as tx:
            numeros = await store_recherche.list_numeros(
                tx, perimetre, to_filtre(criteres), tri=criteres.tri, limite=limite
            )
            return await store_recherche.find_lignes(tx, numeros)

    async def export(self, criteres: Criteres, *, perimetre: Perimetre, par: str) -> AsyncIterator[LigneListe]:
        """Every line of what is looked for, in its order, as many as there were when it was asked; the log keeps it.

        Raises ExportTropGrand, here and not at the first line.
        """
        async with self._database.transaction() as tx:
            numeros = await store_recherche.list_numeros(
                tx, perimetre, to_filtre(criteres), tri=criteres.tri, limite=EXPORT_MAX + 1
            )
            if len(numeros) > EXPORT_MAX:
                raise ExportTropGrand
            await journal.append(
                tx,
                acteur=par,
                acte="DOSSIERS_EXPORTES",
                at=self._clock.now(),
                siren=perimetre.siren,
                donnees={"dossiers": len(numeros)},
            )
        return self._read(numeros)

    async def _read(self, numeros: Sequence[int]) -> AsyncIterator[LigneListe]:
        for debut in range(0, len(numeros), EXPORT_LOT):
            async with self._database.connection() as tx:
                lignes = await store_recherche.find_lignes(tx, numeros[debut : debut + EXPORT_LOT])
            for ligne in lignes:
                yield ligne

    async def find(self, numero_interne: int, *, perimetre: Perimetre, par: str) -> DossierVu | None:
        """One dossier, whole; None when it is not in the perimeter, whether it exists or not; the log keeps it."""
        async with self._database.transaction() as tx:
            trouve = await store_recherche.find(tx, numero_interne, perimetre=perimetre)
            if trouve is None:
                return None
            ligne = trouve.depot.dossier
            await self._log(tx, "DOSSIER_LU", numero_interne, siren=ligne.siren, par=par)
            faits = await store_recherche.list_faits(tx, numero_interne, siren=ligne.siren)
            pieces = await store_recherche.list_pieces(tx, numero_interne, siren=ligne.siren, perimetre=perimetre)
        aad = corps_aad(trouve.depot.identite, ligne.depose_le)
        corps = self._vault.decrypt(trouve.depot.corps_chiffre, aad=aad)
        lu, anomalies = read_depot(
            corps,
            recu_le=ligne.depose_le,
            parametres=self._parametres.en_vigueur,
            registre=self._registre,
        )
        assert lu.cerfa is not None  # a deposit without form is never stored
        if perimetre.est_employeur:
            faits = [un for un in faits if not _is_of_cfa(un)]
        depose = Fait("DOSSIER_DEPOSE", ligne.depose_le, f"editeur:{trouve.editeur}", editeur=trouve.editeur_nom)
        return DossierVu(
            ligne=ligne,
            cerfa=lu.cerfa,
            anomalies=tuple(anomalies),
            faits=(depose, *faits),
            pieces=tuple(pieces),
            precedent=trouve.precedent,
            suivant=trouve.suivant,
        )

    async def find_piece(self, numero_interne: int, document: int, *, perimetre: Perimetre, par: str) -> str | None:
        """The SIREN under which a document of this dossier may be opened, None when it may not; the log keeps it."""
        async with self._database.transaction() as tx:
            trouve = await store_recherche.find(tx, numero_interne, perimetre=perimetre)
            if trouve is None:
                return None
            siren = trouve.depot.dossier.siren
            pieces = await store_recherche.list_pieces(tx, numero_interne, siren=siren, perimetre=perimetre)
            if document not in {piece.numero_interne for piece in pieces}:
                return None
            await self._log(tx, "DOCUMENT_LU", numero_interne, siren=siren, par=par, document=document)
            return siren

    async def _log(self, tx: store.Tx, acte: str, numero_interne: int, *, siren: str, par: str, **donnees: int) -> None:
        await journal.append(
            tx,
            acteur=par,
            acte=acte,
            at=self._clock.now(),
            siren=siren,
            objet=numero_externe(numero_interne),
            donnees=donnees or None,
        )

    async def record_annulation(self, numero_interne: int, *, siren: str, motif: str, par: str) -> None:
        """« Annuler ce dépôt » by the CFA: the identity is free again, it may be deposited anew (norme.md §7).

        Twice at once is once: the second finds the dossier cancelled. Raises AnnulationRefusee: the reason is missing
        or says too much, the dossier is not this SIREN's, is cancelled already, or the OPCO has begun.
        """
        motif = check_motif(motif)
        at = self._clock.now()
        async with self._database.transaction() as tx:
            ligne = await store.lock(tx, numero_interne, siren=siren)
            if ligne is None:
                raise AnnulationRefusee("Ce dossier n'existe pas.")
            etat = Etat(ligne.etat)
            if etat is Etat.ANNULE:
                raise AnnulationRefusee("Ce dépôt est déjà annulé.")
            if etat not in ANNULABLES:
                raise AnnulationRefusee("L'OPCO a déjà pris ce dossier en charge : ce dépôt ne peut plus être annulé.")
            check_transition(etat, Etat.ANNULE)
            await store.set_etat(tx, numero_interne, siren=siren, etat=Etat.ANNULE, commentaire=motif)
            await _record(tx, numero_interne, siren=siren, motif=motif, par=par, at=at)
            await self._suite(tx, numero_interne, par=par, le=at)


def _is_of_cfa(fait: Fait) -> bool:
    """Whether an event is the CFA's business alone: what it asks of the OPCO, and what it is paid."""
    piece = (fait.donnees or {}).get("typeFichier")
    return piece in store_recherche.TYPES_DU_CFA or fait.type.startswith(store_recherche.FAITS_DU_CFA)


async def _record(tx: store.Tx, numero_interne: int, *, siren: str, motif: str, par: str, at: datetime) -> None:
    """The event and the line of the log, in the transaction of the act."""
    await evenements.append(
        tx,
        siren=siren,
        objet="DOSSIER",
        numero_interne=numero_interne,
        type_="DOSSIER_ANNULE",
        acteur=par,
        at=at,
        donnees={"motif": motif},
    )
    await journal.append(tx, acteur=par, acte="DEPOT_ANNULE", at=at, siren=siren, objet=numero_externe(numero_interne))


def check_motif(motif: str) -> str:
    """The reason as it is kept, spaces made one. Raises AnnulationRefusee, without quoting it."""
    propre = " ".join(motif.replace("\0", " ").split())
    if len(propre) < MOTIF_CARACTERES_MIN:
        raise AnnulationRefusee("Dites en quelques mots pourquoi ce dépôt est annulé.", saisie=True)
    if len(propre) > MOTIF_CARACTERES_MAX:
        raise AnnulationRefusee(f"Le motif est trop long : {MOTIF_CARACTERES_MAX} caractères au plus.", saisie=True)
    if may_hold_identifiant(propre):
        raise AnnulationRefusee(
            "Le motif contient ce qui ressemble à un numéro de sécurité sociale ou à un IBAN : retirez-le.", saisie=True
        )
    return propre
