"""The acts, and the states in which each may be done (norme.md §3). Every pair that is not here is refused."""

from datetime import date
from enum import StrEnum

from traitdunion.opco.dossiers.states import Etat


class Acte(StrEnum):
    """What staff, the CFA or the calendar do to a dossier."""

    COMMENCER = "COMMENCER"
    DEMANDER_INFORMATION = "DEMANDER_INFORMATION"
    REPONDRE = "REPONDRE"
    ACCORDER = "ACCORDER"
    REFUSER = "REFUSER"
    REFUSER_TACITEMENT = "REFUSER_TACITEMENT"
    ANNULER = "ANNULER"
    DECLARER_RUPTURE = "DECLARER_RUPTURE"
    CONFIRMER_RUPTURE = "CONFIRMER_RUPTURE"
    ECARTER_RUPTURE = "ECARTER_RUPTURE"
    REVISER = "REVISER"
    SOLDER = "SOLDER"


OUVERTS = frozenset({Etat.TRANSMIS, Etat.EN_COURS_INSTRUCTION})
EN_INSTRUCTION = frozenset({Etat.EN_COURS_INSTRUCTION})
ENGAGES = frozenset({Etat.ENGAGE})

PERMIS: dict[Acte, frozenset[Etat]] = {
    Acte.COMMENCER: frozenset({Etat.TRANSMIS}),
    Acte.DEMANDER_INFORMATION: EN_INSTRUCTION,
    Acte.REPONDRE: EN_INSTRUCTION,
    Acte.ACCORDER: EN_INSTRUCTION,
    Acte.REFUSER: EN_INSTRUCTION,
    Acte.REFUSER_TACITEMENT: OUVERTS,
    Acte.ANNULER: OUVERTS | ENGAGES,
    # Declared before the engagement, a break is kept and applied by the accord itself.
    Acte.DECLARER_RUPTURE: OUVERTS | ENGAGES | {Etat.RUPTURE},
    Acte.CONFIRMER_RUPTURE: ENGAGES | {Etat.RUPTURE},
    Acte.ECARTER_RUPTURE: OUVERTS | ENGAGES | {Etat.RUPTURE},
    Acte.REVISER: ENGAGES,
    Acte.SOLDER: ENGAGES | {Etat.RUPTURE},
}
# Acts that decide within the 20 days, or ask something for that.
DANS_LE_DELAI = frozenset({Acte.COMMENCER, Acte.DEMANDER_INFORMATION, Acte.ACCORDER, Acte.REFUSER})
LIBELLES = {
    Acte.COMMENCER: "Commencer l'instruction",
    Acte.DEMANDER_INFORMATION: "Demander une information",
    Acte.REPONDRE: "Répondre à la demande d'information",
    Acte.ACCORDER: "Accorder",
    Acte.REFUSER: "Refuser",
    Acte.REFUSER_TACITEMENT: "Constater le refus implicite",
    Acte.ANNULER: "Annuler le dossier",
    Acte.DECLARER_RUPTURE: "Noter une rupture",
    Acte.CONFIRMER_RUPTURE: "Confirmer la rupture",
    Acte.ECARTER_RUPTURE: "Écarter la déclaration de rupture",
    Acte.REVISER: "Régulariser le niveau de prise en charge",
    Acte.SOLDER: "Solder le dossier",
}
MOTS_ETAT = {
    Etat.TRANSMIS: "transmis",
    Etat.EN_COURS_INSTRUCTION: "en cours d'instruction",
    Etat.ENGAGE: "engagé",
    Etat.REFUSE: "refusé",
    Etat.ANNULE: "annulé",
    Etat.RUPTURE: "rompu",
    Etat.SOLDE: "soldé",
}


class ActeRefuse(Exception):
    """An act that is not done; the text is the French sentence to show.

    `saisie`: what was typed is at fault. `conflit`: somebody acted first, the dossier is to be read again.
    """

    def __init__(self, phrase: str, *, saisie: bool = False, conflit: bool = False) -> None:
        super().__init__(phrase)
        self.saisie = saisie
        self.conflit = conflit


def check_acte(acte: Acte, etat: Etat) -> None:
    """Raise ActeRefuse unless an act may be done in a state."""
    if etat not in PERMIS[acte]:
        raise ActeRefuse(f"« {LIBELLES[acte]} » n'est pas possible : le dossier est {MOTS_ETAT[etat]}.", conflit=True)


def check_delai(acte: Acte, limite: date | None, *, jour: date) -> None:
    """Past the limit, silence has decided, whenever the sweep comes to write it (R6224-3). Raises ActeRefuse."""
    if acte in DANS_LE_DELAI and limite is not None and jour > limite:
        raise ActeRefuse(
            f"Le délai de décision s'est achevé le {limite:%d/%m/%Y} : le silence de l'OPCO vaut refus implicite "
            "(R6224-3). Il s'enregistre de lui-même dans l'heure.",
            conflit=True,
        )
