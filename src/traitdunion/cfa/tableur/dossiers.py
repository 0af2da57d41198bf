"""A folder of filled CERFA forms and of JSON dossiers, read as a promotion: one row per file.

What the form does not say (mandate, prices of the convention) is asked for in the copy with the anomalies, which is a
workbook like any other: filled in, it can be imported.
"""

from pathlib import Path
from typing import Any

from traitdunion.cfa.entrees import DossierCharge, FichierInutilisable, load_dossier
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.tableur.anomalies import SAISIE_ILLISIBLE, ClasseurIllisible
from traitdunion.cfa.tableur.colonnes import by_chemin, colonnes
from traitdunion.cfa.tableur.ecriture.valeurs import to_wires
from traitdunion.cfa.tableur.lignes import Ligne, Promotion, build_ligne
from traitdunion.norme import ecriture
from traitdunion.norme.erreurs import Refus

SUFFIXES = (".pdf", ".json")
FICHIERS_MAX = 2_000
PREMIERE_LIGNE = 3  # of the template, as Excel counts


def read_folder(dossier: Path) -> Promotion:
    """Read every filled CERFA and every JSON dossier of a folder; other PDF, conventions say, are told and left.

    Raises FichierInutilisable (too many files), ClasseurIllisible (none that is a dossier).
    """
    try:
        fichiers = sorted(un for un in dossier.iterdir() if un.suffix.lower() in SUFFIXES and not un.is_dir())
    except OSError as erreur:
        raise FichierInutilisable(f"Le dossier {dossier} ne s'ouvre pas : {erreur.strerror}.") from None
    if len(fichiers) > FICHIERS_MAX:
        raise FichierInutilisable(f"{dossier} contient {len(fichiers)} fichiers : {FICHIERS_MAX} au plus.")
    places = {colonne.chemin: place for place, colonne in enumerate(colonnes())}
    lignes: list[Ligne] = []
    laisses: list[str] = []
    for fichier in fichiers:
        try:
            charge = load_dossier(fichier)
        except (ErreurCfa, Refus, OSError):  # a link that leads nowhere, a file that is somebody else's
            laisses.append(fichier.name)
            continue
        lignes.append(_row(PREMIERE_LIGNE + len(lignes), fichier, charge, places))
    if not lignes:
        raise ClasseurIllisible(f"{dossier} ne contient aucun CERFA rempli à l'écran, ni aucun dossier en JSON.")
    remarques = [f"{len(lignes)} dossier(s) lu(s), un par ligne."]
    if laisses:
        suite = "…" if len(laisses) > 5 else ""
        remarques.append(
            f"{len(laisses)} fichier(s) laissé(s), ce ne sont pas des dossiers : {', '.join(laisses[:5])}{suite}"
        )
    return Promotion(dossier.name, "Promotion", places, [], lignes, remarques, titres_en=1)


def _row(numero: int, fichier: Path, charge: DossierCharge, places: dict[str, int]) -> Ligne:
    corps: dict[str, Any] = ecriture.to_wire(charge.depot)
    ligne = build_ligne(numero, {}, to_wires(cerfa=corps.get("cerfa") or {}, convention={}), {}, [], places)
    ligne.forme += charge.anomalies
    for note in charge.notes:
        if note.illisible:
            champ = note.champ if note.champ in by_chemin() else None
            ligne.forme.append(SAISIE_ILLISIBLE.anomalie(champ, fichier=fichier.name, phrase=note.phrase))
    return ligne
