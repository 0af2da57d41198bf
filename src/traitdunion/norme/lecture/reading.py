"""Reading a body: decode, look for doubled members, walk along the plan."""

from typing import Any, Generic, TypeVar

import msgspec

from traitdunion.norme.erreurs import lecture as codes
from traitdunion.norme.erreurs.entree import Anomalie, Gravite
from traitdunion.norme.lecture.decoding import decode, shown
from traitdunion.norme.lecture.order import in_form_order
from traitdunion.norme.lecture.plan import Membre, Plan, compile_plan
from traitdunion.norme.lecture.scalars import Illisible
from traitdunion.norme.lecture.spellings import is_absent

M = TypeVar("M", bound=msgspec.Struct)
# Stray members named one by one; the others are counted: a body of 1 MiB may hold a hundred thousand.
INCONNUS_NOMMES = 50


class Lecture(msgspec.Struct, Generic[M], frozen=True):
    """A message read: what could not be read is left absent and said in `anomalies`, in the order of the form."""

    message: M
    anomalies: tuple[Anomalie, ...]


def read(type_: type[M], corps: bytes, *, racine: str = "") -> Lecture[M]:
    """Read a body of the norm liberally (norme.md §2).

    `racine` prefixes the field paths of the anomalies, which use the norm's own names whatever the spelling sent.
    Raises `Refus` when the body is no JSON object that can be trusted: JSON_ILLISIBLE, JSON_TROP_IMBRIQUE,
    MEMBRE_EN_DOUBLE.
    """
    brut = decode(corps)
    if type(brut) is not dict:
        raise codes.JSON_ILLISIBLE.refus(racine or None, raison="un objet est attendu, entre accolades")
    walk = _Walk()
    message: M = walk.build(compile_plan(type_), brut, racine)
    return Lecture(message, tuple(in_form_order(walk.said())))


class _Walk:
    """One pass over a decoded body, gathering what is wrong with its shape."""

    __slots__ = ("anomalies", "inconnus")

    def __init__(self) -> None:
        self.anomalies: list[Anomalie] = []
        self.inconnus = 0

    def build(self, plan: Plan, brut: dict[str, Any], chemin: str) -> Any:
        return plan.build(**self._values(plan, brut, chemin))

    def said(self) -> list[Anomalie]:
        """The anomalies, with the count of the stray members that are not named."""
        tus = self.inconnus - INCONNUS_NOMMES
        if tus > 0:
            self.anomalies.append(codes.MEMBRES_INCONNUS_NOMBREUX.anomalie(nombre=tus))
        return self.anomalies

    def _values(self, plan: Plan, brut: dict[str, Any], chemin: str) -> dict[str, Any]:
        """What is said in an object, by attribute; what is absent, or cannot be read, is not there."""
        if plan.restore is not None:
            brut = plan.restore(brut)
        valeurs: dict[str, Any] = {}
        scalaires = plan.scalaires
        for nom, valeur in brut.items():
            scalaire = scalaires.get(nom)
            if scalaire is None:
                membre = plan.membres.get(nom) or self._other_spelling(plan, nom, brut)
                if membre is None:
                    self._stray(plan, nom, chemin)
                    continue
                attribut = membre.attribut
                lu = None if valeur is None else self._member(membre, valeur, _join(chemin, membre.nom))
            else:
                if valeur is None:
                    continue
                attribut, read = scalaire
                try:
                    lu = read(valeur)
                except Illisible as illisible:
                    self._illisible(illisible, plan.membres[nom], _join(chemin, nom))
                    continue
            if lu is not None:
                valeurs[attribut] = lu
        return valeurs

    def _member(self, membre: Membre, valeur: Any, chemin: str) -> Any:
        """An object, a list, or a scalar under another spelling of its name."""
        if membre.read is None:
            return self._object_or_list(membre, valeur, chemin)
        try:
            return membre.read(valeur)
        except Illisible as illisible:
            return self._illisible(illisible, membre, chemin)

    @staticmethod
    def _other_spelling(plan: Plan, nom: str, brut: dict[str, Any]) -> Membre | None:
        canonique = plan.alias.get(nom)
        return plan.membres[canonique] if canonique is not None and is_absent(brut.get(canonique)) else None

    def _stray(self, plan: Plan, nom: str, chemin: str) -> None:
        self.inconnus += 1
        if self.inconnus > INCONNUS_NOMMES:
            return
        proche = plan.par_casse.get(nom.lower())
        conseil = f"La norme écrit « {proche} »." if proche else "Vérifiez son nom et sa place."
        self.anomalies.append(codes.MEMBRE_INCONNU.anomalie(_join(chemin, shown(nom)), conseil=conseil))

    def _illisible(self, illisible: Illisible, membre: Membre, chemin: str) -> None:
        if membre.indulgent:
            return
        self.anomalies.append(illisible.entree.anomalie(chemin, libelle=membre.libelle, **illisible.valeurs))

    def _object_or_list(self, membre: Membre, valeur: Any, chemin: str) -> Any:
        if type(valeur) is dict and not membre.liste:
            return self._object(membre, valeur, chemin)
        if type(valeur) is str and not valeur.strip():
            return None
        if membre.liste:
            return self._list(membre, valeur, chemin)
        return self._wrong(membre, chemin, "un objet, entre accolades")

    def _object(self, membre: Membre, valeur: dict[str, Any], chemin: str) -> Any:
        plan = _plan(membre)
        deja = len(self.anomalies)
        valeurs = self._values(plan, valeur, chemin)
        if not valeurs and not membre.garde_vide and not self._blocked_since(deja):
            return None
        return plan.build(**valeurs)

    def _blocked_since(self, deja: int) -> bool:
        return any(anomalie.gravite is Gravite.BLOQUANT for anomalie in self.anomalies[deja:])

    def _list(self, membre: Membre, valeur: Any, chemin: str) -> Any:
        """The lines of a list, each in its place, so that paths hold; blank lines at the end are not there."""
        if type(valeur) is not list:
            return self._wrong(membre, chemin, "une liste, entre crochets")
        plan = _plan(membre)
        lignes: list[Any] = []
        dites = 0
        for rang, ligne in enumerate(valeur):
            if rang == membre.lignes_max:
                trop = Illisible(codes.LISTE_TROP_LONGUE, longueur=len(valeur), maximum=membre.lignes_max)
                self._illisible(trop, membre, chemin)
                return None
            lu = None
            if type(ligne) is dict:
                lu = self._object(membre, ligne, f"{chemin}[{rang}]")
            elif ligne is not None and not (type(ligne) is str and not ligne.strip()):
                self._wrong(membre, f"{chemin}[{rang}]", "un objet, entre accolades")
                dites = rang + 1
            if lu is not None:
                dites = rang + 1
            lignes.append(plan.build() if lu is None else lu)
        return tuple(lignes[:dites]) or None

    def _wrong(self, membre: Membre, chemin: str, attendu: str) -> None:
        self._illisible(Illisible(codes.TYPE_ILLISIBLE, attendu=attendu), membre, chemin)


def _plan(membre: Membre) -> Plan:
    assert membre.plan is not None  # a member that has no reader has a plan
    return membre.plan


def _join(chemin: str, nom: str) -> str:
    return f"{chemin}.{nom}" if chemin else nom
