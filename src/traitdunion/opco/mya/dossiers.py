"""« Mes Dossiers »: the list with its search and exports, the page of a dossier, « Annuler ce dépôt »."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.dossiers.store_suivi import TRIS, LigneSuivi, Perimetre
from traitdunion.opco.dossiers.suivi import AnnulationRefusee, DossierSuivi, Recherche
from traitdunion.opco.pages import classeurs, fiche
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import ETATS, render
from traitdunion.opco.pages.session import requires
from traitdunion.opco.pieces.gate import content_disposition

LISTE = "/mya/dossiers"
LECTEURS = requires(*CFA, Role.EMPLOYEUR)
ACTEURS = (Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE)
ENTETES = (
    "Numéro",
    "État",
    "Déposé le",
    "Nom",
    "Prénom",
    "Employeur",
    "SIRET de l'employeur",
    "Formation",
    "Début",
    "Fin",
    "Numéro DECA",
    "Commentaire",
)
VERDICTS = {
    "NON_CONFIGUREE": "reçu",
    "EN_ANALYSE": "en analyse",
    "SAIN": "reçu, sans virus connu",
    "QUARANTAINE": "mis à l'écart par l'antivirus : déposez-le à nouveau, sain",
}
FAITS = {
    "DOSSIER_DEPOSE": "Contrat déposé",
    "PIECE_DEPOSEE": "Document déposé",
    "DOSSIER_ANNULE": "Dépôt annulé",
}
# A deposited file is a thing to keep, never a page of ours (fiabilite.md §3).
FICHIER_CSP = "sandbox; default-src 'none'"


def perimetre_of(personne: Personne) -> Perimetre:
    """What a person sees: a CFA's people the dossiers of its SIREN, an employer those of its own establishments."""
    if personne.role is Role.EMPLOYEUR:
        return Perimetre(sirets_employeur=personne.sirets)
    return Perimetre(siren=personne.siren)


def read_recherche(request: Requete) -> Recherche:
    """The search that an address says; what cannot be read is as if it were not there."""
    dits = request.query_params
    tri = dits.get("tri", "numero")
    page = dits.get("page", "1")
    return Recherche(
        quoi=dits.get("q", ""),
        etats=tuple(Etat(un) for un in dits.getall("etat", []) if un in set(Etat)),
        du=_day(dits.get("du", "")),
        au=_day(dits.get("au", "")),
        tri=tri if tri in TRIS else "numero",
        decroissant=dits.get("sens", "desc") == "desc",
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) > 0 else 1,
    )


def address_of_search(recherche: Recherche, *, chemin: str = LISTE, **autres: Any) -> str:
    """The address of a search, with some members changed."""
    voulue = msgspec.structs.replace(recherche, **autres)
    defaut = Recherche()
    dits: list[tuple[str, str]] = []
    if voulue.quoi:
        dits.append(("q", voulue.quoi))
    dits += [("etat", un.value) for un in voulue.etats]
    dits += [(nom, un.isoformat()) for nom, un in (("du", voulue.du), ("au", voulue.au)) if un]
    if (voulue.tri, voulue.decroissant) != (defaut.tri, defaut.decroissant):
        dits += [("tri", voulue.tri), ("sens", "desc" if voulue.decroissant else "asc")]
    if voulue.page > 1:
        dits.append(("page", str(voulue.page)))
    return f"{chemin}?{urlencode(dits)}" if dits else chemin


@get(LISTE, guards=[LECTEURS])
async def get_dossiers(request: Requete) -> Template:
    """The list."""
    recherche = read_recherche(request)
    page = await portail_of(request).suivi.list_page(recherche, perimetre=perimetre_of(request.user))
    return render(
        request,
        "dossiers.html",
        recherche=recherche,
        page=page,
        adresse=address_of_search,
        etats_connus=[(etat, ETATS[etat][0]) for etat in Etat],
        filtree=bool(recherche.quoi or recherche.etats or recherche.du or recherche.au),
    )


@get(f"{LISTE}/export.csv", guards=[LECTEURS])
async def get_export_csv(request: Requete) -> Stream:
    """The list as CSV, whole."""
    portail, recherche, perimetre = portail_of(request), read_recherche(request), perimetre_of(request.user)

    async def pieces() -> AsyncIterator[bytes]:
        async with portail.suivi.export(recherche, perimetre=perimetre) as lignes:
            async for morceau in classeurs.write_csv(ENTETES, _cells(lignes)):
                yield morceau

    return Stream(pieces(), media_type=classeurs.TYPE_CSV, headers=_attached("dossiers.csv"))


@get(f"{LISTE}/export.xlsx", guards=[LECTEURS])
async def get_export_xlsx(request: Requete) -> Response[bytes]:
    """The list as a workbook."""
    portail, recherche = portail_of(request), read_recherche(request)
    async with portail.suivi.export(recherche, perimetre=perimetre_of(request.user)) as lignes:
        classeur = await classeurs.write_xlsx("Dossiers", ENTETES, _cells(lignes))
    return Response(classeur, media_type=classeurs.TYPE_XLSX, headers=_attached("dossiers.xlsx"))


@get(LISTE + "/{numero:str}", guards=[LECTEURS])
async def get_dossier(request: Requete, numero: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """The page of a dossier."""
    return await _page(request, await _find(request, numero), fait=fait)


@get(LISTE + "/{numero:str}/annuler", guards=[requires(*ACTEURS)])
async def get_annuler(request: Requete, numero: FromPath[str]) -> Template | Redirect:
    """The confirmation, as a page for those without JavaScript."""
    dossier = await _find(request, numero)
    if not dossier.annulable:
        return Redirect(f"{LISTE}/{dossier.numero_externe}", status_code=303)
    return render(request, "dossier_annuler.html", dossier=dossier, erreur=None, motif="")


@post(LISTE + "/{numero:str}/annuler", guards=[requires(*ACTEURS)], status_code=200)
async def post_annuler(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """« Annuler ce dépôt »."""
    personne: Personne = request.user
    dossier = await _find(request, numero)
    motif = data.get("motif", "")
    try:
        await portail_of(request).suivi.cancel(
            dossier.ligne.numero_interne, siren=dossier.ligne.siren, motif=motif, par=personne.acteur
        )
    except AnnulationRefusee as refusee:
        return render(
            request, "dossier_annuler.html", statut=400, dossier=dossier, erreur=str(refusee), motif=motif[:1000]
        )
    return Redirect(f"{LISTE}/{dossier.numero_externe}?fait=annule", status_code=303)


@get(LISTE + "/{numero:str}/documents/{document:int}", guards=[requires(*CFA)])
async def get_piece(request: Requete, numero: FromPath[str], document: FromPath[int]) -> Stream:
    """The bytes of a document, as they were deposited."""
    dossier = await _find(request, numero)
    if document not in {un.numero_interne for un in dossier.documents}:
        raise NotFoundException
    try:
        ligne, flux = await portail_of(request).pieces.open(document, siren=dossier.ligne.siren)
    except Refus:
        raise NotFoundException from None
    entetes = {
        "Content-Security-Policy": FICHIER_CSP,
        "Content-Disposition": content_disposition(ligne.nom_fichier),
        "Content-Length": str(ligne.taille_octets),
    }
    return Stream(flux, media_type=ligne.type_contenu, headers=entetes)


@get(LISTE + "/{numero:str}/recepisse", guards=[requires(*CFA)])
async def get_recepisse_dossier(request: Requete, numero: FromPath[str]) -> Response[bytes]:
    """The signed receipt of the deposit."""
    dossier = await _find(request, numero)
    portail = portail_of(request)
    faits = await portail.dossiers.recepisse_facts(dossier.ligne.numero_interne, siren=dossier.ligne.siren)
    assert faits is not None  # it was found a moment ago
    nom = f"recepisse-{dossier.numero_externe}.json"
    return Response(portail.recepisses.issue(faits), media_type="application/json", headers=_attached(nom))


async def _page(request: Requete, dossier: DossierSuivi, **contexte: Any) -> Template:
    personne: Personne = request.user
    return render(
        request,
        "dossier.html",
        dossier=dossier,
        blocs=fiche.blocs_of(dossier.cerfa),
        faits_connus=FAITS,
        verdicts=VERDICTS,
        types_fichier=TYPE_FICHIER.codes,
        peut_annuler=dossier.annulable and personne.role in ACTEURS,
        erreur=None,
        motif="",
        **contexte,
    )


async def _find(request: Requete, numero: str) -> DossierSuivi:
    """A dossier by « CA-1234567 » or its number. Raises NotFoundException, the same for another's."""
    chiffres = numero.upper().removeprefix("CA-")
    if not (chiffres.isascii() and chiffres.isdigit() and len(chiffres) <= 18):
        raise NotFoundException
    dossier = await portail_of(request).suivi.find(int(chiffres), perimetre=perimetre_of(request.user))
    if dossier is None:
        raise NotFoundException
    return dossier


async def _cells(lignes: AsyncIterator[LigneSuivi]) -> AsyncIterator[tuple[classeurs.Cellule, ...]]:
    async for un in lignes:
        yield (
            numero_externe(un.numero_interne),
            ETATS[Etat(un.etat)][0],
            un.depose_le,
            un.nom,
            un.prenom,
            un.employeur,
            un.siret_employeur,
            un.formation,
            _day(un.debut or ""),
            _day(un.fin or ""),
            un.numero_deca,
            un.commentaire_etat,
        )


def _day(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None


def _attached(nom: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition(nom)}


PORTES = (
    get_dossiers,
    get_export_csv,
    get_export_xlsx,
    get_dossier,
    get_annuler,
    post_annuler,
    get_piece,
    get_recepisse_dossier,
)
