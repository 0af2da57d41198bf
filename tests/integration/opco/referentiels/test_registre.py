"""What each process holds: seen by all within seconds of an import, without the database on the way of a deposit."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from builders.corps import a_depot
from builders.donnees.referentiels import to_csv
from builders.envois import to_json
from builders.serveur import SIREN, Serveur, serving

from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.opco.dossiers.store_recherche import Perimetre
from traitdunion.opco.referentiels import Registre, store
from traitdunion.opco.referentiels.exemples import AUTRE_OPCO, OPCO
from traitdunion.opco.referentiels.imports import Imports
from traitdunion.opco.referentiels.modele import Nature
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import Database

pytestmark = pytest.mark.anyio
JOUR = date(2026, 9, 1)
SECONDES = 5.0
IDCC = "cerfa.employeur.codeIdcc"


@pytest.fixture
def imports(database: Database) -> Imports:
    return Imports(database=database, clock=FixedClock(datetime(2026, 9, 1, tzinfo=UTC)))


@pytest.fixture
async def opco(database_url: str, tmp_path: Path) -> AsyncIterator[Serveur]:
    """A running application whose OPCO is the one of the samples."""
    async with serving(database_url, tmp_path, opco_competent=OPCO) as serveur:
        yield serveur


async def until(vrai: Callable[[], bool]) -> None:
    """Wait for what must come within seconds."""
    limite = time.monotonic() + SECONDES
    while not vrai():
        assert time.monotonic() < limite, "not seen in time"
        await asyncio.sleep(0.02)


def naf(libelle: str) -> bytes:
    return to_csv([("code", "libelle"), ("5911A", libelle)])


async def do_import(imports: Imports, libelle: str, valable_du: date = JOUR) -> int:
    fait = await imports.import_fichier(Nature.NAF, naf(libelle), nom="naf.csv", valable_du=valable_du, par="essai")
    assert fait.version is not None
    return fait.version


async def test_two_processes_see_an_import_and_its_cancellation_within_seconds(
    imports: Imports, database_url: str
) -> None:
    async with AsyncExitStack() as stack:
        registres = []
        for _ in range(2):
            base = await stack.enter_async_context(Database.open(database_url, min_size=1, max_size=2))
            registres.append(await stack.enter_async_context(Registre(database=base).following()))
        assert [un.vue.find_naf("5911A", jour=JOUR) for un in registres] == [None, None]

        version = await do_import(imports, "FICTIF")
        await until(lambda: all(un.vue.find_naf("5911A", jour=JOUR) == "FICTIF" for un in registres))
        await imports.cancel(Nature.NAF, version, par="essai")
        await until(lambda: all(un.vue.find_naf("5911A", jour=JOUR) is None for un in registres))


async def test_a_snapshot_taken_before_an_import_does_not_change(imports: Imports, database: Database) -> None:
    await do_import(imports, "PREMIER")
    registre = Registre(database=database)
    await registre.refresh()
    avant = registre.vue
    await do_import(imports, "SECOND")
    await registre.refresh()

    assert avant.find_naf("5911A", jour=JOUR) == "PREMIER"
    assert registre.vue.find_naf("5911A", jour=JOUR) == "SECOND"


async def test_only_new_versions_are_read_again(
    imports: Imports, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lues: list[int] = []
    read_lignes = store.read_lignes

    async def noted(tx: store.Tx, version: int, nature: Nature) -> list[list[Any]]:
        lues.append(version)
        return await read_lignes(tx, version, nature)

    monkeypatch.setattr(store, "read_lignes", noted)
    premiere = await do_import(imports, "PREMIER")
    registre = Registre(database=database)
    await registre.refresh()
    seconde = await do_import(imports, "SECOND")
    await registre.refresh()
    await registre.refresh()

    assert lues == [premiere, seconde]


async def test_what_was_announced_while_the_listener_was_cut_is_seen_once_it_is_back(
    imports: Imports, database: Database
) -> None:
    async with Registre(database=database).following() as registre:
        with psycopg.connect(database.url, autocommit=True) as conn:
            await until(lambda: _listeners(conn) > 0)
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' "
                "AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        await do_import(imports, "FICTIF")
        await until(lambda: registre.vue.find_naf("5911A", jour=JOUR) == "FICTIF")


def _listeners(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%' AND datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0


async def test_a_reading_that_fails_keeps_what_was_held_and_is_tried_again(
    imports: Imports, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_lignes, essais = store.read_lignes, []

    async def fail_once(tx: store.Tx, version: int, nature: Nature) -> list[list[Any]]:
        essais.append(version)
        if len(essais) == 1:
            raise RuntimeError("essai")
        return await read_lignes(tx, version, nature)

    await do_import(imports, "PREMIER", date(2026, 1, 1))
    async with Registre(database=database).following() as registre:
        with psycopg.connect(database.url, autocommit=True) as conn:
            await until(lambda: _listeners(conn) > 0)
        monkeypatch.setattr(store, "read_lignes", fail_once)
        await do_import(imports, "SECOND")
        await until(lambda: len(essais) == 1)
        assert registre.vue.find_naf("5911A", jour=JOUR) == "PREMIER"
        await until(lambda: registre.vue.find_naf("5911A", jour=JOUR) == "SECOND")


async def test_the_checks_need_no_database(imports: Imports, database_url: str) -> None:
    await imports.import_exemples(par="essai")
    async with Database.open(database_url, min_size=1, max_size=2) as base:
        registre = Registre(database=base, opco=OPCO)
        await registre.refresh()
    cerfa = lecture.read(DepotDossier, to_json(a_depot({IDCC: "0016"}))).message.cerfa
    assert cerfa is not None

    assert [une.code for une in registre.check(cerfa)] == ["IDCC_AUTRE_OPCO"]


# --- on the norm's door and in the portal ---------------------------------------------------------------------------


async def test_a_deposit_is_told_of_the_right_opco_as_soon_as_the_list_is_imported(opco: Serveur) -> None:
    corps = a_depot({IDCC: "0016"})
    assert (await opco.cfa.post("/v2/dossiers/controle", corps)).json() == {"recevable": True, "anomalies": []}

    await Imports(database=opco.database, clock=opco.clock).import_exemples(par="essai")
    anomalies: list[dict[str, Any]] = []
    limite = time.monotonic() + SECONDES
    while not anomalies:
        assert time.monotonic() < limite, "not seen in time"
        await asyncio.sleep(0.05)
        anomalies = (await opco.cfa.post("/v2/dossiers/controle", corps)).json()["anomalies"]

    (redirection,) = anomalies
    assert (redirection["code"], redirection["champ"]) == ("IDCC_AUTRE_OPCO", IDCC)
    assert redirection["gravite"] == "AVERTISSEMENT"
    assert AUTRE_OPCO in redirection["description"]

    depose = await opco.cfa.post("/v2/dossiers", corps)
    assert depose.status_code == 200, "a breach never stops a deposit"
    assert depose.json()["avertissements"] == anomalies
    vu = await opco.portail.mes_dossiers.find(
        int(depose.json()["numeroInterne"]), perimetre=Perimetre(siren=SIREN), par="compte:1"
    )
    assert vu is not None
    assert [une.code for une in vu.anomalies] == ["IDCC_AUTRE_OPCO"], "the portal tells it too"


async def test_a_deposit_in_order_raises_nothing_against_the_samples(database_url: str, tmp_path: Path) -> None:
    async with Database.open(database_url, min_size=1, max_size=2) as base:
        await Imports(database=base, clock=FixedClock(datetime(2026, 9, 1, tzinfo=UTC))).import_exemples(par="essai")
    async with serving(database_url, tmp_path, opco_competent=OPCO) as serveur:
        fautif = await serveur.cfa.post("/v2/dossiers/controle", a_depot({"cerfa.formation.rncp": "RNCP990005"}))
        juste = await serveur.cfa.post("/v2/dossiers", a_depot())

    assert [une["code"] for une in fautif.json()["anomalies"]] == ["RNCP_INACTIF", "CODE_DIPLOME_DIFFERENT"]
    assert juste.json()["avertissements"] == []
