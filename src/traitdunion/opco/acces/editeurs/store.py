"""All the SQL of editors' secrets, softwares and calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Secret(NamedTuple):
    """A secret, without what it says."""

    id: int
    prefixe: str | None
    cree_le: datetime
    expire_le: datetime | None
    revoque_le: datetime | None
    derniere_utilisation: datetime | None


class SecretValable(NamedTuple):
    """A secret that opens, as the token endpoint judges it."""

    id: int
    empreinte: bytes
    derniere_utilisation: datetime | None


class Logiciel(NamedTuple):
    """A software of an editor; `pret` once the norm is confirmed in it. What is not said is empty."""

    id: int
    editeur: int
    editeur_nom: str
    nom: str
    pret: bool
    versions: str
    page_contact: str


class Appel(NamedTuple):
    """A call of the norm, for the editor's eyes."""

    id: int
    survenu_le: datetime
    siren: str
    route: str
    statut: int
    codes: list[str]
    requete: str


# --- secrets --------------------------------------------------------------------------------------------------------


async def lock_editeur(tx: Tx, editeur: int) -> tuple[str, str, bool] | None:
    """Name, client id and whether it is active; held until the end of the transaction."""
    requete = "SELECT nom, client_id, actif FROM editeur WHERE id = %s FOR NO KEY UPDATE"
    return await (await tx.execute(requete, (editeur,))).fetchone()


async def insert_secret(tx: Tx, *, editeur: int, prefixe: str, empreinte: bytes, at: datetime) -> None:
    """Keep a new secret's hash."""
    await tx.execute(
        "INSERT INTO secret_editeur (editeur, prefixe, empreinte, cree_le) VALUES (%s, %s, %s, %s)",
        (editeur, prefixe, empreinte, at),
    )


async def touch_secret(tx: Tx, secret: int, *, heure: datetime) -> None:
    """Note that a secret was used; rounded to the hour, so that one row is written an hour and no more."""
    await tx.execute(
        "UPDATE secret_editeur SET derniere_utilisation = %s WHERE id = %s "
        "AND derniere_utilisation IS DISTINCT FROM %s",
        (heure, secret, heure),
    )


async def list_secrets(tx: Tx, *, editeur: int) -> list[Secret]:
    """The secrets of an editor, newest first."""
    cursor = await tx.execute(
        "SELECT id, prefixe, cree_le, expire_le, revoque_le, derniere_utilisation "
        "FROM secret_editeur WHERE editeur = %s ORDER BY id DESC",
        (editeur,),
    )
    return [Secret(*row) for row in await cursor.fetchall()]


async def close_secrets(tx: Tx, *, editeur: int, expire_le: datetime) -> None:
    """Let the secrets in use end at `expire_le`, never later than they would have."""
    await tx.execute(
        "UPDATE secret_editeur SET expire_le = least(expire_le, %s) WHERE editeur = %s AND revoque_le IS NULL",
        (expire_le, editeur),
    )


async def revoke_secret(tx: Tx, *, editeur: int, secret: int, at: datetime) -> bool:
    """Revoke one secret of an editor; False when it has no such secret in use."""
    cursor = await tx.execute(
        "UPDATE secret_editeur SET revoque_le = %s WHERE editeur = %s AND id = %s AND revoque_le IS NULL",
        (at, editeur, secret),
    )
    return cursor.rowcount == 1


async def insert_remise(
    tx: Tx, *, empreinte: bytes, editeur: int, secret: bytes, chiffre: bytes, at: datetime, expire_le: datetime
) -> None:
    """Keep a secret, given by its hash, until its link is followed."""
    await tx.execute(
        "INSERT INTO remise_secret (empreinte, editeur, secret, chiffre, cree_le, expire_le) "
        "VALUES (%s, %s, (SELECT id FROM secret_editeur WHERE empreinte = %s), %s, %s, %s)",
        (empreinte, editeur, secret, chiffre, at, expire_le),
    )


async def forget_unread(tx: Tx, *, editeur: int, sauf: bytes = b"", at: datetime) -> None:
    """End the links of an editor that nobody has followed, and their secrets, that nobody knows; `sauf`: one kept."""
    await tx.execute(
        """UPDATE secret_editeur SET revoque_le = %s
            WHERE editeur = %s AND revoque_le IS NULL AND empreinte <> %s
              AND id IN (SELECT secret FROM remise_secret WHERE editeur = %s AND chiffre IS NOT NULL)""",
        (at, editeur, sauf, editeur),
    )
    await tx.execute("UPDATE remise_secret SET chiffre = NULL WHERE editeur = %s AND chiffre IS NOT NULL", (editeur,))


async def take_remise(tx: Tx, empreinte: bytes, *, at: datetime) -> tuple[int, bytes] | None:
    """Editor and encrypted secret of a link that may still be followed; the secret is forgotten. None otherwise.

    A link whose secret is worth nothing any more, or whose editor is suspended, may not be followed.
    """
    cursor = await tx.execute(
        """WITH prise AS (
               SELECT r.empreinte, r.editeur, r.chiffre FROM remise_secret r
                 JOIN secret_editeur s ON s.id = r.secret
                 JOIN editeur e ON e.id = r.editeur
                WHERE r.empreinte = %(empreinte)s AND r.chiffre IS NOT NULL AND r.expire_le > %(at)s
                  AND s.revoque_le IS NULL AND (s.expire_le IS NULL OR s.expire_le > %(at)s) AND e.actif
                  FOR UPDATE OF r
           ), oubli AS (
               UPDATE remise_secret r SET chiffre = NULL, lue_le = %(at)s FROM prise
                WHERE r.empreinte = prise.empreinte
           )
           SELECT editeur, chiffre FROM prise""",
        {"empreinte": empreinte, "at": at},
    )
    return await cursor.fetchone()


async def purge_remises(tx: Tx, *, at: datetime) -> int:
    """Delete the links that are over, and end the secrets that nobody came to read; how many links."""
    await tx.execute(
        """UPDATE secret_editeur SET revoque_le = %s
            WHERE revoque_le IS NULL
              AND id IN (SELECT secret FROM remise_secret WHERE chiffre IS NOT NULL AND expire_le <= %s)""",
        (at, at),
    )
    return (await tx.execute("DELETE FROM remise_secret WHERE expire_le <= %s", (at,))).rowcount


# --- softwares ------------------------------------------------------------------------------------------------------

LOGICIELS = """
SELECT l.id, l.editeur, e.nom, l.nom, l.pret, coalesce(l.versions, ''), coalesce(l.page_contact, '')
  FROM logiciel l JOIN editeur e ON e.id = l.editeur
"""


async def insert_logiciel(
    tx: Tx, *, editeur: int, nom: str, versions: str, page_contact: str, pret: bool, at: datetime
) -> int | None:
    """Add a software; its id, or None when the editor has one of that name."""
    cursor = await tx.execute(
        "INSERT INTO logiciel (editeur, nom, versions, page_contact, pret, cree_le) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING RETURNING id",
        (editeur, nom, versions, page_contact, pret, at),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else None


async def set_pret(tx: Tx, *, editeur: int, logiciel: int, pret: bool) -> bool:
    """Say whether a software of this editor speaks the norm; False when it has no such software."""
    cursor = await tx.execute("UPDATE logiciel SET pret = %s WHERE editeur = %s AND id = %s", (pret, editeur, logiciel))
    return cursor.rowcount == 1


async def list_logiciels(tx: Tx, *, editeur: int | None = None) -> list[Logiciel]:
    """The softwares of an editor; or, without one, those that a CFA may pick: ready, of an active editor."""
    if editeur is not None:
        cursor = await tx.execute(LOGICIELS + " WHERE l.editeur = %s ORDER BY l.nom", (editeur,))
    else:
        cursor = await tx.execute(LOGICIELS + " WHERE l.pret AND e.actif ORDER BY e.nom, l.nom")
    return [Logiciel(*row) for row in await cursor.fetchall()]


async def find_logiciel(tx: Tx, logiciel: int) -> Logiciel | None:
    """One software that a CFA may pick."""
    row = await (await tx.execute(LOGICIELS + " WHERE l.id = %s AND l.pret AND e.actif", (logiciel,))).fetchone()
    return Logiciel(*row) if row else None


# --- calls ----------------------------------------------------------------------------------------------------------


async def insert_appels(tx: Tx, appels: Sequence[tuple[datetime, int, str, str, int, list[str], str]]) -> None:
    """Write calls down, many at a time: at, editor, SIREN, route, status, codes, request id."""
    async with (
        tx.cursor() as cursor,
        cursor.copy("COPY appel (survenu_le, editeur, siren, route, statut, codes, requete) FROM STDIN") as copie,
    ):
        for appel in appels:
            await copie.write_row(appel)


async def list_appels(
    tx: Tx, *, editeur: int, avant: int | None, siren: str | None, classe: int | None, limite: int
) -> list[Appel]:
    """The latest calls of an editor, older than the call `avant`; of one CFA; of one class of status, 4 for 4xx.

    Each filter has its index, and is written so that no other index gives the order asked for: read from the latest
    call backwards, the list of one editor would cost what all the others call.
    """
    if siren is not None:
        ou, ordre = "editeur = %(editeur)s AND siren BETWEEN %(siren)s AND %(siren)s", "siren DESC, id DESC"
    elif classe is not None and classe >= 4:
        ou, ordre = "editeur = %(editeur)s AND statut >= 400", "statut / 100 DESC, id DESC"
    else:
        ou, ordre = "editeur BETWEEN %(editeur)s AND %(editeur)s", "editeur DESC, id DESC"
    if classe is not None:
        ou += " AND statut / 100 BETWEEN %(classe)s AND %(classe)s"
    if avant is not None:
        ou += " AND id < %(avant)s"
    cursor = await tx.execute(
        f"SELECT id, survenu_le, siren, route, statut, codes, requete FROM appel WHERE {ou} "  # noqa: S608 - texts of ours
        f"ORDER BY {ordre} LIMIT %(limite)s",
        {"editeur": editeur, "avant": avant, "siren": siren, "classe": classe, "limite": limite},
    )
    return [Appel(*row) for row in await cursor.fetchall()]


async def purge_appels(tx: Tx, *, avant: datetime) -> int:
    """Forget the calls older than `avant`; how many."""
    return (await tx.execute("DELETE FROM appel WHERE survenu_le < %s", (avant,))).rowcount
