"""What the client gives of what it read: the norm's messages, and beside them the OPCO's own words for a state.

An OPCO may use a state that this release does not know: it is read as it is, never refused (norme.md §6).
"""

from traitdunion.norme.identite import fold_name
from traitdunion.norme.messages.factures_lues import EtatAvoir, EtatFacture
from traitdunion.norme.messages.reponses import DossierLu, EtatDossier
from traitdunion.norme.nomenclatures import ETAT_DOSSIER, ETAT_FACTURE, Nomenclature


class EtatDossierRelu(EtatDossier, frozen=True, kw_only=True):
    """State of a dossier; `etat` is the norm's code when it is known, `etat_brut` what the OPCO wrote."""

    etat_brut: str = ""


class EtatFactureRelu(EtatFacture, frozen=True, kw_only=True):
    """State of a facture; `etat_facture` is the norm's code when it is known, `etat_brut` what the OPCO wrote."""

    etat_brut: str = ""


class EtatAvoirRelu(EtatAvoir, frozen=True, kw_only=True):
    """State of an avoir, read as that of a facture."""

    etat_brut: str = ""


class DossierRelu(DossierLu, frozen=True, kw_only=True):
    """A dossier; `etat` is that of its form as the norm writes it, `etat_brut` what the OPCO wrote; None: not said."""

    etat: str | None = None
    etat_brut: str | None = None


def _fold(texte: str) -> str:
    return fold_name(texte.replace("_", " "))


def _codes(nomenclature: Nomenclature, autres: dict[str, str]) -> dict[str, str]:
    return {_fold(code): code for code in nomenclature.codes} | {_fold(texte): code for texte, code in autres.items()}


_DOSSIER = _codes(ETAT_DOSSIER, {"RUPTU": "RUPTURE"})
_FACTURE = _codes(ETAT_FACTURE, {})


def read_etat_dossier(brut: str) -> str:
    """The norm's code behind « Engagé », « en cours instruction », RUPTU; any other text is given back as it is."""
    return _DOSSIER.get(_fold(brut), brut)


def read_etat_facture(brut: str) -> str:
    """The norm's code of the state of a facture; any other text is given back as it is."""
    return _FACTURE.get(_fold(brut), brut)
