"""Error pages: a sentence, what to do, whom to write to; never what went wrong inside."""

from random import getrandbits
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect

from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import SecondFacteurAttendu
from traitdunion.opco.socle import logs

log = structlog.get_logger("pages")
CONNEXION = "/mya/connexion"
PHRASES = {
    400: ("Cette demande n'est pas lisible", "Revenez à la page précédente, rechargez-la et recommencez."),
    403: (
        "Cette page ne vous est pas ouverte",
        "Votre rôle n'y donne pas accès. Votre administrateur peut le changer.",
    ),
    404: ("Cette page n'existe pas", "Vérifiez l'adresse, ou repartez de l'accueil."),
    405: ("Cette page n'existe pas", "Vérifiez l'adresse, ou repartez de l'accueil."),
    413: ("Ce que vous envoyez est trop gros", "Réduisez le fichier, puis recommencez."),
    500: ("Un incident nous empêche de répondre", "Rien n'a été enregistré à moitié. Réessayez dans un instant."),
}
JETON_FORMULAIRE = "Ce formulaire est resté ouvert trop longtemps : revenez en arrière, rechargez la page, recommencez."


def on_http(request: Request[Any, Any, Any], erreur: HTTPException) -> Response[Any]:
    """A status that a handler or the framework gave."""
    if isinstance(erreur, NotAuthorizedException):
        suite = request.url.path if request.method == "GET" else ""
        return Redirect(f"{CONNEXION}?suite={quote(suite)}" if suite else CONNEXION, status_code=303)
    statut = erreur.status_code if erreur.status_code in PHRASES else (400 if erreur.status_code < 500 else 500)
    titre, conseil = PHRASES[statut]
    if statut == 403 and "CSRF" in str(erreur.detail):
        conseil = JETON_FORMULAIRE
    return _page(request, statut, titre, conseil)


def on_second_facteur(_request: Request[Any, Any, Any], _erreur: SecondFacteurAttendu) -> Response[Any]:
    """The session is half open: on to the second factor."""
    return Redirect("/mya/code", status_code=303)


def on_unreadable(request: Request[Any, Any, Any], erreur: Exception) -> Response[Any]:
    """What no database can hold, a NUL among letters or a number without end: not read, and no incident of ours."""
    log.warning("saisie_illisible", **logs.where(erreur))
    return _page(request, 400, *PHRASES[400])


def on_other(request: Request[Any, Any, Any], erreur: Exception) -> Response[Any]:
    """What nobody foresaw: a reference to quote, and its place in the logs."""
    reference = f"{getrandbits(64):016x}"
    log.error("erreur_interne", requete=reference, **logs.where(erreur))
    titre, conseil = PHRASES[500]
    return _page(request, 500, titre, conseil, reference=reference)


def _page(
    request: Request[Any, Any, Any], statut: int, titre: str, conseil: str, *, reference: str | None = None
) -> Response[Any]:
    # Outside the routes nobody was resolved: the page is then the one of nobody.
    request.scope.setdefault("user", None)
    page = render(request, "erreur.html", statut=statut, titre=titre, conseil=conseil, reference=reference)
    return page
