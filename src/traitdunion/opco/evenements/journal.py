"""The audit log: who read or did what. The role under which the server works may add to it, and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

INSERT = "INSERT INTO journal (survenu_le, acteur, acte, siren, objet, donnees) VALUES (%s, %s, %s, %s, %s, %s)"


async def append(
    tx: AsyncConnection[Any],
    *,
    acteur: str,
    acte: str,
    at: datetime,
    siren: str | None = None,
    objet: str | None = None,
    donnees: Mapping[str, Any] | None = None,
) -> None:
    """Append one line in the caller's transaction; `donnees` never hold a NIR, an IBAN or a secret."""
    await tx.execute(INSERT, (at, acteur, acte, siren, objet, None if donnees is None else Jsonb(dict(donnees))))


class Ligne(NamedTuple):
    """A line of the audit log, with the name of its person or editor."""

    id: int
    survenu_le: datetime
    acteur: str
    acteur_nom: str | None
    acte: str
    siren: str | None
    objet: str | None
    donnees: dict[str, Any] | None


SELECT = """
SELECT j.id, j.survenu_le, j.acteur, coalesce(c.prenom || ' ' || c.nom, e.nom), j.acte, j.siren, j.objet, j.donnees
  FROM journal j
  LEFT JOIN compte c ON c.id = CASE WHEN j.acteur LIKE 'compte:%%' THEN substr(j.acteur, 8)::bigint END
  LEFT JOIN editeur e ON e.id = CASE WHEN j.acteur LIKE 'editeur:%%' THEN substr(j.acteur, 9)::bigint END
 WHERE (%(avant)s::bigint IS NULL OR j.id < %(avant)s)
   AND (%(siren)s::text IS NULL OR j.siren = %(siren)s)
   AND (%(acteur)s::text IS NULL OR j.acteur = %(acteur)s)
   AND (%(acte)s::text IS NULL OR j.acte = %(acte)s)
 ORDER BY j.id DESC LIMIT %(limite)s
"""


async def list_lignes(
    tx: AsyncConnection[Any],
    *,
    avant: int | None = None,
    siren: str | None = None,
    acteur: str | None = None,
    acte: str | None = None,
    limite: int,
) -> list[Ligne]:
    """The latest lines, older than the line `avant`; of one SIREN, of one person, of one act."""
    valeurs = {"avant": avant, "siren": siren, "acteur": acteur, "acte": acte, "limite": limite}
    return [Ligne(*row) for row in await (await tx.execute(SELECT, valeurs)).fetchall()]
