"""PostgreSQL through psycopg 3: a pool, transactions, notifications. No ORM; each feature keeps its SQL in store.py."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import Enum
from typing import Any

import psycopg
import psycopg_pool
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

Tx = AsyncConnection[Any]

# A statement that runs longer than this helps nobody; a lock that long is a migration or an operator.
OPTIONS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
# What the server may not rewrite is refused to this role, whatever its code does (0007_pre_service.sql).
ROLE_SERVICE = "traitdunion_service"
# A peer that vanished without a word is noticed within a minute, not after the two hours of the system's default.
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# A server that falls silent behind a proxy that still answers: nothing but a clock of ours ends the wait. Above what a
# statement may take, and what a mail may take inside its transaction (socle.courriel).
DELAI_SECONDES = 60.0
SILENCE_SECONDES = 30.0  # a listener that hears nothing for so long asks whether the server is still there


class Usage(Enum):
    """What a connection is for, hence what its session is set to."""

    ORDINARY = ""
    # For look-ups that may take a sequence value, of which every 32nd would wait for an fsync of its own, and for rows
    # that may be lost. Nothing else is risked: WAL is written in order, a later durable commit carries it to disk.
    LOOK_UP = "-c synchronous_commit=off"
    # For the batches of the group committer: their plan leaves nothing to choose, and planning costs more than running.
    BATCH = "-c plan_cache_mode=force_generic_plan"


class Database:
    """Pools of autocommit connections; `transaction()` opens a transaction on one of them."""

    def __init__(self, url: str, *, min_size: int = 2, max_size: int = 10, role: str | None = None) -> None:
        self.url = url
        self._delai = DELAI_SECONDES
        tailles = {Usage.ORDINARY: (min_size, max_size), Usage.LOOK_UP: (1, 2), Usage.BATCH: (1, 2)}
        self._pools = {usage: _pool(url, usage, role, *tailles[usage]) for usage in Usage}
        self._checking: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, url: str, *, min_size: int = 2, max_size: int = 10, role: str | None = None
    ) -> "AsyncIterator[Database]":
        """Open the pools for the time of a `async with`; `role`: under which to work, instead of the one of the URL."""
        database = cls(url, min_size=min_size, max_size=max_size, role=role)
        await database.start()
        try:
            yield database
        finally:
            await database.aclose()

    async def start(self) -> None:
        """Open the pools; raises psycopg_pool.PoolTimeout when the server does not answer within 10 s."""
        try:
            for pool in self._pools.values():
                await pool.open(wait=True, timeout=10)
        except BaseException:
            await self.aclose()  # else the pools would go on trying in the background
            raise

    async def aclose(self) -> None:
        """Close every connection."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        for pool in self._pools.values():
            await pool.close()

    @contextlib.asynccontextmanager
    async def connection(self, *, usage: Usage = Usage.ORDINARY) -> AsyncIterator[Tx]:
        """A connection in autocommit, for 60 s at most. Raises TimeoutError beyond."""
        try:
            async with asyncio.timeout(self._delai), self._pools[usage].connection() as conn:
                yield conn
        except psycopg.OperationalError:
            self._suspect()
            raise

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A transaction, committed at the end of the block, rolled back if it raises."""
        async with self.connection() as conn, conn.transaction():
            yield conn

    def _suspect(self) -> None:
        """After a lost connection, throw away every other dead one at once: one call fails, not one per connection."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        for pool in self._pools.values():
            with contextlib.suppress(psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed):
                await pool.check()

    async def listen(self, canal: str, on_notify: Callable[[str], Awaitable[None] | None]) -> None:
        """Run `on_notify(payload)` for each notification of `canal`, for ever; after a lost connection, connect again.

        `on_notify("")` is called after each (re)connection: what was said meanwhile was not heard, so a listener drops
        all that it holds.
        """
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                async with await AsyncConnection.connect(self.url, autocommit=True, **KEEPALIVE) as conn:
                    await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(canal)))
                    await _call(on_notify, "")
                    while True:
                        async for notification in conn.notifies(timeout=SILENCE_SECONDES):
                            await _call(on_notify, notification.payload)
                        await conn.execute("SELECT 1")
            await asyncio.sleep(1)


def _pool(url: str, usage: Usage, role: str | None, min_size: int, max_size: int) -> AsyncConnectionPool[Tx]:
    options = " ".join(filter(None, (OPTIONS, f"-c role={role}" if role else "", usage.value)))
    return AsyncConnectionPool(
        url,
        open=False,
        min_size=min_size,
        max_size=max_size,
        kwargs={
            "autocommit": True,
            "options": options,
            **KEEPALIVE,
        },
        timeout=10,
    )


async def _call(on_notify: Callable[[str], Awaitable[None] | None], payload: str) -> None:
    suite = on_notify(payload)
    if suite is not None:
        await suite
