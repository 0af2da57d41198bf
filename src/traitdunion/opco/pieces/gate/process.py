"""One warm child, seen by its parent: start it, ask it one question at a time, stop it."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from traitdunion.opco.pieces.gate import protocol
from traitdunion.opco.pieces.gate.model import Limites

# -I: neither the current folder nor PYTHON* variables decide what the child imports.
COMMANDE = (sys.executable, "-I", "-m", "traitdunion.opco.pieces.gate")
_DEMARRAGE_SECONDES = 30.0  # 0.2 s in fact; a machine in trouble is given time before a start is called failed
_ARRET_SECONDES = 2.0
# The dynamic loader's path alone is handed down: neither settings nor secrets reach the child.
_ENVIRONNEMENT = ("LD_LIBRARY_PATH",)


class ChildDead(Exception):
    """The child died, or said what is not an answer; `returncode` is negative for a signal."""

    def __init__(self, returncode: int | None) -> None:
        self.returncode = returncode
        super().__init__(f"return code {returncode}")


class ChildTooSlow(Exception):
    """The child spent its CPU seconds, or the wall clock of one file ran out; it has been killed."""


class Child:
    """A warm child process. After any exception of `ask` it is dead and must be replaced."""

    def __init__(self, process: Process, limites: Limites) -> None:
        self._process = process
        self._limites = limites
        self._served = 0
        self._usee = False

    @classmethod
    async def start(cls, limites: Limites, *, commande: Sequence[str] = COMMANDE) -> "Child":
        """A child that has said it is ready. Raises ChildDead, or OSError when no process can be made."""
        process = await asyncio.create_subprocess_exec(
            *(*commande, protocol.encode_limites(limites)),
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is the parent's business; its death closes the pipe
            env={name: os.environ[name] for name in _ENVIRONNEMENT if name in os.environ},
            limit=protocol.LIGNE_MAX_OCTETS,
        )
        child = cls(process, limites)
        try:
            async with asyncio.timeout(_DEMARRAGE_SECONDES):
                ready = await child._read_line()
        except BaseException:
            await child._bury()
            raise
        if ready != protocol.PRET:
            raise ChildDead(await child._bury())
        return child

    @property
    def pid(self) -> int:
        """The process id, for logs and for tests that kill it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs, as far as is known."""
        return self._process.returncode is None

    @property
    def worn_out(self) -> bool:
        """Whether it has served its number of files, or one of them cost it much memory."""
        return self._usee or self._served >= self._limites.fichiers_par_enfant

    async def ask(self, demande: protocol.Demande) -> protocol.Reponse:
        """The outcome for one file. Raises ChildTooSlow or ChildDead; a cancelled question kills the child too."""
        self._served += 1
        try:
            async with asyncio.timeout(self._limites.duree_secondes):
                self._write(protocol.encode_demande(demande))
                reponse = protocol.decode_reponse(await self._read_line())
        except TimeoutError:
            await self._bury()
            raise ChildTooSlow from None
        except (protocol.ProtocolError, ConnectionError):
            returncode = await self._bury()
            if returncode == -signal.SIGXCPU:
                raise ChildTooSlow from None
            raise ChildDead(returncode) from None
        except BaseException:
            # The answer to an abandoned question would be taken for the answer to the next one.
            await asyncio.shield(self._bury())
            raise
        self._usee = reponse.usee
        return reponse

    async def ask_text(self) -> protocol.Texte | None:
        """The line about the text that follows the answer on a facture; None when the child died or took too long.

        The verdict stands either way: PDFium, which reads the text, is known to fall where qpdf read the whole file.
        """
        try:
            async with asyncio.timeout(self._limites.texte_duree_secondes):
                texte = protocol.decode_texte(await self._read_line())
        except (TimeoutError, protocol.ProtocolError, ConnectionError):
            await self._bury()
            return None
        except BaseException:
            await asyncio.shield(self._bury())
            raise
        self._usee |= texte.usee
        return texte

    async def stop(self) -> None:
        """End an idle child: it leaves when its input closes, and is killed if it does not."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_ARRET_SECONDES):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        except BaseException:
            await self.kill()
            raise

    async def kill(self) -> int | None:
        """Kill at once unless it is already dead; its return code, of its own death when it came first."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        # A child whose pipe has just broken is given a moment to be reaped, so that the true cause is known.
        if self._process.stdout.at_eof():
            try:
                async with asyncio.timeout(0.5):
                    return await self._process.wait()
            except TimeoutError:
                pass
        if self._process.returncode is None:
            self._process.kill()
        return await self._process.wait()

    async def _bury(self) -> int | None:
        """Kill, then read what it had still to say: unread, it would keep the pipe open. For the one who reads."""
        returncode = await self.kill()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # A question that met a broken pipe left its error there; unread, it would be logged as one that nobody saw.
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_ARRET_SECONDES):
                await self._process.stdin.wait_closed()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ARRET_SECONDES):
                await self._process.stdout.read()
        return returncode

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)  # far below the pipe's buffer: nothing to wait for

    async def _read_line(self) -> bytes:
        assert self._process.stdout is not None
        try:
            return await self._process.stdout.readline()
        except ValueError as exc:  # longer than the limit
            raise protocol.ProtocolError("line too long") from exc
