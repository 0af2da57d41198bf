"""The processes that serve: one listening socket and one uvicorn worker each, watched over and replaced when they die.

uvicorn's own manager is left aside for three reasons: a stop must first take the server out of rotation; a worker
must not outlive a parent that was killed; and each worker has a socket of its own on the shared port (SO_REUSEPORT),
held by the parent, so that the kernel deals connections out evenly and those of a worker that died wait for the next.
"""

import ctypes
import logging
import os
import signal
import socket
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import uvicorn

from traitdunion.opco.manage.protocole import ProtocoleHttp

JEUNE_SECONDES = 2.0  # a worker dead before that age did not really start: wait before the next
PAUSE_SECONDES = 0.5
TIC_SECONDES = 0.2
MARGE_SECONDES = 2.0  # past the delay that uvicorn gives to what runs, before the worker is killed
ATTENTE_CONNEXIONS = 2048  # connections that wait for `accept`, per worker
INACTIVITE_SECONDES = 75  # of a kept connection; longer than what front ends use, so that they close first
PR_SET_PDEATHSIG = 1  # prctl(2)

# The parent has no thread and no event loop: a fork is safe, and a worker that died is replaced in milliseconds.
_processus = get_context("fork")


class Superviseur:
    """Serves an ASGI factory with several workers until SIGTERM or SIGINT.

    At the first signal the file `retrait` appears, which turns /readyz to 503; `delai_retrait` seconds later the
    workers are asked to end what runs, and are killed `delai_arret` seconds after that (fiabilite.md, opening lines).
    A second signal skips the wait.
    """

    def __init__(
        self,
        cible: str,
        *,
        adresse: str,
        port: int,
        processus: int,
        retrait: Path,
        delai_retrait: float,
        delai_arret: int,
        on_retrait: Callable[[], None] = lambda: None,
    ) -> None:
        self._cible = cible
        self._adresse = (adresse, port)
        self._nombre = processus
        self._retrait = retrait
        self._delai_retrait = delai_retrait
        self._delai_arret = delai_arret
        self._on_retrait = on_retrait
        self._arret_a: float | None = None
        self._reveil = Event()
        self._nes: dict[int, float] = {}

    def serve_until_stopped(self) -> None:
        """Serve; returns once every worker has ended. Must run in the main thread."""
        self._retrait.unlink(missing_ok=True)
        for numero in (signal.SIGTERM, signal.SIGINT):
            signal.signal(numero, self._on_signal)
        prises = [listen(*self._adresse) for _ in range(self._nombre)]
        ouvriers = [self._start(rang, prises) for rang in range(self._nombre)]
        try:
            while self._arret_a is None or monotonic() < self._arret_a:
                self._reveil.wait(TIC_SECONDES)
                self._reveil.clear()
                for rang, ouvrier in enumerate(ouvriers):
                    if not ouvrier.is_alive():
                        ouvriers[rang] = self._replace(rang, ouvrier, prises)
        finally:
            for prise in prises:
                prise.close()
            self._stop(ouvriers)
            self._retrait.unlink(missing_ok=True)

    def _on_signal(self, *_args: Any) -> None:
        """First signal: out of rotation, then stop after the delay. Second: stop now."""
        if self._arret_a is None:
            self._arret_a = monotonic() + self._delai_retrait
            self._retrait.touch()
            self._on_retrait()
        else:
            self._arret_a = monotonic()
        self._reveil.set()

    def _start(self, rang: int, prises: list[socket.socket]) -> BaseProcess:
        ouvrier = _processus.Process(
            target=serve_one, args=(self._cible, prises, rang), kwargs={"delai_arret": self._delai_arret}
        )
        ouvrier.start()
        self._nes[rang] = monotonic()
        return ouvrier

    def _replace(self, rang: int, mort: BaseProcess, prises: list[socket.socket]) -> BaseProcess:
        if monotonic() - self._nes[rang] < JEUNE_SECONDES:
            sleep(PAUSE_SECONDES)
        mort.join()
        return self._start(rang, prises)

    def _stop(self, ouvriers: list[BaseProcess]) -> None:
        for ouvrier in ouvriers:
            ouvrier.terminate()
        limite = monotonic() + self._delai_arret + MARGE_SECONDES
        for ouvrier in ouvriers:
            ouvrier.join(max(0.0, limite - monotonic()))
            if ouvrier.is_alive():
                ouvrier.kill()
                ouvrier.join()


def listen(adresse: str, port: int) -> socket.socket:
    """A listening socket of its own on a port that several share. Raises OSError."""
    prise = socket.socket(socket.AF_INET6 if ":" in adresse else socket.AF_INET, socket.SOCK_STREAM)
    prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    prise.bind((adresse, port))
    prise.listen(ATTENTE_CONNEXIONS)
    return prise


def serve_one(cible: str, prises: list[socket.socket], rang: int, *, delai_arret: int) -> None:
    """The life of one worker: tied to its parent's, it builds the application and serves the socket of its rank."""
    parent = os.getppid()
    # In a process group of its own, Ctrl-C reaches the parent alone, which stops the workers in good order.
    os.setpgid(0, 0)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)  # the parent died in between: nobody would ever stop us
    for autre, prise in enumerate(prises):
        if autre != rang:
            prise.close()
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # a scanner's gibberish is not news
    config = uvicorn.Config(
        cible,
        factory=True,
        loop="uvloop",
        http=ProtocoleHttp,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=INACTIVITE_SECONDES,
        timeout_graceful_shutdown=delai_arret,
    )
    uvicorn.Server(config).run(sockets=[prises[rang]])
