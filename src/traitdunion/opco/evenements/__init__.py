"""What happened, to what, by whom: append-only, in the transaction of the act itself."""
