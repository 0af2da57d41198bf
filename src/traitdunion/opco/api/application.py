"""The API as one ASGI application: the routes of the norm as data, each behind its door."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from traitdunion.norme import openapi
from traitdunion.norme.erreurs import technique as codes
from traitdunion.norme.routes import ROUTES, Acces, Route
from traitdunion.opco.api import documentation, problems
from traitdunion.opco.api.call import Answer, Call
from traitdunion.opco.api.door import Door, Entry, Handler, new_call, send_answer
from traitdunion.opco.api.resources import acces, dossiers, etats, factures, pieces, recepisses, service, suites
from traitdunion.opco.api.services import Services

HANDLERS: dict[str, Handler] = {
    "jeton": acces.post_jeton,
    "statut": service.get_statut,
    "cle": acces.get_cle,
    "deposer_dossier": dossiers.post_dossier,
    "lire_dossier": dossiers.get_dossier,
    "lire_etats_v1": etats.get_etats_v1,
    "lire_etats_v2": etats.get_etats_v2,
    "lire_liste": dossiers.get_liste,
    "deposer_convention": pieces.post_convention,
    "deposer_document": pieces.post_document,
    "deposer_facture": factures.post_facture,
    "lire_etats_factures": factures.get_etats_factures,
    "deposer_avoir": factures.post_avoir,
    "lire_etats_avoirs": factures.get_etats_avoirs,
    "deposer_certificat": factures.post_certificat,
    "declarer_rupture": suites.post_rupture,
    "lire_evenements": suites.get_evenements,
    "controler": dossiers.post_controle,
    "lire_recepisse": recepisses.get_recepisse,
    "lire_document": recepisses.get_document,
}


async def get_openapi(_call: Call, _services: Services) -> Answer:
    """The OpenAPI document."""
    return Answer(_OPENAPI, entetes={"Cache-Control": "public, max-age=300"})


async def get_docs(call: Call, _services: Services) -> Answer:
    """The documentation page, with an optional search."""
    page = documentation.page(recherche=call.query().get("q"))
    return Answer(page, entetes=dict(documentation.ENTETES), type_contenu="text/html; charset=utf-8")


async def get_static(call: Call, _services: Services) -> Answer:
    """A style sheet or an example body of the documentation."""
    fichier = documentation.static(call.parametres["nom"])
    if fichier is None:
        raise codes.ROUTE_INCONNUE.refus(chemin=call.chemin)
    return Answer(fichier.corps, entetes=dict(fichier.entetes), type_contenu=fichier.type_contenu)


_OPENAPI = openapi.write()
# Routes of the operator and of the reader: outside the norm, open to all who reach the server.
ANNEXES: dict[str, Handler] = {
    "/livez": service.get_livez,
    "/readyz": service.get_readyz,
    "/healthz": service.get_readyz,
    "/version": service.get_version,
    "/metrics": service.get_metrics,
    "/openapi.json": get_openapi,
    "/docs": get_docs,
    "/docs/style/{nom}": get_static,
}

Build = Callable[[], AbstractAsyncContextManager[Services]]


class Application:
    """Serves while it is `running`; paths are matched whatever their case (norme.md §1).

    The routes are few and known: a dictionary finds the door of a path, or of its parent when it ends in an identifier.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._doors: dict[str, Door] = {}
        self._doors_by_parent: dict[str, tuple[str, Door]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        chemin = scope["path"].lower()
        door = self._doors.get(chemin)
        if door is not None:
            await door(scope, receive, send, {})
            return
        parent, _, identifiant = chemin.rpartition("/")
        nomme = self._doors_by_parent.get(parent) if identifiant else None
        if nomme is not None:
            parametre, door = nomme
            await door(scope, receive, send, {parametre: identifiant})
            return
        call = new_call(scope, receive, chemin=chemin, version="")
        refus = codes.ROUTE_INCONNUE.refus(chemin=chemin[:100])
        await send_answer(send, call, problems.render(refus, accept=call.header(b"accept"), instance=call.identifiant))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Services]:
        """Open the services and the doors for the time of the block."""
        async with self._build() as services:
            for chemin, version, entries in _tables():
                door = Door(chemin, version, entries, services)
                parent, accolade, parametre = chemin.partition("/{")
                if accolade:
                    self._doors_by_parent[parent] = (parametre.rstrip("}"), door)
                else:
                    self._doors[chemin] = door
            yield services


def _tables() -> list[tuple[str, str, dict[str, Entry]]]:
    """Path, version, and what answers each method."""
    tables: dict[tuple[str, str], dict[str, Entry]] = {}
    for route in ROUTES:
        for version, chemin in zip(route.versions, route.paths(), strict=True):
            tables.setdefault((chemin, version), {})[route.methode] = Entry(route, HANDLERS[route.nom])
    for chemin, handler in ANNEXES.items():
        libre = Route(
            nom=chemin,
            methode="GET",
            chemin=chemin,
            versions=("",),
            acces=Acces.LIBRE,
            etiquette="Exploitation",
            resume=chemin,
            description=chemin,
            reponse=None,
        )
        tables[(chemin, "")] = {"GET": Entry(libre, handler)}
    return [(chemin, version, entries) for (chemin, version), entries in tables.items()]
