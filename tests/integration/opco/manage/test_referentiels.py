"""`traitdunion referentiels …`, from the terminal to the database."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from builders.donnees.referentiels import to_csv
from typer.testing import CliRunner, Result

from traitdunion.opco.manage.referentiels import app


class Terminal:
    """Runs commands as an operator would, on one database."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = {nom: None for nom in os.environ if nom.startswith("TRAITDUNION_")} | environ

    def run(self, *arguments: object, **environ: str) -> Result:
        return CliRunner().invoke(app, [str(un) for un in arguments], env=self._environ | environ)

    def lines(self, *arguments: object) -> str:
        resultat = self.run(*arguments)
        assert resultat.exit_code == 0, resultat.output
        return resultat.stdout

    def json(self, *arguments: object) -> Any:
        return json.loads(self.lines(*arguments, "--json"))

    def refused(self, *arguments: object, **environ: str) -> str:
        resultat = self.run(*arguments, **environ)
        assert resultat.exit_code == 1, resultat.output
        assert resultat.stdout == ""
        return resultat.stderr


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal({"TRAITDUNION_DATABASE_URL": database_url, "TRAITDUNION_DONNEES": str(tmp_path)})


@pytest.fixture
def naf(tmp_path: Path) -> Path:
    """A list of activities whose line 22 is wrong."""
    fichier = tmp_path / "naf_20250131.csv"
    lignes = [(f"{rang:04}Z", "Activité FICTIVE") for rang in range(20)]
    fichier.write_bytes(to_csv([("code", "libelle"), *lignes, ("FAUX", "Activité FICTIVE")]))
    return fichier


def test_a_file_is_tried_imported_listed_and_cancelled(terminal: Terminal, naf: Path) -> None:
    assert "À blanc" in terminal.lines("importer", "naf", naf, "--a-blanc")
    assert terminal.json("lister") == []

    dit = terminal.lines("importer", "naf", naf)
    assert "valable du 31/01/2025" in dit
    assert "Lignes lues : 21. Acceptées : 20. Rejetées : 1." in dit
    assert "ligne 22, code : « FAUX »" in dit
    (version,) = terminal.json("lister", "naf")
    assert (version["lignes_acceptees"], version["lignes_rejetees"], version["annule_le"]) == (20, 1, None)
    assert f"n° {version['id']}" in terminal.lines("lister")
    assert "ligne 22" in terminal.lines("rapport", version["id"])
    (faute,) = terminal.json("rapport", version["id"])["rapport"]["fautes"]
    assert (faute["ligne"], faute["rejetee"]) == (22, True)

    assert "annulée" in terminal.lines("annuler", "naf", version["id"])
    assert "annulée le" in terminal.lines("lister")


def test_the_same_file_again_is_told_and_changes_nothing(terminal: Terminal, naf: Path) -> None:
    premier = terminal.json("importer", "naf", naf, "--valable-du", "2024-01-01")
    second = terminal.json("importer", "naf", naf, "--valable-du", "01/02/2025")

    assert (premier["deja"], second["deja"]) == (False, True)
    assert second["version"] == premier["version"]
    assert second["valable_du"] == "2024-01-01"
    assert "Rien ne change" in terminal.lines("importer", "naf", naf)
    assert len(terminal.json("lister")) == 1


def test_what_cannot_be_done_is_said_in_one_sentence(terminal: Terminal, naf: Path) -> None:
    assert "n'est pas une nature" in terminal.refused("importer", "inconnue", naf)
    assert "n'est pas une date" in terminal.refused("importer", "naf", naf, "--valable-du", "31/02/2025")
    assert "n'est pas une date" in terminal.refused("importer", "naf", naf, "--valable-du", "45688")
    assert "colonnes" in terminal.refused("importer", "idcc", naf)
    assert "lister" in terminal.refused("annuler", "naf", 1)
    assert "lister" in terminal.refused("rapport", 1)
    assert terminal.run("importer", "naf", naf.with_name("absent.csv")).exit_code == 2


def test_the_samples_are_imported_once_and_never_in_production(terminal: Terminal, tmp_path: Path) -> None:
    assert [un["version"] for un in terminal.json("exemple")] == [1, 2, 3, 4, 5, 6, 7]
    assert terminal.lines("exemple").count("(déjà là)") == 7

    production = {
        "TRAITDUNION_ENVIRONNEMENT": "production",
        "TRAITDUNION_URL_PUBLIQUE": "https://opco.example",
        "TRAITDUNION_SECRETS": str(tmp_path / "secrets.json"),
    }
    assert "production" in terminal.refused("exemple", **production)
