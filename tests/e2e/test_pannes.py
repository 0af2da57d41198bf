"""Small kill -9 campaigns at each run of the suite; `campagne_pannes.py`, `campagne_factures.py` play the whole."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("campagne_pannes.py")
FACTURES = Path(__file__).with_name("campagne_factures.py")


def test_nothing_acknowledged_is_lost_when_workers_are_killed() -> None:
    options = ["--par-point", "1", "--au-hasard", "3", "--probabilite", "0.02"]
    fait = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=600, check=False
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    lignes = [ligne for ligne in fait.stdout.splitlines() if ligne.startswith(("Perdus", "Numéros", "Fichiers illis"))]
    assert len(lignes) == 3
    assert all(ligne.endswith((": 0", ":0")) for ligne in lignes)


def test_the_ledger_balances_when_workers_are_killed_in_the_middle_of_invoices() -> None:
    points = ["objet_ecrit", "avant_grand_livre", "avant_commit", "apres_commit"]
    options = ["--par-point", "1", "--probabilite", "0.05", "--points", *points]
    fait = subprocess.run(
        [sys.executable, str(FACTURES), *options], capture_output=True, text=True, timeout=600, check=False
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    assert "Fautes : 0" in fait.stdout
