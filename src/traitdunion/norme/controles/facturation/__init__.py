"""Factures, avoirs and certificats: what the body alone tells (norme.md §2.3, §2.4)."""

from traitdunion.norme.controles.facturation.certificat import check_certificat
from traitdunion.norme.controles.facturation.facture import check_avoir, check_facture

__all__ = ["check_avoir", "check_certificat", "check_facture"]
