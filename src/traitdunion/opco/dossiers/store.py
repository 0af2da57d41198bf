"""All the SQL of dossiers.

The two statements of a batch of deposits are the hot path; architecture.md §2 (« What it taught ») says why they are
shaped so: one statement for the batch, arrays sent in binary, identities looked up before numbers are taken.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Identifie(msgspec.Struct, frozen=True):
    """What the look-up says of one identity: the living dossier if there is one, else the number taken for it."""

    numero_interne: int
    connu: bool
    sha256_contenu: bytes | None
    etat: str | None
    numero_deca: str | None
    precedent: int | None


class NouveauDossier(msgspec.Struct, frozen=True):
    """One row of the batch to insert; `corps_chiffre` is bound to `numero_interne` (AAD)."""

    numero_interne: int
    siren: str
    editeur: int
    identite: bytes
    sha256_contenu: bytes
    nir_empreinte: bytes | None
    precedent: int | None
    depose_le: datetime
    corps_chiffre: bytes
    sha256_recu: bytes
    cerfa: str
    acteur: str


class LigneDossier(msgspec.Struct, frozen=True):
    """A dossier as stored, without its body."""

    numero_interne: int
    siren: str
    etat: str
    commentaire_etat: str | None
    numero_deca: str | None
    depose_le: datetime


class LigneDepot(msgspec.Struct, frozen=True):
    """A dossier with its body as received, still encrypted."""

    dossier: LigneDossier
    corps_chiffre: bytes
    sha256_recu: bytes


# The planner, having seen an empty table once, could keep a sequential scan in a cached plan while a million rows come
# in: the lateral, limited look-up by the unique index leaves it nothing to choose. The number is taken only where no
# living dossier answers.
IDENTIFY = """
SELECT coalesce(vivant.numero_interne, nextval('dossier_numero')), vivant.numero_interne IS NOT NULL,
       vivant.sha256_contenu, vivant.etat, vivant.numero_deca,
       CASE WHEN vivant.numero_interne IS NULL THEN
           (SELECT max(d.numero_interne) FROM dossier d
             WHERE d.identite = lot.identite AND d.etat IN ('REFUSE', 'ANNULE')) END
  FROM unnest(%b::bytea[]) WITH ORDINALITY AS lot(identite, rang)
  LEFT JOIN LATERAL (
       SELECT d.numero_interne, d.sha256_contenu, d.etat, d.numero_deca
         FROM dossier d
        WHERE d.identite = lot.identite AND d.etat NOT IN ('REFUSE', 'ANNULE')
        LIMIT 1) AS vivant ON true
 ORDER BY lot.rang
"""

# One statement, one commit: dossier, body, event. An identity that another worker committed since the look-up makes no
# row; the caller reads it again in a second statement (READ COMMITTED sees it then). Rows come sorted by identity, so
# that two batches never wait for each other crosswise.
INSERT_LOT = """
WITH lot AS (
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bigint[],
                         %b::timestamptz[], %b::bytea[], %b::bytea[], %b::text[], %b::text[])
      AS l(numero, siren, editeur, identite, contenu, nir, precedent, depose_le, corps, recu, cerfa, acteur)
), nouveau AS (
    INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, nir_empreinte, precedent, depose_le)
    SELECT numero, siren, editeur, identite, contenu, nir, precedent, depose_le FROM lot
    ON CONFLICT (identite) WHERE etat NOT IN ('REFUSE', 'ANNULE') DO NOTHING
    RETURNING numero_interne, siren
), depose AS (
    INSERT INTO depot (numero_interne, corps_chiffre, sha256_recu, cerfa)
    SELECT l.numero, l.corps, l.recu, l.cerfa::jsonb
      FROM nouveau n JOIN lot l ON l.numero = n.numero_interne
), dit AS (
    INSERT INTO evenement (siren, objet, numero_interne, type, acteur, survenu_le)
    SELECT l.siren, 'DOSSIER', l.numero, 'DOSSIER_DEPOSE', l.acteur, l.depose_le
      FROM nouveau n JOIN lot l ON l.numero = n.numero_interne
)
SELECT numero_interne FROM nouveau
"""

READ_VERSION = """
SELECT (SELECT e.transaction FROM evenement e
         WHERE e.siren = %s AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY e.transaction DESC LIMIT 1)::text,
       (SELECT count(*) FROM evenement e
         WHERE e.siren = %s AND e.transaction >= pg_snapshot_xmin(pg_current_snapshot()))
"""
COLONNES = "d.numero_interne, d.siren, d.etat, d.commentaire_etat, d.numero_deca, d.depose_le"
SELECT_DEPOT = f"""
SELECT {COLONNES}, p.corps_chiffre, p.sha256_recu
  FROM dossier d JOIN depot p USING (numero_interne)
 WHERE d.siren = %s AND d.numero_interne = ANY(%b::bigint[])
 ORDER BY d.numero_interne
"""  # noqa: S608 - a constant of this module
SELECT_FOR_UPDATE = f"SELECT {COLONNES} FROM dossier d WHERE d.siren = %s AND d.numero_interne = %s FOR NO KEY UPDATE"  # noqa: S608
SELECT_PAGE = f"""
SELECT {COLONNES} FROM dossier d WHERE d.siren = %s ORDER BY d.numero_interne LIMIT %s OFFSET %s
"""  # noqa: S608
SELECT_TOUS = f"SELECT {COLONNES} FROM dossier d WHERE d.siren = %s ORDER BY d.numero_interne"  # noqa: S608


async def identify(tx: Tx, identites: Sequence[bytes]) -> list[Identifie]:
    """Look up each identity, in the order given; take a number for those without a living dossier."""
    cursor = await tx.execute(IDENTIFY, (list(identites),))
    return [Identifie(*row) for row in await cursor.fetchall()]


async def insert_lot(tx: Tx, lot: Sequence[NouveauDossier]) -> set[int]:
    """Insert the batch; the numbers that were inserted, the others having lost their identity to another worker."""
    colonnes = zip(*(msgspec.structs.astuple(nouveau) for nouveau in lot), strict=True)
    cursor = await tx.execute(INSERT_LOT, [list(colonne) for colonne in colonnes])
    return {numero for (numero,) in await cursor.fetchall()}


async def find_depots(tx: Tx, numeros: Sequence[int], *, siren: str) -> list[LigneDepot]:
    """The dossiers of this SIREN among `numeros`, with their bodies, by number."""
    cursor = await tx.execute(SELECT_DEPOT, (siren, list(numeros)))
    return [LigneDepot(LigneDossier(*row[:6]), row[6], row[7]) for row in await cursor.fetchall()]


async def lock(tx: Tx, numero_interne: int, *, siren: str) -> LigneDossier | None:
    """One dossier of this SIREN, held until the end of the transaction."""
    cursor = await tx.execute(SELECT_FOR_UPDATE, (siren, numero_interne))
    row = await cursor.fetchone()
    return LigneDossier(*row) if row else None


async def list_all(tx: Tx, *, siren: str) -> list[LigneDossier]:
    """Every dossier of this SIREN, by number (v1 etats has no page)."""
    cursor = await tx.execute(SELECT_TOUS, (siren,))
    return [LigneDossier(*row) for row in await cursor.fetchall()]


async def list_page(tx: Tx, *, siren: str, page: int, taille: int) -> tuple[int, list[LigneDossier]]:
    """Page `page` (from 1) of this SIREN's dossiers by number, and how many there are in all."""
    cursor = await tx.execute("SELECT count(*) FROM dossier WHERE siren = %s", (siren,))
    row = await cursor.fetchone()
    cursor = await tx.execute(SELECT_PAGE, (siren, taille, (page - 1) * taille))
    return (row[0] if row else 0), [LigneDossier(*ligne) for ligne in await cursor.fetchall()]


async def read_version(tx: Tx, *, siren: str) -> str:
    """What changes whenever a dossier of this SIREN is deposited or changes state: its last events.

    The last one older than every open transaction, and how many visible ones are not: two moments at which both are
    equal saw the very same events, whatever the order in which concurrent writers committed (ADR 0011).
    """
    cursor = await tx.execute(READ_VERSION, (siren, siren))
    row = await cursor.fetchone()
    return f"{row[0] or 0}.{row[1]}" if row else "0.0"
