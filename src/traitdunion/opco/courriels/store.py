"""All the SQL of mails. A row that waits has its values and no date; a row that was sent has a date and no values."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from traitdunion.opco.socle.database import Tx


class EnAttente(msgspec.Struct, frozen=True):
    """A mail to send; `chiffre` holds its values, encrypted."""

    id: int
    destinataire: str
    modele: str
    chiffre: bytes
    cree_le: datetime

    def __repr__(self) -> str:
        return f"EnAttente(id={self.id}, modele={self.modele!r})"  # neither the address nor the values


INSERT = "INSERT INTO courriel (destinataire, modele, chiffre, cree_le) VALUES (%s, %s, %s, %s) RETURNING id"
# Another sender's row is passed over, not waited for: two senders share the work and send each mail once.
TAKE = """
SELECT id, destinataire, modele, chiffre, cree_le FROM courriel
 WHERE envoye_le IS NULL AND id <> ALL(%s)
 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
RECORD = "UPDATE courriel SET envoye_le = %s, chiffre = NULL WHERE id = %s"
PURGE = """
DELETE FROM courriel WHERE envoye_le < %(envoyes)s OR (envoye_le IS NULL AND cree_le < %(en_attente)s)
"""


async def insert(tx: Tx, *, destinataire: str, modele: str, chiffre: bytes, at: datetime) -> int:
    """Queue a mail in the caller's transaction; its id."""
    row = await (await tx.execute(INSERT, (destinataire, modele, chiffre, at))).fetchone()
    assert row is not None  # RETURNING of an INSERT
    return int(row[0])


async def take(tx: Tx, *, sauf: Collection[int]) -> EnAttente | None:
    """Lock the oldest mail that waits, that nobody else is sending and that is not one of `sauf`."""
    row = await (await tx.execute(TAKE, (list(sauf),))).fetchone()
    return None if row is None else EnAttente(*row)


async def record_envoi(tx: Tx, id_: int, *, at: datetime) -> None:
    """The mail has left: forget its values."""
    await tx.execute(RECORD, (at, id_))


async def purge(tx: Tx, *, envoyes: datetime, en_attente: datetime) -> int:
    """Forget what was sent before `envoyes` and what has waited since before `en_attente`; how many rows."""
    return (await tx.execute(PURGE, {"envoyes": envoyes, "en_attente": en_attente})).rowcount
