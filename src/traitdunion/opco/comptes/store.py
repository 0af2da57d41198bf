"""All the SQL of accounts and sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Compte(msgspec.Struct, frozen=True, kw_only=True):
    """An account as stored, without what opens it."""

    id: int
    utilisateur: str
    nom: str
    prenom: str
    courriel: str
    role: str
    siren: str | None
    editeur: int | None
    sirets: tuple[str, ...]
    actif: bool
    a_un_mot_de_passe: bool
    a_un_second_facteur: bool
    derniere_connexion: datetime | None


class Secrets(msgspec.Struct, frozen=True):
    """What opens an account; never shown, never logged."""

    mot_de_passe: str | None
    totp_chiffre: bytes | None
    totp_confirme_le: datetime | None

    def __repr__(self) -> str:
        return "Secrets(…)"


class LigneSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as stored, without its token's hash."""

    id: int
    compte: int
    ouverte_le: datetime
    vue_le: datetime
    expire_le: datetime
    prouvee_le: datetime
    complete: bool
    memorisee: bool
    agent: str


COMPTE = """
c.id, c.utilisateur, c.nom, c.prenom, c.courriel, c.role, c.siren, c.editeur,
ARRAY(SELECT e.siret FROM compte_etablissement e WHERE e.compte = c.id ORDER BY e.siret),
c.actif, c.mot_de_passe IS NOT NULL, c.totp_confirme_le IS NOT NULL, c.derniere_connexion
"""
CHAMPS_COMPTE = Compte.__struct_fields__
SESSION = "s.id, s.compte, s.ouverte_le, s.vue_le, s.expire_le, s.prouvee_le, s.complete, s.memorisee, s.agent"
CHAMPS_SESSION = LigneSession.__struct_fields__


def _compte(row: Sequence[Any]) -> Compte:
    valeurs = dict(zip(CHAMPS_COMPTE, row, strict=True))
    return Compte(**{**valeurs, "sirets": tuple(valeurs["sirets"])})


def _session(row: Sequence[Any]) -> LigneSession:
    return LigneSession(**dict(zip(CHAMPS_SESSION, row, strict=True)))


# --- accounts -------------------------------------------------------------------------------------------------------


async def insert_compte(
    tx: Tx,
    *,
    utilisateur: str,
    nom: str,
    prenom: str,
    courriel: str,
    role: str,
    siren: str | None,
    editeur: int | None,
    sirets: Sequence[str],
    at: datetime,
) -> int | None:
    """Insert an account and its establishments; its id, or None when the name is taken."""
    cursor = await tx.execute(
        """INSERT INTO compte (utilisateur, nom, prenom, courriel, role, siren, editeur, cree_le)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (utilisateur) DO NOTHING RETURNING id""",
        (utilisateur, nom, prenom, courriel, role, siren, editeur, at),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    for siret in sirets:
        await tx.execute("INSERT INTO compte_etablissement (compte, siret) VALUES (%s, %s)", (row[0], siret))
    return int(row[0])


async def find_compte(tx: Tx, compte: int) -> Compte | None:
    """One account by its id."""
    row = await (await tx.execute(f"SELECT {COMPTE} FROM compte c WHERE c.id = %s", (compte,))).fetchone()  # noqa: S608
    return _compte(row) if row else None


async def find_utilisateur(tx: Tx, utilisateur: str) -> Compte | None:
    """One account by the name under which its person connects."""
    cursor = await tx.execute(f"SELECT {COMPTE} FROM compte c WHERE c.utilisateur = lower(%s)", (utilisateur,))  # noqa: S608
    row = await cursor.fetchone()
    return _compte(row) if row else None


async def list_comptes(tx: Tx, *, siren: str | None = None) -> list[Compte]:
    """The accounts of a SIREN, or all of them, by name."""
    cursor = await tx.execute(
        f"SELECT {COMPTE} FROM compte c WHERE %s::text IS NULL OR c.siren = %s ORDER BY c.nom, c.prenom, c.id",  # noqa: S608
        (siren, siren),
    )
    return [_compte(row) for row in await cursor.fetchall()]


async def list_internes(tx: Tx) -> list[Compte]:
    """The accounts that belong to no SIREN, by name."""
    cursor = await tx.execute(f"SELECT {COMPTE} FROM compte c WHERE c.siren IS NULL ORDER BY c.nom, c.prenom, c.id")  # noqa: S608
    return [_compte(row) for row in await cursor.fetchall()]


async def read_secrets(tx: Tx, compte: int) -> Secrets:
    """What opens an account that exists."""
    cursor = await tx.execute(
        "SELECT mot_de_passe, totp_chiffre, totp_confirme_le FROM compte WHERE id = %s", (compte,)
    )
    row = await cursor.fetchone()
    assert row is not None  # the caller has just found it
    return Secrets(*row)


async def set_mot_de_passe(tx: Tx, compte: int, empreinte: str) -> None:
    """Keep a password's hash."""
    await tx.execute("UPDATE compte SET mot_de_passe = %s WHERE id = %s", (empreinte, compte))


async def set_actif(tx: Tx, compte: int, *, actif: bool) -> None:
    """Open or close an account."""
    await tx.execute("UPDATE compte SET actif = %s WHERE id = %s", (actif, compte))


async def set_role(tx: Tx, compte: int, role: str) -> None:
    """Give an account another role."""
    await tx.execute("UPDATE compte SET role = %s WHERE id = %s", (role, compte))


async def has_other_administrateur(tx: Tx, compte: Compte) -> bool:
    """Whether another active account has the same role for the same SIREN; they are held meanwhile."""
    cursor = await tx.execute(
        """SELECT id FROM compte WHERE role = %s AND siren IS NOT DISTINCT FROM %s AND actif
            ORDER BY id FOR UPDATE""",
        (compte.role, compte.siren),
    )
    return any(id_ != compte.id for (id_,) in await cursor.fetchall())


async def mark_connexion(tx: Tx, compte: int, *, at: datetime) -> None:
    """Note that a person connected."""
    await tx.execute("UPDATE compte SET derniere_connexion = %s WHERE id = %s", (at, compte))


# --- second factor --------------------------------------------------------------------------------------------------


async def set_totp(tx: Tx, compte: int, chiffre: bytes) -> None:
    """Keep a secret that waits for its first code."""
    await tx.execute(
        "UPDATE compte SET totp_chiffre = %s, totp_confirme_le = NULL, totp_dernier_pas = NULL WHERE id = %s",
        (chiffre, compte),
    )


async def confirm_totp(tx: Tx, compte: int, *, at: datetime) -> None:
    """The first code was right: the second factor is in force."""
    await tx.execute("UPDATE compte SET totp_confirme_le = %s WHERE id = %s", (at, compte))


async def delete_totp(tx: Tx, compte: int) -> None:
    """Take the second factor away, with its recovery codes and the passkeys beside it."""
    await tx.execute(
        "UPDATE compte SET totp_chiffre = NULL, totp_confirme_le = NULL, totp_dernier_pas = NULL WHERE id = %s",
        (compte,),
    )
    await tx.execute("DELETE FROM code_secours WHERE compte = %s", (compte,))
    await tx.execute("DELETE FROM cle_acces WHERE compte = %s", (compte,))


async def count_codes(tx: Tx, compte: int) -> int:
    """How many recovery codes an account has left."""
    row = await (await tx.execute("SELECT count(*) FROM code_secours WHERE compte = %s", (compte,))).fetchone()
    assert row is not None
    return int(row[0])


async def list_adresses(tx: Tx, *, siren: str, role: str) -> list[str]:
    """The e-mail addresses of the open accounts of one role of a SIREN, each once."""
    cursor = await tx.execute(
        "SELECT DISTINCT courriel FROM compte WHERE siren = %s AND role = %s AND actif ORDER BY courriel", (siren, role)
    )
    return [courriel for (courriel,) in await cursor.fetchall()]


async def list_gestionnaires(tx: Tx, *, siren: str) -> list[str]:
    """The e-mail addresses of those who manage the dossiers of a CFA, each once."""
    cursor = await tx.execute(
        "SELECT DISTINCT courriel FROM compte WHERE siren = %s AND role IN ('CFA_ADMINISTRATEUR', 'CFA_GESTIONNAIRE') "
        "AND actif ORDER BY courriel",
        (siren,),
    )
    return [courriel for (courriel,) in await cursor.fetchall()]


async def spend_pas(tx: Tx, compte: int, pas: int) -> bool:
    """Use up a step of time; False when it, or a later one, has been used (RFC 6238 §5.2)."""
    cursor = await tx.execute(
        """UPDATE compte SET totp_dernier_pas = %s
            WHERE id = %s AND (totp_dernier_pas IS NULL OR totp_dernier_pas < %s)""",
        (pas, compte, pas),
    )
    return cursor.rowcount == 1


async def replace_codes(tx: Tx, compte: int, empreintes: Sequence[bytes]) -> None:
    """The recovery codes of an account, in place of the former ones."""
    await tx.execute("DELETE FROM code_secours WHERE compte = %s", (compte,))
    for empreinte in empreintes:
        await tx.execute("INSERT INTO code_secours (compte, empreinte) VALUES (%s, %s)", (compte, empreinte))


async def spend_code(tx: Tx, compte: int, empreinte: bytes) -> bool:
    """Use up a recovery code; False when there is no such code."""
    cursor = await tx.execute("DELETE FROM code_secours WHERE compte = %s AND empreinte = %s", (compte, empreinte))
    return cursor.rowcount == 1


# --- sessions -------------------------------------------------------------------------------------------------------


async def insert_session(
    tx: Tx,
    *,
    empreinte: bytes,
    compte: int,
    at: datetime,
    expire_le: datetime,
    complete: bool,
    memorisee: bool,
    agent: str,
) -> int:
    """Open a session; its id."""
    cursor = await tx.execute(
        """INSERT INTO session
           (empreinte, compte, ouverte_le, vue_le, expire_le, prouvee_le, complete, memorisee, agent)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        (empreinte, compte, at, at, expire_le, at, complete, memorisee, agent),
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def resolve_session(tx: Tx, empreinte: bytes) -> tuple[LigneSession, Compte] | None:
    """A session by its token's hash, with its account."""
    cursor = await tx.execute(
        f"SELECT {SESSION}, {COMPTE} FROM session s JOIN compte c ON c.id = s.compte WHERE s.empreinte = %s",  # noqa: S608
        (empreinte,),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return _session(row[: len(CHAMPS_SESSION)]), _compte(row[len(CHAMPS_SESSION) :])


async def list_sessions(tx: Tx, compte: int, *, at: datetime) -> list[LigneSession]:
    """The open sessions of an account, latest first."""
    cursor = await tx.execute(
        f"SELECT {SESSION} FROM session s WHERE s.compte = %s AND s.expire_le > %s ORDER BY s.vue_le DESC",  # noqa: S608
        (compte, at),
    )
    return [_session(row) for row in await cursor.fetchall()]


async def touch_session(tx: Tx, session: int, *, at: datetime) -> None:
    """The session was just used."""
    await tx.execute("UPDATE session SET vue_le = %s WHERE id = %s", (at, session))


async def renew_session(
    tx: Tx, session: int, empreinte: bytes, *, complete: bool, prouvee_le: datetime | None = None
) -> None:
    """Change the token of a session that has gained rights (session fixation)."""
    await tx.execute(
        "UPDATE session SET empreinte = %s, complete = %s, prouvee_le = coalesce(%s, prouvee_le) WHERE id = %s",
        (empreinte, complete, prouvee_le, session),
    )


async def delete_session(tx: Tx, *, compte: int, session: int) -> bool:
    """Close one session of an account; False when it has no such session."""
    cursor = await tx.execute("DELETE FROM session WHERE compte = %s AND id = %s", (compte, session))
    return cursor.rowcount == 1


async def delete_sessions(tx: Tx, compte: int, *, sauf: int | None = None) -> int:
    """Close every session of an account, but one; how many."""
    cursor = await tx.execute("DELETE FROM session WHERE compte = %s AND id IS DISTINCT FROM %s", (compte, sauf))
    return cursor.rowcount


# --- one-time links -------------------------------------------------------------------------------------------------


async def insert_lien(tx: Tx, *, empreinte: bytes, compte: int, expire_le: datetime) -> None:
    """Keep a link; the former ones of the account are worth nothing any more."""
    await tx.execute("DELETE FROM lien_unique WHERE compte = %s", (compte,))
    await tx.execute(
        "INSERT INTO lien_unique (empreinte, compte, expire_le) VALUES (%s, %s, %s)", (empreinte, compte, expire_le)
    )


async def find_lien(tx: Tx, empreinte: bytes, *, at: datetime) -> int | None:
    """The account of a link that may still be used."""
    cursor = await tx.execute(
        "SELECT compte FROM lien_unique WHERE empreinte = %s AND utilise_le IS NULL AND expire_le > %s",
        (empreinte, at),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else None


async def spend_lien(tx: Tx, empreinte: bytes, *, at: datetime) -> bool:
    """Use up a link; False when it was used meanwhile, or is over."""
    cursor = await tx.execute(
        "UPDATE lien_unique SET utilise_le = %s WHERE empreinte = %s AND utilise_le IS NULL AND expire_le > %s",
        (at, empreinte, at),
    )
    return cursor.rowcount == 1


# --- failed connections ---------------------------------------------------------------------------------------------


async def lock_essais(tx: Tx, cles: Sequence[bytes]) -> dict[bytes, tuple[int, datetime]]:
    """How often each key has failed and when last, held until the end of the transaction."""
    cursor = await tx.execute(
        "SELECT cle, echecs, dernier_le FROM essai_connexion WHERE cle = ANY(%b::bytea[]) ORDER BY cle FOR UPDATE",
        (list(cles),),
    )
    return {bytes(cle): (echecs, dernier_le) for cle, echecs, dernier_le in await cursor.fetchall()}


async def count_essais(tx: Tx, cles: Sequence[bytes], *, at: datetime, oubli: datetime) -> None:
    """Count one failure more for each key; those older than `oubli` are forgotten."""
    for cle in sorted(cles):
        await tx.execute(
            """INSERT INTO essai_connexion AS e (cle, echecs, dernier_le) VALUES (%s, 1, %s)
               ON CONFLICT (cle) DO UPDATE
               SET echecs = CASE WHEN e.dernier_le < %s THEN 1 ELSE e.echecs + 1 END,
                   dernier_le = excluded.dernier_le""",
            (cle, at, oubli),
        )


async def forgive_essais(tx: Tx, *, oublies: Sequence[bytes], rendu: bytes) -> None:
    """After a success: forget some keys, and give back to one the failure that was counted beforehand."""
    await tx.execute("DELETE FROM essai_connexion WHERE cle = ANY(%b::bytea[])", (list(oublies),))
    await tx.execute("UPDATE essai_connexion SET echecs = greatest(echecs - 1, 0) WHERE cle = %s", (rendu,))


async def purge(tx: Tx, *, at: datetime, oubli: datetime) -> int:
    """Delete what is over: sessions, links, failures; how many rows."""
    total = 0
    for requete, limite in (
        ("DELETE FROM session WHERE expire_le <= %s", at),
        ("DELETE FROM lien_unique WHERE expire_le <= %s", at),
        ("DELETE FROM essai_connexion WHERE dernier_le < %s", oubli),
    ):
        total += (await tx.execute(requete, (limite,))).rowcount
    return total
