"""The header Idempotency-Key at the door."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.api.call import Answer, Call
from traitdunion.opco.api.services import Services
from traitdunion.opco.idempotence.service import place_of

REJOUE = {"Idempotency-Replayed": "true"}


async def once(call: Call, services: Services, contenu: bytes, action: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run `action`, or give again the answer it gave under the same key.

    Raises CLE_IDEMPOTENCE_INVALIDE. Without the header, `action` runs: identity still recognises the deposit.
    """
    cle = call.header(b"idempotency-key")
    if cle is None:
        return await action()
    if not 1 <= len(cle) <= 255 or not all("!" <= lettre <= "~" for lettre in cle):
        raise codes.CLE_IDEMPOTENCE_INVALIDE.refus("Idempotency-Key")
    route = f"{call.methode} {call.chemin}"
    place = place_of(editeur=call.par.editeur, siren=call.par.siren, route=route, cle=cle)
    faites: list[Answer] = []

    async def run() -> bytes:
        faites.append(await action())
        return faites[0].corps

    corps, rejouee = await services.idempotence.run(place, contenu=sha256(contenu).digest(), action=run)
    return Answer(corps, entetes=dict(REJOUE)) if rejouee else faites[0]
