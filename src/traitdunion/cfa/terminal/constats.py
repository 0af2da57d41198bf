"""How findings are shown: one line each, then what to do."""

import sys
from collections.abc import Iterable
from typing import Any

from traitdunion.cfa.diagnostic.modele import SIGNES, Constat, Niveau

_STYLES = {Niveau.BON: "green", Niveau.ATTENTION: "yellow", Niveau.MAUVAIS: "bold red"}


def show_constats(constats: Iterable[Constat], *, erreur: bool = False) -> list[Constat]:
    """Print each finding as soon as it is made; gives them all. `erreur`: on the error output."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stderr if erreur else sys.stdout, highlight=False, soft_wrap=True)
    vus = []
    for constat in constats:
        style = _STYLES[constat.niveau]
        console.print(Text.assemble((SIGNES[constat.niveau], style), f" {constat.sujet} : {constat.phrase}"))
        if constat.que_faire:
            console.print(Text(f"    {constat.que_faire}"))
        vus.append(constat)
    return vus


def plain_constats(constats: Iterable[Constat]) -> list[dict[str, Any]]:
    """Findings as plain values."""
    return [
        {"sujet": un.sujet, "niveau": un.niveau.value, "phrase": un.phrase, "queFaire": un.que_faire} for un in constats
    ]
