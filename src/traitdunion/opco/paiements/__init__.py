"""Paying factures: the file of virements that goes to the bank, and what the bank gives back. Amounts in cents."""
