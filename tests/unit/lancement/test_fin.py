"""How commands end when nobody wished it: Ctrl-C, closed pipe, full disk, a defect of ours."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from builders.projet import RACINE
from typer.testing import CliRunner, Result

from traitdunion.lancement import codes, fin, incident

PROGRAMME = [sys.executable, "-c", "from traitdunion.cli import main; main()"]
NIR = "2060599999999"


@pytest.fixture(autouse=True)
def etats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "état à moi"))
    monkeypatch.delenv("TRAITDUNION_DEBUG", raising=False)
    return tmp_path / "état à moi" / "traitdunion" / "incidents"


def ending_with(erreur: BaseException) -> Result:
    """Run a command that ends so, with an apprentice's NIR at hand."""
    app = typer.Typer(cls=fin.Groupe)

    @app.command()
    def rompre(nir: str) -> None:
        raise erreur

    @app.command()
    def autre() -> None:
        """Make a group of it."""

    return CliRunner().invoke(app, ["rompre", NIR])


def test_ctrl_c_says_that_nothing_is_lost() -> None:
    for erreur in (KeyboardInterrupt(), typer.Abort()):
        fini = ending_with(erreur)
        assert fini.exit_code == codes.INTERROMPU == 130
        assert "Rien n'est perdu" in fini.stderr


def test_a_defect_is_a_sentence_with_a_reference_and_a_file(etats: Path) -> None:
    fini = ending_with(ValueError(f"invalid NIR {NIR}"))

    assert fini.exit_code == codes.INCIDENT
    assert "Traceback" not in fini.output
    assert NIR not in fini.output
    (fichier,) = etats.glob("*.txt")
    assert fichier.stem in fini.stderr
    assert str(fichier) in fini.stderr
    assert fichier.stat().st_mode & 0o777 == 0o600
    assert fichier.parent.stat().st_mode & 0o777 == 0o700


def test_the_file_says_where_it_broke_and_nothing_of_anyone(etats: Path) -> None:
    cause = KeyError(NIR)
    erreur = ValueError(f"invalid NIR {NIR}")
    erreur.__cause__ = cause
    ending_with(erreur)
    (fichier,) = etats.glob("*.txt")
    texte = fichier.read_text()

    assert "builtins.ValueError" in texte
    assert "builtins.KeyError" in texte
    assert "in rompre" in texte
    assert " rompre" in texte.splitlines()[2]
    assert NIR not in texte


def test_only_the_latest_incidents_are_kept(etats: Path) -> None:
    for _ in range(incident.GARDES + 3):
        incident.record_incident(ValueError(), commande="x")

    assert len(list(etats.glob("*.txt"))) == incident.GARDES


def test_where_nothing_can_be_written_the_sentence_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "occupe").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "occupe"))
    fini = ending_with(ValueError())

    assert fini.exit_code == codes.INCIDENT
    assert "n'ont pu être écrits" in fini.stderr


def test_who_asks_for_the_details_sees_them(monkeypatch: pytest.MonkeyPatch, etats: Path) -> None:
    monkeypatch.setenv("TRAITDUNION_DEBUG", "1")
    erreur = ValueError("vu")

    assert ending_with(erreur).exception is erreur
    assert not etats.exists()


@pytest.mark.parametrize(
    ("numero", "dit"),
    [
        (errno.ENOSPC, "disque est plein"),
        (errno.EROFS, "lecture seule"),
        (errno.EACCES, "le droit"),
        (errno.ENOTDIR, "est un fichier"),
        (errno.EISDIR, "un dossier"),
        (errno.EEXIST, "déjà ce nom"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_file(numero: int, dit: str, etats: Path) -> None:
    fini = ending_with(OSError(numero, os.strerror(numero), "/mnt/clé/export.xlsx"))

    assert fini.exit_code == codes.USAGE
    assert dit in fini.stderr
    assert "/mnt/clé/export.xlsx" in fini.stderr
    assert not etats.exists()


def test_what_a_command_ends_itself_is_left_as_it_is() -> None:
    assert ending_with(typer.Exit(3)).exit_code == 3
    usage = ending_with(typer.BadParameter("mal dit"))
    assert usage.exit_code == codes.USAGE
    assert "Mal dit" in usage.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["cfa", "--help"], ["cfa", "diagnostic", "--sans-reseau", "--json"]])
def test_a_reader_that_goes_away_gets_no_complaint(arguments: list[str], tmp_path: Path) -> None:
    lecture, ecriture = os.pipe()
    os.close(lecture)
    fini = subprocess.run(
        [*PROGRAMME, *arguments],
        stdout=ecriture,
        stderr=subprocess.PIPE,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        text=True,
        check=False,
    )
    os.close(ecriture)

    assert fini.stderr in ("", "1 point(s) à corriger, marqués ✗ ; commencez par le premier.\n")
    assert fini.returncode == codes.SORTIE_FERMEE


def test_ctrl_c_on_a_real_process_ends_with_130_and_a_sentence(tmp_path: Path) -> None:
    tuyau = tmp_path / "reglages.txt"
    os.mkfifo(tuyau)
    enfant = subprocess.Popen(
        [*PROGRAMME, "cfa", "configurer", "--profil", "afdas", "--depuis-entree"],
        stdin=os.open(tuyau, os.O_RDWR),  # nobody writes: it waits
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        text=True,
        # A suite that runs in the background inherits SIGINT ignored, and would pass that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    _wait_until_reading(enfant.pid)
    enfant.send_signal(signal.SIGINT)
    _, dit = enfant.communicate(timeout=120)

    assert enfant.returncode == codes.INTERROMPU
    assert "Rien n'est perdu" in dit
    assert "Traceback" not in dit


def _wait_until_reading(pid: int) -> None:
    """Until the process sleeps in a read of its standard input."""
    limite = time.monotonic() + 30
    while time.monotonic() < limite:
        appel = Path(f"/proc/{pid}/wchan").read_text()
        if "pipe" in appel and "read" in appel:
            return
        time.sleep(0.05)
    raise AssertionError("it never waited")


def test_the_codes_are_told_once_and_the_same_everywhere() -> None:
    import re

    from traitdunion.cfa.terminal import outcome

    connus = {un.code for un in codes.TABLE}
    assert len(connus) == len(codes.TABLE)
    assert codes.epilogue() == outcome.CODES
    assert all(f"{un} " in outcome.CODES for un in (0, 2, 3, 4, 5))
    guide = (RACINE / "docs" / "guides" / "cfa.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\| (\d+) \| (.*) \| (.*) \|$", guide) == [
        (str(un.code), un.sens, un.que_faire) for un in codes.TABLE
    ]


def test_what_typer_ends_itself_is_known_by_its_exit_code() -> None:
    # `ends` tells by this attribute an error of usage, to be shown as it is, from a defect.
    genres: list[Any] = [typer.Exit(), typer.BadParameter("x")]

    assert all(hasattr(un, "exit_code") for un in genres)
