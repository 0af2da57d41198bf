"""Answers kept with their ETag, so that asking again costs a 304 (norme.md §7: people and connectors poll)."""

import threading
from collections import OrderedDict
from typing import NamedTuple

import httpx

OCTETS_MAX = 32 * 1024 * 1024  # some 150,000 states; a forgotten page is only read whole again


class Gardee(NamedTuple):
    """An answer and its ETag."""

    etag: str
    corps: bytes


class Memoire:
    """The last answer of each address, the oldest forgotten beyond `OCTETS_MAX`."""

    def __init__(self, octets_max: int = OCTETS_MAX) -> None:
        self._octets_max = octets_max
        self._octets = 0
        self._verrou = threading.Lock()
        self._gardees: OrderedDict[str, Gardee] = OrderedDict()

    def find(self, url: str) -> Gardee | None:
        """What was kept of this address."""
        return self._gardees.get(url)

    def keep(self, url: str, reponse: httpx.Response) -> None:
        """Keep a 200 that bears an ETag."""
        etag = reponse.headers.get("etag")
        with self._verrou:
            self._drop(url)
            if not etag or len(reponse.content) > self._octets_max:
                return
            self._gardees[url] = Gardee(etag, reponse.content)
            self._octets += len(reponse.content)
            while self._octets > self._octets_max:
                self._drop(next(iter(self._gardees)))

    def _drop(self, url: str) -> None:
        gardee = self._gardees.pop(url, None)
        if gardee is not None:
            self._octets -= len(gardee.corps)
