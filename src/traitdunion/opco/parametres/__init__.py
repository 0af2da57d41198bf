"""The dated parameters: what the OPCO sets over the values of the product, and what a worker keeps in memory."""

from traitdunion.opco.parametres.service import ParametreRefuse, ParametresOpco, Projet

__all__ = ["ParametreRefuse", "ParametresOpco", "Projet"]
