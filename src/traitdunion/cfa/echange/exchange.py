"""One call to the OPCO without any I/O: headers, token, a second try on a 401, and its three ends (norme.md §4, §7).

`Echange.call` is a generator: it yields what it wants (a request to be answered, or a token to be renewed) and is sent
the answer, or has the line's exception thrown in. The sync and the async client only do what it asks (ADR 0020).
"""

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from traitdunion import __version__
from traitdunion.cfa.echange.answers import AnswerUnreadable, has_norm_shape, read_refus, references
from traitdunion.cfa.echange.appels import Appel, Genre
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.dpop import Preuves, wants_nonce
from traitdunion.cfa.echange.jetons import Jetons
from traitdunion.cfa.echange.memoire import Memoire
from traitdunion.cfa.echange.pannes import (
    ENREGISTRE_SANS_DOUTE,
    ILLISIBLE,
    INDISPONIBLE,
    INJOIGNABLE,
    NON_ENVOYE,
    PERDUE,
    STATUTS_INCERTAINS,
    say_nature,
)
from traitdunion.cfa.errors import NotSent, QuotaReached, ReponseIllisible, ReponsePerdue, Unavailable
from traitdunion.norme.profils import Dpop

T = TypeVar("T")
ESSAIS_DE_LECTURE = 4
ESSAIS_DE_RENVOI = 4
ATTENTE_DE_RENVOI_S = 120.0
RETRY_AFTER_MAX_S = 30.0  # beyond, the caller is told when to come back rather than kept waiting
# The OPCO's `Retry-After` is the same for all its clients: they must not all come back at that very second.
GIGUE_S = 1.0
GARDEE = "traitdunion.gardee"  # what a 304 to this request would leave true
_hasard = SystemRandom()


class _SansParametres(logging.Filter):
    """Drops the query of the URLs that httpx logs: `cfakeyinfo` carries a key in it (norme.md §4)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_SansParametres())


def utc_now() -> datetime:
    """The time of day, for proofs of possession only."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class BesoinJeton:
    """A token must be asked for, unless another call has just got one; `refuse`: the one that was refused."""

    refuse: str | None

    def __repr__(self) -> str:
        return "BesoinJeton()"


Pas = httpx.Request | BesoinJeton


class Echange:
    """The calls of one client: its token, its proofs, what it has read with an ETag."""

    def __init__(
        self,
        connecteur: Connecteur,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.connecteur = connecteur
        self._profil = connecteur.profil
        self._clock = clock
        self._preuves = Preuves()
        self._memoire = Memoire()
        self._delais = {"timeout": httpx.Timeout(self._profil.delai_s).as_dict()}
        self.jetons = Jetons(connecteur, self._preuves, monotonic=monotonic, clock=clock, prepare=self._prepare)

    def __repr__(self) -> str:
        return f"Echange({self._profil.api!r})"

    def plan(self, appel: Appel[T]) -> tuple[Appel[T], dict[str, Any] | None]:
        """The call as all its tries make it, and how often: arguments of `stamina.retry_context`, or None for once.

        Reads are tried again. A deposit is when the server knows it again, and its caller has no way of its own to go
        about it: then all its tries bear one idempotency key, so that they are one deposit.
        """
        if appel.genre is Genre.LECTURE:
            return appel, {
                "on": pause_before_reading_again,
                "attempts": ESSAIS_DE_LECTURE,
                "timeout": self._profil.delai_s,
            }
        if appel.genre is not Genre.DEPOT or not self._profil.renvoi_reconnu or appel.cle_idempotence is not None:
            return appel, None
        essais = {"on": (ReponsePerdue, NotSent), "attempts": ESSAIS_DE_RENVOI, "timeout": ATTENTE_DE_RENVOI_S}
        return replace(appel, cle_idempotence=str(uuid4())), essais

    def call(self, appel: Appel[T]) -> Generator[Pas, Any, T]:
        """One try. Raises Refused (recorded: no), NotSent (sent: no), ReponsePerdue (nobody knows), Unavailable."""
        perdue = ReponsePerdue if appel.genre is Genre.DEPOT else Unavailable
        phrase = PERDUE if appel.genre is Genre.DEPOT else INDISPONIBLE
        try:
            reponse = yield from self._exchange(appel)
        except httpx.HTTPError as erreur:
            nature = say_nature(erreur)
            if isinstance(erreur, NON_ENVOYE) and appel.genre is not Genre.LECTURE:
                raise NotSent(INJOIGNABLE.format(nature=nature)) from None
            raise perdue(phrase.format(nature=nature)) from None
        if reponse.status_code in STATUTS_INCERTAINS or not _is_answer(reponse):
            raise perdue(phrase.format(nature=f"HTTP {reponse.status_code}"), **references(reponse))
        if reponse.status_code not in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
            raise read_refus(reponse)
        return self._read(appel, reponse)

    def _exchange(self, appel: Appel[Any]) -> Generator[Pas, Any, httpx.Response]:
        """Sent once, and a second time when it was refused for its token, or for want of a nonce.

        A 401 is said before anything is done: the same call may be sent again.
        """
        refuse = None
        for _ in range(2):
            jeton = self.jetons.live(refuse=refuse)
            if jeton is None:
                yield BesoinJeton(refuse)
                jeton = self.jetons.current
            reponse: httpx.Response = yield self._request(appel, jeton)
            self._preuves.keep_nonce(reponse)
            if reponse.status_code != httpx.codes.UNAUTHORIZED:
                break
            refuse = refuse if self._bound and wants_nonce(reponse) else jeton
        return reponse

    @property
    def _bound(self) -> bool:
        return self.connecteur.dpop is Dpop.LIE

    def _request(self, appel: Appel[Any], jeton: str) -> httpx.Request:
        profil = self._profil
        entetes = {"EDITEUR": profil.editeur, "LOGICIEL": profil.logiciel, "VERSION": profil.version}
        if appel.avec_cle:
            entetes["X-API-KEY"] = profil.cle_api
        if appel.cle_idempotence is not None:
            entetes["Idempotency-Key"] = appel.cle_idempotence
        if appel.corps is not None:
            entetes["Content-Type"] = "application/json"
        entetes["Authorization"] = f"{'DPoP' if self._bound else 'Bearer'} {jeton}"
        requete = self._prepare(
            appel.methode,
            f"{profil.api}{appel.chemin}",
            headers=entetes,
            params=appel.parametres,
            content=appel.corps,
            files=appel.parties,
        )
        if self._bound:
            requete.headers["DPoP"] = self._preuves.sign(appel.methode, requete.url, at=self._clock(), jeton=jeton)
        if appel.conditionnel and (gardee := self._memoire.find(str(requete.url))) is not None:
            requete.headers["If-None-Match"] = gardee.etag
            requete.extensions[GARDEE] = gardee.corps
        return requete

    def _prepare(self, methode: str, url: str, *, auth: httpx.BasicAuth | None = None, **options: Any) -> httpx.Request:
        entetes = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": f"traitdunion/{__version__}",
            **options.pop("headers", {}),
        }
        requete = httpx.Request(methode, url, headers=entetes, extensions=dict(self._delais), **options)
        return requete if auth is None else next(auth.auth_flow(requete))

    def _read(self, appel: Appel[T], reponse: httpx.Response) -> T:
        corps = reponse.content
        if appel.conditionnel:
            if reponse.status_code == httpx.codes.NOT_MODIFIED:
                corps = reponse.request.extensions[GARDEE]
            else:
                self._memoire.keep(str(reponse.request.url), reponse)
        try:
            return appel.lire(corps)
        except AnswerUnreadable:
            if appel.genre is Genre.DEPOT:
                raise ReponsePerdue(ENREGISTRE_SANS_DOUTE, **references(reponse)) from None
            raise ReponseIllisible(ILLISIBLE, **references(reponse)) from None


def pause_before_reading_again(erreur: Exception) -> bool | timedelta:
    """Whether a read is tried again, and after how long when the OPCO says so: its Retry-After, and a jitter."""
    if isinstance(erreur, ReponseIllisible) or not isinstance(erreur, Unavailable | NotSent | QuotaReached):
        return False
    attente_s = erreur.retry_after_s
    if attente_s is None:
        return True
    if attente_s > RETRY_AFTER_MAX_S:
        return False
    return timedelta(seconds=attente_s + _hasard.uniform(0, GIGUE_S))


def _is_answer(reponse: httpx.Response) -> bool:
    """Whether it is the OPCO's own word: 200, a 304 that was asked for, or its no.

    Below 400 (a redirection, a 204) or unknown above, nothing is certain.
    """
    statut = reponse.status_code
    if statut == httpx.codes.OK:
        return True
    if statut == httpx.codes.NOT_MODIFIED:
        return GARDEE in reponse.request.extensions
    client = httpx.codes.BAD_REQUEST <= statut < httpx.codes.INTERNAL_SERVER_ERROR
    return client or (statut > httpx.codes.INTERNAL_SERVER_ERROR and has_norm_shape(reponse))
