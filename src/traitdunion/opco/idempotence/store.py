"""All the SQL of idempotency keys."""

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Whose key, on which route; `cle` is the SHA-256 of the header."""

    editeur: int
    siren: str
    route: str
    cle: bytes


class Connue(msgspec.Struct, frozen=True):
    """What is known of a place: the content it was taken for, and the answer once it was given."""

    contenu: bytes
    reponse: bytes | None


# A place taken by a worker that died is taken over after `abandon`.
TAKE = """
INSERT INTO idempotence AS i (editeur, siren, route, cle, contenu, prise_le) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (editeur, siren, route, cle) DO UPDATE SET prise_le = excluded.prise_le
 WHERE i.reponse IS NULL AND i.contenu = excluded.contenu AND i.prise_le < %s
RETURNING true
"""
SELECT = """
SELECT contenu, reponse FROM idempotence WHERE editeur = %s AND siren = %s AND route = %s AND cle = %s
"""
RECORD = """
UPDATE idempotence SET reponse = %s WHERE editeur = %s AND siren = %s AND route = %s AND cle = %s
   AND prise_le = %s
"""
RELEASE = """
DELETE FROM idempotence WHERE editeur = %s AND siren = %s AND route = %s AND cle = %s AND reponse IS NULL
   AND prise_le = %s
"""


async def take(tx: Tx, place: Place, *, contenu: bytes, at: datetime, abandon: datetime) -> bool:
    """Take the place; False when another holds it or has answered."""
    cursor = await tx.execute(TAKE, (*msgspec.structs.astuple(place), contenu, at, abandon))
    return await cursor.fetchone() is not None


async def find(tx: Tx, place: Place) -> Connue | None:
    """What is known of a place."""
    cursor = await tx.execute(SELECT, msgspec.structs.astuple(place))
    row = await cursor.fetchone()
    return Connue(*row) if row else None


async def record(tx: Tx, place: Place, *, reponse: bytes, prise_le: datetime) -> None:
    """Keep the answer, unless the place taken at `prise_le` was taken over meanwhile."""
    await tx.execute(RECORD, (reponse, *msgspec.structs.astuple(place), prise_le))


async def release(tx: Tx, place: Place, *, prise_le: datetime) -> None:
    """Give the place back: the call was refused, and may be corrected and sent again. Never another's place."""
    await tx.execute(RELEASE, (*msgspec.structs.astuple(place), prise_le))


async def purge(tx: Tx, *, avant: datetime) -> int:
    """Forget the keys taken before a day; how many."""
    return (await tx.execute("DELETE FROM idempotence WHERE prise_le < %s", (avant,))).rowcount
