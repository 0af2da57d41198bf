"""Who is connected: the cookie, the middleware that resolves it, the guards of the pages."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Guard

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.comptes.sessions import DUREE_MEMORISEE, Personne

COOKIE = "tdu_session"
Connexion = ASGIConnection[Any, Any, Any, Any]


class SecondFacteurAttendu(Exception):
    """The password was right, the second factor is still due."""


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Resolves the cookie of each request into a Personne, or nobody."""

    async def authenticate_request(self, connection: Connexion) -> AuthenticationResult:
        """`user` is None for nobody; the guards decide what nobody may see."""
        jeton = connection.cookies.get(COOKIE)
        personne = await connection.app.state.portail.sessions.resolve(jeton) if jeton else None
        return AuthenticationResult(user=personne, auth=None)


def cookie(jeton: str, *, https: bool, memorisee: bool = False) -> Cookie:
    """The cookie of a session: for the browser's lifetime, or for as long as a remembered session."""
    return Cookie(
        key=COOKIE,
        value=jeton,
        path="/",
        httponly=True,
        samesite="lax",
        secure=https,
        max_age=int(DUREE_MEMORISEE.total_seconds()) if memorisee else None,
    )


def erased(*, https: bool) -> Cookie:
    """The cookie that takes the session's away."""
    return Cookie(key=COOKIE, value="", path="/", httponly=True, samesite="lax", secure=https, max_age=0)


def requires(*roles: Role) -> Guard:
    """Only these roles, whole sessions only. Raises NotAuthorizedException, SecondFacteurAttendu, or 403."""
    admis = frozenset(roles)

    def guard(connection: Connexion, _handler: BaseRouteHandler) -> None:
        personne: Personne | None = connection.user
        if personne is None:
            raise NotAuthorizedException
        if not personne.complete:
            raise SecondFacteurAttendu
        if personne.role not in admis:
            raise PermissionDeniedException

    return guard


def half_open(connection: Connexion, _handler: BaseRouteHandler) -> None:
    """The pages of the second factor: someone is connected, whole or not. Raises NotAuthorizedException."""
    if connection.user is None:
        raise NotAuthorizedException
