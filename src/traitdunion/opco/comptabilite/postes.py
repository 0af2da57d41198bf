"""The postes of the ledger, and where an amount stands in it. Amounts are integers of cents."""

from enum import StrEnum
from typing import NamedTuple


class Poste(StrEnum):
    """What an amount is, at a moment. Every euro engaged stands in one poste of the first plane and in one only."""

    # What the OPCO commits to (negative: the source of the plane), and where these euros stand.
    ENGAGE = "ENGAGE"
    A_FACTURER = "A_FACTURER"
    EN_INSTRUCTION = "EN_INSTRUCTION"  # invoiced, being checked or waiting for a proof
    A_PAYER = "A_PAYER"  # accepted
    ORDONNE = "ORDONNE"  # in a transfer handed to the bank, which has not answered yet
    REGLE = "REGLE"  # paid, and due
    FORCLOS = "FORCLOS"  # not asked for in time: lost (R6332-25 III 4°)
    # What was paid without being due any more (negative: the source of the plane), and what is to come back of it.
    INDU = "INDU"
    TROP_PERCU = "TROP_PERCU"  # the engagement was lowered under what was paid
    AVOIR_A_RECOUVRER = "AVOIR_A_RECOUVRER"  # the CFA credited what was paid


SOURCES = frozenset({Poste.ENGAGE, Poste.INDU})
# What stands of an invoice's line, in the order in which it moves on.
DEBOUT = (Poste.EN_INSTRUCTION, Poste.A_PAYER, Poste.ORDONNE, Poste.REGLE)
# Invoiced and not paid yet: « en cours d'instruction » for whoever reads the norm.
EN_COURS = (Poste.EN_INSTRUCTION, Poste.A_PAYER, Poste.ORDONNE)
A_RECOUVRER = (Poste.TROP_PERCU, Poste.AVOIR_A_RECOUVRER)
HORS_ECHEANCE = 0  # the échéance of frais annexes, which are engaged for the contract as a whole
SANS_LIGNE = 0


class Cle(NamedTuple):
    """What the engagement is cut into: an échéance and a nature (norme.md §3)."""

    echeance: int
    nature: str


class Place(NamedTuple):
    """Where an amount stands: a poste, a share of the engagement, and the invoice's line that asked for it, if any."""

    poste: Poste
    echeance: int
    nature: str
    ligne: int = SANS_LIGNE

    @property
    def cle(self) -> Cle:
        """The share of the engagement."""
        return Cle(self.echeance, self.nature)


class Mouvement(NamedTuple):
    """A signed amount on a place; those of one écriture sum to zero."""

    place: Place
    montant: int
