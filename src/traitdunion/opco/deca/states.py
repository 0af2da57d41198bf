"""States of a deposit with the State, when it is tried again, and what its number may look like. Pure."""

from datetime import timedelta
from enum import StrEnum

from traitdunion.norme.identifiants import deca_valide

# A try lasts less than a minute; past this, whoever held the row is dead.
BAIL = timedelta(minutes=2)
REPORT_MIN = timedelta(seconds=10)
REPORT_MAX = timedelta(hours=1)
# Failures in a row after which the staff see it: about forty minutes of silence from the State. It goes on being tried.
SEUIL_ECHEC = 9
# A deposit made after a lost answer is read back once more after this: the lost call may have been recorded late, under
# another number.
RELECTURE = timedelta(hours=1)


class Nature(StrEnum):
    """What is told to the State."""

    CONTRAT = "CONTRAT"
    AVENANT = "AVENANT"
    REFUS = "REFUS"


class EtatDepot(StrEnum):
    """State of a row of `deca_depot`."""

    A_DEPOSER = "A_DEPOSER"
    EN_COURS = "EN_COURS"
    DEPOSE = "DEPOSE"
    NON_DEPOSABLE = "NON_DEPOSABLE"
    EN_ECHEC = "EN_ECHEC"


LIBELLES = {
    EtatDepot.A_DEPOSER: "À déposer",
    EtatDepot.EN_COURS: "Dépôt en cours",
    EtatDepot.DEPOSE: "Déposé",
    EtatDepot.NON_DEPOSABLE: "Non déposable",
    EtatDepot.EN_ECHEC: "En échec",
}
# « Relancer » has a meaning there; what is deposited stays so.
RELANCABLES = frozenset(EtatDepot) - {EtatDepot.DEPOSE}


def build_reference(numero_interne: int, nature: Nature) -> str:
    """Our own reference, the same for ever for one dossier and one nature: « 12-contrat »."""
    return f"{numero_interne}-{nature.lower()}"


def compute_report(tentatives: int) -> timedelta:
    """How long to wait after so many failures in a row (from 1): 10 s, then twice as long each time, up to 1 hour."""
    return min(REPORT_MIN * 2 ** min(tentatives - 1, 16), REPORT_MAX)


def etat_after_failure(tentatives: int) -> EtatDepot:
    """What the row shows after so many failures in a row: under way, then « en échec »."""
    return EtatDepot.EN_ECHEC if tentatives >= SEUIL_ECHEC else EtatDepot.EN_COURS


def check_numeros(numero_deca: str, no_avenant: str | None, *, nature: Nature) -> str | None:
    """What is wrong with the numbers that the State gave, in French; None when they can be recorded.

    Both have the form of regles.md §3.1; an avenant has one of its own, a contract has none.
    """
    if not deca_valide(numero_deca):
        return "Le ministère a rendu un numéro de dépôt qui n'a pas la forme attendue."
    if nature is Nature.AVENANT and no_avenant is None:
        return "Le ministère a déposé l'avenant sans lui donner de numéro."
    if nature is Nature.CONTRAT and no_avenant is not None:
        return "Le ministère a rendu un numéro d'avenant pour un contrat."
    if no_avenant is not None and not deca_valide(no_avenant):
        return "Le ministère a rendu un numéro d'avenant qui n'a pas la forme attendue."
    return None
