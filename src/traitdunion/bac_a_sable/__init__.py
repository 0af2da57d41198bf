"""The sandbox: the real server, played with. Here so far: the demonstration."""
