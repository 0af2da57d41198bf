"""What a line pays for (norme.md §3, natureLigne), read whatever its case, accents or spaces (norme.md §6)."""

from enum import StrEnum

from traitdunion.norme.identite import fold_name
from traitdunion.norme.nomenclatures import NATURE_LIGNE


class Nature(StrEnum):
    """The nature of a line, and of the engagement that it draws on."""

    PEDAGOGIE = "PEDAGOGIE"
    PREMIEREQUIPEMENT = "PREMIEREQUIPEMENT"
    MOBILITE = "MOBILITE"
    HEBERGEMENT = "HEBERGEMENT"
    RESTAURATION = "RESTAURATION"
    MAJORATION_RQTH = "MAJORATION_RQTH"

    @property
    def libelle(self) -> str:
        """In French, for people."""
        return NATURE_LIGNE.codes[self.value]


# Split over the échéances by the échéancier; the frais annexes are billed on proof with one of them (regles.md §4.9).
PAR_ECHEANCE = frozenset({Nature.PEDAGOGIE, Nature.MAJORATION_RQTH})
FRAIS_ANNEXES = frozenset(Nature) - PAR_ECHEANCE
# Paid once in a contract (regles.md §4.7).
UNE_SEULE_FOIS = frozenset({Nature.PREMIEREQUIPEMENT, Nature.MOBILITE})


def _fold(texte: str) -> str:
    return "".join(lettre for lettre in fold_name(texte) if lettre.isalnum())


_NATURES = {_fold(texte): nature for nature in Nature for texte in (nature.value, nature.libelle)}


def read_nature(texte: str | None) -> Nature | None:
    """The nature behind « Restauration », « premier_equipement », « Majoration RQTH »…; None when it is none."""
    return None if texte is None else _NATURES.get(_fold(texte))


def normalise_nature(texte: str) -> str:
    """The norm's own code; what is no nature is left as it is, for a rule to say."""
    nature = read_nature(texte)
    return texte if nature is None else nature.value
