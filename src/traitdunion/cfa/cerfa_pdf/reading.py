"""From a filled CERFA to the deposit of the norm."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitdunion.cfa.cerfa_pdf.carte import VERSION, ZONES
from traitdunion.cfa.cerfa_pdf.pdf import missing_fields, open_form
from traitdunion.cfa.cerfa_pdf.saisie import Note, Saisie
from traitdunion.norme import ecriture, lecture
from traitdunion.norme.erreurs import Gravite
from traitdunion.norme.messages.cerfa import DepotDossier


@dataclass(frozen=True)
class CerfaLu:
    """A form read: the deposit it makes, what should be known about the reading, and the OPCO's own frame."""

    depot: DepotDossier
    notes: tuple[Note, ...]
    cadre_opco: dict[str, Any]

    def to_wire(self) -> dict[str, Any]:
        """The body of the norm as plain values, amounts as exact Decimal."""
        corps: dict[str, Any] = ecriture.to_wire(self.depot)
        return corps

    @property
    def illisibles(self) -> tuple[Note, ...]:
        """The notes that say that something typed is not in the deposit."""
        return tuple(note for note in self.notes if note.illisible)


def read_cerfa(pdf: bytes | Path) -> dict[str, Any]:
    """The `{"cerfa": {…}}` of the norm from a filled official form; its notes: `read_cerfa_with_notes`.

    Days are written as the norm writes them, amounts are Decimal; `norme.ecriture.write` makes the exact JSON.
    Raises CerfaIllisible.
    """
    return read_cerfa_with_notes(pdf).to_wire()


def read_cerfa_with_notes(pdf: bytes | Path) -> CerfaLu:
    """Read every field of the form (regles.md §7). Raises CerfaIllisible when it is no such form.

    The form carries neither the visa of the CFA (a stamp) nor the proof of an electronic signature: both are left
    absent for the caller to say.
    """
    ouvert, champs = open_form(pdf)
    with ouvert:
        saisie = Saisie({nom: champ.valeur() for nom, champ in champs.items()})
        manquants = missing_fields(champs)
    _note_whole(saisie, len(manquants))
    racine: dict[str, Any] = {"cerfa": {"versionCERFA": VERSION}, "opco": {}}
    for zone in ZONES:
        valeur = zone.read(saisie)
        if valeur is not None:
            _put(racine, zone.chemin, valeur)
    cadre_opco = racine.pop("opco")
    lu = lecture.read(DepotDossier, ecriture.write(racine))
    notes = [*saisie.notes]
    notes += [
        Note(anomalie.champ or "cerfa", anomalie.description, illisible=anomalie.gravite is Gravite.BLOQUANT)
        for anomalie in lu.anomalies
    ]
    return CerfaLu(lu.message, tuple(notes), cadre_opco)


def _note_whole(saisie: Saisie, manquants: int) -> None:
    if manquants:
        saisie.note("cerfa", f"{manquants} champs du CERFA officiel manquent dans ce PDF : ils sont lus vides.")
    if not any(valeur is True or (isinstance(valeur, str) and valeur.strip()) for valeur in saisie.valeurs.values()):
        saisie.note(
            "cerfa",
            "Aucun champ n'est rempli. S'il paraît rempli à l'écran, le texte a été posé par-dessus les champs : "
            "remplissez le formulaire lui-même.",
        )


def _put(racine: dict[str, Any], chemin: str, valeur: Any) -> None:
    *parents, dernier = chemin.split(".")
    objet = racine
    for nom in parents:
        objet = objet.setdefault(nom, {})
    if isinstance(valeur, dict):
        objet.setdefault(dernier, {}).update(valeur)
    else:
        objet[dernier] = valeur
