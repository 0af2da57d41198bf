"""States of a facture and of each of its lines (norme.md §3); their French words are those of the nomenclatures."""

from enum import StrEnum

from traitdunion.norme.nomenclatures import ETAT_FACTURE, ETAT_LIGNE


class EtatDeFacture(StrEnum):
    """Member etatFacture, of a facture or of an avoir: drawn from the states of its lines."""

    TRANSMIS = "TRANSMIS"
    EN_COURS_INSTRUCTION = "EN_COURS_INSTRUCTION"
    REJETE = "REJETE"
    REGLE_PARTIEL = "REGLE_PARTIEL"
    REGLE = "REGLE"
    ANNULE = "ANNULE"  # wholly cancelled by an avoir before it was paid

    @property
    def libelle(self) -> str:
        """In French, for people."""
        return ETAT_FACTURE.codes[self.value]


class EtatDeLigne(StrEnum):
    """Member etatLigne, an extension: what is paid and what is not can be told apart, by nature."""

    A_COMPLETER = "A_COMPLETER"  # waits for a proof
    EN_INSTRUCTION = "EN_INSTRUCTION"
    ACCEPTEE = "ACCEPTEE"
    ORDONNEE = "ORDONNEE"  # in a virement that the bank has not confirmed
    REGLEE = "REGLEE"
    REJETEE = "REJETEE"
    ANNULEE = "ANNULEE"  # by an avoir
    FORCLOSE = "FORCLOSE"  # R6332-25 III 4°: nothing is due any more
    # Of an avoir.
    A_RECOUVRER = "A_RECOUVRER"  # what it credits was paid, and is to come back
    IMPUTEE = "IMPUTEE"

    @property
    def libelle(self) -> str:
        """In French, for people."""
        return ETAT_LIGNE.codes[self.value]
