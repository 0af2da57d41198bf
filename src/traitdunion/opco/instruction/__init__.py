"""The OPCO's screens: what waits, and the administration."""
