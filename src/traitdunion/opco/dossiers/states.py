"""States of a dossier and the edges between them (norme.md §3)."""

from enum import StrEnum


class TransitionInterdite(Exception):
    """A move between two states that no edge joins."""


class Etat(StrEnum):
    """State of a dossier; only the OPCO sets it."""

    TRANSMIS = "TRANSMIS"
    EN_COURS_INSTRUCTION = "EN_COURS_INSTRUCTION"
    ENGAGE = "ENGAGE"
    REFUSE = "REFUSE"
    ANNULE = "ANNULE"
    RUPTURE = "RUPTURE"
    SOLDE = "SOLDE"


# The edges (norme.md §3): a move that is not here does not happen, whoever asks for it.
TRANSITIONS: dict[Etat, frozenset[Etat]] = {
    Etat.TRANSMIS: frozenset({Etat.EN_COURS_INSTRUCTION, Etat.REFUSE, Etat.ANNULE}),
    Etat.EN_COURS_INSTRUCTION: frozenset({Etat.ENGAGE, Etat.REFUSE, Etat.ANNULE}),
    Etat.ENGAGE: frozenset({Etat.RUPTURE, Etat.SOLDE, Etat.ANNULE}),
    Etat.RUPTURE: frozenset({Etat.SOLDE}),
    Etat.REFUSE: frozenset(),
    Etat.ANNULE: frozenset(),
    Etat.SOLDE: frozenset(),
}
# These free the identity: the same contract may be deposited again, under a new number (norme.md §7).
LIBERENT_IDENTITE = frozenset({Etat.REFUSE, Etat.ANNULE})
# These take no further document.
CLOS = frozenset({Etat.REFUSE, Etat.ANNULE, Etat.SOLDE})
# « Annuler ce dépôt » is the CFA's own act as long as the OPCO has not begun (guide.md).
ANNULABLES = frozenset({Etat.TRANSMIS})
# From the engagement on, the convention is no longer replaced: an avenant is deposited (norme.md §7).
CONVENTION_FIGEE = frozenset({Etat.ENGAGE, Etat.RUPTURE})

# How to correct a deposit already received, by the state that the dossier is in (norme.md §7).
CONSEIL_CORRECTION = {
    Etat.TRANSMIS: "Pour corriger : « Annuler ce dépôt » dans MyA, puis renvoyez le contrat.",
    Etat.EN_COURS_INSTRUCTION: "Le dossier est en cours d'instruction : répondez à la demande d'information de l'OPCO.",
    Etat.ENGAGE: "Le dossier est engagé : déposez un avenant.",
    Etat.RUPTURE: "Le contrat est rompu : déposez un nouveau contrat si l'apprenti en conclut un.",
    Etat.SOLDE: "Le dossier est soldé : déposez un nouveau contrat si l'apprenti en conclut un.",
}


def check_transition(de: Etat, vers: Etat) -> None:
    """Raise TransitionInterdite unless an edge leads from `de` to `vers` (norme.md §3)."""
    if vers not in TRANSITIONS[de]:
        raise TransitionInterdite(f"{de} -> {vers}")
