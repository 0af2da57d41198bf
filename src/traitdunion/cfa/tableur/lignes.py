"""A promotion read: its rows as bodies of the norm, each anomaly with the cell that it comes from."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from traitdunion.cfa.convention import Engagements, build_convention
from traitdunion.cfa.tableur.cellules import Valeur
from traitdunion.cfa.tableur.colonnes import FICHIER, LIGNES, NUMERO_DOSSIER, ORDRES, by_chemin
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Anomalie, Entree, Gravite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.convention import Convention

VERSION_EN_VIGUEUR = "10103*14"
# What a person reads in a workbook differs from what a developer reads of a JSON.
_CONSEILS = {
    "DATE_ILLISIBLE": "Dans le classeur : 01/09/2026.",
    "MONTANT_ILLISIBLE": "Dans le classeur : 1801,80.",
    "TYPE_ILLISIBLE": "Voyez l'aide de la colonne.",
    "MANDAT_EMPLOYEUR_ABSENT": "Dans le classeur : Oui.",
}
_SECTIONS_PARTAGEES = ("employeur", "apprenti", "contrat", "organismeFormation", "formation")


@dataclass(frozen=True)
class Cellule:
    """A place in the workbook: row as Excel counts them, column from 0 (None: the row as a whole)."""

    ligne: int
    colonne: int | None = None

    def __str__(self) -> str:
        return f"ligne {self.ligne}" if self.colonne is None else f"{column_name(self.colonne)}{self.ligne}"


@dataclass(frozen=True)
class AnomalieSituee:
    """An anomaly, the column that it is about (None: the row as a whole) and the cell of the person's workbook."""

    anomalie: Anomalie
    chemin: str | None
    cellule: Cellule

    @property
    def bloque(self) -> bool:
        return self.anomalie.gravite is Gravite.BLOQUANT


@dataclass
class Ligne:
    """One apprentice: what was typed, what it makes of the norm, what is wrong with it.

    `valeurs`: the cells as they were, by column; `ecrites`: the wire values that were understood; `autres`: cells of
    columns that are not ours, in their order. `corps`: the bytes to send. `ordres`: year and period of each line of the
    pay table. `forme`: what could not be read, of the form and of the convention; `situees`: all that is wrong.
    """

    numero: int
    valeurs: dict[str, Valeur] = field(repr=False)
    ecrites: dict[str, Any] = field(repr=False)
    autres: list[Valeur] = field(repr=False)
    depot: DepotDossier = field(repr=False)
    corps: bytes = field(repr=False)
    convention: Convention = field(repr=False)
    places: dict[str, int] = field(repr=False)
    ordres: tuple[str, ...] = ()
    forme: list[Anomalie] = field(default_factory=list)
    forme_convention: list[Anomalie] = field(default_factory=list)
    situees: list[AnomalieSituee] = field(default_factory=list)
    fichier: Path | None = None
    etat: str | None = None

    @property
    def numero_dossier(self) -> str | None:
        """The number that the OPCO gave, when the row is already deposited."""
        valeur = self.valeurs.get(NUMERO_DOSSIER)
        return " ".join(str(valeur).split()) or None if valeur is not None else None

    @property
    def fichier_nomme(self) -> str | None:
        valeur = self.valeurs.get(FICHIER)
        return " ".join(str(valeur).split()) or None if valeur is not None else None

    @property
    def libelle(self) -> str:
        """Who it is about, for people: never a NIR."""
        apprenti = self.depot.cerfa.apprenti if self.depot.cerfa else None
        noms = (apprenti.nom, apprenti.prenom) if apprenti else ()
        return " ".join(nom for nom in noms if nom) or f"ligne {self.numero}"

    @property
    def est_bonne(self) -> bool:
        """Nothing stops it: the OPCO would receive it."""
        return not any(situee.bloque for situee in self.situees)

    @property
    def a_deposer(self) -> bool:
        """Ready to go: nothing stops it, its convention is found, the OPCO gave it no number yet."""
        return self.est_bonne and self.fichier is not None and self.numero_dossier is None

    @property
    def illisibles(self) -> set[str | None]:
        """The columns whose cell could not be read."""
        return {self._column_of(anomalie.champ) for anomalie in (*self.forme, *self.forme_convention)}

    def tell(self, anomalie: Anomalie) -> None:
        """Note an anomaly beside the cell that it is about, in the words of a workbook."""
        anomalie = _advised(anomalie)
        chemin = self._column_of(anomalie.champ)
        place = None if chemin is None else self.places.get(chemin)
        self.situees.append(AnomalieSituee(anomalie, chemin, Cellule(self.numero, place)))

    def _column_of(self, champ: str | None) -> str | None:
        """The column of a field of the norm: its own, or the first of the object that it names."""
        if champ is None:
            return None
        if champ.startswith("convention.") and champ.split(".")[1] in _SECTIONS_PARTAGEES:
            champ = "cerfa." + champ.partition(".")[2]
        if champ.startswith(f"{LIGNES}["):
            rang, _, reste = champ.removeprefix(f"{LIGNES}[").partition("]")
            champ = f"{LIGNES}.{self.ordres[int(rang)]}{reste}" if int(rang) < len(self.ordres) else LIGNES
        if champ in by_chemin():
            return champ
        return next((chemin for chemin in by_chemin() if chemin.startswith(f"{champ}.")), None)


@dataclass
class Promotion:
    """A workbook read: its rows, and what a person should know of it; `titres_en`: row of its headings, from 0."""

    nom: str
    feuille: str
    places: dict[str, int]
    autres_titres: list[str]
    lignes: list[Ligne]
    remarques: list[str]
    titres_en: int

    @property
    def fichiers_nommes(self) -> bool:
        return FICHIER in self.places


def build_ligne(
    numero: int,
    valeurs: dict[str, Valeur],
    ecrites: dict[str, Any],
    illisibles: dict[str, Entree],
    autres: list[Valeur],
    places: dict[str, int],
) -> Ligne:
    """A row from the wire values of its columns; `illisibles`: what no reading of the norm could explain."""
    racine: dict[str, Any] = {"cerfa": {"versionCERFA": VERSION_EN_VIGUEUR}, "convention": {}}
    # A period of which one cell at least is filled is a line, even if that cell cannot be read.
    dits = {chemin[len(LIGNES) + 1 :][:3] for chemin in (*ecrites, *illisibles) if chemin.startswith(LIGNES)}
    ordres = tuple(ordre for ordre in ORDRES if ordre in dits)
    periodes: dict[str, dict[str, Any]] = {ordre: {"ordre": ordre} for ordre in ordres}
    for chemin, valeur in ecrites.items():
        if chemin.startswith(LIGNES):
            periodes[chemin[len(LIGNES) + 1 :][:3]][chemin.rpartition(".")[2]] = valeur
        else:
            _put(racine, chemin, valeur)
    if periodes:
        _put(racine, LIGNES, list(periodes.values()))
    convention_ecrite = racine.pop("convention")
    lu = lecture.read(DepotDossier, ecriture.write_plain(racine))
    propre = lecture.read(Convention, ecriture.write_plain(convention_ecrite), racine="convention")
    convention = build_convention(lu.message.cerfa or Cerfa(), Engagements())
    dites = {nom: valeur for nom in _PROPRES if (valeur := getattr(propre.message, nom)) is not None}
    forme, forme_convention = [*lu.anomalies], [*propre.anomalies]
    for chemin, entree in illisibles.items():
        anomalie = entree.anomalie(_champ(chemin, ordres), libelle=by_chemin()[chemin].titre)
        (forme_convention if chemin.startswith("convention.") else forme).append(anomalie)
    ligne = Ligne(
        numero=numero,
        valeurs=valeurs,
        ecrites=ecrites,
        autres=autres,
        depot=lu.message,
        corps=ecriture.write(lu.message),
        convention=msgspec.structs.replace(convention, **dites),
        places=places,
        ordres=ordres,
        forme=forme,
        forme_convention=forme_convention,
    )
    for anomalie in (*forme, *forme_convention):
        ligne.tell(anomalie)
    return ligne


def _advised(anomalie: Anomalie) -> Anomalie:
    conseil = _CONSEILS.get(anomalie.code)
    if conseil is None:
        return anomalie
    return msgspec.structs.replace(anomalie, description=f"{anomalie.description} {conseil}")


def _champ(chemin: str, ordres: tuple[str, ...]) -> str:
    """The norm's name of a column: a period of the pay table is known there by its rank."""
    if not chemin.startswith(LIGNES):
        return chemin
    ordre, _, nom = chemin[len(LIGNES) + 1 :].rpartition(".")
    return f"{LIGNES}[{ordres.index(ordre)}].{nom}"


_PROPRES = tuple(
    champ.name for champ in msgspec.structs.fields(Convention) if champ.encode_name not in _SECTIONS_PARTAGEES
)


def _put(racine: dict[str, Any], chemin: str, valeur: Any) -> None:
    parents, dernier = _steps(chemin)
    objet = racine
    for nom in parents:
        objet = objet.setdefault(nom, {})
    objet[dernier] = valeur


@cache
def _steps(chemin: str) -> tuple[list[str], str]:
    *parents, dernier = chemin.split(".")
    return parents, dernier


def column_name(place: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    lettres = ""
    place += 1
    while place:
        place, reste = divmod(place - 1, 26)
        lettres = chr(65 + reste) + lettres
    return lettres
