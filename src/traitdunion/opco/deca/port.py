"""The port to the State's deposit, and its HTTP adapter."""

from datetime import date
from enum import StrEnum
from typing import Protocol

import httpx
import msgspec

DELAI_SECONDES = 10.0


class DecaIndisponible(Exception):
    """The State did not answer, or not in a way that says yes or no: read back before trying again."""


class Issue(StrEnum):
    """What the State says of a reference."""

    DEPOSE = "DEPOSE"
    NON_DEPOSABLE = "NON_DEPOSABLE"


class ADeposer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is sent; days as ISO texts. A refusal has its grounds, and no number to expect (D6224-4)."""

    reference: str
    nature: str
    departement: str
    siret_employeur: str
    siret_cfa: str
    nom: str
    prenom: str
    date_naissance: date | None
    type_contrat: str
    date_conclusion: date | None
    date_debut: date | None
    date_fin: date | None
    rncp: str | None
    numero_contrat: str | None = None
    motifs: tuple[str, ...] = ()


class Reponse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The State's answer."""

    statut: Issue
    numero_deca: str | None = None
    no_avenant: str | None = None
    motif: str | None = None
    commentaire: str | None = None


class DepotDeca(Protocol):
    """The State's deposit."""

    async def find(self, reference: str) -> Reponse | None:
        """What it knows of our reference; None when it never heard of it. Raises DecaIndisponible."""
        ...

    async def deposit(self, a_deposer: ADeposer) -> Reponse:
        """Deposit. Raises DecaIndisponible: it may have been recorded all the same."""
        ...


class DecaHttp:
    """The adapter: PUT and GET /depots/{reference}."""

    def __init__(self, url: str, *, secret: str, client: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._entetes = {"Authorization": f"Bearer {secret}"}
        self._client = client

    async def find(self, reference: str) -> Reponse | None:
        """See DepotDeca."""
        reponse = await self._call("GET", reference, None)
        return None if reponse.status_code == httpx.codes.NOT_FOUND else _read(reponse)

    async def deposit(self, a_deposer: ADeposer) -> Reponse:
        """See DepotDeca."""
        return _read(await self._call("PUT", a_deposer.reference, msgspec.json.encode(a_deposer)))

    async def _call(self, methode: str, reference: str, corps: bytes | None) -> httpx.Response:
        try:
            return await self._client.request(
                methode,
                f"{self._url}/depots/{reference}",
                content=corps,
                headers=self._entetes | {"Content-Type": "application/json"},
                timeout=DELAI_SECONDES,
            )
        except httpx.HTTPError as erreur:
            raise DecaIndisponible(type(erreur).__name__) from None


def _read(reponse: httpx.Response) -> Reponse:
    if not reponse.is_success:
        raise DecaIndisponible(f"HTTP {reponse.status_code}")
    try:
        return msgspec.json.decode(reponse.content, type=Reponse)
    except msgspec.DecodeError:
        raise DecaIndisponible("réponse illisible") from None
