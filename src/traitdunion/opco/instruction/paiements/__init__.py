"""Payments, for the OPCO: runs, what the bank gives back, what CFA give back, the accounts."""
