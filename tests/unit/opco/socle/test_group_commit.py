"""Group commit, with a commit that the test holds in its hand."""

import asyncio
from collections.abc import Sequence

import pytest

from traitdunion.opco.socle.group_commit import GroupCommitter, QueueFull

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Base:
    """Stands for the database: notes the batches, and commits each when it is let."""

    def __init__(self, *, libre: bool = True) -> None:
        self.lots: list[list[int]] = []
        self.feu = asyncio.Event()
        self.en_cours = 0
        self.en_cours_max = 0
        if libre:
            self.feu.set()

    async def commit(self, lot: Sequence[int]) -> list[str]:
        self.lots.append(list(lot))
        self.en_cours += 1
        self.en_cours_max = max(self.en_cours_max, self.en_cours)
        try:
            await self.feu.wait()
            await asyncio.sleep(0)
            if any(element < 0 for element in lot):
                raise OSError("no commit")
            return [f"r{element}" for element in lot]
        finally:
            self.en_cours -= 1


async def turns(tours: int = 5) -> None:
    for _ in range(tours):
        await asyncio.sleep(0)


async def test_a_lone_writer_is_committed_alone_and_at_once() -> None:
    base = Base()
    assert await GroupCommitter(base.commit).submit(1) == "r1"
    assert base.lots == [[1]]


async def test_while_one_batch_commits_the_next_one_fills() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit)
    premier = asyncio.create_task(committer.submit(0))
    await turns()
    suivants = [asyncio.create_task(committer.submit(rang)) for rang in range(1, 5)]
    await turns()
    assert base.lots == [[0]]
    assert not premier.done()  # nobody is answered before the commit

    base.feu.set()
    assert await asyncio.gather(premier, *suivants) == ["r0", "r1", "r2", "r3", "r4"]
    assert base.lots == [[0], [1, 2, 3, 4]]


@pytest.mark.parametrize(("nombre", "lots"), [(3, [[0, 1, 2]]), (4, [[0, 1, 2], [3]])])
async def test_a_batch_holds_its_maximum_and_no_more(nombre: int, lots: list[list[int]]) -> None:
    base = Base()
    committer = GroupCommitter(base.commit, max_batch=3)
    assert await asyncio.gather(*map(committer.submit, range(nombre))) == [f"r{rang}" for rang in range(nombre)]
    assert base.lots == lots


async def test_a_failed_batch_fails_its_items_and_not_the_next() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit)
    perdus = [asyncio.create_task(committer.submit(element)) for element in (1, -1)]
    await turns()
    sauve = asyncio.create_task(committer.submit(2))
    await turns()
    base.feu.set()

    issues = await asyncio.gather(*perdus, return_exceptions=True)
    assert [type(issue) for issue in issues] == [OSError, OSError]
    assert await sauve == "r2"


async def test_a_commit_that_miscounts_fails_its_batch_and_hangs_nobody() -> None:
    async def commit(lot: Sequence[int]) -> list[str]:
        return ["r"] * (len(lot) - 1)

    committer = GroupCommitter(commit)
    for _ in range(2):
        with pytest.raises(ValueError, match="1 gave 0"):
            await asyncio.wait_for(committer.submit(1), 1)


async def test_a_caller_that_goes_away_leaves_its_neighbours_alone() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit)
    reste, part = (asyncio.create_task(committer.submit(rang)) for rang in (1, 2))
    await turns()
    part.cancel()
    await turns()
    base.feu.set()

    assert await reste == "r1"
    assert base.lots == [[1, 2]]  # what was handed over is committed all the same


async def test_writers_beyond_the_queue_are_told_at_once() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit, max_batch=1, max_waiting=2)
    admis = [asyncio.create_task(committer.submit(0))]
    await turns()
    admis += [asyncio.create_task(committer.submit(rang)) for rang in (1, 2)]
    await turns()
    with pytest.raises(QueueFull):
        await committer.submit(3)

    base.feu.set()
    assert await asyncio.gather(*admis) == ["r0", "r1", "r2"]
    assert await committer.submit(4) == "r4"


@pytest.mark.parametrize("parallel", [1, 2, 3])
async def test_no_more_batches_than_allowed_run_at_once(parallel: int) -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit, max_batch=1, parallel=parallel)
    taches = [asyncio.create_task(committer.submit(rang)) for rang in range(6)]
    await turns()
    base.feu.set()
    await asyncio.gather(*taches)
    assert base.en_cours_max == parallel


async def test_closing_waits_for_what_was_handed_over_and_takes_no_more() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit, max_batch=1)
    taches = [asyncio.create_task(committer.submit(rang)) for rang in range(3)]
    await turns()
    fermeture = asyncio.create_task(committer.aclose())
    await turns()
    assert not fermeture.done()
    with pytest.raises(QueueFull):
        await committer.submit(9)

    base.feu.set()
    await fermeture
    assert [tache.result() for tache in taches] == ["r0", "r1", "r2"]


async def test_an_item_that_comes_just_as_a_batch_ends_is_not_forgotten() -> None:
    """Between the last look at the queue and the end of the task that looked, there is a turn of the event loop."""

    async def commit(lot: Sequence[int]) -> list[int]:
        return list(lot)

    for retard in range(12):
        committer = GroupCommitter(commit)
        premier = asyncio.create_task(committer.submit(0))
        await turns(retard)
        assert await asyncio.wait_for(committer.submit(1), 1) == 1
        assert await premier == 0


async def test_many_writers_in_a_closed_loop_all_get_through() -> None:
    base = Base()
    committer = GroupCommitter(base.commit, max_batch=8)

    async def writer(rang: int) -> None:
        for tour in range(50):
            assert await committer.submit(rang * 50 + tour) == f"r{rang * 50 + tour}"

    await asyncio.wait_for(asyncio.gather(*map(writer, range(32))), 10)
    assert sorted(element for lot in base.lots for element in lot) == list(range(1_600))
    assert max(map(len, base.lots)) == 8


async def test_a_cancelled_batch_hangs_nobody() -> None:
    base = Base(libre=False)
    committer = GroupCommitter(base.commit, max_batch=1)
    taches = [asyncio.create_task(committer.submit(rang)) for rang in range(3)]
    await turns()
    for tache in committer._tasks:
        tache.cancel()
    issues = await asyncio.wait_for(asyncio.gather(*taches, return_exceptions=True), 1)
    assert all(isinstance(issue, asyncio.CancelledError) for issue in issues)
