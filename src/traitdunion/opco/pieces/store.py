"""All the SQL of documents."""

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class LigneDocument(msgspec.Struct, frozen=True):
    """A document as stored, without its JSON part; no dossier nor invoice when it is joined to a contact request."""

    numero_interne: int
    siren: str
    type_fichier: str
    nom_fichier: str
    type_contenu: str
    taille_octets: int
    cle_objet: str
    sha256_fichier: bytes
    sha256_recu: bytes
    verdict: str
    depose_le: datetime
    numero_interne_dossier: int | None
    numero_interne_facture: int | None


class NouveauDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert; its object is already durable."""

    siren: str
    type_fichier: str
    version: int
    nom_fichier: str
    type_contenu: str
    taille_octets: int
    cle_objet: str
    sha256_fichier: bytes
    sha256_recu: bytes
    sha256_contenu: bytes
    corps_chiffre: bytes
    verdict: str
    depose_le: datetime


SELECT_SAME = """
SELECT numero_interne FROM document
 WHERE siren = %s AND type_fichier = %s AND sha256_contenu = %s AND sha256_fichier = %s
"""
COUNT_VERSIONS = """
SELECT count(*) FROM document_objet o JOIN document d ON d.numero_interne = o.document
 WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = %s AND d.type_fichier = %s
"""
INSERT = """
INSERT INTO document (siren, type_fichier, version, nom_fichier, type_contenu, taille_octets, cle_objet,
                      sha256_fichier, sha256_recu, sha256_contenu, corps_chiffre, verdict, depose_le)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (siren, type_fichier, sha256_contenu, sha256_fichier) DO NOTHING
RETURNING numero_interne
"""
INSERT_OBJET = """
INSERT INTO document_objet (document, type_objet, id_objet) VALUES (%s, 'DOSSIER_APPRENTISSAGE', %s)
ON CONFLICT DO NOTHING
"""
SELECT_ONE = """
SELECT d.numero_interne, d.siren, d.type_fichier, d.nom_fichier, d.type_contenu, d.taille_octets, d.cle_objet,
       d.sha256_fichier, d.sha256_recu, d.verdict, d.depose_le,
       (SELECT min(o.id_objet) FROM document_objet o
         WHERE o.document = d.numero_interne AND o.type_objet = 'DOSSIER_APPRENTISSAGE'),
       (SELECT min(o.id_objet) FROM document_objet o
         WHERE o.document = d.numero_interne AND o.type_objet = 'FACTURE')
  FROM document d WHERE d.siren = %s AND d.numero_interne = %s
"""


async def find_same(
    tx: Tx, *, siren: str, type_fichier: str, sha256_contenu: bytes, sha256_fichier: bytes
) -> int | None:
    """The number of the document that is this very one, word for word and byte for byte, if it was received."""
    cursor = await tx.execute(SELECT_SAME, (siren, type_fichier, sha256_contenu, sha256_fichier))
    row = await cursor.fetchone()
    return row[0] if row else None


async def count_versions(tx: Tx, numero_interne_dossier: int, *, type_fichier: str) -> int:
    """How many documents of this type the dossier holds."""
    cursor = await tx.execute(COUNT_VERSIONS, (numero_interne_dossier, type_fichier))
    row = await cursor.fetchone()
    return row[0] if row else 0


async def insert(tx: Tx, nouveau: NouveauDocument) -> int | None:
    """The number given, or None when the same document was committed meanwhile."""
    cursor = await tx.execute(INSERT, msgspec.structs.astuple(nouveau))
    row = await cursor.fetchone()
    return row[0] if row else None


async def attach(tx: Tx, document: int, *, dossiers: list[int]) -> None:
    """Attach a document to dossiers."""
    for dossier in dossiers:
        await tx.execute(INSERT_OBJET, (document, dossier))


async def find(tx: Tx, numero_interne: int, *, siren: str) -> LigneDocument | None:
    """One document of this SIREN."""
    cursor = await tx.execute(SELECT_ONE, (siren, numero_interne))
    row = await cursor.fetchone()
    return LigneDocument(*row) if row else None


async def set_verdict(tx: Tx, numero_interne: int, *, verdict: str) -> bool:
    """Record the antivirus's verdict, once: False when there was one already."""
    cursor = await tx.execute(
        "UPDATE document SET verdict = %s WHERE numero_interne = %s AND verdict = 'EN_ANALYSE'",
        (verdict, numero_interne),
    )
    return cursor.rowcount == 1


async def list_waiting(tx: Tx, *, limite: int) -> list[tuple[int, str, str]]:
    """Documents that wait for the antivirus: number, SIREN, key of the object; the oldest first."""
    cursor = await tx.execute(
        "SELECT numero_interne, siren, cle_objet FROM document WHERE verdict = 'EN_ANALYSE' "
        "ORDER BY numero_interne LIMIT %s",
        (limite,),
    )
    return list(await cursor.fetchall())


async def known_keys(tx: Tx, cles: list[str]) -> set[str]:
    """Those of these object keys that a row names."""
    cursor = await tx.execute("SELECT cle_objet FROM document WHERE cle_objet = ANY(%s)", (cles,))
    return {cle for (cle,) in await cursor.fetchall()}


async def list_corps(tx: Tx, numero_interne_dossier: int, *, type_fichier: str) -> list[tuple[int, str, bytes]]:
    """Number, object key and encrypted JSON part of a dossier's documents of one type, the last one first."""
    cursor = await tx.execute(
        "SELECT d.numero_interne, d.cle_objet, d.corps_chiffre "
        "  FROM document_objet o JOIN document d ON d.numero_interne = o.document "
        " WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = %s AND d.type_fichier = %s "
        " ORDER BY d.numero_interne DESC",
        (numero_interne_dossier, type_fichier),
    )
    return list(await cursor.fetchall())
