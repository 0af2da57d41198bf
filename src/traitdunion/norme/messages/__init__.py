"""The messages of the norm as typed structs (norme.md §2), one module per resource."""
