"""What a CFA changes of its own record: contacts at once, name, SIRET and IBAN once the OPCO has validated them."""
