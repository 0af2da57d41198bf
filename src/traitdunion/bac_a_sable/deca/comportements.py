"""How the peer misbehaves: by configuration, « refus » or « erreur:3 », or by the name of the apprentice. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

PREFIXE_NOM = "EXEMPLE "  # « EXEMPLE LENT » asks for `lent`: visibly invented people only


class Comportement(StrEnum):
    """What may go wrong at a deposit."""

    REFUS = "refus"  # not deposited, with its ground
    LENT = "lent"  # recorded at once, answered after the delay
    TARDIF = "tardif"  # recorded after the delay: the caller has gone meanwhile
    MORT = "mort"  # recorded, then killed before the answer
    MUET = "muet"  # recorded, and the connection closed without a word
    DOUBLE = "double"  # recorded, answered by a 500; the next call gets the answer
    ERREUR = "erreur"  # not recorded, a 500; the next call is taken
    MALFORME = "malforme"  # a number that has not the right form
    AUTRE = "autre"  # another number when read back than when deposited
    ILLISIBLE = "illisible"  # recorded, answered by something that is no answer


# Those that are over after one deposit of a reference: the next call is an ordinary one.
UNE_FOIS = frozenset({Comportement.ERREUR, Comportement.DOUBLE, Comportement.MUET, Comportement.ILLISIBLE})


def read_configuration(textes: Iterable[str]) -> dict[Comportement, int | None]:
    """Read « refus », « erreur:3 » (the first three deposits only); None: each deposit. Raises ValueError."""
    lus: dict[Comportement, int | None] = {}
    for texte in textes:
        nom, _, fois = texte.partition(":")
        lus[Comportement(nom)] = int(fois) if fois else None
    return lus


def asked_by_name(nom: str) -> Comportement | None:
    """What the name of the apprentice asks for: « EXEMPLE REFUS » → refus."""
    if not nom.startswith(PREFIXE_NOM):
        return None
    mot = nom.removeprefix(PREFIXE_NOM).strip().lower()
    return Comportement(mot) if mot in frozenset(Comportement) else None


def choose(
    nom: str, *, essai: int, rang: int, configuration: Mapping[Comportement, int | None]
) -> frozenset[Comportement]:
    """What goes wrong at this call: `essai` of its reference, `rang` of all the calls to deposit, both from 1."""
    choisis = {un for un, fois in configuration.items() if fois is None or rang <= fois}
    if marque := asked_by_name(nom):
        choisis.add(marque)
    return frozenset(un for un in choisis if essai == 1 or un not in UNE_FOIS)
