"""Who may call: organisations, editors, keys, tokens, DPoP, accrochages (norme.md §4, fiabilite.md §4)."""

from traitdunion.opco.acces.habilitation import Appel, Habilitation

__all__ = ["Appel", "Habilitation"]
