"""Factures and avoirs of the CFA: what their PDF says beside their data."""
