"""The SQL of the back-office's readings of payments."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class TropPercuLu(msgspec.Struct, frozen=True):
    """What a CFA has to give back on a dossier, in cents, by what it comes from."""

    numero_interne: int
    siren: str
    cfa: str
    apprenti: str
    montant: int
    avoirs: int  # of it, what the CFA has credited itself


class RecouvrementLu(msgspec.Struct, frozen=True):
    """What was given back: REMBOURSEMENT by the CFA, or COMPENSATION kept from a transfer; cents."""

    numero_interne: int
    siren: str
    cfa: str
    montant: int
    mode: str
    reference: str
    le: date
    par: str | None


class RetourLu(msgspec.Struct, frozen=True):
    """A file of the bank that was read."""

    id: int
    format: str
    rapport: dict[str, Any]
    par: str | None
    importe_le: datetime


class FacturePayee(msgspec.Struct, frozen=True):
    """What a transfer pays of an invoice, in cents."""

    virement: int
    facture: int
    numero: str
    montant: int
    compense: int


class Avancement(msgspec.Struct, frozen=True):
    """How far a run is: transfers that the bank has not answered, that it paid, that came back."""

    lot: int
    attendus: int
    regles: int
    rejetes: int


AVANCEMENTS = """
SELECT lot, count(*) FILTER (WHERE etat = 'ORDONNE'), count(*) FILTER (WHERE etat = 'REGLE'),
       count(*) FILTER (WHERE etat = 'REJETE')
  FROM virement WHERE lot = ANY(%s) AND montant > 0 GROUP BY lot
"""
TROP_PERCUS = """
SELECT s.numero_interne, s.siren, o.denomination,
       concat_ws(' ', p.cerfa #>> '{apprenti,nom}', p.cerfa #>> '{apprenti,prenom}'), s.montant, s.avoirs
  FROM (SELECT numero_interne, siren, sum(montant)::bigint AS montant,
               coalesce(sum(montant) FILTER (WHERE poste = 'AVOIR_A_RECOUVRER'), 0)::bigint AS avoirs
          FROM solde_poste
         WHERE poste IN ('TROP_PERCU', 'AVOIR_A_RECOUVRER') AND montant <> 0
           AND (%(numero)s::bigint IS NULL OR numero_interne = %(numero)s)
         GROUP BY numero_interne, siren) s
  JOIN organisation o USING (siren)
  LEFT JOIN depot p USING (numero_interne)
 ORDER BY o.denomination, s.siren, s.numero_interne LIMIT %(limite)s
"""
RECOUVREMENTS = """
SELECT r.numero_interne, r.siren, o.denomination, r.montant, r.mode, r.reference, r.le, c.prenom || ' ' || c.nom
  FROM recouvrement r JOIN organisation o USING (siren)
  LEFT JOIN compte c ON c.id = CASE WHEN starts_with(r.par, 'compte:') THEN split_part(r.par, ':', 2)::bigint END
 WHERE %(numero)s::bigint IS NULL OR r.numero_interne = %(numero)s
 ORDER BY r.id DESC LIMIT %(limite)s
"""
RETOURS = """
SELECT r.id, r.format, r.rapport, c.prenom || ' ' || c.nom, r.importe_le
  FROM retour_banque r
  LEFT JOIN compte c ON c.id = CASE WHEN starts_with(r.importe_par, 'compte:')
                                    THEN split_part(r.importe_par, ':', 2)::bigint END
"""
FACTURES = """
SELECT vl.virement, f.numero_interne, f.numero, sum(vl.montant)::bigint, sum(vl.compense)::bigint
  FROM virement_ligne vl
  JOIN ligne_facture l ON l.id = vl.ligne JOIN facture f ON f.numero_interne = l.facture
 WHERE vl.virement = ANY(%s)
 GROUP BY vl.virement, f.numero_interne ORDER BY vl.virement, f.numero_interne
"""
PERSONNES = "SELECT 'compte:' || id, prenom || ' ' || nom FROM compte WHERE 'compte:' || id = ANY(%s)"


async def list_trop_percus(tx: Tx, *, numero: int | None, limite: int) -> list[TropPercuLu]:
    """What is to be recovered, CFA by CFA; of one dossier when it is given."""
    cursor = await tx.execute(TROP_PERCUS, {"numero": numero, "limite": limite})
    return [TropPercuLu(*row) for row in await cursor.fetchall()]


async def list_recouvrements(tx: Tx, *, numero: int | None, limite: int) -> list[RecouvrementLu]:
    """What was given back, the latest first; of one dossier when it is given."""
    cursor = await tx.execute(RECOUVREMENTS, {"numero": numero, "limite": limite})
    return [RecouvrementLu(*row) for row in await cursor.fetchall()]


async def list_retours(tx: Tx, *, limite: int) -> list[RetourLu]:
    """The last files of the bank."""
    cursor = await tx.execute(RETOURS + " ORDER BY r.id DESC LIMIT %s", (limite,))
    return [RetourLu(*row) for row in await cursor.fetchall()]


async def find_retour(tx: Tx, *, numero: int | None = None, empreinte: bytes | None = None) -> RetourLu | None:
    """One file of the bank, by its number or by its SHA-256."""
    cursor = await tx.execute(
        RETOURS + " WHERE r.id = %(numero)s OR r.sha256_fichier = %(empreinte)s",
        {"numero": numero, "empreinte": empreinte},
    )
    row = await cursor.fetchone()
    return RetourLu(*row) if row else None


async def list_factures(tx: Tx, virements: Sequence[int]) -> list[FacturePayee]:
    """The invoices that these transfers pay."""
    return [FacturePayee(*row) for row in await (await tx.execute(FACTURES, (list(virements),))).fetchall()]


async def list_avancements(tx: Tx, lots: Sequence[int]) -> list[Avancement]:
    """How far these runs are; those that move no money are left out."""
    return [Avancement(*row) for row in await (await tx.execute(AVANCEMENTS, (list(lots),))).fetchall()]


async def find_personnes(tx: Tx, acteurs: Sequence[str]) -> dict[str, str]:
    """The names of these people of the OPCO."""
    return dict(await (await tx.execute(PERSONNES, (list(acteurs),))).fetchall())
