"""Pages of a deposited document as images, drawn in a child process under limits (fiabilite.md §3).

What reaches a browser is a PNG that we made: no form, no script, no link of the document.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import NamedTuple

from traitdunion.opco.pieces.service import Pieces
from traitdunion.opco.pieces.store import LigneDocument

LARGEURS = (900, 1600)  # pixels: to read, and to look closer
DELAI_SECONDES = 20.0
A_LA_FOIS = 2
PAGE_ABSENTE = 3  # what the child ends with
COMMANDE = (sys.executable, "-I", "-m", "traitdunion.opco.pieces.apercu")


class ApercuImpossible(Exception):
    """A document that cannot be drawn; the text is the French sentence to show."""


class PageAbsente(Exception):
    """The document has no such page."""


class Apercu(NamedTuple):
    """One page as an image, and how many pages there are; no image when only the count was asked for."""

    png: bytes
    pages: int


class Apercus:
    """Draws pages; a few at a time, each in a process of its own that ends with it."""

    def __init__(self, *, pieces: Pieces) -> None:
        self._pieces = pieces
        self._places = asyncio.Semaphore(A_LA_FOIS)

    async def draw(self, ligne: LigneDocument, *, page: int, largeur: int) -> Apercu:
        """A page, from 1, so many pixels wide (a width of LARGEURS). Raises PageAbsente, ApercuImpossible."""
        return await self._ask(ligne, page=page, largeur=largeur)

    async def count(self, ligne: LigneDocument) -> int:
        """How many pages. Raises ApercuImpossible."""
        return (await self._ask(ligne, page=0, largeur=LARGEURS[0])).pages

    async def _ask(self, ligne: LigneDocument, *, page: int, largeur: int) -> Apercu:
        octets = b"".join([morceau async for morceau in await self._pieces.read(ligne)])
        async with self._places:
            enfant = await asyncio.create_subprocess_exec(
                *(*COMMANDE, str(page), str(largeur)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                start_new_session=True,
                # The dynamic loader's path alone is handed down: neither settings nor secrets reach the child.
                env={nom: os.environ[nom] for nom in ("LD_LIBRARY_PATH",) if nom in os.environ},
            )
            try:
                async with asyncio.timeout(DELAI_SECONDES):
                    sortie, _ = await enfant.communicate(octets)
            except TimeoutError:
                raise ApercuImpossible("Ce document est trop long à dessiner : téléchargez-le.") from None
            finally:
                if enfant.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        enfant.kill()
                    await enfant.wait()
        if enfant.returncode == PAGE_ABSENTE:
            raise PageAbsente
        tete, _, png = sortie.partition(b"\n")
        if enfant.returncode != 0 or not tete:
            raise ApercuImpossible("Ce document ne peut pas être dessiné ici : téléchargez-le.")
        return Apercu(png=png, pages=int(json.loads(tete)["pages"]))
