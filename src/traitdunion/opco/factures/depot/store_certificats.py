"""All the SQL of certificates."""

from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class NouveauCertificat(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert; its document is written with it."""

    siren: str
    dossier: int
    facture: int | None
    type: str
    echeance: int | None
    debut: date | None
    fin: date | None
    duree_heures: int | None
    partielle: bool
    depose_par: str
    depose_le: datetime


INSERT = """
INSERT INTO certificat (document, siren, dossier, facture, type, echeance, debut, fin, duree_heures, partielle,
                        depose_par, depose_le)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


async def insert(tx: Tx, nouveau: NouveauCertificat, *, document: int) -> None:
    """Write a certificate."""
    await tx.execute(INSERT, (document, *msgspec.structs.astuple(nouveau)))


async def find_by_document(tx: Tx, document: int) -> int | None:
    """The number of the certificate that a document carries."""
    row = await (await tx.execute("SELECT numero_interne FROM certificat WHERE document = %s", (document,))).fetchone()
    return int(row[0]) if row else None
