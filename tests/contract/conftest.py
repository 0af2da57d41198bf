"""One server for all the contract: the real application in this process, on a database of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from builders.serveur import Serveur, serving

from traitdunion.opco.socle import migrations, postgres


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def dossier_serveur() -> Iterator[Path]:
    """A folder that PostgreSQL's own account may go through."""
    dossier = Path(tempfile.mkdtemp(prefix="tu-contrat-"))
    dossier.chmod(0o711)
    yield dossier
    shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="session")
def url_base(dossier_serveur: Path) -> Iterator[str]:
    """A migrated database."""
    with postgres.running(dossier_serveur / "postgres") as url:
        asyncio.run(migrations.migrate(url))
        yield url


@pytest.fixture(scope="session")
async def serveur(url_base: str, dossier_serveur: Path) -> AsyncIterator[Serveur]:
    """The application with two CFA connected, each with a dossier, a convention and a document."""
    async with serving(url_base, dossier_serveur / "donnees") as serveur:
        yield serveur
