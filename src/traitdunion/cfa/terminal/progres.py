"""How far a long work has gone: a bar on a terminal, nothing elsewhere (clig.dev)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Avance = Callable[[int], None]


@contextmanager
def progress(titre: str, total: int | None = None) -> Iterator[Avance]:
    """A bar on the error output while the block runs; call what it gives with the number of steps just done.

    `total`: number of steps, None when it is not known. Silent when the error output is not a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda pas: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*colonnes, console=Console(stderr=True), transient=True) as barre:
        tache = barre.add_task(titre, total=total)
        yield lambda pas: barre.advance(tache, pas)
