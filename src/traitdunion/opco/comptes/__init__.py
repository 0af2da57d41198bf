"""People: their accounts and roles, how they connect, their sessions."""
