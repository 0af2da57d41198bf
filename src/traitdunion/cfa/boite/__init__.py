"""The boîte d'envoi: deposits kept on disk until the OPCO has said yes or no, sent once, in the order of their dossier.

A send has three ends: accepted, refused, unknown. What is unknown is read back before it is ever sent again
(norme.md §7); what nobody can read back waits for a person.

Each name is loaded when it is first asked for: most commands need few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitdunion.cfa.boite.boite import Boite
    from traitdunion.cfa.boite.errors import (
        AutreDestinataire,
        BoiteEndommagee,
        BoiteOccupee,
        BoitePleine,
        EnvoiInconnu,
        NumeroDejaConnu,
        SansIdentite,
        TransitionInterdite,
        VerificationRequise,
    )
    from traitdunion.cfa.boite.etats import EtatEnvoi, NatureEnvoi
    from traitdunion.cfa.boite.modeles import Arret, BilanBoite, Champ, DossierEnBoite, Envoi, Evenement, MiseEnBoite
    from traitdunion.cfa.boite.rythme import Rythme

__all__ = [
    "Arret",
    "AutreDestinataire",
    "BilanBoite",
    "Boite",
    "BoiteEndommagee",
    "BoiteOccupee",
    "BoitePleine",
    "Champ",
    "DossierEnBoite",
    "Envoi",
    "EnvoiInconnu",
    "EtatEnvoi",
    "Evenement",
    "MiseEnBoite",
    "NatureEnvoi",
    "NumeroDejaConnu",
    "Rythme",
    "SansIdentite",
    "TransitionInterdite",
    "VerificationRequise",
]
_MODULES = {
    "Arret": "modeles",
    "AutreDestinataire": "errors",
    "BilanBoite": "modeles",
    "Boite": "boite",
    "BoiteEndommagee": "errors",
    "BoiteOccupee": "errors",
    "BoitePleine": "errors",
    "Champ": "modeles",
    "DossierEnBoite": "modeles",
    "Envoi": "modeles",
    "EnvoiInconnu": "errors",
    "EtatEnvoi": "etats",
    "Evenement": "modeles",
    "MiseEnBoite": "modeles",
    "NatureEnvoi": "etats",
    "NumeroDejaConnu": "errors",
    "Rythme": "rythme",
    "SansIdentite": "errors",
    "TransitionInterdite": "errors",
    "VerificationRequise": "errors",
}


def __getattr__(nom: str) -> Any:
    if nom not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[nom]}"), nom)
