"""All the SQL of the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.opco.comptabilite.postes import Mouvement, Place, Poste

Tx = AsyncConnection[Any]

INSERT_ECRITURE = """
INSERT INTO ecriture (numero_interne, siren, fait, piece, par, le) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""
# One statement for all the movements of an écriture: the trigger checks that they sum to zero, and keeps the balances.
INSERT_MOUVEMENTS = """
INSERT INTO mouvement (ecriture, rang, poste, echeance, nature, ligne, montant)
SELECT %s, m.* FROM unnest(%s::int[], %s::text[], %s::int[], %s::text[], %s::bigint[], %s::bigint[]) AS m
"""
SOLDES = """
SELECT numero_interne, poste, echeance, nature, ligne, montant FROM solde_poste
 WHERE numero_interne = ANY(%b::bigint[]) AND montant <> 0
"""


class Ecriture(msgspec.Struct, frozen=True, kw_only=True):
    """One fact written in the ledger of a dossier: `fait` is its kind, `piece` what it comes from."""

    numero_interne: int
    siren: str
    fait: str
    piece: str
    par: str
    le: datetime


async def insert(tx: Tx, ecriture: Ecriture, mouvements: Sequence[Mouvement]) -> None:
    """Write an écriture and its movements. The dossier is locked by the caller."""
    cursor = await tx.execute(INSERT_ECRITURE, msgspec.structs.astuple(ecriture))
    row = await cursor.fetchone()
    assert row is not None
    places = [un.place for un in mouvements]
    await tx.execute(
        INSERT_MOUVEMENTS,
        (
            row[0],
            list(range(1, len(mouvements) + 1)),
            [place.poste.value for place in places],
            [place.echeance for place in places],
            [place.nature for place in places],
            [place.ligne for place in places],
            [un.montant for un in mouvements],
        ),
    )


async def find_soldes(tx: Tx, numeros: Sequence[int]) -> dict[int, dict[Place, int]]:
    """The balances of these dossiers; one without any is there, empty."""
    soldes: dict[int, dict[Place, int]] = {numero: {} for numero in numeros}
    cursor = await tx.execute(SOLDES, (list(numeros),))
    for numero, poste, echeance, nature, ligne, montant in await cursor.fetchall():
        soldes[numero][Place(Poste(poste), echeance, nature, ligne)] = montant
    return soldes
