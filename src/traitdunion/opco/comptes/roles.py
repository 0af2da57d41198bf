"""The roles of people, the space in which each works, and what each may do."""

from enum import StrEnum


class Espace(StrEnum):
    """The part of the site in which a role works: the first segment of its addresses."""

    MYA = "mya"
    EDITEUR = "editeur"
    INSTRUCTION = "instruction"


class Role(StrEnum):
    """What a person is here."""

    CFA_ADMINISTRATEUR = "CFA_ADMINISTRATEUR"
    CFA_GESTIONNAIRE = "CFA_GESTIONNAIRE"
    CFA_LECTEUR = "CFA_LECTEUR"
    EMPLOYEUR = "EMPLOYEUR"
    EDITEUR = "EDITEUR"
    OPCO_GESTIONNAIRE = "OPCO_GESTIONNAIRE"
    OPCO_COMPTABLE = "OPCO_COMPTABLE"
    OPCO_ADMINISTRATEUR = "OPCO_ADMINISTRATEUR"


LIBELLES = {
    Role.CFA_ADMINISTRATEUR: "Administrateur du CFA",
    Role.CFA_GESTIONNAIRE: "Gestionnaire du CFA",
    Role.CFA_LECTEUR: "Lecteur du CFA",
    Role.EMPLOYEUR: "Employeur",
    Role.EDITEUR: "Éditeur de logiciel",
    Role.OPCO_GESTIONNAIRE: "Gestionnaire de l'OPCO",
    Role.OPCO_COMPTABLE: "Comptable de l'OPCO",
    Role.OPCO_ADMINISTRATEUR: "Administrateur de l'OPCO",
}
CFA = frozenset({Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE, Role.CFA_LECTEUR})
OPCO = frozenset({Role.OPCO_GESTIONNAIRE, Role.OPCO_COMPTABLE, Role.OPCO_ADMINISTRATEUR})
# Those who decide on files, and those who may mint keys: a password alone does not open their session (usage.md §1).
SECOND_FACTEUR = OPCO | {Role.CFA_ADMINISTRATEUR}


def espace_of(role: Role) -> Espace:
    """Where a role works."""
    if role in OPCO:
        return Espace.INSTRUCTION
    return Espace.EDITEUR if role is Role.EDITEUR else Espace.MYA
