"""The local mirror: one SQLite file, what changed in it, and how it is brought up to date."""
