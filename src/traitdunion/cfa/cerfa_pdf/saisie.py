"""What was typed in a form: its values, read field by field, and the notes taken on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# A value of the PDF: text of a field, or state of a box.
Valeur = str | bool

# Never quoted in a note, whatever is wrong with them.
SECRETS = frozenset({"cerfa.apprenti.nir", "cerfa.apprenti.handicap"})


@dataclass(frozen=True)
class Note:
    """A remark for the person who reads or fills a form, in French.

    `illisible`: something was typed and could not be read, so that the data are less than what the paper says.
    """

    champ: str
    phrase: str
    illisible: bool = False


@dataclass
class Saisie:
    """The values of a form by PDF field name, and the notes of the reading under way."""

    valeurs: Mapping[str, Valeur]
    notes: list[Note] = field(default_factory=list)

    def texte(self, nom: str) -> str:
        """What is typed in a text field, on one line and trimmed; "" when nothing is."""
        valeur = self.valeurs.get(nom, "")
        return " ".join(valeur.split()) if isinstance(valeur, str) else ""

    def case(self, nom: str) -> bool:
        """Whether a box is ticked."""
        return self.valeurs.get(nom) is True

    def note_illisible(self, champ: str, libelle: str, saisi: str, attendu: str) -> None:
        """Something typed cannot be read: say what was expected, and quote it unless it is personal to excess."""
        vu = "la saisie" if champ in SECRETS else f"« {saisi} »"
        self.notes.append(Note(champ, f"{libelle} : {vu} ne se lit pas. Attendu : {attendu}.", illisible=True))

    def note(self, champ: str, phrase: str) -> None:
        """A remark that takes nothing away from what was read."""
        self.notes.append(Note(champ, phrase))
