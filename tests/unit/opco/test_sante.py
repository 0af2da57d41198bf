"""The probes of a worker: a part that does not answer is said, in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from traitdunion.opco import sante
from traitdunion.opco.sante import Sante
from traitdunion.opco.socle.object_store import ObjectStoreError

pytestmark = pytest.mark.anyio


class Base:
    """A database that answers, fails, or says nothing until it is thawed."""

    def __init__(self, *, erreur: Exception | None = None, gelee: bool = False) -> None:
        self.erreur = erreur
        self.degel = asyncio.Event()
        self.questions = 0
        if not gelee:
            self.degel.set()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Base"]:
        yield self

    async def execute(self, _requete: str) -> None:
        self.questions += 1
        await self.degel.wait()
        if self.erreur is not None:
            raise self.erreur


class Objets:
    def __init__(self, erreur: Exception | None = None) -> None:
        self.erreur = erreur

    async def probe(self) -> None:
        if self.erreur is not None:
            raise self.erreur


def a_sante(base: Base, objets: Objets | None = None, **reglages: Any) -> Sante:
    doublures: Any = {"database": base, "objets": objets or Objets()}
    return Sante(**doublures, **{"retrait": None, **reglages})


async def test_all_is_well() -> None:
    assert await a_sante(Base()).probe() == {}


async def test_a_database_or_a_store_that_fails_is_said(tmp_path: Any) -> None:
    base, objets = Base(erreur=psycopg.OperationalError()), Objets(ObjectStoreError())
    maux = await a_sante(base, objets, retrait=tmp_path).probe()
    assert maux == {"service": "en retrait", "base": "injoignable", "entrepot": "injoignable"}


async def test_a_frozen_database_is_said_in_time_and_asked_one_question_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sante, "SILENCE_SECONDES", 0.01)
    base = Base(gelee=True)
    sonde = a_sante(base)
    for _ in range(3):
        async with asyncio.timeout(5):
            assert await sonde.probe() == {"base": "injoignable"}
    assert base.questions == 1
    base.degel.set()
    monkeypatch.setattr(sante, "SILENCE_SECONDES", 5)
    assert await sonde.probe() == {}
