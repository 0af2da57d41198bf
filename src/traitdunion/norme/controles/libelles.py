"""Labels and attributes of members by their wire path, taken from the structs that describe them."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from traitdunion.norme.lecture.plan import compile_plan
from traitdunion.norme.messages.cerfa import Cerfa


class Champ(msgspec.Struct, frozen=True):
    """A member of the form: its wire path, its label, its section, its attribute there, and how to read it."""

    chemin: str
    libelle: str
    section: str
    attribut: str
    read: Callable[[Any], Any]


def champ(chemin: str, struct: type[msgspec.Struct] = Cerfa, racine: str = "cerfa") -> Champ:
    """The member at a wire path below the root, such as `employeur.siret`. Raises KeyError for a path that is not."""
    plan = compile_plan(struct)
    attributs = []
    libelle = chemin
    for nom in chemin.split("."):
        membre = plan.membres[nom]
        attributs.append(membre.attribut)
        libelle = membre.libelle
        if membre.plan is not None:
            plan = membre.plan
    attribut = ".".join(attributs[1:] or attributs)
    return Champ(f"{racine}.{chemin}", libelle, attributs[0], attribut, attrgetter(attribut))


def champs(*chemins: str, struct: type[msgspec.Struct] = Cerfa, racine: str = "cerfa") -> tuple[Champ, ...]:
    """Several members, in the order given."""
    return tuple(champ(chemin, struct, racine) for chemin in chemins)
