"""All the SQL of deposits with the State."""

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class LigneDepot(msgspec.Struct, frozen=True):
    """A deposit to make, or made."""

    id: int
    numero_interne: int
    siren: str
    nature: str
    etat: str
    tentatives: int
    message: str | None
    numero_deca: str | None
    no_avenant: str | None

    @property
    def reference(self) -> str:
        """Our own reference, by which the State reads it back to us."""
        return f"{self.numero_interne}-{self.nature.lower()}"


COLONNES = "p.id, p.numero_interne, d.siren, p.nature, p.etat, p.tentatives, p.message, p.numero_deca, p.no_avenant"
TAKE = f"""
WITH pris AS (
    SELECT id, etat FROM deca_depot
     WHERE etat IN ('A_DEPOSER', 'EN_COURS') AND pas_avant <= %(at)s
     ORDER BY pas_avant, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), marque AS (
    UPDATE deca_depot p
       SET etat = 'EN_COURS', tentatives = tentatives + 1, pas_avant = %(bail)s, maj_le = %(at)s
      FROM pris WHERE p.id = pris.id
    RETURNING p.*
)
SELECT {COLONNES} FROM marque p JOIN dossier d USING (numero_interne)
"""  # noqa: S608 - constants of this module
FIND = (
    f"SELECT {COLONNES} FROM deca_depot p JOIN dossier d USING (numero_interne) WHERE p.id = %s FOR NO KEY UPDATE OF p"  # noqa: S608
)
OF_DOSSIER = f"SELECT {COLONNES} FROM deca_depot p JOIN dossier d USING (numero_interne) WHERE p.numero_interne = %s"  # noqa: S608


async def insert(tx: Tx, numero_interne: int, *, nature: str, at: datetime) -> None:
    """Write down what is to be deposited; once per dossier and nature."""
    await tx.execute(
        "INSERT INTO deca_depot (numero_interne, nature, pas_avant, cree_le, maj_le) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (numero_interne, nature, at, at, at),
    )


async def take(tx: Tx, *, at: datetime, bail: datetime) -> LigneDepot | None:
    """The next deposit that is due, marked as under way until `bail`; nobody else takes it meanwhile."""
    row = await (await tx.execute(TAKE, {"at": at, "bail": bail})).fetchone()
    return LigneDepot(*row) if row else None


async def lock(tx: Tx, depot: int) -> LigneDepot | None:
    """One deposit, held until the end of the transaction."""
    row = await (await tx.execute(FIND, (depot,))).fetchone()
    return LigneDepot(*row) if row else None


async def list_of(tx: Tx, numero_interne: int) -> list[LigneDepot]:
    """The deposits of a dossier."""
    cursor = await tx.execute(OF_DOSSIER + " ORDER BY p.id", (numero_interne,))
    return [LigneDepot(*row) for row in await cursor.fetchall()]


async def record_depose(
    tx: Tx, ligne: LigneDepot, *, numero_deca: str | None, no_avenant: str | None, at: datetime
) -> None:
    """The State has it: its number goes to the dossier, for a contract."""
    await tx.execute(
        "UPDATE deca_depot SET etat = 'DEPOSE', numero_deca = %s, no_avenant = %s, message = NULL, maj_le = %s "
        "WHERE id = %s",
        (numero_deca, no_avenant, at, ligne.id),
    )
    if numero_deca is not None:
        await tx.execute(
            "UPDATE dossier SET numero_deca = %s WHERE numero_interne = %s", (numero_deca, ligne.numero_interne)
        )


async def record_non_deposable(tx: Tx, depot: int, *, message: str, at: datetime) -> None:
    """The State refuses it."""
    await tx.execute(
        "UPDATE deca_depot SET etat = 'NON_DEPOSABLE', message = %s, maj_le = %s WHERE id = %s", (message, at, depot)
    )


async def postpone(tx: Tx, depot: int, *, message: str, pas_avant: datetime, at: datetime) -> None:
    """Try again later; the row stays under way, so that it is read back first."""
    await tx.execute(
        "UPDATE deca_depot SET message = %s, pas_avant = %s, maj_le = %s WHERE id = %s",
        (message, pas_avant, at, depot),
    )


async def set_again(tx: Tx, numero_interne: int, *, at: datetime) -> bool:
    """Try at once what is not deposited; False when there is nothing to try."""
    cursor = await tx.execute(
        "UPDATE deca_depot SET etat = 'EN_COURS', pas_avant = %s, maj_le = %s "
        "WHERE numero_interne = %s AND etat <> 'DEPOSE'",
        (at, at, numero_interne),
    )
    return cursor.rowcount > 0
