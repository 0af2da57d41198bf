"""The process that watches over the workers, tried with a small ASGI application."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

APPLICATION = """
import asyncio, os, pathlib

async def answer(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["path"] == "/mort":
        os._exit(137)
    if scope["path"] == "/lent":
        await asyncio.sleep(1.5)
    retire = scope["path"] == "/readyz" and pathlib.Path(os.environ["RETRAIT"]).exists()
    await send({"type": "http.response.start", "status": 503 if retire else 200, "headers": []})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

def application():
    return answer
"""
SERVICE = """
import os
from pathlib import Path
from traitdunion.opco.manage.superviseur import Superviseur

Superviseur("petite:application", adresse="127.0.0.1", port=int(os.environ["PORT"]), processus=2,
            retrait=Path(os.environ["RETRAIT"]), delai_retrait=1.0, delai_arret=10).serve_until_stopped()
"""


class Service:
    """A server in its own processes."""

    def __init__(self, dossier: Path) -> None:
        (dossier / "petite.py").write_text(APPLICATION)
        with socket.socket() as prise:
            prise.bind(("127.0.0.1", 0))
            self.port: int = prise.getsockname()[1]
        self.retrait = dossier / "retrait"
        environ = {**os.environ, "PORT": str(self.port), "RETRAIT": str(self.retrait), "PYTHONPATH": str(dossier)}
        self.processus = subprocess.Popen([sys.executable, "-c", SERVICE], env=environ, stderr=subprocess.DEVNULL)

    def get(self, chemin: str = "/") -> tuple[int, int]:
        """Status and pid of the worker that answered."""
        connexion = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connexion.request("GET", chemin)
            reponse = connexion.getresponse()
            return reponse.status, int(reponse.read())
        finally:
            connexion.close()

    def pids(self, essais: int = 12) -> set[int]:
        return {self.get()[1] for _ in range(essais)}

    def answers(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self.get()[0] == 200
        return False


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    try:
        until(service.answers)
        until(lambda: len(service.pids()) == 2)
        yield service
    finally:
        service.processus.kill()
        service.processus.wait()


def until(vrai: Callable[[], bool], *, secondes: float = 15) -> None:
    limite = time.monotonic() + secondes
    while not vrai():
        assert time.monotonic() < limite, "nothing came"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A zombie nobody waits for yet is gone too.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_workers_that_die_again_and_again_are_replaced(service: Service) -> None:
    avant = service.pids()
    for _ in range(8):
        with suppress(OSError, http.client.HTTPException):
            service.get("/mort")
        time.sleep(0.1)

    def renewed() -> bool:
        with suppress(OSError, http.client.HTTPException):
            apres = service.pids()
            return len(apres) == 2 and not apres & avant
        return False

    until(renewed)
    assert service.processus.poll() is None


@pytest.mark.parametrize("numero", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_rotation_first_and_lets_what_runs_end(service: Service, numero: int) -> None:
    debut = time.monotonic()
    service.processus.send_signal(numero)
    time.sleep(0.3)
    assert service.get("/readyz")[0] == 503
    assert service.get("/")[0] == 200  # still serving those who did not look

    time.sleep(max(0.0, debut + 0.8 - time.monotonic()))
    assert service.get("/lent")[0] == 200  # begun before the stop, ended after it
    assert service.processus.wait(10) == 0
    assert time.monotonic() - debut >= 1.5
    assert not service.retrait.exists()


def test_a_second_signal_skips_the_wait(service: Service) -> None:
    service.processus.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    debut = time.monotonic()
    service.processus.send_signal(signal.SIGTERM)
    service.processus.wait(10)

    assert time.monotonic() - debut < 0.9


def test_workers_do_not_outlive_a_parent_that_is_killed(service: Service) -> None:
    pids = service.pids()
    service.processus.kill()

    until(lambda: all(gone(pid) for pid in pids), secondes=10)
