"""The State's deposit as a process of its own, killed and started again by the tests."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

SECRET = "secret-du-pair-EXEMPLE"
PROGRAMME = "from traitdunion.cli import main; main()"


@dataclass
class PairDeca:
    """A peer on a port and a folder that it keeps when it is started again."""

    dossier: Path
    port: int
    _processus: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        """Start it with more options, and wait until it answers."""
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")}
        arguments = ["bac-a-sable", "deca", "--port", str(self.port), "--dossier", str(self.dossier), *options]
        self._processus = subprocess.Popen(
            [sys.executable, "-c", PROGRAMME, *arguments],
            env={**propre, "TRAITDUNION_DECA_SECRET": SECRET},
            stdout=subprocess.DEVNULL,
        )
        limite = time.monotonic() + 30
        while time.monotonic() < limite:
            assert self._processus.poll() is None, "the peer did not start"
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/sante", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        raise TimeoutError

    def kill(self) -> None:
        """kill -9, by its pid."""
        assert self._processus is not None
        os.kill(self._processus.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        assert self._processus is not None
        return self._processus.wait(20)

    def stop(self) -> None:
        """SIGTERM; nothing when it is dead already."""
        if self._processus is not None and self._processus.poll() is None:
            self._processus.terminate()
            self.wait()

    def recorded(self, reference: str | None = None) -> list[tuple[str, str, str | None]]:
        """What it has on disk, oldest first: reference, state, number."""
        with contextlib.closing(sqlite3.connect(self.dossier / "deca.sqlite")) as conn:
            lignes = conn.execute("SELECT reference, etat, num_depot FROM depot ORDER BY id").fetchall()
        return [ligne for ligne in lignes if reference in (None, ligne[0])]

    def calls(self) -> int:
        """How many times it was asked to deposit."""
        with contextlib.closing(sqlite3.connect(self.dossier / "deca.sqlite")) as conn:
            (nombre,) = conn.execute("SELECT coalesce(sum(nombre), 0) FROM essai").fetchone()
        return int(nombre)


@contextlib.contextmanager
def a_peer(dossier: Path) -> Iterator[PairDeca]:
    """A peer not started yet, stopped at the end of the block."""
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        pair = PairDeca(dossier=dossier, port=int(essai.getsockname()[1]))
    try:
        yield pair
    finally:
        pair.stop()
