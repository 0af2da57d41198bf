"""The progress of long work, on a terminal only: a log or a pipe sees nothing of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(titre: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for the time of the block; gives a function to call with what is done and the total."""
    if not sys.stderr.isatty():
        yield lambda fait, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*colonnes, console=Console(stderr=True), transient=True) as barre:
        tache = barre.add_task(titre, total=None)

        def advance(fait: int, total: int) -> None:
            barre.update(tache, completed=fait, total=total)

        yield advance
