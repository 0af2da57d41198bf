"""What the CFA knows of its dossiers without asking again: a local mirror, what waits for an act, what was paid."""

from traitdunion.cfa.suivi.miroir.base import MiroirEndommage, SynchroEnCours
from traitdunion.cfa.suivi.miroir.synchro import BilanSynchro
from traitdunion.cfa.suivi.modele import DossierSuivi, EcheanceSuivie, FactureSuivie, Vue
from traitdunion.cfa.suivi.service import Suivi

__all__ = [
    "BilanSynchro",
    "DossierSuivi",
    "EcheanceSuivie",
    "FactureSuivie",
    "MiroirEndommage",
    "Suivi",
    "SynchroEnCours",
    "Vue",
]
