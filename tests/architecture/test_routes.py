"""Every route says who may call it, is mounted, and nothing else is open."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from traitdunion.norme.routes import ROUTES, Acces
from traitdunion.opco.api import application

# Open to all who reach the server, each for a reason.
LIBRES = {
    "statut": "the norm's own health route [S]",
    "/livez": "probe",
    "/readyz": "probe",
    "/healthz": "probe, usual alias",
    "/version": "probe",
    "/metrics": "read by the operator's own network: the reverse proxy closes it (docs/guides/exploitant.md)",
    "/openapi.json": "public documentation",
    "/docs": "public documentation",
    "/docs/style/{nom}": "public documentation",
}


def test_every_route_names_its_access_and_its_own_codes() -> None:
    for route in ROUTES:
        assert isinstance(route.acces, Acces), route.nom
        assert route.paths(), route.nom
        assert route.codes(), route.nom


def test_nothing_is_open_but_what_is_listed() -> None:
    ouvertes = {route.nom for route in ROUTES if route.acces is Acces.LIBRE} | set(application.ANNEXES)

    assert ouvertes == set(LIBRES)


def test_every_route_has_one_handler_and_every_handler_a_route() -> None:
    assert {route.nom for route in ROUTES} == set(application.HANDLERS)


def test_every_route_is_mounted_under_each_of_its_versions() -> None:
    methodes = defaultdict(set)
    for route in ROUTES:
        for chemin in route.paths():
            methodes[chemin].add(route.methode)
    methodes |= {chemin: {"GET"} for chemin in application.ANNEXES}

    # A method that no route serves: the door of the path answers 405 and names those that it does serve.
    assert asyncio.run(_allowed(list(methodes))) == methodes


def test_extensions_of_this_project_stand_under_v2_only() -> None:
    assert [route.nom for route in ROUTES if route.extension and route.versions != ("v2",)] == []


def test_paths_are_written_in_lower_case_since_the_door_lowers_them() -> None:
    assert [chemin for route in ROUTES for chemin in route.paths() if chemin != chemin.lower()] == []


async def _allowed(chemins: list[str]) -> dict[str, set[str]]:
    """The methods that each path says it admits."""
    admises: dict[str, set[str]] = {}

    @asynccontextmanager
    async def build() -> AsyncIterator[Any]:
        yield SimpleNamespace(aide=None)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    servie = application.Application(build)
    async with servie.running():
        for chemin in chemins:
            messages: list[dict[str, Any]] = []
            scope = {
                "type": "http",
                "method": "PATCH",
                "path": chemin.replace("{", "").replace("}", ""),
                "query_string": b"",
                "headers": [],
            }

            async def send(message: dict[str, Any], messages: list[dict[str, Any]] = messages) -> None:
                messages.append(message)

            await servie(scope, receive, send)
            allow = dict(messages[0]["headers"]).get(b"allow", b"")
            admises[chemin] = {un.strip() for un in allow.decode().split(",")} - {""}
    return admises
