"""All the SQL of dossiers.

The statement of a batch of deposits is the hot path; architecture.md §2 (« What it taught ») says why it is shaped so:
arrays sent in binary, identities looked up before numbers are taken (ADR 0005).
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.opco.dossiers import jalons

Tx = AsyncConnection[Any]


class Candidat(msgspec.Struct, frozen=True):
    """One deposit of a batch, whole but for its number; members in the order of the arrays of RECORD_LOT."""

    identite: bytes
    siren: str
    editeur: int
    sha256_contenu: bytes
    nir_empreinte: bytes | None
    depose_le: datetime
    corps_chiffre: bytes
    sha256_recu: bytes
    cerfa: str
    siret_employeur: str | None
    cle_recherche: str
    affichage: str


class Inscription(msgspec.Struct, frozen=True):
    """The dossier that holds an identity after the batch: the new one, or the living one that was found."""

    numero_interne: int
    nouveau: bool
    sha256_contenu: bytes
    etat: str
    numero_deca: str | None


class LigneDossier(msgspec.Struct, frozen=True):
    """A dossier as stored, without its body."""

    numero_interne: int
    siren: str
    etat: str
    commentaire_etat: str | None
    numero_deca: str | None
    depose_le: datetime


class LigneEtat(msgspec.Struct, frozen=True):
    """A dossier as the lists of states show it: what an index holds, and the comment of the few that have one."""

    numero_interne: int
    etat: str
    commentaire_etat: str | None
    numero_deca: str | None


class LigneDepot(msgspec.Struct, frozen=True):
    """A dossier with its body as received, still encrypted."""

    dossier: LigneDossier
    identite: bytes
    corps_chiffre: bytes
    sha256_recu: bytes


# One statement for the batch, hence one round trip and one commit: look up, number what is new, insert. The look-up is
# lateral and limited, by the unique index: the planner, having seen an empty table once, could otherwise keep a
# sequential scan in a cached plan while a million rows come in. The number is taken only where no living dossier
# answers. An identity that another worker commits at this very instant makes no row and no answer: neither `insere` nor
# `vivant` has it. The caller asks again, and READ COMMITTED sees it then. Rows come sorted by identity, so that two
# batches never wait for each other crosswise.
RECORD_LOT = """
WITH vu AS (
    SELECT l.*, vivant.numero_interne AS vivant, vivant.sha256_contenu AS contenu_vivant, vivant.etat,
           vivant.numero_deca,
           CASE WHEN vivant.numero_interne IS NULL THEN nextval('dossier_numero') END AS numero
      FROM unnest(%b::bytea[], %b::text[], %b::bigint[], %b::bytea[], %b::bytea[], %b::timestamptz[], %b::bytea[],
                  %b::bytea[], %b::text[], %b::text[], %b::text[], %b::text[]) WITH ORDINALITY
        AS l(identite, siren, editeur, contenu, nir, depose_le, corps, recu, cerfa, siret_employeur, cle_recherche,
             affichage, rang)
      LEFT JOIN LATERAL (
           SELECT d.numero_interne, d.sha256_contenu, d.etat, d.numero_deca
             FROM dossier d
            WHERE d.identite = l.identite AND d.etat NOT IN ('REFUSE', 'ANNULE')
            LIMIT 1) AS vivant ON true
), insere AS (
    INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, nir_empreinte, precedent, depose_le,
                         siret_employeur, cle_recherche, affichage)
    SELECT numero, siren, editeur, identite, contenu, nir,
           (SELECT max(d.numero_interne) FROM dossier d
             WHERE d.identite = vu.identite AND d.etat IN ('REFUSE', 'ANNULE')),
           depose_le, siret_employeur, cle_recherche, affichage::jsonb
      FROM vu WHERE vivant IS NULL
    ON CONFLICT (identite) WHERE etat NOT IN ('REFUSE', 'ANNULE') DO NOTHING
    RETURNING numero_interne, etat
), depose AS (
    INSERT INTO depot (numero_interne, corps_chiffre, sha256_recu, cerfa)
    SELECT vu.numero, vu.corps, vu.recu, vu.cerfa::jsonb FROM insere JOIN vu ON vu.numero = insere.numero_interne
), dit AS (
    INSERT INTO evenement (siren, objet, numero_interne, type, acteur, survenu_le)
    SELECT vu.siren, 'DOSSIER', vu.numero, 'DOSSIER_DEPOSE', 'editeur:' || vu.editeur, vu.depose_le
      FROM insere JOIN vu ON vu.numero = insere.numero_interne
)
SELECT coalesce(vu.vivant, insere.numero_interne), vu.vivant IS NULL, coalesce(vu.contenu_vivant, vu.contenu),
       coalesce(vu.etat, insere.etat), vu.numero_deca
  FROM vu LEFT JOIN insere ON insere.numero_interne = vu.numero
 ORDER BY vu.rang
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
SELECT {COLONNES}, d.identite, p.corps_chiffre, p.sha256_recu
  FROM dossier d JOIN depot p USING (numero_interne)
 WHERE d.siren = %s AND d.numero_interne = ANY(%b::bigint[])
 ORDER BY d.numero_interne
"""  # noqa: S608 - a constant of this module
SELECT_FOR_UPDATE = f"SELECT {COLONNES} FROM dossier d WHERE d.siren = %s AND d.numero_interne = %s FOR NO KEY UPDATE"  # noqa: S608
# In the order of their numbers, so that two who hold several never wait for each other.
SELECT_MANY = f"""
SELECT {COLONNES} FROM dossier d
 WHERE d.siren = %s AND d.numero_interne = ANY(%s::bigint[]) ORDER BY d.numero_interne
"""  # noqa: S608
# Lists of states read `dossier_apercu` alone, and the comments by a small index of their own (ADR 0019): the rows of a
# CFA lie among everybody's, a page of the table for three of them. A comment is free text, that no index entry holds.
SELECT_PAGE = """
SELECT p.numero_interne, p.etat,
       (SELECT c.commentaire_etat FROM dossier c
         WHERE c.siren = p.siren AND c.numero_interne = p.numero_interne AND c.commentaire_etat IS NOT NULL),
       p.numero_deca
  FROM (SELECT d.siren, d.numero_interne, d.etat, d.numero_deca FROM dossier d
         WHERE d.siren = %s AND d.numero_interne > %s
         ORDER BY d.numero_interne LIMIT %s OFFSET %s) AS p
 ORDER BY p.numero_interne
"""
COUNT_APRES = "SELECT count(*) FROM dossier WHERE siren = %s AND numero_interne > %s"
SELECT_TOUS = """
SELECT d.numero_interne, d.etat, c.commentaire_etat, d.numero_deca
  FROM dossier d
  LEFT JOIN dossier c ON c.siren = d.siren AND c.numero_interne = d.numero_interne AND c.commentaire_etat IS NOT NULL
 WHERE d.siren = %s
 ORDER BY d.numero_interne
"""
LOT = 2_000  # rows turned into objects between two breaths of the event loop


async def record_lot(tx: Tx, lot: Sequence[Candidat]) -> list[Inscription | None]:
    """Insert what is new of a batch sorted by identity; in the same order, the dossier that holds each identity.

    None for an identity that another worker took at this very instant: ask again.
    """
    colonnes = zip(*(msgspec.structs.astuple(candidat) for candidat in lot), strict=True)
    cursor = await tx.execute(RECORD_LOT, [list(colonne) for colonne in colonnes])
    return [Inscription(*row) if row[0] is not None else None for row in await cursor.fetchall()]


async def find_depots(tx: Tx, numeros: Sequence[int], *, siren: str) -> list[LigneDepot]:
    """The dossiers of this SIREN among `numeros`, with their bodies, by number."""
    cursor = await tx.execute(SELECT_DEPOT, (siren, list(numeros)))
    return [LigneDepot(LigneDossier(*row[:6]), *row[6:]) for row in await cursor.fetchall()]


async def find_many(tx: Tx, numeros: Sequence[int], *, siren: str) -> list[LigneDossier]:
    """Those of these dossiers that are this SIREN's, without their body, by number."""
    cursor = await tx.execute(SELECT_MANY, (siren, list(numeros)))
    return [LigneDossier(*row) for row in await cursor.fetchall()]


async def lock_many(tx: Tx, numeros: Sequence[int], *, siren: str) -> list[LigneDossier]:
    """The same, held until the end of the transaction."""
    cursor = await tx.execute(SELECT_MANY + " FOR NO KEY UPDATE", (siren, list(numeros)))
    return [LigneDossier(*row) for row in await cursor.fetchall()]


async def lock(tx: Tx, numero_interne: int, *, siren: str) -> LigneDossier | None:
    """One dossier of this SIREN, held until the end of the transaction."""
    cursor = await tx.execute(SELECT_FOR_UPDATE, (siren, numero_interne))
    row = await cursor.fetchone()
    return LigneDossier(*row) if row else None


async def set_etat(tx: Tx, numero_interne: int, *, siren: str, etat: str, commentaire: str | None) -> None:
    """Move a dossier, locked beforehand, to another state; what may be moved where is said by `states`."""
    await tx.execute(
        "UPDATE dossier SET etat = %s, commentaire_etat = %s WHERE siren = %s AND numero_interne = %s",
        (etat, commentaire, siren, numero_interne),
    )


async def read_all(tx: Tx, *, siren: str) -> AsyncIterator[list[LigneEtat]]:
    """Every dossier of this SIREN, by number and in batches (v1 etats has no page)."""
    cursor = await tx.execute(SELECT_TOUS, (siren,))
    while lot := await cursor.fetchmany(LOT):
        yield [LigneEtat(*row) for row in lot]


async def list_page(tx: Tx, *, siren: str, page: int, taille: int) -> tuple[int, list[LigneEtat]]:
    """Page `page` (from 1) of this SIREN's dossiers by number, and how many there are in all.

    Both are reached from the nearest milestone: a hundred index entries at most, and what came since the last one.
    """
    dernier = await jalons.find(tx, siren=siren)
    row = await (await tx.execute(COUNT_APRES, (siren, dernier.numero_interne))).fetchone()
    total = dernier.rang + (row[0] if row else 0)
    saute = (page - 1) * taille
    if saute >= total:
        return total, []
    debut = await jalons.find(tx, siren=siren, rang=saute)
    cursor = await tx.execute(SELECT_PAGE, (siren, debut.numero_interne, taille, saute - debut.rang))
    return total, [LigneEtat(*ligne) for ligne in await cursor.fetchall()]


async def read_version(tx: Tx, *, siren: str) -> str:
    """What changes whenever a dossier of this SIREN is deposited or changes state: its last events.

    The last one older than every open transaction, and how many visible ones are not: two moments at which both are
    equal saw the very same events, whatever the order in which concurrent writers committed (ADR 0011).
    """
    cursor = await tx.execute(READ_VERSION, (siren, siren))
    row = await cursor.fetchone()
    return f"{row[0] or 0}.{row[1]}" if row else "0.0"
