"""Editors: their secrets and how they are handed over, their softwares, their recent calls."""
