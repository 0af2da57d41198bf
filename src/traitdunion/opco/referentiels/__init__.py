"""Reference data: files of the State imported by the OPCO, held in memory by each process, dated (regles.md §2.6)."""

from traitdunion.opco.referentiels.consultation import Referentiels
from traitdunion.opco.referentiels.registre import Registre

__all__ = ["Referentiels", "Registre"]
