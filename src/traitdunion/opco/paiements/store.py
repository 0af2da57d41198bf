"""All the SQL of pay runs, transfers and recoveries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]
ORDONNE, REGLE, REJETE = "ORDONNE", "REGLE", "REJETE"


class APayer(msgspec.Struct, frozen=True):
    """What is ready to be paid to one CFA, in cents; `a_recouvrer`: what it has to give back."""

    siren: str
    denomination: str
    lignes: int
    montant: int
    a_recouvrer: int
    compte_connu: bool


class LotLu(msgspec.Struct, frozen=True):
    """A pay run; amounts in cents."""

    id: int
    message: str
    execution_le: date
    nombre: int
    montant: int
    cree_par: str
    cree_le: datetime
    remis_le: datetime | None
    annule_le: datetime | None


class VirementLu(msgspec.Struct, frozen=True):
    """A transfer, without the account that it goes to; amounts in cents."""

    id: int
    lot: int
    siren: str
    reference: str
    titulaire: str
    brut: int
    compense: int
    montant: int
    etat: str
    regle_le: date | None
    reference_banque: str | None
    motif: str | None


class LignePayee(msgspec.Struct, frozen=True):
    """What a transfer pays of a line, in cents."""

    ligne: int
    facture: int
    numero_interne: int
    montant: int
    compense: int


class TropPercu(msgspec.Struct, frozen=True):
    """What a CFA has to give back on a dossier, in cents."""

    numero_interne: int
    siren: str
    montant: int


READY = """
SELECT x.siren, o.denomination, x.lignes, x.montant, coalesce(t.montant, 0), b.siren IS NOT NULL
  FROM (SELECT s.siren, count(*) AS lignes, sum(s.montant)::bigint AS montant
          FROM solde_poste s WHERE s.poste = 'A_PAYER' AND s.montant <> 0 GROUP BY s.siren) x
  JOIN organisation o USING (siren)
  LEFT JOIN LATERAL (SELECT sum(montant)::bigint AS montant FROM solde_poste
                      WHERE siren = x.siren AND poste IN ('TROP_PERCU', 'AVOIR_A_RECOUVRER') AND montant <> 0) t ON true
  LEFT JOIN coordonnees_bancaires b ON b.siren = x.siren
 ORDER BY o.denomination, x.siren
"""
LOT = """
SELECT id, message, execution_le, nombre, montant, cree_par, cree_le, remis_le, annule_le FROM lot_paiement
"""
VIREMENT = """
SELECT id, lot, siren, reference, titulaire, brut, compense, montant, etat, regle_le, reference_banque, motif
  FROM virement
"""
TROP_PERCUS = """
SELECT numero_interne, siren, sum(montant)::bigint FROM solde_poste
 WHERE poste IN ('TROP_PERCU', 'AVOIR_A_RECOUVRER') AND montant <> 0
   AND (%(siren)s::text IS NULL OR siren = %(siren)s)
 GROUP BY numero_interne, siren ORDER BY numero_interne
"""
INSERT_LOT = """
INSERT INTO lot_paiement (id, message, execution_le, nombre, montant, sha256_fichier, fichier, cree_par, cree_le)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
INSERT_VIREMENT = """
INSERT INTO virement (lot, siren, reference, titulaire, iban_chiffre, brut, compense, montant, etat, regle_le)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


async def list_ready(tx: Tx) -> list[APayer]:
    """What is accepted and not yet in a transfer, by CFA."""
    return [APayer(*row) for row in await (await tx.execute(READY)).fetchall()]


async def list_a_payer(tx: Tx, siren: str) -> list[tuple[int, int]]:
    """Lines and dossiers of a CFA that are accepted, the oldest first."""
    cursor = await tx.execute(
        "SELECT id, numero_interne FROM ligne_facture WHERE siren = %s AND etat = 'ACCEPTEE' ORDER BY id", (siren,)
    )
    return list(await cursor.fetchall())


async def next_lot(tx: Tx) -> int:
    """The number of the next pay run."""
    row = await (await tx.execute("SELECT nextval('lot_paiement_numero')")).fetchone()
    assert row is not None
    return int(row[0])


async def insert_lot(
    tx: Tx,
    lot: int,
    *,
    message: str,
    execution_le: date,
    nombre: int,
    montant: int,
    sha256: bytes | None,
    fichier: bytes | None,
    par: str,
    le: datetime,
) -> None:
    """Write a pay run, before its transfers."""
    await tx.execute(INSERT_LOT, (lot, message, execution_le, nombre, montant, sha256, fichier, par, le))


async def insert_virement(
    tx: Tx,
    lot: int,
    *,
    siren: str,
    reference: str,
    titulaire: str,
    iban_chiffre: bytes,
    brut: int,
    compense: int,
    regle_le: date | None,
    lignes: Sequence[tuple[int, int, int]],
) -> int:
    """Write a transfer and what it pays: line, amount, amount offset. Paid at once when no money moves."""
    etat = ORDONNE if regle_le is None else REGLE
    valeurs = (lot, siren, reference, titulaire, iban_chiffre, brut, compense, brut - compense, etat, regle_le)
    row = await (await tx.execute(INSERT_VIREMENT, valeurs)).fetchone()
    assert row is not None
    async with tx.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO virement_ligne (virement, ligne, montant, compense) VALUES (%s, %s, %s, %s)",
            [(row[0], *ligne) for ligne in lignes],
        )
    return int(row[0])


async def find_lot(tx: Tx, lot: int, *, locked: bool = False) -> LotLu | None:
    """One pay run."""
    fin = " FOR NO KEY UPDATE" if locked else ""
    row = await (await tx.execute(LOT + " WHERE id = %s" + fin, (lot,))).fetchone()
    return LotLu(*row) if row else None


async def find_lot_by_message(tx: Tx, message: str) -> LotLu | None:
    """The pay run whose file bears this identifier."""
    row = await (await tx.execute(LOT + " WHERE message = %s", (message,))).fetchone()
    return LotLu(*row) if row else None


async def list_lots(tx: Tx, *, avant: int | None, limite: int) -> list[LotLu]:
    """The last pay runs, older than `avant`."""
    cursor = await tx.execute(
        LOT + " WHERE %(avant)s::bigint IS NULL OR id < %(avant)s ORDER BY id DESC LIMIT %(limite)s",
        {"avant": avant, "limite": limite},
    )
    return [LotLu(*row) for row in await cursor.fetchall()]


async def read_fichier(tx: Tx, lot: int) -> bytes | None:
    """The file of a pay run, encrypted."""
    row = await (await tx.execute("SELECT fichier FROM lot_paiement WHERE id = %s", (lot,))).fetchone()
    return bytes(row[0]) if row and row[0] is not None else None


async def set_remis(tx: Tx, lot: int, le: datetime) -> None:
    """The file was taken to the bank; the first time counts."""
    await tx.execute("UPDATE lot_paiement SET remis_le = coalesce(remis_le, %s) WHERE id = %s", (le, lot))


async def set_annule(tx: Tx, lot: int, le: datetime) -> None:
    """The pay run is cancelled, its file never taken."""
    await tx.execute("UPDATE lot_paiement SET annule_le = %s WHERE id = %s", (le, lot))


async def list_virements(tx: Tx, lot: int) -> list[VirementLu]:
    """The transfers of a pay run, in order."""
    cursor = await tx.execute(VIREMENT + " WHERE lot = %s ORDER BY id", (lot,))
    return [VirementLu(*row) for row in await cursor.fetchall()]


async def find_virement(tx: Tx, reference: str) -> VirementLu | None:
    """The transfer that bears a reference."""
    row = await (await tx.execute(VIREMENT + " WHERE reference = %s", (reference,))).fetchone()
    return VirementLu(*row) if row else None


async def lock_virement(tx: Tx, virement: int) -> VirementLu:
    """A transfer, held until the end of the transaction; its dossiers are locked first."""
    await tx.execute("SELECT FROM virement WHERE id = %s FOR NO KEY UPDATE", (virement,))
    row = await (await tx.execute(VIREMENT + " WHERE id = %s", (virement,))).fetchone()
    assert row is not None  # rows are never deleted
    return VirementLu(*row)


async def list_lignes(tx: Tx, virement: int) -> list[LignePayee]:
    """What a transfer pays, line by line."""
    cursor = await tx.execute(
        "SELECT vl.ligne, l.facture, l.numero_interne, vl.montant, vl.compense "
        "  FROM virement_ligne vl JOIN ligne_facture l ON l.id = vl.ligne WHERE vl.virement = %s ORDER BY vl.ligne",
        (virement,),
    )
    return [LignePayee(*row) for row in await cursor.fetchall()]


async def set_regle(tx: Tx, virement: int, *, le: date, reference_banque: str) -> None:
    """The bank has paid."""
    await tx.execute(
        "UPDATE virement SET etat = 'REGLE', regle_le = %s, reference_banque = %s, version = version + 1 WHERE id = %s",
        (le, reference_banque or None, virement),
    )


async def set_rejete(tx: Tx, virement: int, *, motif: str) -> None:
    """The bank has sent it back, or it was never handed over."""
    await tx.execute(
        "UPDATE virement SET etat = 'REJETE', regle_le = NULL, motif = %s, version = version + 1 WHERE id = %s",
        (motif, virement),
    )


async def list_trop_percus(tx: Tx, *, siren: str | None = None) -> list[TropPercu]:
    """What is to be recovered, dossier by dossier, the oldest first."""
    return [TropPercu(*row) for row in await (await tx.execute(TROP_PERCUS, {"siren": siren})).fetchall()]


async def insert_recouvrement(
    tx: Tx,
    dossier: int,
    *,
    siren: str,
    montant: int,
    virement: int | None,
    reference: str,
    le: date,
    par: str,
    saisi_le: datetime,
) -> None:
    """Write a recovery: by offset when a transfer is named, else paid back by the CFA."""
    mode = "REMBOURSEMENT" if virement is None else "COMPENSATION"
    await tx.execute(
        "INSERT INTO recouvrement (numero_interne, siren, montant, mode, virement, reference, le, par, saisi_le) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (dossier, siren, montant, mode, virement, reference, le, par, saisi_le),
    )


async def find_recouvrement(tx: Tx, dossier: int, *, reference: str) -> int | None:
    """The amount recorded under this reference on a dossier, in cents."""
    cursor = await tx.execute(
        "SELECT montant FROM recouvrement WHERE numero_interne = %s AND reference = %s", (dossier, reference)
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else None
