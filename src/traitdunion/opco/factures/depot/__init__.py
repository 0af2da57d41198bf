"""The deposits of invoices, credit notes and certificates: read, judged, kept whole or not at all."""
