"""The accrochage of an editor and a CFA: its states and the acts that move it (norme.md §4)."""

from enum import StrEnum


class EtatAccrochage(StrEnum):
    """Where a pair (editor, CFA) stands."""

    EN_ATTENTE = "EN_ATTENTE"
    EFFECTIF = "EFFECTIF"
    SUSPENDU = "SUSPENDU"


class Acte(StrEnum):
    """What happens to an accrochage."""

    OPEN = "OUVERTURE"
    FIRST_TRANSMISSION = "PREMIERE_TRANSMISSION"
    SUSPEND = "SUSPENSION"
    RESUME = "REPRISE"


LIBELLES = {
    EtatAccrochage.EN_ATTENTE: "en attente de première transmission",
    EtatAccrochage.EFFECTIF: "effectif",
    EtatAccrochage.SUSPENDU: "suspendu",
}

# Resumed, it waits for its first transmission again: « effectif » says that deposits do get through.
TRANSITIONS: dict[tuple[EtatAccrochage | None, Acte], EtatAccrochage] = {
    (None, Acte.OPEN): EtatAccrochage.EN_ATTENTE,
    (EtatAccrochage.EN_ATTENTE, Acte.FIRST_TRANSMISSION): EtatAccrochage.EFFECTIF,
    (EtatAccrochage.EN_ATTENTE, Acte.SUSPEND): EtatAccrochage.SUSPENDU,
    (EtatAccrochage.EFFECTIF, Acte.SUSPEND): EtatAccrochage.SUSPENDU,
    (EtatAccrochage.SUSPENDU, Acte.RESUME): EtatAccrochage.EN_ATTENTE,
}


class TransitionInterdite(Exception):
    """An act that the present state does not admit."""

    def __init__(self, etat: EtatAccrochage | None, acte: Acte) -> None:
        self.etat = etat
        self.acte = acte
        super().__init__(f"{acte} from {etat}")


def next_etat(etat: EtatAccrochage | None, acte: Acte) -> EtatAccrochage:
    """The state after `acte`. Raises TransitionInterdite."""
    suivant = TRANSITIONS.get((etat, acte))
    if suivant is None:
        raise TransitionInterdite(etat, acte)
    return suivant
