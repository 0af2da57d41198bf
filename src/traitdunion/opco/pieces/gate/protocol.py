"""What the parent and the child say to each other: one JSON object per line over two pipes, one answer per question.

The child writes `Pret` once it is ready, then answers each `Demande`. The parent believes nothing that it cannot check:
an answer that it does not understand is a dead child.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from traitdunion.opco.pieces.gate.model import FichierRefuse, Inspection, Limites, Motif, TypeContenu

LIGNE_MAX_OCTETS = 64 * 1024
PRET = b'{"pret": true}\n'


class ProtocolError(Exception):
    """An answer that is not one: the child is to be killed."""


@dataclass(frozen=True)
class Demande:
    """Inspect this file: its path, the types admitted here, and the types that its name and its part announce.

    `annonces` holds `None` for an announced type that is none of ours.
    """

    chemin: str
    admis: tuple[TypeContenu, ...]
    annonces: tuple[TypeContenu | None, ...]


@dataclass(frozen=True)
class Reponse:
    """The outcome for one file; whether the child asks to be replaced after it (`usee`), and the kind of an
    unforeseen exception, for the log.
    """

    resultat: Inspection | FichierRefuse
    usee: bool = False
    cause: str | None = None


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
    )


def encode_reponse(reponse: Reponse) -> bytes:
    """One line: either the inspection or the grounds."""
    resultat = reponse.resultat
    fields: dict[str, Any] = {"usee": reponse.usee, "cause": reponse.cause}
    if isinstance(resultat, FichierRefuse):
        fields["motifs"] = [[motif.code, dict(motif.valeurs)] for motif in resultat.motifs]
    else:
        fields["inspection"] = asdict(resultat) | {"sha256": resultat.sha256.hex()}
    return json.dumps(fields).encode() + b"\n"


def decode_reponse(line: bytes) -> Reponse:
    """The outcome of one line. Raises ProtocolError on anything but a well-formed answer."""
    try:
        fields = json.loads(line)
        resultat: Inspection | FichierRefuse
        if "motifs" in fields:
            resultat = FichierRefuse([_motif(code, valeurs) for code, valeurs in fields["motifs"]])
        else:
            resultat = _inspection(fields["inspection"])
        cause = fields["cause"] and str(fields["cause"])[:80]
        return Reponse(resultat, usee=fields["usee"] is True, cause=cause)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ProtocolError(type(exc).__name__) from exc


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
        type_contenu=TypeContenu(fields["type_contenu"]), pages=pages, taille_octets=taille, sha256=sha256
    )
