"""A progress bar for long work, on the error output; nothing when it is not a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def show_avance() -> Iterator[Callable[[str, int, int | None], None]]:
    """Give what is to be called with what is done, how many, of how many (None when nobody knows)."""
    if not sys.stderr.isatty():
        yield lambda etape, fait, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*colonnes, console=Console(stderr=True), transient=True) as barre:
        taches: dict[str, TaskID] = {}

        def avance(etape: str, fait: int, total: int | None) -> None:
            if etape not in taches:
                taches[etape] = barre.add_task(etape, total=total)
            barre.update(taches[etape], completed=fait, total=total)

        yield avance
