"""Reading what an OPCO answers: typed messages, and the several shapes of its refusals (norme.md §5, §6)."""

import re
from decimal import Decimal
from typing import Any, TypeVar

import httpx
import msgspec

from traitdunion.cfa.errors import AccessRefused, AuthenticationRefused, NotFound, QuotaReached, Refused
from traitdunion.norme.erreurs import Anomalie, Gravite

T = TypeVar("T")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_JOUR_AVEC_HEURE = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?(?:Z|[+-]\d{2}:\d{2})?")
# Members that are instants: midnight is one of them, not a day.
_INSTANTS = frozenset({"survenuLe"})
_PAR_STATUT: dict[int, type[Refused]] = {
    401: AuthenticationRefused,
    403: AccessRefused,
    404: NotFound,
    429: QuotaReached,
}
_DESCRIPTION_PAR_DEFAUT = {
    401: "Connexion refusée : client ID, secret ou jeton.",
    403: "Accès refusé : identifiant API CFA, ou accrochage avec cet éditeur.",
    404: "Introuvable.",
    429: "Trop d'appels en peu de temps.",
}


class AnswerUnreadable(Exception):
    """A 200 whose body is not what the norm says; caught by the transport, which knows what was asked."""


def read_answer(corps: bytes, type_: type[T]) -> T:
    """A body as a typed message: days with an offset, numbers as text and ids as numbers are read. AnswerUnreadable."""
    try:
        return msgspec.convert(_liberal(_decoder.decode(corps), ""), type_, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise AnswerUnreadable(type_.__name__ if isinstance(type_, type) else str(type_)) from None


def read_refus(reponse: httpx.Response) -> Refused:
    """The refusal that an answer carries, in any OPCO's shape: `errors[]`, top-level `description`, `comment`."""
    corps = _object(reponse.content)
    erreurs = [e for e in _member(corps, "errors") or [] if isinstance(e, dict)]
    anomalies = tuple(_anomalie(erreur) for erreur in erreurs)
    description = (
        _text(_member(corps, "description"))
        or _text(_member(corps, "comment"))
        or (anomalies[0].description if anomalies else None)
        or _text(_member(corps, "error_description"))
        or _DESCRIPTION_PAR_DEFAUT.get(reponse.status_code, f"L'OPCO a refusé l'appel (HTTP {reponse.status_code}).")
    )
    classe = _PAR_STATUT.get(reponse.status_code, Refused)
    return classe(
        description,
        statut=reponse.status_code,
        anomalies=anomalies,
        request_id=request_id(reponse),
        retry_after_s=retry_after_s(reponse),
        corps=corps,
    )


def request_id(reponse: httpx.Response) -> str | None:
    """The reference that the OPCO's help desk will ask for."""
    entete = reponse.headers.get("x-request-id") or reponse.headers.get("x-correlation-id")
    return entete or _text(_member(_object(reponse.content), "instance"))


def retry_after_s(reponse: httpx.Response) -> float | None:
    """Seconds to wait, when the answer says so in seconds."""
    attente = reponse.headers.get("retry-after", "")
    return float(attente) if attente.isascii() and attente.isdigit() else None


def has_norm_shape(reponse: httpx.Response) -> bool:
    """Whether an error body is the OPCO's own words, and not those of a proxy on the way."""
    corps = _object(reponse.content)
    return any(_member(corps, nom) is not None for nom in ("errors", "description", "comment", "error"))


def _liberal(valeur: Any, nom: str) -> Any:
    if isinstance(valeur, dict):
        # A member that is null says no more than a member that is not there.
        return {cle: _liberal(fils, cle) for cle, fils in valeur.items() if fils is not None}
    if isinstance(valeur, list):
        return [_liberal(fils, nom) for fils in valeur]
    if isinstance(valeur, str) and nom not in _INSTANTS:
        jour = _JOUR_AVEC_HEURE.fullmatch(valeur)
        return jour[1] if jour else valeur
    if type(valeur) is int and nom.startswith("numero") and nom != "numeroPage":
        return str(valeur)
    return valeur


def _object(corps: bytes) -> dict[str, Any]:
    try:
        brut = msgspec.json.decode(corps)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return brut if isinstance(brut, dict) else {}


def _member(corps: dict[str, Any], nom: str) -> Any:
    # One OPCO writes « Description » with a capital (norme.md §6).
    return corps.get(nom, corps.get(nom.capitalize()))


def _text(valeur: Any) -> str | None:
    return valeur.strip() or None if isinstance(valeur, str) else None


def _anomalie(erreur: dict[str, Any]) -> Anomalie:
    try:
        gravite = Gravite(str(erreur.get("gravite")))
    except ValueError:
        gravite = Gravite.BLOQUANT
    return Anomalie(
        code=_text(_member(erreur, "code")) or "SANS_CODE",
        champ=_text(erreur.get("champ")),
        gravite=gravite,
        description=_text(_member(erreur, "description")) or "Sans explication de l'OPCO.",
        article=_text(erreur.get("article")),
    )
