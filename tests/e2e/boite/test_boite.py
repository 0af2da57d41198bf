"""A small campaign of the box at each run of the suite; `campagne_boite.py` plays the whole."""

import subprocess
import sys
from pathlib import Path

CAMPAGNE = Path(__file__).with_name("campagne_boite.py")


def test_queued_deposits_end_in_as_many_dossiers_whatever_goes_wrong() -> None:
    options = ["--dossiers", "40", "--par-panne", "1", "--court", "--facteur", "720", "--delai", "300"]
    fait = subprocess.run(
        [sys.executable, str(CAMPAGNE), *options], capture_output=True, text=True, timeout=600, check=False
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    assert "Dossiers chez l'OPCO : 40 pour 40 ; conventions : 40" in fait.stdout
    assert "Fautes : 0" in fait.stdout
