"""All the SQL of contact requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

Tx = AsyncConnection[Any]


class Demandeur(NamedTuple):
    """Whose requests: those of a CFA, or those of an employer. One SIREN may be both, and neither reads the other's."""

    siren: str
    employeur: bool


class Demande(NamedTuple):
    """A request without its thread. `contacts`: business and technical contacts of an accrochage.

    `logiciel_nom`, `logiciel_editeur`: what the CFA says of its software, empty when it says nothing; `editeur`: who
    it is for the OPCO, once known.
    """

    id: int
    siren: str
    denomination: str
    type: str
    sujet: str
    etat: str
    compte: int
    courriel: str
    contacts: dict[str, dict[str, str]] | None
    logiciel_nom: str
    logiciel_editeur: str
    editeur: int | None
    editeur_nom: str | None
    possible_le: datetime | None
    cree_le: datetime
    maj_le: datetime

    @property
    def numero(self) -> str:
        """How people name it: DC-0000001."""
        return f"DC-{self.id:07d}"


class Message(NamedTuple):
    """One message of a thread, with the name of its document when it has one."""

    id: int
    auteur: str
    opco: bool
    texte: str
    document: int | None
    nom_fichier: str | None
    ecrit_le: datetime


# An employer is no organisation of ours: its SIREN stands for its name.
SELECT = """
SELECT d.id, d.siren, coalesce(o.denomination, d.siren), d.type, d.sujet, d.etat, d.compte, c.courriel, d.contacts,
       coalesce(d.logiciel_nom, ''), coalesce(d.logiciel_editeur, ''), d.editeur, e.nom, d.possible_le,
       d.cree_le, d.maj_le
  FROM demande d JOIN compte c ON c.id = d.compte LEFT JOIN organisation o ON o.siren = d.siren
  LEFT JOIN editeur e ON e.id = d.editeur
"""


async def insert(
    tx: Tx,
    *,
    siren: str,
    type_: str,
    sujet: str,
    compte: int,
    contacts: Mapping[str, Mapping[str, str]] | None,
    logiciel: tuple[str, str],
    at: datetime,
) -> int:
    """Add a request; its id. `logiciel`: name of the software and of its editor."""
    cursor = await tx.execute(
        """INSERT INTO demande (siren, type, sujet, etat, compte, contacts,
                                logiciel_nom, logiciel_editeur, cree_le, maj_le)
           VALUES (%s, %s, %s, 'OUVERTE', %s, %s, %s, %s, %s, %s) RETURNING id""",
        (siren, type_, sujet, compte, None if contacts is None else Jsonb(contacts), *logiciel, at, at),
    )
    row = await cursor.fetchone()
    assert row is not None  # RETURNING of an INSERT
    return int(row[0])


async def insert_message(
    tx: Tx, *, demande: int, compte: int, opco: bool, texte: str, document: int | None, at: datetime
) -> None:
    """Add a message to a thread."""
    await tx.execute(
        "INSERT INTO message_demande (demande, compte, opco, texte, document, ecrit_le) "
        "VALUES (%s, %s, %s, %s, %s, %s)",
        (demande, compte, opco, texte, document, at),
    )


async def find(tx: Tx, demande: int, *, de: Demandeur | None = None, lock: bool = False) -> Demande | None:
    """One request; of this one who asks only, when one is given."""
    fin = " FOR NO KEY UPDATE OF d" if lock else ""
    siren, employeur = de or (None, None)
    cursor = await tx.execute(
        SELECT + " WHERE d.id = %s AND (%s::text IS NULL OR d.siren = %s AND (c.role = 'EMPLOYEUR') = %s)" + fin,
        (demande, siren, siren, employeur),
    )
    row = await cursor.fetchone()
    return Demande(*row) if row else None


async def list_messages(tx: Tx, demande: int) -> list[Message]:
    """A thread, oldest first."""
    cursor = await tx.execute(
        """SELECT m.id, c.prenom || ' ' || c.nom, m.opco, m.texte, m.document, f.nom_fichier, m.ecrit_le
             FROM message_demande m JOIN compte c ON c.id = m.compte
             LEFT JOIN document f ON f.numero_interne = m.document
            WHERE m.demande = %s ORDER BY m.id""",
        (demande,),
    )
    return [Message(*row) for row in await cursor.fetchall()]


async def list_of(tx: Tx, *, de: Demandeur, avant: int | None, limite: int) -> list[Demande]:
    """The requests of one who asks, latest first, older than `avant`."""
    cursor = await tx.execute(
        SELECT + " WHERE d.siren = %s AND (c.role = 'EMPLOYEUR') = %s AND (%s::bigint IS NULL OR d.id < %s) "
        "ORDER BY d.id DESC LIMIT %s",
        (de.siren, de.employeur, avant, avant, limite),
    )
    return [Demande(*row) for row in await cursor.fetchall()]


async def list_waiting(tx: Tx, *, limite: int) -> list[Demande]:
    """What waits for the OPCO, longest first."""
    cursor = await tx.execute(
        SELECT + " WHERE d.etat IN ('OUVERTE', 'EN_COURS') ORDER BY d.maj_le, d.id LIMIT %s",
        (limite,),
    )
    return [Demande(*row) for row in await cursor.fetchall()]


async def list_latest(tx: Tx, *, avant: int | None, limite: int) -> list[Demande]:
    """Every request, latest first, older than `avant`."""
    cursor = await tx.execute(
        SELECT + " WHERE %s::bigint IS NULL OR d.id < %s ORDER BY d.id DESC LIMIT %s",
        (avant, avant, limite),
    )
    return [Demande(*row) for row in await cursor.fetchall()]


async def list_of_editeur(tx: Tx, *, editeur: int) -> list[Demande]:
    """The accrochages asked for that are about this editor, latest first."""
    cursor = await tx.execute(SELECT + " WHERE d.editeur = %s ORDER BY d.id DESC", (editeur,))
    return [Demande(*row) for row in await cursor.fetchall()]


async def list_possibles(tx: Tx, *, siren: str) -> list[Demande]:
    """The accrochages that an editor has said possible and that this CFA has not opened yet."""
    cursor = await tx.execute(
        SELECT + " WHERE d.siren = %s AND d.possible_le IS NOT NULL AND NOT EXISTS "  # noqa: S608
        "(SELECT FROM accrochage a WHERE a.editeur = d.editeur AND a.siren = d.siren) ORDER BY d.id DESC",
        (siren,),
    )
    return [Demande(*row) for row in await cursor.fetchall()]


async def update(tx: Tx, demande: int, *, etat: str, at: datetime) -> None:
    """Move a request, held by the caller."""
    await tx.execute("UPDATE demande SET etat = %s, maj_le = %s WHERE id = %s", (etat, at, demande))


async def set_editeur(tx: Tx, demande: int, *, editeur: int) -> None:
    """Say whose software a request is about."""
    await tx.execute("UPDATE demande SET editeur = %s, possible_le = NULL WHERE id = %s", (editeur, demande))


async def set_possible(tx: Tx, demande: int, *, at: datetime) -> None:
    """« L'accrochage est possible »."""
    await tx.execute("UPDATE demande SET possible_le = %s WHERE id = %s", (at, demande))


async def list_administrateurs(tx: Tx, *, siren: str) -> list[str]:
    """The e-mail addresses of the administrators of a CFA."""
    cursor = await tx.execute(
        "SELECT DISTINCT courriel FROM compte WHERE siren = %s AND role = 'CFA_ADMINISTRATEUR' AND actif ORDER BY 1",
        (siren,),
    )
    return [courriel for (courriel,) in await cursor.fetchall()]
