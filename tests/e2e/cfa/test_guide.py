"""What the CFA's guide tells people to type is typed here, on the real server, in the order of the guide."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.projet import RACINE

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection, serving

GUIDE = (RACINE / "docs" / "guides" / "cfa.md").read_text(encoding="utf-8")
# Installing is tried by the wheel's own test; the chapters on one contract take the reader's own files.
AILLEURS = ("Contrôler, sans rien envoyer", "Déposer un seul contrat", "Passer du papier", "Garder la preuve")
A_FAIRE = 10  # `suivre`: something waits for the CFA


@pytest.fixture(scope="module")
def connexion() -> Iterator[Connection]:
    with serving(port=None, conserver=None) as connexion:
        yield connexion


@pytest.fixture
def bureau(connexion: Connection, tmp_path: Path) -> Path:
    """The folder that the guide's reader works in, once the OPCO has given identifiers."""
    reglages = tmp_path / "config" / "traitdunion" / "cfa.toml"
    reglages.parent.mkdir(parents=True)
    reglages.write_text(
        f'[afdas]\nopco = "traitdunion"\napi = "{connexion.api}"\njeton = "{connexion.jeton}"\n'
        f'client_id = "{connexion.client_id}"\nclient_secret = "{connexion.client_secret}"\n'
        f'cle_api = "{connexion.cle_api}"\nsiren = "{cast.SIREN}"\n\n'
        f'[afdas.facturation]\ndenomination = "CFA FICTIF"\nadresse = "1 rue de l\'Exemple"\niban = "{cast.IBAN}"\n',
        encoding="utf-8",
    )
    reglages.chmod(0o600)
    return tmp_path


def test_the_guide_leads_a_promotion_from_its_workbook_to_its_invoices(bureau: Path) -> None:
    dites = list(_commands())
    assert [dite.split()[2] for dite in dites] == [
        *("configurer", "diagnostic", "opco", "modele", "importer", "importer"),
        *("envois", "envois", "suivre", "facturer", "rapprocher"),
    ]
    for dite in dites[1:]:  # the settings are those of the fixture
        fait = _type(dite, bureau)
        assert fait.returncode in (0, A_FAIRE), f"{dite}\n{fait.stdout}\n{fait.stderr}"
        if dite.startswith("traitdunion cfa modele"):
            _type(f"{dite} --exemple 3 --conventions conventions --ecraser", bureau)
    assert (bureau / "promotion.anomalies.xlsx").exists(), "the copy that bears the numbers"


def _commands() -> Iterator[str]:
    """Each line of the guide's shell blocks, in order."""
    for chapitre in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]:
        if not chapitre.startswith(AILLEURS):
            for bloc in re.findall(r"```sh\n(.*?)```", chapitre, re.DOTALL):
                yield from (ligne for ligne in bloc.splitlines() if ligne.startswith("traitdunion cfa"))


def _type(dite: str, bureau: Path) -> "subprocess.CompletedProcess[str]":
    environ = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")}
    environ |= {
        "XDG_CONFIG_HOME": str(bureau / "config"),
        "XDG_DATA_HOME": str(bureau / "donnees"),
        "PATH": f"{Path(sys.executable).parent}:{environ['PATH']}",
    }
    return subprocess.run(
        ["bash", "-c", dite], cwd=bureau, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
