"""The API served in this process, on a database of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders.serveur import Serveur, serving


@pytest.fixture
async def serveur(database_url: str, tmp_path: Path) -> AsyncIterator[Serveur]:
    """A running application with two CFA connected; see `builders.serveur`."""
    async with serving(database_url, tmp_path) as serveur:
        yield serveur
