"""Deposits with the State against the real peer, in its own process: whatever happens on the way, one deposit."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from builders.instruction import an_agent, an_engaged, in_state, types_of, version_of
from builders.pairs.deca import SECRET, PairDeca, a_peer
from builders.serveur import Serveur

from traitdunion.opco import coffre
from traitdunion.opco.deca import jobs
from traitdunion.opco.deca.faits import open_facts
from traitdunion.opco.deca.http import DecaHttp
from traitdunion.opco.deca.service import Deca
from traitdunion.opco.deca.states import BAIL
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.socle.failpoints import CODE_SORTIE

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _depositing(
    serveur: Serveur, pair: PairDeca, database_url: str, *, delai_secondes: float = 20.0
) -> AsyncIterator[Deca]:
    """The worker's own use case, at the peer's address."""
    vault = coffre.read(serveur.donnees / "secrets.json").vault()
    async with httpx.AsyncClient() as client:
        yield Deca(
            database=serveur.database,
            clock=serveur.clock,
            file=jobs.open_queue(database_url),
            read_facts=open_facts(vault),
            depot=DecaHttp(pair.url, secret=SECRET, client=client, delai_secondes=delai_secondes),
        )


async def _try_until_done(serveur: Serveur, deca: Deca, *, essais: int = 6) -> list[tuple[str, str | None]]:
    """One try after the other, each once its delay has passed; the rows at the end."""
    for _ in range(essais):
        lignes = await serveur.fetch("SELECT id, etat FROM deca_depot ORDER BY id")
        for depot, etat in lignes:
            if etat not in ("DEPOSE", "NON_DEPOSABLE"):
                await deca.deposit(depot)
        serveur.clock.instant += timedelta(hours=1)
    return [(etat, numero) for etat, numero in await serveur.fetch("SELECT etat, numero_deca FROM deca_depot")]


@pytest.mark.parametrize("panne", ["", "muet", "double", "erreur:2", "illisible"])
async def test_whatever_is_lost_on_the_way_the_contract_is_deposited_once(
    serveur: Serveur, database_url: str, tmp_path: Path, panne: str
) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, *(("--comportement", panne) if panne else ()))
        async with _depositing(serveur, pair, database_url) as deca:
            ((etat, deca_numero),) = await _try_until_done(serveur, deca)
        assert etat == "DEPOSE"
        assert [(ligne[0], ligne[2]) for ligne in pair.recorded()] == [(f"{pair.recorded()[0][0]}", deca_numero)]

    assert await serveur.fetch("SELECT numero_deca FROM dossier WHERE numero_interne = %s", numero) == [(deca_numero,)]
    assert (await types_of(serveur, numero)).count("DECA_DEPOSE") == 1


@pytest.mark.parametrize(
    ("panne", "cle", "depots"),
    [("lent", "--idempotent", 1), ("tardif", "--idempotent", 1), ("tardif", "--sans-idempotence", 2)],
)
async def test_a_slow_state_is_not_awaited_for_ever_and_a_second_number_is_told(
    serveur: Serveur, database_url: str, tmp_path: Path, panne: str, cle: str, depots: int
) -> None:
    """Recorded before the caller left, it is found again; after, its second number is an alert, the first one stays."""
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", f"{panne}:1", "--lenteur", "3", cle)
        async with _depositing(serveur, pair, database_url, delai_secondes=0.5) as deca:
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)
            assert (ligne.etat, ligne.message) == ("EN_COURS", "Le ministère n'a pas répondu à temps.")
            serveur.clock.instant += timedelta(minutes=10)
            await deca.deposit(1)  # the caller of the first call has gone, the call may not have
            await asyncio.sleep(3)
            serveur.clock.instant += timedelta(hours=2)
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)
        assert len(pair.recorded()) == depots
        assert (ligne.etat, ligne.numero_deca) == ("DEPOSE", pair.recorded()[0][2])

    assert (ligne.alerte is not None) is (depots > 1)


async def test_a_peer_killed_after_it_recorded_is_read_back_once_it_is_up_again(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", "mort")
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            assert await asyncio.to_thread(pair.wait) != 0
            serveur.clock.instant += timedelta(hours=1)
            await asyncio.to_thread(pair.start)
            ((etat, numero),) = await _try_until_done(serveur, deca)
        assert etat == "DEPOSE"
        assert [ligne[2] for ligne in pair.recorded()] == [numero]
        assert pair.calls() == 1  # read back, not asked twice


async def test_two_jobs_for_one_row_deposit_it_once(serveur: Serveur, database_url: str, tmp_path: Path) -> None:
    await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start)
        async with _depositing(serveur, pair, database_url) as deca:
            await asyncio.gather(*(deca.deposit(1) for _ in range(5)))
        assert pair.calls() == 1
        assert len(pair.recorded()) == 1


async def test_a_number_of_a_wrong_form_is_never_recorded_and_is_an_alert(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", "malforme")
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)

    assert ligne.alerte is not None
    assert await serveur.fetch("SELECT numero_deca FROM dossier") == [(None,)]


async def test_the_refusal_of_the_state_is_shown_with_its_ground(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", "refus")
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)

    assert ligne.etat == "NON_DEPOSABLE"
    assert ligne.motif_etat
    assert "DECA_NON_DEPOSABLE" in await types_of(serveur, numero)


async def test_the_refusal_of_the_opco_is_reported(serveur: Serveur, database_url: str, tmp_path: Path) -> None:
    numero = await in_state(serveur, await an_agent(serveur), Etat.REFUSE)
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start)
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)

    assert (ligne.nature, ligne.etat, ligne.numero_deca) == ("REFUS", "DEPOSE", None)


def _run_worker(serveur: Serveur, pair: PairDeca, database_url: str, *, pannes: str) -> int:
    """The real worker process, armed to die at a fail point; its exit code."""
    propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("TRAITDUNION_")}
    processus = subprocess.run(
        [sys.executable, "-m", "traitdunion.opco.worker"],
        env={
            **propre,
            "TRAITDUNION_DATABASE_URL": database_url,
            "TRAITDUNION_DONNEES": str(serveur.donnees),
            "TRAITDUNION_DECA_URL": pair.url,
            "TRAITDUNION_DECA_SECRET": SECRET,
            "TRAITDUNION_PANNES": pannes,
        },
        timeout=60,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return processus.returncode


@pytest.mark.parametrize(("point", "deja"), [("deca_avant_depot", 0), ("deca_avant_commit", 1)])
async def test_a_worker_killed_around_the_deposit_leaves_one_deposit(
    serveur: Serveur, database_url: str, tmp_path: Path, point: str, deja: int
) -> None:
    """Killed before anything left, or after the State recorded it: the next worker reads back, and one deposit is."""
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path / "pair") as pair:
        await asyncio.to_thread(pair.start)
        code = await asyncio.to_thread(_run_worker, serveur, pair, database_url, pannes=f"{point}:1")
        assert code == CODE_SORTIE, "it died where it was told to"
        assert len(pair.recorded()) == deja
        assert await serveur.fetch("SELECT numero_deca FROM dossier") == [(None,)]

        async with _depositing(serveur, pair, database_url) as deca:
            serveur.clock.instant = datetime.now(UTC)
            await deca.deposit(1)
            assert len(pair.recorded()) == deja, "the lease of the dead one still runs"
            serveur.clock.instant += BAIL + timedelta(minutes=1)
            ((etat, deca_numero),) = await _try_until_done(serveur, deca)
        assert etat == "DEPOSE"
        assert [ligne[2] for ligne in pair.recorded()] == [deca_numero]
        assert pair.calls() == 1

    assert await serveur.fetch("SELECT numero_deca FROM dossier WHERE numero_interne = %s", numero) == [(deca_numero,)]
    assert (await types_of(serveur, numero)).count("DECA_DEPOSE") == 1


async def test_a_second_number_seen_later_is_an_alert_and_the_first_one_stays(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", "autre")
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            ((premier,),) = await serveur.fetch("SELECT numero_deca FROM deca_depot")
            for _ in range(3):
                serveur.clock.instant += timedelta(hours=2)
                await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)

    assert (ligne.etat, ligne.numero_deca) == ("DEPOSE", premier)
    assert ligne.alerte is not None
    assert "autre numéro" in ligne.alerte
    assert await serveur.fetch("SELECT numero_deca FROM dossier") == [(premier,)]


async def _cancel(serveur: Serveur, numero: int, agent: int) -> None:
    version = await version_of(serveur, numero)
    await serveur.portail.decisions.cancel(numero, version=version, motif="Contrat annulé.", par=f"compte:{agent}")


async def test_a_dossier_cancelled_before_its_deposit_is_not_deposited(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)
    await _cancel(serveur, numero, agent)
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start)
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            (ligne,) = await deca.list_of(numero)
        assert pair.recorded() == []

    assert (ligne.etat, ligne.message) == (
        "EN_ECHEC",
        "Le dossier a été annulé avant son dépôt : rien n'est transmis au ministère.",
    )


async def test_a_deposit_whose_answer_was_lost_before_the_dossier_was_cancelled_is_an_alert(
    serveur: Serveur, database_url: str, tmp_path: Path
) -> None:
    """The State has it: its number is kept, and somebody must tell the State."""
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)
    with a_peer(tmp_path) as pair:
        await asyncio.to_thread(pair.start, "--comportement", "muet")
        async with _depositing(serveur, pair, database_url) as deca:
            await deca.deposit(1)
            assert len(pair.recorded()) == 1, "recorded, its answer lost"
            await _cancel(serveur, numero, agent)
            await _try_until_done(serveur, deca)
            (ligne,) = await deca.list_of(numero)
        assert len(pair.recorded()) == 1

    assert (ligne.etat, ligne.alerte) == (
        "DEPOSE",
        "Le dossier est annulé, et le ministère l'a déposé : prévenez-le.",
    )
