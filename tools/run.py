"""The project's commands, behind ./run: `./run help` lists them. Standard library only: help needs no set-up."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
BENCHS = RACINE / "bench"
USAGE = 2

Arguments = Sequence[str]


@dataclass(frozen=True)
class Commande:
    """One command: what help says of it, and what it runs; it returns the exit code."""

    aide: str
    run: Callable[[Arguments], int]


def demo(arguments: Arguments) -> int:
    """Play the demonstration."""
    return _become(sys.executable, "-m", "traitdunion.bac_a_sable.demo", *arguments)


def test(arguments: Arguments) -> int:
    """Run the whole suite; its linters are tests of tests/architecture. Named paths replace the suite.

    Two workers for what stands by itself; then, alone, what starts processes, kills them or drives a browser.
    """
    if arguments:
        return _become(sys.executable, "-m", "pytest", *arguments)
    os.chdir(RACINE)
    pytest = (sys.executable, "-m", "pytest", "-q")
    ensemble = subprocess.run(
        [*pytest, "-n", "2", "--dist", "worksteal", "tests", "--ignore", "tests/e2e"], check=False
    )
    seuls = subprocess.run([*pytest, "tests/e2e"], check=False)
    return ensemble.returncode or seuls.returncode


def check(arguments: Arguments) -> int:
    """Run what takes seconds: format, lint, types, import contracts, unit and architecture tests."""
    suites = [] if any(not un.startswith("-") for un in arguments) else ["tests/architecture", "tests/unit"]
    return _become(sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *arguments, *suites)


def dev(arguments: Arguments) -> int:
    """Serve the API on the embedded database, its data kept under ./donnees from one run to the next."""
    return _become(sys.executable, "-c", "from traitdunion.cli import main; main()", "opco", "servir", *arguments)


def e2e(arguments: Arguments) -> int:
    """Run the tests that start real processes."""
    if not any((RACINE / "tests" / "e2e").glob("test_*.py")):
        return _not_yet("e2e", "aucun essai de bout en bout n'est encore écrit dans tests/e2e")
    return _become(sys.executable, "-m", "pytest", *(arguments or ["tests/e2e"]))


def openapi(arguments: Arguments) -> int:
    """Write docs/openapi.json again, or check it."""
    inconnus = set(arguments) - {"--verifier"}
    if inconnus:
        return _usage(f"option inconnue : {' '.join(sorted(inconnus))}. Admise : --verifier.")
    return _become(sys.executable, "tools/openapi.py", *arguments)


def bench(arguments: Arguments) -> int:
    """Run one benchmark of bench/."""
    connus = sorted(chemin.stem for chemin in BENCHS.glob("*.py") if "__main__" in chemin.read_text(encoding="utf-8"))
    if not connus:
        return _not_yet("bench", "aucune mesure n'est encore écrite dans bench/")
    if not arguments or arguments[0] not in connus:
        return _usage(f"dites quelle mesure : ./run bench {' | '.join(connus)}.")
    return _become(sys.executable, f"bench/{arguments[0]}.py", *arguments[1:])


def recette(_arguments: Arguments) -> int:
    """The conformance kit."""
    return _not_yet("recette", "le kit de recette (package traitdunion.recette) n'est pas encore écrit")


def docs(_arguments: Arguments) -> int:
    """The documentation site."""
    return _not_yet(
        "docs",
        "le site de documentation n'est pas encore construit ; lisez docs/guides/, et /docs sur un serveur lancé",
    )


def show_help(_arguments: Arguments) -> int:
    """Every command on a line."""
    print("Trait d'union. Usage : ./run COMMANDE [OPTIONS]\n")
    for nom, commande in COMMANDES.items():
        print(f"  {nom:<8} {commande.aide}")
    print("\nLe premier appel prépare .venv, avec les dépendances verrouillées. Il faut git et Python 3.11.")
    return 0


COMMANDES = {
    "demo": Commande("joue toute la chaîne, de la clé au numéro de dossier ; --sans-attendre, --port N…", demo),
    "test": Commande("toute la suite d'essais, outils de relecture compris", test),
    "check": Commande("format, relecture, types, imports, essais unitaires et d'architecture : < 30 s", check),
    "dev": Commande("sert l'API sur la base embarquée, données gardées sous ./donnees", dev),
    "e2e": Commande("les essais qui lancent de vrais processus", e2e),
    "recette": Commande("le kit de recette (à venir)", recette),
    "openapi": Commande("réécrit docs/openapi.json ; --verifier pour comparer seulement", openapi),
    "bench": Commande("les mesures : ./run bench depot", bench),
    "docs": Commande("le site de documentation (à venir)", docs),
    "help": Commande("cette aide", show_help),
}


def main(argv: Arguments) -> int:
    """Run the command that `argv` names; without one, help."""
    nom, *arguments = argv or ["help"]
    if nom in ("-h", "--help"):
        nom = "help"
    if nom not in COMMANDES:
        return _usage(f"commande inconnue : {nom}. Commandes : {', '.join(COMMANDES)}.")
    return COMMANDES[nom].run(arguments)


def _become(*commande: str) -> int:
    """Take the place of this process, at the project's root: signals and exit code are the command's own."""
    os.chdir(RACINE)
    sys.stdout.flush()
    os.execv(commande[0], list(commande))  # noqa: S606 - fixed programs, and the developer's own arguments


def _not_yet(nom: str, raison: str) -> int:
    return _usage(f"« {nom} » n'existe pas encore : {raison}.")


def _usage(phrase: str) -> int:
    print(phrase[0].upper() + phrase[1:], file=sys.stderr)
    return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
