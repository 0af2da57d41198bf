"""Types and states of a contact request."""

from enum import StrEnum


class TypeDemande(StrEnum):
    """What a request is about."""

    ACCROCHAGE = "ACCROCHAGE"
    DOSSIER = "DOSSIER"
    REGLEMENT = "REGLEMENT"
    IDENTIFIANT = "IDENTIFIANT"
    AUTRE = "AUTRE"


class EtatDemande(StrEnum):
    """Whose turn it is."""

    OUVERTE = "OUVERTE"  # nobody at the OPCO has read it
    EN_COURS = "EN_COURS"  # the OPCO is at it
    REPONDUE = "REPONDUE"  # the OPCO has answered
    CLOSE = "CLOSE"


TYPES = {
    TypeDemande.ACCROCHAGE: "Accrochage API CFA",
    TypeDemande.DOSSIER: "Question sur un dossier",
    TypeDemande.REGLEMENT: "Question sur un paiement",
    TypeDemande.IDENTIFIANT: "Identifiant API CFA",
    TypeDemande.AUTRE: "Autre",
}
ETATS = {
    EtatDemande.OUVERTE: ("Envoyée", "neutre", "○"),
    EtatDemande.EN_COURS: ("En cours", "bleu", "◐"),
    EtatDemande.REPONDUE: ("L'OPCO a répondu", "vert", "✓"),
    EtatDemande.CLOSE: ("Close", "neutre", "–"),
}
A_TRAITER = (EtatDemande.OUVERTE, EtatDemande.EN_COURS)


def after_message(*, opco: bool) -> EtatDemande:
    """The state once a message is written: an answer of the OPCO waits for the other side, and the reverse.

    Writing in a closed thread opens it again.
    """
    return EtatDemande.REPONDUE if opco else EtatDemande.EN_COURS
