"""All the SQL of the parameters."""

from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from traitdunion.opco.socle.database import Tx

VERROU = 0x706172616D  # advisory lock: values contradict each other in pairs, so they change one at a time


class Ligne(NamedTuple):
    """A value as it was set, and its withdrawal if any; the persons by their names when they have one."""

    id: int
    cle: str
    valable_du: date
    valeur: Any
    source: str
    commentaire: str
    pose_par: str
    pose_le: datetime
    retire_par: str | None
    retire_le: datetime | None
    motif_retrait: str | None


async def lock(tx: Tx) -> None:
    """Let no other change through until the end of the transaction."""
    await tx.execute("SELECT pg_advisory_xact_lock(%s)", (VERROU,))


async def read_version(conn: Tx) -> tuple[int, int]:
    """What differs as soon as anything has changed: both counts only rise, whatever commits first."""
    row = await (await conn.execute("SELECT count(*), count(retire_le) FROM parametre")).fetchone()
    assert row is not None
    return row[0], row[1]


async def list_in_force(conn: Tx) -> list[tuple[str, date, Any, str]]:
    """Key, day, value and source of what is not withdrawn."""
    requete = "SELECT cle, valable_du, valeur, source FROM parametre WHERE retire_le IS NULL"
    return list(await (await conn.execute(requete)).fetchall())


async def list_lignes(conn: Tx, *, cle: str) -> list[Ligne]:
    """Everything that was ever set for a key, latest first."""
    requete = """
SELECT p.id, p.cle, p.valable_du, p.valeur, p.source, p.commentaire,
       coalesce(a.prenom || ' ' || a.nom, p.pose_par), p.pose_le,
       coalesce(b.prenom || ' ' || b.nom, p.retire_par), p.retire_le, p.motif_retrait
  FROM parametre p
  LEFT JOIN compte a ON a.id = CASE WHEN p.pose_par LIKE 'compte:%%' THEN substr(p.pose_par, 8)::bigint END
  LEFT JOIN compte b ON b.id = CASE WHEN p.retire_par LIKE 'compte:%%' THEN substr(p.retire_par, 8)::bigint END
 WHERE p.cle = %s
 ORDER BY p.id DESC
"""
    return [Ligne(*row) for row in await (await conn.execute(requete, (cle,))).fetchall()]


async def insert_valeur(
    tx: Tx, *, cle: str, valable_du: date, valeur: Any, source: str, commentaire: str, par: str, at: datetime
) -> int:
    """Add a value; its id."""
    requete = """
INSERT INTO parametre (cle, valable_du, valeur, source, commentaire, pose_par, pose_le)
VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
    curseur = await tx.execute(requete, (cle, valable_du, Jsonb(valeur), source, commentaire, par, at))
    row = await curseur.fetchone()
    assert row is not None
    return int(row[0])


async def withdraw(tx: Tx, *, id_: int, motif: str, par: str, at: datetime) -> bool:
    """Mark a value as withdrawn; False when it is no longer there to be."""
    requete = """
UPDATE parametre SET retire_par = %s, retire_le = %s, motif_retrait = %s WHERE id = %s AND retire_le IS NULL
"""
    curseur: psycopg.AsyncCursor[Any] = await tx.execute(requete, (par, at, motif, id_))
    return curseur.rowcount == 1
