"""What a facture is made of, for both sides: natures, numbers of échéances, cents, states (norme.md §2.3, §3)."""
