"""The plan of a message: what each wire name holds and how it is read, compiled once from the struct."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from traitdunion.norme.lecture import scalars, spellings

# Lines of the pay table: four years of two periods; other lists are bounded by the size of a body.
LIGNES_MAX = {"remunerationsAnnuelles": 8}
LIGNES_MAX_DEFAUT = 1_000
# Codes and other texts whose struct says no length: nothing that long is in any list.
TEXTE_MAX_DEFAUT = 255


@dataclass(frozen=True, slots=True)
class Membre:
    """One member: its names, its label, and one of a scalar reader or the plan of an object (or list of them).

    `indulgent`: it is the OPCO's, ignored on deposit, so a value that cannot be read is no anomaly either.
    `garde_vide`: an object in which nothing is said is kept, so that all that is missing in it is told.
    """

    nom: str
    attribut: str
    libelle: str
    read: scalars.Reader | None = None
    plan: "Plan | None" = None
    liste: bool = False
    lignes_max: int = LIGNES_MAX_DEFAUT
    indulgent: bool = False
    garde_vide: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One struct: how to build it, its members by wire name in the order of the form, other spellings, older forms."""

    build: Callable[..., Any]
    membres: dict[str, Membre]
    # Attribute and reader of the scalars among them: what the walk needs nine times out of ten.
    scalaires: dict[str, tuple[str, scalars.Reader]]
    alias: dict[str, str]
    restore: Callable[[dict[str, object]], dict[str, object]] | None
    rangs: dict[str, int]
    par_casse: dict[str, str]


@cache
def compile_plan(struct: type[msgspec.Struct]) -> Plan:
    """The plan of a struct and, through its members, of all that it holds."""
    hints = get_type_hints(struct, include_extras=True)
    indulgents = spellings.LECTURE_SEULE.get(struct, frozenset())
    membres = {
        champ.encode_name: _membre(
            champ.encode_name, champ.name, hints[champ.name], indulgent=champ.encode_name in indulgents
        )
        for champ in msgspec.structs.fields(struct)
    }
    return Plan(
        build=struct,
        membres=membres,
        scalaires={nom: (membre.attribut, membre.read) for nom, membre in membres.items() if membre.read is not None},
        alias=spellings.ALIAS.get(struct, {}),
        restore=spellings.RESTORE.get(struct),
        rangs={nom: rang for rang, nom in enumerate(membres)},
        par_casse={nom.lower(): nom for nom in membres},
    )


def _unwrap(hint: Any) -> tuple[Any, list[msgspec.Meta]]:
    """The bare type of `Annotated[X | None, …]` or `X | None`, and the Meta met on the way, outermost first."""
    metas: list[msgspec.Meta] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *autres = get_args(hint)
            metas.extend(meta for meta in autres if isinstance(meta, msgspec.Meta))
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = [choix for choix in get_args(hint) if choix is not type(None)]
        else:
            return hint, metas


def _membre(nom: str, attribut: str, hint: Any, *, indulgent: bool) -> Membre:
    type_, metas = _unwrap(hint)
    libelle = next((meta.description for meta in metas if meta.description), nom)
    if get_origin(type_) is tuple:
        return Membre(
            nom,
            attribut,
            libelle,
            plan=compile_plan(get_args(type_)[0]),
            liste=True,
            lignes_max=LIGNES_MAX.get(nom, LIGNES_MAX_DEFAUT),
        )
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return Membre(nom, attribut, libelle, plan=compile_plan(type_), garde_vide=type_ in spellings.GARDES_VIDES)
    return Membre(nom, attribut, libelle, read=_reader(nom, type_, metas), indulgent=indulgent)


def _reader(nom: str, type_: Any, metas: list[msgspec.Meta]) -> scalars.Reader:
    if type_ is bool:
        return scalars.read_bool
    if type_ is int:
        return scalars.read_int
    if type_ is date:
        return scalars.read_day
    if type_ is Decimal:
        taux = any(meta.extra and meta.extra.get("taux") for meta in metas)
        return scalars.read_taux if taux else scalars.read_montant
    if any(meta.pattern is not None for meta in metas):
        return scalars.read_numero  # the only text with a pattern is the OPCO's number
    if nom == "ordre":
        return scalars.read_ordre  # the only text that a connector may hold as a number with a decimal
    maximum = next((meta.max_length for meta in metas if meta.max_length is not None), TEXTE_MAX_DEFAUT)
    normalise = spellings.NORMALISERS.get(nom)
    return scalars.text_reader(maximum) if normalise is None else scalars.code_reader(maximum, normalise)
