"""The documents that came with an invoice: kept as deposited, or their pages as images beside the data."""

from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.nomenclatures import NATURE_LIGNE
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.instruction import apercus
from traitdunion.opco.instruction.dossiers import FICHIER_CSP
from traitdunion.opco.instruction.factures.queue import ADRESSE, BASE, LECTEURS, LIGNES, find
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pieces.gate import content_disposition
from traitdunion.opco.pieces.store import LigneDocument

DOCUMENT = ADRESSE + "/documents/{document:int}"


@get(DOCUMENT, guards=LECTEURS)
async def get_document_facture(request: Requete, numero: FromPath[int], document: FromPath[int]) -> Stream:
    """The bytes of a document, as they were deposited."""
    siren = await _find_siren(request, numero, document)
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


@get(DOCUMENT + "/pages", guards=LECTEURS)
async def get_pages_facture(
    request: Requete,
    numero: FromPath[int],
    document: FromPath[int],
    page: FromQuery[str] = "1",
    zoom: FromQuery[str] = "",
) -> Template:
    """One page of a document, the data of the invoice beside it."""
    ligne = await _find_document(request, numero, document)
    return render(
        request,
        "factures_opco/apercu.html",
        lue=await find(request, numero),
        adresse=f"{BASE}/{numero}",
        document=document,
        etats_ligne=LIGNES,
        natures=NATURE_LIGNE.codes,
        **await apercus.leaf_through(request, ligne, page=page, zoom=zoom),
    )


@get(DOCUMENT + "/pages/{page:int}", guards=LECTEURS)
async def get_page_facture(
    request: Requete, numero: FromPath[int], document: FromPath[int], page: FromPath[int], largeur: FromQuery[str] = ""
) -> Response[Any]:
    """The image of one page; the browser keeps it for itself."""
    return await apercus.draw(request, await _find_document(request, numero, document), page=page, largeur=largeur)


async def _find_siren(request: Requete, numero: int, document: int) -> str:
    """Whose document of this invoice it is; the log keeps the reading. Raises NotFoundException."""
    personne: Personne = request.user
    if max(numero, document) > 2**63 - 1:
        raise NotFoundException
    siren = await portail_of(request).vue_factures.find_siren(numero, document, par=personne.acteur)
    if siren is None:
        raise NotFoundException
    return siren


async def _find_document(request: Requete, numero: int, document: int) -> LigneDocument:
    siren = await _find_siren(request, numero, document)
    try:
        return await portail_of(request).pieces.find(document, siren=siren)
    except Refus:  # in quarantine
        raise NotFoundException from None


PORTES = (get_document_facture, get_pages_facture, get_page_facture)
