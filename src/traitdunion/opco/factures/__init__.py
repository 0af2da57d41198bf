"""Invoices, credit notes and certificates: deposited, checked, instructed line by line, read back (norme.md §2.3)."""
