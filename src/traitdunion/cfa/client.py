"""The SDK of a CFA's software: deposit a contract and its pieces, read back what the OPCO made of them.

The methods of `ClientCfa` are the calls of `traitdunion.cfa.echange.appels` and the démarches of
`traitdunion.cfa.echange.demarches`, each with its documentation; `ClientCfaAsync` (`cfa.asynchrone`) has the same.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
import stamina

from traitdunion.cfa.echange import appels, demarches
from traitdunion.cfa.echange.appels import Appel, Pages
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.demarches import Demarche, MemeDossier, Pause
from traitdunion.cfa.echange.exchange import BesoinJeton, Echange, Pas, utc_now
from traitdunion.cfa.echange.fichiers import TYPES_DE_FICHIER, Fichier
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.profil import Profil

__all__ = ["TYPES_DE_FICHIER", "ClientCfa", "Fichier", "MemeDossier"]

T = TypeVar("T")
P = ParamSpec("P")


def _call(build: Callable[Concatenate[Connecteur, P], Appel[T]]) -> "Callable[Concatenate[ClientCfa, P], T]":
    """A method that makes one call."""

    @wraps(build)
    def method(self: "ClientCfa", *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(build(self.connecteur, *args, **kwargs))

    return method


def _walk(build: Callable[Concatenate[Connecteur, P], Pages[T]]) -> "Callable[Concatenate[ClientCfa, P], Iterator[T]]":
    """A method that gives rows, page after page."""

    @wraps(build)
    def method(self: "ClientCfa", *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._rows(build(self.connecteur, *args, **kwargs))

    return method


def _lead(build: Callable[Concatenate[Connecteur, P], Demarche[T]]) -> "Callable[Concatenate[ClientCfa, P], T]":
    """A method that takes several calls."""

    @wraps(build)
    def method(self: "ClientCfa", *args: P.args, **kwargs: P.kwargs) -> T:
        return self._drive(build(self.connecteur, *args, **kwargs))

    return method


class ClientCfa:
    """One CFA speaking to one OPCO; a context manager, which threads may share.

    Deposits are sent once and end in one of three ways: the typed answer, `Refused` (nothing recorded), `NoAnswer`
    (of which `ReponsePerdue`: nobody knows, norme.md §7). When the profile says that the server recognises the same
    deposit (`renvoi_reconnu`), a lost answer is first asked again by sending the very same bytes. A caller that keeps
    its own `cle_idempotence` (1-255 visible characters, made once for all the tries of one deposit) decides itself when
    to send again: then each call sends once. Reads are retried, when the OPCO says (`Retry-After`) or with back-off. A
    route that the OPCO does not have raises `RouteAbsente` before anything is sent.

    `transport`, `monotonic`, `clock` and `sleep` are for tests (`traitdunion.cfa.essai`).
    """

    def __init__(
        self,
        profil: Profil,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.profil = profil
        self.connecteur = Connecteur(profil)
        self._echange = Echange(self.connecteur, monotonic=monotonic, clock=clock)
        self._http = httpx.Client(transport=transport, follow_redirects=False)
        self._renouvellement = threading.Lock()
        self._monotonic, self._sleep = monotonic, sleep

    def __enter__(self) -> "ClientCfa":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ClientCfa({self.profil.api!r})"

    def close(self) -> None:
        """Close the connections and forget the token."""
        self._echange.jetons.forget()
        self._http.close()

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

    def run(self, appel: Appel[T]) -> T:
        """Make one call, tried again as its kind allows. Raises what its documentation says."""
        appel, essais = self._echange.plan(appel)
        if essais is None:
            return self._drive(self._echange.call(appel))
        for essai in stamina.retry_context(**essais):
            with essai:
                return self._drive(self._echange.call(appel))
        raise AssertionError("retry_context ends by a return or an exception")

    def _drive(self, etapes: Generator[Any, Any, T]) -> T:
        """Do what an exchange or a démarche asks for, until it ends."""
        try:
            pas = next(etapes)
            while True:
                try:
                    fait = self._do(pas)
                except (httpx.HTTPError, ErreurCfa) as erreur:
                    pas = etapes.throw(erreur)
                else:
                    pas = etapes.send(fait)
        except StopIteration as fin:
            trouve: T = fin.value
            return trouve

    def _do(self, pas: Pas | Appel[Any] | Pause) -> Any:
        if isinstance(pas, httpx.Request):
            return self._http.send(pas)
        if isinstance(pas, BesoinJeton):
            return self._renew(pas.refuse)
        if isinstance(pas, Appel):
            return self.run(pas)
        if pas.secondes > 0:
            self._sleep(pas.secondes)
        return self._monotonic()

    def _renew(self, refuse: str | None) -> None:
        """A new token, unless another thread has just had one."""
        with self._renouvellement:
            if self._echange.jetons.live(refuse=refuse) is None:
                self._drive(self._echange.jetons.renew())

    def _rows(self, pages: Pages[T]) -> Iterator[T]:
        vus, numero = 0, 1
        while True:
            lot = self.run(pages.page(numero))
            yield from lot.lignes
            vus, numero = vus + len(lot.lignes), numero + 1
            # An empty page ends it too: a total that is wrong must not make this loop for ever.
            if not lot.lignes or vus >= lot.total:
                return
