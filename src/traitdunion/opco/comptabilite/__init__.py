"""The accounting ledger: append-only, double entry, integer cents; its balances give every amount shown (ADR 0018)."""
