"""The SQL of what people see of dossiers in the portals: lists, history, cancelling.

A person sees a perimeter: the dossiers of one SIREN (a CFA), or those of the SIRETs of one employer. Every query is
bounded by it, so that its cost grows with what that person has, not with what others have.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection, sql

Tx = AsyncConnection[Any]


class Perimetre(msgspec.Struct, frozen=True, kw_only=True):
    """Whose dossiers: of a CFA's SIREN, or of an employer's SIRETs; exactly one of the two is given."""

    siren: str | None = None
    sirets_employeur: tuple[str, ...] = ()


class Filtre(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; an absent member admits all. Instants bound the deposit: from included, to excluded."""

    etats: tuple[str, ...] = ()
    numero: int | None = None
    numero_deca: str | None = None
    nom: str | None = None  # beginning of the apprentice's name, however it is written
    siret_employeur: str | None = None
    depose_depuis: datetime | None = None
    depose_avant: datetime | None = None


class LigneSuivi(msgspec.Struct, frozen=True):
    """A dossier in a list."""

    numero_interne: int
    siren: str
    etat: str
    commentaire_etat: str | None
    numero_deca: str | None
    depose_le: datetime
    nom: str | None
    prenom: str | None
    employeur: str | None
    siret_employeur: str | None
    formation: str | None
    debut: str | None
    fin: str | None


class Fait(msgspec.Struct, frozen=True):
    """An event of a dossier."""

    type: str
    acteur: str
    acteur_nom: str | None
    survenu_le: datetime
    donnees: dict[str, Any] | None


COLONNES = sql.SQL("""
d.numero_interne, d.siren, d.etat, d.commentaire_etat, d.numero_deca, d.depose_le,
p.cerfa -> 'apprenti' ->> 'nom', p.cerfa -> 'apprenti' ->> 'prenom',
p.cerfa -> 'employeur' ->> 'denomination', p.cerfa -> 'employeur' ->> 'siret',
p.cerfa -> 'formation' ->> 'intituleQualification',
p.cerfa -> 'contrat' ->> 'dateDebutContrat', p.cerfa -> 'contrat' ->> 'dateFinContrat'
""")
NOM = sql.SQL("cle_de_nom(p.cerfa -> 'apprenti' ->> 'nom')")
SIREN_COPIE = sql.SQL("left(p.cerfa -> 'organismeFormation' ->> 'siret', 9)")
EMPLOYEUR = sql.SQL("p.cerfa -> 'employeur' ->> 'siret'")
TRIS = {
    "numero": sql.SQL("d.numero_interne"),
    "depot": sql.SQL("d.depose_le, d.numero_interne"),
    "nom": NOM + sql.SQL(", d.numero_interne"),
    "etat": sql.SQL("d.etat, d.numero_interne"),
}
TRIS_DECROISSANTS = {
    "numero": sql.SQL("d.numero_interne DESC"),
    "depot": sql.SQL("d.depose_le DESC, d.numero_interne DESC"),
    "nom": NOM + sql.SQL(" DESC, d.numero_interne DESC"),
    "etat": sql.SQL("d.etat DESC, d.numero_interne DESC"),
}
HISTOIRE = """
SELECT e.type, e.acteur, coalesce(c.prenom || ' ' || c.nom, ed.nom), e.survenu_le, e.donnees
  FROM evenement e
  LEFT JOIN compte c ON c.id = CASE WHEN e.acteur LIKE 'compte:%%' THEN substr(e.acteur, 8)::bigint END
  LEFT JOIN editeur ed ON ed.id = CASE WHEN e.acteur LIKE 'editeur:%%' THEN substr(e.acteur, 9)::bigint END
 WHERE e.objet = 'DOSSIER' AND e.numero_interne = %s AND e.siren = %s
 ORDER BY e.id
"""


def _conditions(perimetre: Perimetre, filtre: Filtre) -> tuple[sql.Composed, list[Any]]:
    """The WHERE of a perimeter and a filter; values apart."""
    clauses: list[sql.Composable] = []
    valeurs: list[Any] = []

    def add(clause: sql.Composable, *donnees: Any) -> None:
        clauses.append(clause)
        valeurs.extend(donnees)

    if perimetre.siren is not None:
        add(sql.SQL("d.siren = %s"), perimetre.siren)
    else:
        add(EMPLOYEUR + sql.SQL(" = ANY(%s)"), list(perimetre.sirets_employeur))
    if filtre.etats:
        add(sql.SQL("d.etat = ANY(%s)"), list(filtre.etats))
    if filtre.numero is not None:
        add(sql.SQL("d.numero_interne = %s"), filtre.numero)
    if filtre.numero_deca is not None:
        add(sql.SQL("d.numero_deca = %s"), filtre.numero_deca)
    if filtre.siret_employeur is not None:
        add(EMPLOYEUR + sql.SQL(" = %s"), filtre.siret_employeur)
    if filtre.nom is not None:
        motif = filtre.nom.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        add(NOM + sql.SQL(" LIKE cle_de_nom(%s) || '%%'"), motif)
        if perimetre.siren is not None:
            add(SIREN_COPIE + sql.SQL(" = %s"), perimetre.siren)
    if filtre.depose_depuis is not None:
        add(sql.SQL("d.depose_le >= %s"), filtre.depose_depuis)
    if filtre.depose_avant is not None:
        add(sql.SQL("d.depose_le < %s"), filtre.depose_avant)
    return sql.SQL(" AND ").join(clauses), valeurs


async def count_by_etat(tx: Tx, perimetre: Perimetre, filtre: Filtre) -> dict[str, int]:
    """How many dossiers in each state."""
    ou, valeurs = _conditions(perimetre, filtre)
    requete = sql.SQL("SELECT d.etat, count(*) FROM dossier d JOIN depot p USING (numero_interne) WHERE {} GROUP BY 1")
    return dict(await (await tx.execute(requete.format(ou), valeurs)).fetchall())


async def list_page(
    tx: Tx, perimetre: Perimetre, filtre: Filtre, *, tri: str, decroissant: bool, limite: int, saute: int
) -> list[LigneSuivi]:
    """One page of a list; `tri` is a key of TRIS."""
    ou, valeurs = _conditions(perimetre, filtre)
    ordre = (TRIS_DECROISSANTS if decroissant else TRIS)[tri]
    requete = sql.SQL(
        "SELECT {} FROM dossier d JOIN depot p USING (numero_interne) WHERE {} ORDER BY {} LIMIT %s OFFSET %s"
    ).format(COLONNES, ou, ordre)
    cursor = await tx.execute(requete, [*valeurs, limite, saute])
    return [LigneSuivi(*row) for row in await cursor.fetchall()]


async def stream(
    tx: Tx, perimetre: Perimetre, filtre: Filtre, *, tri: str, decroissant: bool
) -> AsyncIterator[LigneSuivi]:
    """Every line of a list, through a cursor of the server: nothing is held in memory. Needs a transaction."""
    ou, valeurs = _conditions(perimetre, filtre)
    ordre = (TRIS_DECROISSANTS if decroissant else TRIS)[tri]
    requete = sql.SQL("SELECT {} FROM dossier d JOIN depot p USING (numero_interne) WHERE {} ORDER BY {}")
    async with tx.cursor(name="export") as cursor:
        await cursor.execute(requete.format(COLONNES, ou, ordre), valeurs)
        async for row in cursor:
            yield LigneSuivi(*row)


async def list_faits(tx: Tx, numero_interne: int, *, siren: str) -> list[Fait]:
    """What happened to a dossier, in order, with the name of who did it when it is a person or an editor."""
    return [Fait(*row) for row in await (await tx.execute(HISTOIRE, (numero_interne, siren))).fetchall()]


async def set_etat(tx: Tx, numero_interne: int, *, etat: str, commentaire: str | None) -> None:
    """Change the state of a dossier that the caller holds."""
    await tx.execute(
        "UPDATE dossier SET etat = %s, commentaire_etat = %s WHERE numero_interne = %s",
        (etat, commentaire, numero_interne),
    )
