"""The adapter of the port to HTTP: PUT and GET `/depots/{reference}`, JSON, a secret as Bearer.

What comes back is not trusted (OWASP API10): bounded in time and size, no redirect followed, read strictly, its texts
cleaned. The member names are those that the State's services were seen to use (regles.md §3.3, §3.4).
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from traitdunion.opco.deca.port import (
    Connu,
    ContratADeposer,
    DecaIndisponible,
    DecaRefuseAppel,
    Depose,
    Inconnu,
    NonDeposable,
    RefusRecu,
    Reponse,
)
from traitdunion.opco.deca.states import Nature
from traitdunion.opco.socle import logs

DELAI_SECONDES = 20.0  # for one call, whole: far below the lease of a row
ATTENTE = httpx.Timeout(10.0, connect=5.0)
TAILLE_MAX = 64 * 1024  # bytes of an answer
TEXTE_MAX = 500  # characters of a reason
# The row is not at fault: our access, the moment, the rate. Anything else below 500 says that the call itself is.
PASSAGERS = frozenset({401, 403, 407, 408, 425, 429})


class _Corps(msgspec.Struct, frozen=True, rename="camel"):
    """An answer on the wire."""

    reference: str
    etat: str
    num_depot: str | None = None
    num_avenant: str | None = None
    autres_num_depot: tuple[str, ...] = ()
    libelle_motif_non_depot: str | None = None
    commentaire_motif_non_depot: str | None = None


_LIRE = msgspec.json.Decoder(_Corps)


class DecaHttp:
    """The State's deposit at `url`; `client` is shared, and closed by whoever opened it."""

    def __init__(
        self, url: str, *, secret: str, client: httpx.AsyncClient, delai_secondes: float = DELAI_SECONDES
    ) -> None:
        self._url = url.rstrip("/")
        self._entetes = {"Content-Type": "application/json", "Accept": "application/json"}
        if secret:
            self._entetes["Authorization"] = f"Bearer {secret}"
        self._client = client
        self._delai = delai_secondes

    async def find(self, reference: str) -> Connu:
        """See DepotDeca."""
        statut, corps = await self._call("GET", reference)
        return Inconnu() if statut == httpx.codes.NOT_FOUND else read_reponse(statut, corps, reference=reference)

    async def deposit(self, reference: str, contrat: ContratADeposer, *, nature: Nature) -> Reponse:
        """See DepotDeca."""
        return await self._put(reference, contrat, {"nature": nature})

    async def report_refus(
        self, reference: str, contrat: ContratADeposer, *, motifs: Sequence[str], texte: str | None
    ) -> Reponse:
        """See DepotDeca."""
        return await self._put(
            reference, contrat, {"nature": Nature.REFUS, "motifsRefus": list(motifs), "texteRefus": texte}
        )

    async def _put(self, reference: str, contrat: ContratADeposer, entete: dict[str, Any]) -> Reponse:
        envoi = {"reference": reference, **entete, **msgspec.to_builtins(contrat)}
        statut, corps = await self._call("PUT", reference, msgspec.json.encode(envoi))
        return read_reponse(statut, corps, reference=reference)

    async def _call(self, methode: str, reference: str, contenu: bytes | None = None) -> tuple[int, bytes]:
        """One call, status and body. Raises DecaIndisponible, without a word of what was sent or answered."""
        url = f"{self._url}/depots/{quote(reference, safe='')}"
        corps = bytearray()
        try:
            async with (
                asyncio.timeout(self._delai),
                self._client.stream(
                    methode, url, content=contenu, headers=self._entetes, timeout=ATTENTE, follow_redirects=False
                ) as reponse,
            ):
                async for morceau in reponse.aiter_bytes():
                    corps += morceau
                    if len(corps) > TAILLE_MAX:
                        raise DecaIndisponible("Le ministère a répondu par un texte trop long.")
        except (TimeoutError, httpx.TimeoutException):
            raise DecaIndisponible("Le ministère n'a pas répondu à temps.") from None
        except httpx.ConnectError:
            raise DecaIndisponible("Le service du ministère est injoignable.") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise DecaIndisponible("La réponse du ministère s'est perdue.") from None
        return reponse.status_code, bytes(corps)


def read_reponse(statut: int, corps: bytes, *, reference: str) -> Reponse:
    """What an answer says. Raises DecaIndisponible when it says nothing, DecaRefuseAppel when it refuses the call."""
    if statut in PASSAGERS:
        raise DecaIndisponible(f"Le ministère n'admet pas l'appel (HTTP {statut}) : vérifiez l'accès au service.")
    if 400 <= statut < 500:
        raise DecaRefuseAppel(f"Le ministère refuse l'envoi tel qu'il est fait (HTTP {statut}).")
    if not 200 <= statut < 300:
        raise DecaIndisponible(f"Le service du ministère est en panne (HTTP {statut}).")
    try:
        lu = _LIRE.decode(corps)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DecaIndisponible("La réponse du ministère est illisible.") from None
    if lu.reference != reference:
        raise DecaIndisponible("Le ministère a répondu pour une autre référence que la nôtre.")
    match lu.etat:
        case "DEPOSE":
            autres = tuple(clean_texte(un) for un in lu.autres_num_depot if un != lu.num_depot)
            return Depose(lu.num_depot or "", lu.num_avenant or None, autres)
        case "NON_DEPOSABLE":
            commentaire = clean_texte(lu.commentaire_motif_non_depot or "") or None
            return NonDeposable(clean_texte(lu.libelle_motif_non_depot or "") or "Motif non précisé", commentaire)
        case "REFUS_RECU":
            return RefusRecu()
        case _:
            raise DecaIndisponible("La réponse du ministère est d'un genre inconnu.")


def clean_texte(texte: str) -> str:
    """A text of others, fit to be kept and shown: one line, no control character, 500 characters, no NIR nor IBAN."""
    lisible = "".join(" " if unicodedata.category(lettre)[0] in "CZ" else lettre for lettre in texte)
    return str(logs.clean(" ".join(lisible.split())))[:TEXTE_MAX]
