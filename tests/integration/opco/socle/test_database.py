"""The database port on a real PostgreSQL, and when it goes away."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import psycopg_pool
import pytest
from psycopg import sql
from psycopg.adapt import PyFormat
from psycopg.pq import Format

from traitdunion.opco.evenements import journal
from traitdunion.opco.socle import postgres
from traitdunion.opco.socle.database import ROLE_SERVICE, Database, Tx, Usage

pytestmark = pytest.mark.anyio


async def fetch(tx: Tx, ordre: str) -> object:
    row = await (await tx.execute(ordre.encode())).fetchone()
    assert row is not None
    return row[0]


async def test_a_transaction_is_committed_at_its_end_and_undone_by_an_error(database: Database) -> None:
    async with database.connection() as tx:
        await tx.execute("CREATE TABLE t (n int)")
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(RuntimeError):  # noqa: PT012 - the block must end by the error
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO t VALUES (2)")
            raise RuntimeError
    async with database.connection() as tx:
        assert await fetch(tx, "SELECT array_agg(n) FROM t") == [1]


async def test_a_connection_alone_commits_each_statement(database: Database) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 - the block must end by the error
        async with database.connection() as tx:
            await tx.execute("CREATE TABLE t (n int)")
            raise RuntimeError
    async with database.connection() as tx:
        assert await fetch(tx, "SELECT count(*) FROM t") == 0


async def test_only_look_ups_may_answer_before_the_disk(database: Database) -> None:
    async with database.connection() as tx:
        assert await fetch(tx, "SHOW synchronous_commit") == "on"
    async with database.transaction() as tx:
        assert await fetch(tx, "SHOW synchronous_commit") == "on"
    async with database.connection(usage=Usage.BATCH) as tx:
        assert await fetch(tx, "SHOW synchronous_commit") == "on"
    async with database.connection(usage=Usage.LOOK_UP) as tx:
        assert await fetch(tx, "SHOW synchronous_commit") == "off"


async def test_statements_and_locks_do_not_wait_for_ever(database: Database) -> None:
    async with database.connection() as tx:
        assert await fetch(tx, "SHOW statement_timeout") == "30s"
        assert await fetch(tx, "SHOW lock_timeout") == "10s"
        assert await fetch(tx, "SHOW TimeZone") == "UTC"


@pytest.mark.parametrize(
    ("type_", "valeurs"),
    [
        ("bytea", [b"\x00\xff", b"", None]),
        ("bigint", [1, 2**62, None]),
        ("text", ["É", "", None]),
        ("int", [1, 70_000]),
    ],
)
async def test_lists_go_in_binary_and_come_back_whole(database: Database, type_: str, valeurs: list[object]) -> None:
    async with database.connection() as tx:
        ordre = sql.SQL("SELECT * FROM unnest(%b::{}[])").format(sql.SQL(type_))
        cursor = await tx.execute(ordre, (valeurs,))
        assert [valeur for (valeur,) in await cursor.fetchall()] == valeurs
    transformer = psycopg.adapt.Transformer()
    (octets,) = transformer.dump_sequence([valeurs], [PyFormat.BINARY])
    assert transformer.formats == [Format.BINARY]
    assert octets is not None


async def test_a_listener_hears_what_is_said_and_what_may_have_been_missed(database: Database) -> None:
    entendu: list[str] = []
    ecoute = asyncio.create_task(database.listen("essai", entendu.append))
    await until(lambda: entendu == [""])  # drop all that you hold: nothing was heard so far
    async with database.connection() as tx:
        await tx.execute("NOTIFY essai, 'un'")
        await until(lambda: entendu == ["", "un"])
        await tx.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        await until(lambda: entendu == ["", "un", ""])
        await tx.execute("NOTIFY essai, 'deux'")
        await until(lambda: entendu == ["", "un", "", "deux"])
    ecoute.cancel()
    with suppress(asyncio.CancelledError):
        await ecoute


async def test_a_server_that_is_not_there_is_said_within_the_delay_and_left_in_peace() -> None:
    database = Database("postgresql://personne@127.0.0.1:9/rien", min_size=1)
    with pytest.raises(psycopg_pool.PoolTimeout):
        await asyncio.wait_for(database.start(), 15)
    assert all(pool.closed for pool in database._pools.values())


@pytest.fixture
def dossier() -> Iterator[Path]:
    dossier = Path(tempfile.mkdtemp(prefix="tu-pg-essai-"))
    dossier.chmod(0o755)
    yield dossier / "postgres"
    shutil.rmtree(dossier, ignore_errors=True)


async def test_after_a_restart_of_the_server_one_call_fails_and_the_next_ones_do_not(dossier: Path) -> None:
    with ExitStack() as serveur:
        url = serveur.enter_context(postgres.running(dossier))
        async with Database.open(url, min_size=6, max_size=6) as database:
            serveur.close()
            with pytest.raises(psycopg.OperationalError):
                async with database.connection() as tx:
                    await tx.execute("SELECT 1")
            serveur.enter_context(postgres.running(dossier))
            await until(lambda: database._checking is not None and database._checking.done(), secondes=15)
            for usage in tuple(Usage) * 6:
                async with database.connection(usage=usage) as tx:
                    assert await fetch(tx, "SELECT 1") == 1


async def until(vrai: Callable[[], bool], *, secondes: float = 5) -> None:
    limite = time.monotonic() + secondes
    while not vrai():
        assert time.monotonic() < limite, "nothing came"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("table", ["journal", "evenement"])
@pytest.mark.parametrize("acte", ["UPDATE {} SET acteur = 'autre'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_happened_cannot_be_rewritten_by_the_server(database_url: str, table: str, acte: str) -> None:
    async with Database.open(database_url, min_size=1, max_size=1, role=ROLE_SERVICE) as database:
        for usage in Usage:
            async with database.connection(usage=usage) as conn:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await conn.execute(acte.format(table))


async def test_the_audit_log_takes_lines_and_gives_them_back(database_url: str) -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    async with (
        Database.open(database_url, min_size=1, max_size=1, role=ROLE_SERVICE) as database,
        database.transaction() as tx,
    ):
        await journal.append(tx, acteur="essai", acte="ESSAI", at=at, siren="323456780")
        lignes = await journal.list_lignes(tx, siren="323456780", limite=10)
    assert [(un.acteur, un.acte) for un in lignes] == [("essai", "ESSAI")]


async def test_a_server_that_falls_silent_is_waited_for_no_longer_than_our_own_clock_allows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_delai", 0.3)
    with pytest.raises(TimeoutError):
        async with database.connection() as conn:
            await conn.execute("SELECT pg_sleep(20)")
    assert await _one(database) == 1


async def _one(database: Database) -> object:
    async with database.connection() as conn:
        return await fetch(conn, "SELECT 1")
