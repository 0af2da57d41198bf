"""Files, functions and folders stay small enough to be read whole (architecture.md §6)."""

from collections import Counter
from pathlib import Path

from builders.projet import functions, published, python_files, text

FICHIER_MAX, FONCTION_MAX, PRISE_MAX, ESSAI_MAX, DOSSIER_MAX = 500, 80, 30, 800, 12
PORTE = Path("src/traitdunion/opco/api/resources")

# What may be larger, and why. An entry that is no longer needed fails too.
EXCEPTIONS: dict[str, str] = {
    "src/traitdunion/opco/socle/schema.sql": "written by PostgreSQL from the migrations",
    "src/traitdunion/opco/socle/migrations": "one file per step of the schema, for ever",
}


def test_files_are_short() -> None:
    trop = {}
    for chemin in published():
        if chemin.parts[0] not in ("src", "tests", "tools", "bench") or chemin.suffix not in (
            ".py",
            ".sql",
            ".html",
            ".css",
            ".js",
        ):
            continue
        lignes = text(chemin).count("\n")
        if lignes > (ESSAI_MAX if chemin.parts[0] == "tests" else FICHIER_MAX):
            trop[str(chemin)] = lignes
    assert _beyond(trop) == {}


def test_functions_are_short() -> None:
    trop = {}
    for chemin in python_files("src", "tests", "tools", "bench"):
        limite = PRISE_MAX if chemin.parent == PORTE else FONCTION_MAX
        for fonction in functions(chemin):
            lignes = (fonction.end_lineno or fonction.lineno) - fonction.lineno + 1
            if lignes > limite:
                trop[f"{chemin}::{fonction.name}"] = lignes
    assert _beyond(trop) == {}


def test_folders_hold_few_files() -> None:
    compte = Counter(
        str(chemin.parent) for chemin in published() if chemin.parts[0] in ("src", "tests", "tools", "bench")
    )
    assert _beyond({dossier: fichiers for dossier, fichiers in compte.items() if fichiers > DOSSIER_MAX}) == {}


def test_no_exception_has_outlived_its_reason() -> None:
    chemins = {str(chemin) for chemin in published()} | {str(chemin.parent) for chemin in published()}
    assert {nom for nom in EXCEPTIONS if nom.partition("::")[0] not in chemins} == set()


def _beyond(trop: dict[str, int]) -> dict[str, int]:
    return {nom: mesure for nom, mesure in trop.items() if nom not in EXCEPTIONS}
