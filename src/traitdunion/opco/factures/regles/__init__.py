"""What an invoice is judged by, pure but for `dossiers`, which reads the facts: all anomalies at once."""
