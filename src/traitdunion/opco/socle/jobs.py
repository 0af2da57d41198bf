"""Jobs kept in PostgreSQL (procrastinate): inserted in the caller's transaction, so that they exist if and only if it
commits.

A feature's `jobs.py` has a function that makes a `Blueprint` of its tasks; the roots hand them all to `JobQueue`. A job
may run twice (its worker was killed before it could say that it was done): tasks are written so that the second time
changes nothing. Arguments are identifiers, never data: they stand in a table and in the logs.

Not for the hot routes: each insertion notifies, and PostgreSQL takes notifying commits one at a time. A deposit writes
its event only; a sweeping job turns new events into the rest (architecture.md §2).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from procrastinate import App, Blueprint, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, JobAborted
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from psycopg import AsyncConnection

Tx = AsyncConnection[Any]

__all__ = ["Arriere", "Blueprint", "JobContext", "JobQueue", "read_arriere", "reprises", "take_up_stalled"]

DELAI_OUVERTURE_SECONDES = 10.0
BATTEMENT_SECONDES = 10.0
MORT_SECONDES = 30.0  # a worker silent for so long is dead: its jobs are given to others
ESSAIS_MAX = 10  # also for a job that kills its worker each time
GARDE_HEURES = 24 * 30  # failed jobs stay readable for so long
log = logging.getLogger(__name__)


def reprises(essais: int = ESSAIS_MAX, *, base_secondes: int = 2) -> RetryStrategy:
    """Try again after `base_secondes` to the power of the number of tries so far, `essais` times at most."""
    return RetryStrategy(max_attempts=essais, exponential_wait=base_secondes)


class _Interrompu(BaseRetryStrategy):
    """What a task says of its failures, and besides: a job cut short by the stop of its worker did not fail."""

    def __init__(self, autres: BaseRetryStrategy | None) -> None:
        self._autres = autres

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError | JobAborted):
            return RetryDecision(retry_in={"seconds": 0})
        return self._autres.get_retry_decision(exception=exception, job=job) if self._autres else None


class JobQueue:
    """The jobs of this server: `defer` in any process, `work` in a worker. Opened by `async with` for `work` only.

    Opening raises TimeoutError when the database does not answer within 10 s.
    """

    def __init__(
        self, url: str, blueprints: Mapping[str, Callable[[], Blueprint]] | None = None, *, connexions: int = 5
    ) -> None:
        """`blueprints` by name: the task `f` of `antivirus` is called « antivirus:f »."""
        # Two connections at the least: one listens, the other works.
        self._app = App(connector=PsycopgConnector(conninfo=url, min_size=2, max_size=max(2, connexions), timeout=10))
        # A blueprint is altered by the App that takes it: each has its own.
        for nom, make in {"entretien": entretien, **(blueprints or {})}.items():
            self._app.add_tasks_from(make(), namespace=nom)
        for tache in set(self._app.tasks.values()):
            tache.retry_strategy = _Interrompu(tache.retry_strategy)

    @property
    def app(self) -> App:
        """The library's own object."""
        return self._app

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(DELAI_OUVERTURE_SECONDES):
                await self._app.open_async()
        except BaseException:
            await self._app.close_async()  # else its pool would go on trying in the background
            raise
        return self

    async def __aexit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._app.close_async()

    async def defer(
        self, tx: Tx, tache: str, *, unique: str | None = None, pas_avant: datetime | None = None, **arguments: Any
    ) -> int | None:
        """Insert a job in the transaction `tx`; its number, or None when a job of the same `unique` waits already.

        Raises KeyError for a task that no blueprint holds: the job would wait for ever.
        """
        if tache not in self._app.tasks:
            raise KeyError(tache)
        job = self._app.configure_task(
            tache, allow_unknown=False, queueing_lock=unique, schedule_at=pas_avant, connection=tx
        )
        try:
            async with tx.transaction():  # a savepoint: the refusal of a twin must not undo the caller's work
                return await job.defer_async(**arguments)
        except AlreadyEnqueued:
            return None

    async def work(
        self,
        *,
        contexte: Mapping[str, Any] | None = None,
        concurrence: int = 4,
        arret_secondes: float = 25.0,
        attendre: bool = True,
    ) -> None:
        """Run jobs until SIGTERM or SIGINT, or until none is left if not `attendre`.

        Tasks find `contexte` in `JobContext.additional_context`. On a signal, jobs under way have `arret_secondes` to
        end; those cut short are taken up again by another worker.
        """
        await self._app.run_worker_async(
            concurrency=concurrence,
            wait=attendre,
            delete_jobs="successful",
            shutdown_graceful_timeout=arret_secondes,
            update_heartbeat_interval=BATTEMENT_SECONDES,
            stalled_worker_timeout=MORT_SECONDES,
            additional_context=dict(contexte or {}),
            install_signal_handlers=attendre,
        )


def entretien() -> Blueprint:
    """The queue's own jobs."""
    blueprint = Blueprint()

    @blueprint.periodic(cron="* * * * *")
    @blueprint.task(name="reprendre", queueing_lock="entretien:reprendre", pass_context=True)
    async def reprendre(context: JobContext, timestamp: int) -> None:
        await take_up_stalled(context.app)

    @blueprint.periodic(cron="17 3 * * *")
    @blueprint.task(name="oublier", queueing_lock="entretien:oublier", pass_context=True)
    async def oublier(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(
            nb_hours=GARDE_HEURES, include_failed=True, include_cancelled=True, include_aborted=True
        )

    return blueprint


async def take_up_stalled(app: App, *, mort_secondes: float = MORT_SECONDES) -> None:
    """Give the jobs of dead workers to others; one that has died too often is left failed, for people to see."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=mort_secondes):
        if job.attempts + 1 >= ESSAIS_MAX:
            log.error("job %s (%s) failed: its workers died %s times", job.id, job.task_name, job.attempts + 1)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job)


@dataclass(frozen=True, slots=True)
class Arriere:
    """How the queue stands: jobs due, how long the oldest has been due (seconds), jobs that failed for good."""

    en_attente: int
    retard_secondes: float
    echoues: int


async def read_arriere(tx: Tx) -> Arriere:
    """Read how the queue stands (for /readyz and the metrics)."""
    cursor: psycopg.AsyncCursor[Any] = await tx.execute("""
        SELECT count(*) FILTER (WHERE j.status = 'todo' AND due <= now()),
               coalesce(extract(epoch FROM now() - min(due) FILTER (WHERE j.status = 'todo' AND due <= now())), 0),
               count(*) FILTER (WHERE j.status = 'failed')
          FROM procrastinate_jobs j,
               LATERAL (SELECT coalesce(j.scheduled_at, max(e.at)) FROM procrastinate_events e
                         WHERE e.job_id = j.id AND e.type IN ('deferred', 'deferred_for_retry')) AS quand(due)
         WHERE j.status IN ('todo', 'failed')
    """)
    row = await cursor.fetchone()
    assert row is not None  # aggregates always give a row
    return Arriere(row[0], float(row[1]), row[2])
