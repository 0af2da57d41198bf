"""Accrochage, the editor being ready: the CFA picks its software in the list and confirms (guide.md)."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.cfa import AccesCfa
from traitdunion.opco.acces.editeurs.store import Logiciel
from traitdunion.opco.acces.states import LIBELLES
from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

LISTE = "/mya/accrochage"
ACTEURS = (Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE)


@get(LISTE, guards=[requires(*CFA)])
async def get_accrochage(request: Requete, fait: FromQuery[str] = "") -> Template:
    """The softwares that speak the norm, and those already connected."""
    return await _page(request, fait=fait)


@get(LISTE + "/{logiciel:int}", guards=[requires(*ACTEURS)])
async def get_confirmer(request: Requete, logiciel: FromPath[int]) -> Template:
    """« Confirmer », as a page."""
    return render(request, "accrochage_confirmer.html", logiciel=await _find(request, logiciel), erreur=None)


@post(LISTE + "/{logiciel:int}", guards=[requires(*ACTEURS)], status_code=200)
async def post_confirmer(request: Requete, logiciel: FromPath[int]) -> Response[Any]:
    """Open the accrochage."""
    personne: Personne = request.user
    portail, choisi = portail_of(request), await _find(request, logiciel)
    try:
        client_id = await portail.raccordement.find_client_id(choisi.editeur)
        await portail.raccordement.open_accrochage(client_id, personne.siren or "", par=personne.acteur)
    except ActeRefuse as refuse:
        return render(request, "accrochage_confirmer.html", statut=400, logiciel=choisi, erreur=str(refuse))
    return Redirect(f"{LISTE}?fait=ouvert", status_code=303)


@post(LISTE + "/{logiciel:int}/suspendre", guards=[requires(*ACTEURS)], status_code=200)
async def post_suspendre(request: Requete, logiciel: FromPath[int], data: Formulaire) -> Response[Any]:
    """Suspend, or put an end to one's own suspension; `logiciel` is here the editor's number."""
    personne: Personne = request.user
    portail, siren = portail_of(request), personne.siren or ""
    acces = await _acces(request)
    if logiciel not in {accrochage.editeur for accrochage, _ in acces.accrochages}:
        raise NotFoundException
    client_id = await portail.raccordement.find_client_id(logiciel)
    try:
        if "reprendre" in data:
            await portail.raccordement.resume_accrochage(client_id, siren, par="CFA", acteur=personne.acteur)
        else:
            await portail.raccordement.suspend_accrochage(
                client_id, siren, par="CFA", motif=data.get("motif", ""), acteur=personne.acteur
            )
    except ActeRefuse as refuse:
        return await _page(request, erreur=str(refuse))
    return Redirect(f"{LISTE}?fait=modifie", status_code=303)


async def _page(request: Requete, *, fait: str = "", erreur: str | None = None) -> Template:
    acces = await _acces(request)
    return render(
        request,
        "accrochage.html",
        statut=400 if erreur else 200,
        acces=acces,
        raccordes={accrochage.editeur for accrochage, _ in acces.accrochages},
        logiciels=await portail_of(request).logiciels.list_logiciels(),
        libelles=LIBELLES,
        fait=fait,
        erreur=erreur,
        peut_agir=request.user.role in ACTEURS,
    )


async def _acces(request: Requete) -> AccesCfa:
    acces = await portail_of(request).acces.find(request.user.siren or "")
    if acces is None:
        raise NotFoundException
    return acces


async def _find(request: Requete, logiciel: int) -> Logiciel:
    trouve = await portail_of(request).logiciels.find(logiciel)
    if trouve is None:
        raise NotFoundException
    return trouve


PORTES = (get_accrochage, get_confirmer, post_confirmer, post_suspendre)
