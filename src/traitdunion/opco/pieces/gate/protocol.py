"""What the parent and the child say to each other: one JSON object per line over two pipes, one answer per question.

The child writes `Pret` once it is ready, then answers each `Demande`. Of a facture that passed it says the text in a
second line: the verdict is out by then, whatever happens to the child. The parent believes nothing that it cannot
check: an answer that it does not understand is a dead child.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from traitdunion.opco.pieces.gate.model import (
    FacturX,
    FichierRefuse,
    Inspection,
    LectureFacture,
    Limites,
    Mention,
    Motif,
    TypeContenu,
)

LIGNE_MAX_OCTETS = 64 * 1024
PRET = b'{"pret": true}\n'
_TEXTE_MAX, _VALEURS_MAX = 100, 20
_MONTANT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")


class ProtocolError(Exception):
    """An answer that is not one: the child is to be killed."""


@dataclass(frozen=True)
class Demande:
    """Inspect this file: its path, the types admitted here, and the types that its name and its part announce.

    `annonces` holds `None` for an announced type that is none of ours. A `facture` may carry a Factur-X, and its text
    is read.
    """

    chemin: str
    admis: tuple[TypeContenu, ...]
    annonces: tuple[TypeContenu | None, ...]
    facture: bool = False


@dataclass(frozen=True)
class Reponse:
    """The outcome for one file; whether the child asks to be replaced after it (`usee`), and the kind of an
    unforeseen exception, for the log.
    """

    resultat: Inspection | FichierRefuse
    usee: bool = False
    cause: str | None = None


@dataclass(frozen=True)
class Texte:
    """What the text of a facture holds; `usee` and `cause` as in `Reponse`."""

    mention: Mention
    usee: bool = False
    cause: str | None = None


def text_follows(reponse: Reponse) -> bool:
    """Whether a line about the text comes after this answer: a PDF that passed as a facture."""
    return isinstance(reponse.resultat, Inspection) and reponse.resultat.facture is not None


def encode_limites(limites: Limites) -> str:
    """The limits as the child's one argument."""
    return json.dumps(asdict(limites))


def decode_limites(text: str) -> Limites:
    """The limits that `encode_limites` wrote."""
    return Limites(**json.loads(text))


def encode_demande(demande: Demande) -> bytes:
    """One line. A path that is not UTF-8 travels as escaped surrogates (PEP 383)."""
    return json.dumps(asdict(demande)).encode() + b"\n"


def decode_demande(line: bytes) -> Demande:
    """The question of one line."""
    fields = json.loads(line)
    return Demande(
        chemin=fields["chemin"],
        admis=tuple(TypeContenu(name) for name in fields["admis"]),
        annonces=tuple(TypeContenu(name) if name else None for name in fields["annonces"]),
        facture=fields["facture"] is True,
    )


def encode_reponse(reponse: Reponse) -> bytes:
    """One line: either the inspection or the grounds."""
    resultat = reponse.resultat
    fields: dict[str, Any] = {"usee": reponse.usee, "cause": reponse.cause}
    if isinstance(resultat, FichierRefuse):
        fields["motifs"] = [[motif.code, dict(motif.valeurs)] for motif in resultat.motifs]
    else:
        fields["inspection"] = asdict(resultat) | {"sha256": resultat.sha256.hex()}
    return json.dumps(fields, default=str).encode() + b"\n"  # dates and amounts in their usual form


def decode_reponse(line: bytes) -> Reponse:
    """The outcome of one line. Raises ProtocolError on anything but a well-formed answer."""
    try:
        fields = json.loads(line)
        resultat: Inspection | FichierRefuse
        if "motifs" in fields:
            resultat = FichierRefuse([_motif(code, valeurs) for code, valeurs in fields["motifs"]])
        else:
            resultat = _inspection(fields["inspection"])
        return Reponse(resultat, usee=fields["usee"] is True, cause=_cause(fields))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ProtocolError(type(exc).__name__) from exc


def encode_texte(texte: Texte) -> bytes:
    """One line."""
    return json.dumps(asdict(texte)).encode() + b"\n"


def decode_texte(line: bytes) -> Texte:
    """What the text holds, of one line. Raises ProtocolError on anything else."""
    try:
        fields = json.loads(line)
        return Texte(Mention(fields["mention"]), usee=fields["usee"] is True, cause=_cause(fields))
    except (ValueError, KeyError, TypeError) as exc:
        raise ProtocolError(type(exc).__name__) from exc


def _cause(fields: Mapping[str, Any]) -> str | None:
    return str(fields["cause"])[:80] if fields["cause"] else None


def _motif(code: object, valeurs: Mapping[str, object]) -> Motif:
    if not isinstance(code, str):
        raise ValueError("code")
    checked = {
        name: value[:80] if isinstance(value, str) else value
        for name, value in valeurs.items()
        if isinstance(value, (int, str))
    }
    return Motif(code, checked)


def _inspection(fields: Mapping[str, Any]) -> Inspection:
    sha256 = bytes.fromhex(fields["sha256"])
    pages, taille = fields["pages"], fields["taille_octets"]
    if len(sha256) != 32 or not isinstance(pages, int) or not isinstance(taille, int):
        raise ValueError("inspection")
    return Inspection(
        type_contenu=TypeContenu(fields["type_contenu"]),
        pages=pages,
        taille_octets=taille,
        sha256=sha256,
        facture=_lecture(fields["facture"]),
    )


def _lecture(fields: Mapping[str, Any] | None) -> LectureFacture | None:
    if fields is None:
        return None
    facturx = fields["facturx"]
    return LectureFacture(joint=fields["joint"] is True, facturx=None if facturx is None else _facturx(facturx))


def _facturx(fields: Mapping[str, Any]) -> FacturX:
    jour = _texte(fields["date_emission"])
    return FacturX(
        numero=_texte(fields["numero"]),
        type_code=_texte(fields["type_code"]),
        date_emission=None if jour is None else date.fromisoformat(jour),
        sirets=_textes(fields["sirets"]),
        montant_total=_montant(fields["montant_total"]),
        montant_a_payer=_montant(fields["montant_a_payer"]),
        devise=_texte(fields["devise"]),
        ibans=_textes(fields["ibans"]),
        categories=_textes(fields["categories"]),
        exonerations=_textes(fields["exonerations"]),
        reference_acheteur=_texte(fields["reference_acheteur"]),
    )


def _texte(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > _TEXTE_MAX):
        raise ValueError("text")
    return value


def _textes(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > _VALEURS_MAX:
        raise ValueError("texts")
    return tuple(text for value in values if (text := _texte(value)) is not None)


def _montant(value: object) -> Decimal | None:
    text = _texte(value)
    if text is not None and not _MONTANT.match(text):
        raise ValueError("amount")
    return None if text is None else Decimal(text)
