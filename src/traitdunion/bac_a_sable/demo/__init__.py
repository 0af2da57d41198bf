"""The demonstration: a whole chain on the real server, from the key to « CA-0000001 »."""
