"""The product as a CFA installs it: its wheel without extras, in an environment that holds nothing else."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from builders.projet import RACINE

# Runs the program, then tells which modules it loaded.
ESPION = """
import atexit, json, os, sys
sortie = os.environ["ESPION_SORTIE"]
atexit.register(lambda: open(sortie, "w").write(json.dumps(sorted(sys.modules))))
sys.argv[0] = "traitdunion"
from traitdunion.cli import main
main()
"""


@dataclass(frozen=True)
class Fini:
    """How one command ended, and the modules that it had loaded by then."""

    code: int
    stdout: str
    stderr: str
    modules: frozenset[str]


@dataclass(frozen=True)
class Installation:
    """An environment with the wheel in it; `maison`: the home folder that its commands are given."""

    racine: Path
    roue: Path
    maison: Path

    @property
    def python(self) -> Path:
        return self.racine / "bin" / "python"

    @property
    def environ(self) -> dict[str, str]:
        """What a person's session holds, and nothing of this project's."""
        return {
            "HOME": str(self.maison),
            "PATH": f"{self.racine / 'bin'}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "COLUMNS": "120",
        }

    def run(self, *arguments: str, entree: str = "", **environ: str) -> Fini:
        """Run `traitdunion` with these arguments."""
        trace = self.maison / "modules.json"
        fait = subprocess.run(
            [self.python, "-c", ESPION, *arguments],
            cwd=self.maison,
            env=self.environ | environ | {"ESPION_SORTIE": str(trace)},
            input=entree,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Fini(fait.returncode, fait.stdout, fait.stderr, frozenset(json.loads(trace.read_text())))

    def evaluate(self, code: str) -> str:
        """What a program prints there."""
        fait = subprocess.run(
            [self.python, "-c", code], cwd=self.maison, env=self.environ, capture_output=True, text=True, timeout=120
        )
        assert fait.returncode == 0, fait.stderr
        return fait.stdout

    def script(self, *arguments: str) -> str:
        """What the installed script itself prints."""
        commande = [self.racine / "bin" / "traitdunion", *arguments]
        return subprocess.run(commande, env=self.environ, capture_output=True, text=True, check=True).stdout

    def size_octets(self) -> int:
        """The bytes of what is installed, compiled files left out: they come with use."""
        paquets = next(self.racine.glob("lib/python*/site-packages"))
        return sum(f.stat().st_size for f in paquets.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def find_uv() -> Path | None:
    """The installer that `./run` keeps beside the environment."""
    trouve = shutil.which("uv", path=f"{Path(sys.prefix) / 'outils' / 'bin'}:{os.environ['PATH']}")
    return None if trouve is None else Path(trouve)


def install(uv: Path, dossier: Path) -> Installation:
    """Build the wheel and install it without extras, each dependency in the locked version, by its hash."""

    def call(*arguments: str | Path) -> None:
        fait = subprocess.run([uv, *arguments], cwd=RACINE, capture_output=True, text=True, timeout=300)
        assert fait.returncode == 0, fait.stderr

    environnement, base = dossier / "venv", dossier / "base.txt"
    call("build", "--quiet", "--wheel", "--out-dir", dossier / "roue")
    (roue,) = (dossier / "roue").glob("*.whl")
    exact = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--generate-hashes")
    call("pip", "compile", "--quiet", "pyproject.toml", "-c", "requirements.lock", *exact, "-o", base)
    call("venv", "--quiet", "--python", sys.executable, environnement)
    call("pip", "install", "--quiet", "--python", environnement, "--require-hashes", "-r", base)
    call("pip", "install", "--quiet", "--python", environnement, "--no-deps", roue)
    maison = dossier / "maison"
    maison.mkdir()
    return Installation(environnement, roue, maison)
