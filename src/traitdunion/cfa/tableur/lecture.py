"""From a workbook to the bodies of the norm, row by row, each anomaly with the cell that it comes from."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.anomalies import ClasseurIllisible
from traitdunion.cfa.tableur.cellules import Illisible, Valeur, read_cellule
from traitdunion.cfa.tableur.colonnes import (
    ETAT,
    REMARQUES,
    Colonne,
    Presence,
    by_chemin,
    by_titre,
    colonnes,
    fold_titre,
)
from traitdunion.cfa.tableur.lignes import Ligne, Promotion, build_ligne, column_name
from traitdunion.cfa.tableur.ouverture.classeur import Feuille, read_feuilles
from traitdunion.norme.erreurs import Entree
from traitdunion.norme.identite import fold_name

EN_TETES_DANS = 30  # rows among which the headings are looked for
RECONNUES_MIN = 3
EXEMPLE = "exemple"
_COPIE = re.compile(r"\.anomalies(?:-\d+)?\Z")


def read_promotion(chemin: Path) -> Promotion:
    """Read a workbook of apprentices: .xlsx, .xlsm, .xls, .ods or .csv.

    Every row is read, whatever it holds. Raises ClasseurIllisible: no workbook, no heading known, a heading said
    twice, obligatory columns that are missing.
    """
    feuille, rang = _find_headings(chemin)
    places, autres, remarques = _place_columns(chemin, feuille, rang)
    lues = [*_rows(feuille, rang, places, remarques)]
    autres_titres = [titre for titre, _ in autres]
    lecteur = _Lecteur(feuille, places, [place for _, place in autres])
    lignes = [lecteur.read(numero, cellules) for numero, cellules in lues]
    if not lignes:
        remarques.append("Aucun apprenti dans ce classeur : il n'y a rien à importer.")
    cachees = sum(1 for numero, _ in lues if numero in feuille.releve.cachees)
    if cachees:
        remarques.append(f"{cachees} ligne(s) masquée(s) ou filtrée(s) dans le classeur : elles sont lues aussi.")
    nom = _COPIE.sub("", chemin.stem)  # the copy with the anomalies is the same promotion
    return Promotion(nom, feuille.nom, places, autres_titres, lignes, remarques, rang)


def _find_headings(chemin: Path) -> tuple[Feuille, int]:
    """The sheet and the row of the headings: where most of them are known."""
    for feuille in read_feuilles(chemin):
        connus = [_known(ligne) for ligne in feuille.lignes[:EN_TETES_DANS]]
        if connus and max(connus) >= RECONNUES_MIN:
            return feuille, connus.index(max(connus))
    raise ClasseurIllisible(
        f"{chemin.name} : aucune ligne d'en-têtes n'est reconnue. Partez du modèle (traitdunion cfa modele "
        "promotion.xlsx), ou donnez à vos colonnes les mêmes titres que lui."
    )


def _known(ligne: Sequence[Valeur]) -> int:
    return sum(1 for valeur in ligne if isinstance(valeur, str) and fold_titre(valeur) in by_titre())


def _place_columns(
    chemin: Path, feuille: Feuille, rang: int
) -> tuple[dict[str, int], list[tuple[str, int]], list[str]]:
    """Where each column stands, the columns that are not ours, remarks. Raises ClasseurIllisible."""
    places: dict[str, int] = {}
    autres: list[tuple[str, int]] = []
    doubles: list[str] = []
    for place, valeur in enumerate(feuille.lignes[rang]):
        titre = " ".join(str(valeur).split()) if valeur is not None else ""
        if not titre:
            continue
        colonne = by_titre().get(fold_titre(titre))
        if colonne is None:
            autres.append((titre, place))
        elif colonne.chemin in places:
            doubles.append(f"« {colonne.titre} » ({column_name(places[colonne.chemin])} et {column_name(place)})")
        else:
            places[colonne.chemin] = place
    if doubles:
        raise ClasseurIllisible(
            f"{chemin.name} : une colonne figure deux fois, {', '.join(doubles)}. Gardez-en une seule."
        )
    manquantes = [
        f"« {colonne.titre} »"
        for colonne in colonnes()
        if colonne.presence is Presence.OBLIGATOIRE and colonne.chemin not in places
    ]
    if manquantes:
        raise ClasseurIllisible(
            f"{chemin.name}, feuille « {feuille.nom} » : il manque {len(manquantes)} colonne(s) obligatoire(s) : "
            f"{', '.join(manquantes)}. {_near(autres)}Ajoutez-les, avec ces titres."
        )
    return places, autres, [_ignored(titre, place) for titre, place in autres]


def _near(autres: list[tuple[str, int]]) -> str:
    """The unknown headings that look like ours, to be renamed."""
    proches = [(titre, _closest(titre)) for titre, _ in autres]
    dits = [f"« {titre} » est peut-être « {colonne.titre} »" for titre, colonne in proches if colonne is not None]
    return f"{' ; '.join(dits)}. " if dits else ""


def _ignored(titre: str, place: int) -> str:
    proche = _closest(titre)
    suite = f" : vouliez-vous dire « {proche.titre} » ?" if proche is not None else "."
    return f"Colonne {column_name(place)} « {titre[:80]} » inconnue, elle n'est pas transmise{suite}"


def _closest(titre: str) -> Colonne | None:
    trouves = difflib.get_close_matches(fold_titre(titre)[:200], by_titre(), n=1, cutoff=0.8)
    return by_titre()[trouves[0]] if trouves else None


def _rows(
    feuille: Feuille, rang: int, places: dict[str, int], remarques: list[str]
) -> Iterator[tuple[int, list[Valeur]]]:
    """The rows that hold an apprentice, with their rank from 0; what is merged over several rows is in each."""
    _spread_merges(feuille, rang, remarques)
    propres = [place for chemin, place in places.items() if chemin not in (ETAT, REMARQUES)]
    signales = feuille.releve.erreurs | feuille.releve.sans_valeur
    lignes_signalees = {ligne for ligne, _ in signales}
    for numero in range(rang + 1, len(feuille.lignes)):
        cellules = feuille.lignes[numero]
        vide = all(_is_blank(_at(cellules, place)) for place in propres)
        if vide and numero not in lignes_signalees:
            continue
        if fold_name(str(_at(cellules, places.get(ETAT)) or "")).startswith(EXEMPLE):
            # Told, lest somebody has typed an apprentice over the example.
            remarques.append(f"Ligne {numero + 1} ignorée : son état est EXEMPLE.")
            continue
        yield numero, cellules


def _spread_merges(feuille: Feuille, rang: int, remarques: list[str]) -> None:
    """A cell merged over several apprentices is meant for each of them; over several columns, for the first."""
    etendues = 0
    for (haut, gauche), (bas, droite) in feuille.fusions:
        if haut <= rang or haut >= len(feuille.lignes):
            continue
        valeur = _at(feuille.lignes[haut], gauche)
        for numero in range(haut + 1, min(bas + 1, len(feuille.lignes))):
            cellules = feuille.lignes[numero]
            if gauche < len(cellules) and any(not _is_blank(cellule) for cellule in cellules):
                cellules[gauche] = valeur
                etendues += 1
        if droite > gauche:
            remarques.append(
                f"Cellules fusionnées sur plusieurs colonnes en {column_name(gauche)}{haut + 1} : "
                "la valeur ne compte que pour la première."
            )
    if etendues:
        remarques.append(
            f"{etendues} cellule(s) fusionnée(s) avec celle du dessus : la valeur est reprise sur chaque ligne."
        )


class _Lecteur:
    """The reading of the rows of one sheet: where each column stands is worked out once."""

    def __init__(self, feuille: Feuille, places: dict[str, int], autres: list[int]) -> None:
        self.feuille, self.places, self.autres = feuille, places, autres
        self.colonnes = [(by_chemin()[chemin], place) for chemin, place in places.items()]
        self.signales = dict.fromkeys(feuille.releve.erreurs, codes.CELLULE_EN_ERREUR)
        self.signales |= dict.fromkeys(feuille.releve.sans_valeur, codes.FORMULE_SANS_VALEUR)

    def read(self, rang: int, cellules: Sequence[Valeur]) -> Ligne:
        """One row: its cells understood as far as possible, then read by the norm's own reading."""
        valeurs: dict[str, Valeur] = {}
        ecrites: dict[str, Any] = {}
        illisibles: dict[str, Entree] = {}
        origine = self.feuille.origine
        for colonne, place in self.colonnes:
            chemin = colonne.chemin
            if self.signales and (rang, place) in self.signales:
                illisibles[chemin] = self.signales[rang, place]
            valeur = cellules[place] if place < len(cellules) else None
            if valeur is None or valeur == "" or _is_blank(valeur):
                continue
            valeurs[chemin] = valeur
            if colonne.est_notre:
                continue
            try:
                ecrite = read_cellule(colonne, valeur, origine=origine)
            except Illisible as illisible:
                illisibles[chemin] = illisible.entree
                continue
            if ecrite is not None:
                ecrites[chemin] = ecrite
        autres = [_at(cellules, place) for place in self.autres]
        return build_ligne(rang + 1, valeurs, ecrites, illisibles, autres, self.places)


def _at(cellules: Sequence[Valeur], place: int | None) -> Valeur:
    return cellules[place] if place is not None and place < len(cellules) else None


def _is_blank(valeur: Valeur) -> bool:
    return valeur is None or (isinstance(valeur, str) and not valeur.strip())
