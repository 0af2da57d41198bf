"""`./run bench boite`: the box against the same client sending directly, in one run on one machine.

Same server, same deposits (a contract and its convention), the three ways interleaved, medians. A drain runs in a
process of its own, whose memory is told; what it costs is two durable commits per envoi. Last line `ratio 0.71`.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from builders import envois, fichiers

from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.cfa.boite import Boite
from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.profil import Profil
from traitdunion.norme import lecture
from traitdunion.norme.messages.convention import Convention

REGLAGES = {"TRAITDUNION_APPELS_PAR_MINUTE": "0", "TRAITDUNION_JETONS_PAR_MINUTE": "0"}


def main() -> None:
    """Run and print; the ratio of deposits drained to deposits sent directly last."""
    analyse = argparse.ArgumentParser()
    analyse.add_argument("--dossiers", type=int, default=300, help="dossiers par passage, chacun avec sa convention")
    analyse.add_argument("--passages", type=int, default=3)
    analyse.add_argument("--autres", type=int, default=10_000, help="envois qui attendent dans une boîte pleine")
    choix = analyse.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with serving(port=None, conserver=None, reglages=REGLAGES) as connexion, tempfile.TemporaryDirectory() as dossier:
        run(connexion, Path(dossier), choix)


def run(connexion: Connection, dossier: Path, choix: argparse.Namespace) -> None:
    """Interleaved passages, then a full box."""
    profil = Profil(
        api=connexion.api,
        jeton=connexion.jeton,
        client_id=connexion.client_id,
        client_secret=connexion.client_secret,
        cle_api=connexion.cle_api,
        renvoi_reconnu=True,
    )
    n = choix.dossiers
    print(f"machine : {os.cpu_count()} cœurs ; {n} dossiers et leurs conventions par passage", flush=True)
    directs, mises, vides, memoires = [], [], [], []
    for passage in range(choix.passages):
        depart = 2 * n * passage
        directs.append(2 * n / send_directly(profil, range(depart, depart + n)))
        ou = dossier / str(passage)
        mises.append(n / put_in(ou, range(depart + n, depart + 2 * n)))
        duree, memoire = in_a_process(ou, profil)
        vides.append(2 * n / duree)
        memoires.append(memoire)
    direct, vide = statistics.median(directs), statistics.median(vides)
    print(f"dépôts directs              {direct:>7.0f} envois/s")
    print(f"mise en boîte               {statistics.median(mises):>7.0f} dossiers/s")
    print(f"boîte vidée                 {vide:>7.0f} envois/s   rapport {vide / direct:.2f}   {max(memoires):.0f} Mio")
    full_box(dossier / "pleine", choix.autres)
    print(f"ratio {vide / direct:.2f}")


def a_dossier(rang: int) -> tuple[bytes, Convention, Fichier]:
    """What a CFA sends for one apprentice."""
    brute = envois.a_convention("1", rang)
    convention = lecture.read(Convention, envois.to_json(brute), racine="convention").message
    pdf = fichiers.pdf_with(others=[fichiers.stream(b"%d" % rang)])
    return envois.to_json(envois.a_depot(rang)), convention, Fichier("convention.pdf", pdf)


def send_directly(profil: Profil, rangs: range) -> float:
    """Seconds to deposit them with the client, one after the other."""
    prets = [a_dossier(rang) for rang in rangs]
    with ClientCfa(profil) as client:
        debut = time.perf_counter()
        for corps, convention, fichier in prets:
            numero = client.deposit(corps).numero_interne
            client.deposit_convention(msgspec.structs.replace(convention, numero_interne_dossier=numero), fichier)
        return time.perf_counter() - debut


def put_in(dossier: Path, rangs: range) -> float:
    """Seconds to put them in a box."""
    prets = [a_dossier(rang) for rang in rangs]
    with Boite.open(dossier) as boite:
        debut = time.perf_counter()
        for corps, convention, fichier in prets:
            boite.enqueue_dossier(corps, convention=convention, fichier=fichier)
        return time.perf_counter() - debut


# What a CFA's machine runs, and nothing else: its memory is measured.
VIDER = """
import re, sys, time
from pathlib import Path
from traitdunion.cfa.boite import Boite, EtatEnvoi
from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.profil import Profil
with Boite.open(Path(sys.argv[1])) as boite, ClientCfa(Profil.load()) as client:
    debut = time.perf_counter()
    bilan = boite.drain(client)
    duree = time.perf_counter() - debut
assert bilan.etats[EtatEnvoi.ACCEPTE] == sum(bilan.etats.values()), bilan
# Not getrusage: its maximum is also that of the process that started this one.
print(duree, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def in_a_process(dossier: Path, profil: Profil) -> tuple[float, float]:
    """Empty a box in a fresh process; how long it took, and the most memory that it held, in MiB."""
    reglages = {
        "API": profil.api,
        "JETON": profil.jeton,
        "CLIENT_ID": profil.client_id,
        "CLIENT_SECRET": profil.client_secret,
        "CLE_API": profil.cle_api,
        "RENVOI_RECONNU": "oui",
    }
    env = {**os.environ, **{f"TRAITDUNION_CFA_{nom}": valeur for nom, valeur in reglages.items()}}
    fait = subprocess.run(
        [sys.executable, "-c", VIDER, str(dossier)], env=env, capture_output=True, text=True, check=True
    )
    duree, memoire = fait.stdout.split()
    return float(duree), float(memoire)


def full_box(dossier: Path, autres: int) -> None:
    """What a step of a drain costs in a box where that many others wait."""
    put_in(dossier, range(autres // 2))
    with Boite.open(dossier) as boite:
        debut = time.perf_counter()
        tours = 200
        for _ in range(tours):
            boite._store.list_incertains(1, 10)
            boite._store.find_pret(1)
            boite._store.next_essai()
        pas = (time.perf_counter() - debut) / tours
        debut = time.perf_counter()
        lus = sum(1 for _ in boite.list_envois())
        lister = time.perf_counter() - debut
    print(f"boîte de {lus} envois       trouver le suivant {pas * 1e6:.0f} µs, les lister tous {lister:.2f} s")


if __name__ == "__main__":
    main()
