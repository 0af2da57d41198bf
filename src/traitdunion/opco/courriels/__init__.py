"""The mails that the OPCO sends: closed list of models, queue in the caller's transaction, sweep that sends."""

from traitdunion.opco.courriels.modeles import MODELES, Modele
from traitdunion.opco.courriels.service import Courriels

__all__ = ["MODELES", "Courriels", "Modele"]
