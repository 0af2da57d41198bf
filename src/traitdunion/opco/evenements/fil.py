"""The feed of changes: what happened to the dossiers of a SIREN since a cursor, nothing missed (norme.md §1).

A cursor is (transaction, id). Events of a transaction that is still open may appear behind those already read: only
those older than every open transaction are shown (pg_snapshot_xmin), and the order is that of transactions.
"""

import base64
import binascii
import re
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

Tx = AsyncConnection[Any]
_CURSEUR = re.compile(r"([0-9]{1,20})\.([0-9]{1,19})")
SELECT = """
SELECT e.transaction::text, e.id, e.type, e.numero_interne, e.donnees ->> 'facture', e.survenu_le
  FROM evenement e
 WHERE e.siren = %(siren)s AND e.objet = 'DOSSIER'
   AND (e.transaction, e.id) > (%(transaction)s::xid8, %(id)s::bigint)
   AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY e.transaction, e.id LIMIT %(limite)s
"""


class Curseur(NamedTuple):
    """A place in the feed: the last event read."""

    transaction: int
    id: int


class LigneFil(NamedTuple):
    """One event of the feed."""

    curseur: Curseur
    type: str
    numero_interne: int
    facture: str | None
    survenu_le: datetime


DEBUT = Curseur(0, 0)


def write_curseur(curseur: Curseur) -> str:
    """A cursor as the caller keeps it: opaque."""
    return base64.urlsafe_b64encode(f"{curseur.transaction}.{curseur.id}".encode()).rstrip(b"=").decode()


def read_curseur(texte: str) -> Curseur | None:
    """A cursor given back; None when it is not one of ours."""
    try:
        clair = base64.b64decode(texte + "=" * (-len(texte) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    lu = _CURSEUR.fullmatch(clair)
    if lu is None or int(lu[1]) >= 2**64 or int(lu[2]) >= 2**63:
        return None
    return Curseur(int(lu[1]), int(lu[2]))


async def list_since(tx: Tx, curseur: Curseur, *, siren: str, limite: int) -> list[LigneFil]:
    """The events of a SIREN after a cursor, in order, `limite` at most."""
    cursor = await tx.execute(
        SELECT, {"siren": siren, "transaction": str(curseur.transaction), "id": curseur.id, "limite": limite}
    )
    return [LigneFil(Curseur(int(row[0]), row[1]), *row[2:]) for row in await cursor.fetchall()]
