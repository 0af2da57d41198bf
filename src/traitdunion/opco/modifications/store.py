"""All the SQL of contacts, bank details and modification requests."""

from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

Tx = AsyncConnection[Any]


class Contact(NamedTuple):
    """Somebody to call at a CFA."""

    id: int
    nom: str
    fonction: str
    telephone: str
    courriel: str


class Banque(NamedTuple):
    """Bank details as they may be shown: the last four characters of the IBAN."""

    titulaire: str
    fin: str
    depuis_le: datetime


class Modification(NamedTuple):
    """A request, without what it asks for in clear."""

    id: int
    siren: str
    denomination: str
    type: str
    etat: str
    apercu: str
    justification: str
    demandee_par: int
    demandeur: str
    demandee_le: datetime
    approuvee_par: int | None
    approbateur: str | None
    tranchee_le: datetime | None
    motif: str | None


SELECT = """
SELECT m.id, m.siren, o.denomination, m.type, m.etat, m.apercu, m.justification, m.demandee_par,
       c.prenom || ' ' || c.nom, m.demandee_le, m.approuvee_par, a.prenom || ' ' || a.nom, m.tranchee_le, m.motif
  FROM modification m JOIN organisation o ON o.siren = m.siren JOIN compte c ON c.id = m.demandee_par
  LEFT JOIN compte a ON a.id = m.approuvee_par
"""


async def list_contacts(tx: Tx, *, siren: str) -> list[Contact]:
    """The contacts of a SIREN, by name."""
    cursor = await tx.execute(
        "SELECT id, nom, fonction, telephone, courriel FROM contact WHERE siren = %s ORDER BY nom, id", (siren,)
    )
    return [Contact(*row) for row in await cursor.fetchall()]


async def insert_contact(tx: Tx, *, siren: str, valeurs: dict[str, str], at: datetime) -> None:
    """Add a contact."""
    await tx.execute(
        """INSERT INTO contact (siren, nom, fonction, telephone, courriel, cree_le)
           VALUES (%(siren)s, %(nom)s, %(fonction)s, %(telephone)s, %(courriel)s, %(at)s)""",
        {**valeurs, "siren": siren, "at": at},
    )


async def update_contact(tx: Tx, *, siren: str, contact: int, valeurs: dict[str, str]) -> bool:
    """Change a contact of this SIREN; False when it has no such contact."""
    cursor = await tx.execute(
        """UPDATE contact SET nom = %(nom)s, fonction = %(fonction)s, telephone = %(telephone)s,
                              courriel = %(courriel)s
            WHERE siren = %(siren)s AND id = %(contact)s""",
        {**valeurs, "siren": siren, "contact": contact},
    )
    return cursor.rowcount == 1


async def delete_contact(tx: Tx, *, siren: str, contact: int) -> bool:
    """Take a contact away; False when this SIREN has no such contact."""
    cursor = await tx.execute("DELETE FROM contact WHERE siren = %s AND id = %s", (siren, contact))
    return cursor.rowcount == 1


async def find_banque(tx: Tx, *, siren: str) -> Banque | None:
    """The bank details of a SIREN, as they may be shown."""
    cursor = await tx.execute("SELECT titulaire, fin, depuis_le FROM coordonnees_bancaires WHERE siren = %s", (siren,))
    row = await cursor.fetchone()
    return Banque(*row) if row else None


async def set_banque(tx: Tx, *, siren: str, titulaire: str, chiffre: bytes, fin: str, at: datetime) -> None:
    """Put bank details in force."""
    await tx.execute(
        """INSERT INTO coordonnees_bancaires (siren, titulaire, chiffre, fin, depuis_le) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (siren) DO UPDATE SET titulaire = excluded.titulaire, chiffre = excluded.chiffre,
                                             fin = excluded.fin, depuis_le = excluded.depuis_le""",
        (siren, titulaire, chiffre, fin, at),
    )


async def insert_modification(
    tx: Tx,
    *,
    siren: str,
    type_: str,
    chiffre: bytes,
    apercu: str,
    justification: str,
    compte: int,
    at: datetime,
) -> int | None:
    """Add a request; its id, or None when one of this type waits already."""
    try:
        async with tx.transaction():
            cursor = await tx.execute(
                """INSERT INTO modification (siren, type, chiffre, apercu, justification, demandee_par, demandee_le)
                   VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id""",
                (siren, type_, chiffre, apercu, justification, compte, at),
            )
            row = await cursor.fetchone()
    except UniqueViolation:
        return None
    return int(row[0]) if row else None


async def find(tx: Tx, modification: int, *, siren: str | None = None) -> tuple[Modification, bytes | None] | None:
    """A request and what it asks for, encrypted; held until the end of the transaction; of this SIREN if given."""
    cursor = await tx.execute(
        SELECT.replace("m.motif\n", "m.motif, m.chiffre\n")
        + " WHERE m.id = %s AND (%s::text IS NULL OR m.siren = %s) FOR NO KEY UPDATE OF m",
        (modification, siren, siren),
    )
    row = await cursor.fetchone()
    return (Modification(*row[:-1]), row[-1]) if row else None


async def list_of(tx: Tx, *, siren: str, limite: int) -> list[Modification]:
    """The requests of a SIREN, latest first."""
    cursor = await tx.execute(SELECT + " WHERE m.siren = %s ORDER BY m.id DESC LIMIT %s", (siren, limite))
    return [Modification(*row) for row in await cursor.fetchall()]


async def list_waiting(tx: Tx, *, limite: int) -> list[Modification]:
    """What waits for the OPCO, longest first."""
    cursor = await tx.execute(
        SELECT + " WHERE m.etat IN ('EN_ATTENTE', 'APPROUVEE') ORDER BY m.id LIMIT %s",
        (limite,),
    )
    return [Modification(*row) for row in await cursor.fetchall()]


async def approve(tx: Tx, modification: int, *, par: int) -> None:
    """The first of two persons says yes."""
    await tx.execute(
        "UPDATE modification SET etat = 'APPROUVEE', approuvee_par = %s WHERE id = %s", (par, modification)
    )


async def settle(tx: Tx, modification: int, *, etat: str, par: int | None, motif: str | None, at: datetime) -> None:
    """A request is over; what it asked for is forgotten."""
    await tx.execute(
        """UPDATE modification SET etat = %s, tranchee_par = %s, motif = %s, tranchee_le = %s, chiffre = NULL
            WHERE id = %s""",
        (etat, par, motif, at, modification),
    )


async def set_denomination(tx: Tx, *, siren: str, denomination: str) -> None:
    """Change the name of an organisation, and of its siège."""
    await tx.execute("UPDATE organisation SET denomination = %s WHERE siren = %s", (denomination, siren))
    await tx.execute("UPDATE etablissement SET denomination = %s WHERE siren = %s AND siege", (denomination, siren))


async def add_siret(tx: Tx, *, siret: str, at: datetime) -> bool:
    """Make an establishment the siège of its SIREN, adding it if need be; False when another SIREN bears it."""
    await tx.execute("UPDATE etablissement SET siege = false WHERE siren = %s AND siege", (siret[:9],))
    cursor = await tx.execute(
        """INSERT INTO etablissement (siret, siren, denomination, siege, cree_le)
           SELECT %(siret)s, siren, denomination, true, %(at)s FROM organisation WHERE siren = left(%(siret)s, 9)
           ON CONFLICT (siret) DO UPDATE SET siege = true""",
        {"siret": siret, "at": at},
    )
    return cursor.rowcount == 1
