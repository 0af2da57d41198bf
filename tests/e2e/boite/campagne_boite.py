"""The box against every fault at once: N queued deposits end in exactly N dossiers (fiabilite.md §2, rows 11, 48).

The real server of this project behind a proxy that goes wrong on purpose (`builders.pairs.mandataire`), the real
command `traitdunion cfa envois envoyer` in processes that are killed at every failpoint and at random, the server away
for an hour of simulated time. Then the numbers of the server's PostgreSQL and those of the box are compared.

    python tests/e2e/boite/campagne_boite.py --dossiers 2000 --par-panne 50 --graine 1
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from builders.pairs.mandataire import PANNES, Mandataire

from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.cfa.boite import Boite, EtatEnvoi, NatureEnvoi
from traitdunion.cfa.boite.disque.pannes import POINTS

ENTREE = Path(__file__).with_name("envoyer_accelere.py")
MISE = ("fichier_ecrit", "fichier_range", "mise_en_boite")
RELECTURE = ("avant_relecture", "apres_relecture")
SERVEUR = {"TRAITDUNION_APPELS_PAR_MINUTE": "0", "TRAITDUNION_JETONS_PAR_MINUTE": "0", "TRAITDUNION_JOURNAL": "ERROR"}
HASARD, ABSENCE, SECOND = "SIGKILL au hasard", "connexion refusée (serveur absent)", "second expéditeur écarté"
HEURE_S = 3600.0
SECONDS = 0.1  # how often a second sender is started beside the first


@dataclass
class Bilan:
    """What the campaign counts."""

    tues: Counter[str] = field(default_factory=Counter)
    sorties: Counter[int] = field(default_factory=Counter)
    seconds: int = 0
    fautes: list[str] = field(default_factory=list)
    mise_s: float = 0.0
    envoi_s: float = 0.0
    memoire_kio: int = 0


class Campagne:
    """One server, one proxy, one box, and the processes that live and die on it."""

    def __init__(self, connexion: Connection, dossier: Path, choix: argparse.Namespace, de: random.Random) -> None:
        self.bilan = Bilan()
        self._connexion = connexion
        self._dossier = dossier
        self._choix = choix
        self._de = de
        self._tues = dossier / "tues"
        self.mandataire = Mandataire(connexion.api, taux=choix.taux, de=de, revoquer=self._revoke)
        self.boite = dossier / "donnees" / "defaut" / "boite"
        self._env = {
            **{nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")},
            "TRAITDUNION_CFA_API": self.mandataire.api,
            "TRAITDUNION_CFA_JETON": f"{self.mandataire.api}/oauth2/token",
            "TRAITDUNION_CFA_CLIENT_ID": connexion.client_id,
            "TRAITDUNION_CFA_CLIENT_SECRET": connexion.client_secret,
            "TRAITDUNION_CFA_CLE_API": connexion.cle_api,
            "TRAITDUNION_CFA_RENVOI_RECONNU": "oui",
            "TRAITDUNION_CFA_DELAI_S": "15",
            "TRAITDUNION_CFA_DONNEES": str(dossier / "donnees"),
            "TRAITDUNION_CFA_PANNES_JOURNAL": str(self._tues),
            "XDG_CONFIG_HOME": str(dossier / "vide"),
            "CAMPAGNE_FACTEUR": str(choix.facteur),
            "CAMPAGNE_DEPART": str(time.time()),
        }

    def play(self) -> None:
        """Put in, send until the box has nothing left to do, compare."""
        commande = [sys.executable, str(ENTREE), "--servir"]
        with subprocess.Popen(
            commande, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as self._souche:
            self._play()
            self._souche.stdin.close()

    def _play(self) -> None:
        debut = time.monotonic()
        while self._run(["--mettre-en-boite", str(self._choix.dossiers)], MISE) != 0:
            pass
        self.bilan.mise_s = time.monotonic() - debut
        debut = time.monotonic()
        with self._killing_at_random(), self._away_when_half_done():
            self._send_all()
        self.bilan.envoi_s = time.monotonic() - debut
        self._compare()

    # Processes

    def _send_all(self) -> None:
        envoyer = ["cfa", "envois", "envoyer", "--jusqu-au-bout", "--json"]
        points = [point for point in POINTS if point not in MISE]
        limite = time.monotonic() + self._choix.delai
        while time.monotonic() < limite:
            code = self._run(envoyer, points, second=True)
            self.bilan.sorties[code] += 1
            if code == 0:
                return
        self.bilan.fautes.append(f"rien de fini après {self._choix.delai} s")

    def _run(self, arguments: list[str], points: Sequence[str], *, second: bool = False) -> int:
        """One process, until it ends or is killed; its exit code. Points that have killed enough no longer do."""
        deja = self._deaths()
        voulus = {point: self._choix.par_panne - deja[point] for point in points}
        # So that each kills as often as it must before nothing is left; reading back is passed far less often.
        passages = max(self._left(mise=points is MISE), 1)
        chances = {p: min(2.0 * reste / passages, 0.5) for p, reste in voulus.items() if reste > 0}
        chances |= {point: 0.25 for point in RELECTURE if point in chances}
        pannes = ",".join(f"{point}:{chance:.5f}" for point, chance in chances.items())
        if second and self._de.random() < SECONDS:
            threading.Thread(target=self._try_second).start()
        sortie = self._dossier / "sortie"
        env = {**self._env, "TRAITDUNION_CFA_PANNES": pannes}
        self._souche.stdin.write(json.dumps({"arguments": arguments, "env": env, "sortie": str(sortie)}) + "\n")
        self._souche.stdin.flush()
        self._vivant = int(self._souche.stdout.readline())
        code = int(self._souche.stdout.readline())
        self._vivant = 0
        if code not in (0, 4, 5, 6, -signal.SIGKILL):
            self.bilan.fautes.append(f"sortie {code} : {sortie.read_text()[-2500:]}")
        return code

    def _try_second(self) -> None:
        """While the first one sends, a second one must do nothing and say so."""
        # One minute of its time, should the first have died: it would otherwise do all the work, and never die.
        commande = [sys.executable, str(ENTREE), "cfa", "envois", "envoyer", "--duree", "1"]
        second = subprocess.run(commande, env=self._env, capture_output=True, check=False)
        if second.returncode == 6:
            self.bilan.seconds += 1
        elif second.returncode not in (0, 3, 4, 5):  # the first one had died: the second was the only one
            self.bilan.fautes.append(f"second : {second.returncode} {second.stderr.decode()[-500:]}")

    _vivant = 0

    @contextlib.contextmanager
    def _killing_at_random(self) -> Iterator[None]:
        fini = threading.Event()
        de = random.Random(self._de.random())

        def kill() -> None:
            while not fini.wait(de.uniform(0.8, 3.0)) and self.bilan.tues[HASARD] < self._choix.par_panne:
                if self._vivant:
                    with contextlib.suppress(ProcessLookupError):
                        self._note_memory(self._vivant)
                        os.kill(self._vivant, signal.SIGKILL)
                        self.bilan.tues[HASARD] += 1

        fil = threading.Thread(target=kill)
        fil.start()
        try:
            yield
        finally:
            fini.set()
            fil.join()

    @contextlib.contextmanager
    def _away_when_half_done(self) -> Iterator[None]:
        """For one hour of simulated time, nobody answers at the OPCO's address."""
        fini = threading.Event()

        def leave() -> None:
            while self.mandataire.passes < self._choix.dossiers and not fini.wait(0.1):
                pass
            if not fini.is_set():
                with self.mandataire.absent():
                    time.sleep(HEURE_S / self._choix.facteur)

        fil = threading.Thread(target=leave)
        fil.start()
        try:
            yield
        finally:
            fini.set()
            fil.join()

    def _left(self, *, mise: bool) -> int:
        """How many are still to be put in, or to be accepted."""
        base = self.boite / "boite.db"
        faits = 0
        if base.exists():
            with contextlib.closing(sqlite3.connect(f"file:{base}?mode=ro", uri=True)) as conn:
                quoi = "nature = 'DOSSIER'" if mise else "etat = 'ACCEPTE'"
                (faits,) = conn.execute(f"SELECT count(*) FROM envoi WHERE {quoi}").fetchone()  # noqa: S608
        return (1 if mise else 2) * self._choix.dossiers - int(faits)

    def _deaths(self) -> Counter[str]:
        return Counter(self._tues.read_text().split()) if self._tues.exists() else Counter()

    def _note_memory(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            for ligne in Path(f"/proc/{pid}/status").read_text().splitlines():
                if ligne.startswith("VmHWM"):
                    self.bilan.memoire_kio = max(self.bilan.memoire_kio, int(ligne.split()[1]))

    def _revoke(self) -> None:
        with psycopg.connect(self._connexion.database_url) as conn:
            conn.execute("DELETE FROM jeton")
            conn.execute("SELECT pg_notify('acces', '')")

    # Comparison

    def _compare(self) -> None:
        """The server's PostgreSQL and the box: the same contracts under the same numbers, each once."""
        with psycopg.connect(self._connexion.database_url) as conn:
            dossiers = conn.execute(
                "SELECT numero_interne::text, cerfa->'apprenti'->>'nom' FROM dossier JOIN depot USING (numero_interne)"
            ).fetchall()
            pieces = conn.execute("SELECT numero_interne::text, version FROM document").fetchall()
        with Boite.open(self.boite) as boite:
            abimes = boite.check()
            ici = {(d.numero_interne, (d.libelle or "").removesuffix(" Camille")) for d in boite.dossiers()}
            conventions = [e.numero_document for e in boite.list_envois(natures=[NatureEnvoi.CONVENTION])]
            self.comptes = boite.count_etats()
            tous = list(boite.list_envois())
            self.journal = Counter(
                (e.acte, (e.detail or "").split(",")[0].split(" ")[0]) for un in tous for e in boite.list_journal(un.id)
            )
        self.essais = Counter(envoi.essais for envoi in tous)
        self.dossiers, self.pieces = len(dossiers), len(pieces)
        voulus = self._choix.dossiers
        fautes = self.bilan.fautes
        fautes += (
            [f"{len(dossiers)} dossiers chez l'OPCO pour {voulus} mis en boîte"] if len(dossiers) != voulus else []
        )
        fautes += ["les numéros de l'OPCO et ceux de la boîte diffèrent"] if set(dossiers) != ici else []
        fautes += ["les documents diffèrent"] if {numero for numero, _ in pieces} != set(conventions) else []
        fautes += ["une convention a deux versions"] if any(version != 1 for _, version in pieces) else []
        fautes += [f"{len(pieces)} conventions pour {voulus}"] if len(pieces) != voulus else []
        fautes += [f"non acceptés : {self.comptes}"] if self.comptes[EtatEnvoi.ACCEPTE] != 2 * voulus else []
        fautes += [f"envois abîmés : {abimes}"] if abimes else []

    def counts(self) -> dict[str, int]:
        """How many times each fault fired."""
        absents = self.journal["POSTPONE", "INJOIGNABLE"]
        return {
            **{panne: self.mandataire.pannes[panne] for panne in PANNES},
            **{f"SIGKILL {point}": nombre for point, nombre in {**dict.fromkeys(POINTS, 0), **self._deaths()}.items()},
            HASARD: self.bilan.tues[HASARD],
            ABSENCE: absents,
            SECOND: self.bilan.seconds,
        }


def tell(campagne: Campagne, choix: argparse.Namespace) -> bool:
    """Print the report; whether all is as it must be."""
    bilan, comptes = campagne.bilan, campagne.counts()
    print("Pannes survenues :")
    for nom, nombre in comptes.items():
        print(f"  {nom:<44} {nombre:>5}")
    print("Sorties du processus :", ", ".join(f"{code} × {n}" for code, n in sorted(bilan.sorties.items())))
    print("Actes du journal :")
    for (acte, detail), nombre in sorted(campagne.journal.items()):
        if acte in ("LOSE", "POSTPONE", "REJECT") or detail == "retrouvé":
            print(f"  {acte:<12} {detail:<32} {nombre:>5}")
    print("Envois par nombre d'essais :", ", ".join(f"{e} × {n}" for e, n in sorted(campagne.essais.items())))
    print("États dans la boîte :", json.dumps({str(e): n for e, n in campagne.comptes.items() if n}))
    print(f"Dossiers chez l'OPCO : {campagne.dossiers} pour {choix.dossiers} ; conventions : {campagne.pieces}")
    print(f"Durée : mise en boîte {bilan.mise_s:.0f} s, envoi {bilan.envoi_s:.0f} s ; {bilan.memoire_kio // 1024} Mio")
    exigees = {nom: n for nom, n in comptes.items() if nom not in (ABSENCE, SECOND)}
    rares = [f"{nom} : {n}" for nom, n in exigees.items() if n < choix.par_panne]
    if not choix.court:
        bilan.fautes += [f"trop peu de pannes : {un}" for un in rares]
    for faute in bilan.fautes:
        print("  FAUTE", faute)
    print(f"Fautes : {len(bilan.fautes)}")
    return not bilan.fautes


def main() -> int:
    """Play and print; 1 when something was lost, doubled, or not tried."""
    lecteur = argparse.ArgumentParser(description="Campagne de la boîte d'envoi : rien de perdu, rien en double.")
    lecteur.add_argument("--dossiers", type=int, default=2000)
    lecteur.add_argument("--par-panne", type=int, default=50, help="combien de fois au moins chaque panne survient")
    lecteur.add_argument("--taux", type=float, default=0.025, help="chance de chaque panne, à chaque dépôt")
    lecteur.add_argument("--facteur", type=float, default=120.0, help="vitesse du temps de la boîte")
    lecteur.add_argument("--delai", type=float, default=3000.0, help="secondes au bout desquelles on renonce")
    lecteur.add_argument("--court", action="store_true", help="ne pas exiger le nombre de pannes")
    lecteur.add_argument("--graine", type=int, default=None)
    choix = lecteur.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    graine = random.randrange(1_000_000) if choix.graine is None else choix.graine
    print(f"Graine {graine}", flush=True)
    with serving(port=None, conserver=None, reglages=SERVEUR) as connexion, tempfile.TemporaryDirectory() as dossier:
        campagne = Campagne(connexion, Path(dossier), choix, random.Random(graine))
        try:
            campagne.play()
        finally:
            campagne.mandataire.close()
        return 0 if tell(campagne, choix) else 1


if __name__ == "__main__":
    sys.exit(main())
