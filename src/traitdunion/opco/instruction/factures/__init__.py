"""The invoices of CFA, for the OPCO: read, decided line by line."""
