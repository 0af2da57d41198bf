"""Which file of a folder is the convention of which row: named in the workbook, else by the apprentice's names.

Case, accents, hyphens and the order of the words do not count. A file serves one row only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from traitdunion.cfa.client import TYPES_DE_FICHIER
from traitdunion.cfa.entrees import FichierInutilisable, require_piece
from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.colonnes import FICHIER
from traitdunion.cfa.tableur.lignes import Ligne, Promotion
from traitdunion.norme.identite import fold_name

MOTS_MAX = 40  # of a file's name; those beyond tell nobody's name
SUITE_MAX = 8  # words of one name, « de la » counted
FICHIERS_NOMMES_MAX = 3


@dataclass
class DossierConventions:
    """The files of a folder, found by name and by any run of words of their names."""

    dossier: Path
    par_nom: dict[str, list[Path]] = field(default_factory=dict)
    par_suite: dict[str, set[Path]] = field(default_factory=dict)
    mots: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, dossier: Path) -> "DossierConventions":
        """The files that can be conventions, in this folder only. Raises FichierInutilisable."""
        lu = cls(dossier)
        try:
            fichiers = sorted(fichier for fichier in dossier.iterdir() if fichier.is_file())
        except OSError as erreur:
            raise FichierInutilisable(f"Le dossier {dossier} ne s'ouvre pas : {erreur.strerror}.") from None
        for fichier in fichiers:
            if fichier.suffix.lower() in TYPES_DE_FICHIER and not fichier.name.startswith((".", "~$")):
                lu._add(fichier)
        return lu

    def _add(self, fichier: Path) -> None:
        for nom in {fold_name(fichier.name), fold_name(fichier.stem)}:
            self.par_nom.setdefault(nom, []).append(fichier)
        mots = _words(fichier.stem)[:MOTS_MAX]
        self.mots[fichier] = mots
        for debut in range(len(mots)):
            for fin in range(debut + 1, min(debut + SUITE_MAX, len(mots)) + 1):
                self.par_suite.setdefault("".join(mots[debut:fin]), set()).add(fichier)

    def named(self, nom: str) -> list[Path]:
        """The files of that name, with or without its suffix; never out of the folder."""
        return self.par_nom.get(fold_name(nom.replace("\\", "/").rpartition("/")[2]), [])

    def of_person(self, nom: str, prenom: str) -> list[Path]:
        """The files whose name holds both, apart from each other."""
        nom, prenom = "".join(_words(nom)), "".join(_words(prenom))
        if not nom or not prenom:
            return []
        communs = self.par_suite.get(nom, set()) & self.par_suite.get(prenom, set())
        return sorted(fichier for fichier in communs if _holds_both(self.mots[fichier], nom, prenom))


def match_conventions(promotion: Promotion, conventions: DossierConventions | None) -> None:
    """Give each row its file; tell on the row when there is none, several, or one that another row has too."""
    candidats: dict[int, list[Path]] = {}
    lignes = {ligne.numero: ligne for ligne in promotion.lignes if ligne.numero_dossier is None}
    for numero, ligne in lignes.items():
        candidats[numero] = _candidates(ligne, conventions)
    voulus: dict[Path, list[int]] = {}
    for numero, fichiers in candidats.items():
        for fichier in fichiers:
            voulus.setdefault(fichier, []).append(numero)
    for fichier, numeros in voulus.items():
        _settle(fichier, numeros, lignes, candidats)
    for numero, ligne in lignes.items():
        _tell(ligne, candidats[numero], voulus, promotion)


def _candidates(ligne: Ligne, conventions: DossierConventions | None) -> list[Path]:
    if conventions is None:
        return []
    if ligne.fichier_nomme is not None:
        return list(conventions.named(ligne.fichier_nomme))
    apprenti = ligne.depot.cerfa.apprenti if ligne.depot.cerfa else None
    if apprenti is None or apprenti.nom is None or apprenti.prenom is None:
        return []
    trouves = conventions.of_person(apprenti.nom, apprenti.prenom)
    if apprenti.nom_usage and not trouves:
        trouves = conventions.of_person(apprenti.nom_usage, apprenti.prenom)
    if len(trouves) > 1 and apprenti.date_naissance is not None:
        dates = [fichier for fichier in trouves if _says_day(conventions.mots[fichier], apprenti.date_naissance)]
        trouves = dates or trouves
    return trouves


def _settle(fichier: Path, numeros: list[int], lignes: dict[int, Ligne], candidats: dict[int, list[Path]]) -> None:
    """Between rows that a file's name fits: the one that names it, else the one of this birth, else the longest name.

    « MARTIN Jean-Paul.pdf » is Jean-Paul's, though it holds « MARTIN » and « Jean ».
    """
    if len(numeros) < 2:
        return
    mots = _words(fichier.stem)
    forces = {numero: _strength(lignes[numero], mots) for numero in numeros}
    plus_fort = max(forces.values())
    gardes = [numero for numero in numeros if forces[numero] == plus_fort]
    for numero in numeros:
        if numero not in gardes:
            candidats[numero].remove(fichier)
    numeros[:] = gardes


def _strength(ligne: Ligne, mots: tuple[str, ...]) -> tuple[bool, bool, int]:
    apprenti = ligne.depot.cerfa.apprenti if ligne.depot.cerfa else None
    if apprenti is None:
        return (ligne.fichier_nomme is not None, False, 0)
    naissance = apprenti.date_naissance
    longueur = len("".join(_words(f"{apprenti.nom or ''} {apprenti.prenom or ''}")))
    return (ligne.fichier_nomme is not None, naissance is not None and _says_day(mots, naissance), longueur)


def _tell(ligne: Ligne, fichiers: list[Path], voulus: dict[Path, list[int]], promotion: Promotion) -> None:
    champ = FICHIER if promotion.fichiers_nommes else None
    if not fichiers:
        nomme = f"Le fichier « {ligne.fichier_nomme} » n'est pas dans le dossier des conventions."
        raison = nomme if ligne.fichier_nomme else "Aucune convention ne porte le nom de cet apprenti."
        ligne.tell(codes.CONVENTION_INTROUVABLE.anomalie(champ, raison=raison))
    elif len(fichiers) > 1:
        noms = ", ".join(fichier.name for fichier in fichiers[:FICHIERS_NOMMES_MAX])
        ligne.tell(codes.CONVENTION_AMBIGUE.anomalie(champ, fichiers=noms))
    elif autres := [numero for numero in voulus[fichiers[0]] if numero != ligne.numero]:
        dits = ", ".join(f"la ligne {numero}" for numero in autres[:FICHIERS_NOMMES_MAX])
        ligne.tell(codes.CONVENTION_PARTAGEE.anomalie(champ, fichier=fichiers[0].name, autres=dits))
    else:
        try:
            require_piece(fichiers[0])
        except FichierInutilisable as erreur:
            ligne.tell(codes.CONVENTION_INUTILISABLE.anomalie(champ, raison=str(erreur)))
        else:
            ligne.fichier = fichiers[0]


def _words(texte: str) -> tuple[str, ...]:
    plie = fold_name(texte)
    return tuple("".join(lettre if lettre.isalnum() else " " for lettre in plie).split())


def _holds_both(mots: tuple[str, ...], nom: str, prenom: str) -> bool:
    """Whether both are there in words that are not the same ones: « MARTIN.pdf » is not Martin Martin's."""
    return any(
        fin <= debut or fin_prenom <= debut_nom
        for debut_nom, fin in _runs(mots, nom)
        for debut, fin_prenom in _runs(mots, prenom)
    )


def _runs(mots: tuple[str, ...], suite: str) -> Iterator[tuple[int, int]]:
    for debut in range(len(mots)):
        for fin in range(debut + 1, min(debut + SUITE_MAX, len(mots)) + 1):
            if "".join(mots[debut:fin]) == suite:
                yield debut, fin


def _says_day(mots: tuple[str, ...], jour: date) -> bool:
    """Whether a file's name holds a birth date: 14052006, 14-05-2006, 2006-05-14."""
    colle = "".join(mot if mot.isdigit() else "|" for mot in mots)
    return f"{jour:%d%m%Y}" in colle or f"{jour:%Y%m%d}" in colle
