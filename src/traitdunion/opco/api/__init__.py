"""Door 1: the norm on the wire. Each handler parses, calls one use case, and answers; the door does the rest."""
