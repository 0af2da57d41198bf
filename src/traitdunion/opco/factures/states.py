"""The steps of a line, the acts that lead from one to the next, and the state of an invoice drawn from its lines."""

from collections.abc import Sequence
from enum import StrEnum

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne

# What may still be paid.
PENDANTES = frozenset({EtatDeLigne.A_COMPLETER, EtatDeLigne.EN_INSTRUCTION, EtatDeLigne.ACCEPTEE, EtatDeLigne.ORDONNEE})
# The states of the lines of a credit note.
D_AVOIR = frozenset({EtatDeLigne.A_RECOUVRER, EtatDeLigne.IMPUTEE})
# What staff have said yes or no to, or the bank has paid.
TRAITEES = frozenset({EtatDeLigne.ACCEPTEE, EtatDeLigne.ORDONNEE, EtatDeLigne.REGLEE, EtatDeLigne.REJETEE})


class ActeLigne(StrEnum):
    """What may be done to a line, by staff, the bank, the CFA or the calendar."""

    COMPLETER = "COMPLETER"
    ACCEPTER = "ACCEPTER"
    REJETER = "REJETER"
    ORDONNER = "ORDONNER"
    REGLER = "REGLER"
    RENVOYER = "RENVOYER"  # the bank sends the transfer back
    ANNULER = "ANNULER"  # nothing stands of it any more, by a credit note
    ECARTER = "ECARTER"  # nothing stands of it any more, the engagement was lowered
    FORCLORE = "FORCLORE"


TRANSITIONS: dict[tuple[EtatDeLigne, ActeLigne], EtatDeLigne] = {
    (EtatDeLigne.A_COMPLETER, ActeLigne.COMPLETER): EtatDeLigne.EN_INSTRUCTION,
    (EtatDeLigne.A_COMPLETER, ActeLigne.REJETER): EtatDeLigne.REJETEE,
    (EtatDeLigne.A_COMPLETER, ActeLigne.ANNULER): EtatDeLigne.ANNULEE,
    (EtatDeLigne.A_COMPLETER, ActeLigne.ECARTER): EtatDeLigne.REJETEE,
    (EtatDeLigne.A_COMPLETER, ActeLigne.FORCLORE): EtatDeLigne.FORCLOSE,
    (EtatDeLigne.EN_INSTRUCTION, ActeLigne.ACCEPTER): EtatDeLigne.ACCEPTEE,
    (EtatDeLigne.EN_INSTRUCTION, ActeLigne.REJETER): EtatDeLigne.REJETEE,
    (EtatDeLigne.EN_INSTRUCTION, ActeLigne.ANNULER): EtatDeLigne.ANNULEE,
    (EtatDeLigne.EN_INSTRUCTION, ActeLigne.ECARTER): EtatDeLigne.REJETEE,
    (EtatDeLigne.ACCEPTEE, ActeLigne.REJETER): EtatDeLigne.REJETEE,
    (EtatDeLigne.ACCEPTEE, ActeLigne.ORDONNER): EtatDeLigne.ORDONNEE,
    (EtatDeLigne.ACCEPTEE, ActeLigne.ANNULER): EtatDeLigne.ANNULEE,
    (EtatDeLigne.ACCEPTEE, ActeLigne.ECARTER): EtatDeLigne.REJETEE,
    (EtatDeLigne.ORDONNEE, ActeLigne.REGLER): EtatDeLigne.REGLEE,
    (EtatDeLigne.ORDONNEE, ActeLigne.RENVOYER): EtatDeLigne.ACCEPTEE,
    (EtatDeLigne.REGLEE, ActeLigne.RENVOYER): EtatDeLigne.ACCEPTEE,
    # Paid without money, by what the CFA had to give back.
    (EtatDeLigne.ACCEPTEE, ActeLigne.REGLER): EtatDeLigne.REGLEE,
}


class ActeInterdit(Exception):
    """An act that the step of the line does not allow."""


def next_etat(etat: EtatDeLigne, acte: ActeLigne) -> EtatDeLigne:
    """The step after an act. Raises ActeInterdit."""
    if (etat, acte) not in TRANSITIONS:
        raise ActeInterdit(f"{acte} on {etat}")
    return TRANSITIONS[etat, acte]


def draw_etat(lignes: Sequence[EtatDeLigne]) -> EtatDeFacture:
    """The state of an invoice, from those of its lines (norme.md §3).

    Lines cancelled by a credit note do not count, unless there is nothing else.
    """
    restantes = [une for une in lignes if une is not EtatDeLigne.ANNULEE]
    if not restantes:
        return EtatDeFacture.ANNULE
    if all(une is EtatDeLigne.REGLEE for une in restantes):
        return EtatDeFacture.REGLE
    if EtatDeLigne.REGLEE in restantes:
        return EtatDeFacture.REGLE_PARTIEL
    if not PENDANTES.intersection(restantes):
        return EtatDeFacture.REJETE
    if TRAITEES.intersection(restantes) or EtatDeLigne.FORCLOSE in restantes:
        return EtatDeFacture.EN_COURS_INSTRUCTION
    return EtatDeFacture.TRANSMIS


def draw_etat_avoir(lignes: Sequence[EtatDeLigne]) -> EtatDeFacture:
    """The state of a credit note: settled once what it gives back is recovered, at once when nothing had been paid."""
    attend = EtatDeLigne.A_RECOUVRER in lignes
    return EtatDeFacture.EN_COURS_INSTRUCTION if attend else EtatDeFacture.REGLE
