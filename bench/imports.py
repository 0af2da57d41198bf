"""How long commands take to start: each in turn with an empty interpreter, so that a busy machine weighs on both.

`./run bench imports` : median over `--tours` turns, in seconds, and how many times an empty Python. With `--python`, in
another environment: that of a wheel without extras, as a CFA has it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMME = "from traitdunion.cli import main; main()"
MESURES = {
    "python -c pass": ("pass",),
    "import traitdunion.cfa": ("import traitdunion.cfa",),
    "traitdunion --version": (PROGRAMME, "--version"),
    "traitdunion cfa --help": (PROGRAMME, "cfa", "--help"),
    "traitdunion cfa diagnostic --sans-reseau": (PROGRAMME, "cfa", "diagnostic", "--sans-reseau"),
}


def measure(python: Path, tours: int) -> dict[str, float]:
    """The median time of each measure, in seconds."""
    durees: dict[str, list[float]] = {nom: [] for nom in MESURES}
    with tempfile.TemporaryDirectory() as vide:
        environ = {**os.environ, "XDG_CONFIG_HOME": vide}
        for tour in range(tours + 1):
            for nom, arguments in MESURES.items():
                debut = time.perf_counter()
                subprocess.run([python, "-c", *arguments], env=environ, capture_output=True, check=False)
                if tour:  # the first turn fills the caches
                    durees[nom].append(time.perf_counter() - debut)
    return {nom: statistics.median(prises) for nom, prises in durees.items()}


def main() -> None:
    """Measure, and print one line each."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("--python", type=Path, default=Path(sys.executable))
    lecteur.add_argument("--tours", type=int, default=15)
    reglages = lecteur.parse_args()
    medianes = measure(reglages.python, reglages.tours)
    vide = medianes["python -c pass"]
    for nom, mediane in medianes.items():
        print(f"{nom:<42} {mediane:6.3f} s  x{mediane / vide:5.1f}")


if __name__ == "__main__":
    main()
