"""The tools that read the whole project, as tests: `./run check` and `./run test` then end with one summary."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from builders.projet import RACINE, published, text

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "commande",
    [
        pytest.param([BIN / "ruff", "format", "--check", "."], id="ruff format"),
        pytest.param([BIN / "ruff", "check", "--quiet", "."], id="ruff check"),
        pytest.param([BIN / "mypy", "--no-pretty"], id="mypy"),
        pytest.param([BIN / "lint-imports", "--no-logo"], id="lint-imports"),
        pytest.param([sys.executable, "tools/openapi.py", "--verifier"], id="openapi"),
    ],
)
def test_the_tool_finds_nothing_to_say(commande: list[str]) -> None:
    fait = subprocess.run(commande, cwd=RACINE, capture_output=True, text=True)

    if fait.returncode != 0:
        pytest.fail(f"\n{fait.stdout}{fait.stderr}", pytrace=False)


def test_the_contract_of_the_base_install_names_all_that_the_extra_brings() -> None:
    projet = tomllib.loads(text(Path("pyproject.toml")))
    (contrat,) = [un for un in projet["tool"]["importlinter"]["contracts"] if "serveur" in un["name"]]
    extra = {re.split(r"[\[>=<]", un)[0] for un in projet["project"]["optional-dependencies"]["serveur"]}
    autres_noms = {"argon2-cffi": "argon2"}
    attendus = {autres_noms.get(nom, nom.replace("-", "_")) for nom in extra - {"pillow"}}  # the base brings it too

    assert attendus <= set(contrat["forbidden_modules"])


def test_every_shell_script_parses() -> None:
    scripts = [chemin for chemin in published() if _is_shell(RACINE / chemin)]

    assert {"run", ".ci/run"} <= {str(chemin) for chemin in scripts}
    for chemin in scripts:
        fait = subprocess.run(["bash", "-n", chemin], cwd=RACINE, capture_output=True, text=True)
        assert fait.returncode == 0, fait.stderr


def _is_shell(chemin: Path) -> bool:
    with chemin.open("rb") as ouvert:
        return ouvert.readline().startswith(b"#!") and chemin.suffix in ("", ".sh")
