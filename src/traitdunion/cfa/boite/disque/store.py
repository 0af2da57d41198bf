"""All the SQL of a box. Every method is one statement or two; who calls opens the transaction."""

import contextlib
import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from traitdunion.cfa.boite.disque import requetes
from traitdunion.cfa.boite.disque.schema import NOM, open_database
from traitdunion.cfa.boite.errors import BoiteEndommagee, BoitePleine, EnvoiInconnu, EtatChange
from traitdunion.cfa.boite.etats import Acte, EtatEnvoi, NatureEnvoi, next_etat
from traitdunion.cfa.boite.modeles import Champ, DossierEnBoite, Envoi, Evenement

PAR_PAGE = 200
# No space, over a quota, over a size limit, read-only, or a disk that fails: nothing more can be written.
PLEIN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


@dataclass(frozen=True)
class AEnvoyer:
    """An envoi as it must leave: `corps` and `fichier` are not verified yet."""

    envoi: Envoi
    corps: bytes | None
    type_fichier: str | None
    relectures: int


@dataclass(frozen=True)
class Nouveau:
    """An envoi to be put in the box."""

    nature: NatureEnvoi
    suites: tuple[str, ...]
    corps: bytes
    sha256_corps: str
    cle_idempotence: str
    identite: str
    promotion: str | None = None
    libelle: str | None = None
    fichier: str | None = None
    type_fichier: str | None = None
    sha256_fichier: str | None = None


class Store:
    """One connection to the database of a box; not to be shared between threads."""

    def __init__(self, dossier: Path) -> None:
        self._base = dossier / NOM
        with self.told():
            self._conn = open_database(dossier)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection itself, for what reads the whole database."""
        return self._conn

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """SQLite's own errors, in words: a full disk, a database that cannot be trusted."""
        try:
            yield
        except sqlite3.Error as erreur:
            nom = getattr(erreur, "sqlite_errorname", "") or ""
            if nom.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
                raise BoitePleine from None
            if nom.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN")):
                raise BoiteEndommagee(self._base, "sa base de données ne se lit pas") from None
            raise
        except OSError as erreur:
            if erreur.errno not in PLEIN:
                raise
            raise BoitePleine from None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One write transaction, durable when the block ends. Raises BoitePleine, BoiteEndommagee."""
        with self.told():
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._conn.execute("COMMIT")
            except BaseException:
                # A full disk may have ended it already.
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                raise

    # Reading

    def find(self, id_: int) -> Envoi:
        """One envoi. Raises EnvoiInconnu."""
        ligne = self._one(f"{requetes.VOIR} WHERE e.id = ?", id_)
        if ligne is None:
            raise EnvoiInconnu(f"Aucun envoi ne porte le n° {id_} dans cette boîte.")
        return _envoi(ligne)

    def find_identite(self, identite: str) -> Envoi | None:
        """The latest envoi of this identity."""
        ligne = self._one(requetes.PAR_IDENTITE, identite)
        return None if ligne is None else _envoi(ligne)

    def load(self, id_: int) -> AEnvoyer:
        """One envoi with its payload. Raises EnvoiInconnu."""
        envoi = self.find(id_)
        ligne = self._one("SELECT corps, type_fichier, relectures FROM envoi WHERE id = ?", id_)
        assert ligne is not None  # rows are never deleted
        return AEnvoyer(envoi, ligne["corps"], ligne["type_fichier"], ligne["relectures"])

    def list_envois(
        self,
        etats: Sequence[EtatEnvoi] | None,
        natures: Sequence[NatureEnvoi] | None,
        promotion: str | None,
    ) -> Iterator[Envoi]:
        """Envois in the order they were put in, by pages: no read stays open between two."""
        conditions, valeurs = ["e.id > ?"], []
        for colonne, choix in (("etat", etats), ("nature", natures)):
            if choix is not None:
                conditions.append(f"e.{colonne} IN ({', '.join('?' * len(choix))})")
                valeurs += [str(un) for un in choix]
        if promotion is not None:
            conditions.append("e.promotion = ?")
            valeurs.append(promotion)
        requete = f"{requetes.VOIR} WHERE {' AND '.join(conditions)} ORDER BY e.id LIMIT {PAR_PAGE}"
        dernier = 0
        while lignes := self._all(requete, dernier, *valeurs):
            yield from map(_envoi, lignes)
            dernier = lignes[-1]["id"]

    def list_dossiers(self) -> Iterator[DossierEnBoite]:
        """The dossiers of the box, in the order they were put in."""
        dernier = 0
        while lignes := self._all(
            "SELECT id, suite, promotion, libelle, numero_interne, numero_externe, etat FROM envoi"
            " WHERE nature = 'DOSSIER' AND id > ? ORDER BY id LIMIT ?",
            dernier,
            PAR_PAGE,
        ):
            for ligne in lignes:
                valeurs = dict(ligne)
                dernier = valeurs.pop("id")
                yield DossierEnBoite(**{**valeurs, "etat": EtatEnvoi(valeurs["etat"])})

    def list_suite(self, suite: str) -> list[Envoi]:
        """The envois of one suite."""
        requete = f"{requetes.VOIR} JOIN lien l ON l.envoi = e.id WHERE l.suite = ? ORDER BY e.rang, e.id"
        return [_envoi(ligne) for ligne in self._all(requete, suite)]

    def list_suites(self, id_: int) -> list[str]:
        """The suites that an envoi belongs to."""
        return [ligne[0] for ligne in self._all("SELECT suite FROM lien WHERE envoi = ?", id_)]

    def list_journal(self, id_: int) -> list[Evenement]:
        """What happened to an envoi, oldest first."""
        lignes = self._all("SELECT le, acte, de, vers, detail FROM journal WHERE envoi = ? ORDER BY id", id_)
        return [
            Evenement(
                le=from_ms(ligne["le"]),
                acte=ligne["acte"],
                de=None if ligne["de"] is None else EtatEnvoi(ligne["de"]),
                vers=EtatEnvoi(ligne["vers"]),
                detail=ligne["detail"],
            )
            for ligne in lignes
        ]

    def find_dossier(self, suite: str) -> tuple[str | None, EtatEnvoi] | None:
        """Number and state of the dossier of this suite; None when the box did not send it."""
        ligne = self._one(requetes.DOSSIER_DE, suite)
        return None if ligne is None else (ligne["numero_interne"], EtatEnvoi(ligne["etat"]))

    def find_suite(self, numero_interne: str) -> str | None:
        """The suite of the dossier that the OPCO gave this number."""
        ligne = self._one(
            "SELECT suite FROM envoi WHERE nature = 'DOSSIER' AND numero_interne = ? AND etat = 'ACCEPTE' LIMIT 1",
            numero_interne,
        )
        return None if ligne is None else ligne["suite"]

    def find_pret(self, le: int) -> int | None:
        """The next envoi that may go."""
        ligne = self._one(requetes.PRET, le)
        return None if ligne is None else ligne["id"]

    def list_incertains(self, le: int, limite: int) -> list[int]:
        """The uncertain envois whose time to be read back has come, longest waiting first."""
        return [ligne[0] for ligne in self._all(requetes.INCERTAINS, le, limite)]

    def list_ids(self, etat: EtatEnvoi) -> list[int]:
        """The envois in a state."""
        return [ligne[0] for ligne in self._all("SELECT id FROM envoi WHERE etat = ? ORDER BY id", etat)]

    def next_essai(self) -> int | None:
        """When something is to be done next, in milliseconds; None when nothing will by itself."""
        ligne = self._one(requetes.PROCHAIN)
        return None if ligne is None else ligne[0]

    def count_etats(self) -> dict[EtatEnvoi, int]:
        """How many envois in each state."""
        comptes = {ligne[0]: ligne[1] for ligne in self._all("SELECT etat, count(*) FROM envoi GROUP BY etat")}
        return {etat: comptes.get(etat, 0) for etat in EtatEnvoi}

    def count_bloques(self) -> int:
        """How many wait for another."""
        return int(self._all("SELECT count(*) FROM envoi WHERE etat = 'EN_ATTENTE' AND bloquants > 0")[0][0])

    def count_attendent_personne(self) -> int:
        """How many wait for a person."""
        return int(self._all("SELECT count(*) FROM envoi WHERE etat = 'INCERTAIN' AND attend_personne = 1")[0][0])

    def find_numero(self, nature: NatureEnvoi, numero: str, *, sauf: int) -> int | None:
        """Another envoi of this nature that already bears this number."""
        ligne = self._one(requetes.NUMERO_PRIS, nature, numero, sauf)
        return None if ligne is None else int(ligne["id"])

    def find_document(self, nature: NatureEnvoi, document: str, *, dossier: str | None, sauf: int) -> int | None:
        """Another piece of this nature and of this dossier that already bears this number of document."""
        ligne = self._one(requetes.DOCUMENT_PRIS, nature, document, sauf, dossier)
        return None if ligne is None else int(ligne["id"])

    def list_connus(self, numeros: Sequence[str]) -> set[str]:
        """Those of these numbers that the box's dossiers already bear."""
        return {ligne[0] for ligne in self._all(requetes.CONNUS, json.dumps(numeros))}

    def list_relus(self, numeros: Sequence[str]) -> dict[str, str]:
        """Identities of the dossiers read before, by number."""
        return {ligne[0]: ligne[1] for ligne in self._all(requetes.RELUS, json.dumps(numeros))}

    def list_fichiers_tenus(self) -> set[str]:
        """The files that a payload still needs."""
        requete = "SELECT DISTINCT sha256_fichier FROM envoi WHERE corps IS NOT NULL AND sha256_fichier IS NOT NULL"
        return {ligne[0] for ligne in self._all(requete)}

    def find_pause(self) -> tuple[int, int] | None:
        """When the pause was decided and until when, in milliseconds."""
        ligne = self._one("SELECT decide_le, jusqua FROM pause")
        return None if ligne is None else (ligne[0], ligne[1])

    def find_destinataire(self) -> tuple[str, str | None] | None:
        """The base URL of the server, and the CFA's SIREN when it was said, that this box is for."""
        ligne = self._one("SELECT api, siren FROM destinataire")
        return None if ligne is None else (ligne["api"], ligne["siren"])

    # Writing

    def record_destinataire(self, api: str, siren: str | None) -> None:
        """From now on this box is for that server and that CFA."""
        self._conn.execute("INSERT OR REPLACE INTO destinataire (id, api, siren) VALUES (1, ?, ?)", (api, siren))

    def add(self, nouveau: Nouveau, *, le: int) -> int:
        """Put one envoi in; its number."""
        curseur = self._conn.execute(
            requetes.AJOUTER,
            (
                nouveau.nature,
                nouveau.nature.rang,
                nouveau.suites[0],
                nouveau.promotion,
                nouveau.libelle,
                nouveau.identite,
                nouveau.cle_idempotence,
                nouveau.corps,
                nouveau.sha256_corps,
                nouveau.fichier,
                nouveau.type_fichier,
                nouveau.sha256_fichier,
                le,
                le,
                le,
            ),
        )
        id_ = int(curseur.lastrowid or 0)
        self._conn.executemany("INSERT INTO lien (suite, envoi) VALUES (?, ?)", [(s, id_) for s in nouveau.suites])
        self._note(id_, le, "ENQUEUE", None, EtatEnvoi.EN_ATTENTE, None)
        self._conn.execute(requetes.BLOQUER, (id_,))
        return id_

    def move(self, envoi: Envoi, acte: Acte, *, le: int, detail: str | None = None, **colonnes: Any) -> None:
        """Walk one edge, note it, and count again what waits for it. Raises TransitionInterdite.

        `colonnes`: what else changes in the row. The state read before must still be the one in the base.
        """
        vers = next_etat(envoi.etat, acte)
        champs = {"attend_personne": 0, **colonnes, "etat": vers, "modifie_le": le, "decide_le": le}
        affectations = ", ".join(f"{nom} = :{nom}" for nom in champs)
        curseur = self._conn.execute(
            f"UPDATE envoi SET {affectations} WHERE id = :id AND etat = :de",  # noqa: S608 - names of columns, ours
            {**champs, "id": envoi.id, "de": envoi.etat},
        )
        if curseur.rowcount != 1:
            raise EtatChange(f"L'envoi n° {envoi.id} a changé d'état entre-temps : regardez-le de nouveau.")
        self._note(envoi.id, le, acte, envoi.etat, vers, detail)
        if vers is not envoi.etat:
            self._conn.execute(requetes.BLOQUER, (envoi.id,))

    def postpone(self, id_: int, *, le: int, prochain: int) -> None:
        """Move the next try of an envoi, its state unchanged: nothing happened that deserves a line."""
        self._conn.execute("UPDATE envoi SET prochain_essai = ?, decide_le = ? WHERE id = ?", (prochain, le, id_))

    def rebase(self, *, le: int) -> None:
        """Deadlines decided in what is now the future: the clock has jumped back; each keeps its length from now."""
        self._conn.execute(requetes.RECALER, {"le": le})
        self._conn.execute(
            "UPDATE pause SET jusqua = :le + jusqua - decide_le, decide_le = :le WHERE decide_le > :le", {"le": le}
        )

    def record_pause(self, *, le: int, jusqua: int) -> None:
        """The OPCO asked to come back later."""
        self._conn.execute("INSERT OR REPLACE INTO pause (id, decide_le, jusqua) VALUES (1, ?, ?)", (le, jusqua))

    def record_relus(self, identites: Iterable[tuple[str, str]]) -> None:
        """Dossiers of the OPCO read once: number, identity."""
        self._conn.executemany("INSERT OR REPLACE INTO relu (numero, identite) VALUES (?, ?)", list(identites))

    def free_identite(self, id_: int) -> None:
        """Let the same contract be put in again though this one was accepted."""
        self._conn.execute("UPDATE envoi SET identite = NULL WHERE id = ?", (id_,))

    def purge(self, *, avant: int, le: int) -> int:
        """Forget the payloads of what is accepted or given up since before `avant`; how many."""
        return self._conn.execute(
            "UPDATE envoi SET corps = NULL, purge_le = ? WHERE corps IS NOT NULL AND etat IN ('ACCEPTE', 'ABANDONNE')"
            " AND modifie_le < ?",
            (le, avant),
        ).rowcount

    def checkpoint(self) -> None:
        """Bring the log into the database, so that what was purged is in neither."""
        self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def plan(self, requete: str, valeurs: Any) -> list[str]:
        """How SQLite would run a query, one line per step."""
        return [ligne["detail"] for ligne in self._conn.execute(f"EXPLAIN QUERY PLAN {requete}", valeurs)]

    def _note(self, id_: int, le: int, acte: str, de: EtatEnvoi | None, vers: EtatEnvoi, detail: str | None) -> None:
        self._conn.execute(
            "INSERT INTO journal (envoi, le, acte, de, vers, detail) VALUES (?, ?, ?, ?, ?, ?)",
            (id_, le, acte, de, vers, detail),
        )

    def _one(self, requete: str, *valeurs: Any) -> sqlite3.Row | None:
        with self.told():
            ligne: sqlite3.Row | None = self._conn.execute(requete, valeurs).fetchone()
        return ligne

    def _all(self, requete: str, *valeurs: Any) -> list[sqlite3.Row]:
        with self.told():
            return self._conn.execute(requete, valeurs).fetchall()


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(instant.timestamp() * 1000)


def from_ms(valeur: int) -> datetime:
    """The instant, UTC."""
    return datetime.fromtimestamp(valeur / 1000, UTC)


def _envoi(ligne: sqlite3.Row) -> Envoi:
    valeurs = {nom: ligne[nom] for nom in ligne.keys()}  # noqa: SIM118 - a Row iterates over its values
    valeurs.pop("bloquants")
    prochain, purge = valeurs.pop("prochain_essai"), valeurs.pop("purge_le")
    attend = valeurs["etat"] in (EtatEnvoi.EN_ATTENTE, EtatEnvoi.INCERTAIN) and not valeurs["attend_personne"]
    return Envoi(
        **{
            **valeurs,
            "nature": NatureEnvoi(valeurs["nature"]),
            "etat": EtatEnvoi(valeurs["etat"]),
            "prochain_essai_le": from_ms(prochain) if attend and prochain else None,
            "cree_le": from_ms(valeurs["cree_le"]),
            "modifie_le": from_ms(valeurs["modifie_le"]),
            "purge_le": None if purge is None else from_ms(purge),
            "champs": tuple(Champ(*champ) for champ in json.loads(valeurs["champs"] or "[]")),
            "attend_personne": bool(valeurs["attend_personne"]),
        }
    )
