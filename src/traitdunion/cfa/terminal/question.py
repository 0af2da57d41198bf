"""A question asked in French to whoever types, on the error output; never to a script."""

import sys

import typer

_OUI, _NON = frozenset({"o", "oui", "y", "yes"}), frozenset({"n", "non", "no", ""})


def is_interactive() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def ask_oui_non(question: str) -> bool:
    """« … ? [o/N] », asked again until it is answered; Enter alone is no. Raises typer.Abort when nobody answers."""
    while True:
        lue = typer.prompt(f"{question} [o/N]", default="", show_default=False, err=True).strip().lower()
        if lue in _OUI:
            return True
        if lue in _NON:
            return False
        typer.echo("Répondez o (oui) ou n (non).", err=True)
