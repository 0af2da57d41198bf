"""The database of a box: its tables, and its opening, which never makes again what was lost."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from traitdunion.cfa.boite.errors import BoiteEndommagee
from traitdunion.cfa.boite.etats import LIBERENT_IDENTITE, TRANSITIONS, EtatEnvoi, NatureEnvoi

NOM = "boite.db"
APPLICATION_ID = 0x54554245  # « TUBE »: this file is a box of ours
ATTENTE_VERROU_S = 30.0


def _texts(valeurs: Iterable[str]) -> str:
    return ", ".join(f"'{valeur}'" for valeur in sorted(valeurs))


_ARETES = _texts({f"{de}>{vers}" for (de, _), vers in TRANSITIONS.items()})
# Times are milliseconds since 1970, UTC. `decide_le` is when `prochain_essai` was decided: a clock that has jumped back
# since is seen by it. `bloquants` counts the envois of the same suites that must be accepted first.
_V1 = f"""
CREATE TABLE envoi (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  nature TEXT NOT NULL CHECK (nature IN ({_texts(NatureEnvoi)})),
  rang INTEGER NOT NULL,
  etat TEXT NOT NULL CHECK (etat IN ({_texts(EtatEnvoi)})),
  suite TEXT NOT NULL CHECK (suite <> ''),
  promotion TEXT,
  libelle TEXT,
  identite TEXT,
  cle_idempotence TEXT NOT NULL UNIQUE CHECK (length(cle_idempotence) BETWEEN 1 AND 255),
  corps BLOB,
  sha256_corps TEXT NOT NULL CHECK (length(sha256_corps) = 64),
  fichier TEXT,
  type_fichier TEXT,
  sha256_fichier TEXT CHECK (length(sha256_fichier) = 64),
  bloquants INTEGER NOT NULL DEFAULT 0,
  essais INTEGER NOT NULL DEFAULT 0,
  relectures INTEGER NOT NULL DEFAULT 0,
  attend_personne INTEGER NOT NULL DEFAULT 0 CHECK (attend_personne IN (0, 1)),
  prochain_essai INTEGER NOT NULL DEFAULT 0,
  decide_le INTEGER NOT NULL,
  cree_le INTEGER NOT NULL,
  modifie_le INTEGER NOT NULL,
  purge_le INTEGER,
  numero_interne TEXT,
  numero_externe TEXT,
  numero_document TEXT,
  recepisse TEXT,
  code TEXT,
  message TEXT,
  reference TEXT,
  champs TEXT,
  CHECK (corps IS NOT NULL OR etat IN ('ACCEPTE', 'ABANDONNE')),
  CHECK (etat <> 'ACCEPTE' OR numero_interne IS NOT NULL OR numero_document IS NOT NULL),
  CHECK (etat = 'INCERTAIN' OR attend_personne = 0),
  CHECK ((fichier IS NULL) = (sha256_fichier IS NULL) AND (fichier IS NULL) = (type_fichier IS NULL))
) STRICT;
CREATE UNIQUE INDEX envoi_identite ON envoi (identite)
  WHERE identite IS NOT NULL AND etat NOT IN ({_texts(LIBERENT_IDENTITE)});
CREATE INDEX envoi_identite_toutes ON envoi (identite) WHERE identite IS NOT NULL;
CREATE INDEX envoi_pret ON envoi (prochain_essai, id) WHERE etat = 'EN_ATTENTE' AND bloquants = 0;
CREATE INDEX envoi_bloque ON envoi (id) WHERE etat = 'EN_ATTENTE' AND bloquants > 0;
CREATE INDEX envoi_incertain ON envoi (prochain_essai, id) WHERE etat = 'INCERTAIN' AND attend_personne = 0;
CREATE INDEX envoi_decide ON envoi (decide_le) WHERE prochain_essai > 0;
CREATE INDEX envoi_etat ON envoi (etat, id);
CREATE INDEX envoi_nature ON envoi (nature, id);
CREATE INDEX envoi_promotion ON envoi (promotion, id);
CREATE INDEX envoi_numero ON envoi (nature, numero_interne) WHERE numero_interne IS NOT NULL;
CREATE INDEX envoi_document ON envoi (nature, numero_document) WHERE numero_document IS NOT NULL;
CREATE INDEX envoi_fichier ON envoi (sha256_fichier) WHERE corps IS NOT NULL;
CREATE INDEX envoi_a_purger ON envoi (modifie_le) WHERE corps IS NOT NULL AND etat IN ('ACCEPTE', 'ABANDONNE');
CREATE TRIGGER envoi_transition BEFORE UPDATE OF etat ON envoi
  WHEN OLD.etat <> NEW.etat AND OLD.etat || '>' || NEW.etat NOT IN ({_ARETES})
  BEGIN SELECT RAISE(ABORT, 'transition interdite'); END;
CREATE TRIGGER envoi_fige BEFORE UPDATE ON envoi
  WHEN OLD.nature <> NEW.nature OR OLD.sha256_corps <> NEW.sha256_corps OR OLD.suite <> NEW.suite
    OR OLD.sha256_fichier IS NOT NEW.sha256_fichier OR OLD.cle_idempotence <> NEW.cle_idempotence
    OR (NEW.corps IS NOT NULL AND OLD.corps IS NOT NEW.corps)
  BEGIN SELECT RAISE(ABORT, 'contenu fige'); END;
CREATE TRIGGER envoi_garde BEFORE DELETE ON envoi
  BEGIN SELECT RAISE(ABORT, 'un envoi ne s''efface pas'); END;

CREATE TABLE lien (
  suite TEXT NOT NULL,
  envoi INTEGER NOT NULL REFERENCES envoi (id),
  PRIMARY KEY (suite, envoi)
) STRICT, WITHOUT ROWID;
CREATE INDEX lien_envoi ON lien (envoi);

CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  envoi INTEGER NOT NULL REFERENCES envoi (id),
  le INTEGER NOT NULL,
  acte TEXT NOT NULL,
  de TEXT,
  vers TEXT NOT NULL,
  detail TEXT
) STRICT;
CREATE INDEX journal_envoi ON journal (envoi, id);
CREATE TRIGGER journal_fige BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'on y ajoute, rien d''autre'); END;
CREATE TRIGGER journal_garde BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'on y ajoute, rien d''autre'); END;

-- What the OPCO asked the whole box to wait (Retry-After).
CREATE TABLE pause (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  decide_le INTEGER NOT NULL,
  jusqua INTEGER NOT NULL
) STRICT;

-- Dossiers of the OPCO that this box did not send, and whose contract was read once: they are not read again.
CREATE TABLE relu (
  numero TEXT PRIMARY KEY,
  identite TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
_V2 = """
-- Which server, and which CFA, the envois of this box were prepared for.
CREATE TABLE destinataire (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  api TEXT NOT NULL,
  siren TEXT
) STRICT;
"""
MIGRATIONS = (_V1, _V2)


def open_database(dossier: Path) -> sqlite3.Connection:
    """The database of this folder, made when there has never been one. Raises BoiteEndommagee, sqlite3.Error."""
    base = dossier / NOM
    if not base.exists():
        _require_never_made(dossier, base)
        _make(dossier, base)
    if base.stat().st_size == 0:
        raise BoiteEndommagee(base, "sa base de données est vide")
    conn = _connect(base)
    try:
        if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise BoiteEndommagee(base, "sa base de données n'en est pas une")
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise BoiteEndommagee(base, "sa base de données vient d'une version plus récente de Trait d'union")
        _migrate(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def check_integrity(conn: sqlite3.Connection, base: Path) -> None:
    """Have SQLite read the whole database again. Raises BoiteEndommagee."""
    if [ligne[0] for ligne in conn.execute("PRAGMA integrity_check(1)")] != ["ok"]:
        raise BoiteEndommagee(base, "sa base de données se contredit")


def _require_never_made(dossier: Path, base: Path) -> None:
    # A box whose database is gone must be seen: made again empty, it would send twice.
    restes = [nom for nom in (f"{NOM}-wal", f"{NOM}-journal") if (dossier / nom).exists()]
    if restes or any((dossier / "fichiers").glob("[0-9a-f]*")):
        raise BoiteEndommagee(base, "sa base de données a disparu, ses fichiers sont restés")


def _make(dossier: Path, base: Path) -> None:
    """Whole or not at all: made under another name, then linked; who comes second keeps the first one's."""
    neuve = dossier / f".neuve-{uuid4().hex}"
    os.close(os.open(neuve, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        # Without a log beside it: closing one would not say that a full disk took only a part of it into the file.
        conn = _connect(neuve, journal="DELETE")
        try:
            _migrate(conn)
        finally:
            conn.close()
        with contextlib.suppress(FileExistsError):
            os.link(neuve, base)
    finally:
        for nom in (neuve.name, f"{neuve.name}-journal"):
            (dossier / nom).unlink(missing_ok=True)
    sync_folder(dossier)


def _connect(base: Path, *, journal: str = "WAL") -> sqlite3.Connection:
    conn = sqlite3.connect(base, timeout=ATTENTE_VERROU_S, isolation_level=None)
    conn.row_factory = sqlite3.Row
    # FULL: with NORMAL, a commit that was told may be lost when the power goes.
    for reglage in (
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        conn.execute(f"PRAGMA {reglage}")
    return conn


def _migrate(conn: sqlite3.Connection) -> None:
    if conn.execute("PRAGMA user_version").fetchone()[0] >= len(MIGRATIONS):
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        faite = conn.execute("PRAGMA user_version").fetchone()[0]  # another process may have been quicker
        for migration in MIGRATIONS[faite:]:
            for ordre in _statements(migration):
                conn.execute(ordre)
        conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:  # a full disk may have ended it already
            conn.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """One by one, within our transaction: `executescript` would commit it."""
    ordres, courant = [], ""
    for ligne in script.splitlines(keepends=True):
        courant += ligne
        if sqlite3.complete_statement(courant):
            ordres.append(courant)
            courant = ""
    return ordres


def sync_folder(dossier: Path) -> None:
    """Make the names in a folder durable; Windows has nothing of the kind to do."""
    if os.name != "posix":
        return
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
