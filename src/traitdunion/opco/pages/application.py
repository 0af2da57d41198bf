"""The HTML doors as one Litestar application."""

from collections.abc import Sequence
from typing import Any

import psycopg
from litestar import Litestar, Request, Response, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from traitdunion.opco.pages import erreurs, gabarits, statique
from traitdunion.opco.pages.services import Portail
from traitdunion.opco.pages.session import SecondFacteurAttendu, SessionMiddleware

CORPS_MAX = 64 * 1024  # bytes of a form; files have routes of their own
SECURITE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SANS_CACHE = {"Cache-Control": "no-store"}


@get("/statique/{nom:str}", sync_to_thread=False)
def get_statique(request: Request[Any, Any, Any], nom: FromPath[str]) -> Response[bytes]:
    """A style sheet or our script."""
    fichier: statique.Fichier | None = request.app.state.fichiers.get(nom)
    if fichier is None:
        raise NotFoundException
    return Response(fichier.corps, media_type=fichier.type_contenu, headers=dict(fichier.entetes))


def secure(reponse: Response[Any]) -> Response[Any]:
    """The headers of every page; nothing of a person is kept by a browser or in between."""
    for nom, valeur in {**SANS_CACHE, **SECURITE}.items():
        reponse.headers.setdefault(nom, valeur)
    return reponse


def application(portail: Portail, portes: Sequence[ControllerRouterHandler]) -> Litestar:
    """The application of the doors given, for one set of use cases."""
    fichiers = statique.fichiers(portail.affichage.couleur)
    gabarit = JinjaTemplateEngine.from_environment(gabarits.environment(fichiers))
    return Litestar(
        route_handlers=[get_statique, *portes],
        openapi_config=None,
        csrf_config=CSRFConfig(
            secret=portail.secret_formulaires,
            cookie_name="tdu_formulaire",
            cookie_httponly=True,
            cookie_samesite="lax",
            cookie_secure=portail.affichage.https,
        ),
        template_config=TemplateConfig(instance=gabarit),
        middleware=[DefineMiddleware(SessionMiddleware)],
        exception_handlers={
            HTTPException: erreurs.on_http,
            SecondFacteurAttendu: erreurs.on_second_facteur,
            psycopg.DataError: erreurs.on_unreadable,
            Exception: erreurs.on_other,
        },
        after_request=secure,
        state=State({"portail": portail, "fichiers": fichiers}),
        logging_config=None,
        request_max_body_size=CORPS_MAX,
    )
