"""Two workers over one database: one dossier for one contract, whatever falls at the same instant."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from builders.acces import an_habilitation
from builders.envois import a_depot, to_json
from builders.serveur import RECU_LE, SIREN, Serveur

from traitdunion.norme.erreurs import Refus
from traitdunion.opco import coffre
from traitdunion.opco.dossiers import store
from traitdunion.opco.dossiers.deposit import Depots
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.socle.clock import FixedClock

pytestmark = pytest.mark.anyio
PAR = an_habilitation(siren=SIREN)


def a_worker(serveur: Serveur) -> Depots:
    """The use cases as another worker process would have them."""
    secrets: Path = serveur.donnees / "secrets.json"
    clock = FixedClock(RECU_LE)
    return Depots(
        database=serveur.database,
        vault=coffre.read(secrets).vault(),
        clock=clock,
        parametres=ParametresOpco(database=serveur.database, clock=clock),
    )


async def test_two_workers_that_receive_the_same_deposits_at_once_give_one_number_each(serveur: Serveur) -> None:
    ouvriers = [a_worker(serveur), a_worker(serveur)]
    corps = [to_json(a_depot(rang)) for rang in range(20)]
    recus = await asyncio.gather(*(ouvriers[tour % 2].deposit(un, par=PAR) for tour in range(10) for un in corps))
    assert await serveur.count("dossier") == 20
    assert len({recu.numero_interne for recu in recus}) == 20
    for rang in range(20):
        assert len({recu.numero_interne for recu in recus[rang::20]}) == 1
    assert sum(not recu.rejoue for recu in recus) == 20, "new once, recognised nine times"
    assert await serveur.count("depot") == 20
    assert await serveur.fetch("SELECT count(*) FROM evenement WHERE objet = 'DOSSIER'") == [(20,)]


async def test_one_worker_loses_no_number_to_twins(serveur: Serveur) -> None:
    ouvrier = a_worker(serveur)
    corps = to_json(a_depot())
    await asyncio.gather(*(ouvrier.deposit(corps, par=PAR) for _ in range(300)))
    assert await serveur.last_number() == 1


def overtake(serveur: Serveur, monkeypatch: pytest.MonkeyPatch, *, puis: str = "SELECT 1") -> None:
    """Have the next batch meet its double, inserted by another worker and committed only while the batch waits for it.

    `puis` is run once the batch has lost.
    """
    record_lot = store.record_lot

    async def overtaken(tx: store.Tx, lot: Sequence[store.Candidat]) -> list[store.Inscription | None]:
        monkeypatch.setattr(store, "record_lot", record_lot)
        async with serveur.database.transaction() as autre:
            await record_lot(autre, lot)
            perdant = asyncio.create_task(record_lot(tx, lot))
            while not await serveur.fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):
                pass
        inscrits = await perdant
        assert inscrits == [None]
        async with serveur.database.connection() as conn:
            await conn.execute(puis)
        return inscrits

    monkeypatch.setattr(store, "record_lot", overtaken)


async def test_a_contract_that_another_worker_takes_at_the_same_instant_is_recognised(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number taken for nothing is the rare one of the gap report."""
    overtake(serveur, monkeypatch)
    recu = await a_worker(serveur).deposit(to_json(a_depot()), par=PAR)
    assert recu.rejoue
    assert await serveur.fetch("SELECT numero_interne FROM dossier") == [(recu.numero_interne,)]
    assert recu.numero_interne == 1
    assert await serveur.last_number() == 2


async def test_nothing_is_acknowledged_that_is_not_inserted_when_the_winner_is_cancelled_in_between(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtake(serveur, monkeypatch, puis="UPDATE dossier SET etat = 'ANNULE'")
    recu = await a_worker(serveur).deposit(to_json(a_depot()), par=PAR)
    assert not recu.rejoue
    rangees = await serveur.fetch("SELECT numero_interne, etat, precedent FROM dossier ORDER BY 1")
    assert rangees == [(1, "ANNULE", None), (recu.numero_interne, "TRANSMIS", 1)]


async def test_a_batch_that_fails_acknowledges_nobody_and_the_next_one_goes_on(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    ouvrier = a_worker(serveur)

    async def broken(*_: Any) -> list[store.Inscription | None]:
        raise psycopg.OperationalError("gone")

    with monkeypatch.context() as panne:
        panne.setattr(store, "record_lot", broken)
        issues = await asyncio.gather(
            *(ouvrier.deposit(to_json(a_depot(rang)), par=PAR) for rang in range(10)), return_exceptions=True
        )
    assert all(isinstance(issue, psycopg.OperationalError) for issue in issues)
    assert await serveur.count("dossier") == 0
    await asyncio.gather(*(ouvrier.deposit(to_json(a_depot(rang)), par=PAR) for rang in range(10)))
    assert await serveur.count("dossier") == 10


async def test_a_caller_that_goes_away_does_not_take_its_neighbours_along(serveur: Serveur) -> None:
    ouvrier = a_worker(serveur)
    taches = [asyncio.create_task(ouvrier.deposit(to_json(a_depot(rang)), par=PAR)) for rang in range(30)]
    await asyncio.sleep(0)
    for tache in taches[::3]:
        tache.cancel()
    issues = await asyncio.gather(*taches, return_exceptions=True)
    restes = [issue for rang, issue in enumerate(issues) if rang % 3]
    assert not [issue for issue in restes if isinstance(issue, BaseException)]
    encore = await ouvrier.deposit(to_json(a_depot(1)), par=PAR)
    assert encore.numero_interne == restes[0].numero_interne  # type: ignore[union-attr] - checked just above


async def test_past_the_last_number_a_deposit_is_refused_and_nothing_is_stored(serveur: Serveur) -> None:
    await serveur.cfa.deposit(0)
    async with serveur.database.connection() as conn:
        await conn.execute("SELECT setval('dossier_numero', 9999998)")
    assert await serveur.cfa.deposit(1) == "9999999"
    avant = await serveur.counts()
    reponse = await serveur.cfa.post("/v2/dossiers", a_depot(2))
    assert reponse.status_code == 503
    assert reponse.json()["errors"][0]["code"] == "NUMEROS_EPUISES"
    assert await serveur.counts() == avant
    assert await serveur.cfa.deposit(0) == "1", "what is known needs no number"


async def test_a_body_that_was_altered_in_the_database_is_not_served(serveur: Serveur) -> None:
    """The encrypted body is bound to its dossier: moved to another, it does not open."""
    for rang in range(2):
        await serveur.cfa.deposit(rang)
    async with serveur.database.connection() as conn:
        await conn.execute(
            "UPDATE depot SET corps_chiffre = (SELECT corps_chiffre FROM depot WHERE numero_interne = 2) "
            "WHERE numero_interne = 1"
        )
    reponse = await serveur.cfa.get("/v2/dossiers?numeroInterne=1")
    assert reponse.status_code == 500
    assert "EXEMPLE" not in reponse.text
    assert (await serveur.cfa.get("/v2/dossiers?numeroInterne=2")).status_code == 200


async def test_a_refusal_carries_every_anomaly_and_no_value_of_the_nir(serveur: Serveur) -> None:
    depot = a_depot()
    depot["cerfa"]["apprenti"]["nir"] = "299999999999999"
    depot["cerfa"]["apprenti"]["prenom"] = ""
    with pytest.raises(Refus) as refus:
        await a_worker(serveur).deposit(to_json(depot), par=PAR)
    assert all("2999999" not in anomalie.description for anomalie in refus.value.anomalies)
