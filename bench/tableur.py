"""Measure the import of a promotion: rows read and checked per second, against the norm's bare check of their bodies.

`./run bench tableur [lignes] [essais]` writes a workbook of invented apprentices, then in each run reads it, checks it,
writes the copy with the anomalies, and checks the same bodies with `norme` alone (read, then check: what the server
does of a deposit). Times are those of the processor: one process computes, it waits for nothing. The
ratio is taken in the same run; the figures are medians. Memory: the peak of a process that does
one whole import.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from traitdunion.cfa.tableur.controle import check_promotion
from traitdunion.cfa.tableur.ecriture.modele import write_modele
from traitdunion.cfa.tableur.ecriture.retour import write_retour
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.norme import controles, lecture
from traitdunion.norme.messages.cerfa import DepotDossier

LE = date(2026, 9, 5)
LIGNES, ESSAIS = 10_000, 3


def main() -> None:
    """Print the figures as a table and as JSON."""
    lignes = int(sys.argv[1]) if len(sys.argv) > 1 else LIGNES
    essais = int(sys.argv[2]) if len(sys.argv) > 2 else ESSAIS
    with tempfile.TemporaryDirectory() as dossier:
        classeur = Path(dossier) / "promotion.xlsx"
        ecriture, contenu = _timed(lambda: write_modele(le=LE, nombre=lignes))
        classeur.write_bytes(contenu)
        mesures = [_run(classeur) for _ in range(essais)]
        memoire = _memory(classeur)
    resultat = {
        "lignes": lignes,
        "octets": len(contenu),
        "ecriture_s": round(ecriture, 2),
        **{nom: round(statistics.median(mesure[nom] for mesure in mesures), 3) for nom in mesures[0]},
        "memoire_mio": memoire,
    }
    par_seconde = lignes / (resultat["lecture_s"] + resultat["controle_s"])
    print(f"{lignes} lignes, {len(contenu) / 1e6:.1f} Mo ; médianes de {essais} essais")
    print(f"lues et contrôlées       {par_seconde:8.0f} lignes/s  ({resultat['part_norme']:.2f} du contrôle seul)")
    print(f"contrôle de norme seul   {lignes / resultat['norme_s']:8.0f} lignes/s")
    print(
        f"lecture {resultat['lecture_s']:.1f} s, contrôle {resultat['controle_s']:.1f} s, "
        f"retour {resultat['retour_s']:.1f} s"
    )
    print(f"mémoire au plus haut     {memoire} Mio")
    print(json.dumps(resultat))


def _run(classeur: Path) -> dict[str, float]:
    lecture_s, lue = _timed(lambda: read_promotion(classeur))
    controle_s, _ = _timed(lambda: check_promotion(lue, le=LE))
    assert not any(ligne.situees for ligne in lue.lignes)
    retour_s, _ = _timed(lambda: write_retour(lue))
    corps = [ligne.corps for ligne in lue.lignes]
    norme_s, _ = _timed(lambda: [_check(octets) for octets in corps])
    return {
        "lecture_s": lecture_s,
        "controle_s": controle_s,
        "retour_s": retour_s,
        "norme_s": norme_s,
        "part_norme": norme_s / (lecture_s + controle_s),
    }


def _check(corps: bytes) -> None:
    lu = lecture.read(DepotDossier, corps)
    controles.merge(lu.anomalies, controles.check_depot(lu.message, recu_le=LE))


def _timed(acte: Callable[[], Any]) -> tuple[float, Any]:
    debut = time.process_time()
    rendu = acte()
    return time.process_time() - debut, rendu


def _memory(classeur: Path) -> int:
    """The peak of a fresh process that reads, checks and writes the copy, in MiB."""
    sortie = subprocess.run(
        [sys.executable, __file__, "--un", str(classeur)], capture_output=True, text=True, check=True
    ).stdout
    return int(sortie)


def _one(classeur: Path) -> None:
    lue = read_promotion(classeur)
    check_promotion(lue, le=LE)
    write_retour(lue)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--un"]:
        _one(Path(sys.argv[2]))
    else:
        main()
