"""PostgreSQL for the integration tests: one private server per test session, a fresh migrated database per test.

Ask for a fixture by its name, nothing to import:
- `database`: an open `Database` on a database of the test's own, schema in place (asynchronous tests);
- `database_url`: the address of such a database, for tests that start processes or use psycopg themselves;
- `serveur`: the application served in this process, on such a database; see `builders.serveur`;
- `postgres_url`: the address of the server's own database `postgres`, to make other databases on it.
`database` and `database_url` of one test are the same database; it is dropped after the test.

Each database is a copy of a template migrated once, which takes some tens of milliseconds. With
TRAITDUNION_TEST_DATABASE_URL, the databases are made on that server instead, by a role that may create them.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from builders.serveur import Serveur, serving
from jinja2.bccache import Bucket, BytecodeCache
from psycopg import conninfo, sql

from traitdunion.opco import assemblage
from traitdunion.opco.pages import gabarits
from traitdunion.opco.pieces.gate import Gate, Inspection
from traitdunion.opco.socle import migrations, postgres
from traitdunion.opco.socle.database import Database

RANGS = count(1)
# No test here cuts the power: those that kill a server start one of their own, with the settings of production.
REGLAGES = ("fsync=off", "full_page_writes=off")


class CompiledOnce(BytecodeCache):
    """The templates that this process has compiled, for all the applications that its tests make."""

    def __init__(self) -> None:
        self._compiles: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled before of this very source."""
        if bucket.key in self._compiles:
            bucket.bytecode_from_string(self._compiles[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._compiles[bucket.key] = bucket.bytecode_to_string()


class OnDemand(Gate):
    """The gate of a server that may never see a file: its child starts with the first one."""

    async def open(self) -> None:
        """No child yet."""
        self._ouvrir: asyncio.Task[None] | None = None
        self._closed = False

    async def inspect(self, *args: Any, **options: Any) -> Inspection:
        """As the gate does, its child started before the first file."""
        self._ouvrir = self._ouvrir or asyncio.create_task(super().open())
        await self._ouvrir
        return await super().inspect(*args, **options)


@pytest.fixture(scope="session", autouse=True)
def quick_servers() -> Iterator[None]:
    """What each test's server would do again, that no test is about: compile its templates, start unused children."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gabarits, "Environment", partial(gabarits.Environment, bytecode_cache=CompiledOnce()))
        patch.setattr(assemblage, "Gate", OnDemand)
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The server of the session."""
    if donnee := os.environ.get("TRAITDUNION_TEST_DATABASE_URL"):
        yield donnee
        return
    # Not under pytest's own folder, which only its owner may enter: as root, the server has an account of its own.
    dossier = Path(tempfile.mkdtemp(prefix="tu-essais-"))
    dossier.chmod(0o755)
    try:
        with postgres.running(dossier / "postgres", reglages=REGLAGES) as url:
            yield url
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="session")
def modele(postgres_url: str) -> Iterator[str]:
    """The name of the migrated database that the others are copied from."""
    nom = f"essai_modele_{os.getpid()}"
    _execute(postgres_url, "CREATE DATABASE {}", nom)
    asyncio.run(migrations.migrate(_of(postgres_url, nom)))
    yield nom
    _execute(postgres_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nom)


@pytest.fixture
def database_url(postgres_url: str, modele: str) -> Iterator[str]:
    """The address of a fresh migrated database."""
    nom = f"essai_{os.getpid()}_{next(RANGS)}"
    _execute(postgres_url, "CREATE DATABASE {} TEMPLATE {}", nom, modele)
    yield _of(postgres_url, nom)
    _execute(postgres_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", nom)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open Database on a fresh migrated database."""
    async with Database.open(database_url, min_size=1, max_size=10) as database:
        yield database


@pytest.fixture
async def serveur(database_url: str, tmp_path: Path) -> AsyncIterator[Serveur]:
    """A running application with two CFA connected."""
    async with serving(database_url, tmp_path) as serveur:
        yield serveur


def _of(url: str, nom: str) -> str:
    return conninfo.make_conninfo(url, dbname=nom)


def _execute(url: str, ordre: str, *noms: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(sql.SQL(ordre).format(*map(sql.Identifier, noms)))
