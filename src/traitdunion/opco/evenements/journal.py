"""The audit log: who read or did what. The role under which the server works may add to it, and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
