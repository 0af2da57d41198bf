"""The training centre's side: client of the norm, reading and filling of the CERFA, commands."""
