"""The dossier: deposited once, numbered, read back; its convention and documents."""
