"""The schema's migrations: plain SQL files, `NNNN_pre_…` before the new code runs and `NNNN_post_…` after it.

Each file runs once, in a transaction of its own, under an advisory lock; the code runs before, between and after.
`schema.sql` is what they add up to, for reading and for reviews; a test compares it with the database they make.

The job queue's own tables are made and migrated here too, from the files that its library ships.
"""

import asyncio
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection

VERROU = 0x7472616974  # advisory lock: one migration at a time
# A statement that waits longer for its lock gives way: behind it, live traffic would queue up. It is then tried again.
ATTENTE_VERROU = "4s"
ESSAIS = 5
PAUSE_SECONDES = 1.0
JOURNAL = """
CREATE TABLE IF NOT EXISTS migration (nom text PRIMARY KEY, appliquee_le timestamptz NOT NULL DEFAULT now())
"""
TRAVAUX = "procrastinate/"


class SchemaEnRetard(Exception):
    """The database lacks migrations that this code needs; the text is French."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name, which orders it, its phase (`pre` or `post`), its SQL."""

    nom: str
    phase: str
    sql: str


def known() -> list[Migration]:
    """Every migration of this release, in order."""
    dossier = resources.files("traitdunion.opco.socle") / "migrations"
    fichiers = sorted((f for f in dossier.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [Migration(f.name, f.name.split("_")[1], f.read_text(encoding="utf-8")) for f in fichiers]


def known_jobs() -> list[Migration]:
    """The migrations of the job queue, as the installed version of its library ships them."""
    fichiers = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [
        Migration(TRAVAUX + f.stem, "post" if "_post_" in f.name else "pre", f.read_text(encoding="utf-8"))
        for f in fichiers
    ]


async def migrate(url: str, *, phase: str | None = None) -> list[str]:
    """Apply what is missing (of one phase, or of both); the names applied. Safe to run twice at once.

    Raises psycopg.errors.LockNotAvailable when live traffic holds a table for good: what was applied stays, run again.
    """
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("SELECT pg_advisory_lock(%s)", (VERROU,))
        try:
            return await _migrate(conn, phase=phase)
        finally:
            await conn.execute("SELECT pg_advisory_unlock(%s)", (VERROU,))


async def check(url: str) -> None:
    """Raise SchemaEnRetard when a `pre` migration of this release has not been applied."""
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        try:
            appliquees = await _applied(conn)
        except psycopg.errors.UndefinedTable:
            appliquees = set()
    manquantes = [m.nom for m in known() + known_jobs() if m.phase == "pre" and m.nom not in appliquees]
    if manquantes:
        noms = manquantes[0] if len(manquantes) == 1 else f"{manquantes[0]} et {len(manquantes) - 1} de plus"
        raise SchemaEnRetard(f"La base n'est pas à jour ({noms}) : lancez « traitdunion opco migrer ».")


async def _migrate(conn: AsyncConnection[Any], *, phase: str | None) -> list[str]:
    await conn.execute(JOURNAL)
    await conn.execute(f"SET lock_timeout = '{ATTENTE_VERROU}'")
    appliquees = await _applied(conn)
    faites = []
    if not any(nom.startswith(TRAVAUX) for nom in appliquees):
        await _install_jobs(conn)
        appliquees = await _applied(conn)
        faites.append(TRAVAUX + "schema")
    for migration in known() + known_jobs():
        if migration.nom not in appliquees and phase in (None, migration.phase):
            await _apply(conn, migration)
            faites.append(migration.nom)
    return faites


async def _applied(conn: AsyncConnection[Any]) -> set[str]:
    cursor = await conn.execute("SELECT nom FROM migration")
    return {nom for (nom,) in await cursor.fetchall()}


async def _apply(conn: AsyncConnection[Any], migration: Migration) -> None:
    for essai in range(1, ESSAIS + 1):
        try:
            async with conn.transaction():
                await conn.execute(migration.sql.encode())
                await conn.execute("INSERT INTO migration (nom) VALUES (%s)", (migration.nom,))
            return
        except psycopg.errors.LockNotAvailable:
            if essai == ESSAIS:
                raise
            await asyncio.sleep(PAUSE_SECONDES)


async def _install_jobs(conn: AsyncConnection[Any]) -> None:
    """On a new database: the library's whole schema at once, all its migrations so far noted as applied."""
    async with conn.transaction():
        await conn.execute(SchemaManager.get_schema().encode())
        noms = [migration.nom for migration in known_jobs()]
        await conn.execute("INSERT INTO migration (nom) SELECT unnest(%s::text[])", (noms,))
