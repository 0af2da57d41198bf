"""The door: everything that is the same for every route of the norm, done once, around a handler of a few lines.

Order: route and method, mandatory headers, token and key, rate, then the handler. Whatever goes wrong comes out in the
error body of norme.md §5, and an error that nobody foresaw as a bare 500 with a reference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from random import getrandbits
from time import perf_counter
from typing import Any

import psycopg
import psycopg_pool
import structlog

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import acces as acces_codes
from traitdunion.norme.erreurs import technique as codes
from traitdunion.norme.routes import Acces, Route
from traitdunion.opco.acces.cles import last_day
from traitdunion.opco.acces.service import check_portee
from traitdunion.opco.api import problems
from traitdunion.opco.api.call import Answer, Call, ClientGone
from traitdunion.opco.api.services import Services
from traitdunion.opco.socle import failpoints, logs, metrics
from traitdunion.opco.socle.group_commit import QueueFull
from traitdunion.opco.socle.object_store import ObjectStoreError

Handler = Callable[[Call, Services], Awaitable[Answer]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

EN_TETES_OBLIGATOIRES = {nom: nom.lower().encode() for nom in ("EDITEUR", "LOGICIEL", "VERSION")}  # norme.md §4
INDISPONIBLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg_pool.PoolTimeout,
    QueueFull,
    ObjectStoreError,
    TimeoutError,
)
CODES_MAX = 20  # codes of one refusal that the list of calls keeps
log = structlog.get_logger("api")


@dataclass(frozen=True, slots=True)
class Entry:
    """A route of the norm and what answers it."""

    route: Route
    handler: Handler


class Door:
    """One path of the API as an ASGI application: its methods, and the door around each."""

    def __init__(self, chemin: str, version: str, methodes: Mapping[str, Entry], services: Services) -> None:
        self._chemin = chemin
        self._version = version
        self._methodes = methodes
        self._services = services
        self._mesure = metrics.Mesure(chemin)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send, parametres: dict[str, str]) -> None:
        debut = perf_counter()
        call = new_call(scope, receive, chemin=self._chemin, version=self._version, parametres=parametres)
        try:
            reponse = await self._answer(call)
        except ClientGone:
            metrics.CLIENTS_PARTIS.inc()
            return
        await send_answer(send, call, reponse)
        if call.habilitation is not None:
            self._services.appels.note(
                editeur=call.habilitation.editeur,
                siren=call.habilitation.siren,
                route=f"{call.methode} {self._chemin}",
                statut=reponse.statut,
                codes=call.codes,
                requete=call.identifiant,
            )
        self._mesure.observe(call.methode, reponse.statut, perf_counter() - debut)

    async def _answer(self, call: Call) -> Answer:
        try:
            return await self._serve(call)
        except Refus as refus:
            if refus.statut == HTTPStatus.FORBIDDEN and call.habilitation is None:
                await self._identify(call)
            return self._refuse(call, refus)
        except ClientGone:
            raise
        except INDISPONIBLE as erreur:
            log.error("indisponible", requete=call.identifiant, cause=type(erreur).__name__)
            return self._refuse(call, problems.unavailable())
        except asyncio.CancelledError:
            raise
        except Exception as erreur:
            # The text of an exception may quote a body: its type and place are enough to find the fault.
            log.error("erreur_interne", requete=call.identifiant, **logs.where(erreur))
            return self._refuse(call, codes.ERREUR_INTERNE.refus(requete=call.identifiant))

    async def _serve(self, call: Call) -> Answer:
        entry = self._methodes.get(call.methode)
        if entry is None:
            admises = ", ".join(sorted(self._methodes))
            raise codes.METHODE_NON_AUTORISEE.refus(
                entetes={"Allow": admises}, methode=call.methode[:20], admises=admises
            )
        route = entry.route
        if route.acces in (Acces.JETON, Acces.JETON_ET_CLE):
            entetes = await self._admit(call, route)
            reponse = await entry.handler(call, self._services)
            reponse.entetes.update(entetes)
        else:
            reponse = await entry.handler(call, self._services)
        failpoints.hit("avant_reponse")
        return reponse

    async def _admit(self, call: Call, route: Route) -> dict[str, str]:
        """Headers, token, key, rate; the headers to send back. Raises `Refus` 400, 401, 403 or 429."""
        absents = [nom for nom, cle in EN_TETES_OBLIGATOIRES.items() if not call.entetes.get(cle, b"").strip()]
        if absents:
            raise Refus([acces_codes.EN_TETE_MANQUANT.anomalie(nom, entete=nom) for nom in absents])
        services = self._services
        appel = services.acces.call_facts(call.entetes, methode=call.methode, chemin=call.chemin_recu)
        if route.acces is Acces.JETON:
            call.habilitation = await services.acces.resolve_jeton(appel)
        else:
            call.habilitation = await services.acces.resolve(appel)
        check_portee(call.habilitation, ecriture=call.methode != "GET")
        entetes = services.debit.take(call.habilitation)
        if call.habilitation.cle_expire_le is not None:
            entetes["X-Cle-Expire-Le"] = last_day(call.habilitation.cle_expire_le).isoformat()
        return entetes

    async def _identify(self, call: Call) -> None:
        """Whose call it was that its key or its accrochage had refused: the editor finds it in its list of calls."""
        appel = self._services.acces.call_facts(call.entetes, methode=call.methode, chemin=call.chemin_recu)
        with suppress(Refus, *INDISPONIBLE):
            call.habilitation = await self._services.acces.resolve_jeton(appel)

    def _refuse(self, call: Call, refus: Refus) -> Answer:
        metrics.REFUS.labels(refus.principale.code).inc()
        call.codes = list(dict.fromkeys(anomalie.code for anomalie in refus.anomalies))[:CODES_MAX]
        return problems.render(
            refus,
            accept=call.header(b"accept"),
            instance=call.identifiant,
            aide=self._services.aide,
        )


def new_call(
    scope: dict[str, Any], receive: Any, *, chemin: str, version: str, parametres: dict[str, str] | None = None
) -> Call:
    """A call as the server hands it over; `chemin` is the route's template."""
    client = scope.get("client")
    return Call(
        methode=scope["method"],
        chemin=chemin,
        version=version,
        entetes=dict(scope["headers"]),
        requete=scope["query_string"].decode("latin-1"),
        parametres=parametres or {},
        receive=receive,
        identifiant=_new_identifiant(),
        chemin_recu=scope.get("raw_path", b"").decode("latin-1") or scope["path"],
        adresse=client[0] if client else "",
    )


def _new_identifiant() -> str:
    """What a caller quotes to have its call found in the logs; it opens nothing, so it costs no system call."""
    return f"{getrandbits(64):016x}"


async def send_answer(send: Send, call: Call, reponse: Answer) -> None:
    """Write an answer out; a streamed one piece by piece."""
    entetes = [
        (b"content-type", reponse.type_contenu.encode("latin-1")),
        (b"x-request-id", call.identifiant.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    propres = {nom.lower(): valeur for nom, valeur in reponse.entetes.items()}
    entetes = [(nom, valeur) for nom, valeur in entetes if nom.decode() not in propres]
    entetes += [(nom.encode("latin-1"), valeur.encode("latin-1")) for nom, valeur in propres.items()]
    if reponse.flux is None and reponse.statut != 304:
        entetes.append((b"content-length", str(len(reponse.corps)).encode()))
    await send({"type": "http.response.start", "status": reponse.statut, "headers": entetes})
    if reponse.flux is not None:
        async for morceau in reponse.flux:
            await send({"type": "http.response.body", "body": morceau, "more_body": True})
    await send({"type": "http.response.body", "body": reponse.corps if reponse.flux is None else b""})
