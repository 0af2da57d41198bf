"""Jobs on a real PostgreSQL: with the caller's transaction, in spite of failures and dead workers."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from traitdunion.opco.socle import jobs
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.jobs import Blueprint, JobContext, JobQueue, read_arriere, reprises, take_up_stalled

pytestmark = pytest.mark.anyio


def essai() -> Blueprint:
    blueprint = Blueprint()

    @blueprint.task(name="noter", pass_context=True)
    async def noter(context: JobContext, document: int) -> None:
        context.additional_context["notes"].append(document)

    @blueprint.task(name="rater", retry=reprises(2, base_secondes=0))
    async def rater(document: int) -> None:
        raise ValueError("raté")

    return blueprint


def a_queue(database: Database) -> JobQueue:
    return JobQueue(database.url, {"essai": essai})


async def work(queue: JobQueue) -> list[int]:
    notes: list[int] = []
    async with queue:
        await queue.work(contexte={"notes": notes}, attendre=False)
    return notes


async def test_a_job_exists_if_and_only_if_the_transaction_commits(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        assert await queue.defer(tx, "essai:noter", document=1)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the transaction must end by the error
        async with database.transaction() as tx:
            await queue.defer(tx, "essai:noter", document=2)
            _ = 1 / 0
    assert await work(queue) == [1]


async def test_a_job_is_not_seen_before_the_commit(database: Database) -> None:
    async with database.transaction() as tx:
        await a_queue(database).defer(tx, "essai:noter", document=1)
        assert await work(a_queue(database)) == []
    assert await work(a_queue(database)) == [1]


async def test_a_job_done_leaves_nothing_behind(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        await queue.defer(tx, "essai:noter", document=1)
    await work(queue)
    async with database.connection() as tx:
        cursor = await tx.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'essai:noter'")
        assert await cursor.fetchone() == (0,)


async def test_a_twin_that_waits_already_is_not_doubled_and_the_caller_s_work_stands(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE t (n int)")
        premier = await queue.defer(tx, "essai:noter", unique="document:1", document=1)
        assert await queue.defer(tx, "essai:noter", unique="document:1", document=1) is None
        assert await queue.defer(tx, "essai:noter", unique="document:2", document=2) != premier
    async with database.connection() as tx:
        await tx.execute("SELECT n FROM t")
    assert sorted(await work(queue)) == [1, 2]


async def test_a_job_for_later_waits(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        await queue.defer(tx, "essai:noter", pas_avant=datetime.now(UTC) + timedelta(hours=1), document=1)
    assert await work(queue) == []


async def test_an_unknown_task_is_refused_at_once(database: Database) -> None:
    async with database.transaction() as tx:
        with pytest.raises(KeyError):
            await a_queue(database).defer(tx, "essai:inconnue")


async def test_a_failing_job_is_tried_again_then_left_to_be_seen_and_the_others_go_on(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        await queue.defer(tx, "essai:rater", document=1)
        await queue.defer(tx, "essai:noter", document=2)
    notes = []
    for _ in range(4):
        notes += await work(queue)
    async with database.connection() as tx:
        cursor = await tx.execute("SELECT status, attempts FROM procrastinate_jobs WHERE task_name = 'essai:rater'")
        assert await cursor.fetchall() == [("failed", 3)]
        assert (await read_arriere(tx)).echoues == 1
    assert notes == [2]


async def test_the_backlog_is_counted_with_its_age(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        assert await read_arriere(tx) == jobs.Arriere(0, 0.0, 0)
        await queue.defer(tx, "essai:noter", pas_avant=datetime.now(UTC) - timedelta(seconds=90), document=1)
        await queue.defer(tx, "essai:noter", pas_avant=datetime.now(UTC) + timedelta(seconds=90), document=2)
        await queue.defer(tx, "essai:noter", document=3)
    async with database.connection() as tx:
        arriere = await read_arriere(tx)
    assert arriere.en_attente == 2
    assert 90 <= arriere.retard_secondes < 120


PROGRAMME = """
import asyncio, os, sys
from traitdunion.opco.socle.jobs import Blueprint, JobQueue

def essai():
    blueprint = Blueprint()
    @blueprint.task(name="noter")
    async def noter(document: int):
        print("commence", flush=True)
        await asyncio.sleep(600)
    return blueprint

async def main():
    async with JobQueue(sys.argv[1], {"essai": essai}) as queue:
        await queue.work(arret_secondes=0.2)

asyncio.run(main())
"""


def start_worker(database: Database) -> "subprocess.Popen[str]":
    """A worker in a process of its own, in the middle of a job."""
    worker = subprocess.Popen([sys.executable, "-c", PROGRAMME, database.url], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "commence\n"
    return worker


@pytest.mark.parametrize("numero", [signal.SIGKILL, signal.SIGTERM])
async def test_the_job_of_a_worker_that_died_is_done_by_another(database: Database, numero: int) -> None:
    async with database.transaction() as tx:
        await a_queue(database).defer(tx, "essai:noter", document=7)
    worker = start_worker(database)
    os.kill(worker.pid, numero)
    worker.wait(20)
    assert worker.stdout is not None
    worker.stdout.close()

    queue = a_queue(database)
    if numero == signal.SIGKILL:
        assert await work(queue) == []
        async with (queue := a_queue(database)):
            await take_up_stalled(queue.app, mort_secondes=3_600)
            assert await work_open(queue) == []  # it may live still: it is left alone
            await asyncio.sleep(0.02)
            await take_up_stalled(queue.app, mort_secondes=0.01)
            assert await work_open(queue) == [7]
    else:
        assert await work(queue) == [7]


async def work_open(queue: JobQueue) -> list[int]:
    notes: list[int] = []
    await queue.work(contexte={"notes": notes}, attendre=False)
    return notes


async def test_a_job_that_kills_each_worker_ends_as_failed(database: Database) -> None:
    queue = a_queue(database)
    async with database.transaction() as tx:
        await queue.defer(tx, "essai:noter", document=7)
    async with queue, database.connection() as tx:
        for _ in range(jobs.ESSAIS_MAX + 2):
            await tx.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
            await take_up_stalled(queue.app, mort_secondes=0)
        cursor = await tx.execute("SELECT status FROM procrastinate_jobs")
        assert await cursor.fetchall() == [("failed",)]


async def test_a_worker_without_database_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DELAI_OUVERTURE_SECONDES", 0.5)
    with pytest.raises(TimeoutError):
        await JobQueue("postgresql://personne@127.0.0.1:9/rien").__aenter__()
