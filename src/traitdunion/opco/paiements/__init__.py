"""Paying what was accepted: pay runs, the bank's answers, what comes back of what was paid in excess."""
