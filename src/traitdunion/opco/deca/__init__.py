"""DECA: depositing contracts with the State, reporting refusals, bringing the number back (regles.md §3.1, D6224-4)."""
