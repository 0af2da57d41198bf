"""All the SQL of the mirror. A dossier or an invoice is one document (JSON) beside the columns that are searched."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from traitdunion.cfa.suivi.miroir.base import open_base
from traitdunion.cfa.suivi.miroir.changements import EVENEMENT
from traitdunion.cfa.suivi.modele import Changement, DossierSuivi, FactureSuivie, Reglement

if TYPE_CHECKING:
    import sqlite3

VERSION = 1
# `liste`: the state as the list of states last said it, which may be spelled otherwise than in the dossier itself.
# `lu_jour`: the day of the last whole reading. `a_lire`: what has changed and is to be read; written with the cursor.
SCHEMA = """
CREATE TABLE IF NOT EXISTS dossier (
    numero_interne TEXT PRIMARY KEY, numero_externe TEXT NOT NULL, etat TEXT NOT NULL, liste TEXT, lu_jour TEXT,
    corps BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS dossier_externe ON dossier (numero_externe);
CREATE INDEX IF NOT EXISTS dossier_a_relire ON dossier (lu_jour) WHERE etat IN ('ENGAGE', 'RUPTURE');
CREATE TABLE IF NOT EXISTS facture (
    numero_interne TEXT PRIMARY KEY, numero TEXT NOT NULL, corps BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS facture_numero ON facture (numero);
CREATE TABLE IF NOT EXISTS a_lire (numero_interne TEXT PRIMARY KEY, numero_externe TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS promotion (numero_interne TEXT PRIMARY KEY, nom TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS historique (
    id INTEGER PRIMARY KEY, vu_le TEXT NOT NULL, survenu_le TEXT, objet TEXT NOT NULL, numero TEXT NOT NULL,
    champ TEXT NOT NULL, avant TEXT, apres TEXT);
CREATE INDEX IF NOT EXISTS historique_objet ON historique (objet, numero, id);
CREATE UNIQUE INDEX IF NOT EXISTS historique_evenement ON historique (objet, numero, survenu_le, apres, avant)
    WHERE champ = 'evenement';
CREATE TABLE IF NOT EXISTS reglement (
    id INTEGER PRIMARY KEY, facture TEXT NOT NULL, montant INTEGER NOT NULL, virement TEXT, jour TEXT, dossier TEXT,
    echeance TEXT, nature TEXT);
CREATE TABLE IF NOT EXISTS meta (cle TEXT PRIMARY KEY, valeur TEXT NOT NULL) WITHOUT ROWID
"""
ENDOMMAGE = (
    "La copie locale du suivi ({chemin}) ne peut être lue : elle est endommagée, ou d'une autre version. Rien n'est "
    "perdu chez l'OPCO : « traitdunion cfa synchroniser --tout-relire » la refait."
)
_dossiers = msgspec.json.Decoder(DossierSuivi)
_factures = msgspec.json.Decoder(FactureSuivie)
_encoder = msgspec.json.Encoder()

ECRIRE_DOSSIER = """
INSERT INTO dossier (numero_interne, numero_externe, etat, liste, lu_jour, corps) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (numero_interne) DO UPDATE SET numero_externe = excluded.numero_externe, etat = excluded.etat,
    liste = coalesce(excluded.liste, dossier.liste), lu_jour = excluded.lu_jour, corps = excluded.corps
"""
ECRIRE_FACTURE = """
INSERT INTO facture (numero_interne, numero, corps) VALUES (?, ?, ?)
ON CONFLICT (numero_interne) DO UPDATE SET numero = excluded.numero, corps = excluded.corps
"""
# An event read twice (a cursor that expired) is one line: of those, `avant` holds the invoice or ''.
ECRIRE_HISTORIQUE = """
INSERT OR IGNORE INTO historique (vu_le, survenu_le, objet, numero, champ, avant, apres) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
TROUVER_DOSSIER = "SELECT corps FROM dossier WHERE numero_interne = ?"
TROUVER_EXTERNE = "SELECT numero_interne FROM dossier WHERE numero_externe = ?"
TROUVER_FACTURE = "SELECT corps FROM facture WHERE numero_interne = ?"
TROUVER_NUMERO = "SELECT numero_interne FROM facture WHERE numero = ?"
A_RELIRE = "SELECT numero_interne, numero_externe FROM dossier WHERE etat IN ('ENGAGE', 'RUPTURE') AND lu_jour < ?"
A_LIRE = "SELECT numero_interne, numero_externe FROM a_lire WHERE numero_interne > ? ORDER BY numero_interne LIMIT ?"
HISTORIQUE = """
SELECT vu_le, objet, numero, champ, avant, apres, survenu_le FROM historique
 WHERE objet = ? AND numero = ? ORDER BY id
"""


def open_miroir(chemin: Path) -> "sqlite3.Connection":
    """The mirror's file. Raises MiroirEndommage."""
    phrase = ENDOMMAGE.format(chemin=chemin)
    return open_base(chemin, schema=SCHEMA, version=VERSION, durable=False, endommage=phrase)


def find_dossier(base: "sqlite3.Connection", numero_interne: str) -> DossierSuivi | None:
    """A dossier as last seen."""
    ligne = base.execute(TROUVER_DOSSIER, (numero_interne,)).fetchone()
    return _dossiers.decode(ligne[0]) if ligne else None


def find_numero_interne(base: "sqlite3.Connection", numero_externe: str) -> str | None:
    """The internal number behind « CA-0000001 »."""
    ligne = base.execute(TROUVER_EXTERNE, (numero_externe,)).fetchone()
    return str(ligne[0]) if ligne else None


def find_facture(base: "sqlite3.Connection", numero_interne: str) -> FactureSuivie | None:
    """An invoice or a credit note as last seen."""
    ligne = base.execute(TROUVER_FACTURE, (numero_interne,)).fetchone()
    return _factures.decode(ligne[0]) if ligne else None


def find_facture_numero(base: "sqlite3.Connection", numero: str) -> str | None:
    """The internal number of the invoice that the CFA numbered so."""
    ligne = base.execute(TROUVER_NUMERO, (numero,)).fetchone()
    return str(ligne[0]) if ligne else None


def list_dossiers(base: "sqlite3.Connection") -> list[DossierSuivi]:
    """Every dossier, by the length of its number, then by number: the order of the OPCO's own."""
    lignes = base.execute("SELECT corps FROM dossier").fetchall()
    return sorted((_dossiers.decode(corps) for (corps,) in lignes), key=lambda un: _rank(un.numero_interne))


def list_factures(base: "sqlite3.Connection") -> list[FactureSuivie]:
    """Every invoice and credit note, in the OPCO's order."""
    lignes = base.execute("SELECT corps FROM facture").fetchall()
    return sorted((_factures.decode(corps) for (corps,) in lignes), key=lambda une: _rank(une.numero_interne))


def write_dossier(
    base: "sqlite3.Connection", dossier: DossierSuivi, *, lu_jour: date | None, liste: str | None
) -> None:
    """A dossier as it is now; `liste` None leaves what the list of states last said."""
    jour = lu_jour.isoformat() if lu_jour else None
    valeurs = (dossier.numero_interne, dossier.numero_externe, dossier.etat, liste, jour, _encoder.encode(dossier))
    base.execute(ECRIRE_DOSSIER, valeurs)


def write_facture(base: "sqlite3.Connection", facture: FactureSuivie) -> None:
    """An invoice or a credit note as it is now."""
    base.execute(ECRIRE_FACTURE, (facture.numero_interne, facture.numero, _encoder.encode(facture)))


def forget_opco(base: "sqlite3.Connection") -> None:
    """What an OPCO said, before another address is read: dossiers, invoices, payments; the history stays."""
    for table in ("dossier", "facture", "a_lire", "promotion", "reglement", "meta"):
        base.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this file


def append_reglements(base: "sqlite3.Connection", reglements: Iterable[Reglement]) -> None:
    """Payments as they are seen."""
    base.executemany(
        "INSERT INTO reglement (facture, montant, virement, jour, dossier, echeance, nature) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                un.facture,
                un.montant,
                un.virement,
                un.jour.isoformat() if un.jour else None,
                un.dossier,
                un.echeance,
                un.nature,
            )
            for un in reglements
        ),
    )


def list_reglements(base: "sqlite3.Connection") -> list[Reglement]:
    """Every payment seen, oldest first."""
    lignes = base.execute(
        "SELECT facture, montant, virement, jour, dossier, echeance, nature FROM reglement ORDER BY id"
    )
    return [
        Reglement(
            facture=facture,
            montant=montant,
            virement=virement,
            jour=date.fromisoformat(jour) if jour else None,
            dossier=dossier,
            echeance=echeance,
            nature=nature,
        )
        for facture, montant, virement, jour, dossier, echeance, nature in lignes
    ]


def append_historique(base: "sqlite3.Connection", changements: Iterable[Changement]) -> None:
    """What was seen to change; an event already known adds nothing."""
    base.executemany(
        ECRIRE_HISTORIQUE,
        (
            (
                un.vu_le.isoformat(),
                un.survenu_le.isoformat() if un.survenu_le else None,
                un.objet,
                un.numero,
                un.champ,
                un.avant if un.champ != EVENEMENT else un.avant or "",
                un.apres,
            )
            for un in changements
        ),
    )


def list_historique(base: "sqlite3.Connection", objet: str, numero: str) -> list[Changement]:
    """What was seen to change of one dossier, invoice or credit note, oldest first."""
    return [
        Changement(
            vu_le=datetime.fromisoformat(vu),
            objet=genre,
            numero=lu,
            champ=champ,
            avant=avant or None,
            apres=apres,
            survenu_le=datetime.fromisoformat(survenu) if survenu else None,
        )
        for vu, genre, lu, champ, avant, apres, survenu in base.execute(HISTORIQUE, (objet, numero))
    ]


def list_listes(base: "sqlite3.Connection") -> dict[str, str | None]:
    """What the list of states last said of each dossier."""
    return dict(base.execute("SELECT numero_interne, liste FROM dossier").fetchall())


def mark(base: "sqlite3.Connection", numeros: Iterable[tuple[str, str | None]]) -> None:
    """Note dossiers (numeroInterne, numeroExterne when known) as to be read."""
    base.executemany("INSERT OR IGNORE INTO a_lire (numero_interne, numero_externe) VALUES (?, ?)", numeros)


def mark_stale(base: "sqlite3.Connection", avant: date) -> None:
    """Note as to be read the dossiers with an échéancier whose last reading is before that day."""
    mark(base, base.execute(A_RELIRE, (avant.isoformat(),)).fetchall())


def mark_all(base: "sqlite3.Connection") -> None:
    """Note every dossier as to be read."""
    mark(base, base.execute("SELECT numero_interne, numero_externe FROM dossier").fetchall())


def count_a_lire(base: "sqlite3.Connection") -> int:
    """How many dossiers are to be read."""
    return int(base.execute("SELECT count(*) FROM a_lire").fetchone()[0])


def list_a_lire(base: "sqlite3.Connection", taille: int) -> Iterator[list[tuple[str, str | None]]]:
    """The dossiers to be read, in batches; each may be taken off the list between two of them."""
    dernier = ""
    while lot := base.execute(A_LIRE, (dernier, taille)).fetchall():
        dernier = lot[-1][0]
        yield lot


def unmark(base: "sqlite3.Connection", numeros: Sequence[str]) -> None:
    """Take dossiers off the list of those to be read."""
    base.executemany("DELETE FROM a_lire WHERE numero_interne = ?", [(numero,) for numero in numeros])


def write_promotions(base: "sqlite3.Connection", promotions: dict[str, str]) -> None:
    """The promotion of dossiers, by numeroInterne: kept once the outbox has forgotten them."""
    base.executemany(
        "INSERT INTO promotion (numero_interne, nom) VALUES (?, ?) "
        "ON CONFLICT (numero_interne) DO UPDATE SET nom = excluded.nom",
        promotions.items(),
    )


def read_promotions(base: "sqlite3.Connection") -> dict[str, str]:
    """The promotion of each dossier that has one."""
    return dict(base.execute("SELECT numero_interne, nom FROM promotion").fetchall())


def read_meta(base: "sqlite3.Connection", cle: str) -> str | None:
    """A fact about the mirror itself."""
    ligne = base.execute("SELECT valeur FROM meta WHERE cle = ?", (cle,)).fetchone()
    return str(ligne[0]) if ligne else None


def write_meta(base: "sqlite3.Connection", cle: str, valeur: str | None) -> None:
    """Note a fact about the mirror itself; None forgets it."""
    if valeur is None:
        base.execute("DELETE FROM meta WHERE cle = ?", (cle,))
        return
    base.execute(
        "INSERT INTO meta (cle, valeur) VALUES (?, ?) ON CONFLICT (cle) DO UPDATE SET valeur = excluded.valeur",
        (cle, valeur),
    )


def _rank(numero: str) -> tuple[int, str]:
    return len(numero), numero
