"""What people see of their dossiers, and the one act they have on them: cancelling (guide.md, « Mes Dossiers »)."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta

import msgspec

from traitdunion.norme.identifiants import deca_valide, numero_externe
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.opco.dossiers import store, store_suivi
from traitdunion.opco.dossiers.read_back import Dossiers
from traitdunion.opco.dossiers.states import ANNULABLES, Etat
from traitdunion.opco.dossiers.store_suivi import Fait, Filtre, LigneSuivi, Perimetre
from traitdunion.opco.evenements import journal
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.pieces import Pieces
from traitdunion.opco.pieces.store import LigneDocument
from traitdunion.opco.socle.clock import PARIS, Clock
from traitdunion.opco.socle.database import Database

TAILLE_PAGE = 50
PAGE_MAX = 10_000
MOTIF_CARACTERES_MAX = 500
RECHERCHE_MAX = 100
NUMERO = re.compile(r"(?:CA-?)?0*([1-9][0-9]{0,6})", re.IGNORECASE)
SIRET = re.compile(r"[0-9]{14}")


class AnnulationRefusee(Exception):
    """A deposit that cannot be cancelled; the text is the French sentence to show."""


class Recherche(msgspec.Struct, frozen=True, kw_only=True):
    """A list as people ask for it; days in France, both included. `quoi`: number, DECA number, SIRET or name."""

    quoi: str = ""
    etats: tuple[Etat, ...] = ()
    du: date | None = None
    au: date | None = None
    tri: str = "numero"
    decroissant: bool = True
    page: int = 1


class PageSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `par_etat` counts what the search finds, whatever the states asked for."""

    lignes: tuple[LigneSuivi, ...]
    total: int
    pages: int
    par_etat: dict[str, int]


class DossierSuivi(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as its people see it. `documents` is empty for an employer: they are the CFA's."""

    ligne: store.LigneDossier
    cerfa: Cerfa
    faits: tuple[Fait, ...]
    documents: tuple[LigneDocument, ...]

    @property
    def numero_externe(self) -> str:
        """« CA- » and seven digits."""
        return numero_externe(self.ligne.numero_interne)

    @property
    def annulable(self) -> bool:
        """Whether « Annuler ce dépôt » is offered."""
        return Etat(self.ligne.etat) in ANNULABLES


class Suivi:
    """The use cases of people on dossiers, each within a perimeter."""

    def __init__(self, *, database: Database, dossiers: Dossiers, pieces: Pieces, clock: Clock) -> None:
        self._database = database
        self._dossiers = dossiers
        self._pieces = pieces
        self._clock = clock

    async def list_page(self, recherche: Recherche, *, perimetre: Perimetre) -> PageSuivi:
        """One page of what a search finds; past the end, an empty one."""
        filtre = to_filtre(recherche)
        async with self._database.transaction() as tx:
            par_etat = await store_suivi.count_by_etat(tx, perimetre, msgspec.structs.replace(filtre, etats=()))
            lignes = await store_suivi.list_page(
                tx,
                perimetre,
                filtre,
                tri=recherche.tri,
                decroissant=recherche.decroissant,
                limite=TAILLE_PAGE,
                saute=(min(recherche.page, PAGE_MAX) - 1) * TAILLE_PAGE,
            )
        total = sum(nombre for etat, nombre in par_etat.items() if not filtre.etats or etat in filtre.etats)
        return PageSuivi(lignes=tuple(lignes), total=total, pages=max(1, -(-total // TAILLE_PAGE)), par_etat=par_etat)

    @asynccontextmanager
    async def export(self, recherche: Recherche, *, perimetre: Perimetre) -> AsyncIterator[AsyncIterator[LigneSuivi]]:
        """Every line that a search finds, one at a time, as of one instant."""
        async with self._database.transaction() as tx:
            yield store_suivi.stream(
                tx, perimetre, to_filtre(recherche), tri=recherche.tri, decroissant=recherche.decroissant
            )

    async def find(self, numero_interne: int, *, perimetre: Perimetre) -> DossierSuivi | None:
        """One dossier, whole; None when it is not in the perimeter, whether it exists or not."""
        async with self._database.connection() as tx:
            lignes = await store_suivi.list_page(
                tx, perimetre, Filtre(numero=numero_interne), tri="numero", decroissant=False, limite=1, saute=0
            )
            if not lignes:
                return None
            siren = lignes[0].siren
            faits = await store_suivi.list_faits(tx, numero_interne, siren=siren)
        cerfa = await self._dossiers.read_cerfa(numero_interne, siren=siren)
        assert cerfa is not None  # it was found a moment ago, and dossiers are never deleted
        documents = await self._pieces.list_of(numero_interne, siren=siren) if perimetre.siren else []
        (ligne,) = lignes
        return DossierSuivi(
            ligne=store.LigneDossier(
                ligne.numero_interne, siren, ligne.etat, ligne.commentaire_etat, ligne.numero_deca, ligne.depose_le
            ),
            cerfa=cerfa,
            faits=tuple(faits),
            documents=tuple(documents),
        )

    async def cancel(self, numero_interne: int, *, siren: str, motif: str, par: str) -> None:
        """« Annuler ce dépôt »: the OPCO has not begun, the identity is free again (norme.md §7).

        Raises AnnulationRefusee: no reason, no such dossier, begun already.
        """
        motif = " ".join(motif.split())
        if not 0 < len(motif) <= MOTIF_CARACTERES_MAX:
            raise AnnulationRefusee(f"Le motif est obligatoire, {MOTIF_CARACTERES_MAX} caractères au plus.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            ligne = await store.lock(tx, numero_interne, siren=siren)
            if ligne is None:
                raise AnnulationRefusee("Ce dossier n'existe pas.")
            if Etat(ligne.etat) is Etat.ANNULE:
                raise AnnulationRefusee("Ce dépôt est déjà annulé.")
            if Etat(ligne.etat) not in ANNULABLES:
                raise AnnulationRefusee("L'OPCO a commencé l'instruction : ce dépôt ne peut plus être annulé.")
            await store_suivi.set_etat(tx, numero_interne, etat=Etat.ANNULE, commentaire=motif)
            await evenements.append(
                tx,
                siren=siren,
                objet="DOSSIER",
                numero_interne=numero_interne,
                type_="DOSSIER_ANNULE",
                acteur=par,
                at=at,
            )
            await journal.append(
                tx, acteur=par, acte="DOSSIER_ANNULE", at=at, siren=siren, objet=f"dossier:{numero_interne}"
            )


def to_filtre(recherche: Recherche) -> Filtre:
    """What is looked for, from what was typed: « CA-1234567 », a DECA number, a SIRET, or the start of a name."""
    quoi = " ".join("".join(c for c in recherche.quoi if c.isprintable()).split())[:RECHERCHE_MAX]
    colle = quoi.replace(" ", "")
    filtre = Filtre(
        etats=recherche.etats,
        depose_depuis=_midnight(recherche.du) if recherche.du else None,
        depose_avant=_midnight(recherche.au + timedelta(days=1)) if recherche.au else None,
    )
    if not quoi:
        return filtre
    if numero := NUMERO.fullmatch(colle):
        return msgspec.structs.replace(filtre, numero=int(numero[1]))
    if SIRET.fullmatch(colle):
        return msgspec.structs.replace(filtre, siret_employeur=colle)
    if deca_valide(colle):
        return msgspec.structs.replace(filtre, numero_deca=colle.upper())
    return msgspec.structs.replace(filtre, nom=quoi)


def _midnight(jour: date) -> datetime:
    return datetime.combine(jour, time(), tzinfo=PARIS)
