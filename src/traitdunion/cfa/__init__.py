"""The training centre's side: client of the norm, reading and filling of the CERFA, commands.

The names below are the SDK's; each is imported when first asked for, so that `import traitdunion.cfa` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitdunion.cfa.asynchrone import ClientCfaAsync as ClientCfaAsync
    from traitdunion.cfa.client import ClientCfa as ClientCfa
    from traitdunion.cfa.echange.demarches import MemeDossier as MemeDossier
    from traitdunion.cfa.echange.fichiers import Fichier as Fichier
    from traitdunion.cfa.echange.lus import DossierRelu as DossierRelu
    from traitdunion.cfa.echange.lus import EtatDossierRelu as EtatDossierRelu
    from traitdunion.cfa.echange.lus import EtatFactureRelu as EtatFactureRelu
    from traitdunion.cfa.errors import AccessRefused as AccessRefused
    from traitdunion.cfa.errors import AttenteVaine as AttenteVaine
    from traitdunion.cfa.errors import AuthenticationRefused as AuthenticationRefused
    from traitdunion.cfa.errors import ErreurCfa as ErreurCfa
    from traitdunion.cfa.errors import NoAnswer as NoAnswer
    from traitdunion.cfa.errors import NotFound as NotFound
    from traitdunion.cfa.errors import NotSent as NotSent
    from traitdunion.cfa.errors import ProfilInvalide as ProfilInvalide
    from traitdunion.cfa.errors import QuotaReached as QuotaReached
    from traitdunion.cfa.errors import Refused as Refused
    from traitdunion.cfa.errors import ReponseIllisible as ReponseIllisible
    from traitdunion.cfa.errors import ReponsePerdue as ReponsePerdue
    from traitdunion.cfa.errors import RouteAbsente as RouteAbsente
    from traitdunion.cfa.errors import Unavailable as Unavailable
    from traitdunion.cfa.profil import Profil as Profil

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
__all__ = sorted(_MODULES)


def __getattr__(nom: str) -> Any:
    module = _MODULES.get(nom)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
    return getattr(import_module(module), nom)


def __dir__() -> list[str]:
    return sorted(__all__)
