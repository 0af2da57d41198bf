"""Structured logs, one JSON object a line, in UTC. Nothing personal is ever handed to them; if it is, it is masked.

Masked by the name of a member, whatever its spelling, and by the look of a text: a NIR, an IBAN, a key, a token, the
password of an address, the query of a URL (fiabilite.md §1, I9). Errors are told by type and place, never by their
text, which may quote a body. What libraries say through `logging` goes the same way.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

from traitdunion.norme import cle_api

MASQUE = "***"
# Words of a member's name: « ibanEmetteur », « cle_api », « X-API-Key » and « droitsRqthApprenti » each hold one.
MOTS_SENSIBLES = frozenset(
    [
        *("nir", "iban", "handicap", "rqth", "corps", "body", "query", "requete_url"),
        *("secret", "cle", "key", "jeton", "token", "authorization", "dpop", "cookie", "mdp", "passe", "password"),
    ]
)
MOT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
MOTIFS = (
    # Thirteen digits as people group them (2A and 2B for Corsica), and the key or not.
    re.compile(r"(?<!\d)[1-478] ?\d\d ?\d\d ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3}(?: ?\d\d)?(?!\d)"),
    re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    re.compile(cle_api.MOTIF),
    re.compile(r"(?i)\b(?:bearer|basic|dpop) +[\w.~+/=-]{8,}"),
    re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII),  # 256 bits in base64url: an access token
    re.compile(r"(?<=://)[^/\s@]+@"),
    re.compile(r"(?<=\?)[^\s\"']+"),
)
BIBLIOTHEQUES_BAVARDES = ("procrastinate", "httpx", "httpcore", "asyncio")


def is_sensitive(nom: str) -> bool:
    """Whether the value of a member of this name stays out of the logs."""
    return nom.lower() in MOTS_SENSIBLES or not MOTS_SENSIBLES.isdisjoint(mot.lower() for mot in MOT.findall(nom))


def clean(valeur: Any) -> Any:
    """The value without what must not be logged; bytes are masked whole."""
    if isinstance(valeur, str):
        for motif in MOTIFS:
            valeur = motif.sub(MASQUE, valeur)
        return valeur
    if valeur is None or isinstance(valeur, bool | int | float):
        # 13 or 15 digits without a quote around them are still a NIR.
        return MASQUE if type(valeur) is int and MOTIFS[0].fullmatch(str(valeur)) else valeur
    if isinstance(valeur, Mapping):
        return {str(nom): MASQUE if is_sensitive(str(nom)) else clean(sous) for nom, sous in valeur.items()}
    if isinstance(valeur, list | tuple | set | frozenset):
        return [clean(element) for element in valeur]
    if isinstance(valeur, bytes | bytearray | memoryview):
        return MASQUE
    return clean(str(valeur))


def mask(_logger: Any, _nom: str, evenement: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace what is sensitive, by name then by look, at any depth."""
    for nom, valeur in evenement.items():
        evenement[nom] = MASQUE if is_sensitive(nom) else clean(valeur)
    return evenement


def where(erreur: BaseException) -> dict[str, str]:
    """Type and place of an error, without its text: the text may quote a body."""
    return {"erreur": type(erreur).__name__, "lieu": _place(erreur.__traceback__)}


def configure(niveau: str = "INFO") -> None:
    """Set structlog and `logging` up for this process; `niveau` is DEBUG, INFO, WARNING or ERROR."""
    communs: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _errors,
        mask,
    ]
    rendu = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*communs, rendu],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(niveau)),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sortie = logging.StreamHandler(sys.stdout)
    sortie.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask, rendu],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *communs],
            keep_exc_info=False,
        )
    )
    racine = logging.getLogger()
    racine.handlers = [sortie]
    racine.setLevel(niveau)
    for nom in BIBLIOTHEQUES_BAVARDES:
        logging.getLogger(nom).setLevel(max(logging.WARNING, logging.getLevelName(niveau)))


def _errors(_logger: Any, _nom: str, evenement: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn `exc_info`, in any of the forms that logging admits, into type and place."""
    donnee = evenement.pop("exc_info", None)
    if donnee is True:
        donnee = sys.exc_info()
    if isinstance(donnee, tuple):
        donnee = donnee[1]
    if isinstance(donnee, BaseException):
        evenement.update(where(donnee))
    return evenement


def _place(trace: TracebackType | None) -> str:
    cadres = traceback.extract_tb(trace)
    return " < ".join(f"{cadre.name}:{cadre.lineno}" for cadre in reversed(cadres[-4:]))
