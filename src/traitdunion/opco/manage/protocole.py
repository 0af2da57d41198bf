"""uvicorn's HTTP protocol, with bounds on the head of a request, which it leaves to whoever stands in front.

Without them one connection may send headers for ever: slowly, to keep a place, or quickly, to fill the memory. And the
head of a response leaves with the beginning of its body, in one system call: uvicorn writes them apart.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

TETE_OCTETS_MAX = 32 * 1024  # request line and headers; tokens, keys and DPoP proofs take two or three thousand
TETE_SECONDES = 15.0
ILLISIBLE = (b"400 Bad Request", "La requête HTTP n'est pas lisible.")
TROP_LONGUE = (b"431 Request Header Fields Too Large", "Les en-têtes dépassent 32 Kio.")


class _Sortie:
    """Where one response is written: its head waits for what follows it."""

    __slots__ = ("_cycle", "_tete", "_tete_vue", "_transport")

    def __init__(self, cycle: RequestResponseCycle, transport: asyncio.Transport) -> None:
        self._cycle = cycle
        self._transport = transport
        self._tete = b""
        self._tete_vue = False

    def write(self, octets: bytes) -> None:
        # Before the response has started, this is « 100 Continue », for which the client waits.
        if self._cycle.response_started and not self._tete_vue:
            self._tete, self._tete_vue = octets, True
        elif self._tete:
            self._transport.writelines((self._tete, octets))
            self._tete = b""
        else:
            self._transport.write(octets)

    def close(self) -> None:
        if self._tete:
            self._transport.write(self._tete)
            self._tete = b""
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()


class ProtocoleHttp(HttpToolsProtocol):
    """One connection; a head that is too long or too slow ends it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._en_tete = True  # between two requests, or in the head of one
        self._recus = 0
        self._delai: asyncio.TimerHandle | None = None
        self._faute = ILLISIBLE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._en_tete:
            self._recus += len(data)
        super().data_received(data)
        # A request comes whole nine times out of ten: its head is then behind us.
        if self._en_tete and self._recus:
            if self._recus > TETE_OCTETS_MAX:
                self._answer(TROP_LONGUE)
            elif self._delai is None:
                self._watch()

    def on_headers_complete(self) -> None:
        if self._recus > TETE_OCTETS_MAX and len(self.url) + sum(map(_size, self.headers)) > TETE_OCTETS_MAX:
            self._faute = TROP_LONGUE
            raise ValueError  # ends the parsing: uvicorn then calls `send_400_response`
        self._en_tete = False
        self._recus = 0
        self._unwatch()
        super().on_headers_complete()
        # The call itself starts at the next turn of the loop. Nothing is written after the head of an answer to HEAD.
        if self.cycle.scope["method"] != "HEAD":
            self.cycle.transport = _Sortie(self.cycle, self.transport)  # type: ignore[assignment] # what it calls of it

    def on_message_complete(self) -> None:
        self._en_tete = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed has no path, hence no norm: a status and a sentence."""
        self._answer(self._faute)

    def _answer(self, reponse: tuple[bytes, str]) -> None:
        self._recus = 0
        statut, phrase = reponse
        corps = phrase.encode()
        entetes = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close" % len(corps)
        self.transport.write(b"HTTP/1.1 %b\r\n%b\r\n\r\n%b" % (statut, entetes, corps))
        self.transport.close()

    def _watch(self) -> None:
        self._delai = self.loop.call_later(TETE_SECONDES, self.transport.close)

    def _unwatch(self) -> None:
        if self._delai is not None:
            self._delai.cancel()
            self._delai = None


def _size(entete: tuple[bytes, bytes]) -> int:
    return len(entete[0]) + len(entete[1])
