"""All the SQL of access."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from traitdunion.opco.acces.editeurs import store as editeurs

Tx = AsyncConnection[Any]

CANAL = "acces"


async def notify(tx: Tx) -> None:
    """Tell every worker to forget what it knows of accesses, once this transaction is committed."""
    await tx.execute("SELECT pg_notify(%s, '')", (CANAL,))


# --- resolving a call ---------------------------------------------------------------------------------------------


class JetonLu(NamedTuple):
    """A token and its editor."""

    expire_le: datetime
    portee: str
    jkt: str | None
    editeur: int
    editeur_nom: str
    actif: bool


class CleLue(NamedTuple):
    """A key, without what it says; the accrochage is that of the token's editor."""

    id: int
    siren: str
    expire_le: datetime
    revoquee_le: datetime | None
    derniere_utilisation: datetime | None
    accrochage_etat: str | None
    suspendu_par: str | None
    motif: str | None


# One round trip for both, so that a token and a key are judged on the same snapshot.
RESOLVE = """
SELECT j.expire_le, j.portee, j.cle_dpop, e.id, e.nom, e.actif,
       c.id, c.siren, c.expire_le, c.revoquee_le, c.derniere_utilisation, a.etat, a.suspendu_par, a.motif
FROM jeton j
JOIN editeur e ON e.id = j.editeur
LEFT JOIN cle_api c ON c.empreinte = %(cle)s
LEFT JOIN accrochage a ON a.editeur = e.id AND a.siren = c.siren
WHERE j.empreinte = %(jeton)s
"""


async def resolve(tx: Tx, *, jeton: bytes, cle: bytes | None) -> tuple[JetonLu, CleLue | None] | None:
    """Token and key by their hashes; None when the token is unknown."""
    curseur = await tx.execute(RESOLVE, {"jeton": jeton, "cle": cle}, binary=True)
    ligne = await curseur.fetchone()
    if ligne is None:
        return None
    return JetonLu(*ligne[:6]), None if ligne[6] is None else CleLue(*ligne[6:])


async def touch_cle(tx: Tx, *, cle: int, heure: datetime) -> None:
    """Note that a key was used; rounded to the hour, so that one row is written an hour and no more."""
    await tx.execute(
        "UPDATE cle_api SET derniere_utilisation = %s WHERE id = %s AND derniere_utilisation IS DISTINCT FROM %s",
        (heure, cle, heure),
    )


async def mark_effectif(tx: Tx, *, editeur: int, siren: str, at: datetime) -> bool:
    """EN_ATTENTE becomes EFFECTIF; False when another worker was first."""
    curseur = await tx.execute(
        "UPDATE accrochage SET etat = 'EFFECTIF', effectif_le = coalesce(effectif_le, %s) "
        "WHERE editeur = %s AND siren = %s AND etat = 'EN_ATTENTE'",
        (at, editeur, siren),
    )
    return curseur.rowcount == 1


# --- tokens and proofs --------------------------------------------------------------------------------------------


async def find_client(tx: Tx, client_id: str, *, at: datetime) -> tuple["Editeur | None", list[editeurs.SecretValable]]:
    """An editor by its client id, and its secrets that are worth something now: one round trip, known or not."""
    curseur = await tx.execute(
        """SELECT e.id, e.nom, e.client_id, e.actif, e.cree_le, s.id, s.empreinte, s.derniere_utilisation
             FROM editeur e
             LEFT JOIN secret_editeur s
               ON s.editeur = e.id AND s.revoque_le IS NULL AND (s.expire_le IS NULL OR s.expire_le > %s)
            WHERE e.client_id = %s""",
        (at, client_id),
    )
    lignes = await curseur.fetchall()
    if not lignes:
        return None, []
    secrets = [editeurs.SecretValable(un[5], bytes(un[6]), un[7]) for un in lignes if un[5] is not None]
    return Editeur(*lignes[0][:5]), secrets


async def insert_jeton(
    tx: Tx,
    *,
    empreinte: bytes,
    editeur: int,
    secret: int,
    portee: str,
    jkt: str | None,
    at: datetime,
    expire_le: datetime,
) -> bool:
    """Keep a token's hash; False when the editor was suspended meanwhile, or its secret ended (both are locked)."""
    curseur = await tx.execute(
        "INSERT INTO jeton (empreinte, editeur, portee, cle_dpop, emis_le, expire_le) "
        "SELECT %s, e.id, %s, %s, %s, %s FROM editeur e JOIN secret_editeur s ON s.editeur = e.id "
        "WHERE e.id = %s AND e.actif AND s.id = %s AND s.revoque_le IS NULL "
        "AND (s.expire_le IS NULL OR s.expire_le > %s) FOR SHARE",
        (empreinte, portee, jkt, at, expire_le, editeur, secret, at),
    )
    return curseur.rowcount == 1


async def spend_preuve(tx: Tx, *, empreinte: bytes, expire_le: datetime) -> bool:
    """Note a DPoP proof; False when it had been seen already."""
    curseur = await tx.execute(
        "INSERT INTO preuve_dpop (empreinte, expire_le) VALUES (%s, %s) ON CONFLICT DO NOTHING", (empreinte, expire_le)
    )
    return curseur.rowcount == 1


async def purge(tx: Tx, *, at: datetime) -> int:
    """Delete tokens and proofs that are over; how many rows."""
    jetons = await tx.execute("DELETE FROM jeton WHERE expire_le <= %s", (at,))
    preuves = await tx.execute("DELETE FROM preuve_dpop WHERE expire_le <= %s", (at,))
    return jetons.rowcount + preuves.rowcount


# --- organisations and editors ------------------------------------------------------------------------------------


class Organisation(NamedTuple):
    """A legal person, known by its SIREN."""

    siren: str
    denomination: str
    cree_le: datetime


class Editeur(NamedTuple):
    """A software editor, without its secret."""

    id: int
    nom: str
    client_id: str
    actif: bool
    cree_le: datetime


async def insert_organisation(tx: Tx, *, siren: str, denomination: str, at: datetime) -> bool:
    """Add an organisation; False when its SIREN is known already, whose name is then left as it is."""
    curseur = await tx.execute(
        "INSERT INTO organisation (siren, denomination, cree_le) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (siren, denomination, at),
    )
    return curseur.rowcount == 1


async def insert_etablissement(
    tx: Tx, *, siret: str, denomination: str, uai: str | None, siege: bool, at: datetime
) -> bool:
    """Add an establishment; False when the SIRET is known, or the SIREN has another siège."""
    try:
        async with tx.transaction():
            await tx.execute(
                "INSERT INTO etablissement (siret, siren, denomination, uai, siege, cree_le) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (siret, siret[:9], denomination, uai, siege, at),
            )
    except UniqueViolation:
        return False
    return True


async def find_organisation(tx: Tx, siren: str) -> Organisation | None:
    """One organisation, locked until the transaction ends: acts on its keys wait for one another, deposits do not."""
    curseur = await tx.execute(
        "SELECT siren, denomination, cree_le FROM organisation WHERE siren = %s FOR NO KEY UPDATE", (siren,)
    )
    ligne = await curseur.fetchone()
    return None if ligne is None else Organisation(*ligne)


async def list_organisations(tx: Tx) -> list[tuple[Organisation, list[str]]]:
    """Every organisation with the SIRET of its establishments, siège first."""
    curseur = await tx.execute(
        "SELECT o.siren, o.denomination, o.cree_le, "
        "coalesce(array_agg(t.siret ORDER BY t.siege DESC, t.siret) FILTER (WHERE t.siret IS NOT NULL), '{}') "
        "FROM organisation o LEFT JOIN etablissement t USING (siren) GROUP BY o.siren ORDER BY o.siren"
    )
    return [(Organisation(*ligne[:3]), ligne[3]) for ligne in await curseur.fetchall()]


class Etablissement(NamedTuple):
    """An establishment of a CFA."""

    siret: str
    denomination: str
    uai: str | None
    siege: bool


async def list_etablissements(tx: Tx, *, siren: str) -> list[Etablissement]:
    """The establishments of a SIREN, the siège social first."""
    cursor = await tx.execute(
        "SELECT siret, denomination, uai, siege FROM etablissement WHERE siren = %s ORDER BY siege DESC, siret",
        (siren,),
    )
    return [Etablissement(*row) for row in await cursor.fetchall()]


async def set_siege(tx: Tx, *, siret: str) -> bool:
    """Make an establishment the siège of its SIREN, held by the caller; False when it is unknown."""
    curseur = await tx.execute("SELECT FROM etablissement WHERE siret = %s", (siret,))
    if await curseur.fetchone() is None:
        return False
    await tx.execute("UPDATE etablissement SET siege = false WHERE siren = %s AND siege", (siret[:9],))
    await tx.execute("UPDATE etablissement SET siege = true WHERE siret = %s", (siret,))
    return True


async def insert_editeur(tx: Tx, *, nom: str, client_id: str, at: datetime) -> int:
    """Add an editor; its id."""
    curseur = await tx.execute(
        "INSERT INTO editeur (nom, client_id, cree_le) VALUES (%s, %s, %s) RETURNING id",
        (nom, client_id, at),
    )
    ligne = await curseur.fetchone()
    assert ligne is not None
    return int(ligne[0])


async def find_editeur(tx: Tx, client_id: str) -> Editeur | None:
    """One editor by its client id."""
    curseur = await tx.execute(
        "SELECT id, nom, client_id, actif, cree_le FROM editeur WHERE client_id = %s", (client_id,)
    )
    ligne = await curseur.fetchone()
    return None if ligne is None else Editeur(*ligne)


async def find_editeur_by_id(tx: Tx, editeur: int) -> Editeur | None:
    """One editor by its number."""
    curseur = await tx.execute("SELECT id, nom, client_id, actif, cree_le FROM editeur WHERE id = %s", (editeur,))
    ligne = await curseur.fetchone()
    return None if ligne is None else Editeur(*ligne)


async def list_editeurs(tx: Tx) -> list[Editeur]:
    """Every editor, oldest first."""
    curseur = await tx.execute("SELECT id, nom, client_id, actif, cree_le FROM editeur ORDER BY id")
    return [Editeur(*ligne) for ligne in await curseur.fetchall()]


async def set_actif(tx: Tx, *, editeur: int, actif: bool) -> None:
    """Admit an editor or suspend it; suspended, it gets no token."""
    await tx.execute("UPDATE editeur SET actif = %s WHERE id = %s", (actif, editeur))


async def delete_jetons(tx: Tx, *, editeur: int) -> int:
    """Delete every token of an editor; how many."""
    return (await tx.execute("DELETE FROM jeton WHERE editeur = %s", (editeur,))).rowcount


# --- keys ---------------------------------------------------------------------------------------------------------


class Cle(NamedTuple):
    """A key, without what it says."""

    id: int
    siren: str
    prefixe: str
    cree_le: datetime
    expire_le: datetime
    revoquee_le: datetime | None
    motif_revocation: str | None
    derniere_utilisation: datetime | None


async def insert_cle(
    tx: Tx, *, siren: str, prefixe: str, empreinte: bytes, chiffre: bytes, at: datetime, expire_le: datetime
) -> int:
    """Add a key; its id."""
    curseur = await tx.execute(
        "INSERT INTO cle_api (siren, prefixe, empreinte, chiffre, cree_le, expire_le) "
        "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
        (siren, prefixe, empreinte, chiffre, at, expire_le),
    )
    ligne = await curseur.fetchone()
    assert ligne is not None
    return int(ligne[0])


async def list_cles(tx: Tx, *, siren: str) -> list[Cle]:
    """Every key of a SIREN, newest first."""
    curseur = await tx.execute(
        "SELECT id, siren, prefixe, cree_le, expire_le, revoquee_le, motif_revocation, derniere_utilisation "
        "FROM cle_api WHERE siren = %s ORDER BY id DESC",
        (siren,),
    )
    return [Cle(*ligne) for ligne in await curseur.fetchall()]


async def find_cle(tx: Tx, *, siren: str, cle: int) -> Cle | None:
    """One key of a SIREN by its id; another SIREN's key is no key."""
    return next((trouvee for trouvee in await list_cles(tx, siren=siren) if trouvee.id == cle), None)


async def find_cle_by_empreinte(tx: Tx, empreinte: bytes) -> Cle | None:
    """One key by its keyed hash."""
    curseur = await tx.execute(
        "SELECT id, siren, prefixe, cree_le, expire_le, revoquee_le, motif_revocation, derniere_utilisation "
        "FROM cle_api WHERE empreinte = %s",
        (empreinte,),
    )
    ligne = await curseur.fetchone()
    return None if ligne is None else Cle(*ligne)


async def read_chiffre(tx: Tx, *, cle: int) -> tuple[bytes, bytes]:
    """Keyed hash and ciphertext of a key."""
    curseur = await tx.execute("SELECT empreinte, chiffre FROM cle_api WHERE id = %s", (cle,))
    ligne = await curseur.fetchone()
    assert ligne is not None
    return bytes(ligne[0]), bytes(ligne[1])


async def shorten_cle(tx: Tx, *, cle: int, expire_le: datetime) -> None:
    """Bring the end of a key forward; it never moves back."""
    await tx.execute("UPDATE cle_api SET expire_le = least(expire_le, %s) WHERE id = %s", (expire_le, cle))


async def revoke_cle(tx: Tx, *, cle: int, motif: str, at: datetime) -> None:
    """Revoke a key, with its reason."""
    await tx.execute("UPDATE cle_api SET revoquee_le = %s, motif_revocation = %s WHERE id = %s", (at, motif, cle))


# --- accrochages --------------------------------------------------------------------------------------------------


class Accrochage(NamedTuple):
    """A pair (editor, CFA) and where it stands."""

    editeur: int
    siren: str
    etat: str
    ouvert_le: datetime
    effectif_le: datetime | None
    suspendu_le: datetime | None
    suspendu_par: str | None
    motif: str | None


async def find_accrochage(tx: Tx, *, editeur: int, siren: str) -> Accrochage | None:
    """One accrochage, locked until the transaction ends."""
    curseur = await tx.execute(
        "SELECT editeur, siren, etat, ouvert_le, effectif_le, suspendu_le, suspendu_par, motif "
        "FROM accrochage WHERE editeur = %s AND siren = %s FOR NO KEY UPDATE",
        (editeur, siren),
    )
    ligne = await curseur.fetchone()
    return None if ligne is None else Accrochage(*ligne)


async def insert_accrochage(tx: Tx, *, editeur: int, siren: str, etat: str, at: datetime) -> bool:
    """Add an accrochage; False when the pair has one."""
    curseur = await tx.execute(
        "INSERT INTO accrochage (editeur, siren, etat, ouvert_le) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (editeur, siren, etat, at),
    )
    return curseur.rowcount == 1


async def update_accrochage(
    tx: Tx,
    *,
    editeur: int,
    siren: str,
    etat: str,
    suspendu_le: datetime | None,
    suspendu_par: str | None,
    motif: str | None,
) -> None:
    """Move an accrochage to another state."""
    await tx.execute(
        "UPDATE accrochage SET etat = %s, suspendu_le = %s, suspendu_par = %s, motif = %s "
        "WHERE editeur = %s AND siren = %s",
        (etat, suspendu_le, suspendu_par, motif, editeur, siren),
    )


async def list_accrochages(tx: Tx) -> Sequence[tuple[Accrochage, str, str]]:
    """Every accrochage with the editor's client id and name."""
    curseur = await tx.execute(
        "SELECT a.editeur, a.siren, a.etat, a.ouvert_le, a.effectif_le, a.suspendu_le, a.suspendu_par, a.motif, "
        "e.client_id, e.nom FROM accrochage a JOIN editeur e ON e.id = a.editeur ORDER BY a.siren, e.id"
    )
    return [(Accrochage(*ligne[:8]), ligne[8], ligne[9]) for ligne in await curseur.fetchall()]


async def list_accrochages_of(tx: Tx, *, siren: str) -> list[tuple[Accrochage, str]]:
    """The accrochages of a SIREN with the editors' names, oldest first."""
    cursor = await tx.execute(
        """SELECT a.editeur, a.siren, a.etat, a.ouvert_le, a.effectif_le, a.suspendu_le, a.suspendu_par, a.motif, e.nom
             FROM accrochage a JOIN editeur e ON e.id = a.editeur
            WHERE a.siren = %s ORDER BY a.ouvert_le, e.nom""",
        (siren,),
    )
    return [(Accrochage(*row[:8]), row[8]) for row in await cursor.fetchall()]


async def list_accrochages_of_editeur(tx: Tx, *, editeur: int) -> list[tuple[Accrochage, str]]:
    """The accrochages of an editor with the CFA's names, by name."""
    cursor = await tx.execute(
        """SELECT a.editeur, a.siren, a.etat, a.ouvert_le, a.effectif_le, a.suspendu_le, a.suspendu_par, a.motif,
                  o.denomination
             FROM accrochage a JOIN organisation o ON o.siren = a.siren
            WHERE a.editeur = %s ORDER BY o.denomination, a.siren""",
        (editeur,),
    )
    return [(Accrochage(*row[:8]), row[8]) for row in await cursor.fetchall()]


async def list_cfa_of_editeur(
    tx: Tx, *, editeur: int, texte: str, apres: str, limite: int
) -> list[tuple[Accrochage, str]]:
    """The accrochages of an editor with the CFA's names, by name, after the CFA `apres`.

    `texte`: in the name, or the beginning of the SIREN.
    """
    chiffres = "".join(texte.split())
    cursor = await tx.execute(
        """SELECT a.editeur, a.siren, a.etat, a.ouvert_le, a.effectif_le, a.suspendu_le, a.suspendu_par, a.motif,
                  o.denomination
             FROM accrochage a JOIN organisation o ON o.siren = a.siren
            WHERE a.editeur = %(editeur)s
              AND (strpos(lower(o.denomination), lower(%(texte)s)) > 0 OR a.siren LIKE %(debut)s)
              AND (%(apres)s = '' OR (o.denomination, o.siren) >
                   (SELECT p.denomination, p.siren FROM organisation p WHERE p.siren = %(apres)s))
            ORDER BY o.denomination, a.siren LIMIT %(limite)s""",
        {
            "editeur": editeur,
            "texte": texte,
            # Digits alone, which hold no sign that LIKE would read.
            "debut": f"{chiffres}%" if chiffres.isdecimal() else "",
            "apres": apres,
            "limite": limite,
        },
    )
    return [(Accrochage(*row[:8]), row[8]) for row in await cursor.fetchall()]


async def list_organisations_like(tx: Tx, quoi: str, *, limite: int) -> list[Organisation]:
    """The organisations whose SIREN, or an establishment's SIRET, begins so, or whose name holds it; by name."""
    motif = quoi.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    cursor = await tx.execute(
        """SELECT o.siren, o.denomination, o.cree_le FROM organisation o
            WHERE o.denomination ILIKE '%%' || %(motif)s || '%%' OR o.siren LIKE %(colle)s || '%%'
               OR EXISTS (SELECT FROM etablissement e WHERE e.siren = o.siren AND e.siret LIKE %(colle)s || '%%')
            ORDER BY o.denomination, o.siren LIMIT %(limite)s""",
        {"motif": motif, "colle": motif.replace(" ", ""), "limite": limite},
    )
    return [Organisation(*row) for row in await cursor.fetchall()]
