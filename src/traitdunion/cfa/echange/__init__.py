"""Speaking to an OPCO: calls as data, one exchange without I/O, and what drives it (ADR 0020)."""
