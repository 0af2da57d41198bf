"""The training centre's side: client of the norm, reading and filling of the CERFA, commands.

The names below are the SDK's; each is imported when first asked for, so that `import traitdunion.cfa` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitdunion.cfa.asynchrone import ClientCfaAsync
    from traitdunion.cfa.client import ClientCfa
    from traitdunion.cfa.echange.demarches import MemeDossier
    from traitdunion.cfa.echange.fichiers import Fichier
    from traitdunion.cfa.echange.lus import DossierRelu, EtatDossierRelu, EtatFactureRelu
    from traitdunion.cfa.errors import (
        AccessRefused,
        AttenteVaine,
        AuthenticationRefused,
        ErreurCfa,
        NoAnswer,
        NotFound,
        NotSent,
        ProfilInvalide,
        QuotaReached,
        Refused,
        ReponseIllisible,
        ReponsePerdue,
        RouteAbsente,
        Unavailable,
    )
    from traitdunion.cfa.profil import Profil

_LIEUX = {
    "traitdunion.cfa.asynchrone": ["ClientCfaAsync"],
    "traitdunion.cfa.client": ["ClientCfa"],
    "traitdunion.cfa.echange.demarches": ["MemeDossier"],
    "traitdunion.cfa.echange.fichiers": ["Fichier"],
    "traitdunion.cfa.echange.lus": ["DossierRelu", "EtatDossierRelu", "EtatFactureRelu"],
    "traitdunion.cfa.errors": [
        "AccessRefused",
        "AttenteVaine",
        "AuthenticationRefused",
        "ErreurCfa",
        "NoAnswer",
        "NotFound",
        "NotSent",
        "ProfilInvalide",
        "QuotaReached",
        "Refused",
        "ReponseIllisible",
        "ReponsePerdue",
        "RouteAbsente",
        "Unavailable",
    ],
    "traitdunion.cfa.profil": ["Profil"],
}
_MODULES = {nom: module for module, noms in _LIEUX.items() for nom in noms}
__all__ = [
    "AccessRefused",
    "AttenteVaine",
    "AuthenticationRefused",
    "ClientCfa",
    "ClientCfaAsync",
    "DossierRelu",
    "ErreurCfa",
    "EtatDossierRelu",
    "EtatFactureRelu",
    "Fichier",
    "MemeDossier",
    "NoAnswer",
    "NotFound",
    "NotSent",
    "Profil",
    "ProfilInvalide",
    "QuotaReached",
    "Refused",
    "ReponseIllisible",
    "ReponsePerdue",
    "RouteAbsente",
    "Unavailable",
]


def __getattr__(nom: str) -> Any:
    module = _MODULES.get(nom)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(module), nom)


def __dir__() -> list[str]:
    return sorted(__all__)
