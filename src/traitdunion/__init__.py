"""Trait d’union: the exchange interface between CFA and OPCO, both sides of the hyphen."""

__version__ = "0.1.0"
