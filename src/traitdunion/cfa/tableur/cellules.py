"""From what a cell holds to what the norm writes, as far as a person could mean only one thing.

What is not understood is passed on as it is: the norm's own reading then says what is wrong, in its own words.
Amounts and rates are exact: the shortest decimal that a cell's number stands for.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.colonnes import Colonne, Genre, by_chemin
from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.identifiants import siret_valide
from traitdunion.norme.identite import fold_name

Valeur = str | int | float | bool | date | datetime | time | timedelta | None

# Serial numbers that a cell may hold instead of a day: 18/05/1927 to 10/01/2119.
SERIES = range(10_000, 80_000)
ORIGINE_1900, ORIGINE_1904 = date(1899, 12, 30), date(1904, 1, 1)
CHIFFRES_EXACTS = 10**15  # beyond, a spreadsheet's numbers are rounded
TAUX_EN_FRACTION = 2  # a cell in the format « 0 % » holds 0.43 for 43 %
_ERREURS = frozenset(
    ("#N/A", "#REF!", "#DIV/0!", "#NULL!", "#NUL!", "#NUM!", "#NOMBRE!", "#NAME?", "#NOM?", "#VALUE!", "#VALEUR!")
)
_JOUR = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})(?:[ T]+[\d:.]+)?")
_JOUR_EN_LETTRES = re.compile(r"(?:\w+\s+)?(\d{1,2})(?:er)?\s+([^\W\d]+)\.?\s+(\d{4})", re.IGNORECASE)
_MOIS = ("janv", "fevr", "mars", "avri", "mai", "juin", "juil", "aout", "sept", "octo", "nove", "dece")
_SCIENTIFIQUE = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_UNITE = re.compile(r"(?:€|eur|euros?|%|h|heures?)\Z", re.IGNORECASE)
_CODE_ET_LIBELLE = re.compile(r"([^\s:–—-]+)\s*[-–—:]\s*(.+)", re.DOTALL)
VRAI = frozenset({"oui", "o", "vrai", "true", "yes", "x", "1"})
FAUX = frozenset({"non", "n", "faux", "false", "no", "0"})
_SYNONYMES = {"sexe": {"homme": "M", "h": "M", "garcon": "M", "femme": "F", "fille": "F"}}


@dataclass(frozen=True)
class Illisible(Exception):
    """A cell that no reading of the norm could explain: it is told by an entry of our own."""

    entree: Entree


def read_cellule(colonne: Colonne, valeur: Valeur, *, origine: date = ORIGINE_1900) -> Any:
    """The wire value of a cell, None when it is empty.

    `origine`: day zero of the workbook's serial numbers. Raises Illisible.
    """
    if isinstance(valeur, str) and not valeur.isalnum():  # most cells of text are one word
        valeur = " ".join(valeur.split())
        if valeur.startswith("#") and valeur.upper() in _ERREURS:
            raise Illisible(codes.CELLULE_EN_ERREUR)
    if valeur is None or valeur == "":
        return None
    if isinstance(valeur, float) and not math.isfinite(valeur):
        raise Illisible(codes.CELLULE_EN_ERREUR)
    return _LECTEURS[colonne.genre](colonne, valeur, origine)


def _texte(_colonne: Colonne, valeur: Any, _origine: date) -> Any:
    if isinstance(valeur, float):
        return _exact(valeur)
    if isinstance(valeur, date):
        return _show_day(valeur)
    return valeur if isinstance(valeur, str | int) else str(valeur)


def _numero(colonne: Colonne, valeur: Any, origine: date) -> Any:
    """A number kept as text: without « .0 », its first zeros back when its length is known."""
    if isinstance(valeur, float):
        if abs(valeur) >= CHIFFRES_EXACTS:
            raise Illisible(codes.CHIFFRES_PERDUS)
        valeur = _exact(valeur)
        if isinstance(valeur, Decimal):
            return valeur
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        valeur = str(valeur)
    if not isinstance(valeur, str):
        return _texte(colonne, valeur, origine)
    if _SCIENTIFIQUE.fullmatch(valeur):
        raise Illisible(codes.CHIFFRES_PERDUS)
    compact = valeur.replace(" ", "").replace(".", "") if colonne.longueur else valeur
    if colonne.longueur and compact.isascii() and compact.isdigit() and len(compact) < colonne.longueur:
        return _restore_zeros(colonne.longueur, compact, colonne.chemin.rpartition(".")[2])
    return valeur


def _restore_zeros(longueur: int, chiffres: str, nom: str) -> str:
    manquants = longueur - len(chiffres)
    complet = chiffres.zfill(longueur)
    if nom == "siret":
        # Typed short, it must not become somebody else's: the key has to agree.
        return complet if siret_valide(complet) else chiffres
    if nom in ("codePostal", "telephone", "codeDiplome"):
        return complet if manquants == 1 else chiffres
    return complet


def _jour(_colonne: Colonne, valeur: Any, origine: date) -> Any:
    if isinstance(valeur, datetime):
        return valeur.date().isoformat()
    if isinstance(valeur, date):
        return valeur.isoformat()
    if isinstance(valeur, str) and valeur.isascii() and valeur.isdigit() and len(valeur) == len(str(SERIES[-1])):
        valeur = int(valeur)
    if isinstance(valeur, int | float) and not isinstance(valeur, bool):
        return (origine + timedelta(days=int(valeur))).isoformat() if int(valeur) in SERIES else str(valeur)
    if not isinstance(valeur, str):
        return str(valeur)
    if ecrit := _JOUR.fullmatch(valeur):
        jour, mois, annee = ecrit.groups()
        if len(annee) == 2:
            raise Illisible(codes.ANNEE_SUR_DEUX_CHIFFRES)
        return f"{annee}-{int(mois):02d}-{int(jour):02d}"
    if ecrit := _JOUR_EN_LETTRES.fullmatch(valeur):
        nom = fold_name(ecrit[2])[:4]
        if nom in _MOIS or nom == "juil":
            return f"{ecrit[3]}-{_MOIS.index(nom) + 1:02d}-{int(ecrit[1]):02d}"
    return valeur


def _nombre(_colonne: Colonne, valeur: Any, _origine: date) -> Any:
    """A whole number or an amount; `8 000,50 €` is 8000.50, `8.000,50` too; `8.000` is left to be asked about."""
    if isinstance(valeur, float):
        return _exact(valeur)
    if not isinstance(valeur, str):
        return valeur if type(valeur) is int else str(valeur)
    nombre = _UNITE.sub("", "".join(valeur.split()).replace("'", "").replace("’", ""))
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+,\d+", nombre):
        nombre = nombre.replace(".", "")
    elif re.fullmatch(r"-?\d{1,3}(?:,\d{3})+\.\d+", nombre):
        nombre = nombre.replace(",", "")
    return nombre or valeur


def _taux(colonne: Colonne, valeur: Any, origine: date) -> Any:
    nombre = _nombre(colonne, valeur, origine)
    # Only what a cell in percent holds: « 0,43 » typed as text stays what was typed.
    if isinstance(valeur, float) and 0 < valeur <= TAUX_EN_FRACTION:
        return Decimal(str(nombre)) * 100
    return nombre


def _oui_non(_colonne: Colonne, valeur: Any, _origine: date) -> Any:
    if isinstance(valeur, bool):
        return valeur
    if isinstance(valeur, float | int):
        return bool(valeur) if valeur in (0, 1) else _exact(float(valeur))
    mot = fold_name(str(valeur))
    if mot in VRAI:
        return True
    return False if mot in FAUX else str(valeur)


def _liste(colonne: Colonne, valeur: Any, origine: date) -> Any:
    """A code, « code - libellé », or the label alone."""
    assert colonne.liste is not None
    if isinstance(valeur, float | int) and not isinstance(valeur, bool):
        valeur = str(_exact(float(valeur)))
    if not isinstance(valeur, str):
        return _texte(colonne, valeur, origine)
    codes_lus = _readings(colonne.chemin)
    synonymes = _SYNONYMES.get(colonne.liste.nom, {})
    plie = fold_name(valeur)
    compose = _CODE_ET_LIBELLE.fullmatch(valeur)
    for essai in (plie, fold_name(compose[1]) if compose else plie):
        if code := codes_lus.get(essai) or synonymes.get(essai):
            return code
    return valeur


@cache
def _readings(chemin: str) -> dict[str, str]:
    """Every way to write a code of a column: itself, without its first zero, its label; a shared label is none."""
    liste = by_chemin()[chemin].liste
    assert liste is not None
    lus: dict[str, str] = {}
    for ensemble in (liste.anciens, liste.codes):
        libelles = [fold_name(libelle) for libelle in ensemble.values()]
        for code, libelle in ensemble.items():
            plie = fold_name(libelle)
            if libelles.count(plie) == 1:
                lus[plie] = code
    for code in (*liste.anciens, *liste.codes):
        if code.startswith("0"):
            lus[fold_name(code.lstrip("0") or "0")] = code
    for code in (*liste.anciens, *liste.codes):
        lus[fold_name(code)] = code
    return lus


def _exact(valeur: float) -> int | Decimal:
    """The decimal that a person sees, a whole number when it is one."""
    exact = Decimal(repr(valeur))
    return int(exact) if abs(exact) < CHIFFRES_EXACTS and exact == exact.to_integral_value() else exact


def _show_day(valeur: date) -> str:
    return f"{valeur:%d/%m/%Y}"


_LECTEURS: dict[Genre, Callable[[Colonne, Any, date], Any]] = {
    Genre.TEXTE: _texte,
    Genre.NUMERO: _numero,
    Genre.JOUR: _jour,
    Genre.ENTIER: _nombre,
    Genre.MONTANT: _nombre,
    Genre.TAUX: _taux,
    Genre.OUI_NON: _oui_non,
    Genre.LISTE: _liste,
}
