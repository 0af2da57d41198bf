"""Completion by the shell, through the doors of lazily loaded packages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from traitdunion import cli
from traitdunion.lancement.completion import Interpreteur, prepare, write_script

Complete = Callable[..., list[str]]
PROGRAMME = Path(sys.executable).parent / "traitdunion"


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """What the program answers to the shell for a line."""

    def ask(ligne: str, interpreteur: str = "bash") -> list[str]:
        environ = {
            "_TRAITDUNION_COMPLETE": f"complete_{interpreteur}",
            "COMP_WORDS": ligne,
            "COMP_CWORD": str(ligne.count(" ")),
            "_TYPER_COMPLETE_ARGS": ligne,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        for nom, valeur in environ.items():
            monkeypatch.setenv(nom, valeur)
        prepare()
        with pytest.raises(SystemExit):
            typer.main.get_command(cli.app).main(args=[], prog_name=PROGRAMME.name)
        return capsys.readouterr().out.splitlines()

    return ask


@pytest.mark.parametrize(
    ("ligne", "attendus"),
    [
        ("traitdunion re", {"referentiels", "recepisse"}),
        ("traitdunion cfa dia", {"diagnostic"}),
        ("traitdunion cfa diagnostic --sans", {"--sans-reseau"}),
        ("traitdunion cfa configurer --mon", {"--montrer"}),
        ("traitdunion completion f", {"fish"}),
    ],
)
def test_commands_and_options_are_completed_at_every_level(complete: Complete, ligne: str, attendus: set[str]) -> None:
    assert set(complete(ligne)) == attendus


def test_every_family_of_the_cfa_is_offered(complete: Complete) -> None:
    assert {"deposer", "controler", "configurer", "diagnostic"} <= set(complete("traitdunion cfa "))


@pytest.mark.parametrize("interpreteur", ["zsh", "fish"])
def test_other_shells_are_answered_in_their_own_way(complete: Complete, interpreteur: str) -> None:
    assert any("diagnostic" in ligne for ligne in complete("traitdunion cfa dia", interpreteur))


def test_the_names_of_the_profiles_are_offered(
    complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = tmp_path / "traitdunion" / "cfa.toml"
    fichier.parent.mkdir()
    fichier.write_text('[afdas]\napi = "x"\n[akto]\napi = "x"\n')
    fichier.chmod(0o600)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert complete("traitdunion cfa diagnostic --profil a") == ["afdas", "akto"]
    fichier.write_text("abîmé [")
    assert complete("traitdunion cfa diagnostic --profil a") == [""]


@pytest.mark.parametrize("interpreteur", list(Interpreteur))
def test_the_script_names_the_program_and_no_machine(interpreteur: Interpreteur) -> None:
    fini = CliRunner().invoke(cli.app, ["completion", interpreteur.value])

    assert fini.exit_code == 0
    assert "_TRAITDUNION_COMPLETE" in fini.stdout
    assert "/" not in fini.stdout.replace("/dev/null", "")
    assert CliRunner().invoke(cli.app, ["completion", "cmd"]).exit_code == 2


def test_a_real_bash_completes_with_the_script() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash absent (paquet bash)")
    essai = (
        f"{write_script(Interpreteur.BASH)}\n"
        "COMP_WORDS=(traitdunion cfa diagnostic --sa); COMP_CWORD=3\n"
        "_traitdunion_completion traitdunion\n"
        'printf "%s\\n" "${COMPREPLY[@]}"; complete -p traitdunion\n'
    )
    environ = {**os.environ, "PATH": f"{PROGRAMME.parent}:{os.environ['PATH']}"}
    fini = subprocess.run([bash, "--norc", "-c", essai], env=environ, capture_output=True, text=True, check=True)

    assert fini.stdout.splitlines() == [
        "--sans-reseau",
        "complete -o default -F _traitdunion_completion traitdunion",
    ]
