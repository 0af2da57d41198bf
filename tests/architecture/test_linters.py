"""The tools that read the whole project, as tests: `./run check` and `./run test` then end with one summary."""

import subprocess
import sys
from pathlib import Path

import pytest
from builders.projet import RACINE, published

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


def test_every_shell_script_parses() -> None:
    scripts = [chemin for chemin in published() if _is_shell(RACINE / chemin)]

    assert {"run", ".ci/run"} <= {str(chemin) for chemin in scripts}
    for chemin in scripts:
        fait = subprocess.run(["bash", "-n", chemin], cwd=RACINE, capture_output=True, text=True)
        assert fait.returncode == 0, fait.stderr


def _is_shell(chemin: Path) -> bool:
    with chemin.open("rb") as ouvert:
        return ouvert.readline().startswith(b"#!") and chemin.suffix in ("", ".sh")
