"""The SQL of the back-office's readings of invoices.

The queue reads the pending lines only, through their own index; a search, the entries of one index. Pages go on from
the last invoice shown. Texts are put together from constants of this module, values are always parameters.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class LigneFile(msgspec.Struct, frozen=True):
    """An invoice as a list shows it; amounts in cents."""

    numero_interne: int
    siren: str
    cfa: str
    genre: str
    numero: str
    montant: int
    etat: str
    depose_le: datetime
    a_decider: int  # lines that staff can say yes or no to
    montant_a_decider: int
    a_completer: int  # lines that wait for a proof
    avertissements: int


class Filtre(msgspec.Struct, frozen=True, kw_only=True):
    """What of the queue is shown; amounts in cents, of the whole invoice."""

    etats: Sequence[str]
    siren: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    recue_avant: datetime | None = None


class PieceFacture(msgspec.Struct, frozen=True):
    """A document that was sent with an invoice, or proves something about one of its dossiers."""

    numero_interne: int
    type_fichier: str
    nom_fichier: str
    taille_octets: int
    verdict: str
    depose_le: datetime
    dossier: int | None  # read with the dossier; None: with the invoice


class FaitFacture(msgspec.Struct, frozen=True):
    """Something that happened to an invoice, and who did it."""

    type: str
    survenu_le: datetime
    acteur: str
    editeur: str | None
    personne: str | None


A_TRAITER = """
SELECT DISTINCT l.facture FROM ligne_facture l JOIN facture f ON f.numero_interne = l.facture
 WHERE l.etat IN ('A_COMPLETER', 'EN_INSTRUCTION') AND l.etat = ANY(%(etats)s)
   AND l.facture > %(apres)s
   AND (%(siren)s::text IS NULL OR f.siren = %(siren)s)
   AND (%(minimum)s::bigint IS NULL OR f.montant >= %(minimum)s)
   AND (%(maximum)s::bigint IS NULL OR f.montant <= %(maximum)s)
   AND (%(recue_avant)s::timestamptz IS NULL OR f.depose_le < %(recue_avant)s)
 ORDER BY l.facture LIMIT %(limite)s
"""
COMPTE = """
SELECT count(*) FROM (
    SELECT DISTINCT facture FROM ligne_facture
     WHERE etat IN ('A_COMPLETER', 'EN_INSTRUCTION') AND etat = ANY(%s) LIMIT %s
) x
"""
A_PAYER = "SELECT count(*) FROM (SELECT 1 FROM ligne_facture WHERE etat = 'ACCEPTEE' LIMIT %s) x"
SUIVANTE = """
SELECT min(facture) FROM ligne_facture
 WHERE etat IN ('A_COMPLETER', 'EN_INSTRUCTION') AND etat = 'EN_INSTRUCTION' AND facture > %s
"""
LIGNES = """
SELECT f.numero_interne, f.siren, o.denomination, f.genre, f.numero, f.montant, f.etat, f.depose_le,
       l.a_decider, l.montant_a_decider, l.a_completer, jsonb_array_length(f.avertissements)
  FROM unnest(%b::bigint[]) WITH ORDINALITY AS page(numero, rang)
  JOIN facture f ON f.numero_interne = page.numero
  JOIN organisation o ON o.siren = f.siren
  JOIN LATERAL (SELECT count(*) FILTER (WHERE etat = 'EN_INSTRUCTION') AS a_decider,
                       coalesce(sum(montant - credite) FILTER (WHERE etat = 'EN_INSTRUCTION'), 0)::bigint
                           AS montant_a_decider,
                       count(*) FILTER (WHERE etat = 'A_COMPLETER') AS a_completer
                  FROM ligne_facture WHERE facture = f.numero_interne) l ON true
 ORDER BY page.rang
"""
PAR_NUMERO = """
SELECT f.numero_interne FROM facture f WHERE f.numero = %(numero)s AND f.numero_interne < %(avant)s
 ORDER BY f.numero_interne DESC LIMIT %(limite)s
"""
PAR_DOSSIER = """
SELECT DISTINCT l.facture FROM ligne_facture l WHERE l.numero_interne = %(dossier)s AND l.facture < %(avant)s
 ORDER BY l.facture DESC LIMIT %(limite)s
"""
# By the place among those of the SIREN, which follows the number: the index has them in that order.
PAR_SIREN = """
SELECT f.numero_interne FROM facture f
 WHERE f.siren = %(siren)s AND f.genre = 'FACTURE'
   AND (NOT EXISTS (SELECT FROM facture WHERE numero_interne = %(avant)s)
        OR f.rang < (SELECT rang FROM facture WHERE numero_interne = %(avant)s))
 ORDER BY f.rang DESC LIMIT %(limite)s
"""
CFA = "SELECT denomination FROM organisation WHERE siren = %s"
APPRENTIS = """
SELECT numero_interne, concat_ws(' ', cerfa #>> '{apprenti,nom}', cerfa #>> '{apprenti,prenom}') FROM depot
 WHERE numero_interne = ANY(%s)
"""
# What came with the invoice, and the proofs that its dossiers hold, from wherever they came.
PIECES = """
SELECT DISTINCT ON (d.numero_interne) d.numero_interne, d.type_fichier, d.nom_fichier, d.taille_octets, d.verdict,
       d.depose_le, o.dossier
  FROM (SELECT document, NULL::bigint AS dossier FROM document_objet
         WHERE type_objet = 'FACTURE' AND id_objet = %(facture)s
        UNION ALL
        SELECT document, id_objet FROM document_objet
         WHERE type_objet = 'DOSSIER_APPRENTISSAGE' AND id_objet = ANY(%(dossiers)s)) o
  JOIN document d ON d.numero_interne = o.document
 WHERE d.siren = %(siren)s AND (o.dossier IS NULL OR d.type_fichier = ANY(%(types)s))
 ORDER BY d.numero_interne, o.dossier NULLS FIRST
"""
AVOIRS = (
    "SELECT numero_interne, numero, montant, etat, depose_le FROM facture WHERE origine = %s ORDER BY numero_interne"
)
# An act on an invoice is told in the history of each of its dossiers: here it is said once.
FAITS = """
SELECT DISTINCT ON (e.survenu_le, e.type, e.acteur) e.type, e.survenu_le, e.acteur, ed.nom, c.prenom || ' ' || c.nom
  FROM evenement e
  LEFT JOIN compte c ON c.id = CASE WHEN starts_with(e.acteur, 'compte:') THEN split_part(e.acteur, ':', 2)::bigint END
  LEFT JOIN editeur ed
    ON ed.id = CASE WHEN starts_with(e.acteur, 'editeur:') THEN split_part(e.acteur, ':', 2)::bigint END
 WHERE e.objet = 'DOSSIER' AND e.type <> 'DOSSIER_DEPOSE' AND e.numero_interne = ANY(%(dossiers)s)
   AND e.donnees ->> 'facture' = %(facture)s
 ORDER BY e.survenu_le, e.type, e.acteur
"""
PLUS_GRAND = 2**63 - 1


async def list_a_traiter(tx: Tx, filtre: Filtre, *, apres: int, limite: int) -> list[int]:
    """The invoices that wait, the oldest first, after the invoice `apres` (0: from the first)."""
    valeurs = msgspec.structs.asdict(filtre) | {"etats": list(filtre.etats), "apres": apres, "limite": limite}
    return [numero for (numero,) in await (await tx.execute(A_TRAITER, valeurs)).fetchall()]


async def count_a_traiter(tx: Tx, etats: Sequence[str], *, limite: int) -> int:
    """How many invoices have a line in these states; `limite` at most."""
    row = await (await tx.execute(COMPTE, (list(etats), limite))).fetchone()
    return int(row[0]) if row else 0


async def count_a_payer(tx: Tx, *, limite: int) -> int:
    """How many lines are accepted and in no transfer yet; `limite` at most."""
    row = await (await tx.execute(A_PAYER, (limite,))).fetchone()
    return int(row[0]) if row else 0


async def find_next(tx: Tx, apres: int) -> int | None:
    """The next invoice with a line to decide on, after `apres`, then from the first; None when none is left."""
    for depart in (apres, 0):
        row = await (await tx.execute(SUIVANTE, (depart,))).fetchone()
        if row and row[0] is not None and row[0] != apres:
            return int(row[0])
    return None


async def find_by(tx: Tx, requete: str, valeurs: dict[str, object], *, avant: int | None, limite: int) -> list[int]:
    """What one of the three look-ups finds, the latest first, before the invoice `avant` when it is given."""
    complet = valeurs | {"avant": avant or PLUS_GRAND, "limite": limite}
    return [numero for (numero,) in await (await tx.execute(requete, complet)).fetchall()]


async def list_lignes_file(tx: Tx, numeros: Sequence[int]) -> list[LigneFile]:
    """These invoices as a list shows them, in this order."""
    return [LigneFile(*row) for row in await (await tx.execute(LIGNES, (list(numeros),))).fetchall()]


async def find_cfa(tx: Tx, siren: str) -> str:
    """The name of a CFA."""
    row = await (await tx.execute(CFA, (siren,))).fetchone()
    return str(row[0]) if row else siren


async def find_apprentis(tx: Tx, dossiers: Sequence[int]) -> dict[int, str]:
    """The apprentice of each of these dossiers."""
    return dict(await (await tx.execute(APPRENTIS, (list(dossiers),))).fetchall())


async def list_pieces(
    tx: Tx, facture: int, *, siren: str, dossiers: Sequence[int], types: Sequence[str]
) -> list[PieceFacture]:
    """The documents of an invoice, and those of these types that its dossiers hold."""
    valeurs = {"facture": facture, "siren": siren, "dossiers": list(dossiers), "types": list(types)}
    return [PieceFacture(*row) for row in await (await tx.execute(PIECES, valeurs)).fetchall()]


async def list_avoirs(tx: Tx, facture: int) -> list[tuple[int, str, int, str, datetime]]:
    """The credit notes of an invoice: number, the CFA's own, amount (negative cents), state, when."""
    return list(await (await tx.execute(AVOIRS, (facture,))).fetchall())


async def list_faits(tx: Tx, facture: int, *, dossiers: Sequence[int]) -> list[FaitFacture]:
    """What happened to an invoice, the oldest first."""
    cursor = await tx.execute(FAITS, {"facture": str(facture), "dossiers": list(dossiers)})
    return [FaitFacture(*row) for row in await cursor.fetchall()]
