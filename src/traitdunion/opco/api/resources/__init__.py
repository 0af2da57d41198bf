"""Handlers, one file per resource: parse, one use case, answer."""
