"""Metrics of several worker processes, told by whichever answers."""

import os
import subprocess
import sys
from pathlib import Path

from traitdunion.opco.socle import metrics

WORKER = """
import os, sys
from traitdunion.opco.socle import metrics
metrics.Mesure("/v1/dossiers").observe("POST", 200, 0.02)
metrics.REFUS.labels("AGE_INSUFFISANT").inc()
metrics.DERNIER_NUMERO.set(int(sys.argv[1]))
if sys.argv[2] == "meurt":
    os.kill(os.getpid(), 9)
print(metrics.expose().decode())
"""


def run(dossier: Path | None, dernier: int, suite: str = "dit") -> str:
    environ = {nom: valeur for nom, valeur in os.environ.items() if nom != metrics.DOSSIER}
    if dossier is not None:
        environ[metrics.DOSSIER] = str(dossier)
    ordre = [sys.executable, "-c", WORKER, str(dernier), suite]
    return subprocess.run(ordre, env=environ, stdout=subprocess.PIPE, text=True).stdout


def test_one_worker_tells_the_figures_of_all_even_of_the_dead(tmp_path: Path) -> None:
    run(tmp_path, 40)
    run(tmp_path, 42, "meurt")
    texte = run(tmp_path, 41)

    assert 'traitdunion_appels_total{methode="POST",route="/v1/dossiers",statut="200"} 3.0' in texte
    assert 'traitdunion_duree_secondes_bucket{le="0.025",methode="POST",route="/v1/dossiers"} 3.0' in texte
    assert 'traitdunion_refus_total{code="AGE_INSUFFISANT"} 3.0' in texte
    assert "traitdunion_dernier_numero 42.0" in texte
    assert "pid=" not in texte


def test_a_process_alone_tells_its_own() -> None:
    texte = run(None, 7)
    assert 'traitdunion_appels_total{methode="POST",route="/v1/dossiers",statut="200"} 1.0' in texte
    assert "traitdunion_dernier_numero 7.0" in texte


def test_an_unheard_of_method_makes_no_series_of_its_own() -> None:
    metrics.Mesure("/v1/dossiers").observe("BREW", 405, 0.001)
    assert 'methode="AUTRE"' in metrics.expose().decode()
    assert "BREW" not in metrics.expose().decode()
