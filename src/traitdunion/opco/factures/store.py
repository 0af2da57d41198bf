"""All the SQL of invoices, credit notes and their lines."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.opco.comptabilite.postes import HORS_ECHEANCE, Cle

Tx = AsyncConnection[Any]
FACTURE, AVOIR = "FACTURE", "AVOIR"


class LigneFacture(msgspec.Struct, frozen=True):
    """A line as stored; amounts in cents, negative on a credit note."""

    id: int
    facture: int
    rang: int
    nature_dite: str
    nature: str
    numero_interne: int
    echeance: int
    montant: int
    quantite: int | None
    etat: EtatDeLigne
    attend: list[str]
    jusqu_au: date | None
    motif: str | None
    commentaire: str | None
    credite: int
    ligne_origine: int | None

    @property
    def cle(self) -> Cle:
        """The share of the engagement that it draws on."""
        par_echeance = self.nature in ("PEDAGOGIE", "MAJORATION_RQTH")
        return Cle(self.echeance if par_echeance else HORS_ECHEANCE, self.nature)


class FactureLue(msgspec.Struct, frozen=True):
    """An invoice or a credit note as stored, its IBAN still encrypted."""

    numero_interne: int
    siren: str
    genre: str
    siret_emetteur: str
    numero: str
    origine: int | None
    date_emission: date
    montant: int
    est_certificat: bool
    iban_chiffre: bytes
    etat: EtatDeFacture
    document: int
    sha256_contenu: bytes
    sha256_fichier: bytes
    avertissements: list[dict[str, Any]]
    depose_par: str
    depose_le: datetime
    version: int


class NouvelleFacture(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert."""

    siren: str
    genre: str
    siret_emetteur: str
    numero: str
    origine: int | None
    date_emission: date
    montant: int
    est_certificat: bool
    iban_chiffre: bytes
    etat: str
    document: int
    sha256_contenu: bytes
    sha256_fichier: bytes
    avertissements: list[dict[str, Any]]
    depose_par: str
    depose_le: datetime


class NouvelleLigne(msgspec.Struct, frozen=True, kw_only=True):
    """A line to insert."""

    rang: int
    nature_dite: str
    nature: str
    numero_interne: int
    echeance: int
    montant: int
    quantite: int | None
    etat: str
    attend: list[str]
    jusqu_au: date | None
    ligne_origine: int | None


SELECT = """
SELECT f.numero_interne, f.siren, f.genre, f.siret_emetteur, f.numero, f.origine, f.date_emission, f.montant,
f.est_certificat, f.iban_chiffre, f.etat, f.document, f.sha256_contenu, f.sha256_fichier, f.avertissements,
       f.depose_par, f.depose_le, f.version
  FROM facture f
"""
SELECT_LIGNES = """
SELECT l.id, l.facture, l.rang, l.nature_dite, l.nature, l.numero_interne, l.echeance, l.montant, l.quantite, l.etat,
       l.attend, l.jusqu_au, l.motif, l.commentaire, l.credite, l.ligne_origine
  FROM ligne_facture l
"""
# The place among those of the SIREN: the row is held until the end, so that no number is left out.
COUNT = """
INSERT INTO compteur_facture (siren, genre, nombre) VALUES (%s, %s, 1)
ON CONFLICT (siren, genre) DO UPDATE SET nombre = compteur_facture.nombre + 1 RETURNING nombre
"""
INSERT = """
INSERT INTO facture (rang, siren, genre, siret_emetteur, numero, origine, date_emission, montant, est_certificat,
                     iban_chiffre, etat, document, sha256_contenu, sha256_fichier, avertissements, depose_par,
                     depose_le)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING numero_interne
"""
INSERT_LIGNE = """
INSERT INTO ligne_facture (facture, siren, rang, nature_dite, nature, numero_interne, echeance, montant, quantite, etat,
                           attend, jusqu_au, ligne_origine)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
PAGE = """ WHERE f.siren = %(siren)s AND f.genre = %(genre)s AND f.rang > %(apres)s AND f.rang <= %(apres)s + %(taille)s
 ORDER BY f.rang
"""
# With which échéances the frais annexes of these dossiers were invoiced, those that were not rejected nor cancelled.
PERIODES = """
SELECT DISTINCT numero_interne, echeance, nature FROM ligne_facture
 WHERE numero_interne = ANY(%b::bigint[]) AND nature NOT IN ('PEDAGOGIE', 'MAJORATION_RQTH') AND montant > 0
   AND etat NOT IN ('REJETEE', 'ANNULEE', 'FORCLOSE')
 ORDER BY 1, 2, 3
"""


async def insert(tx: Tx, nouvelle: NouvelleFacture, lignes: Sequence[NouvelleLigne]) -> tuple[int, list[int]]:
    """The internal number given, and the ids of the lines. Raises UniqueViolation when the issuer's number is taken."""
    row = await (await tx.execute(COUNT, (nouvelle.siren, nouvelle.genre))).fetchone()
    assert row is not None
    valeurs = msgspec.structs.astuple(msgspec.structs.replace(nouvelle, avertissements=Jsonb(nouvelle.avertissements)))
    ecrite = await (await tx.execute(INSERT, (row[0], *valeurs))).fetchone()
    assert ecrite is not None
    ids: list[int] = []
    async with tx.cursor() as cursor:
        valeurs_lignes = [(ecrite[0], nouvelle.siren, *msgspec.structs.astuple(ligne)) for ligne in lignes]
        await cursor.executemany(INSERT_LIGNE, valeurs_lignes, returning=True)
        while len(ids) < len(lignes):
            (identifiant,) = await cursor.fetchone() or (0,)
            ids.append(int(identifiant))
            cursor.nextset()
    return int(ecrite[0]), ids


async def read_sha256(tx: Tx, document: int) -> bytes:
    """The SHA-256 of a document's file."""
    row = await (
        await tx.execute("SELECT sha256_fichier FROM document WHERE numero_interne = %s", (document,))
    ).fetchone()
    assert row is not None
    return bytes(row[0])


async def attach(tx: Tx, document: int, facture: int) -> None:
    """Attach a document to an invoice."""
    await tx.execute(
        "INSERT INTO document_objet (document, type_objet, id_objet) VALUES (%s, 'FACTURE', %s) ON CONFLICT DO NOTHING",
        (document, facture),
    )


async def find_by_numero(tx: Tx, *, siren: str, siret: str, numero: str) -> FactureLue | None:
    """The invoice or credit note of this SIREN that bears the issuer's number."""
    cursor = await tx.execute(
        SELECT + "WHERE f.siren = %s AND f.siret_emetteur = %s AND f.numero = %s", (siren, siret, numero)
    )
    return _facture(await cursor.fetchone())


async def find(tx: Tx, numero_interne: int, *, siren: str | None = None) -> FactureLue | None:
    """One invoice; of this SIREN when it is given."""
    cursor = await tx.execute(
        SELECT + "WHERE f.numero_interne = %(numero)s AND (%(siren)s::text IS NULL OR f.siren = %(siren)s)",
        {"numero": numero_interne, "siren": siren},
    )
    return _facture(await cursor.fetchone())


async def lock(tx: Tx, numero_interne: int) -> FactureLue | None:
    """One invoice, held until the end of the transaction. Its dossiers are locked first, always in that order."""
    await tx.execute("SELECT FROM facture WHERE numero_interne = %s FOR NO KEY UPDATE", (numero_interne,))
    return await find(tx, numero_interne)


async def list_page(tx: Tx, *, siren: str, genre: str, page: int, taille: int) -> tuple[int, list[FactureLue]]:
    """How many there are, and one page of them from 1: read by their place, whatever their number."""
    total = await (
        await tx.execute("SELECT nombre FROM compteur_facture WHERE siren = %s AND genre = %s", (siren, genre))
    ).fetchone()
    cursor = await tx.execute(
        SELECT + PAGE, {"siren": siren, "genre": genre, "apres": (page - 1) * taille, "taille": taille}
    )
    return int(total[0]) if total else 0, [lue for row in await cursor.fetchall() if (lue := _facture(row))]


async def list_lignes(tx: Tx, factures: Sequence[int]) -> list[LigneFacture]:
    """The lines of these invoices, in order."""
    cursor = await tx.execute(
        SELECT_LIGNES + "WHERE l.facture = ANY(%s) ORDER BY l.facture, l.id",
        (list(factures),),
    )
    return [_ligne(row) for row in await cursor.fetchall()]


async def find_lignes(tx: Tx, ids: Sequence[int]) -> list[LigneFacture]:
    """These lines, in order of their ids."""
    cursor = await tx.execute(SELECT_LIGNES + "WHERE l.id = ANY(%s) ORDER BY l.id", (list(ids),))
    return [_ligne(row) for row in await cursor.fetchall()]


async def list_lignes_dossier(tx: Tx, numero_interne: int, *, etats: Sequence[str] | None = None) -> list[LigneFacture]:
    """The lines of a dossier, the oldest first; in these states only when they are given."""
    cursor = await tx.execute(
        SELECT_LIGNES + "WHERE l.numero_interne = %(numero)s "
        "AND (%(etats)s::text[] IS NULL OR l.etat = ANY(%(etats)s)) ORDER BY l.id",
        {"numero": numero_interne, "etats": None if etats is None else list(etats)},
    )
    return [_ligne(row) for row in await cursor.fetchall()]


async def set_ligne(
    tx: Tx,
    ligne: int,
    *,
    etat: EtatDeLigne,
    par: str,
    le: datetime,
    motif: str | None = None,
    commentaire: str | None = None,
    attend: Sequence[str] = (),
) -> None:
    """Move a line to a step; its dossier is locked by the caller."""
    await tx.execute(
        "UPDATE ligne_facture SET etat = %s, motif = coalesce(%s, motif), commentaire = coalesce(%s, commentaire), "
        "attend = %s, traite_par = %s, traite_le = %s WHERE id = %s",
        (etat, motif, commentaire, list(attend), par, le, ligne),
    )


async def add_credite(tx: Tx, ligne: int, montant: int) -> None:
    """A credit note takes so many cents of a line; the table refuses more than the line asked for."""
    await tx.execute("UPDATE ligne_facture SET credite = credite + %s WHERE id = %s", (montant, ligne))


async def set_etat(tx: Tx, numero_interne: int, etat: EtatDeFacture) -> None:
    """Write the state of an invoice, drawn from its lines; its version moves."""
    await tx.execute(
        "UPDATE facture SET etat = %s, version = version + 1 WHERE numero_interne = %s", (etat, numero_interne)
    )


async def find_numeros(tx: Tx, numeros: Sequence[int]) -> dict[int, str]:
    """The issuer's own number of each of these invoices."""
    cursor = await tx.execute(
        "SELECT numero_interne, numero FROM facture WHERE numero_interne = ANY(%s)", (list(numeros),)
    )
    return dict(await cursor.fetchall())


async def list_periodes(tx: Tx, numeros: Sequence[int]) -> list[tuple[int, int, str]]:
    """Dossier, échéance and nature of the frais annexes invoiced."""
    return list(await (await tx.execute(PERIODES, (list(numeros),))).fetchall())


def _facture(row: Any) -> FactureLue | None:
    if row is None:
        return None
    lue = FactureLue(*row)
    return msgspec.structs.replace(lue, etat=EtatDeFacture(lue.etat))


def _ligne(row: Any) -> LigneFacture:
    lue = LigneFacture(*row)
    return msgspec.structs.replace(lue, etat=EtatDeLigne(lue.etat))
