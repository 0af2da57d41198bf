"""What typer says by itself, in French; what it may say one day and is not known stays whole."""

import re
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner, Result

from traitdunion import cli
from traitdunion.cfa.commandes import app as cfa
from traitdunion.lancement import fin
from traitdunion.lancement.langue import say_usage

ANGLAIS = re.compile(r"\b(?:No such|Missing|Invalid|Usage|Error|Show|required|default|does not|should|Try|Got)\b")


def an_app() -> typer.Typer:
    app = typer.Typer(cls=fin.Groupe, rich_markup_mode=None)

    @app.command()
    def peser(
        fichier: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FICHIER")],
        *,
        fois: Annotated[int, typer.Option(min=1, max=9, help="Combien de fois.")] = 2,
        nom: Annotated[str, typer.Option(help="Le nom.")],
    ) -> None:
        """Peser un fichier."""

    @app.command()
    def autre(dossier: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
        """Autre chose."""

    return app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(an_app(), list(arguments), env={"COLUMNS": "100"})


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (["pesre"], "La commande « pesre » n'existe pas. Vouliez-vous dire 'peser' ?"),
        (["zzz"], "La commande « zzz » n'existe pas."),
        (["peser", "{lui}", "--nmo", "x"], "L'option --nmo n'existe pas. Vouliez-vous dire --nom ?"),
        (["peser", "{lui}", "-z"], "L'option -z n'existe pas."),
        (["peser", "--nom", "x"], "Il manque FICHIER."),
        (["peser", "{lui}"], "Il manque --nom."),
        (["peser", "{lui}", "--nom"], "L'option --nom attend une valeur."),
        (["peser", "{lui}", "b", "--nom", "x"], "De trop : b."),
        (["peser", "{lui}", "l'été.pdf", "--nom", "x"], "De trop : l'été.pdf."),
        (["peser", "/nulle/part", "--nom", "x"], "FICHIER : le fichier /nulle/part n'existe pas."),
        (["peser", "/tmp", "--nom", "x"], "FICHIER : /tmp est un dossier."),
        (["autre", "{lui}"], "{lui} est un fichier."),
        (["peser", "{lui}", "--nom", "x", "--fois", "deux"], "--fois : un nombre entier est attendu."),
        (["peser", "{lui}", "--nom", "x", "--fois", "0"], "--fois : 1 au moins est attendu."),
        (["peser", "{lui}", "--nom", "x", "--fois", "10"], "--fois : 9 au plus est attendu."),
    ],
)
def test_an_error_of_usage_is_told_in_french(arguments: list[str], dit: str, tmp_path: Path) -> None:
    lui = tmp_path / "été à l'ombre.txt"
    lui.touch()
    fini = run(*(un.format(lui=lui) for un in arguments))

    assert fini.exit_code == 2
    dernier = fini.stderr.strip().splitlines()[-1]
    assert dernier.endswith(dit.format(lui=lui))
    assert not ANGLAIS.search(fini.stderr)
    assert "Aide : root" in fini.stderr or "attend une valeur" in fini.stderr


def test_the_root_command_speaks_french_too() -> None:
    fini = CliRunner().invoke(cli.app, ["zzz"])
    assert fini.exit_code == 2
    assert "La commande « zzz » n'existe pas." in fini.stderr
    choix = CliRunner().invoke(cli.app, ["completion", "cmd"])
    assert "Admis : 'bash', 'zsh', 'fish'." in choix.stderr
    assert not ANGLAIS.search(fini.stderr + choix.stderr)


def test_what_is_not_known_stays_as_it_is() -> None:
    assert say_usage("Something new.") == "Something new."
    assert say_usage("Invalid value for '--x': Something new.") == "--x : Something new."


def test_a_bare_group_shows_its_help_once() -> None:
    fini = CliRunner().invoke(cfa, [])

    assert fini.output.count("Utilisation :") == 1
    assert "Préparer :" in fini.output


def test_every_help_of_the_cfa_is_in_french_with_an_example() -> None:
    groupe: Any = typer.main.get_command(cfa)
    for mots, commande in _walk(groupe, []):
        aide = " ".join(CliRunner().invoke(cfa, [*mots, "--help"], env={"COLUMNS": "100"}).stdout.split())
        assert not ANGLAIS.search(aide), mots
        assert re.search(rf"Exemples? : traitdunion cfa {' '.join(mots)}\b", aide), mots
        assert commande.help


def _walk(commande: Any, mots: list[str]) -> list[tuple[list[str], Any]]:
    sous = getattr(commande, "commands", None)
    if sous is None:
        return [(mots, commande)]
    return [un for nom, une in sous.items() for un in _walk(une, [*mots, nom])]
