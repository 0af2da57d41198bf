"""What an act on an account raises when it cannot be done."""


class ActeRefuse(Exception):
    """An act refused; its text is the French sentence to show, which quotes no secret."""
