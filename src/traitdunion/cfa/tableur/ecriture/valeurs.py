"""From the wire values of the norm to what a cell shows: the way back of `cellules.read_cellule`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from traitdunion.cfa.tableur import aides
from traitdunion.cfa.tableur.cellules import Valeur
from traitdunion.cfa.tableur.colonnes import LIGNES, ORDRES, Colonne, Genre, by_chemin

NOMBRE_MAX = 10**15  # beyond, a cell would round it


def to_cell(colonne: Colonne, valeur: Any) -> Any:
    """What a cell of this column holds for a wire value: a day, a number, a text; as it is when it is none of these."""
    try:
        if colonne.genre is Genre.JOUR:
            return date.fromisoformat(str(valeur)[:10])
        if colonne.genre in (Genre.MONTANT, Genre.TAUX, Genre.ENTIER):
            nombre = Decimal(str(valeur).replace(",", "."))
            return nombre if nombre.is_finite() and abs(nombre) < NOMBRE_MAX else str(valeur)
    except (ValueError, ArithmeticError):
        return str(valeur)
    if colonne.genre is Genre.OUI_NON and isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    if colonne.liste is not None and str(valeur) in (*colonne.liste.codes, *colonne.liste.anciens):
        return aides.show_code(colonne.liste, str(valeur))
    return str(valeur)


def to_cells(*, cerfa: Mapping[str, Any], convention: Mapping[str, Any]) -> dict[str, Valeur]:
    """The cells of one apprentice from the wire values of the form and of the convention."""
    ecrites = to_wires(cerfa=cerfa, convention=convention)
    return {chemin: to_cell(by_chemin()[chemin], valeur) for chemin, valeur in ecrites.items()}


def to_wires(*, cerfa: Mapping[str, Any], convention: Mapping[str, Any]) -> dict[str, Any]:
    """The wire values of a form and of a convention by column."""
    ecrites: dict[str, Any] = {}
    for chemin in by_chemin():
        racine: Any = {"cerfa": cerfa, "convention": convention}
        if chemin.startswith(f"{LIGNES}."):
            continue
        for nom in chemin.split("."):
            racine = racine.get(nom) if isinstance(racine, Mapping) else None
        if racine is not None:
            ecrites[chemin] = racine
    for ligne in (cerfa.get("contrat") or {}).get("remunerationsAnnuelles") or ():
        ordre = str(ligne.get("ordre"))
        if ordre in ORDRES:
            ecrites |= {f"{LIGNES}.{ordre}.{nom}": valeur for nom, valeur in ligne.items() if nom != "ordre"}
    return ecrites
