"""The pages of a document beside what is checked on them, for staff."""

from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.instruction.dossiers import BASE, DECIDENT, LECTEURS, find, read_numero
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pieces.apercu import LARGEURS, ApercuImpossible, PageAbsente
from traitdunion.opco.pieces.store import LigneDocument

DOCUMENT = BASE + "/{numero:str}/documents/{document:int}"
IMAGE_CSP = "sandbox; default-src 'none'"


@get(DOCUMENT + "/pages", guards=LECTEURS)
async def get_pages(
    request: Requete,
    numero: FromPath[str],
    document: FromPath[int],
    page: FromQuery[str] = "1",
    zoom: FromQuery[str] = "",
) -> Template:
    """One page of a document, the differences and the mandate beside it."""
    ligne = await _find(request, numero, document)
    dossier = await find(request, numero)
    return render(
        request,
        "dossiers/apercu.html",
        dossier=dossier,
        adresse=f"{BASE}/{dossier.numero_externe}",
        document=document,
        convention=ligne.type_fichier == "CONVENTION_FORMATION",
        decide=request.user.role in DECIDENT,
        **await leaf_through(request, ligne, page=page, zoom=zoom),
    )


@get(DOCUMENT + "/pages/{page:int}", guards=LECTEURS)
async def get_page(
    request: Requete, numero: FromPath[str], document: FromPath[int], page: FromPath[int], largeur: FromQuery[str] = ""
) -> Response[Any]:
    """The image of one page; the browser keeps it for itself."""
    return await draw(request, await _find(request, numero, document), page=page, largeur=largeur)


async def draw(request: Requete, ligne: LigneDocument, *, page: int, largeur: str) -> Response[Any]:
    """A page as an image, for somebody who may see the document. Raises NotFoundException when there is none."""
    pixels = LARGEURS[1] if largeur == str(LARGEURS[1]) else LARGEURS[0]
    etag = f'"{ligne.sha256_fichier.hex()[:32]}-{page}-{pixels}"'
    entetes = {"ETag": etag, "Cache-Control": "private, max-age=3600", "Content-Security-Policy": IMAGE_CSP}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=entetes)
    if page < 1:
        raise NotFoundException
    try:
        apercu = await portail_of(request).apercus.draw(ligne, page=page, largeur=pixels)
    except (PageAbsente, ApercuImpossible):
        raise NotFoundException from None
    return Response(apercu.png, media_type="image/png", headers=entetes)


async def leaf_through(request: Requete, ligne: LigneDocument, *, page: str, zoom: str) -> dict[str, Any]:
    """What a page that shows a document needs: which of its pages, how many, how wide, or why it cannot be drawn."""
    rang = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1
    erreur, pages = None, 0
    try:
        pages = await portail_of(request).apercus.count(ligne)
    except ApercuImpossible as impossible:
        erreur = str(impossible)
    return {
        "page": min(max(rang, 1), max(pages, 1)),
        "pages": pages,
        "largeur": LARGEURS[1] if zoom else LARGEURS[0],
        "zoom": bool(zoom),
        "erreur": erreur,
        "libelle": TYPE_FICHIER.codes.get(ligne.type_fichier, ligne.type_fichier),
    }


async def _find(request: Requete, numero: str, document: int) -> LigneDocument:
    """A document of a dossier, read in the log. Raises NotFoundException."""
    personne: Personne = request.user
    siren = await portail_of(request).vue.find_siren(read_numero(numero), document, par=personne.acteur)
    if siren is None:
        raise NotFoundException
    try:
        return await portail_of(request).pieces.find(document, siren=siren)
    except Refus:  # in quarantine
        raise NotFoundException from None


PORTES = (get_pages, get_page)
