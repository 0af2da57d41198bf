"""All the SQL of deposits with the State."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class LigneDepot(msgspec.Struct, frozen=True):
    """A deposit to make, or made, with the SIREN of its CFA."""

    id: int
    numero_interne: int
    siren: str
    nature: str
    reference: str
    etat: str
    tentatives: int
    prochaine_le: datetime | None
    bail_le: datetime | None
    parti_le: datetime | None
    message: str | None
    motifs: list[str]
    texte: str | None
    motif_etat: str | None
    commentaire: str | None
    numero_deca: str | None
    no_avenant: str | None
    alerte: str | None
    alerte_le: datetime | None
    cree_le: datetime
    maj_le: datetime
    depose_le: datetime | None
    annule: bool


COLONNES = """p.id, p.numero_interne, d.siren, p.nature, p.reference, p.etat, p.tentatives, p.prochaine_le, p.bail_le,
       p.parti_le, p.message, p.motifs, p.texte, p.motif_etat, p.commentaire, p.numero_deca, p.no_avenant,
       p.alerte, p.alerte_le, p.cree_le, p.maj_le, p.depose_le, d.etat = 'ANNULE'"""
SELECT = f"SELECT {COLONNES} FROM deca_depot p JOIN dossier d USING (numero_interne)"  # noqa: S608 - constants
INSERT = """
INSERT INTO deca_depot (numero_interne, nature, reference, motifs, texte, prochaine_le, cree_le, maj_le)
VALUES (%(numero)s, %(nature)s, %(reference)s, %(motifs)s, %(texte)s, %(at)s, %(at)s, %(at)s)
ON CONFLICT (numero_interne, nature) DO NOTHING RETURNING id
"""
# `parti_le` as it was before this try is what says whether an earlier one may have left the house.
TAKE = f"""
WITH pris AS (
    SELECT id, parti_le FROM deca_depot
     WHERE id = %(id)s AND prochaine_le <= %(at)s
       FOR NO KEY UPDATE
), marque AS (
    UPDATE deca_depot p
       SET prochaine_le = %(bail)s, bail_le = %(bail)s, maj_le = %(at)s,
           etat = CASE p.etat WHEN 'DEPOSE' THEN p.etat ELSE 'EN_COURS' END,
           tentatives = p.tentatives + CASE p.etat WHEN 'DEPOSE' THEN 0 ELSE 1 END,
           parti_le = coalesce(p.parti_le, %(at)s)
      FROM pris WHERE p.id = pris.id
    RETURNING p.*, pris.parti_le AS parti_avant
)
SELECT {COLONNES.replace("p.parti_le", "p.parti_avant")}
  FROM marque p JOIN dossier d USING (numero_interne)
"""  # noqa: S608 - constants of this module
DUE = "SELECT id FROM deca_depot WHERE prochaine_le <= %s ORDER BY prochaine_le, id LIMIT %s"
A_VOIR = f"""{SELECT}
 WHERE p.etat IN ('NON_DEPOSABLE', 'EN_ECHEC') OR p.alerte IS NOT NULL
 ORDER BY p.maj_le, p.id LIMIT %s
"""
DEPOSE = """
UPDATE deca_depot
   SET etat = 'DEPOSE', numero_deca = %(numero_deca)s, no_avenant = %(no_avenant)s, depose_le = %(at)s,
       prochaine_le = %(relecture)s, bail_le = NULL, message = NULL, motif_etat = NULL, commentaire = NULL,
       maj_le = %(at)s
 WHERE id = %(id)s
"""
# The first number that came stays: another one is an alert, not a change.
NUMERO_DOSSIER = """
UPDATE dossier SET numero_deca = %(numero_deca)s
 WHERE numero_interne = %(numero)s AND coalesce(numero_deca, %(numero_deca)s) = %(numero_deca)s
"""
NON_DEPOSABLE = """
UPDATE deca_depot
   SET etat = 'NON_DEPOSABLE', motif_etat = %s, commentaire = %s, message = NULL, prochaine_le = NULL, bail_le = NULL,
       maj_le = %s
 WHERE id = %s
"""
FAILURE = """
UPDATE deca_depot SET etat = %s, message = %s, prochaine_le = %s, bail_le = NULL, maj_le = %s WHERE id = %s
"""
RELANCE = """
UPDATE deca_depot
   SET etat = CASE WHEN parti_le IS NULL THEN 'A_DEPOSER' ELSE 'EN_COURS' END, tentatives = 0, prochaine_le = %(at)s,
       alerte = NULL, alerte_le = NULL, maj_le = %(at)s
 WHERE id = %(id)s
"""


async def insert(
    tx: Tx,
    numero_interne: int,
    *,
    nature: str,
    reference: str,
    motifs: Sequence[str],
    texte: str | None,
    at: datetime,
) -> int | None:
    """Write down what is to be deposited; its id, or None when this dossier has one of this nature already."""
    valeurs = {"numero": numero_interne, "nature": nature, "reference": reference, "texte": texte, "at": at}
    row = await (await tx.execute(INSERT, {**valeurs, "motifs": list(motifs)})).fetchone()
    return int(row[0]) if row else None


async def take(tx: Tx, depot: int, *, at: datetime, bail: datetime) -> LigneDepot | None:
    """Take a row that is due until `bail`; None when it is not due. `parti_le` is what it was before this try."""
    return await _one(tx, TAKE, {"id": depot, "at": at, "bail": bail})


async def lock(tx: Tx, depot: int) -> LigneDepot | None:
    """One row, held until the end of the transaction."""
    return await _one(tx, SELECT + " WHERE p.id = %s FOR NO KEY UPDATE OF p", (depot,))


async def list_due(tx: Tx, *, at: datetime, limite: int) -> list[int]:
    """What is due, longest first."""
    cursor = await tx.execute(DUE, (at, limite))
    return [int(row[0]) for row in await cursor.fetchall()]


async def list_of(tx: Tx, numero_interne: int) -> list[LigneDepot]:
    """The rows of a dossier, oldest first."""
    return await _all(tx, SELECT + " WHERE p.numero_interne = %s ORDER BY p.id", (numero_interne,))


async def list_a_voir(tx: Tx, *, limite: int) -> list[LigneDepot]:
    """What does not advance without a person, and what raised an alert; oldest first."""
    return await _all(tx, A_VOIR, (limite,))


async def read_siren(tx: Tx, numero_interne: int) -> str | None:
    """The SIREN of the CFA of a dossier."""
    cursor = await tx.execute("SELECT siren FROM dossier WHERE numero_interne = %s", (numero_interne,))
    row = await cursor.fetchone()
    return str(row[0]) if row else None


async def record_depose(
    tx: Tx,
    ligne: LigneDepot,
    *,
    numero_deca: str | None,
    no_avenant: str | None,
    relecture: datetime | None,
    at: datetime,
) -> bool:
    """The State has it, its number goes to the dossier; False when the dossier keeps another one that it had.

    Raises psycopg.errors.UniqueViolation when another row has these numbers.
    """
    valeurs = {"id": ligne.id, "numero": ligne.numero_interne, "numero_deca": numero_deca, "at": at}
    await tx.execute(DEPOSE, {**valeurs, "no_avenant": no_avenant, "relecture": relecture})
    return numero_deca is None or (await tx.execute(NUMERO_DOSSIER, valeurs)).rowcount == 1


async def record_non_deposable(tx: Tx, depot: int, *, motif: str, commentaire: str | None, at: datetime) -> None:
    """The State does not deposit it, and says why."""
    await tx.execute(NON_DEPOSABLE, (motif, commentaire, at, depot))


async def record_failure(
    tx: Tx, depot: int, *, etat: str, message: str, prochaine_le: datetime | None, at: datetime
) -> None:
    """A try that gave nothing; the row stays marked as one that may have left."""
    await tx.execute(FAILURE, (etat, message, prochaine_le, at, depot))


async def record_alerte(tx: Tx, depot: int, *, alerte: str, at: datetime) -> None:
    """What a person must look at."""
    await tx.execute(
        "UPDATE deca_depot SET alerte = %s, alerte_le = %s, maj_le = %s WHERE id = %s", (alerte, at, at, depot)
    )


async def record_relecture(tx: Tx, depot: int, *, prochaine_le: datetime | None) -> None:
    """When a row that is deposited is read back once more, if ever."""
    await tx.execute("UPDATE deca_depot SET prochaine_le = %s, bail_le = NULL WHERE id = %s", (prochaine_le, depot))


async def record_relance(tx: Tx, depot: int, *, at: datetime) -> None:
    """« Relancer »: due at once, its failures forgotten, not what may have left."""
    await tx.execute(RELANCE, {"id": depot, "at": at})


async def settle_alerte(tx: Tx, depot: int, *, at: datetime) -> None:
    """A person has seen to it."""
    await tx.execute("UPDATE deca_depot SET alerte = NULL, alerte_le = NULL, maj_le = %s WHERE id = %s", (at, depot))


async def _one(tx: Tx, requete: str, valeurs: Any) -> LigneDepot | None:
    lignes = await _all(tx, requete, valeurs)
    return lignes[0] if lignes else None


async def _all(tx: Tx, requete: str, valeurs: Any) -> list[LigneDepot]:
    cursor = await tx.execute(requete, valeurs)
    return [LigneDepot(*row) for row in await cursor.fetchall()]
