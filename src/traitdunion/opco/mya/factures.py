"""« Mes Factures »: what may be invoiced, what waits, what was paid, what was rejected; its exports."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptes.roles import CFA
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.dossiers.search import looks_like_nir
from traitdunion.opco.factures.lecture import say_ligne
from traitdunion.opco.factures.suivi.modele import (
    RETARD_JOURS,
    AvoirSuivi,
    EcheanceAFacturer,
    Element,
    FraisAFacturer,
    LigneSuivie,
    Onglet,
    TropPercu,
)
from traitdunion.opco.factures.suivi.store import PLAFOND
from traitdunion.opco.mya.dossiers import attached
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.presentation import classeurs
from traitdunion.opco.pages.presentation.factures import (
    ETATS_LIGNE,
    mark_facture,
    say_nature,
    say_piece,
)
from traitdunion.opco.pages.session import requires

LISTE = "/mya/factures"
TEXTE_MAX = 60
TITRES = {
    Onglet.A_FACTURER: "À facturer maintenant",
    Onglet.FRAIS: "Frais annexes à facturer",
    Onglet.A_COMPLETER: "À compléter",
    Onglet.EN_COURS: "En cours",
    Onglet.REGLEES: "Réglées",
    Onglet.REJETEES: "Rejetées",
    Onglet.TROP_PERCU: "Trop-perçu à rendre",
    Onglet.AVOIRS: "Avoirs",
}
# Shown only when they hold something: most CFA never meet them.
RARES = frozenset({Onglet.FRAIS, Onglet.TROP_PERCU, Onglet.AVOIRS})
ENTETES: dict[Any, tuple[str, ...]] = {
    EcheanceAFacturer: (
        *("Dossier", "Nom", "Prénom", "Échéance", "Codification", "Ouverte le", "Reste à facturer", "Dont pédagogie"),
        *("Dont majoration travailleur handicapé", "Ouverte depuis (jours)", "Pièces exigées", "Au plus tard le"),
    ),
    FraisAFacturer: ("Dossier", "Nom", "Prénom", "Nature", "Reste à facturer"),
    LigneSuivie: (
        *("Facture", "Numéro interne", "Émise le", "Dossier", "Nom", "Prénom", "Nature", "Échéance", "Montant"),
        *("Réglé et dû", "État", "Commentaire", "Au plus tard le", "Virement", "Réglé le"),
    ),
    TropPercu: ("Dossier", "Nom", "Prénom", "Trop-perçu", "Avoirs à rendre", "Reste à rendre", "Déjà rendu"),
    AvoirSuivi: ("Avoir", "Numéro interne", "Émis le", "Facture corrigée", "Montant", "État"),
}


@get(LISTE, guards=[requires(*CFA)])
async def get_factures(request: Requete) -> Template | Redirect:
    """One list, with how many rows each has."""
    onglet, texte = read_onglet(request), read_texte(request)
    if looks_like_nir(texte):
        return Redirect(f"{address_of(onglet)}&fait=nir", status_code=303)
    page, totaux = await portail_of(request).suivi_factures.list_page(
        onglet, siren=siren_of(request), texte=texte, apres=request.query_params.get("apres", "")
    )
    return render(
        request,
        "factures/factures.html",
        onglet=onglet,
        titres=TITRES,
        onglets=[un for un in Onglet if un not in RARES or totaux[un].nombre or un is onglet],
        totaux=totaux,
        page=page,
        texte=texte,
        adresse=address_of,
        plafond=PLAFOND,
        retard=RETARD_JOURS,
        au_debut=not request.query_params.get("apres"),
        fait=request.query_params.get("fait", ""),
        etats_ligne=ETATS_LIGNE,
        mark_facture=mark_facture,
        say_ligne=say_ligne,
        say_nature=say_nature,
        say_piece=say_piece,
    )


@get(f"{LISTE}/export.csv", guards=[requires(*CFA)])
async def get_export_factures_csv(request: Requete) -> Stream:
    """The list as CSV, as it goes."""
    entetes, lignes = await _export(request)
    nom = f"factures-{read_onglet(request)}.csv"
    return Stream(classeurs.write_csv(entetes, lignes), media_type=classeurs.TYPE_CSV, headers=attached(nom))


@get(f"{LISTE}/export.xlsx", guards=[requires(*CFA)])
async def get_export_factures_xlsx(request: Requete) -> Response[Any]:
    """The list as a workbook."""
    entetes, lignes = await _export(request)
    classeur = await classeurs.write_xlsx("Factures", entetes, lignes)
    nom = f"factures-{read_onglet(request)}.xlsx"
    return Response(classeur, media_type=classeurs.TYPE_XLSX, headers=attached(nom))


def siren_of(request: Requete) -> str:
    """The SIREN of somebody of a CFA."""
    personne: Personne = request.user
    assert personne.siren is not None  # a CFA's account always has one (CHECK of the table)
    return personne.siren


def read_onglet(request: Requete) -> Onglet:
    """The list that an address asks for; the first one when it names none."""
    dit = request.query_params.get("liste", "")
    return Onglet(dit) if dit in set(Onglet) else Onglet.A_FACTURER


def read_texte(request: Requete) -> str:
    """What is looked for."""
    return request.query_params.get("q", "").replace("\0", "").strip()[:TEXTE_MAX]


def address_of(onglet: Onglet, *, texte: str = "", apres: str | None = None, chemin: str = LISTE) -> str:
    """The address of a list, of its export, or of its next page."""
    dits = {"liste": onglet.value, "q": texte, "apres": apres}
    return f"{chemin}?{urlencode({nom: dit for nom, dit in dits.items() if dit})}"


async def _export(request: Requete) -> tuple[tuple[str, ...], AsyncIterator[tuple[classeurs.Cellule, ...]]]:
    personne: Personne = request.user
    onglet = read_onglet(request)
    elements = await portail_of(request).suivi_factures.export(
        onglet, siren=siren_of(request), texte=read_texte(request), par=personne.acteur
    )
    return ENTETES[_CONTENUS.get(onglet, LigneSuivie)], _cells(elements)


_CONTENUS: dict[Onglet, type] = {
    Onglet.A_FACTURER: EcheanceAFacturer,
    Onglet.FRAIS: FraisAFacturer,
    Onglet.TROP_PERCU: TropPercu,
    Onglet.AVOIRS: AvoirSuivi,
}


async def _cells(elements: AsyncIterator[Element]) -> AsyncIterator[tuple[classeurs.Cellule, ...]]:
    async for un in elements:
        match un:
            case EcheanceAFacturer():
                yield _echeance(un)
            case FraisAFacturer():
                for part in un.parts:
                    yield (numero_externe(un.dossier), *un.apprenti, say_nature(part.nature), _euros(part.montant))
            case LigneSuivie():
                yield _ligne(un)
            case TropPercu():
                montants = (un.trop_percu, un.avoirs, un.reste, un.rendu)
                yield (numero_externe(un.dossier), *un.apprenti, *map(_euros, montants))
            case AvoirSuivi(avoir=avoir):
                etat = mark_facture(avoir.etat, avoir=True)[0]
                noms = (avoir.numero, avoir.numero_interne, avoir.date_emission, un.numero_origine)
                yield (*noms, _euros(avoir.montant), etat)


def _echeance(un: EcheanceAFacturer) -> tuple[classeurs.Cellule, ...]:
    parts = {part.nature: part.montant for part in un.parts}
    return (
        *(numero_externe(un.dossier), *un.apprenti, un.numero, un.codification, un.ouverture, _euros(un.reste)),
        *(_euros(parts.get(nature, 0)) for nature in ("PEDAGOGIE", "MAJORATION_RQTH")),
        *(un.jours, ", ".join(map(say_piece, un.conditions)), un.forclusion),
    )


def _ligne(un: LigneSuivie) -> tuple[classeurs.Cellule, ...]:
    ligne, virement = un.ligne, un.virement
    return (
        *(un.numero, un.facture, un.date_emission, numero_externe(ligne.numero_interne), *un.apprenti),
        *(say_nature(ligne.nature), ligne.echeance, _euros(ligne.montant), _euros(un.regle)),
        *(ETATS_LIGNE[ligne.etat][0], say_ligne(ligne), ligne.jusqu_au),
        *((virement.reference, virement.regle_le) if virement else (None, None)),
    )


def _euros(centimes: int) -> Decimal:
    return Decimal(centimes) / 100


PORTES = (get_factures, get_export_factures_csv, get_export_factures_xlsx)
