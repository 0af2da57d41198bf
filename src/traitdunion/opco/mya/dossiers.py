"""« Mes Dossiers »: the list, its filters kept in the address, its exports."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.dossiers.mes_dossiers import EXPORT_MAX, ExportTropGrand
from traitdunion.opco.dossiers.search import (
    RECHERCHE_CARACTERES_MAX,
    TRI_DEFAUT,
    Criteres,
    looks_like_nir,
    read_tri,
)
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.dossiers.store_recherche import LigneListe, Perimetre
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import ETATS, render
from traitdunion.opco.pages.presentation import classeurs
from traitdunion.opco.pages.session import requires
from traitdunion.opco.pieces.gate import content_disposition

LISTE = "/mya/dossiers"
LECTEURS = requires(*CFA, Role.EMPLOYEUR)
TRIS = (("numero", "numéro"), ("date", "date de transmission"), ("nom", "nom de l'apprenti"), ("etat", "état"))
# Numbers and days are first wanted with the latest on top, words from A.
TRIS_DECROISSANTS = frozenset({"numero", "date"})
ENTETES = (
    "Numéro",
    "État",
    "Transmis le",
    "Nom",
    "Prénom",
    "Employeur",
    "SIRET de l'employeur",
    "CFA",
    "Formation",
    "Début",
    "Fin",
    "Numéro DECA",
    "Commentaire",
)
# What a deposited thing may do in a browser: nothing (fiabilite.md §3).
FICHIER_CSP = "sandbox; default-src 'none'"
ETAPES = {
    Etat.TRANSMIS: "L'OPCO instruit le dossier",
    Etat.EN_COURS_INSTRUCTION: "L'OPCO rend sa décision",
    Etat.ENGAGE: "Le CFA facture chaque échéance",
    Etat.RUPTURE: "Le CFA facture ce qui reste dû, puis l'OPCO solde le dossier",
    Etat.SOLDE: "Aucune, tout est réglé",
    Etat.REFUSE: "Le contrat corrigé peut être transmis à nouveau",
    Etat.ANNULE: "Le contrat peut être transmis à nouveau",
}
CONVENTION_ATTENDUE = "Le CFA transmet la convention, avec le mandat"


class Saisie(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for: the criteria that could be read, the days as typed, and what is wrong with them."""

    criteres: Criteres
    du: str
    au: str
    erreur: str | None


def perimetre_of(personne: Personne) -> Perimetre:
    """What a person sees: a CFA's people the dossiers of its SIREN, an employer those of its own establishments."""
    if personne.role is Role.EMPLOYEUR:
        return Perimetre(sirets=personne.sirets)
    assert personne.siren is not None  # a CFA's account always has one (CHECK of the table)
    return Perimetre(siren=personne.siren)


def next_step(etat: str, *, a_une_convention: bool) -> str:
    """What comes next for a dossier, in a few words."""
    if etat == Etat.TRANSMIS and not a_une_convention:
        return CONVENTION_ATTENDUE
    return ETAPES[Etat(etat)]


def read_saisie(request: Requete) -> Saisie:
    """The search that an address says; an unknown state, order or page is as if it were not there."""
    dits = request.query_params
    du, au = dits.get("du", "").strip()[:20], dits.get("au", "").strip()[:20]
    debut, fin = _day(du), _day(au)
    erreur = None
    if (du and debut is None) or (au and fin is None):
        erreur = "Une date n'est pas lisible : écrivez-la comme 2026-09-01, ou choisissez-la dans le calendrier."
    elif debut and fin and debut > fin:
        erreur = "La première date est après la seconde : aucun dossier ne peut être entre les deux."
    etat, page = dits.get("etat", ""), dits.get("page", "")
    criteres = Criteres(
        texte=dits.get("q", "").replace("\0", "").strip()[:RECHERCHE_CARACTERES_MAX],
        etat=Etat(etat) if etat in set(Etat) else None,
        du=debut,
        au=fin,
        tri=read_tri(dits.get("tri", "")),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
    )
    return Saisie(criteres=criteres, du=du, au=au, erreur=erreur)


def address_of_list(criteres: Criteres, *, chemin: str = LISTE, **autres: Any) -> str:
    """The address of a list, with some members changed; what is usual is not written."""
    voulus = msgspec.structs.replace(criteres, **autres)
    dits = {
        "q": voulus.texte,
        "etat": str(voulus.etat or ""),
        "du": voulus.du.isoformat() if voulus.du else "",
        "au": voulus.au.isoformat() if voulus.au else "",
        "tri": "" if voulus.tri == TRI_DEFAUT else voulus.tri,
        "page": str(voulus.page) if voulus.page > 1 else "",
    }
    requete = urlencode({nom: valeur for nom, valeur in dits.items() if valeur})
    return f"{chemin}?{requete}" if requete else chemin


def other_tri(tri: str, actuel: str) -> str:
    """The order that a link asks for: this one, or the other way round when it is the order of the page."""
    usuel = f"-{tri}" if tri in TRIS_DECROISSANTS else tri
    if actuel.removeprefix("-") != tri:
        return usuel
    return tri if actuel.startswith("-") else f"-{tri}"


@get(LISTE, guards=[LECTEURS])
async def get_dossiers(request: Requete) -> Template | Redirect:
    """The list."""
    saisie = read_saisie(request)
    if looks_like_nir(saisie.criteres.texte):
        # Out of the address, of the history, of what a proxy writes down.
        sans = address_of_list(saisie.criteres, texte="", page=1)
        return Redirect(f"{sans}{'&' if '?' in sans else '?'}fait=nir", status_code=303)
    criteres = saisie.criteres
    page = await portail_of(request).mes_dossiers.list_page(criteres, perimetre=perimetre_of(request.user))
    return render(
        request,
        "dossiers/dossiers.html",
        statut=400 if saisie.erreur else 200,
        saisie=saisie,
        criteres=criteres,
        page=page,
        adresse=address_of_list,
        autre_tri=other_tri,
        tris=TRIS,
        etape=next_step,
        demandees=await portail_of(request).suivi.list_demandees([un.numero_interne for un in page.lignes]),
        filtree=bool(criteres.texte or criteres.etat or saisie.du or saisie.au),
        export_max=EXPORT_MAX,
        fait=request.query_params.get("fait", ""),
    )


@get(f"{LISTE}/export.csv", guards=[LECTEURS])
async def get_export_csv(request: Requete) -> Stream | Redirect:
    """The list as CSV, as it goes."""
    lignes = await _export(request)
    if isinstance(lignes, Redirect):
        return lignes
    morceaux = classeurs.write_csv(ENTETES, _cells(lignes))
    return Stream(morceaux, media_type=classeurs.TYPE_CSV, headers=attached("dossiers.csv"))


@get(f"{LISTE}/export.xlsx", guards=[LECTEURS])
async def get_export_xlsx(request: Requete) -> Response[Any]:
    """The list as a workbook."""
    lignes = await _export(request)
    if isinstance(lignes, Redirect):
        return lignes
    classeur = await classeurs.write_xlsx("Dossiers", ENTETES, _cells(lignes))
    return Response(classeur, media_type=classeurs.TYPE_XLSX, headers=attached("dossiers.xlsx"))


def attached(nom: str) -> dict[str, str]:
    """The headers of a file to keep."""
    return {"Content-Disposition": content_disposition(nom), "Content-Security-Policy": FICHIER_CSP}


async def _export(request: Requete) -> AsyncIterator[LigneListe] | Redirect:
    personne: Personne = request.user
    criteres = read_saisie(request).criteres
    try:
        return await portail_of(request).mes_dossiers.export(
            criteres, perimetre=perimetre_of(personne), par=personne.acteur
        )
    except ExportTropGrand:
        return Redirect(address_of_list(criteres, page=1), status_code=303)


async def _cells(lignes: AsyncIterator[LigneListe]) -> AsyncIterator[tuple[classeurs.Cellule, ...]]:
    async for un in lignes:
        yield (
            numero_externe(un.numero_interne),
            ETATS[Etat(un.etat)][0],
            un.depose_le,
            un.nom,
            un.prenom,
            un.employeur,
            un.siret_employeur,
            un.cfa,
            un.formation,
            _day(un.debut or ""),
            _day(un.fin or ""),
            un.numero_deca,
            un.commentaire_etat,
        )


def _day(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte) if len(texte) == 10 else None
    except ValueError:
        return None


PORTES = (get_dossiers, get_export_csv, get_export_xlsx)
