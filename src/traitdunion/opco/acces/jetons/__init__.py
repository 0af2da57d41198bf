"""Tokens: how they are asked for (OAuth 2) and bound to a key (DPoP)."""
