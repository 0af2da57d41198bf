"""kill -9 campaign: what was acknowledged is kept, whatever the instant of the kill (fiabilite.md §1 I1-I3, I6).

A real server with two API workers, sixteen clients that deposit dossiers and conventions and write down, fsynced, what
was acknowledged. First each failpoint of `opco.socle.failpoints` kills `--par-point` times, then `--au-hasard` SIGKILL
fall on a worker at random instants. All that was acknowledged is then read back and compared.

    python tests/e2e/campagne_pannes.py --par-point 20 --au-hasard 100 --graine 1
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from builders import envois, fichiers

from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.norme import contenu, lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.opco import assemblage
from traitdunion.opco.api.application import Application
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.failpoints import POINTS

CLIENTS = 16
TAILLE_FICHIER = 40_000  # bytes: several pieces of an upload
# How often a point is passed for one dossier and its convention, roughly: rare ones get a higher probability.
PASSAGES = {"avant_commit": 1.3, "apres_commit": 1.3, "avant_reponse": 2.0, "corps_lu": 2.0}
ENTETES = {"EDITEUR": "campagne", "LOGICIEL": "campagne", "VERSION": "1"}
DELAI_SECONDES = 1_800.0


def depot_bytes(rang: int) -> bytes:
    """The body of the deposit `rang`, the same each time."""
    return envois.to_json(envois.a_depot(rang))


def fichier_bytes(rang: int) -> bytes:
    """The file of its convention, like no other."""
    return fichiers.pdf_with(others=[fichiers.stream(random.Random(rang).randbytes(TAILLE_FICHIER))])


@dataclass
class Bilan:
    """What a phase leaves."""

    tues: Counter[str] = field(default_factory=Counter)
    statuts: Counter[str] = field(default_factory=Counter)
    reconnus: int = 0
    fichiers: int = 0
    perdus: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    illisibles: list[str] = field(default_factory=list)
    trous: int = 0
    lignes: int = 0
    orphelins: int = 0
    secondes: float = 0.0

    @property
    def juste(self) -> bool:
        """Nothing lost, nothing given twice, nothing unreadable, no fault of ours told to a client."""
        return not (self.perdus or self.doubles or self.illisibles or self.statuts["500"])


class Deposant(threading.Thread):
    """A client: deposits without end, and keeps in its own file what was acknowledged."""

    def __init__(self, numero: int, connexion: Connection, dossier: Path, graine: int, arret: threading.Event) -> None:
        super().__init__(name=f"client-{numero}", daemon=True)
        self.statuts: Counter[str] = Counter()
        self.journal = dossier / f"client-{numero}.jsonl"
        self._rang = numero * 1_000_000
        self._connexion = connexion
        self._dice = random.Random(f"{graine}-{numero}")
        self._arret = arret
        self._jeton = ""
        self._http = httpx.Client(base_url=connexion.api, timeout=30)

    def run(self) -> None:
        """Deposit until told to stop; each deposit is followed by its convention."""
        with self._http, self.journal.open("a", encoding="utf-8") as journal:
            while not self._arret.is_set():
                self._rang += 1
                recu = self._insist("/v2/dossiers", depot_bytes(self._rang), "application/json")
                if recu is None:
                    continue
                self._keep(journal, {"rang": self._rang, "dossier": recu["numeroInterne"]})
                convention = envois.a_convention(recu["numeroInterne"], self._rang)
                parts = envois.multipart_parts("convention", convention, fichier_bytes(self._rang))
                piece = self._insist("/v1/conventions", envois.multipart_body(parts), envois.MULTIPART)
                if piece is not None:
                    self._keep(journal, {"rang": self._rang, "document": piece["numeroInterneDocument"]})

    def _insist(self, chemin: str, corps: bytes, type_contenu: str) -> dict[str, Any] | None:
        """Send; after a lost answer, send the very same bytes again, or (one time in four) never know."""
        while not self._arret.is_set():
            try:
                entetes = {**ENTETES, "Authorization": f"Bearer {self._token()}", "X-API-KEY": self._connexion.cle_api}
                reponse = self._http.post(chemin, content=corps, headers={**entetes, "Content-Type": type_contenu})
            except httpx.ConnectError:
                self.statuts["connexion refusée"] += 1  # both workers are down: nothing was sent
                time.sleep(0.1)
                continue
            except httpx.HTTPError:
                self.statuts["réponse perdue"] += 1
                if self._dice.random() < 0.25:
                    return None
                time.sleep(self._dice.uniform(0.01, 0.2))
                continue
            self.statuts[str(reponse.status_code)] += 1
            if reponse.status_code == httpx.codes.OK:
                return dict(reponse.json())
            if reponse.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise AssertionError(f"refused, though valid: {reponse.text}")
            time.sleep(0.1)
        return None

    def _token(self) -> str:
        while not self._jeton:
            client = {"client_id": self._connexion.client_id, "client_secret": self._connexion.client_secret}
            reponse = self._http.post("/oauth2/token", data={"grant_type": "client_credentials", **client})
            if reponse.status_code == httpx.codes.OK:
                self._jeton = reponse.json()["access_token"]
        return self._jeton

    @staticmethod
    def _keep(journal: Any, fait: dict[str, Any]) -> None:
        journal.write(json.dumps(fait) + "\n")
        journal.flush()
        os.fsync(journal.fileno())


def workers() -> list[int]:
    """The API workers under this process: the server's own children, forked from it."""
    parents: dict[int, list[int]] = defaultdict(list)
    for entree in Path("/proc").iterdir():
        if entree.name.isdigit():
            try:
                stat = (entree / "stat").read_text()
            except OSError:
                continue
            etat, parent = stat.rpartition(")")[2].split()[:2]
            if etat != "Z":
                parents[int(parent)].append(int(entree.name))
    return [
        pid
        for serveur in parents[os.getpid()]
        if "servir" in _command(serveur)
        for pid in parents[serveur]
        if "servir" in _command(pid)
    ]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def play(graine: int, *, pannes: str, kill: Callable[[Path, Bilan], None]) -> Bilan:
    """One phase on a fresh server: clients deposit while `kill` does its work, then everything is read back."""
    bilan = Bilan()
    debut = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tu-campagne-") as temporaire:
        dossier = Path(temporaire)
        tues = dossier / "tues"
        reglages = {
            "TRAITDUNION_APPELS_PAR_MINUTE": "0",
            "TRAITDUNION_JETONS_PAR_MINUTE": "0",
            "TRAITDUNION_PROCESSUS": "2",
            "TRAITDUNION_JOURNAL": "ERROR",
        }
        if pannes:
            reglages |= {"TRAITDUNION_PANNES": pannes, "TRAITDUNION_PANNES_JOURNAL": str(tues)}
        with serving(port=None, conserver=None, reglages=reglages) as connexion:
            arret = threading.Event()
            clients = [Deposant(numero, connexion, dossier, graine, arret) for numero in range(1, CLIENTS + 1)]
            for client in clients:
                client.start()
            try:
                kill(tues, bilan)
            finally:
                arret.set()
                for client in clients:
                    client.join(60)
            for client in clients:
                bilan.statuts += client.statuts
            verify(connexion, [client.journal for client in clients], bilan)
    bilan.secondes = time.monotonic() - debut
    return bilan


def verify(connexion: Connection, journaux: list[Path], bilan: Bilan) -> None:
    """Read back all that was acknowledged, through an application without failpoints, and look at the numbers."""
    faits = [json.loads(ligne) for journal in journaux for ligne in journal.read_text(encoding="utf-8").splitlines()]
    dossiers: dict[str, set[int]] = defaultdict(set)
    rangs: dict[int, set[str]] = defaultdict(set)
    documents: dict[str, set[int]] = defaultdict(set)
    for fait in faits:
        if "dossier" in fait:
            dossiers[fait["dossier"]].add(fait["rang"])
            rangs[fait["rang"]].add(fait["dossier"])
        else:
            documents[fait["document"]].add(fait["rang"])
    bilan.reconnus, bilan.fichiers = len(dossiers), len(documents)
    bilan.doubles += [f"dossier {numero}: {sorted(qui)}" for numero, qui in dossiers.items() if len(qui) > 1]
    bilan.doubles += [f"dépôt {rang}: {sorted(numeros)}" for rang, numeros in rangs.items() if len(numeros) > 1]
    bilan.doubles += [f"document {numero}: {sorted(qui)}" for numero, qui in documents.items() if len(qui) > 1]
    asyncio.run(_read_back(connexion, dossiers, documents, bilan))
    _look_inside(connexion, bilan)


async def _read_back(
    connexion: Connection, dossiers: dict[str, set[int]], documents: dict[str, set[int]], bilan: Bilan
) -> None:
    settings = Settings(
        donnees=connexion.donnees,
        database_url=connexion.database_url,
        appels_par_minute=0,
        jetons_par_minute=0,
        journal="ERROR",
    )
    application = Application(lambda: assemblage.services(settings))
    transport = httpx.ASGITransport(application)
    async with application.running(), httpx.AsyncClient(transport=transport, base_url="http://relecture") as client:
        demande = {"grant_type": "client_credentials", "client_id": connexion.client_id}
        demande["client_secret"] = connexion.client_secret
        jeton = (await client.post("/oauth2/token", data=demande)).json()["access_token"]
        client.headers.update({**ENTETES, "Authorization": f"Bearer {jeton}", "X-API-KEY": connexion.cle_api})
        for numero, (rang, *_) in ((numero, sorted(qui)) for numero, qui in dossiers.items()):
            await _check_dossier(client, numero, rang, bilan)
        for numero, (rang, *_) in ((numero, sorted(qui)) for numero, qui in documents.items()):
            reponse = await client.get(f"/v2/documents/{numero}")
            recepisse = await client.get(f"/v2/recepisses/p-{numero}")
            attendu = fichier_bytes(rang)
            if reponse.status_code != httpx.codes.OK or reponse.content != attendu:
                bilan.illisibles.append(f"document {numero}: {reponse.status_code}, {len(reponse.content)} octets")
            elif recepisse.json()["recepisse"]["sha256Fichier"] != sha256(attendu).hexdigest():
                bilan.illisibles.append(f"document {numero}: empreinte")


async def _check_dossier(client: httpx.AsyncClient, numero: str, rang: int, bilan: Bilan) -> None:
    """The dossier is there, says what was sent, and its receipt stands for the very bytes."""
    depose = depot_bytes(rang)
    reponse = await client.get("/v2/dossiers", params={"numeroInterne": numero})
    if reponse.status_code != httpx.codes.OK:
        bilan.perdus.append(f"dossier {numero}: {reponse.status_code}")
        return
    lu = lecture.read(DepotDossier, envois.to_json({"cerfa": reponse.json()["cerfa"]})).message
    if contenu.digest(lu) != contenu.digest(lecture.read(DepotDossier, depose).message):
        bilan.perdus.append(f"dossier {numero}: un autre contenu")
    recepisse = (await client.get(f"/v2/recepisses/d-{numero}")).json()["recepisse"]
    if recepisse["sha256Json"] != sha256(depose).hexdigest():
        bilan.perdus.append(f"dossier {numero}: empreinte")


def _look_inside(connexion: Connection, bilan: Bilan) -> None:
    """Gaps in the numbers, apprentices with two dossiers, rows without object (I6), objects without row."""
    with psycopg.connect(connexion.database_url) as conn:
        numeros = {numero for (numero,) in conn.execute("SELECT numero_interne FROM dossier")}
        bilan.lignes = len(numeros)
        bilan.trous = max(numeros, default=0) - len(numeros)
        deux = conn.execute(
            "SELECT cerfa->'apprenti'->>'nom', count(*) FROM depot GROUP BY 1 HAVING count(*) > 1"
        ).fetchall()
        bilan.doubles += [f"{nom}: {nombre} dossiers" for nom, nombre in deux]
        cles = {cle for (cle,) in conn.execute("SELECT cle_objet FROM document")}
        (sans_corps,) = conn.execute(
            "SELECT count(*) FROM dossier d LEFT JOIN depot p USING (numero_interne) WHERE p.numero_interne IS NULL"
        ).fetchone() or (0,)
    if sans_corps:
        bilan.perdus.append(f"{sans_corps} dossiers sans corps")
    racine = connexion.donnees / "objets"
    objets = {str(un.relative_to(racine)) for un in racine.rglob("*") if un.is_file()}
    bilan.illisibles += [f"objet {cle} absent" for cle in cles - objets]
    bilan.orphelins = len(objets - cles)


def kill_at_points(par_point: int) -> Callable[[Path, Bilan], None]:
    """Wait until each point has killed `par_point` times."""

    def kill(tues: Path, bilan: Bilan) -> None:
        limite = time.monotonic() + DELAI_SECONDES
        while time.monotonic() < limite:
            bilan.tues = Counter(tues.read_text().split()) if tues.exists() else Counter()
            if all(bilan.tues[point] >= par_point for point in POINTS):
                return
            time.sleep(0.2)

    return kill


def kill_at_random(combien: int, graine: int) -> Callable[[Path, Bilan], None]:
    """SIGKILL a worker taken at random, `combien` times, at random instants."""

    def kill(_tues: Path, bilan: Bilan) -> None:
        dice = random.Random(graine)
        limite = time.monotonic() + DELAI_SECONDES
        while bilan.tues["au hasard"] < combien and time.monotonic() < limite:
            time.sleep(dice.uniform(0.3, 2.0))
            vivants = workers()
            if vivants:
                os.kill(dice.choice(vivants), signal.SIGKILL)
                bilan.tues["au hasard"] += 1
        time.sleep(1)

    return kill


def tell(bilans: list[Bilan], attendus: dict[str, int]) -> bool:
    """Print the result; whether all is as it must be."""
    tues = sum((bilan.tues for bilan in bilans), Counter[str]())
    statuts = sum((bilan.statuts for bilan in bilans), Counter[str]())
    print("Processus tués, par point :")
    for point, voulus in attendus.items():
        print(f"  {point:<18} {tues[point]:>4}  (au moins {voulus})")
    print("Réponses reçues         :", ", ".join(f"{nom} × {nombre}" for nom, nombre in sorted(statuts.items())))
    print("Dépôts reconnus         :", sum(bilan.reconnus for bilan in bilans))
    print("Fichiers reconnus       :", sum(bilan.fichiers for bilan in bilans))
    print("Perdus                  :", sum(len(bilan.perdus) for bilan in bilans))
    print("Numéros donnés deux fois:", sum(len(bilan.doubles) for bilan in bilans))
    print("Fichiers illisibles     :", sum(len(bilan.illisibles) for bilan in bilans))
    trous, lignes = sum(bilan.trous for bilan in bilans), sum(bilan.lignes for bilan in bilans)
    print(f"Trous de numérotation   : {trous} pour {lignes} dossiers")
    print("Objets orphelins        :", sum(bilan.orphelins for bilan in bilans), "(ramassés au bout d'un jour)")
    print(f"Durée                   : {sum(bilan.secondes for bilan in bilans):.0f} s")
    for faute in [un for bilan in bilans for liste in (bilan.perdus, bilan.doubles, bilan.illisibles) for un in liste]:
        print("  FAUTE", faute)
    return all(bilan.juste for bilan in bilans) and all(tues[point] >= voulus for point, voulus in attendus.items())


def main() -> int:
    """Play both phases and print; 1 when something acknowledged was lost or a point never killed."""
    lecteur = argparse.ArgumentParser(description="Campagne de kill -9 : rien de ce qui est reconnu n'est perdu.")
    lecteur.add_argument("--par-point", type=int, default=20, metavar="N", help="processus tués à chaque point")
    lecteur.add_argument("--au-hasard", type=int, default=100, metavar="N", help="processus tués au hasard")
    lecteur.add_argument("--probabilite", type=float, default=0.01, help="chance de mourir à un passage")
    lecteur.add_argument("--graine", type=int, default=None)
    choix = lecteur.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way out goes through `serving`, which stops its own
    graine = random.randrange(1_000_000) if choix.graine is None else choix.graine
    print(f"Graine {graine}", flush=True)
    pannes = ",".join(f"{point}:{choix.probabilite / PASSAGES.get(point, 1.0):.4f}" for point in POINTS)
    bilans = []
    if choix.par_point:
        bilans.append(play(graine, pannes=pannes, kill=kill_at_points(choix.par_point)))
    if choix.au_hasard:
        bilans.append(play(graine + 1, pannes="", kill=kill_at_random(choix.au_hasard, graine)))
    attendus = {**dict.fromkeys(POINTS, choix.par_point), "au hasard": choix.au_hasard}
    return 0 if tell(bilans, attendus) else 1


if __name__ == "__main__":
    sys.exit(main())
