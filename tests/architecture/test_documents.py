"""The written part of the project: links that lead somewhere, records of one shape, a changelog up to date."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import typer
from builders.projet import RACINE, SOURCE, published, text

from traitdunion import __version__
from traitdunion.cli import app as racine
from traitdunion.norme.erreurs import CATALOGUE, Gravite

PAGES = [chemin for chemin in published() if chemin.suffix == ".md"]
ADR = sorted(chemin for chemin in PAGES if chemin.parent == Path("docs/adr") and chemin.name[0].isdigit())
RUBRIQUES = ["## Context", "## Decision", "## Consequences", "## Alternatives"]
CODES = {*CATALOGUE, *Gravite}
ADR_LIGNES_MAX = 70


def test_every_relative_link_leads_to_a_file() -> None:
    perdus = [
        f"{page}: {cible}"
        for page in PAGES
        for cible in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(page))
        if "://" not in cible and not (RACINE / page.parent / cible).exists()
    ]
    assert perdus == []


@pytest.mark.parametrize("chemin", ADR, ids=lambda chemin: chemin.name)
def test_a_decision_is_recorded_in_one_short_shape(chemin: Path) -> None:
    lignes = text(chemin).splitlines()
    numero = chemin.name[:4]

    assert lignes[0].startswith(f"# {numero}. ") or numero == "0000"
    assert re.match(r"Status: (accepted|superseded by \d{4})", lignes[2])
    assert [ligne for ligne in lignes if ligne.startswith("## ")] == RUBRIQUES
    assert len(lignes) <= ADR_LIGNES_MAX


def test_decisions_are_numbered_without_gap() -> None:
    assert [int(chemin.name[:4]) for chemin in ADR] == list(range(len(ADR)))


def test_every_decision_that_is_cited_exists() -> None:
    numeros = {chemin.name[:4] for chemin in ADR}
    cites = {
        f"{chemin}: {numero}"
        for chemin in published()
        if chemin.suffix in (".py", ".md", ".sql", ".toml", ".sh")
        for numero in re.findall(r"\bADR (\d{4})\b", text(chemin))
        if numero not in numeros
    }
    assert cites == set()


def test_every_dependency_says_why_it_is_there() -> None:
    projet = tomllib.loads(text(Path("pyproject.toml")))
    groupes = [
        projet["project"]["dependencies"],
        *projet["project"]["optional-dependencies"].values(),
        *projet["dependency-groups"].values(),
    ]
    declarees = {re.split(r"[\[>=<~! ]", un)[0] for groupe in groupes for un in groupe}
    dites = set(re.findall(r"(?m)^\| ([a-z0-9-]+) \|", text(Path("docs/adr/dependances.md")))) - {"package"}

    assert dites == declarees


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{__version__}]" in text(Path("CHANGELOG.md"))


def test_the_licence_is_the_one_that_the_package_declares() -> None:
    projet = tomllib.loads(text(Path("pyproject.toml")))

    assert projet["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text(Path("LICENSE"))
    assert "Version 2.0, January 2004" in text(Path("LICENSE"))


def test_every_command_of_run_that_a_page_gives_exists() -> None:
    commandes = set(_run_module().COMMANDES)
    donnees = {nom for page in PAGES for nom in re.findall(r"\./run ([a-z0-9]+)", text(page))}

    assert donnees
    assert donnees <= commandes


def test_every_traitdunion_command_that_a_page_gives_exists() -> None:
    connues = _commands()
    donnees = {
        re.sub(r"\s+", " ", trouve.strip())
        for page in PAGES
        for trouve in re.findall(r"traitdunion ((?:opco|cfa|recepisse)(?: [a-z][a-z-]+){1,2})", text(page))
    }
    assert donnees
    assert {d for d in donnees if d not in connues and d.rpartition(" ")[0] not in connues} == set()


def test_every_code_that_a_page_gives_exists() -> None:
    pages = [page for page in PAGES if page.parts[:2] in (("docs", "guides"), ("docs", "norme"))]
    donnes = {code for page in pages for code in re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`", text(page))}

    assert "DEPOT_DEJA_RECU" in donnes
    assert {un for un in donnes if un not in CODES and not un.startswith(("TRAITDUNION_", "AWS_"))} == set()


def test_every_decision_on_the_norm_that_is_done_says_where_it_stands() -> None:
    lignes = [ligne for ligne in text(Path("docs/norme/divergences.md")).splitlines() if ligne.endswith("| **done** |")]
    lieux = {ligne: re.findall(r"`([\w/.]+)`", ligne.split("|")[4]) for ligne in lignes}

    assert len(lignes) > 30
    assert [ligne for ligne, cites in lieux.items() if not cites and "schema" not in ligne] == []
    assert [un for cites in lieux.values() for un in cites if not (SOURCE / un).exists()] == []


def _run_module() -> object:
    spec = importlib.util.spec_from_file_location("run", RACINE / "tools" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _commands() -> set[str]:
    """Every command and group of the program, by its words after `traitdunion`."""
    from traitdunion.cfa.commandes import app as cfa
    from traitdunion.opco.manage import app as opco

    noms: set[str] = set()

    def walk(application: typer.Typer, prefixe: str) -> None:
        for nom, commande in typer.main.get_command(application).commands.items():  # type: ignore[attr-defined]
            noms.add(f"{prefixe}{nom}")
            noms.update(f"{prefixe}{nom} {sous}" for sous in getattr(commande, "commands", {}))

    walk(racine, "")
    walk(cfa, "cfa ")
    walk(opco, "opco ")
    return noms
