"""All the SQL of engagements and of the échéancier."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul import Echeance

Tx = AsyncConnection[Any]


class NouvelEngagement(msgspec.Struct, frozen=True, kw_only=True):
    """A version to insert; amounts in cents."""

    numero_interne: int
    origine: str
    calcul_chiffre: bytes
    regles: dict[str, Any]
    frais: list[dict[str, Any]]
    montant: int
    trop_percu: int
    forclusion: date | None
    par: str
    le: datetime


class LigneEngagement(msgspec.Struct, frozen=True):
    """The engagement in force, its computation still encrypted."""

    numero_interne: int
    version: int
    origine: str
    calcul_chiffre: bytes
    regles: dict[str, Any]
    frais: list[dict[str, Any]]
    montant: int
    trop_percu: int
    forclusion: date | None
    le: datetime


class LigneEcheance(msgspec.Struct, frozen=True):
    """One échéance in force, in cents."""

    numero_interne: int
    numero: int
    codification: str
    ouverture: date
    debut: date
    fin: date
    pedagogie: int
    rqth: int
    participation: int
    conditions: list[str]
    siret_cfa: str

    @property
    def total(self) -> int:
        """What is paid."""
        return self.pedagogie + self.rqth - self.participation


INSERT = """
INSERT INTO engagement (numero_interne, version, origine, calcul_chiffre, regles, frais, montant, trop_percu,
                        forclusion, par, le)
SELECT %(numero)s, coalesce(max(version), 0) + 1, %(origine)s, %(calcul)s, %(regles)s, %(frais)s, %(montant)s,
       %(trop_percu)s, %(forclusion)s, %(par)s, %(le)s
  FROM engagement WHERE numero_interne = %(numero)s
RETURNING version
"""
LAST = """
SELECT DISTINCT ON (numero_interne) numero_interne, version, origine, calcul_chiffre, regles, frais, montant,
       trop_percu, forclusion, le
  FROM engagement WHERE numero_interne = ANY(%b::bigint[])
"""
ECHEANCES = """
SELECT numero_interne, numero, codification, ouverture, debut, fin, pedagogie, rqth, participation, conditions,
       siret_cfa
  FROM echeance WHERE numero_interne = ANY(%b::bigint[]) ORDER BY numero_interne, numero
"""
INSERT_ECHEANCE = """
INSERT INTO echeance (numero_interne, numero, siren, codification, ouverture, debut, fin, pedagogie, rqth,
                      participation, conditions, siret_cfa)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


async def insert(tx: Tx, nouvel: NouvelEngagement) -> int:
    """Add a version; its number. The dossier is locked by the caller."""
    cursor = await tx.execute(
        INSERT,
        {
            "numero": nouvel.numero_interne,
            "origine": nouvel.origine,
            "calcul": nouvel.calcul_chiffre,
            "regles": Jsonb(nouvel.regles),
            "frais": Jsonb(nouvel.frais),
            "montant": nouvel.montant,
            "trop_percu": nouvel.trop_percu,
            "forclusion": nouvel.forclusion,
            "par": nouvel.par,
            "le": nouvel.le,
        },
    )
    row = await cursor.fetchone()
    assert row is not None  # an aggregate always gives a row
    return int(row[0])


async def replace_echeances(
    tx: Tx, numero_interne: int, *, siren: str, siret_cfa: str, par: Sequence[Echeance]
) -> None:
    """Put the échéancier of the new version in place of the former one; a negative solde is never an échéance."""
    await tx.execute("DELETE FROM echeance WHERE numero_interne = %s", (numero_interne,))
    async with tx.cursor() as cursor:
        await cursor.executemany(
            INSERT_ECHEANCE,
            [
                (
                    *(numero_interne, une.numero, siren, une.codification, une.ouverture, une.debut, une.fin),
                    *(une.pedagogie, une.rqth, une.participation, list(une.conditions), siret_cfa),
                )
                for une in par
                if une.total >= 0
            ],
        )


async def find_engagements(tx: Tx, numeros: Sequence[int]) -> dict[int, LigneEngagement]:
    """The version in force of each of these dossiers that has one."""
    cursor = await tx.execute(LAST + " ORDER BY numero_interne, version DESC", (list(numeros),))
    return {row[0]: LigneEngagement(*row) for row in await cursor.fetchall()}


class Termes(msgspec.Struct, frozen=True):
    """What an engagement in force sets for invoices: the parameters of its day, the last day for the last solde."""

    regles: ReglesFinancement
    forclusion: date | None


async def find_termes(tx: Tx, numeros: Sequence[int]) -> dict[int, Termes]:
    """The terms of each of these dossiers that is engaged, without its computation."""
    cursor = await tx.execute(
        "SELECT DISTINCT ON (numero_interne) numero_interne, regles, forclusion FROM engagement "
        " WHERE numero_interne = ANY(%s::bigint[]) ORDER BY numero_interne, version DESC",
        (list(numeros),),
    )
    return {
        numero: Termes(msgspec.convert(regles, ReglesFinancement), forclusion)
        for numero, regles, forclusion in await cursor.fetchall()
    }


async def find_version(tx: Tx, numero_interne: int, *, sauf: str) -> LigneEngagement | None:
    """The last version of a dossier whose origin is not `sauf`: what a break is computed from."""
    cursor = await tx.execute(
        LAST + " AND origine <> %s ORDER BY numero_interne, version DESC", ([numero_interne], sauf)
    )
    row = await cursor.fetchone()
    return LigneEngagement(*row) if row else None


async def list_echeances(tx: Tx, numeros: Sequence[int]) -> list[LigneEcheance]:
    """The échéances in force of these dossiers, in order."""
    cursor = await tx.execute(ECHEANCES, (list(numeros),))
    return [LigneEcheance(*row) for row in await cursor.fetchall()]
