"""What is grave asks for the password anew, when it was not shown a moment ago."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Requete, address_of, portail_of
from traitdunion.opco.pages.session import cookie


def is_proved(request: Requete) -> bool:
    """Whether the person showed their password a moment ago."""
    personne: Personne = request.user
    return personne.has_proved(at=portail_of(request).clock.now())


async def prove(request: Requete, data: Mapping[str, str]) -> str | None:
    """The token to give the browser, None when the proof still held. Raises ConnexionRefusee on a wrong password."""
    if is_proved(request):
        return None
    return await portail_of(request).connexion.prove(
        request.user, data.get("mot_de_passe", ""), adresse=address_of(request)
    )


def with_proof(request: Requete, page: Response[Any], jeton: str | None) -> Response[Any]:
    """The page, with the session's new token when there is one."""
    if jeton is not None:
        page.cookies.append(cookie(jeton, https=portail_of(request).affichage.https))
    return page
