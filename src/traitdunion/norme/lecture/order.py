"""Anomalies of shape and of rules in one list, in the order of the form, each fault said once (norme.md §5)."""

import re
from collections.abc import Collection, Iterable

import msgspec

from traitdunion.norme.erreurs.entree import Anomalie, Gravite
from traitdunion.norme.lecture.plan import compile_plan
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat, InfosFichier
from traitdunion.norme.messages.rupture import Rupture

# What the first step of a path names; the declaration of a break is the one body without a name of its own.
_RACINES: dict[str, type[msgspec.Struct]] = {
    "cerfa": Cerfa,
    "convention": Convention,
    "infosFichier": InfosFichier,
    "facture": Facture,
    "avoir": Avoir,
    "certificat": Certificat,
}
# Where a path goes down by one level.
_COUPES = re.compile(r"[.\[]")
_SEGMENT = re.compile(r"([^.\[]+)(?:\[([0-9]+)\])?")
_DERNIER = 1_000  # a member that the norm does not know comes after its siblings that it knows


def merge(lecture: Iterable[Anomalie], regles: Iterable[Anomalie]) -> list[Anomalie]:
    """What is wrong with the shape of a body and what its rules say, in the order of the form.

    A rule that finds absent what was sent but could not be read says nothing: the shape says it.
    """
    forme = list(lecture)
    illisibles = {anomalie.champ for anomalie in forme if anomalie.gravite is Gravite.BLOQUANT and anomalie.champ}
    if not illisibles:
        return in_form_order([*forme, *regles])
    return in_form_order([*forme, *(regle for regle in regles if not _is_within(regle.champ, illisibles))])


def in_form_order(anomalies: Iterable[Anomalie]) -> list[Anomalie]:
    """Anomalies by the place of their field in the message; those of one field keep their order."""
    liste = list(anomalies)
    if len(liste) > 1:
        liste.sort(key=_rank)
    return liste


def _is_within(champ: str | None, illisibles: Collection[str]) -> bool:
    """Whether a field is one of these, or in one of these."""
    if champ is None:
        return False
    if champ in illisibles:
        return True
    return any(champ[: coupe.start()] in illisibles for coupe in _COUPES.finditer(champ))


def _rank(anomalie: Anomalie) -> tuple[int, ...]:
    if anomalie.champ is None:
        return (_DERNIER,)
    tete, _, reste = anomalie.champ.partition(".")
    struct = _RACINES.get(tete)
    if struct is None:
        struct, reste = Rupture, anomalie.champ
    plan = compile_plan(struct)
    rangs: list[int] = []
    for segment in _SEGMENT.finditer(reste):
        nom, ligne = segment.groups()
        rangs.append(plan.rangs.get(nom, _DERNIER))
        if ligne is not None:
            rangs.append(int(ligne))
        membre = plan.membres.get(nom)
        if membre is None or membre.plan is None:
            break
        plan = membre.plan
    return tuple(rangs)
