"""The jobs of deposits with the State.

A job is queued in the transaction of the act, and makes one try. What it leaves undone (the State is silent, the
worker died, no address is set yet) is due again at a time that the row says: a sweep queues it then. Retries are the
row's, not the queue's: the staff see them.

One try at a time (`lock`): a silent State must not hold every slot of the worker while mails and antivirus wait.
"""

from typing import TYPE_CHECKING

from traitdunion.opco.socle.database import Tx
from traitdunion.opco.socle.jobs import Blueprint, JobContext, JobQueue, reprises

if TYPE_CHECKING:
    from traitdunion.opco.deca.service import Deca

ESPACE = "deca"  # under which `blueprint` is handed to JobQueue, and `Deca` to the context of `work`
TACHE = f"{ESPACE}:deposer"


def blueprint() -> Blueprint:
    """The tasks; they find the `Deca` to call in the worker's context, under ESPACE."""
    taches = Blueprint()

    @taches.task(name="deposer", pass_context=True, lock=TACHE, retry=reprises(3))  # a database that failed
    async def deposer(context: JobContext, depot: int) -> None:
        await _deca(context).deposit(depot)

    @taches.periodic(cron="* * * * * */10")
    @taches.task(name="balayer", pass_context=True, queueing_lock="deca:balayer", lock="deca:balayer")
    async def balayer(context: JobContext, timestamp: int) -> None:
        await _deca(context).queue_due()

    return taches


def open_queue(database_url: str) -> JobQueue:
    """A queue to put these jobs in, in a process that runs none."""
    return JobQueue(database_url, {ESPACE: blueprint})


async def queue_depot(tx: Tx, depot: int, *, file: JobQueue) -> None:
    """Queue a try in the caller's transaction; one that waits already is enough."""
    await file.defer(tx, TACHE, unique=f"{ESPACE}:{depot}", depot=depot)


def _deca(context: JobContext) -> "Deca":
    deca: Deca = context.additional_context[ESPACE]
    return deca
