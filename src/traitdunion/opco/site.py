"""The whole server as one ASGI application: the norm's door, and beside it the doors that people use."""

import gc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import structlog
from litestar import Litestar
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from traitdunion.opco.api.application import Application
from traitdunion.opco.editeur import espace
from traitdunion.opco.instruction import actes as actes_opco
from traitdunion.opco.instruction import apercus, editeurs, organisations, parametres
from traitdunion.opco.instruction import demandes as demandes_opco
from traitdunion.opco.instruction import dossiers as dossiers_opco
from traitdunion.opco.instruction import modifications as modifications_opco
from traitdunion.opco.instruction.factures import pieces as pieces_factures
from traitdunion.opco.instruction.factures import queue as factures_opco
from traitdunion.opco.instruction.paiements import banque, lots, recouvrements
from traitdunion.opco.mya import (
    accrochage,
    accueil,
    compte,
    demandes,
    dossier,
    dossiers,
    facture,
    factures,
    fiche_compte,
    lecture,
    reponse,
)
from traitdunion.opco.pages import connexion, facteurs, moi
from traitdunion.opco.pages.application import application
from traitdunion.opco.pages.services import Portail
from traitdunion.opco.socle import logs

# First segment of the addresses of the HTML doors; all the others are the norm's.
ESPACES = frozenset({"mya", "editeur", "instruction", "statique"})
PORTES = tuple(
    porte
    for module in (
        connexion,
        accueil,
        compte,
        dossiers,
        dossier,
        reponse,
        accrochage,
        demandes,
        espace,
        dossiers_opco,
        actes_opco,
        apercus,
        factures_opco,
        pieces_factures,
        lots,
        banque,
        recouvrements,
        organisations,
        editeurs,
        demandes_opco,
        facture,
        factures,
        fiche_compte,
        modifications_opco,
        parametres,
        lecture,
        moi,
        facteurs,
    )
    for porte in module.PORTES
)
JETON = "/oauth2/token"
GC_SEUIL = 20_000  # container objects allocated between two collections
log = structlog.get_logger("site")


class Site:
    """Opens the use cases of both doors when the server starts, then hands each call to its door."""

    def __init__(
        self,
        norme: Application,
        portail: Callable[[], AbstractAsyncContextManager[Portail]],
        *,
        frontaux: str = "",
    ) -> None:
        self._norme = norme
        self._portail = portail
        # Where the caller's own address matters: who guesses passwords or secrets must not pass for the front server.
        self._jetons = ProxyHeadersMiddleware(norme, frontaux)
        self._frontaux = frontaux
        self._pages_behind: Any = None
        self._pages: Litestar | None = None

    @property
    def pages(self) -> Litestar:
        """The application of the HTML doors, once it is open."""
        assert self._pages is not None
        return self._pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._pages is not None and _is_for_people(scope["path"]):
            await self._pages_behind(scope, receive, send)
        elif scope["path"].lower() == JETON:
            await self._jetons(scope, receive, send)
        else:
            await self._norme(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """The lifespan protocol of ASGI: the server takes calls once the use cases are open."""
        await receive()
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self._norme.running())
                self._pages = application(await stack.enter_async_context(self._portail()), PORTES)
                self._pages_behind = ProxyHeadersMiddleware(self._pages, self._frontaux)  # type: ignore[arg-type]
                gc.collect()
                # What was built to last is not looked through again, and a call leaves no cycles worth looking for.
                gc.freeze()
                gc.set_threshold(GC_SEUIL)
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as erreur:
            log.error("demarrage_ou_arret", **logs.where(erreur))
            await send({"type": "lifespan.startup.failed", "message": type(erreur).__name__})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def _is_for_people(chemin: str) -> bool:
    return chemin == "/" or chemin.split("/", 2)[1].lower() in ESPACES
