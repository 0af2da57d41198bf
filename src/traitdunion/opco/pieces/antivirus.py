"""Client of clamd (ClamAV's daemon), command INSTREAM over TCP or a unix socket; clamd(8).

A file is « sain » only when clamd says OK, word for word. clamd answers OK too for what it did not read to the end,
unless its configuration says `AlertExceedsMax yes`: with it the answer is a Heuristics.Limits.Exceeded, here LIMITE.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

_BLOC_OCTETS = 256 * 1024
_REPONSE_MAX_OCTETS = 4096
_SAIN = b"stream: OK"
_PORT = 3310


class Resultat(StrEnum):
    """What is known of a file after its analysis."""

    SAIN = "SAIN"
    INFECTE = "INFECTE"
    LIMITE = "LIMITE"  # not read to the end
    INDISPONIBLE = "INDISPONIBLE"  # nothing is known: it stays « en analyse »


@dataclass(frozen=True)
class Verdict:
    """The outcome, and the name of the signature found when there is one."""

    resultat: Resultat
    signature: str | None = None

    @property
    def suspect(self) -> bool:
        """Whether the file must be put aside: something was found, or it could not be read to the end."""
        return self.resultat in (Resultat.INFECTE, Resultat.LIMITE)


class Antivirus:
    """A clamd at an address, `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`; one connection per file.

    `delai_secondes` bounds the whole exchange for one file: connection, sending, answer.
    """

    def __init__(self, adresse: str, *, delai_secondes: float = 60.0) -> None:
        parts = urlsplit(adresse)
        if parts.scheme == "unix" and parts.path and not parts.netloc:
            self._chemin: str | None = parts.path
        elif parts.scheme == "tcp" and parts.hostname:
            self._chemin = None
            self._hote, self._port = parts.hostname, parts.port or _PORT
        else:
            raise ValueError("adresse de l'antivirus illisible : tcp://hôte:port ou unix:///chemin attendu")
        self._delai_secondes = delai_secondes

    async def scan(self, contenu: AsyncIterable[bytes]) -> Verdict:
        """The verdict on these bytes. Never raises for a clamd that is down, slow or unclear: INDISPONIBLE.

        What reading `contenu` raises goes through, except OSError (lost connection, time-out): INDISPONIBLE too.
        """
        answer, sent_whole = await self._exchange(_instream(contenu))
        verdict = read_answer(answer)
        if verdict.resultat is Resultat.SAIN and not sent_whole:
            return Verdict(Resultat.INDISPONIBLE)  # it speaks of a part only
        return verdict

    async def ping(self) -> bool:
        """Whether clamd is there and answers, for /readyz."""
        return (await self._exchange(_ping()))[0] == b"PONG\0"

    async def _exchange(self, request: AsyncGenerator[bytes, None]) -> tuple[bytes, bool]:
        """The answer, empty when there was none in time, and whether all was sent before it came."""
        try:
            async with asyncio.timeout(self._delai_secondes), aclosing(request):
                with await self._connect() as connection:
                    return await _converse(connection, request)
        except OSError:  # TimeoutError is one
            return b"", False

    async def _connect(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        addresses: Sequence[tuple[int, int, int, str, Any]]
        if self._chemin is not None:
            addresses = [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", self._chemin)]
        else:
            addresses = await loop.getaddrinfo(self._hote, self._port, type=socket.SOCK_STREAM)
        failure = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.setblocking(False)
                await loop.sock_connect(connection, address)
                return connection
            except OSError as exc:
                connection.close()
                failure = exc
            except BaseException:
                connection.close()
                raise
        raise failure


def read_answer(answer: bytes) -> Verdict:
    """The verdict that one whole answer states; anything but a known form is INDISPONIBLE, never SAIN."""
    if not answer.endswith(b"\0"):
        return Verdict(Resultat.INDISPONIBLE)  # cut short: « stream: OK » may be the start of something else
    line = answer[:-1]
    if line == _SAIN:
        return Verdict(Resultat.SAIN)
    if line.startswith(b"stream: ") and line.endswith(b" FOUND"):
        signature = line[len(b"stream: ") : -len(b" FOUND")].decode("ascii", errors="replace")
        limit = signature.startswith("Heuristics.Limits.Exceeded")
        return Verdict(Resultat.LIMITE if limit else Resultat.INFECTE, signature)
    if b"size limit exceeded" in line and line.endswith(b"ERROR"):
        return Verdict(Resultat.LIMITE)
    return Verdict(Resultat.INDISPONIBLE)


async def _converse(connection: socket.socket, request: AsyncIterable[bytes]) -> tuple[bytes, bool]:
    """Send and listen at once: over its StreamMaxLength clamd answers and hangs up while we still send.

    On a bare socket, since the answer can still be read there after a write has failed; a transport would drop it.
    """
    loop = asyncio.get_running_loop()

    async def send() -> None:
        async for part in request:
            await loop.sock_sendall(connection, part)

    sending, listening = asyncio.create_task(send()), asyncio.create_task(_listen(connection))
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        sent_whole = sending.done() and sending.exception() is None
        if sending.done() and not isinstance(sending.exception(), ConnectionError):
            sending.result()  # raises what reading the file raised
        return await listening, sent_whole
    finally:
        for task in (sending, listening):
            task.cancel()
        await asyncio.gather(sending, listening, return_exceptions=True)


async def _listen(connection: socket.socket) -> bytes:
    """The answer with its final NUL, or what came before the end of the connection."""
    loop = asyncio.get_running_loop()
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _REPONSE_MAX_OCTETS:
        try:
            received = await loop.sock_recv(connection, _REPONSE_MAX_OCTETS)
        except ConnectionError:
            break
        if not received:
            break
        answer += received
    return answer


async def _ping() -> AsyncGenerator[bytes, None]:
    yield b"zPING\0"


async def _instream(contenu: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """The command, the chunks each after its length on 4 bytes, then an empty one."""
    yield b"zINSTREAM\0"
    async for bloc in contenu:
        for start in range(0, len(bloc), _BLOC_OCTETS):
            part = bloc[start : start + _BLOC_OCTETS]
            yield len(part).to_bytes(4, "big") + part
    yield bytes(4)
