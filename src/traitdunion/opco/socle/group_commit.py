"""Group commit: concurrent writers share one transaction, and each is answered only after its commit.

There is no timer: while one batch commits, the next one fills (architecture.md §2). A lone writer waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class QueueFull(Exception):
    """More writers wait than the queue admits, or it is closing: better said at once than timed out later."""


class GroupCommitter(Generic[Item, Result]):
    """Hands batches of at most `max_batch` items to `commit`, at most `parallel` batches at a time.

    `commit` receives the items in their order of arrival and returns as many results in the same order, once they are
    durable. If it raises, every item of the batch gets that exception.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        max_batch: int = 64,
        max_waiting: int = 2_000,
        parallel: int = 1,
    ) -> None:
        self._commit = commit
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._parallel = parallel
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = 0
        self._closed = False

    async def submit(self, item: Item) -> Result:
        """Wait until the item's batch is committed; its result, or the batch's exception. Raises QueueFull."""
        if self._closed or len(self._waiting) >= self._max_waiting:
            raise QueueFull
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._draining < self._parallel:
            self._draining += 1
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        # A caller that goes away cancels its own future only: the batch goes on, and finds that one done.
        return await future

    async def aclose(self) -> None:
        """Take no more, and wait for every batch under way or waiting."""
        self._closed = True
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drain(self) -> None:
        # `_draining` goes down in the same step as the queue is seen empty: an item that comes right after, before the
        # event loop has noticed that this task is over, must start another one.
        try:
            while self._waiting:
                lot, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
                await self._settle(lot)
        except BaseException as erreur:
            self._fail(self._waiting, erreur)
            self._waiting = []
            raise
        finally:
            self._draining -= 1

    async def _settle(self, lot: "list[tuple[Item, asyncio.Future[Result]]]") -> None:
        try:
            results = await self._commit([item for item, _ in lot])
            if len(results) != len(lot):
                raise ValueError(f"a batch of {len(lot)} gave {len(results)} results")
        except BaseException as erreur:
            self._fail(lot, erreur)
            if not isinstance(erreur, Exception):
                raise
            return
        for (_, future), result in zip(lot, results, strict=True):
            if not future.done():
                future.set_result(result)

    @staticmethod
    def _fail(lot: "list[tuple[Item, asyncio.Future[Result]]]", erreur: BaseException) -> None:
        for _, future in lot:
            if not future.done():
                future.set_exception(erreur)
                future.exception()  # marked as seen: a caller that went away leaves no warning behind
