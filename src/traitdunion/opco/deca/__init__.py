"""DECA: depositing the contract with the State, and bringing its number back (regles.md §3.1, D6224-4)."""
