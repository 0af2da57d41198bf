"""What the bank gives back: its file sent in, what it changed, line by line."""

from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.instruction.paiements.lots import BASE as PAIEMENTS
from traitdunion.opco.instruction.paiements.lots import LECTEURS, NUMERO_MAX, PAIENT, PAYEURS
from traitdunion.opco.pages import joints
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.paiements.retours import RetoursIllisibles

BASE = PAIEMENTS + "/banque"


@dataclass
class SaisieRetour:
    """The form: a file."""

    fichier: UploadFile | None = None


FormulaireRetour = Annotated[SaisieRetour, Body(media_type=RequestEncodingType.MULTI_PART)]


@get(BASE, guards=LECTEURS)
async def get_banque(request: Requete) -> Template:
    """The form, and the last files."""
    return await _page(request)


@post(BASE, guards=PAYEURS, status_code=200, request_max_body_size=joints.CORPS_MAX)
async def post_banque(request: Requete, data: FormulaireRetour) -> Response[Any]:
    """Record what the bank says of each transfer; the same file twice changes nothing, and says so."""
    personne: Personne = request.user
    portail = portail_of(request)
    async with joints.staged(data.fichier, staging=portail.staging) as joint:
        octets = await anyio.Path(joint.chemin).read_bytes() if joint else b""
    if not octets:
        return await _page(
            request, statut=400, erreur="Choisissez le fichier de la banque : celui-ci est vide ou absent."
        )
    try:
        rapport = await portail.paiements.banque.import_retours(octets, par=personne.acteur)
    except RetoursIllisibles as illisible:
        return await _page(request, statut=400, erreur=str(illisible))
    lu = await portail.lecture_paiements.find_same(octets)
    assert lu is not None  # its row is committed
    fait = "deja" if rapport.deja_importe else "lu"
    return Redirect(f"{BASE}/{lu.id}?fait={fait}", status_code=303)


@get(BASE + "/{retour:int}", guards=LECTEURS)
async def get_retour(request: Requete, retour: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """What a file changed when it was read."""
    lu = await portail_of(request).lecture_paiements.find_retour(retour) if retour <= NUMERO_MAX else None
    if lu is None:
        raise NotFoundException
    return render(request, "paiements/retour.html", retour=lu, fait=fait)


async def _page(request: Requete, *, statut: int = 200, erreur: str | None = None) -> Template:
    return render(
        request,
        "paiements/banque.html",
        statut=statut,
        retours=await portail_of(request).lecture_paiements.list_retours(),
        paie=request.user.role in PAIENT,
        erreur=erreur,
    )


PORTES = (get_banque, post_banque, get_retour)
