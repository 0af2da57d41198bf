"""The OPCO's acts on a dossier, from its reception to its end: each one transaction, one edge, one event, one mail."""
