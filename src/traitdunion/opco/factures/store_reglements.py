"""Which transfer paid an invoice: read here, written by `paiements`."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Reglement(NamedTuple):
    """The last transfer of an invoice: its reference, and the day when the bank paid it, if it has."""

    reference: str
    jour: date | None


LAST = """
SELECT DISTINCT ON (l.facture) l.facture, v.reference, v.regle_le
  FROM ligne_facture l JOIN virement_ligne vl ON vl.ligne = l.id JOIN virement v ON v.id = vl.virement
 WHERE l.facture = ANY(%s) AND v.etat <> 'REJETE'
 ORDER BY l.facture, v.id DESC
"""


async def find_reglements(tx: Tx, factures: Sequence[int]) -> dict[int, Reglement]:
    """The last transfer of each of these invoices that has one."""
    cursor = await tx.execute(LAST, (list(factures),))
    return {facture: Reglement(reference, jour) for facture, reference, jour in await cursor.fetchall()}
