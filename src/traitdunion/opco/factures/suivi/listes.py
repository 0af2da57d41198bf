"""One page of each list of « Mes Factures », from its rows to what is shown of them."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from typing import Any

from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Poste
from traitdunion.opco.factures import store as factures
from traitdunion.opco.factures.store import LigneFacture
from traitdunion.opco.factures.suivi import store
from traitdunion.opco.factures.suivi.modele import (
    DE_LIGNES,
    AvoirSuivi,
    Cible,
    EcheanceAFacturer,
    Element,
    FraisAFacturer,
    LigneSuivie,
    Onglet,
    PageSuivi,
    Part,
    Personne,
    Place,
    TropPercu,
    write_place,
)
from traitdunion.opco.factures.suivi.store import Tx

INCONNUE = Personne(None, None)
SOLDE = "99"  # codification of the last échéance (regles.md §4.9, step 11)


async def read_page(
    tx: Tx, onglet: Onglet, *, siren: str, jour: date, apres: Place | None, cible: Cible | None, taille: int
) -> PageSuivi:
    """One page of a list, after a place."""
    rows = await store.list_rows(tx, onglet, siren=siren, jour=jour, apres=apres, cible=cible, limite=taille + 1)
    vus = rows[:taille]
    suite = write_place(_place(onglet, vus[-1])) if len(rows) > taille else None
    lecteur = _read_lignes if onglet in DE_LIGNES else _LECTEURS[onglet]
    return PageSuivi(elements=tuple(await lecteur(tx, vus, jour)), suite=suite)


def _place(onglet: Onglet, row: tuple[Any, ...]) -> Place:
    """The place of a row in its list, for the page after it."""
    if onglet is Onglet.A_FACTURER:
        return tuple(row[:3])
    if onglet in (Onglet.A_COMPLETER, Onglet.REGLEES, Onglet.REJETEES):
        return (row[1], row[0])
    return (row[0],)


async def _read_echeances(tx: Tx, rows: Sequence[tuple[Any, ...]], jour: date) -> list[Element]:
    dossiers = sorted({row[1] for row in rows})
    livres = await comptabilite.open_livres(tx, dossiers)
    personnes = await store.find_personnes(tx, dossiers)
    forclusions = await store.find_forclusions(tx, dossiers)
    return [
        EcheanceAFacturer(
            dossier=dossier,
            apprenti=personnes.get(dossier, INCONNUE),
            numero=numero,
            codification=codification,
            ouverture=ouverture,
            debut=debut,
            fin=fin,
            reste=reste,
            parts=_parts(livres[dossier], numero),
            conditions=tuple(conditions),
            forclusion=forclusions.get(dossier) if codification == SOLDE else None,
            jours=(jour - ouverture).days,
        )
        for ouverture, dossier, numero, codification, debut, fin, conditions, reste in rows
    ]


async def _read_frais(tx: Tx, rows: Sequence[tuple[Any, ...]], jour: date) -> list[Element]:
    dossiers = [row[0] for row in rows]
    livres = await comptabilite.open_livres(tx, dossiers)
    personnes = await store.find_personnes(tx, dossiers)
    return [
        FraisAFacturer(
            dossier=dossier,
            apprenti=personnes.get(dossier, INCONNUE),
            parts=_parts(livres[dossier], HORS_ECHEANCE),
        )
        for dossier in dossiers
    ]


async def _read_lignes(tx: Tx, rows: Sequence[tuple[Any, ...]], jour: date) -> list[Element]:
    return list(await read_suivies(tx, await _find_lignes(tx, [row[0] for row in rows])))


async def _find_lignes(tx: Tx, ids: Sequence[int]) -> list[LigneFacture]:
    """These lines, in the order of their ids as given."""
    lues = {ligne.id: ligne for ligne in await factures.find_lignes(tx, ids)}
    return [lues[un] for un in ids]


async def read_suivies(tx: Tx, lignes: Sequence[LigneFacture]) -> list[LigneSuivie]:
    """Lines with what the ledger, their invoice and their transfer say of them, in the same order."""
    dossiers = sorted({ligne.numero_interne for ligne in lignes})
    livres = await comptabilite.open_livres(tx, dossiers)
    personnes = await store.find_personnes(tx, dossiers)
    ids = [ligne.id for ligne in lignes]
    virements, instants = await store.find_virements(tx, ids), await store.find_instants(tx, ids)
    entetes = await store.find_entetes(tx, sorted({ligne.facture for ligne in lignes}))
    return [
        LigneSuivie(
            ligne=ligne,
            facture=ligne.facture,
            numero=entetes[ligne.facture].numero,
            date_emission=entetes[ligne.facture].date_emission,
            apprenti=personnes.get(ligne.numero_interne, INCONNUE),
            debout=livres[ligne.numero_interne].debout(ligne.id),
            regle=livres[ligne.numero_interne].total(Poste.REGLE, ligne=ligne.id),
            traite_le=instants.get(ligne.id),
            virement=virements.get(ligne.id),
        )
        for ligne in lignes
    ]


async def _read_trop_percus(tx: Tx, rows: Sequence[tuple[Any, ...]], jour: date) -> list[Element]:
    dossiers = [row[0] for row in rows]
    livres = await comptabilite.open_livres(tx, dossiers)
    personnes, rendus = await store.find_personnes(tx, dossiers), await store.find_rendus(tx, dossiers)
    return [
        TropPercu(
            dossier=dossier,
            apprenti=personnes.get(dossier, INCONNUE),
            trop_percu=livres[dossier].total(Poste.TROP_PERCU),
            avoirs=livres[dossier].total(Poste.AVOIR_A_RECOUVRER),
            rendu=rendus.get(dossier, 0),
        )
        for dossier in dossiers
    ]


async def _read_avoirs(tx: Tx, rows: Sequence[tuple[Any, ...]], jour: date) -> list[Element]:
    lus = [avoir for row in rows if (avoir := await factures.find(tx, row[1])) is not None]
    origines = await factures.find_numeros(tx, [avoir.origine for avoir in lus if avoir.origine is not None])
    return [AvoirSuivi(avoir=avoir, numero_origine=origines[avoir.origine or 0]) for avoir in lus]


def _parts(livre: Livre, echeance: int) -> tuple[Part, ...]:
    """What is left to invoice, by nature."""
    return tuple(
        Part(cle.nature, livre.disponible(cle))
        for cle in livre.cles
        if cle.echeance == echeance and livre.disponible(cle)
    )


_LECTEURS: dict[Onglet, Callable[[Tx, Sequence[tuple[Any, ...]], date], Coroutine[Any, Any, list[Element]]]] = {
    Onglet.A_FACTURER: _read_echeances,
    Onglet.FRAIS: _read_frais,
    Onglet.TROP_PERCU: _read_trop_percus,
    Onglet.AVOIRS: _read_avoirs,
}
