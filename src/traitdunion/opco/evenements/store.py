"""All the SQL of events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

INSERT = """
INSERT INTO evenement (siren, objet, numero_interne, type, acteur, survenu_le, donnees)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


async def append(
    tx: AsyncConnection[Any],
    *,
    siren: str,
    objet: str,
    numero_interne: int,
    type_: str,
    acteur: str,
    at: datetime,
    donnees: Mapping[str, Any] | None = None,
) -> None:
    """Append one event in the caller's transaction; `donnees` never hold a NIR, an IBAN or a secret."""
    valeurs = (siren, objet, numero_interne, type_, acteur, at, None if donnees is None else Jsonb(dict(donnees)))
    await tx.execute(INSERT, valeurs)
