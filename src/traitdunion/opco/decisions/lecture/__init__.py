"""What is read of a dossier: by its CFA, by staff on one screen, by an act that decides on it."""
