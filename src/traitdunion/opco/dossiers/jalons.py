"""Milestones of the lists of states: every hundredth dossier of a SIREN, so that no page is reached by counting.

Without them, page 500 of `etats` reads 50,000 index entries before it shows a hundred, and the total reads them all.
Dossiers never leave their SIREN and are never deleted; only a number that a transaction still holds may come in late,
below others already seen. So milestones are placed up to a number below which nothing can come any more (ADR 0017).
"""

import asyncio
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.opco.socle.database import Database

Tx = AsyncConnection[Any]

PAS = 100  # a page of the norm: each begins at a milestone
ATTENTE_SECONDES = 60.0  # no transaction of the server lasts so long (socle.database)
PAUSE_SECONDES = 0.05

LAST_NUMBER = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM dossier_numero"
# Whoever takes a number of this sequence already holds this lock on the table it inserts into, and until its end.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND relation = 'dossier'::regclass AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
"""
# Only the SIREN that have dossiers since the last time, each from its own last milestone on.
PLACE = """
INSERT INTO jalon (siren, rang, numero_interne)
SELECT actif.siren, coalesce(dernier.rang, 0) + suite.rang, suite.numero_interne
  FROM (SELECT DISTINCT siren FROM dossier WHERE numero_interne > %(depuis)s AND numero_interne <= %(borne)s) AS actif
  LEFT JOIN LATERAL (SELECT j.rang, j.numero_interne FROM jalon j WHERE j.siren = actif.siren
                      ORDER BY j.rang DESC LIMIT 1) AS dernier ON true
 CROSS JOIN LATERAL (SELECT d.numero_interne, row_number() OVER (ORDER BY d.numero_interne) AS rang FROM dossier d
                      WHERE d.siren = actif.siren AND d.numero_interne > coalesce(dernier.numero_interne, 0)
                        AND d.numero_interne <= %(borne)s) AS suite
 WHERE suite.rang %% %(pas)s = 0
"""
READ_DEBUT = """
SELECT rang, numero_interne FROM jalon WHERE siren = %s AND rang <= %s ORDER BY rang DESC LIMIT 1
"""
TOUS = 2**62  # a rank above all


class Jalon(msgspec.Struct, frozen=True):
    """`rang` dossiers of a SIREN have a number up to `numero_interne`."""

    rang: int
    numero_interne: int


async def find(tx: Tx, *, siren: str, rang: int = TOUS) -> Jalon:
    """The last milestone of this SIREN that leaves at most `rang` dossiers behind; the origin when there is none."""
    row = await (await tx.execute(READ_DEBUT, (siren, rang))).fetchone()
    return Jalon(*row) if row else Jalon(0, 0)


async def place(database: Database) -> int:
    """Place the milestones of what was deposited since the last time; how many. For a periodic job.

    Waits for the deposits under way, without holding any up; leaves all as it is when one of them lasts too long.
    """
    borne = await _find_borne(database)
    if borne is None:
        return 0
    async with database.transaction() as tx:
        row = await (await tx.execute("SELECT numero FROM jalon_borne FOR UPDATE")).fetchone()
        assert row is not None  # the migration wrote it
        if row[0] >= borne:
            return 0
        cursor = await tx.execute(PLACE, {"depuis": row[0], "borne": borne, "pas": PAS})
        await tx.execute("UPDATE jalon_borne SET numero = %s", (borne,))
        return cursor.rowcount


async def _find_borne(database: Database) -> int | None:
    """A number up to which every dossier that will ever be is visible, or None if somebody holds one for too long."""
    async with database.connection() as tx:
        row = await (await tx.execute(LAST_NUMBER)).fetchone()
        # Read after the number: whoever took one up to it is among these, or has ended.
        en_cours = await _writers(tx)
    try:
        async with asyncio.timeout(ATTENTE_SECONDES):
            while en_cours:
                await asyncio.sleep(PAUSE_SECONDES)
                async with database.connection() as tx:
                    en_cours &= await _writers(tx)
    except TimeoutError:
        return None
    return int(row[0]) if row else None


async def _writers(tx: Tx) -> set[str]:
    return {vxid for (vxid,) in await (await tx.execute(WRITERS)).fetchall()}
