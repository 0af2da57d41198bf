"""The anomalies beside the cells: the person's data in the sheet of the template, each cell in fault coloured and told.

XlsxWriter writes workbooks and changes none, so the workbook is written anew: same rows at the same numbers, their
cells in the columns of the template, the person's own columns at the end. Formulas, colours and other sheets stay in
the original, which is left untouched. What was understood is written in its proper form (zeros back, real dates), what
was not is written as it was, so that importing this copy reads the same promotion.
"""

from collections.abc import Iterator

from traitdunion.cfa.tableur.cellules import Valeur
from traitdunion.cfa.tableur.colonnes import ETAT, FICHIER, REMARQUES, by_chemin
from traitdunion.cfa.tableur.ecriture.feuilles import Rangee, write_classeur
from traitdunion.cfa.tableur.ecriture.valeurs import to_cell
from traitdunion.cfa.tableur.lignes import AnomalieSituee, Ligne, Promotion
from traitdunion.norme.erreurs import Gravite

A_CORRIGER, PRET, DEPOSE = "à corriger", "prêt", "déposé"
_ORDRE = (Gravite.BLOQUANT, Gravite.MOTIF_REFUS, Gravite.AVERTISSEMENT)
_MOTS = {Gravite.BLOQUANT: "Bloquant", Gravite.MOTIF_REFUS: "Motif de refus", Gravite.AVERTISSEMENT: "À vérifier"}
REMARQUES_MAX = 30


def write_retour(promotion: Promotion) -> bytes:
    """The bytes of the copy of a promotion, its state and anomalies written in."""
    return write_classeur(_rangees(promotion), autres_titres=promotion.autres_titres, titres_en=promotion.titres_en)


def tell_etat(ligne: Ligne) -> str:
    """The state of a row, in the words of its column."""
    if ligne.etat is not None:
        return ligne.etat
    if ligne.numero_dossier is not None:
        return DEPOSE
    return PRET if ligne.est_bonne else A_CORRIGER


def _rangees(promotion: Promotion) -> Iterator[Rangee]:
    for ligne in promotion.lignes:
        yield Rangee(_values(ligne), _faults(ligne), ligne.autres, rang=ligne.numero - 1)


def _values(ligne: Ligne) -> dict[str, Valeur]:
    valeurs = dict(ligne.valeurs)
    illisibles = ligne.illisibles
    for chemin, ecrite in ligne.ecrites.items():
        # What could not be read stays as it was typed: the person has to recognise it, and « 8.000 » is not yet 8.
        if chemin not in illisibles:
            valeurs[chemin] = to_cell(by_chemin()[chemin], ecrite)
    if ligne.fichier is not None:
        valeurs[FICHIER] = ligne.fichier.name
    valeurs[ETAT] = tell_etat(ligne)
    valeurs[REMARQUES] = _remarks(ligne) or None
    return valeurs


def _remarks(ligne: Ligne) -> str:
    """Every sentence, what blocks first; the column is named, since the cell may be far away."""
    triees = sorted(ligne.situees, key=lambda situee: _ORDRE.index(situee.anomalie.gravite))
    phrases = [f"{_MOTS[situee.anomalie.gravite]} : {_located(situee)}" for situee in triees[:REMARQUES_MAX]]
    if len(triees) > REMARQUES_MAX:
        phrases.append(f"… et {len(triees) - REMARQUES_MAX} autres.")
    return "\n".join(phrases)


def _located(situee: AnomalieSituee) -> str:
    phrase = situee.anomalie.description
    if situee.chemin is None:
        return phrase
    titre = by_chemin()[situee.chemin].titre
    return phrase if titre in phrase else f"[{titre}] {phrase}"


def _faults(ligne: Ligne) -> dict[str, tuple[Gravite, str]]:
    """By column, the worst gravity and all its sentences; what is of no column is told beside the state."""
    fautes: dict[str, tuple[Gravite, str]] = {}
    for situee in ligne.situees:
        chemin = situee.chemin or ETAT
        pire, phrases = fautes.get(chemin, (situee.anomalie.gravite, ""))
        pire = min(pire, situee.anomalie.gravite, key=_ORDRE.index)
        fautes[chemin] = (pire, f"{phrases}\n{situee.anomalie.description}".strip())
    return fautes
