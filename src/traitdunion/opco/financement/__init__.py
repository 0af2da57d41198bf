"""Funding: what the OPCO engages for a contract, how it pays it, and why each amount is what it is."""
