"""The project seen from outside: its root, the files that it publishes, the definitions of its source."""

import ast
import functools
import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
SOURCE = RACINE / "src" / "traitdunion"

Fonction = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def published() -> tuple[Path, ...]:
    """Every file that git holds or would hold, relative to the root."""
    sortie = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=RACINE,
        capture_output=True,
        check=True,
    ).stdout
    chemins = (Path(nom) for nom in sorted(set(sortie.decode().split("\0"))) if nom)
    return tuple(chemin for chemin in chemins if (RACINE / chemin).is_file())


def python_files(*dossiers: str) -> list[Path]:
    """The published Python files under these folders, relative to the root."""
    return [chemin for chemin in published() if chemin.suffix == ".py" and chemin.parts[0] in dossiers]


def text(chemin: Path) -> str:
    """A published file's text, or nothing when it is not text."""
    try:
        return (RACINE / chemin).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def tree(chemin: Path) -> ast.Module:
    """A published Python file, parsed; kept for the whole run, so that the collector need not look at it again."""
    gc.disable()
    try:
        return ast.parse(text(chemin), str(chemin))
    finally:
        gc.freeze()
        gc.enable()


def functions(chemin: Path) -> Iterator[Fonction]:
    """Every function of a file, methods and inner ones included."""
    return (noeud for noeud in ast.walk(tree(chemin)) if isinstance(noeud, Fonction))
