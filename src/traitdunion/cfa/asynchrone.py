"""The same SDK for asyncio programs: the methods of `ClientCfa`, awaited (ADR 0020)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from datetime import datetime
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
import stamina

from traitdunion.cfa.echange import appels, demarches
from traitdunion.cfa.echange.appels import Appel, Pages
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.demarches import Demarche, Pause
from traitdunion.cfa.echange.exchange import BesoinJeton, Echange, Pas, utc_now
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.profil import Profil

T = TypeVar("T")
P = ParamSpec("P")
Method = Callable[Concatenate["ClientCfaAsync", P], Coroutine[Any, Any, T]]


def _call(build: Callable[Concatenate[Connecteur, P], Appel[T]]) -> Method[P, T]:
    @wraps(build)
    async def method(self: "ClientCfaAsync", *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(build(self.connecteur, *args, **kwargs))

    return method


def _walk(
    build: Callable[Concatenate[Connecteur, P], Pages[T]],
) -> "Callable[Concatenate[ClientCfaAsync, P], AsyncIterator[T]]":
    @wraps(build)
    def method(self: "ClientCfaAsync", *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self._rows(build(self.connecteur, *args, **kwargs))

    return method


def _lead(build: Callable[Concatenate[Connecteur, P], Demarche[T]]) -> Method[P, T]:
    @wraps(build)
    async def method(self: "ClientCfaAsync", *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._drive(build(self.connecteur, *args, **kwargs))

    return method


class ClientCfaAsync:
    """`ClientCfa` for asyncio: same methods, same answers, same errors; lists are read with `async for`.

    An async context manager, for the tasks of one event loop; one of them at a time renews the token for all.
    """

    def __init__(
        self,
        profil: Profil,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.profil = profil
        self.connecteur = Connecteur(profil)
        self._echange = Echange(self.connecteur, monotonic=monotonic, clock=clock)
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False)
        self._renouvellement = asyncio.Lock()
        self._monotonic, self._sleep = monotonic, sleep

    async def __aenter__(self) -> "ClientCfaAsync":
        return self

    async def __aexit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"ClientCfaAsync({self.profil.api!r})"

    async def close(self) -> None:
        """Close the connections and forget the token."""
        self._echange.jetons.forget()
        await self._http.aclose()

    def write(self, message: Any) -> bytes:
        """The very bytes that a deposit of this message would send; bytes are given back as they are."""
        return self.connecteur.write(message)

    deposit = _call(appels.deposit)
    deposit_convention = _call(appels.deposit_convention)
    deposit_document = _call(appels.deposit_document)
    deposit_facture = _call(appels.deposit_facture)
    deposit_avoir = _call(appels.deposit_avoir)
    deposit_certificat = _call(appels.deposit_certificat)
    deposit_rupture = _call(appels.deposit_rupture)
    check = _call(appels.check)

    find_dossier = _call(appels.find_dossier)
    list_dossiers = _call(appels.list_dossiers)
    list_etats = _walk(appels.list_etats)
    list_etats_v1 = _call(appels.list_etats_v1)
    list_etats_factures = _walk(appels.list_etats_factures)
    list_etats_avoirs = _walk(appels.list_etats_avoirs)
    list_evenements = _call(appels.list_evenements)
    find_recepisse = _call(appels.find_recepisse)
    find_document = _call(appels.find_document)
    key_info = _call(appels.key_info)
    status = _call(appels.status)

    find_same_dossier = _lead(demarches.find_same_dossier)
    find_same_dossiers = _lead(demarches.find_same_dossiers)
    find_same_facture = _lead(demarches.find_same_facture)
    find_same_factures = _lead(demarches.find_same_factures)
    wait_for = _lead(demarches.wait_for)

    async def run(self, appel: Appel[T]) -> T:
        """Make one call, tried again as its kind allows. Raises what its documentation says."""
        appel, essais = self._echange.plan(appel)
        if essais is None:
            return await self._drive(self._echange.call(appel))
        async for essai in stamina.retry_context(**essais):
            with essai:
                return await self._drive(self._echange.call(appel))
        raise AssertionError("retry_context ends by a return or an exception")

    async def _drive(self, etapes: Generator[Any, Any, T]) -> T:
        """Do what an exchange or a démarche asks for, until it ends."""
        try:
            pas = next(etapes)
            while True:
                try:
                    fait = await self._do(pas)
                except (httpx.HTTPError, ErreurCfa) as erreur:
                    pas = etapes.throw(erreur)
                else:
                    pas = etapes.send(fait)
        except StopIteration as fin:
            trouve: T = fin.value
            return trouve

    async def _do(self, pas: Pas | Appel[Any] | Pause) -> Any:
        if isinstance(pas, httpx.Request):
            return await self._http.send(pas)
        if isinstance(pas, BesoinJeton):
            return await self._renew(pas.refuse)
        if isinstance(pas, Appel):
            return await self.run(pas)
        if pas.secondes > 0:
            await self._sleep(pas.secondes)
        return self._monotonic()

    async def _renew(self, refuse: str | None) -> None:
        """A new token, unless another task has just had one."""
        async with self._renouvellement:
            if self._echange.jetons.live(refuse=refuse) is None:
                await self._drive(self._echange.jetons.renew())

    async def _rows(self, pages: Pages[T]) -> AsyncIterator[T]:
        vus, numero = 0, 1
        while True:
            lot = await self.run(pages.page(numero))
            for ligne in lot.lignes:
                yield ligne
            vus, numero = vus + len(lot.lignes), numero + 1
            # An empty page ends it too: a total that is wrong must not make this loop for ever.
            if not lot.lignes or vus >= lot.total:
                return
