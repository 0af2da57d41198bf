"""The OPCO's dossiers: queues, search, the dossier on one screen, its documents."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.identifiants import numero_externe, read_numero_externe
from traitdunion.norme.messages.evenements import say_evenement
from traitdunion.norme.motifs import MOTIF_INFORMATION, MOTIF_REFUS, MOTIF_RUPTURE
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.decisions.actes import MOTS_ETAT
from traitdunion.opco.decisions.avenants import is_avenant
from traitdunion.opco.decisions.lecture.files import (
    COMPTE_MAX,
    FILES,
    PAR_PERSONNE,
    PROCHE_JOURS,
    LigneFile,
)
from traitdunion.opco.decisions.lecture.vue import DossierInstruit
from traitdunion.opco.dossiers.search import RECHERCHE_CARACTERES_MAX, looks_like_nir
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.presentation import fiche
from traitdunion.opco.pages.session import requires
from traitdunion.opco.pieces.gate import content_disposition
from traitdunion.opco.socle.clock import day_of

BASE = "/instruction/dossiers"
LECTEURS = [requires(*OPCO)]
# Those who decide; the comptable reads.
DECIDENT = frozenset({Role.OPCO_GESTIONNAIRE, Role.OPCO_ADMINISTRATEUR})
AFFECTES = {"tous": "Toute l'équipe", "moi": "Mes dossiers", "personne": "Affectés à personne"}
PAGE_MAX = 1_000
# What a deposited thing may do in a browser: nothing (fiabilite.md §3).
FICHIER_CSP = "sandbox; default-src 'none'"
SENS = {
    "ACCORD": "Accord",
    "REFUS": "Refus",
    "REFUS_IMPLICITE": "Refus implicite",
    "ANNULATION": "Annulation",
    "RUPTURE": "Rupture",
    "AVENANT": "Avenant appliqué",
    "REGULARISATION": "Régularisation",
    "SOLDE": "Solde",
}


@get("/instruction/", guards=LECTEURS)
async def get_instruction(request: Requete) -> Template:
    """What waits for the OPCO's staff: their queue, then the rest."""
    portail, personne = portail_of(request), request.user
    tranche = personne.role is not Role.OPCO_GESTIONNAIRE
    miens = await portail.files.list_page("proches", affecte="moi", compte=personne.compte)
    equipe = await portail.files.list_page("a_instruire", affecte="tous", compte=personne.compte)
    return render(
        request,
        "instruction.html",
        comptes=await portail.files.count(compte=personne.compte),
        files=FILES,
        compte_max=COMPTE_MAX,
        miens=miens.lignes[:10],
        equipe=equipe.lignes[:10],
        jour=day_of(portail.clock.now()),
        proche=PROCHE_JOURS,
        factures=await portail.files_factures.count(),
        nouvelles=await portail.files.read_nouvelles(),
        demandes=await portail.demandes.list_waiting(),
        modifications=await portail.modifications.list_waiting() if tranche else [],
    )


@get(BASE, guards=LECTEURS)
async def get_dossiers_opco(
    request: Requete,
    file: FromQuery[str] = "a_instruire",
    affecte: FromQuery[str] = "tous",
    q: FromQuery[str] = "",
    page: FromQuery[str] = "1",
) -> Template | Redirect:
    """A queue, or what a search finds."""
    portail, personne = portail_of(request), request.user
    rang = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1
    rang = min(max(rang, 1), PAGE_MAX)
    file, affecte = file if file in FILES else "a_instruire", affecte if affecte in AFFECTES else "tous"
    q = q[:RECHERCHE_CARACTERES_MAX]
    if looks_like_nir(q):
        return Redirect(f"{BASE}?nir=1", status_code=303)
    trouves = (
        await portail.files.find(q, page=rang)
        if q.strip()
        else await portail.files.list_page(file, affecte=affecte, compte=personne.compte, page=rang)
    )
    if q.strip() and rang == 1 and len(trouves.lignes) == 1 and read_numero_externe(q) is not None:
        return Redirect(f"{BASE}/{numero_externe(trouves.lignes[0].numero_interne)}", status_code=303)
    return render(
        request,
        "dossiers/file.html",
        trouves=trouves,
        files=FILES,
        file=file,
        affectes=AFFECTES if file in PAR_PERSONNE else {},
        affecte=affecte,
        q=q,
        q_max=RECHERCHE_CARACTERES_MAX,
        nir="nir" in request.query_params,
        fait=request.query_params.get("fait", ""),
        jour=day_of(portail.clock.now()),
        adresse_page=lambda vers: (
            f"{BASE}?"
            + urlencode({"q": q, "page": vers} if q.strip() else {"file": file, "affecte": affecte, "page": vers})
        ),
        limite_of=say_limite,
    )


@get(BASE + "/{numero:str}", guards=LECTEURS)
async def get_dossier_opco(request: Requete, numero: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """The dossier on one screen."""
    return await show(request, await find(request, numero), fait=fait)


@get(BASE + "/{numero:str}/suivant", guards=LECTEURS)
async def get_suivant(request: Requete, numero: FromPath[str]) -> Redirect:
    """The next dossier to instruct."""
    suivant = await portail_of(request).files.find_next(read_numero(numero), compte=request.user.compte)
    return Redirect(f"{BASE}/{numero_externe(suivant)}" if suivant else f"{BASE}?file=a_instruire", status_code=303)


@get(BASE + "/{numero:str}/documents/{document:int}", guards=LECTEURS)
async def get_document_opco(request: Requete, numero: FromPath[str], document: FromPath[int]) -> Stream:
    """The bytes of a document, as they were deposited."""
    personne: Personne = request.user
    siren = await portail_of(request).vue.find_siren(read_numero(numero), document, par=personne.acteur)
    if siren is None:
        raise NotFoundException
    try:
        ligne, flux = await portail_of(request).pieces.open(document, siren=siren)
    except Refus:  # in quarantine
        raise NotFoundException from None
    entetes = {
        "Content-Disposition": content_disposition(ligne.nom_fichier),
        "Content-Security-Policy": FICHIER_CSP,
        "Content-Length": str(ligne.taille_octets),
    }
    return Stream(flux, media_type=ligne.type_contenu, headers=entetes)


async def show(request: Requete, dossier: DossierInstruit, *, statut: int = 200, **contexte: Any) -> Template:
    """The page of a dossier, with what went wrong or what was done."""
    portail, personne = portail_of(request), request.user
    equipe = [un for un in await portail.comptes.list_internes() if un.actif and un.role in DECIDENT]
    blocs = fiche.blocs_of(dossier.cerfa)
    return render(
        request,
        "dossiers/dossier_opco.html",
        statut=statut,
        dossier=dossier,
        adresse=f"{BASE}/{dossier.numero_externe}",
        blocs=blocs,
        ancre_of=lambda champ: fiche.find_ancre(champ, blocs),
        equipe=equipe,
        decide=personne.role in DECIDENT,
        avenant=is_avenant(dossier.cerfa),
        histoire=[(say_evenement(un.type), un) for un in reversed(dossier.faits)],
        depots=await portail.deca.list_of(dossier.fiche.numero_interne),
        motifs_refus=MOTIF_REFUS.codes,
        motifs_information=MOTIF_INFORMATION.codes,
        motifs_rupture=MOTIF_RUPTURE.codes,
        types_fichier=TYPE_FICHIER.codes,
        mots_etat={etat.value: mot for etat, mot in MOTS_ETAT.items()},
        sens=SENS,
        jour=day_of(portail.clock.now()),
        **{"erreur": None, "fait": "", "saisie": {}, **contexte},
    )


async def find(request: Requete, numero: str) -> DossierInstruit:
    """A dossier by « CA-1234567 ». Raises NotFoundException."""
    personne: Personne = request.user
    dossier = await portail_of(request).vue.find(read_numero(numero), par=personne.acteur)
    if dossier is None:
        raise NotFoundException
    return dossier


def read_numero(texte: str) -> int:
    """The internal number of « CA-1234567 ». Raises NotFoundException."""
    numero = read_numero_externe(texte)
    if numero is None:
        raise NotFoundException
    return numero


def say_limite(ligne: LigneFile, jour: date) -> tuple[str, str, str] | None:
    """Days left before the limit, as a mark: word, tone, sign; None once decided."""
    reste = ligne.days_left(jour)
    if reste is None:
        return None
    if reste < 0:
        return "Délai dépassé", "rouge", "✕"
    mot = "Dernier jour" if reste == 0 else f"{reste} jour{'s' if reste > 1 else ''}"
    return mot, "ambre" if reste <= PROCHE_JOURS else "neutre", "◔"


PORTES: tuple[Any, ...] = (
    get_instruction,
    get_dossiers_opco,
    get_dossier_opco,
    get_suivant,
    get_document_opco,
)
__all__ = ["BASE", "DECIDENT", "PORTES", "Response", "find", "read_numero", "show"]
