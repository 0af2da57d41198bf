"""What every message is made of: the struct's settings and the scalar types that carry a meaning.

A member of a deposited message is always optional here: what must be present is a rule
(`norme.controles`), so that everything missing is said at once, in the order of the form.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

# Words in the name of a member whose value is never shown (fiabilite.md §5): a repr ends in logs and in tickets.
_TUS = frozenset({"nir", "handicap", "rqth", "iban"})


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=False):
    """A body of the norm; Python names are the wire names in snake case.

    Its repr hides what is sensitive: NIR, handicap and RQTH, IBAN.
    """

    def __repr__(self) -> str:
        dits = ((nom, getattr(self, nom)) for nom in self.__struct_fields__)
        return f"{type(self).__name__}({', '.join(f'{nom}={_shown(nom, valeur)}' for nom, valeur in dits)})"


class MessageCreux(Message, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A deposited body: what was not said is not written back."""


def _shown(nom: str, valeur: Any) -> str:
    if valeur is None or _TUS.isdisjoint(nom.split("_")):
        return repr(valeur)
    return "•••"


def membre(libelle: str, *, exemple: Any = None) -> Meta:
    """Label of one member, as printed on the form or said to a reader; with an invented example if it helps."""
    return Meta(description=libelle, examples=None if exemple is None else [exemple])


# Euros with two decimals at most, exact: never a float (norme.md §2).
Montant = Annotated[Decimal, Meta(extra={"montant": True}, extra_json_schema={"type": "number", "multipleOf": 0.01})]
# A percentage, as printed on the form: 27, 53.5.
Taux = Annotated[Decimal, Meta(extra={"taux": True}, extra_json_schema={"type": "number"})]
# A calendar day; an offset sent with it never moves it (norme.md §2).
Jour = date
# The OPCO's technical id: digits, read as text or number, written as text.
NumeroInterne = Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]

# Texts by their longest length, in characters.
Texte3 = Annotated[str, Meta(max_length=3)]
Texte4 = Annotated[str, Meta(max_length=4)]
Texte5 = Annotated[str, Meta(max_length=5)]
Texte6 = Annotated[str, Meta(max_length=6)]
Texte8 = Annotated[str, Meta(max_length=8)]
Texte9 = Annotated[str, Meta(max_length=9)]
Texte10 = Annotated[str, Meta(max_length=10)]
Texte14 = Annotated[str, Meta(max_length=14)]
Texte15 = Annotated[str, Meta(max_length=15)]
Texte20 = Annotated[str, Meta(max_length=20)]
Texte40 = Annotated[str, Meta(max_length=40)]
Texte80 = Annotated[str, Meta(max_length=80)]
Texte255 = Annotated[str, Meta(max_length=255)]
Texte2000 = Annotated[str, Meta(max_length=2000)]
