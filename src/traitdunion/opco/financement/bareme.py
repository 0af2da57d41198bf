"""Where the values of a contract come from: the parameters of its day, the reference tables, the form."""

from datetime import date
from typing import Protocol

from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.parametres import ReglesFinancement, regles_at
from traitdunion.opco.financement.calcul.arithmetique import say_jour
from traitdunion.opco.financement.faits import Niveau, Sources

NIVEAUX_DIPLOME = range(3, 9)


class Certification(Protocol):
    """What the reference tables know of a certification."""

    @property
    def niveau(self) -> int | None:
        """Its level, 3 to 8."""
        ...


class Tables(Protocol):
    """The reference tables, by date."""

    def find_certification(self, rncp: str, jour: date) -> Certification | None:
        """The certification, as it was on a day."""
        ...

    def list_npec(self, rncp: str, idcc: str, jour: date) -> list[tuple[int, str]]:
        """The annual levels of a certification for a branch on a day: cents and their source, the best first."""
        ...


class BaremeDate:
    """Reads the shipped and imported values; no I/O."""

    def __init__(self, *, tables: Tables) -> None:
        self._tables = tables

    def regles_at(self, jour: date) -> ReglesFinancement:
        """The parameters of funding in force on a day."""
        return regles_at(jour)

    def read_sources(self, cerfa: Cerfa) -> Sources:
        """NPEC by RNCP × branch at the date de conclusion, else the valeur d'amorçage of the level (§4.1, §4.2)."""
        contrat, formation, employeur = cerfa.contrat, cerfa.formation, cerfa.employeur
        if contrat is None or contrat.date_conclusion is None or formation is None:
            return Sources()
        jour, rncp = contrat.date_conclusion, formation.rncp or ""
        certification = self._tables.find_certification(rncp, jour)
        niveau = certification.niveau if certification else None
        # Of a certification that the tables do not know, the form's own diploma tells the level.
        niveau = niveau or level_of_diplome(formation.type_diplome)
        trouves = self._tables.list_npec(rncp, (employeur.code_idcc if employeur else None) or "", jour)
        niveaux = [Niveau(montant=montant, source=source) for montant, source in trouves]
        if niveau is not None:
            source = f"valeur d'amorçage du niveau {niveau} au {say_jour(jour)}"
            niveaux.append(Niveau(montant=regles_at(jour).amorcage(niveau), source=source, amorcage=True))
        return Sources(niveaux=tuple(niveaux), niveau_certification=niveau)


def level_of_diplome(code: str | None) -> int | None:
    """The level that a code of « diplôme visé » begins with (regles.md §1.3): 54 is of level 5."""
    if code is None or not code[:1].isdigit() or int(code[0]) not in NIVEAUX_DIPLOME:
        return None
    return int(code[0])


class TablesVides:
    """No reference table has been imported: nothing is known, nothing is said to be wrong."""

    def find_certification(self, rncp: str, jour: date) -> Certification | None:
        """See Tables."""
        return None

    def list_npec(self, rncp: str, idcc: str, jour: date) -> list[tuple[int, str]]:
        """See Tables."""
        return []
