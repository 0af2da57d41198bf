"""GET dossiers/etats: a bare array in v1, pages in v2; a 304 reads one row (norme.md §1, §2)."""

from collections.abc import Awaitable, Callable

from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import depot as codes
from traitdunion.opco.api.call import Answer, Call, read_numero
from traitdunion.opco.api.services import Services


async def get_etats_v1(call: Call, services: Services) -> Answer:
    """Every dossier's state."""
    siren = call.par.siren
    etag, inchange = await _etag(call, services, siren)
    if inchange:
        return Answer(b"", statut=304, entetes=_cachable(etag))
    etats = await services.dossiers.list_etats(siren=siren)
    return Answer(ecriture.write_plain(etats), entetes=_cachable(etag))


async def get_etats_v2(call: Call, services: Services) -> Answer:
    """One page of states, from 1; past the end, an empty one."""
    siren = call.par.siren

    async def read(page: int) -> bytes:
        return ecriture.write_plain(await services.dossiers.list_page(siren=siren, page=page))

    return await answer_page(call, services, read)


async def answer_page(call: Call, services: Services, read: Callable[[int], Awaitable[bytes]]) -> Answer:
    """The page that a call asks for, or a 304 when nothing of this CFA has changed since. Raises PARAMETRE_INVALIDE."""
    texte = {nom.lower(): valeur for nom, valeur in call.query().items()}.get("numeropage", "1")
    page = read_numero(texte)
    if page is None or page > 10**9:
        raise codes.PARAMETRE_INVALIDE.refus(
            "numeroPage", parametre="numeroPage", attendu="un numéro de page, à partir de 1"
        )
    etag, inchange = await _etag(call, services, call.par.siren, suffixe=f"-{page}")
    if inchange:
        return Answer(b"", statut=304, entetes=_cachable(etag))
    return Answer(await read(page), entetes=_cachable(etag))


async def _etag(call: Call, services: Services, siren: str, *, suffixe: str = "") -> tuple[str, bool]:
    """The ETag of this list now, and whether the caller already has it."""
    etag = f'"{siren}-{await services.dossiers.version(siren=siren)}{suffixe}"'
    connus = (call.header(b"if-none-match") or "").split(",")
    return etag, any(connu.strip().removeprefix("W/") in (etag, "*") for connu in connus)


def _cachable(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": "private, no-cache"}
