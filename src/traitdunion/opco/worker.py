"""Composition root of the background worker: the periodic jobs, kept in PostgreSQL and run one at a time each.

The jobs read what is to be done from the tables themselves (documents that wait for a verdict, tokens that are over),
so that a deposit writes nothing but its own rows: a job queued per deposit would serialise the commits
(architecture.md §2, ADR « jobs in PostgreSQL »).
"""

import asyncio
import os

import structlog

from traitdunion.opco.assemblage import Travaux, travaux
from traitdunion.opco.deca import jobs as deca
from traitdunion.opco.settings import Settings
from traitdunion.opco.socle.jobs import Blueprint, JobQueue

log = structlog.get_logger("travailleur")


def menage(faire: Travaux) -> Blueprint:
    """The tasks of this server; each may run twice without harm."""
    blueprint = Blueprint()

    @blueprint.periodic(cron="* * * * * */10")
    @blueprint.task(name="antivirus", queueing_lock="antivirus", lock="antivirus")
    async def scan(timestamp: int) -> None:
        """Every 10 s: the documents that wait for the antivirus."""
        juges = await faire.menage.scan_waiting()
        if juges:
            log.info("documents_analyses", nombre=juges)

    @blueprint.periodic(cron="* * * * * */5")
    @blueprint.task(name="courriels", queueing_lock="courriels", lock="courriels")
    async def send(timestamp: int) -> None:
        """Every 5 s: the mails that wait."""
        await faire.courriels.send_waiting()

    @blueprint.periodic(cron="11 * * * *")
    @blueprint.task(name="delais", queueing_lock="delais", lock="delais")
    async def watch(timestamp: int) -> None:
        """Every hour: the dossiers that near the 20 days, and those that have passed them."""
        log.info("delais", avertis=await faire.delais.warn(), refuses=await faire.delais.record_refus())

    @blueprint.periodic(cron="13 * * * *")
    @blueprint.task(name="forclusions", queueing_lock="forclusions", lock="forclusions")
    async def foreclose(timestamp: int) -> None:
        """Every hour: the lines of invoices that wait for a proof, and those that have waited too long."""
        log.info("forclusions", rappels=await faire.forclusions.warn(), dossiers=await faire.forclusions.record())

    @blueprint.periodic(cron="7 8-18 * * *")
    @blueprint.task(name="fins_de_cles", queueing_lock="fins_de_cles", lock="fins_de_cles")
    async def warn(timestamp: int) -> None:
        """In the day, every hour: the keys that end in 30, 15, 7 or 1 days."""
        averties = await faire.cles.warn_ends()
        if averties:
            log.info("fins_de_cles", averties=averties)

    @blueprint.periodic(cron="*/5 * * * *")
    @blueprint.task(name="jalons", queueing_lock="jalons", lock="jalons")
    async def place(timestamp: int) -> None:
        """Every 5 minutes: the milestones of the lists of states."""
        await faire.place_jalons()

    @blueprint.periodic(cron="17 * * * *")
    @blueprint.task(name="purge", queueing_lock="purge", lock="purge")
    async def purge(timestamp: int) -> None:
        """Every hour: tokens, proofs and idempotency keys that are over."""
        log.info("purge", acces=await faire.acces.purge(), idempotence=await faire.idempotence.purge())
        log.info("purge", remises=await faire.identifiants.purge())
        log.info(
            "purge",
            courriels=await faire.courriels.purge(),
            sessions=await faire.sessions.purge(),
            appels=await faire.appels.purge(),
        )

    @blueprint.periodic(cron="23 3 * * *")
    @blueprint.task(name="orphelins", queueing_lock="orphelins", lock="orphelins")
    async def collect(timestamp: int) -> None:
        """Every night: uploads cut short, and objects without a row."""
        log.info("orphelins", supprimes=await faire.menage.collect_orphans(), envois=faire.menage.purge_staging())

    return blueprint


async def run(settings: Settings, *, attendre: bool = True) -> None:
    """Run the jobs until SIGTERM or SIGINT, or until none is left if not `attendre`."""
    assert settings.database_url is not None  # `travaux` says so
    async with (
        travaux(settings) as faire,
        JobQueue(settings.database_url, {"menage": lambda: menage(faire), deca.ESPACE: deca.blueprint}) as queue,
    ):
        await queue.work(contexte={deca.ESPACE: faire.deca}, concurrence=2, attendre=attendre)


def main() -> None:
    """Entry point of `traitdunion opco travailleur`."""
    asyncio.run(run(Settings.from_env(os.environ)))


if __name__ == "__main__":
    main()
