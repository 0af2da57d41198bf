"""The SQL of « Mes Factures ». Every list is of one SIREN, read from its own index after a place (migration 0020).

Texts are put together from constants of this module; values are always parameters.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from traitdunion.opco.dossiers.store_recherche import Fait, LignePiece
from traitdunion.opco.factures.suivi.modele import Cible, Onglet, Personne, Place, Total, Virement

Tx = AsyncConnection[Any]
PLAFOND = 10_000  # rows that a total counts
TROUVEES_MAX = 50  # invoices of a search


class Entete(NamedTuple):
    """What names an invoice."""

    numero: str
    date_emission: date


class Liste(NamedTuple):
    """A list: what it reads, after which place, in which order, how a search narrows it, and what its total adds up."""

    colonnes: str
    source: str
    apres: str
    ordre: str
    cible: str
    montant: str


_OUVERTE = "e.siren = %(siren)s AND e.reste > 0 AND e.ouverture <= %(jour)s"
_DES_LIGNES = (
    "(%(factures)s::bigint[] IS NULL OR l.facture = ANY(%(factures)s)) AND l.numero_interne = ANY(%(dossiers)s)"
)
_A_RENDRE = "s.siren = %(siren)s AND s.poste IN ('TROP_PERCU', 'AVOIR_A_RECOUVRER') AND s.montant <> 0"
_DERNIER = "coalesce(l.jusqu_au, 'infinity'::date)"


def _lignes(etats: str, cle: str, *, apres: str, ordre: str) -> Liste:
    return Liste(
        colonnes=f"l.id, {cle}",
        source=f"ligne_facture l WHERE l.siren = %(siren)s AND l.etat {etats}",
        apres=apres,
        ordre=ordre,
        cible=_DES_LIGNES,
        montant="l.montant",
    )


LISTES = {
    Onglet.A_FACTURER: Liste(
        colonnes="e.ouverture, e.numero_interne, e.numero, e.codification, e.debut, e.fin, e.conditions, e.reste",
        source=f"echeance e WHERE {_OUVERTE}",
        apres="(e.ouverture, e.numero_interne, e.numero) > (%(place_0)s, %(place_1)s, %(place_2)s)",
        ordre="e.ouverture, e.numero_interne, e.numero",
        cible="e.numero_interne = ANY(%(dossiers)s)",
        montant="e.reste",
    ),
    # Billed with an échéance: of dossiers that have one open.
    Onglet.FRAIS: Liste(
        colonnes="s.numero_interne",
        source="solde_poste s WHERE s.siren = %(siren)s AND s.poste = 'A_FACTURER' AND s.echeance = 0 AND s.montant > 0"
        " AND EXISTS (SELECT FROM echeance e WHERE e.numero_interne = s.numero_interne AND e.ouverture <= %(jour)s)",
        apres="s.numero_interne > %(place_0)s",
        ordre="s.numero_interne",
        cible="s.numero_interne = ANY(%(dossiers)s)",
        montant="s.montant",
    ),
    Onglet.A_COMPLETER: _lignes(
        "= 'A_COMPLETER'",
        "l.jusqu_au",
        apres=f"({_DERNIER}, l.id) > (coalesce(%(place_0)s::date, 'infinity'::date), %(place_1)s)",
        ordre=f"{_DERNIER}, l.id",
    ),
    Onglet.EN_COURS: _lignes(
        "IN ('EN_INSTRUCTION', 'ACCEPTEE', 'ORDONNEE')", "l.id", apres="l.id < %(place_0)s", ordre="l.id DESC"
    ),
    Onglet.REGLEES: _lignes(
        "= 'REGLEE'",
        "l.traite_le",
        apres="(l.traite_le, l.id) < (%(place_0)s, %(place_1)s)",
        ordre="l.traite_le DESC, l.id DESC",
    ),
    Onglet.REJETEES: _lignes(
        "IN ('REJETEE', 'FORCLOSE')",
        "l.traite_le",
        apres="(l.traite_le, l.id) < (%(place_0)s, %(place_1)s)",
        ordre="l.traite_le DESC, l.id DESC",
    ),
    Onglet.TROP_PERCU: Liste(
        colonnes="s.numero_interne",
        source=f"solde_poste s WHERE {_A_RENDRE}",
        apres="s.numero_interne > %(place_0)s",
        ordre="s.numero_interne",
        cible="s.numero_interne = ANY(%(dossiers)s)",
        montant="s.montant",
    ),
    Onglet.AVOIRS: Liste(
        colonnes="f.rang, f.numero_interne",
        source="facture f WHERE f.siren = %(siren)s AND f.genre = 'AVOIR'",
        apres="f.rang < %(place_0)s",
        ordre="f.rang DESC",
        cible="(f.numero_interne = ANY(%(factures)s) OR f.origine = ANY(%(factures)s) OR EXISTS (SELECT FROM "
        "ligne_facture l WHERE l.facture = f.numero_interne AND l.numero_interne = ANY(%(dossiers)s)"
        " AND %(factures)s::bigint[] IS NULL))",
        montant="f.montant",
    ),
}
# A dossier has several shares of these: one row each.
DISTINCTES = frozenset({Onglet.FRAIS, Onglet.TROP_PERCU})
FACTURES = """
SELECT numero_interne FROM facture
 WHERE siren = %s AND numero LIKE %s ORDER BY numero, numero_interne LIMIT %s
"""
REJETEES = """
SELECT count(DISTINCT facture) FROM
  (SELECT facture FROM ligne_facture
    WHERE siren = %s AND etat IN ('REJETEE', 'FORCLOSE') AND traite_le >= %s LIMIT %s) recentes
"""
FORCLUSIONS = """
SELECT DISTINCT ON (numero_interne) numero_interne, forclusion FROM engagement
 WHERE numero_interne = ANY(%s) ORDER BY numero_interne, version DESC
"""
# The last transfer of each line, but for those that the bank sent back.
VIREMENTS = """
SELECT DISTINCT ON (vl.ligne) vl.ligne, v.reference, v.etat, v.regle_le, v.brut, v.compense, v.montant
  FROM virement_ligne vl JOIN virement v ON v.id = vl.virement
 WHERE vl.ligne = ANY(%s) AND v.etat <> 'REJETE' ORDER BY vl.ligne, v.id DESC
"""
PERSONNES = """
SELECT numero_interne, cerfa #>> '{apprenti,nom}', cerfa #>> '{apprenti,prenom}' FROM depot
 WHERE numero_interne = ANY(%s)
"""
RENDUS = "SELECT numero_interne, sum(montant)::bigint FROM recouvrement WHERE numero_interne = ANY(%s) GROUP BY 1"
ENTETES = "SELECT numero_interne, numero, date_emission FROM facture WHERE numero_interne = ANY(%s)"
TRAITEES = "SELECT id, traite_le FROM ligne_facture WHERE id = ANY(%s)"
PIECES = """
SELECT d.numero_interne, d.type_fichier, d.version, d.nom_fichier, d.taille_octets, d.verdict, d.depose_le
  FROM document_objet o JOIN document d ON d.numero_interne = o.document
 WHERE o.type_objet = 'FACTURE' AND o.id_objet = %s AND d.siren = %s ORDER BY d.depose_le, d.numero_interne
"""
# An act writes one event for each dossier that it concerns: one is enough here.
HISTOIRE = """
SELECT DISTINCT ON (e.survenu_le, e.type) e.type, e.survenu_le, e.acteur, ed.nom, c.prenom || ' ' || c.nom, c.role,
       e.donnees
  FROM evenement e
  LEFT JOIN compte c ON c.id = CASE WHEN starts_with(e.acteur, 'compte:') THEN split_part(e.acteur, ':', 2)::bigint END
  LEFT JOIN editeur ed
    ON ed.id = CASE WHEN starts_with(e.acteur, 'editeur:') THEN split_part(e.acteur, ':', 2)::bigint END
 WHERE e.objet = 'DOSSIER' AND e.type <> 'DOSSIER_DEPOSE' AND e.numero_interne = ANY(%s) AND e.siren = %s
   AND e.donnees ->> 'facture' = %s
 ORDER BY e.survenu_le, e.type
"""


async def find_factures(tx: Tx, *, siren: str, numero: str) -> list[int]:
    """The invoices and credit notes of a SIREN whose number begins so, TROUVEES_MAX at most."""
    debut = numero.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [une for (une,) in await _all(tx, FACTURES, (siren, debut, TROUVEES_MAX))]


async def list_rows(
    tx: Tx, onglet: Onglet, *, siren: str, jour: date, apres: Place | None, cible: Cible | None, limite: int
) -> list[tuple[Any, ...]]:
    """The rows of one list after a place, in its order."""
    liste, distinct = LISTES[onglet], "DISTINCT " if onglet in DISTINCTES else ""
    texte = f"SELECT {distinct}{liste.colonnes} FROM {liste.source}"  # noqa: S608 - constants of this module
    if apres is not None:
        texte += f" AND {liste.apres}"
    if cible is not None:
        texte += f" AND {liste.cible}"
    places = {f"place_{rang}": un for rang, un in enumerate(apres or ())}
    valeurs = {**_values(siren, jour, cible), **places, "limite": limite}
    return await _all(tx, f"{texte} ORDER BY {liste.ordre} LIMIT %(limite)s", valeurs)


async def count_total(
    tx: Tx, onglet: Onglet, *, siren: str, jour: date, cible: Cible | None = None, avant: date | None = None
) -> Total:
    """How many rows of a list and what they come to; it stops at PLAFOND, whatever the size of the CFA.

    `avant`: of the échéances, those that opened before that day.
    """
    liste = LISTES[onglet]
    condition = "" if cible is None else f" AND {liste.cible}"
    if avant is not None:
        condition += " AND e.ouverture < %(avant)s"
    # In the order of the list: read from its index, where the planner might else go through the table for so many rows.
    quoi = "count(DISTINCT quoi)" if onglet in DISTINCTES else "count(*)"
    premiere = liste.colonnes.split(",")[0]
    texte = (
        f"SELECT {quoi}, coalesce(sum(montant), 0)::bigint, count(*) FROM (SELECT {premiere} AS quoi, "  # noqa: S608
        f"{liste.montant} AS montant FROM {liste.source}{condition} ORDER BY {liste.ordre} LIMIT {PLAFOND + 1}) vues"
    )
    valeurs = {**_values(siren, jour, cible), "avant": avant}
    ((nombre, montant, lues),) = await _all(tx, texte, valeurs)
    return Total(nombre=min(nombre, PLAFOND), montant=montant, plafonne=lues > PLAFOND)


async def count_rejetees(tx: Tx, *, siren: str, depuis: datetime) -> int:
    """How many invoices of a SIREN have had a line rejected since an instant."""
    ((nombre,),) = await _all(tx, REJETEES, (siren, depuis, PLAFOND))
    return int(nombre)


async def find_personnes(tx: Tx, dossiers: Sequence[int]) -> dict[int, Personne]:
    """The apprentice of each of these dossiers."""
    return {numero: Personne(nom, prenom) for numero, nom, prenom in await _all(tx, PERSONNES, (list(dossiers),))}


async def find_forclusions(tx: Tx, dossiers: Sequence[int]) -> dict[int, date | None]:
    """The last day to ask for the last solde of each of these dossiers, when there is one."""
    return dict(await _all(tx, FORCLUSIONS, (list(dossiers),)))


async def find_virements(tx: Tx, lignes: Sequence[int]) -> dict[int, Virement]:
    """The transfer of each of these lines that has one."""
    return {row[0]: Virement(*row[1:]) for row in await _all(tx, VIREMENTS, (list(lignes),))}


async def find_rendus(tx: Tx, dossiers: Sequence[int]) -> dict[int, int]:
    """What was given back on each of these dossiers, in cents; those of which nothing was are not there."""
    return dict(await _all(tx, RENDUS, (list(dossiers),)))


async def find_entetes(tx: Tx, factures: Sequence[int]) -> dict[int, Entete]:
    """What names each of these invoices."""
    return {row[0]: Entete(*row[1:]) for row in await _all(tx, ENTETES, (list(factures),))}


async def find_instants(tx: Tx, lignes: Sequence[int]) -> dict[int, datetime | None]:
    """When each of these lines came to its step."""
    return dict(await _all(tx, TRAITEES, (list(lignes),)))


async def list_avoirs(tx: Tx, origine: int) -> list[int]:
    """The credit notes on an invoice, in order."""
    texte = "SELECT numero_interne FROM facture WHERE origine = %s ORDER BY numero_interne"
    return [un for (un,) in await _all(tx, texte, (origine,))]


async def list_pieces(tx: Tx, facture: int, *, siren: str) -> list[LignePiece]:
    """The documents attached to an invoice, its own PDF among them."""
    return [LignePiece(*row) for row in await _all(tx, PIECES, (facture, siren))]


async def list_faits(tx: Tx, facture: int, dossiers: Sequence[int], *, siren: str) -> list[Fait]:
    """What happened to an invoice of these dossiers, in order."""
    return [Fait(*row) for row in await _all(tx, HISTOIRE, (list(dossiers), siren, str(facture)))]


def _values(siren: str, jour: date, cible: Cible | None) -> dict[str, Any]:
    factures = None if cible is None or cible.factures is None else list(cible.factures)
    return {"siren": siren, "jour": jour, "dossiers": list(cible.dossiers) if cible else [], "factures": factures}


async def _all(tx: Tx, texte: str, valeurs: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return await (await tx.execute(texte, valeurs)).fetchall()
