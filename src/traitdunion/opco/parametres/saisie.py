"""A value of a parameter as people type it and read it: « 1 823,03 € », « 40 / 30 / 20 / 10 % », « oui »."""

import re
from collections.abc import Mapping
from typing import Any

from traitdunion.norme.parametres import Definition, Nature, Valeur, ValeurInvalide
from traitdunion.norme.parametres.definitions import encode, write_montant

MONTANT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
ENTIER = re.compile(r"[0-9]{1,9}")
SAISIE_MAX = 40_000  # the longest list of certifications, and some
COLONNES = ("moins de 18 ans", "18 à 20 ans", "21 à 25 ans", "26 ans et plus")
LISTES = frozenset({Nature.PARTS, Nature.JOURS_CROISSANTS, Nature.MOIS_CROISSANTS})
SUFFIXES = {
    Nature.MONTANT: "€",
    Nature.POUR_CENT: "%",
    Nature.PARTS: "%",
    Nature.JOURS: "jours",
    Nature.JOURS_CROISSANTS: "jours",
    Nature.MOIS: "mois",
    Nature.MOIS_CROISSANTS: "mois",
}


def list_champs(definition: Definition) -> tuple[str, ...]:
    """The names of the form's fields for a value: « valeur », or one for each number of a list or of a grid."""
    if definition.nature in LISTES:
        return tuple(f"valeur_{rang}" for rang in range(definition.longueur))
    if definition.nature is Nature.GRILLE:
        return tuple(f"valeur_{ligne}_{rang}" for ligne in range(definition.longueur) for rang in range(len(COLONNES)))
    return ("valeur",)


def read_saisie(definition: Definition, saisie: Mapping[str, str]) -> object:
    """The JSON form of what was typed, for `check_valeur`. Raises ValeurInvalide: not of this kind at all."""
    textes = [saisie.get(champ, "").strip()[:SAISIE_MAX] for champ in list_champs(definition)]
    nature = definition.nature
    if nature in LISTES:
        return [_read_entier(texte) for texte in textes]
    if nature is Nature.GRILLE:
        nombres, largeur = [_read_entier(texte) for texte in textes], len(COLONNES)
        return [nombres[debut : debut + largeur] for debut in range(0, len(nombres), largeur)]
    (texte,) = textes
    if nature is Nature.MONTANT:
        return _read_montant(texte)
    if nature is Nature.OUI_NON:
        return {"oui": True, "non": False}.get(texte)
    if nature is Nature.CERTIFICATIONS:
        return [_read_certification(mot) for mot in re.split(r"[\s,;]+", texte) if mot]
    if nature in (Nature.CHOIX, Nature.DATE):
        return texte
    return _read_entier(texte)


def to_saisie(definition: Definition, valeur: Valeur | None) -> dict[str, str]:
    """What the form holds before anything is typed: the value in force."""
    champs = list_champs(definition)
    if valeur is None:
        return dict.fromkeys(champs, "")
    brut: Any = encode(valeur)
    if definition.nature is Nature.GRILLE:
        return dict(zip(champs, (str(taux) for ligne in brut for taux in ligne), strict=True))
    if definition.nature in LISTES:
        return dict(zip(champs, map(str, brut), strict=True))
    if definition.nature is Nature.MONTANT:
        return {"valeur": write_montant(brut).replace("\u00a0", "")}
    if definition.nature is Nature.OUI_NON:
        return {"valeur": "oui" if brut else "non"}
    if definition.nature is Nature.CERTIFICATIONS:
        return {"valeur": "\n".join(brut)}
    return {"valeur": str(brut)}


def write_valeur(definition: Definition, valeur: Valeur | None) -> str:
    """A value in a sentence or in a table; a long list is counted."""
    if valeur is None:
        return "non fixée"
    brut: Any = encode(valeur)
    nature = definition.nature
    if nature is Nature.MONTANT:
        texte = write_montant(brut)
    elif nature is Nature.OUI_NON:
        texte = "oui" if brut else "non"
    elif nature is Nature.CHOIX:
        texte = definition.choix.get(brut, str(brut))
    elif nature is Nature.DATE:
        texte = "/".join(reversed(brut.split("-")))
    elif nature is Nature.GRILLE:
        texte = " ; ".join(f"année {rang} : {_slashes(ligne)} %" for rang, ligne in enumerate(brut, start=1))
    elif nature is Nature.CERTIFICATIONS:
        texte = _count(brut)
    else:
        texte = _slashes(brut) if isinstance(brut, list) else str(brut)
    suffixe = SUFFIXES.get(nature)
    if nature is Nature.JOURS and brut == 1:
        suffixe = "jour"
    return f"{texte}\u00a0{suffixe}" if suffixe else texte


def _slashes(nombres: list[int]) -> str:
    return " / ".join(map(str, nombres))


def _count(numeros: list[str]) -> str:
    if not numeros:
        return "aucune certification"
    return f"{len(numeros)} certification{'s' if len(numeros) > 1 else ''}"


def _read_entier(texte: str) -> int:
    if not ENTIER.fullmatch(texte):
        raise ValeurInvalide("Donnez un nombre entier.")
    return int(texte)


def _read_montant(texte: str) -> int:
    trouve = MONTANT.fullmatch("".join(texte.removesuffix("€").split()))
    if trouve is None:
        raise ValeurInvalide("Donnez un montant en euros, avec deux décimales au plus. Exemple : 1 823,03.")
    return int(trouve[1]) * 100 + int((trouve[2] or "0").ljust(2, "0"))


def _read_certification(mot: str) -> str:
    mot = mot.upper()
    return f"RNCP{mot}" if mot.isascii() and mot.isdigit() else mot
