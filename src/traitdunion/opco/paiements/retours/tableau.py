"""Our own CSV, for a bank that gives no file that can be read: one virement a line, typed or exported by staff.

reference;statut;date;montant;reference_bancaire;motif - in any order, with « ; », « , » or tab. A line of the file is
a line of the table (no line break in a cell): an open quote spoils one line, not the rest of the file.
"""

import csv
import re
from functools import partial
from typing import NamedTuple

from traitdunion.norme.identite import fold_name
from traitdunion.opco.paiements.retours.champs import to_cents, to_jour, to_reference, to_texte
from traitdunion.opco.paiements.retours.modele import LigneFausse, Recueil, Retour, RetoursIllisibles, StatutRetour
from traitdunion.opco.paiements.retours.motifs import to_motif

REQUISES = ("reference", "statut", "date", "montant")
FACULTATIVES = ("reference_bancaire", "motif")
SEPARATEURS = ";,\t"
_STATUTS = {
    mot: statut
    for statut, mots in {
        StatutRetour.EXECUTE: ("execute", "executee", "paye", "payee"),
        StatutRetour.REJETE: ("rejete", "rejetee", "retourne", "retournee"),
    }.items()
    for mot in mots
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ATTENDU = "la première ligne doit nommer les colonnes : reference;statut;date;montant;reference_bancaire;motif."


class Colonnes(NamedTuple):
    """How the table is cut: separator, place of each column that is known, number of columns."""

    separateur: str
    places: dict[str, int]
    nombre: int


def read_tableau(octets: bytes, recueil: Recueil) -> None:
    """Each line, into `recueil`. Raises RetoursIllisibles when the text or its columns are not found."""
    lignes = re.split(r"\r\n|\n|\r", _decode(octets))
    debut = next((rang for rang, ligne in enumerate(lignes) if ligne.strip()), None)
    if debut is None:
        raise RetoursIllisibles("Ce fichier est vide.")
    colonnes = _read_entete(lignes[debut])
    for numero, ligne in enumerate(lignes[debut + 1 :], start=debut + 2):
        if ligne.strip(f" {SEPARATEURS}"):
            recueil.read(f"ligne {numero}", partial(_read_ligne, ligne, colonnes))


def _decode(octets: bytes) -> str:
    if octets.startswith(_UTF16):
        codages: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in octets:
        codages = ()
    else:
        codages = ("utf-8-sig", "cp1252")
    for codage in codages:
        try:
            return octets.decode(codage)
        except UnicodeDecodeError:
            continue
    raise RetoursIllisibles("Ce fichier n'est ni un avis de la banque (camt.054, pain.002) ni un CSV.")


def _read_entete(ligne: str) -> Colonnes:
    """The columns, by the separator that finds the most of them."""
    colonnes = max((_read_colonnes(ligne, separateur) for separateur in SEPARATEURS), key=lambda c: len(c.places))
    if not colonnes.places:
        raise RetoursIllisibles(
            f"Ce fichier n'est ni un avis de la banque (camt.054, pain.002) ni notre CSV : {_ATTENDU}"
        )
    if manquantes := [nom for nom in REQUISES if nom not in colonnes.places]:
        noms = ", ".join(f"« {nom} »" for nom in manquantes)
        raise RetoursIllisibles(f"Ce CSV n'a pas la colonne {noms} : {_ATTENDU}")
    return colonnes


def _read_colonnes(ligne: str, separateur: str) -> Colonnes:
    try:
        titres = [_fold(titre) for titre in _split(ligne, separateur)]
    except LigneFausse:
        titres = []
    places: dict[str, int] = {}
    for nom in (*REQUISES, *FACULTATIVES):
        if titres.count(_fold(nom)) > 1:
            raise RetoursIllisibles(f"La colonne « {nom} » est présente deux fois dans ce CSV.")
        if _fold(nom) in titres:
            places[nom] = titres.index(_fold(nom))
    return Colonnes(separateur, places, len(titres))


def _fold(titre: str) -> str:
    return fold_name(titre.replace("_", " "))


def _read_ligne(ligne: str, colonnes: Colonnes, position: str) -> Retour:
    cellules = _split(ligne, colonnes.separateur)
    if any(cellule.strip() for cellule in cellules[colonnes.nombre :]):
        raise LigneFausse(
            "Cette ligne a plus de cases que de colonnes : mettez entre guillemets ce qui contient le séparateur."
        )
    champs = {nom: cellules[place] if place < len(cellules) else "" for nom, place in colonnes.places.items()}
    statut = _STATUTS.get(fold_name(champs["statut"]))
    if statut is None:
        raise LigneFausse("Le statut doit être EXECUTE ou REJETE.")
    muet = statut is StatutRetour.REJETE and not champs["montant"].strip()
    return Retour(
        reference=to_reference(champs["reference"]),
        statut=statut,
        date=to_jour(champs["date"]),
        montant=None if muet else to_cents(champs["montant"]),
        reference_bancaire=to_texte(champs.get("reference_bancaire")),
        motif=to_motif(champs.get("motif")) if statut is StatutRetour.REJETE else "",
        position=position,
    )


def _split(ligne: str, separateur: str) -> list[str]:
    try:
        return next(csv.reader([ligne], delimiter=separateur, strict=True))
    except csv.Error:
        raise LigneFausse("Les guillemets de cette ligne ne se ferment pas.") from None
