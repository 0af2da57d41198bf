"""What a parameter is: its key, its French label, the kind of its value and its bounds; checking a value."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Any

import msgspec

# What a parameter is worth: cents, percent, days or months as integers; the rest as its kind says.
Valeur = int | bool | str | date | tuple[int, ...] | tuple[str, ...] | tuple[tuple[int, ...], ...]

# Parameters of the law are in force before any day that a dossier may bear.
ORIGINE = date.min
PREMIER_JOUR, DERNIER_JOUR = date(2018, 1, 1), date(2099, 12, 31)  # between which a value can be set
RNCP = re.compile(r"RNCP\d{1,6}")
CERTIFICATIONS_MAX = 2_000


class Nature(Enum):
    """The kind of a value, with its French unit."""

    MONTANT = "€"
    POUR_CENT = "%"
    JOURS = "jours"
    MOIS = "mois"
    NIVEAU = "niveau"
    OUI_NON = "oui / non"
    CHOIX = "au choix"
    DATE = "date"
    PARTS = "% (total 100)"
    JOURS_CROISSANTS = "jours, dans l'ordre"
    MOIS_CROISSANTS = "mois, dans l'ordre"
    CERTIFICATIONS = "numéros RNCP"
    GRILLE = "% du SMIC"


class Theme(Enum):
    """Where a parameter is shown, in this order."""

    REMUNERATION = "Rémunération"
    NIVEAU = "Régime et niveau de prise en charge"
    DISTANCE = "Formation à distance"
    RQTH = "Handicap (RQTH)"
    PARTICIPATION = "Participation de l'employeur"
    ECHEANCIER = "Échéancier et solde"
    FRAIS = "Frais annexes"
    INSTRUCTION = "Instruction"


class ValeurInvalide(ValueError):
    """A value that its parameter cannot take; its text is a French sentence for the person who sets it."""


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter. `minimum` and `maximum` bound its value, or each of its values; both are admitted."""

    cle: str  # ASCII, also the field of ReglesFinancement
    theme: Theme
    libelle: str
    nature: Nature
    minimum: int = 0
    maximum: int = 100
    longueur: int = 1  # how many values, for a list of fixed length
    choix: Mapping[str, str] = {}  # code: French label
    facultatif: bool = False  # may be worth nothing on some day
    aide: str = ""  # a French sentence beside the form


def check_valeur(definition: Definition, brut: object) -> Valeur:
    """The value of a parameter from its JSON form (see `encode`). Raises ValeurInvalide."""
    return _CONTROLES[definition.nature](definition, brut)


def encode(valeur: Valeur) -> Any:
    """The JSON form of a value: numbers, text, booleans and lists; a day as « 2025-07-01 »."""
    return msgspec.json.decode(msgspec.json.encode(valeur))


def _check_entier(definition: Definition, brut: object) -> int:
    # bool is an int to Python: « oui » is no amount.
    if not isinstance(brut, int) or isinstance(brut, bool):
        raise ValeurInvalide("Donnez un nombre.")
    if not definition.minimum <= brut <= definition.maximum:
        raise ValeurInvalide(_bounds(definition))
    return brut


def _bounds(definition: Definition) -> str:
    if definition.nature is Nature.MONTANT:
        bas, haut = write_montant(definition.minimum), write_montant(definition.maximum)
        return f"Donnez un montant entre {bas} et {haut} €."
    return f"Donnez un nombre entier entre {definition.minimum} et {definition.maximum}."


def _check_entiers(definition: Definition, brut: object) -> tuple[int, ...]:
    if not isinstance(brut, list | tuple) or len(brut) != definition.longueur:
        raise ValeurInvalide(f"Donnez {definition.longueur} nombres.")
    return tuple(_check_entier(definition, nombre) for nombre in brut)


def _check_parts(definition: Definition, brut: object) -> tuple[int, ...]:
    parts = _check_entiers(definition, brut)
    if sum(parts) != 100:
        raise ValeurInvalide(f"Le total des parts doit faire 100 % : il fait {sum(parts)} %.")
    return parts


def _check_croissants(definition: Definition, brut: object) -> tuple[int, ...]:
    nombres = _check_entiers(definition, brut)
    if any(suivant <= nombre for nombre, suivant in pairwise(nombres)):
        raise ValeurInvalide("Chaque nombre doit être plus grand que celui d'avant.")
    return nombres


def _check_oui_non(_definition: Definition, brut: object) -> bool:
    if not isinstance(brut, bool):
        raise ValeurInvalide("Répondez par oui ou par non.")
    return brut


def _check_choix(definition: Definition, brut: object) -> str:
    if not isinstance(brut, str) or brut not in definition.choix:
        raise ValeurInvalide("Choisissez une valeur de la liste.")
    return brut


def _check_date(_definition: Definition, brut: object) -> date:
    try:
        jour = brut if isinstance(brut, date) else date.fromisoformat(brut)  # type: ignore[arg-type] # TypeError
    except (TypeError, ValueError):
        raise ValeurInvalide("Cette date n'existe pas.") from None
    return check_jour(jour)


def check_jour(jour: date) -> date:
    """A day on which a value may begin. Raises ValeurInvalide."""
    if not PREMIER_JOUR <= jour <= DERNIER_JOUR:
        raise ValeurInvalide(f"Donnez une date du {PREMIER_JOUR:%d/%m/%Y} au {DERNIER_JOUR:%d/%m/%Y}.")
    return jour


def _check_certifications(_definition: Definition, brut: object) -> tuple[str, ...]:
    if not isinstance(brut, list | tuple) or len(brut) > CERTIFICATIONS_MAX:
        raise ValeurInvalide(f"Donnez une liste de {CERTIFICATIONS_MAX} numéros RNCP au plus.")
    for numero in brut:
        if not isinstance(numero, str) or not RNCP.fullmatch(numero):
            raise ValeurInvalide(f"« {str(numero)[:20]} » n'est pas un numéro RNCP. Exemple : RNCP37239.")
    return tuple(sorted(set(brut)))


def _check_grille(definition: Definition, brut: object) -> tuple[tuple[int, ...], ...]:
    if not isinstance(brut, list | tuple) or len(brut) != definition.longueur:
        raise ValeurInvalide(f"Donnez {definition.longueur} lignes.")
    colonnes = 4
    lignes = []
    for ligne in brut:
        if not isinstance(ligne, list | tuple) or len(ligne) != colonnes:
            raise ValeurInvalide(f"Donnez {colonnes} pourcentages par ligne.")
        lignes.append(tuple(_check_entier(definition, taux) for taux in ligne))
    # More years or more age never owe less: the checks of a pay line stand on it (D6222-26, D6222-31).
    montent = all(a <= b for ligne in lignes for a, b in pairwise(ligne))
    if not montent or any(a > b for rang in range(colonnes) for a, b in pairwise(ligne[rang] for ligne in lignes)):
        raise ValeurInvalide("Un pourcentage ne peut pas baisser avec l'année ni avec l'âge.")
    return tuple(lignes)


def write_montant(centimes: int) -> str:
    """Cents as a person reads them: « 1 823,03 » (no-break space between thousands)."""
    euros, reste = divmod(centimes, 100)
    return f"{euros:,}".replace(",", "\u00a0") + f",{reste:02d}"


_CONTROLES: dict[Nature, Callable[[Definition, object], Valeur]] = {
    Nature.MONTANT: _check_entier,
    Nature.POUR_CENT: _check_entier,
    Nature.JOURS: _check_entier,
    Nature.MOIS: _check_entier,
    Nature.NIVEAU: _check_entier,
    Nature.OUI_NON: _check_oui_non,
    Nature.CHOIX: _check_choix,
    Nature.DATE: _check_date,
    Nature.PARTS: _check_parts,
    Nature.JOURS_CROISSANTS: _check_croissants,
    Nature.MOIS_CROISSANTS: _check_croissants,
    Nature.CERTIFICATIONS: _check_certifications,
    Nature.GRILLE: _check_grille,
}
