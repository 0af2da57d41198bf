"""granian, watched over: dead workers are replaced, and a stop first takes the server out of rotation.

Two of granian's choices do not suit a server that must stay up: its main process ends when a worker dies twice within
5.5 s (« crash loop »), and a death that falls between two lines of its loop is not seen at all. The loop below looks at
the workers themselves, and replaces them however often they die, with a pause once they die young.
"""

import ctypes
import importlib
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

JEUNE_SECONDES = 2.0  # a worker dead before that age did not really start: wait before the next
PAUSE_SECONDES = 0.5
TIC_SECONDES = 0.2
PR_SET_PDEATHSIG = 1  # prctl(2)


class Superviseur(MPServer):
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
        super().__init__(
            cible,
            address=adresse,
            port=port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=processus,
            factory=True,
            log_level=LogLevels.warning,
            workers_kill_timeout=delai_arret,
        )
        self._retrait = retrait
        self._delai_retrait = delai_retrait
        self._on_retrait = on_retrait
        self._arret_a: float | None = None

    def serve_until_stopped(self) -> None:
        """Serve; returns once every worker has ended. Must run in the main thread."""
        self._retrait.unlink(missing_ok=True)
        try:
            self.serve(target_loader=partial(load_worker, self.target), wrap_loader=False)
        finally:
            self._retrait.unlink(missing_ok=True)

    def signal_handler_interrupt(self, *_args: Any, **_kwargs: Any) -> None:
        """First signal: out of rotation, then stop after the delay. Second: stop now."""
        if self._arret_a is None:
            self._arret_a = monotonic() + self._delai_retrait
            self._retrait.touch()
            self._on_retrait()
        else:
            self._arret_a = monotonic()
        self.main_loop_interrupt.set()

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        # Replaces granian's loop, for the reasons given at the top of this file.
        while self._arret_a is None or monotonic() < self._arret_a:
            self.main_loop_interrupt.wait(TIC_SECONDES)
            self.main_loop_interrupt.clear()
            self.interrupt_children.clear()
            for rang, worker in enumerate(list(self.wrks)):
                if not worker.is_alive():
                    self._replace(rang, spawn_target, target_loader)
        self.interrupt_children.clear()

    def _replace(self, rang: int, spawn_target: Any, target_loader: Any) -> None:
        mort = self.wrks[rang]
        if monotonic() - mort.birth < JEUNE_SECONDES:
            sleep(PAUSE_SECONDES)
        mort.join()
        remplacant = self._spawn_worker(idx=rang, target=spawn_target, callback_loader=target_loader)
        remplacant.start()
        self.wrks[rang] = remplacant


def load_worker(cible: str) -> Any:
    """Run in each worker as it starts: tie its life to its parent's, then build the ASGI application.

    In a process group of its own, Ctrl-C reaches the parent alone, which stops the workers in good order.
    """
    os.setpgid(0, 0)
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)  # the parent died in between: nobody would ever stop us
    module, _, fabrique = cible.partition(":")
    return getattr(importlib.import_module(module), fabrique)()
