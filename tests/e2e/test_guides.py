"""What the guides tell people to type is typed here, on the real server."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from builders.projet import RACINE

from traitdunion.bac_a_sable.demo import convention
from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.norme import lecture, recepisse
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.openapi.exemples import DEPOT

GUIDE = (RACINE / "docs" / "guides" / "editeur.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def connexion() -> Iterator[Connection]:
    with serving(port=None, conserver=None) as connexion:
        yield connexion


@pytest.fixture
def bureau(connexion: Connection, tmp_path: Path) -> Path:
    """The folder that the guide's reader works in: the demonstration's file, and a convention of their own."""
    acces = {
        "api": connexion.api,
        "jeton": connexion.jeton,
        "client_id": connexion.client_id,
        "client_secret": connexion.client_secret,
        "cle_api": connexion.cle_api,
    }
    (tmp_path / "demo.json").write_text(json.dumps(acces), encoding="utf-8")
    cerfa = lecture.read(DepotDossier, msgspec.json.encode(DEPOT)).message.cerfa
    assert cerfa is not None
    (tmp_path / "convention.pdf").write_bytes(convention.draw(cerfa))
    return tmp_path


def test_the_shell_commands_of_the_editor_s_guide_lead_to_a_dossier_number(connexion: Connection, bureau: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl absent (paquet curl)")

    sortie = _type("bash", "-c", "set -euo pipefail\n" + _blocks("sh"), bureau)

    accuse = json.loads((bureau / "accuse.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"CA-\d{7}", accuse["numeroExterne"])
    assert '"recevable":true' in sortie
    assert f'"numeroInterneDossier":"{accuse["numeroInterne"]}"' in sortie
    assert '"EtatDossierResult"' in sortie
    signe = (bureau / "recepisse.json").read_bytes()
    assert recepisse.verify(signe, connexion.cle_publique, corps=(bureau / "contrat.json").read_bytes()) == []


def test_the_python_program_of_the_editor_s_guide_leads_to_a_dossier_number(bureau: Path) -> None:
    sortie = _type(sys.executable, "-c", _blocks("python"), bureau)

    assert re.match(r"CA-\d{7} ", sortie)


def _blocks(langage: str) -> str:
    blocs = re.findall(rf"```{langage}\n(.*?)```", GUIDE, re.DOTALL)
    assert blocs
    return "\n".join(blocs)


def _type(*commande_et_dossier: str | Path) -> str:
    *commande, dossier = commande_et_dossier
    fait = subprocess.run(commande, cwd=dossier, capture_output=True, text=True, timeout=120)
    assert fait.returncode == 0, fait.stderr
    return fait.stdout
