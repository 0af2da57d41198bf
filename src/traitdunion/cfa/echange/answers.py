"""Reading what an OPCO answers: typed messages, and the several shapes of its refusals (norme.md §5, §6)."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import msgspec

from traitdunion.cfa.echange.lus import (
    DossierRelu,
    EtatAvoirRelu,
    EtatDossierRelu,
    EtatFactureRelu,
    read_etat_dossier,
    read_etat_facture,
)
from traitdunion.cfa.errors import AccessRefused, AuthenticationRefused, NotFound, QuotaReached, Refused
from traitdunion.norme import lecture
from traitdunion.norme.erreurs import Anomalie, Gravite, Refus
from traitdunion.norme.facturation.natures import normalise_nature
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier

T = TypeVar("T")
F = TypeVar("F", EtatFactureRelu, EtatAvoirRelu)
# What the OPCO says of a form that it gives back: left aside when a deposit is read (norme.md §2.1).
_DE_L_OPCO = {
    "commentaireEtat": "commentaire_etat",
    "numeroInterne": "numero_interne",
    "numeroExterne": "numero_externe",
    "numeroDeca": "numero_deca",
}
_NATURES = frozenset({"natureFrais", "natureLigne"})
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
# Members that are instants: midnight is one of them, not a day.
_INSTANTS = frozenset({"survenuLe"})
_JOUR_AVEC_HEURE = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?(?:Z|[+-]\d{2}:\d{2})?")
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
    return _convert(_decode(corps), type_)


def reader(type_: type[T]) -> Callable[[bytes], T]:
    """What reads the answers of one type."""
    return lambda corps: read_answer(corps, type_)


def read_dossier(corps: bytes) -> DossierRelu:
    """One dossier: its form as liberally as a deposit's (norme.md §2), its state in the norm's code."""
    return _dossier(_decode(corps))


def read_dossiers(corps: bytes) -> list[DossierRelu]:
    """Several dossiers."""
    return [_dossier(brut) for brut in _rows(_decode(corps))]


def read_form(corps: bytes) -> Cerfa:
    """The form of one dossier, whatever the rest of it holds."""
    return _form(_decode(corps))


def read_forms(corps: bytes) -> list[Cerfa]:
    """The forms of several dossiers, whatever the rest of them holds."""
    return [_form(brut) for brut in _rows(_decode(corps))]


def read_etats(corps: bytes) -> tuple[Sequence[EtatDossierRelu], int]:
    """States of dossiers, and how many there are: the bare array of v1 or a page of v2 (norme.md §1)."""
    brut = _decode(corps)
    lignes, total = (brut, None) if isinstance(brut, list) else _page(brut, "EtatDossierResult")
    lues = [_with_brut(ligne, "etat", read_etat_dossier) for ligne in _rows(lignes)]
    return _convert(lues, list[EtatDossierRelu]), len(lues) if total is None else total


def read_etats_factures(corps: bytes) -> tuple[Sequence[EtatFactureRelu], int]:
    """A page of states of factures, and how many there are."""
    return _factures(corps, "factures", EtatFactureRelu)


def read_etats_avoirs(corps: bytes) -> tuple[Sequence[EtatAvoirRelu], int]:
    """A page of states of avoirs, and how many there are."""
    return _factures(corps, "avoirs", EtatAvoirRelu)


def read_refus(reponse: httpx.Response) -> Refused:
    """The refusal that an answer carries, in any OPCO's shape: `errors[]`, top-level `description`, `comment`."""
    corps = _object(reponse.content)
    dites = _member(corps, "errors")
    erreurs = [e for e in dites if isinstance(e, dict)] if isinstance(dites, list) else []
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
    """Seconds to wait: said in seconds, or as a day and hour, told against the answer's own Date (RFC 9110 §10.2.3)."""
    attente = reponse.headers.get("retry-after", "").strip()
    if attente.isascii() and attente.isdigit():
        return float(attente)
    try:
        ecart = parsedate_to_datetime(attente) - parsedate_to_datetime(reponse.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, ecart.total_seconds())


def references(reponse: httpx.Response | None) -> dict[str, Any]:
    """What an error keeps of the answer that caused it."""
    if reponse is None:
        return {}
    return {"request_id": request_id(reponse), "retry_after_s": retry_after_s(reponse)}


def has_norm_shape(reponse: httpx.Response) -> bool:
    """Whether an error body is the OPCO's own words, and not those of a proxy on the way."""
    corps = _object(reponse.content)
    return any(_member(corps, nom) is not None for nom in ("errors", "description", "comment", "error"))


def _factures(corps: bytes, membre: str, type_: type[F]) -> tuple[list[F], int]:
    lignes, total = _page(_decode(corps), membre)
    lues = [_with_brut(ligne, "etatFacture", read_etat_facture) for ligne in _rows(lignes)]
    return _convert(lues, list[type_]), total  # type: ignore[valid-type]


def _page(brut: Any, membre: str) -> tuple[Any, int]:
    page = brut if isinstance(brut, dict) else {}
    total = page.get("total")
    if isinstance(total, str) and total.isascii() and total.isdigit():
        total = int(total)
    if type(total) is not int:
        raise AnswerUnreadable(membre)
    return page.get(membre, page.get(membre[0].lower() + membre[1:])), total


def _rows(brut: Any) -> list[dict[str, Any]]:
    if not isinstance(brut, list) or not all(isinstance(ligne, dict) for ligne in brut):
        raise AnswerUnreadable("rows")
    return brut


def _with_brut(ligne: dict[str, Any], membre: str, read: Callable[[str], str]) -> dict[str, Any]:
    etat = ligne.get(membre)
    return {**ligne, membre: read(etat), "etatBrut": etat} if isinstance(etat, str) else ligne


def _dossier(brut: Any) -> DossierRelu:
    form = _form(brut)
    etat = _text(brut["cerfa"].get("etat"))
    lu = _convert({**brut, "cerfa": {}}, DossierRelu)
    return msgspec.structs.replace(lu, cerfa=form, etat=form.etat, etat_brut=etat)


def _form(brut: Any) -> Cerfa:
    """A form as the OPCO gives it back, in any spelling that a deposit may have; what cannot be read is left out."""
    form = brut.get("cerfa") if isinstance(brut, dict) else None
    if not isinstance(form, dict):
        raise AnswerUnreadable("cerfa")
    try:
        depot = lecture.read(DepotDossier, _encoder.encode({"cerfa": form})).message
    except (Refus, msgspec.MsgspecError):
        raise AnswerUnreadable("cerfa") from None
    dits = {attribut: _text(_liberal(form.get(nom), nom)) for nom, attribut in _DE_L_OPCO.items()}
    etat = _text(form.get("etat"))
    return msgspec.structs.replace(
        depot.cerfa or Cerfa(), etat=None if etat is None else read_etat_dossier(etat), **dits
    )


def _decode(corps: bytes) -> Any:
    try:
        return _decoder.decode(corps)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise AnswerUnreadable("JSON") from None


def _convert(brut: Any, type_: type[T]) -> T:
    try:
        return msgspec.convert(_liberal(brut, ""), type_, strict=False)
    except (msgspec.MsgspecError, RecursionError):
        raise AnswerUnreadable(str(type_)) from None


def _liberal(valeur: Any, nom: str) -> Any:
    if isinstance(valeur, dict):
        # A member that is null says no more than a member that is not there.
        return {cle: _liberal(fils, cle) for cle, fils in valeur.items() if fils is not None}
    if isinstance(valeur, list):
        return [_liberal(fils, nom) for fils in valeur]
    if isinstance(valeur, str):
        if nom in _NATURES:
            return normalise_nature(valeur)
        jour = None if nom in _INSTANTS else _JOUR_AVEC_HEURE.fullmatch(valeur)
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
