"""Exact writing (norme.md §2): days as ISO 8601 with offset, amounts as JSON numbers."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")
_DEJA_LISIBLES = (date, Decimal)


def to_wire(message: Any) -> Any:
    """A message as plain JSON values, with Decimal kept exact; days become `2026-09-01T00:00:00+00:00`."""
    return _days(msgspec.to_builtins(message, builtin_types=_DEJA_LISIBLES))


def write(message: Any) -> bytes:
    """The bytes of a message, exactly as the norm writes it."""
    return _encoder.encode(to_wire(message))


def write_plain(message: Any) -> bytes:
    """The bytes of a message without any day in it: the walk that `write` does is spared."""
    return _encoder.encode(message)


def _days(valeur: Any) -> Any:
    if type(valeur) is dict:
        return {nom: _days(fils) for nom, fils in valeur.items()}
    if type(valeur) is list or type(valeur) is tuple:
        return [_days(fils) for fils in valeur]
    if type(valeur) is date:
        return f"{valeur.isoformat()}T00:00:00+00:00"
    return valeur
