"""What the CFA knows of its dossiers without asking again: a local mirror, what waits for an act, what was paid.

Each name is loaded when it is first asked for: most commands need few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_MODULES = {
    "BilanSynchro": "miroir.synchro",
    "DossierSuivi": "modele",
    "EcheanceSuivie": "modele",
    "FactureSuivie": "modele",
    "MiroirEndommage": "miroir.base",
    "Suivi": "service",
    "SynchroEnCours": "miroir.base",
    "Vue": "modele",
}


def __getattr__(nom: str) -> Any:
    if nom not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[nom]}"), nom)
