"""Reading dossiers back: one whole, several, their states (norme.md §1, §2.5)."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from traitdunion.norme import lecture
from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.reponses import (
    DetailsFacturation,
    DossierLu,
    Echeance,
    EngagementFraisAnnexe,
    EtatDossier,
    PageEtats,
)
from traitdunion.opco.dossiers import store
from traitdunion.opco.dossiers.deposit import corps_aad
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.recepisses import FaitsRecepisse
from traitdunion.opco.socle.database import Database, Tx
from traitdunion.opco.socle.vault import Vault

# The states in which a dossier may have an engagement: a deposit just received is read back in one query.
FINANCES = frozenset({Etat.ENGAGE, Etat.RUPTURE, Etat.SOLDE})
TAILLE_PAGE = 100  # rows of a page of states (norme.md §2)


class Financement(Protocol):
    """What the norm reads back of the funding of one dossier (norme.md §2.5)."""

    @property
    def engagement(self) -> Decimal:
        """Euros."""
        ...

    @property
    def echeances(self) -> tuple[Echeance, ...]:
        """In order."""
        ...

    @property
    def frais(self) -> tuple[EngagementFraisAnnexe, ...]:
        """What is engaged besides."""
        ...

    @property
    def details(self) -> DetailsFacturation:
        """What has been billed."""
        ...


class LectureFinancement(Protocol):
    """Reads the funding of dossiers; those that have none are not in the answer."""

    async def __call__(self, tx: Tx, numeros: Sequence[int]) -> Mapping[int, Financement]:
        """By internal number."""
        ...


class Dossiers:
    """The use cases of reading; each sees the dossiers of one SIREN and nothing else."""

    def __init__(self, *, database: Database, vault: Vault, financement: LectureFinancement) -> None:
        self._database = database
        self._vault = vault
        self._financement = financement

    async def find(self, numero_interne: int, *, siren: str) -> DossierLu:
        """One dossier, whole. Raises DOSSIER_INCONNU, the same whether it is absent or another's."""
        trouves = await self.find_many([numero_interne], siren=siren)
        if not trouves:
            raise codes.DOSSIER_INCONNU.refus("numeroInterne")
        return trouves[0]

    async def find_many(self, numeros: Sequence[int], *, siren: str) -> list[DossierLu]:
        """Those of `numeros` that are this SIREN's, by number; the others are simply not there."""
        async with self._database.connection() as tx:
            depots = await store.find_depots(tx, numeros, siren=siren)
            engages = [un.dossier.numero_interne for un in depots if Etat(un.dossier.etat) in FINANCES]
            finances = await self._financement(tx, engages) if engages else {}
        lus = []
        for depot in depots:
            lus.append(self._read(depot, finances.get(depot.dossier.numero_interne)))
            await asyncio.sleep(0)  # a long list does not hold the other calls up
        return lus

    async def read_cerfa(self, numero_interne: int, *, siren: str) -> Cerfa | None:
        """The form as deposited, or None when this SIREN has no such dossier."""
        async with self._database.connection() as tx:
            depots = await store.find_depots(tx, [numero_interne], siren=siren)
        return self._open(depots[0]) if depots else None

    async def version(self, *, siren: str) -> str:
        """What the ETag of the lists of states is made of; reads the end of this SIREN's events and nothing else."""
        async with self._database.connection() as tx:
            return await store.read_version(tx, siren=siren)

    async def list_etats(self, *, siren: str) -> list[EtatDossier]:
        """The states of all the dossiers of this SIREN, by number."""
        etats: list[EtatDossier] = []
        async with self._database.connection() as tx:
            async for lot in store.read_all(tx, siren=siren):
                etats += map(to_etat, lot)
                await asyncio.sleep(0)
        return etats

    async def list_page(self, *, siren: str, page: int) -> PageEtats:
        """One page of states; past the end, an empty one."""
        async with self._database.connection() as tx:
            total, lignes = await store.list_page(tx, siren=siren, page=page, taille=TAILLE_PAGE)
        etats = tuple(to_etat(ligne) for ligne in lignes)
        return PageEtats(total=total, count=len(etats), page=page, etat_dossier_result=etats)

    async def recepisse_facts(self, numero_interne: int, *, siren: str) -> FaitsRecepisse | None:
        """What the receipt of this deposit states, or None when this SIREN has no such dossier."""
        async with self._database.connection() as tx:
            depots = await store.find_depots(tx, [numero_interne], siren=siren)
        if not depots:
            return None
        (depot,) = depots
        return FaitsRecepisse(
            genre="DOSSIER",
            numero_interne=numero_interne,
            siren=siren,
            sha256_json=depot.sha256_recu,
            sha256_fichier=None,
            recu_le=depot.dossier.depose_le,
        )

    def _open(self, depot: store.LigneDepot) -> Cerfa:
        corps = self._vault.decrypt(depot.corps_chiffre, aad=corps_aad(depot.identite, depot.dossier.depose_le))
        cerfa = lecture.read(DepotDossier, corps).message.cerfa
        assert cerfa is not None  # a deposit without form is never stored
        return cerfa

    def _read(self, depot: store.LigneDepot, finance: Financement | None) -> DossierLu:
        ligne = depot.dossier
        cerfa = msgspec.structs.replace(
            self._open(depot),
            numero_interne=str(ligne.numero_interne),
            numero_externe=numero_externe(ligne.numero_interne),
            numero_deca=ligne.numero_deca,
            etat=ligne.etat,
            commentaire_etat=ligne.commentaire_etat,
        )
        if finance is None:
            return DossierLu(cerfa=cerfa)
        return DossierLu(
            cerfa=cerfa,
            engagement=finance.engagement,
            echeances=finance.echeances,
            engagements_frais_annexe=finance.frais,
            details_facturation=finance.details,
        )


def to_etat(ligne: store.LigneEtat) -> EtatDossier:
    """A stored row as the norm writes a state."""
    return EtatDossier(
        numero_interne=str(ligne.numero_interne),
        numero_externe=numero_externe(ligne.numero_interne),
        numero_deca=ligne.numero_deca,
        etat=ligne.etat,
        commentaire_etat=ligne.commentaire_etat,
    )
