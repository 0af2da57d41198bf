"""All the SQL of editors' secrets, softwares and calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Secret(NamedTuple):
    """A secret, without what it says."""

    id: int
    cree_le: datetime
    expire_le: datetime | None
    revoque_le: datetime | None


class Logiciel(NamedTuple):
    """A software of an editor; `pret` once the norm is confirmed in it."""

    id: int
    editeur: int
    editeur_nom: str
    nom: str
    pret: bool


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


async def insert_secret(tx: Tx, *, editeur: int, empreinte: bytes, at: datetime) -> None:
    """Keep a new secret's hash."""
    await tx.execute(
        "INSERT INTO secret_editeur (editeur, empreinte, cree_le) VALUES (%s, %s, %s)", (editeur, empreinte, at)
    )


async def list_secrets(tx: Tx, *, editeur: int) -> list[Secret]:
    """The secrets of an editor, newest first."""
    cursor = await tx.execute(
        "SELECT id, cree_le, expire_le, revoque_le FROM secret_editeur WHERE editeur = %s ORDER BY id DESC", (editeur,)
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
    tx: Tx, *, empreinte: bytes, editeur: int, chiffre: bytes, at: datetime, expire_le: datetime
) -> None:
    """Keep a secret until its link is followed; the former links of the editor are worth nothing any more."""
    await tx.execute("UPDATE remise_secret SET chiffre = NULL WHERE editeur = %s", (editeur,))
    await tx.execute(
        "INSERT INTO remise_secret (empreinte, editeur, chiffre, cree_le, expire_le) VALUES (%s, %s, %s, %s, %s)",
        (empreinte, editeur, chiffre, at, expire_le),
    )


async def take_remise(tx: Tx, empreinte: bytes, *, at: datetime) -> tuple[int, bytes] | None:
    """Editor and encrypted secret of a link that may still be followed; the secret is forgotten. None otherwise."""
    cursor = await tx.execute(
        """WITH prise AS (
               SELECT empreinte, editeur, chiffre FROM remise_secret
                WHERE empreinte = %(empreinte)s AND chiffre IS NOT NULL AND expire_le > %(at)s FOR UPDATE
           ), oubli AS (
               UPDATE remise_secret r SET chiffre = NULL, lue_le = %(at)s FROM prise
                WHERE r.empreinte = prise.empreinte
           )
           SELECT editeur, chiffre FROM prise""",
        {"empreinte": empreinte, "at": at},
    )
    return await cursor.fetchone()


async def purge_remises(tx: Tx, *, at: datetime) -> int:
    """Delete the links that are over; how many."""
    return (await tx.execute("DELETE FROM remise_secret WHERE expire_le <= %s", (at,))).rowcount


# --- softwares ------------------------------------------------------------------------------------------------------

LOGICIELS = """
SELECT l.id, l.editeur, e.nom, l.nom, l.pret FROM logiciel l JOIN editeur e ON e.id = l.editeur
"""


async def insert_logiciel(tx: Tx, *, editeur: int, nom: str, pret: bool, at: datetime) -> int | None:
    """Add a software; its id, or None when the editor has one of that name."""
    cursor = await tx.execute(
        "INSERT INTO logiciel (editeur, nom, pret, cree_le) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING RETURNING id",
        (editeur, nom, pret, at),
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
    tx: Tx, *, editeur: int, avant: int | None, siren: str | None, erreurs: bool, limite: int
) -> list[Appel]:
    """The latest calls of an editor, older than the call `avant`; of one CFA; only those refused."""
    cursor = await tx.execute(
        """SELECT id, survenu_le, siren, route, statut, codes, requete FROM appel
            WHERE editeur = %s AND (%s::bigint IS NULL OR id < %s) AND (%s::text IS NULL OR siren = %s)
              AND (NOT %s OR statut >= 400)
            ORDER BY id DESC LIMIT %s""",
        (editeur, avant, avant, siren, siren, erreurs, limite),
    )
    return [Appel(*row) for row in await cursor.fetchall()]


async def purge_appels(tx: Tx, *, avant: datetime) -> int:
    """Forget the calls older than `avant`; how many."""
    return (await tx.execute("DELETE FROM appel WHERE survenu_le < %s", (avant,))).rowcount
