"""How far a long work has gone: bars on the error output of a terminal, nothing elsewhere (clig.dev)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Avance = Callable[[int], None]
AvanceParEtape = Callable[[str, int, int | None], None]


@contextmanager
def progress(titre: str, total: int | None = None) -> Iterator[Avance]:
    """A bar while the block runs; call what it gives with the number of steps just done.

    `total`: number of steps, None when it is not known.
    """
    fait = 0
    with progress_by_etape() as avance:
        avance(titre, fait, total)

        def step(pas: int) -> None:
            nonlocal fait
            fait += pas
            avance(titre, fait, total)

        yield step


@contextmanager
def progress_by_etape() -> Iterator[AvanceParEtape]:
    """A bar for each stage of a work; call what it gives with the stage, what is done of it, of how many (or None)."""
    if not sys.stderr.isatty():
        yield lambda etape, fait, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    colonnes = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*colonnes, console=Console(stderr=True), transient=True) as barre:
        taches: dict[str, TaskID] = {}

        def avance(etape: str, fait: int, total: int | None) -> None:
            if etape not in taches:
                taches[etape] = barre.add_task(etape, total=total)
            barre.update(taches[etape], completed=fait, total=total)

        yield avance
