"""One HTTP call as a handler sees it, and its answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import depot as depot_codes
from traitdunion.norme.erreurs import technique as codes
from traitdunion.opco.acces import Habilitation

Receive = Callable[[], Awaitable[dict[str, Any]]]

CORPS_JSON_MAX = 1024 * 1024  # bytes (norme.md §2, limits of architecture.md §2)
CORPS_SECONDES = 30.0  # for a JSON body to arrive whole
CORPS_FICHIER_MAX = 11 * 1024 * 1024
NUMERO_INTERNE_MAX = 2**63 - 1
PARAMETRES_MAX = 50  # of a query string


class ClientGone(Exception):
    """The client hung up before its body was whole: there is nobody to answer."""


@dataclass(slots=True)
class Answer:
    """What goes back: status, body, and headers beyond the type and the length."""

    corps: bytes
    statut: int = 200
    entetes: dict[str, str] = field(default_factory=dict)
    type_contenu: str = "application/json"
    flux: Any = None  # an asynchronous iterator of bytes, instead of `corps`, for files


@dataclass(slots=True)
class Call:
    """One call: what the door resolved of it, and its body still to be read.

    `chemin` is the route's template, fit for logs and metrics; `chemin_recu` the path as the client wrote it.
    """

    methode: str
    chemin: str
    version: str
    entetes: dict[bytes, bytes]
    requete: str
    parametres: dict[str, str]
    receive: Receive
    identifiant: str
    chemin_recu: str = ""
    adresse: str = ""
    habilitation: Habilitation | None = None
    codes: list[str] = field(default_factory=list)  # why it was refused

    @property
    def par(self) -> Habilitation:
        """Who calls; only on routes whose access the door has resolved."""
        assert self.habilitation is not None
        return self.habilitation

    def header(self, nom: bytes) -> str | None:
        """One header (lower-case name), as text; None when absent."""
        valeur = self.entetes.get(nom)
        return None if valeur is None else valeur.decode("latin-1")

    def query(self) -> dict[str, str]:
        """The query string's members; the last one wins. Raises PARAMETRE_INVALIDE when there are too many."""
        try:
            return dict(parse_qsl(self.requete, keep_blank_values=True, max_num_fields=PARAMETRES_MAX))
        except ValueError:
            raise depot_codes.PARAMETRE_INVALIDE.refus(
                parametre="?", attendu=f"{PARAMETRES_MAX} paramètres au plus"
            ) from None

    def query_numero(self, parametre: str) -> int:
        """A numeroInterne of the query string. Raises PARAMETRE_INVALIDE."""
        valeur = {nom.lower(): texte for nom, texte in self.query().items()}.get(parametre.lower(), "")
        numero = read_numero(valeur)
        if numero is None:
            raise depot_codes.PARAMETRE_INVALIDE.refus(parametre, parametre=parametre, attendu="un numéro, en chiffres")
        return numero

    async def body(self, *, maximum: int = CORPS_JSON_MAX) -> bytes:
        """The whole body. Raises CORPS_TROP_GROS as soon as it is known to be, ClientGone when it stops short."""
        annonce = self.entetes.get(b"content-length", b"0")
        if annonce.isdigit() and int(annonce) > maximum:
            raise codes.CORPS_TROP_GROS.refus(limite_octets=maximum)
        async with asyncio.timeout(CORPS_SECONDES):
            return await self._read_body(maximum)

    async def _read_body(self, maximum: int) -> bytes:
        message = await self.receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            morceau: bytes = message["body"]
            if len(morceau) > maximum:
                raise codes.CORPS_TROP_GROS.refus(limite_octets=maximum)
            return morceau
        morceaux: list[bytes] = []
        total = 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            morceaux.append(message.get("body", b""))
            total += len(morceaux[-1])
            if total > maximum:
                raise codes.CORPS_TROP_GROS.refus(limite_octets=maximum)
            if not message.get("more_body"):
                return b"".join(morceaux)
            message = await self.receive()


def read_numero(valeur: str) -> int | None:
    """A numeroInterne as PostgreSQL can hold it, or None."""
    texte = valeur.strip()
    if not texte.isascii() or not texte.isdigit() or len(texte) > 19:
        return None
    numero = int(texte)
    return numero if 0 < numero <= NUMERO_INTERNE_MAX else None


def answer(message: Any, **entetes: str) -> Answer:
    """A message of the norm as a 200."""
    return Answer(ecriture.write(message), entetes=entetes)
