"""All the SQL of the acts on a dossier."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]


class Fiche(msgspec.Struct, frozen=True):
    """A dossier, locked, with what instruction knows of it; no version before anything is known."""

    numero_interne: int
    siren: str
    etat: str
    numero_deca: str | None
    depose_le: datetime
    file: str | None
    complet_le: datetime | None
    limite_le: date | None
    affecte_a: int | None
    mandat_page: int | None
    contrat_lie: int | None
    version: int
    maj_par: str | None
    maj_le: datetime | None


class DemandeInformation(msgspec.Struct, frozen=True):
    """A request for information, answered or not."""

    id: int
    numero_interne: int
    motifs: list[str]
    texte: str
    pieces: list[str]
    limite_le: date
    posee_par: str
    posee_le: datetime
    reponse: str | None
    repondue_par: str | None
    repondue_le: datetime | None


class Decision(msgspec.Struct, frozen=True):
    """What was decided."""

    sens: str
    motifs: list[str]
    texte: str | None
    par: str
    le: datetime


class Rupture(msgspec.Struct, frozen=True):
    """A break, declared; `issue` once staff have confirmed it or set it aside."""

    id: int
    dernier_jour: date
    notifiee_le: date
    probatoire: bool
    motif: str
    maintien: bool
    commentaire: str | None
    declaree_par: str
    declaree_le: datetime
    issue: str | None
    issue_le: datetime | None


# An avenant bears the number of its contract (regles.md §3.1): what it is linked to is the contract.
FICHE = """
SELECT d.numero_interne, d.siren, d.etat, d.numero_deca, d.depose_le, i.file, i.complet_le, i.limite_le, i.affecte_a,
       i.mandat_page,
       (SELECT max(x.numero_interne)
          FROM depot p JOIN dossier x ON x.numero_deca = upper(p.cerfa #>> '{contrat,numeroContratPrecedent}')
          JOIN depot q ON q.numero_interne = x.numero_interne
         WHERE p.numero_interne = d.numero_interne AND x.siren = d.siren AND x.numero_interne <> d.numero_interne
           AND coalesce(q.cerfa #>> '{contrat,typeContratApp}', '') NOT LIKE '3%%'),
       coalesce(i.version, 0), i.maj_par, i.maj_le
  FROM dossier d LEFT JOIN instruction i USING (numero_interne)
 WHERE d.numero_interne = %s
"""
# What an act leaves on the row; the row is born with the first one.
TOUCH = """
INSERT INTO instruction (numero_interne, file, maj_par, maj_le)
VALUES (%(numero)s, %(file)s, %(par)s, %(le)s)
ON CONFLICT (numero_interne)
DO UPDATE SET file = excluded.file, version = instruction.version + 1, maj_par = excluded.maj_par,
              maj_le = excluded.maj_le
"""
COMPLETE = """
INSERT INTO instruction (numero_interne, file, complet_le, limite_le, maj_par, maj_le)
VALUES (%(numero)s, 'A_INSTRUIRE', %(le)s, %(limite)s, %(par)s, %(le)s)
ON CONFLICT (numero_interne)
DO UPDATE SET complet_le = excluded.complet_le, limite_le = excluded.limite_le
 WHERE instruction.complet_le IS NULL AND instruction.file <> 'DECIDE'
RETURNING numero_interne
"""
NOTE_PIECE = """
UPDATE instruction
   SET version = version + 1, maj_par = %(par)s, maj_le = %(le)s,
       mandat_page = CASE WHEN NOT %(convention)s THEN mandat_page END,
       mandat_par = CASE WHEN NOT %(convention)s THEN mandat_par END,
       mandat_le = CASE WHEN NOT %(convention)s THEN mandat_le END
 WHERE numero_interne = %(numero)s AND file <> 'DECIDE'
"""
# What the completeness of a file depends on: the form's own words, and the types of documents that it holds.
CONSTITUTION = """
SELECT p.cerfa #>> '{contrat,typeContratApp}', p.cerfa #>> '{contrat,typeDerogation}',
       (p.cerfa #>> '{organismeFormation,formationInterne}')::boolean,
       ARRAY(SELECT DISTINCT c.type_fichier
               FROM document_objet o JOIN document c ON c.numero_interne = o.document
              WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = p.numero_interne)
  FROM depot p WHERE p.numero_interne = %s
"""
DEMANDE = """
SELECT id, numero_interne, motifs, texte, pieces, limite_le, posee_par, posee_le, reponse, repondue_par, repondue_le
  FROM demande_information WHERE numero_interne = %s
"""
RUPTURES = """
SELECT id, dernier_jour, notifiee_le, probatoire, motif, maintien, commentaire, declaree_par, declaree_le, issue,
       issue_le
  FROM rupture WHERE numero_interne = %s
"""
RECUES = """
SELECT array_agg(DISTINCT c.type_fichier)
  FROM document_objet o JOIN document c ON c.numero_interne = o.document
 WHERE o.type_objet = 'DOSSIER_APPRENTISSAGE' AND o.id_objet = %s AND c.depose_le >= %s
"""


async def lock(tx: Tx, numero_interne: int) -> Fiche | None:
    """One dossier, whoever's, held until the end of the transaction.

    Read once it is held: what waited for the lock would else show the other table as it was before the wait.
    """
    await tx.execute("SELECT FROM dossier WHERE numero_interne = %s FOR NO KEY UPDATE", (numero_interne,))
    return await find(tx, numero_interne)


async def find(tx: Tx, numero_interne: int) -> Fiche | None:
    """One dossier, whoever's, as it is now."""
    row = await (await tx.execute(FICHE, (numero_interne,))).fetchone()
    return Fiche(*row) if row else None


async def touch(tx: Tx, numero_interne: int, *, file: str, par: str, le: datetime) -> None:
    """Leave the mark of an act, and put the dossier in a queue."""
    await tx.execute(TOUCH, {"numero": numero_interne, "file": file, "par": par, "le": le})


async def set_complet(tx: Tx, numero_interne: int, *, le: datetime, limite: date, par: str) -> bool:
    """Start the clock of a file, once: False when it was complete already."""
    cursor = await tx.execute(COMPLETE, {"numero": numero_interne, "le": le, "limite": limite, "par": par})
    return await cursor.fetchone() is not None


async def note_piece(tx: Tx, numero_interne: int, *, convention: bool, par: str, le: datetime) -> None:
    """A new document moves the version of a dossier that is not decided; a convention takes the mandate seen back."""
    await tx.execute(NOTE_PIECE, {"numero": numero_interne, "convention": convention, "par": par, "le": le})


async def read_constitution(tx: Tx, numero_interne: int) -> tuple[str | None, str | None, bool | None, list[str]]:
    """Type of contract, dérogation, CFA interne, types of documents held."""
    row = await (await tx.execute(CONSTITUTION, (numero_interne,))).fetchone()
    return (row[0], row[1], row[2], row[3]) if row else (None, None, None, [])


async def is_avenant(tx: Tx, numero_interne: int) -> bool:
    """Whether a form is an avenant's (types 31 to 38)."""
    type_contrat, _, _, _ = await read_constitution(tx, numero_interne)
    return (type_contrat or "").startswith("3")


async def close(tx: Tx, numero_interne: int, *, par: str, le: datetime) -> None:
    """Take a dossier out of the queues, if it is in one: its CFA has cancelled it."""
    await tx.execute(
        "UPDATE instruction SET file = 'DECIDE', version = version + 1, maj_par = %s, maj_le = %s "
        "WHERE numero_interne = %s",
        (par, le, numero_interne),
    )


async def set_etat(tx: Tx, numero_interne: int, *, etat: str, commentaire: str | None) -> None:
    """Move a dossier, locked beforehand; what may be moved where was checked."""
    await tx.execute(
        "UPDATE dossier SET etat = %s, commentaire_etat = %s WHERE numero_interne = %s",
        (etat, commentaire, numero_interne),
    )


async def set_affectation(tx: Tx, numero_interne: int, *, compte: int | None) -> None:
    """Give a dossier to somebody, or to nobody."""
    await tx.execute("UPDATE instruction SET affecte_a = %s WHERE numero_interne = %s", (compte, numero_interne))


async def set_nouveau_contrat(tx: Tx, numero_interne: int, *, jour: date) -> bool:
    """Note when the contract that follows this one was signed, the earliest; False when that changes nothing."""
    cursor = await tx.execute(
        "UPDATE instruction SET nouveau_contrat = %(jour)s"
        " WHERE numero_interne = %(numero)s AND coalesce(nouveau_contrat > %(jour)s, true)",
        {"jour": jour, "numero": numero_interne},
    )
    return cursor.rowcount == 1


async def read_nouveau_contrat(tx: Tx, numero_interne: int) -> date | None:
    """When the contract that follows this one was signed, if one was granted."""
    cursor = await tx.execute("SELECT nouveau_contrat FROM instruction WHERE numero_interne = %s", (numero_interne,))
    row = await cursor.fetchone()
    return row[0] if row else None


async def set_mandat(tx: Tx, numero_interne: int, *, page: int | None, par: int | None, le: datetime | None) -> None:
    """Note where the mandate stands in the convention, and who saw it; None takes it back."""
    await tx.execute(
        "UPDATE instruction SET mandat_page = %s, mandat_par = %s, mandat_le = %s WHERE numero_interne = %s",
        (page, par, le, numero_interne),
    )


async def insert_decision(
    tx: Tx,
    numero_interne: int,
    *,
    sens: str,
    motifs: Sequence[str] = (),
    texte: str | None = None,
    par: str,
    le: datetime,
) -> None:
    """Write down what was decided."""
    await tx.execute(
        "INSERT INTO decision (numero_interne, sens, motifs, texte, par, le) VALUES (%s, %s, %s, %s, %s, %s)",
        (numero_interne, sens, list(motifs), texte, par, le),
    )


async def list_decisions(tx: Tx, numero_interne: int) -> list[Decision]:
    """What was decided of a dossier, in order."""
    cursor = await tx.execute(
        "SELECT sens, motifs, texte, par, le FROM decision WHERE numero_interne = %s ORDER BY id", (numero_interne,)
    )
    return [Decision(*row) for row in await cursor.fetchall()]


async def insert_demande(
    tx: Tx,
    numero_interne: int,
    *,
    siren: str,
    motifs: Sequence[str],
    texte: str,
    pieces: Sequence[str],
    limite_le: date,
    par: str,
    le: datetime,
) -> None:
    """Open a request for information; there is none open, the caller has checked."""
    await tx.execute(
        "INSERT INTO demande_information (numero_interne, siren, motifs, texte, pieces, limite_le, posee_par, "
        "posee_le) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (numero_interne, siren, list(motifs), texte, list(pieces), limite_le, par, le),
    )


async def find_demande(tx: Tx, numero_interne: int) -> DemandeInformation | None:
    """The open request of a dossier."""
    row = await (await tx.execute(DEMANDE + " AND repondue_le IS NULL", (numero_interne,))).fetchone()
    return DemandeInformation(*row) if row else None


async def list_demandes(tx: Tx, numero_interne: int) -> list[DemandeInformation]:
    """Every request of a dossier, in order."""
    cursor = await tx.execute(DEMANDE + " ORDER BY id", (numero_interne,))
    return [DemandeInformation(*row) for row in await cursor.fetchall()]


async def close_demande(tx: Tx, demande: int, *, par: str, le: datetime) -> None:
    """Close a request: answered, or overtaken by a decision."""
    await tx.execute(
        "UPDATE demande_information SET repondue_par = %s, repondue_le = %s WHERE id = %s AND repondue_le IS NULL",
        (par, le, demande),
    )


async def set_reponse(tx: Tx, demande: int, *, reponse: str) -> None:
    """Keep the words of the answer."""
    await tx.execute("UPDATE demande_information SET reponse = %s WHERE id = %s", (reponse, demande))


async def list_recues(tx: Tx, numero_interne: int, *, depuis: datetime) -> set[str]:
    """The types of documents received since an instant."""
    row = await (await tx.execute(RECUES, (numero_interne, depuis))).fetchone()
    return set(row[0] or ()) if row else set()


async def insert_rupture(tx: Tx, numero_interne: int, *, siren: str, rupture: Rupture) -> None:
    """Write down a declaration; there is none open, the caller has checked."""
    await tx.execute(
        "INSERT INTO rupture (numero_interne, siren, dernier_jour, notifiee_le, probatoire, motif, maintien, "
        "commentaire, declaree_par, declaree_le) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(numero_interne, siren, rupture.dernier_jour, rupture.notifiee_le, rupture.probatoire, rupture.motif),
            *(rupture.maintien, rupture.commentaire, rupture.declaree_par, rupture.declaree_le),
        ),
    )


async def list_ruptures(tx: Tx, numero_interne: int) -> list[Rupture]:
    """Every break of a dossier, in order; the last one may be open."""
    cursor = await tx.execute(RUPTURES + " ORDER BY id", (numero_interne,))
    return [Rupture(*row) for row in await cursor.fetchall()]


async def close_rupture(tx: Tx, rupture: int, *, issue: str, texte: str | None, par: str, le: datetime) -> None:
    """Say what became of a declaration."""
    await tx.execute(
        "UPDATE rupture SET issue = %s, issue_texte = %s, issue_par = %s, issue_le = %s "
        "WHERE id = %s AND issue IS NULL",
        (issue, texte, par, le, rupture),
    )
