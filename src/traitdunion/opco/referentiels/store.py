"""All the SQL of reference data."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from traitdunion.opco.referentiels.modele import LIGNES_PAR_NATURE, TABLES, Ligne, Nature, Version

Tx = AsyncConnection[Any]

CANAL = "referentiels"
LOT = 500  # rows read at a time, between which the other tasks of the process have their turn

# Of the import under way, then of those who wait for it: the same file twice at once makes one version.
VERROU = "SELECT pg_advisory_xact_lock(hashtext('referentiel_version'), hashtext(%s))"
# All of them; or those of a nature; or the one of a number; or the one that a file made, unless it was cancelled.
SELECT = """
SELECT id, nature, valable_du, sha256, fichier, lignes_acceptees, lignes_rejetees, importe_par, importe_le,
       annule_par, annule_le
  FROM referentiel_version
 WHERE (%(nature)s::text IS NULL OR nature = %(nature)s)
   AND (%(version)s::bigint IS NULL OR id = %(version)s)
   AND (%(sha256)s::bytea IS NULL OR (sha256 = %(sha256)s AND annule_le IS NULL))
 ORDER BY nature, valable_du, id
"""
INSERT = """
INSERT INTO referentiel_version (nature, valable_du, sha256, fichier, lignes_acceptees, lignes_rejetees, rapport,
                                 importe_par, importe_le)
VALUES (%(nature)s, %(valable_du)s, %(sha256)s, %(fichier)s, %(acceptees)s, %(rejetees)s, %(rapport)s, %(par)s, %(le)s)
RETURNING id
"""
RAPPORT = "SELECT rapport FROM referentiel_version WHERE id = %s"
CANCEL = """
UPDATE referentiel_version SET annule_par = %(par)s, annule_le = %(le)s
 WHERE id = %(version)s AND nature = %(nature)s AND annule_le IS NULL
"""
VIVANTES = "SELECT id, nature, valable_du FROM referentiel_version WHERE annule_le IS NULL ORDER BY id"


class Vivante(NamedTuple):
    """A version that is not cancelled."""

    id: int
    nature: Nature
    valable_du: date


async def lock_nature(tx: Tx, nature: Nature) -> None:
    """Wait for the imports of this nature that are under way."""
    await tx.execute(VERROU, (nature,))


async def find_fichier(tx: Tx, nature: Nature, sha256: bytes) -> Version | None:
    """The version that this very file made, unless it was cancelled."""
    return next(iter(await _select(tx, nature=nature, sha256=sha256)), None)


async def _select(
    tx: Tx, *, nature: Nature | None = None, version: int | None = None, sha256: bytes | None = None
) -> list[Version]:
    valeurs = {"nature": nature, "version": version, "sha256": sha256}
    return [Version(*row) for row in await (await tx.execute(SELECT, valeurs)).fetchall()]


async def insert_version(
    tx: Tx,
    nature: Nature,
    *,
    valable_du: date,
    sha256: bytes,
    fichier: str,
    rapport: Mapping[str, Any],
    par: str,
    at: datetime,
) -> int:
    """A new version, without its rows; its number."""
    valeurs = {
        "nature": nature,
        "valable_du": valable_du,
        "sha256": sha256,
        "fichier": fichier,
        "acceptees": rapport["acceptees"],
        "rejetees": rapport["rejetees"],
        "rapport": Jsonb(dict(rapport)),
        "par": par,
        "le": at,
    }
    row = await (await tx.execute(INSERT, valeurs)).fetchone()
    assert row is not None  # RETURNING
    return int(row[0])


async def copy_lignes(tx: Tx, version: int, lignes: Sequence[Ligne]) -> None:
    """The rows of a version, each into its table."""
    for sorte in dict.fromkeys(type(ligne) for ligne in lignes):
        colonnes = sql.SQL(", ").join(map(sql.Identifier, ("version", *sorte._fields)))
        ordre = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(TABLES[sorte]), colonnes)
        async with tx.cursor() as cursor, cursor.copy(ordre) as copie:
            for ligne in lignes:
                if type(ligne) is sorte:
                    await copie.write_row((version, *ligne))


async def notify(tx: Tx) -> None:
    """Tell every process to read what changed, once this transaction is committed."""
    await tx.execute("SELECT pg_notify(%s, '')", (CANAL,))


async def cancel_version(tx: Tx, nature: Nature, version: int, *, par: str, at: datetime) -> Version | None:
    """Put a version out of force; None when it is not of this nature, unknown, or cancelled already."""
    valeurs = {"version": version, "nature": nature, "par": par, "le": at}
    if (await tx.execute(CANCEL, valeurs)).rowcount == 0:
        return None
    return next(iter(await _select(tx, version=version)))


async def list_versions(tx: Tx, nature: Nature | None) -> list[Version]:
    """Every version, cancelled ones included, by nature then by day."""
    return await _select(tx, nature=nature)


async def find_version(tx: Tx, version: int) -> tuple[Version, dict[str, Any]] | None:
    """A version and its report."""
    trouvees = await _select(tx, version=version)
    if not trouvees:
        return None
    rapport = await (await tx.execute(RAPPORT, (version,))).fetchone()
    assert rapport is not None  # versions are never deleted
    return trouvees[0], rapport[0]


async def list_vivantes(tx: Tx) -> list[Vivante]:
    """The versions that count; a nature that this release does not know is left to the next one."""
    rows = await (await tx.execute(VIVANTES)).fetchall()
    connues = set(Nature)
    return [Vivante(id_, Nature(nature), jour) for id_, nature, jour in rows if nature in connues]


async def read_lignes(tx: Tx, version: int, nature: Nature) -> list[list[Any]]:
    """The rows of a version: one list for each table of its nature, in order."""
    listes = []
    for sorte in LIGNES_PAR_NATURE[nature]:
        colonnes = sql.SQL(", ").join(map(sql.Identifier, sorte._fields))
        ordre = sql.SQL("SELECT {} FROM {} WHERE version = %s").format(colonnes, sql.Identifier(TABLES[sorte]))
        async with tx.cursor(binary=True) as cursor:
            await cursor.execute(ordre, (version,))
            lignes: list[Any] = []
            while lot := await cursor.fetchmany(LOT):
                lignes.extend(sorte(*row) for row in lot)
                await asyncio.sleep(0)
        listes.append(lignes)
    return listes
