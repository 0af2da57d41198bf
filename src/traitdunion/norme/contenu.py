"""The content of a deposit: its canonical form, its digest, what differs between two, and its searchable copy.

Canonical (norme.md §7): the known members once read, days as AAAA-MM-JJ, amounts exact, nothing that was not said;
state, comment and numbers, which are the OPCO's, left out.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import zip_longest
from typing import Any

import msgspec

from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier

LECTURE_SEULE = {
    "etat": None,
    "commentaire_etat": None,
    "numero_interne": None,
    "numero_externe": None,
    "numero_deca": None,
}
# Never in the searchable copy (fiabilite.md §5): they live only in the encrypted body.
SENSIBLES = {"nir": None, "handicap": None, "droits_rqth_extension_boe": None, "droits_rqth_equivalence_jeune": None}

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
# A copy is not compared: its members need no order, which PostgreSQL would undo.
_encoder_copie = msgspec.json.Encoder(decimal_format="number")


def _said(message: msgspec.Struct) -> msgspec.Struct:
    """The message without what only the OPCO sets."""
    if isinstance(message, DepotDossier) and message.cerfa is not None:
        return msgspec.structs.replace(message, cerfa=msgspec.structs.replace(message.cerfa, **LECTURE_SEULE))
    return message


def canonical(message: msgspec.Struct) -> bytes:
    """The canonical JSON of a message that was read."""
    return _encoder.encode(_said(message))


def digest(message: msgspec.Struct) -> bytes:
    """SHA-256 (32 bytes) of the canonical JSON."""
    return sha256(canonical(message)).digest()


def differences(avant: msgspec.Struct, apres: msgspec.Struct) -> tuple[str, ...]:
    """Paths of the members whose values differ, in the order of the form; never the values themselves."""
    return tuple(_compare(_said(avant), _said(apres), ""))


def copie_recherchable(cerfa: Cerfa) -> bytes:
    """JSON of the form for the OPCO's searches: without NIR, handicap and RQTH rights, nor what only the OPCO sets."""
    return _encoder_copie.encode(
        msgspec.structs.replace(
            cerfa,
            **LECTURE_SEULE,
            apprenti=msgspec.structs.replace(cerfa.apprenti, **SENSIBLES) if cerfa.apprenti else None,
            maitre1=msgspec.structs.replace(cerfa.maitre1, nir=None) if cerfa.maitre1 else None,
            maitre2=msgspec.structs.replace(cerfa.maitre2, nir=None) if cerfa.maitre2 else None,
        )
    )


def _compare(avant: Any, apres: Any, chemin: str) -> Iterator[str]:
    if isinstance(avant, msgspec.Struct) and type(avant) is type(apres):
        for champ in msgspec.structs.fields(avant):
            nom = champ.encode_name
            fils = getattr(avant, champ.name), getattr(apres, champ.name)
            yield from _compare(*fils, f"{chemin}.{nom}" if chemin else nom)
    elif isinstance(avant, tuple) and isinstance(apres, tuple):
        # A line that only one of the two holds differs as a whole.
        for rang, (gauche, droite) in enumerate(zip_longest(avant, apres)):
            yield from _compare(gauche, droite, f"{chemin}[{rang}]")
    elif avant != apres:
        yield chemin
