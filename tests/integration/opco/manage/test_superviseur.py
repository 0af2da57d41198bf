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
    while scope["method"] == "POST" and (await receive()).get("more_body"):
        pass
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


def exchange(service: Service, *morceaux: bytes) -> bytes:
    """What comes back, until the server closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as prise:
        recu = b""
        with suppress(ConnectionError):
            for morceau in morceaux:
                prise.sendall(morceau)
                time.sleep(0.05)
            while lu := prise.recv(65536):
                recu += lu
        return recu


TETE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


def test_a_head_just_under_the_limit_is_read(service: Service) -> None:
    assert exchange(service, TETE + b"X-Long: " + b"a" * 32_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("morceaux", [1, 40])
def test_a_head_that_is_too_long_is_refused(service: Service, morceaux: int) -> None:
    entete = b"X-Long: " + b"a" * 33_000 + b"\r\n\r\n"
    pas = len(entete) // morceaux + 1
    recu = exchange(service, TETE, *(entete[i : i + pas] for i in range(0, len(entete), pas)))
    assert recu.startswith(b"HTTP/1.1 431")
    assert b"32 Kio" in recu


def test_a_head_without_end_is_refused_before_it_fills_the_memory(service: Service) -> None:
    assert exchange(service, TETE, *[b"X-Sans-Fin: " + b"a" * 3_000] * 12).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "brut",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    ],
    ids=["tls", "not ascii", "two lengths (smuggling)", "two content-lengths"],
)
def test_what_is_no_http_is_refused_in_a_sentence(service: Service, brut: bytes) -> None:
    recu = exchange(service, brut)
    assert recu.startswith(b"HTTP/1.1 400")
    assert "n'est pas lisible" in recu.decode()


def test_a_body_longer_than_the_limit_of_a_head_goes_through_slowly_too(service: Service) -> None:
    tete = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    recu = exchange(service, tete, *[b"4000\r\n" + b"a" * 0x4000 + b"\r\n"] * 5, b"0\r\n\r\n")
    assert recu.startswith(b"HTTP/1.1 200")


def test_the_head_and_the_body_of_an_answer_come_in_one_packet(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as prise:
        prise.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        recu = prise.recv(65536)
    assert recu.startswith(b"HTTP/1.1 200")
    assert recu.endswith(b"0\r\n\r\n"), "the end of its body"


@pytest.mark.parametrize("connexion", ["close", "keep-alive"])
def test_an_answer_to_head_does_not_wait_for_a_body(service: Service, connexion: str) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as prise:
        prise.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: " + connexion.encode() + b"\r\n\r\n")
        assert prise.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_client_that_waits_for_leave_gets_it_before_the_answer(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as prise:
        prise.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert prise.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        prise.sendall(b"abc")
        assert prise.recv(65536).startswith(b"HTTP/1.1 200")


def test_calls_sent_in_a_row_are_answered_in_their_order(service: Service) -> None:
    suite = b"GET /lent HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"
    recu = exchange(service, suite + TETE + b"\r\n")
    assert recu.count(b"HTTP/1.1 200") == 4
    assert recu.count(b"0\r\n\r\n") == 3
