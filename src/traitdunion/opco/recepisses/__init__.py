"""Receipts: derived from what is stored, signed when they are read, verifiable offline by anyone (norme.md §1)."""

from traitdunion.opco.recepisses.service import FaitsRecepisse, Recepisses

__all__ = ["FaitsRecepisse", "Recepisses"]
