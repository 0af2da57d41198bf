"""What leaves: one drain at a time, one envoi at a time, and the reading back of what is uncertain."""
