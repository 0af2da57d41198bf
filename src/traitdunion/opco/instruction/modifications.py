"""Modification requests on the OPCO's side; an IBAN needs two persons."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.modifications.service import ETATS, TYPES, ModificationRefusee
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/instruction/administration/modifications"
TRANCHENT = [requires(Role.OPCO_COMPTABLE, Role.OPCO_ADMINISTRATEUR)]


@get(BASE, guards=TRANCHENT)
async def get_modifications_opco(request: Requete, fait: FromQuery[str] = "") -> Template:
    """What waits."""
    return await _page(request, fait=fait)


@post(BASE + "/{numero:int}/lire", guards=TRANCHENT, status_code=200)
async def post_lire_modification(request: Requete, numero: FromPath[int]) -> Template:
    """Show what is asked for, in clear: a reading that the audit log keeps, hence a POST."""
    personne: Personne = request.user
    try:
        lue = await portail_of(request).modifications.read_valeur(numero, par=personne.compte)
    except ModificationRefusee:
        raise NotFoundException from None
    return await _page(request, lue=lue)


@post(BASE + "/{numero:int}", guards=TRANCHENT, status_code=200)
async def post_trancher(request: Requete, numero: FromPath[int], data: Formulaire) -> Response[Any]:
    """Accept (an IBAN: approve, then another person accepts), or refuse with a reason."""
    personne: Personne = request.user
    modifications = portail_of(request).modifications
    try:
        if "refuser" in data:
            await modifications.refuse(numero, motif=data.get("motif", ""), par=personne.compte)
            fait = "REFUSEE"
        else:
            fait = await modifications.accept(numero, par=personne.compte)
    except ModificationRefusee as refusee:
        return await _page(request, erreur=str(refusee))
    return Redirect(f"{BASE}?fait={fait}", status_code=303)


async def _page(request: Requete, *, fait: str = "", erreur: str | None = None, lue: Any = None) -> Template:
    return render(
        request,
        "modifications_opco.html",
        statut=400 if erreur else 200,
        attente=await portail_of(request).modifications.list_waiting(),
        types=TYPES,
        mots=ETATS,
        lue=lue,
        fait=fait,
        erreur=erreur,
    )


PORTES = (get_modifications_opco, post_lire_modification, post_trancher)
