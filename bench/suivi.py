"""`./run bench suivi`: a mirror of many dossiers, beside what nobody can go below: decoding and writing the same bytes.

In one process, against an OPCO in memory whose answers are made beforehand: what is measured is the client's work and
the disk's, not a server's. Each figure stands beside a floor measured in the same run: the same answers decoded by
msgspec and the same documents put by sqlite3 in one bare table. Medians of `--passages` runs, interleaved.
"""

import argparse
import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from builders.opco_factice import a_profil
from builders.suivi.opco import OpcoVivant

from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.facturation.preparation import Reglages, prepare_factures
from traitdunion.cfa.suivi import Suivi, Vue
from traitdunion.cfa.suivi.actes import list_actes
from traitdunion.cfa.suivi.rapprochement import compute_rapprochement
from traitdunion.cfa.suivi.restes import compute_restes

LE = date(2027, 3, 1)
AT = datetime(2027, 3, 1, 10, tzinfo=UTC)


def main() -> None:
    """Run the benchmark and print each figure beside its floor; last line `ratio 1.23`."""
    analyse = argparse.ArgumentParser()
    analyse.add_argument("--dossiers", type=int, default=10_000)
    analyse.add_argument("--changes", type=int, default=100)
    analyse.add_argument("--passages", type=int, default=3)
    choix = analyse.parse_args()
    opco = a_full_opco(choix.dossiers)
    avant = memory_mib()
    premieres, suivantes, planchers = [], [], []
    with tempfile.TemporaryDirectory() as dossier:
        for rang in range(choix.passages):
            transport = Enregistre(opco)
            chemin = Path(dossier) / f"{rang}.db"
            synchronise(transport, chemin)  # the answers are made, and kept: the next one only reads them
            chemin.unlink()
            premieres.append(timed(lambda t=transport, c=chemin: synchronise(t, c)))
            planchers.append(timed(lambda t=transport, d=dossier, r=rang: floor(t, Path(d) / f"plancher-{r}.db")))
            for numero in range(choix.changes):
                opco.move(numero * 7 % choix.dossiers + 1, "ENGAGE", f"Changement {rang}.")
            suite = Enregistre(opco)
            temoin = Path(dossier) / "temoin.db"
            copy(chemin, temoin)
            synchronise(suite, temoin)
            suivantes.append(timed(lambda t=suite, c=chemin: synchronise(t, c)))
        taille = chemin.stat().st_size
        with Suivi.open(chemin) as suivi:
            ouverture = timed(suivi.vue)
            vue = suivi.vue()
    tell(choix, premieres, suivantes, planchers, taille=taille, memoire=memory_mib() - avant)
    tell_vue(vue, ouverture)
    print(f"ratio {statistics.median(premieres) / statistics.median(planchers):.2f}")


class Enregistre(httpx.BaseTransport):
    """Answers as the OPCO did the first time, from memory: so that making them is not measured."""

    def __init__(self, opco: OpcoVivant) -> None:
        self._opco = opco
        self.corps: dict[str, bytes] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        cle = str(request.url)
        if cle not in self.corps:
            reponse = self._opco(request)
            self._opco.vues.clear()
            if "oauth2" in cle:
                return reponse
            assert reponse.status_code == 200, reponse.text
            self.corps[cle] = reponse.content
        return httpx.Response(200, content=self.corps[cle])


def a_full_opco(nombre: int) -> OpcoVivant:
    """Dossiers, four fifths of them engaged, half of those with an invoice."""
    opco = OpcoVivant()
    for rang in range(nombre):
        numero = opco.deposit(nom=f"EXEMPLE{rang}")
        if rang % 5:
            opco.engage(numero)
        if rang % 5 > 2:
            ligne = {"natureLigne": "PEDAGOGIE", "numeroEcheance": "1", "numeroDossier": f"CA-{numero:07d}"}
            facture = {"numero": f"F-{numero}", "siretEmetteur": "32345678000010", "ibanEmetteur": "FICTIF"}
            opco.receive({**facture, "lignes": [{**ligne, "montant": 3200.0}]})
    return opco


def synchronise(transport: httpx.BaseTransport, chemin: Path) -> None:
    """One synchronisation."""
    with (
        Suivi.open(chemin, clock=lambda: AT) as suivi,
        ClientCfa(a_profil(siren=None), transport=transport) as client,
    ):
        suivi.synchroniser(client)


def floor(transport: Enregistre, chemin: Path) -> None:
    """The least that can be done with the same answers: decode them, and put each element in a table."""
    base = sqlite3.connect(chemin)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("CREATE TABLE element (id INTEGER PRIMARY KEY, corps BLOB)")
    for corps in transport.corps.values():
        lu = msgspec.json.decode(corps)
        elements = lu if isinstance(lu, list) else next((un for un in lu.values() if isinstance(un, list)), [])
        with base:
            base.executemany("INSERT INTO element (corps) VALUES (?)", ((msgspec.json.encode(un),) for un in elements))
    base.close()


def timed(acte: Callable[[], object]) -> float:
    """Seconds that an act takes."""
    debut = time.perf_counter()
    acte()
    return time.perf_counter() - debut


def copy(de: Path, vers: Path) -> None:
    """The same database elsewhere."""
    vers.unlink(missing_ok=True)
    with sqlite3.connect(de) as source, sqlite3.connect(vers) as cible:
        source.backup(cible)


def memory_mib() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def tell(
    choix: argparse.Namespace,
    premieres: list[float],
    suivantes: list[float],
    planchers: list[float],
    *,
    taille: int,
    memoire: int,
) -> None:
    """The figures of synchronising."""
    premiere, suite, plancher = (statistics.median(un) for un in (premieres, suivantes, planchers))
    print(f"première synchronisation de {choix.dossiers} dossiers : {premiere:.2f} s ({passages(premieres)})")
    print(f"plancher (décoder et écrire les mêmes réponses) : {plancher:.2f} s ({passages(planchers)})")
    print(f"synchronisation suivante, {choix.changes} changements : {suite:.3f} s ({passages(suivantes)})")
    print(f"part de la première : {suite / premiere:.4f} ; part des dossiers : {choix.changes / choix.dossiers:.4f}")
    print(f"fichier : {taille / 2**20:.1f} Mio ; mémoire en plus, réponses gardées comprises : {memoire} Mio")


def tell_vue(vue: Vue, ouverture: float) -> None:
    """The figures of what is computed from the mirror."""
    restes = compute_restes(vue, le=LE)
    duree_actes = timed(lambda: list_actes(vue, compute_restes(vue, le=LE), le=LE))
    duree_preparation = timed(lambda: prepare_factures(vue, Reglages(), le=LE))
    duree_rapprochement = timed(lambda: compute_rapprochement(vue))
    print(f"vue : {ouverture:.2f} s ; suivre : {duree_actes:.2f} s ; {len(restes.ouverts)} échéances à facturer")
    print(f"préparer les factures : {duree_preparation:.2f} s ; rapprocher : {duree_rapprochement:.2f} s")


def passages(durees: list[float]) -> str:
    """Each run, for who wants to see how they spread."""
    return json.dumps([round(un, 3) for un in durees])


if __name__ == "__main__":
    main()
