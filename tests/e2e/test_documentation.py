"""The commands of /docs, pasted one after the other against `./run demo`, as the page promises."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from traitdunion.norme.routes import ROUTES
from traitdunion.opco.api.documentation import commandes

DEMO = [sys.executable, "-m", "traitdunion.bac_a_sable.demo"]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Path]:
    """The folder of somebody who has started the demonstration there."""
    demo = subprocess.Popen([*DEMO, "--apprentis", "0", "--json", "demo.json"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        limite = time.monotonic() + 180
        while not (tmp_path / "demo.json").exists():
            assert demo.poll() is None, "the demonstration ended too early"
            assert time.monotonic() < limite
            time.sleep(0.1)
        yield tmp_path
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)


def test_every_command_of_the_page_works_against_the_demo(bureau: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl absent (paquet curl)")
    demarrage, _, preparation = commandes.PREPARATION.partition("\n")
    assert demarrage.startswith("./run demo --json demo.json")
    # `--fail-with-body`: what is refused stops here, and is read.
    preparation = preparation.replace("curl -sS", "curl --fail-with-body -sS")
    suite = [f"echo '# {route.nom}' >&2\n{commandes.command(route)}" for route in ROUTES]

    fait = _type("set -euo pipefail\n" + "\n".join([preparation, *suite]), bureau)

    assert fait.returncode == 0, fait.stderr + fait.stdout
    etats = json.loads(_type(f"{preparation}\n{commandes.ENVOIS['jeton']}\n{ETATS}", bureau).stdout)
    # Those of the demonstration come before.
    assert [une["montantFacture"] for une in etats["factures"] if une["referenceFactureCFA"] == "FA-DEMO-1"] == [100]
    assert (bureau / "relu.pdf").read_bytes() == (bureau / "convention.pdf").read_bytes()


ETATS = commandes.ENVOIS["lire_etats_factures"]


def _type(texte: str, dossier: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "-c", texte], cwd=dossier, env=os.environ, capture_output=True, text=True, timeout=120, check=False
    )
