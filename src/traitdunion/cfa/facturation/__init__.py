"""Invoices made from the échéances read back: prepared, numbered once and for all, drawn, handed to the outbox."""
