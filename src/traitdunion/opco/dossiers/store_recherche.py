"""The SQL of « Mes Dossiers »: lists, counts, one dossier with its history and documents.

Every query is bounded by a perimeter: the dossiers of a CFA's SIREN, or those of an employer's SIRETs. A CFA's list is
read from its own entries of the index `dossier_apercu`, then the rows of one page (ADR 0015). Texts are put together
from constants of this module, values are always parameters.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from traitdunion.opco.dossiers.store import COLONNES, LigneDepot, LigneDossier

Tx = AsyncConnection[Any]
# What the CFA asks of the OPCO is no business of the employer's (guide.md, ecrans.md).
TYPES_DU_CFA = ["FACTURE", "AVOIR"]
# Nor is what becomes of it: events whose type begins so.
FAITS_DU_CFA = ("FACTURE_", "AVOIR_", "VIREMENT_", "TROP_PERCU_")


class Perimetre(msgspec.Struct, frozen=True, kw_only=True):
    """Whose dossiers: those of a CFA's SIREN or, without it, those of an employer's SIRETs (none: no dossier)."""

    siren: str | None = None
    sirets: tuple[str, ...] = ()

    @property
    def est_employeur(self) -> bool:
        """Whether it is an employer's."""
        return self.siren is None


class Filtre(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; an absent member admits all. Deposited from `depuis` included to `avant` excluded."""

    numero: int | None = None
    numero_deca: str | None = None
    siret_employeur: str | None = None  # a SIRET, or the SIREN that it begins with
    mots: tuple[str, ...] = ()  # folded beginnings of words of a name
    etat: str | None = None
    depuis: datetime | None = None
    avant: datetime | None = None


class LigneListe(msgspec.Struct, frozen=True):
    """A dossier as a list shows it; days as ISO texts, from the searchable copy, which has no NIR and no RQTH."""

    numero_interne: int
    siren: str
    etat: str
    commentaire_etat: str | None
    numero_deca: str | None
    depose_le: datetime
    a_une_convention: bool
    nom: str | None
    prenom: str | None
    employeur: str | None
    siret_employeur: str | None
    formation: str | None
    debut: str | None
    fin: str | None
    cfa: str | None


class LigneComplete(msgspec.Struct, frozen=True):
    """One dossier with its body, who deposited it, and the dossiers of the same contract before and after."""

    depot: LigneDepot
    editeur: int
    editeur_nom: str | None
    precedent: int | None
    suivant: int | None


class Fait(msgspec.Struct, frozen=True):
    """An event of a dossier, and who did it: an editor, or a person in a role."""

    type: str
    survenu_le: datetime
    acteur: str
    editeur: str | None = None
    personne: str | None = None
    role: str | None = None
    donnees: dict[str, Any] | None = None


class LignePiece(msgspec.Struct, frozen=True):
    """A document as the page of a dossier lists it."""

    numero_interne: int
    type_fichier: str
    version: int
    nom_fichier: str
    taille_octets: int
    verdict: str
    depose_le: datetime


ETATS_EN_ORDRE = "'TRANSMIS', 'EN_COURS_INSTRUCTION', 'ENGAGE', 'RUPTURE', 'SOLDE', 'REFUSE', 'ANNULE'"
_TRIS = {
    "numero": "d.numero_interne",
    "date": "d.depose_le {sens}, d.numero_interne",
    "nom": "d.cle_recherche {sens} NULLS LAST, d.numero_interne",
    "etat": f"array_position(ARRAY[{ETATS_EN_ORDRE}], d.etat) {{sens}}, d.numero_interne",
}
# « nom », and « -nom » the other way round.
ORDRES = {
    signe + nom: ordre.format(sens=sens) + " " + sens
    for nom, ordre in _TRIS.items()
    for signe, sens in (("", "ASC"), ("-", "DESC"))
}
LIGNES = """
SELECT d.numero_interne, d.siren, d.etat, d.commentaire_etat, d.numero_deca, d.depose_le,
       EXISTS (SELECT 1 FROM document_objet o JOIN document c ON c.numero_interne = o.document
                WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = d.numero_interne
                  AND c.type_fichier = 'CONVENTION_FORMATION'),
       d.affichage ->> 'nom', d.affichage ->> 'prenom', d.affichage ->> 'employeur', d.siret_employeur,
       d.affichage ->> 'formation', d.affichage ->> 'debut', d.affichage ->> 'fin', d.affichage ->> 'cfa'
  FROM unnest(%b::bigint[]) WITH ORDINALITY AS page(numero, rang)
  JOIN dossier d ON d.numero_interne = page.numero
 ORDER BY page.rang
"""
COMPLET = f"""
SELECT {COLONNES}, d.identite, p.corps_chiffre, p.sha256_recu, d.editeur, e.nom, d.precedent,
       (SELECT v.numero_interne FROM dossier v
         WHERE v.identite = d.identite AND v.etat NOT IN ('REFUSE', 'ANNULE') AND v.numero_interne > d.numero_interne)
  FROM dossier d JOIN depot p USING (numero_interne) LEFT JOIN editeur e ON e.id = d.editeur
 WHERE d.numero_interne = %s AND
"""  # noqa: S608 - constants of this package
# All but the deposit, which the dossier's own row tells: the index of histories has no entry for it.
HISTOIRE = """
SELECT e.type, e.survenu_le, e.acteur, ed.nom, c.prenom || ' ' || c.nom, c.role, e.donnees
  FROM evenement e
  LEFT JOIN compte c ON c.id = CASE WHEN starts_with(e.acteur, 'compte:') THEN split_part(e.acteur, ':', 2)::bigint END
  LEFT JOIN editeur ed
    ON ed.id = CASE WHEN starts_with(e.acteur, 'editeur:') THEN split_part(e.acteur, ':', 2)::bigint END
 WHERE e.objet = 'DOSSIER' AND e.type <> 'DOSSIER_DEPOSE' AND e.numero_interne = %s AND e.siren = %s
 ORDER BY e.id
"""
PIECES = """
SELECT d.numero_interne, d.type_fichier, d.version, d.nom_fichier, d.taille_octets, d.verdict, d.depose_le
  FROM document_objet o JOIN document d ON d.numero_interne = o.document
 WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = %s AND d.siren = %s
"""
# A document may speak of several dossiers: an employer sees it when all of them are its own.
PIECES_EMPLOYEUR = """
   AND d.type_fichier <> ALL(%s)
   AND NOT EXISTS (SELECT 1 FROM document_objet x
                     LEFT JOIN dossier v ON x.type_objet = 'DOSSIER_APPRENTISSAGE' AND v.numero_interne = x.id_objet
                    WHERE x.document = d.numero_interne
                      AND (v.siret_employeur IS NULL OR v.siret_employeur <> ALL(%s)))
"""
PIECES_ORDRE = " ORDER BY d.depose_le, d.numero_interne"


def _within(perimetre: Perimetre) -> tuple[str, list[Any]]:
    if perimetre.siren is not None:
        return "d.siren = %s", [perimetre.siren]
    return "d.siret_employeur = ANY(%s)", [list(perimetre.sirets)]


def _where(perimetre: Perimetre, filtre: Filtre) -> tuple[str, list[Any]]:
    """The conditions of a perimeter and a filter, and their values."""
    dedans, valeurs = _within(perimetre)
    conditions = [dedans]
    siret = filtre.siret_employeur
    for condition, valeur in (
        ("d.numero_interne = %s", filtre.numero),
        ("d.numero_deca = %s", filtre.numero_deca),
        ("d.siret_employeur = %s", siret if siret is not None and len(siret) == 14 else None),
        ("left(d.siret_employeur, 9) = %s", siret if siret is not None and len(siret) == 9 else None),
        ("d.etat = %s", filtre.etat),
        ("d.depose_le >= %s", filtre.depuis),
        ("d.depose_le < %s", filtre.avant),
        *((r"' ' || d.cle_recherche LIKE %s", f"% {_literal(mot)}%") for mot in filtre.mots),
    ):
        if valeur is not None:
            conditions.append(condition)
            valeurs.append(valeur)
    return " AND ".join(conditions), valeurs


def _literal(mot: str) -> str:
    """A text that LIKE takes to the letter."""
    return mot.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def count_by_etat(tx: Tx, perimetre: Perimetre, filtre: Filtre) -> dict[str, int]:
    """How many dossiers in each state that has some."""
    ou, valeurs = _where(perimetre, filtre)
    cursor = await tx.execute(f"SELECT d.etat, count(*) FROM dossier d WHERE {ou} GROUP BY d.etat", valeurs)  # noqa: S608
    return dict(await cursor.fetchall())


async def list_numeros(
    tx: Tx, perimetre: Perimetre, filtre: Filtre, *, tri: str, limite: int, saute: int = 0
) -> list[int]:
    """The numbers of one page of a list, in order; `tri` is a key of ORDRES."""
    ou, valeurs = _where(perimetre, filtre)
    cursor = await tx.execute(
        f"SELECT d.numero_interne FROM dossier d WHERE {ou} ORDER BY {ORDRES[tri]} LIMIT %s OFFSET %s",  # noqa: S608
        [*valeurs, limite, saute],
    )
    return [numero for (numero,) in await cursor.fetchall()]


async def find_lignes(tx: Tx, numeros: Sequence[int]) -> list[LigneListe]:
    """The lines of dossiers that `list_numeros` found in the perimeter, in the same order."""
    cursor = await tx.execute(LIGNES, (list(numeros),))
    return [LigneListe(*row) for row in await cursor.fetchall()]


async def find(tx: Tx, numero_interne: int, *, perimetre: Perimetre) -> LigneComplete | None:
    """One dossier of the perimeter, whole."""
    dedans, valeurs = _within(perimetre)
    cursor = await tx.execute(COMPLET + dedans, [numero_interne, *valeurs])
    row = await cursor.fetchone()
    return LigneComplete(LigneDepot(LigneDossier(*row[:6]), *row[6:9]), *row[9:]) if row else None


async def list_faits(tx: Tx, numero_interne: int, *, siren: str) -> list[Fait]:
    """What happened to a dossier after its deposit, in order."""
    return [Fait(*row) for row in await (await tx.execute(HISTOIRE, (numero_interne, siren))).fetchall()]


async def list_pieces(tx: Tx, numero_interne: int, *, siren: str, perimetre: Perimetre) -> list[LignePiece]:
    """The documents of a dossier that the perimeter may read, in the order they came."""
    requete, valeurs = PIECES, [numero_interne, siren]
    if perimetre.est_employeur:
        requete, valeurs = PIECES + PIECES_EMPLOYEUR, [*valeurs, TYPES_DU_CFA, list(perimetre.sirets)]
    cursor = await tx.execute(requete + PIECES_ORDRE, valeurs)
    return [LignePiece(*row) for row in await cursor.fetchall()]
