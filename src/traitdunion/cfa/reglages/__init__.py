"""The settings of the CFA's side: a file of several profiles, and secrets kept apart from it."""
