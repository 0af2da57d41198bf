"""What the commands share: families of the help, progress, Ctrl-C while something is being sent."""

import io
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from traitdunion.cfa.commandes import app
from traitdunion.cfa.envoi import Bilan
from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.terminal.familles import AUTRES, FAMILLES, GroupeParFamilles
from traitdunion.cfa.terminal.outcome import outcome
from traitdunion.cfa.terminal.progres import progress, progress_by_etape


class Ecran(io.StringIO):
    """An error output that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_every_command_belongs_to_a_family_and_the_help_follows_the_work() -> None:
    aide = CliRunner().invoke(app, ["--help"]).stdout

    commandes: Any = typer.main.get_command(app)
    rangees = [nom for _, noms in FAMILLES for nom in noms]
    assert set(commandes.commands) <= set(rangees)
    assert AUTRES not in aide
    titres = [titre for titre, _ in FAMILLES if f"{titre} :" in aide]
    assert [aide.index(f"{titre} :") for titre in titres] == sorted(aide.index(f"{titre} :") for titre in titres)
    assert titres[0] == "Préparer"
    assert titres[-1] == "Régler"


def test_a_command_of_no_family_is_still_shown() -> None:
    autre = typer.Typer(cls=GroupeParFamilles, rich_markup_mode=None)

    @autre.command("deposer")
    def deposer() -> None:
        """Connue."""

    @autre.command("nouvelle")
    def nouvelle() -> None:
        """Pas encore rangée."""

    aide = CliRunner().invoke(autre, ["--help"]).stdout
    assert aide.index("deposer") < aide.index(f"{AUTRES} :") < aide.index("nouvelle")


def test_progress_is_shown_on_a_terminal_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for ecran, montre in ((Ecran(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", ecran)
        monkeypatch.setenv("TERM", "xterm")
        with progress("Dépôt", 2) as avance:
            avance(1)
            avance(1)
        assert ("Dépôt" in ecran.getvalue()) is montre


def test_each_stage_has_its_bar_and_one_of_unknown_length_says_how_much_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ecran = Ecran()
    monkeypatch.setattr(sys, "stderr", ecran)
    monkeypatch.setenv("TERM", "xterm")
    with progress_by_etape() as avance:
        avance("États", 40, None)
        avance("Dossiers", 3, 200)

    assert "40/?" in ecran.getvalue()
    assert "3/200" in " ".join(ecran.getvalue().split()).replace("/ ", "/")


def test_ctrl_c_while_sending_tells_to_read_back_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as fin, outcome(en_json=False, bilan=Bilan()):
        raise KeyboardInterrupt
    assert fin.value.exit_code == 130
    assert "relisez l'état" in " ".join(capsys.readouterr().err.split())

    recu = Bilan(numero_interne="12", numero_externe="CA-0000012")
    with pytest.raises(typer.Exit), outcome(en_json=False, bilan=recu):
        raise KeyboardInterrupt
    dit = " ".join(capsys.readouterr().err.split())
    assert "CA-0000012" in dit
    assert "--numero-interne 12" in dit


def test_ctrl_c_while_nothing_is_sent_is_left_to_the_program() -> None:
    with pytest.raises(KeyboardInterrupt), outcome(en_json=False):
        raise KeyboardInterrupt


def test_an_error_that_a_command_lets_through_is_told_as_the_others_are() -> None:
    autre = typer.Typer(cls=GroupeParFamilles)

    @autre.command("deposer")
    def deposer() -> None:
        raise ProfilInvalide("Il manque une clé.")

    @autre.command("envois")
    def envois() -> None:
        """Make a group of it."""

    fini = CliRunner().invoke(autre, ["deposer"])
    assert fini.exit_code == 2
    assert fini.stderr == "Il manque une clé.\n"
