"""Importing reference data: all or nothing, dated, undone, once for a file; the files of the State in seconds."""

import asyncio
import time
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from builders.donnees.referentiels import (
    FICHIERS,
    OFFICIELS,
    RAISON,
    SANS_OFFICIELS,
    a_kit,
    a_paire,
    exemple_referentiels,
    npec_classeur,
    to_csv,
)

from traitdunion.opco.referentiels import Referentiels, Registre, store
from traitdunion.opco.referentiels.imports import Imports
from traitdunion.opco.referentiels.modele import TABLES, ImportRefuse, Nature
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import ROLE_SERVICE, Database

pytestmark = pytest.mark.anyio
LE = datetime(2026, 9, 1, 22, 30, tzinfo=UTC)  # the day after, in Paris
V1, V2 = date(2024, 1, 1), date(2025, 1, 1)
TROP_LONG = 10.0  # seconds: an import of the real files takes about one


@pytest.fixture
def imports(database: Database) -> Imports:
    return Imports(database=database, clock=FixedClock(LE))


async def do_import(imports: Imports, nature: Nature, octets: bytes, **options: Any) -> Any:
    return await imports.import_fichier(
        nature, octets, **{"nom": "essai.csv", "valable_du": V1, "par": "essai", **options}
    )


async def counts(database: Database) -> dict[str, int]:
    """The rows of every table of reference data that holds some."""
    trouves = {}
    async with database.connection() as tx:
        for table in ("referentiel_version", *TABLES.values()):
            row = await (await tx.execute(f"SELECT count(*) FROM {table}")).fetchone()  # noqa: S608 - our tables
            trouves[table] = row[0] if row else 0
    return {table: nombre for table, nombre in trouves.items() if nombre}


async def seen(database: Database) -> Referentiels:
    """What a process that starts now would hold."""
    registre = Registre(database=database)
    await registre.refresh()
    return registre.vue


def naf(libelle: str = "FICTIF") -> bytes:
    return to_csv([("code", "libelle"), ("5911A", libelle)])


async def test_an_import_is_one_version_with_its_rows_and_its_report(imports: Imports, database: Database) -> None:
    fait = await do_import(imports, Nature.RNCP, a_kit(a_paire(), ("13512006", "FICTIF", *["NR"] * 6)), nom="kit.xlsx")

    assert await counts(database) == {"referentiel_version": 1, "referentiel_rncp": 2}
    (version,) = await imports.list_versions()
    assert (version.id, version.nature, version.valable_du, version.fichier) == (fait.version, "rncp", V1, "kit.xlsx")
    assert (version.lignes_acceptees, version.lignes_rejetees, version.importe_par) == (2, 0, "essai")
    assert version.importe_le == LE
    assert (await imports.find_rapport(version.id))[1] == fait.rapport


@pytest.mark.parametrize("nature", Nature)
async def test_what_is_stored_of_each_nature_is_what_was_read(
    imports: Imports, database: Database, nature: Nature
) -> None:
    faits = await imports.import_exemples(par="essai")
    assert [fait.rapport.rejetees for fait in faits if fait.rapport] == [0] * len(Nature)

    lu, direct = (await seen(database)).in_force(nature, V2), exemple_referentiels().in_force(nature, V2)
    assert lu is not None
    assert direct is not None
    assert lu.contenu == direct.contenu


async def test_a_trial_reports_and_records_nothing(imports: Imports, database: Database) -> None:
    fait = await do_import(imports, Nature.NAF, naf(), a_blanc=True)

    assert fait.version is None
    assert fait.rapport.acceptees == 1
    assert await counts(database) == {}


@pytest.mark.parametrize(
    ("nom", "donne", "attendu"),
    [
        ("naf_20250131.csv", None, date(2025, 1, 31)),
        ("naf_20250131.csv", V1, V1),
        ("naf.csv", None, date(2026, 9, 2)),
    ],
)
async def test_a_file_is_valid_from_the_day_given_or_of_its_name_or_from_today_in_france(
    imports: Imports, nom: str, donne: date | None, attendu: date
) -> None:
    assert (await do_import(imports, Nature.NAF, naf(), nom=nom, valable_du=donne)).valable_du == attendu


# --- the same file --------------------------------------------------------------------------------------------------


async def test_the_same_file_again_changes_nothing(imports: Imports, database: Database) -> None:
    premier = await do_import(imports, Nature.NAF, naf())
    second = await do_import(imports, Nature.NAF, naf(), valable_du=V2, nom="autre.csv")

    assert second.version == premier.version
    assert second.deja is not None
    assert second.valable_du == V1, "its day is not changed either"
    assert await counts(database) == {"referentiel_version": 1, "referentiel_naf": 1}


async def test_the_same_file_twice_at_once_makes_one_version(imports: Imports, database: Database) -> None:
    faits = await asyncio.gather(*(do_import(imports, Nature.NAF, naf()) for _ in range(4)))

    assert len({fait.version for fait in faits}) == 1
    assert sum(fait.deja is None for fait in faits) == 1
    assert await counts(database) == {"referentiel_version": 1, "referentiel_naf": 1}


# --- all or nothing -------------------------------------------------------------------------------------------------


async def test_an_import_that_fails_in_the_middle_leaves_nothing(
    imports: Imports, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_lignes = store.copy_lignes

    async def fail(tx: store.Tx, version: int, lignes: Any) -> None:
        await copy_lignes(tx, version, lignes)
        raise RuntimeError("essai")

    monkeypatch.setattr(store, "copy_lignes", fail)
    with pytest.raises(RuntimeError):
        await do_import(imports, Nature.RNCP, a_kit(a_paire()))
    assert await counts(database) == {}


async def test_an_import_whose_connection_is_killed_before_its_commit_leaves_nothing(
    imports: Imports, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify = store.notify

    async def kill(tx: store.Tx) -> None:
        await notify(tx)
        with psycopg.connect(database.url, autocommit=True) as autre:
            autre.execute("SELECT pg_terminate_backend(%s)", (tx.info.backend_pid,))

    monkeypatch.setattr(store, "notify", kill)
    with pytest.raises(psycopg.OperationalError):
        await do_import(imports, Nature.RNCP, a_kit(a_paire()))
    assert await counts(database) == {}

    monkeypatch.undo()
    assert (await do_import(imports, Nature.RNCP, a_kit(a_paire()))).deja is None, "the file may come again"


async def test_a_refused_file_leaves_nothing(imports: Imports, database: Database) -> None:
    with pytest.raises(ImportRefuse, match="colonnes"):
        await do_import(imports, Nature.RNCP, naf())
    assert await counts(database) == {}


# --- days and cancellations -----------------------------------------------------------------------------------------


async def test_a_contract_is_judged_by_the_version_of_its_day_until_it_is_cancelled(
    imports: Imports, database: Database
) -> None:
    await do_import(imports, Nature.NAF, naf("PREMIÈRE"))
    seconde = await do_import(imports, Nature.NAF, naf("SECONDE"), valable_du=V2)

    vue = await seen(database)
    assert vue.find_naf("5911A", jour=date(2024, 12, 31)) == "PREMIÈRE"
    assert vue.find_naf("5911A", jour=V2) == "SECONDE"

    annulee = await imports.cancel(Nature.NAF, seconde.version, par="essai")
    assert (annulee.annule_le, annulee.annule_par) == (LE, "essai")
    assert (await seen(database)).find_naf("5911A", jour=V2) == "PREMIÈRE"
    assert await counts(database) == {"referentiel_version": 2, "referentiel_naf": 2}, "nothing is erased"


async def test_a_cancelled_file_may_come_back_as_a_new_version(imports: Imports, database: Database) -> None:
    premier = await do_import(imports, Nature.NAF, naf())
    await imports.cancel(Nature.NAF, premier.version, par="essai")
    second = await do_import(imports, Nature.NAF, naf(), valable_du=V2)

    assert second.deja is None
    assert second.version != premier.version
    assert (await seen(database)).find_naf("5911A", jour=V2) == "FICTIF"


async def test_what_cannot_be_cancelled_is_told(imports: Imports) -> None:
    fait = await do_import(imports, Nature.NAF, naf())

    for nature, version in ((Nature.IDCC, fait.version), (Nature.NAF, fait.version + 1)):
        with pytest.raises(ImportRefuse, match="lister"):
            await imports.cancel(nature, version, par="essai")
    await imports.cancel(Nature.NAF, fait.version, par="essai")
    with pytest.raises(ImportRefuse, match="lister"):
        await imports.cancel(Nature.NAF, fait.version, par="essai")
    with pytest.raises(ImportRefuse, match="n'existe pas"):
        await imports.find_rapport(fait.version + 1)


async def test_the_server_may_cancel_a_version_and_rewrite_nothing(
    imports: Imports, database: Database, database_url: str
) -> None:
    fait = await do_import(imports, Nature.NAF, naf())
    async with Database.open(database_url, min_size=1, max_size=2, role=ROLE_SERVICE) as service:
        for ordre in (
            "UPDATE referentiel_naf SET libelle = 'AUTRE'",
            "DELETE FROM referentiel_naf",
            "UPDATE referentiel_version SET valable_du = '2020-01-01'",
            "DELETE FROM referentiel_version",
        ):
            async with service.connection() as tx:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await tx.execute(ordre)
        du_serveur = Imports(database=service, clock=FixedClock(LE))
        await do_import(du_serveur, Nature.NAF, naf("AUTRE"))
        await du_serveur.cancel(Nature.NAF, fait.version, par="essai")


# --- the files of the State -----------------------------------------------------------------------------------------


@pytest.mark.skipif(SANS_OFFICIELS, reason=RAISON)
async def test_the_files_of_the_state_are_imported_in_seconds_and_found(imports: Imports, database: Database) -> None:
    debut = time.monotonic()
    for nature, nom in FICHIERS.items():
        await do_import(imports, nature, (OFFICIELS / nom).read_bytes(), nom=nom, valable_du=None)
    vue = await seen(database)
    assert time.monotonic() - debut < TROP_LONG

    assert await counts(database) == {
        "referentiel_version": 7,
        "referentiel_rncp": 6822,
        "referentiel_diplome": 3923,
        "referentiel_cfa": 931,
        "referentiel_idcc": 786,
        "referentiel_idcc_opco": 330,
        "referentiel_naf": 732,
        "referentiel_npec": 1,
        "referentiel_cpne": 1,
    }
    jour = date(2026, 9, 2)
    versions = {une.nature: une.valable_du for une in await imports.list_versions()}
    assert (versions["rncp"], versions["npec"]) == (date(2025, 1, 31), date(2024, 7, 15))
    certification = vue.find_certification("RNCP37316", jour=jour)
    assert certification is not None
    assert (certification.niveau, certification.active) == (3, False)
    assert certification.remplacee_par == ("RNCP38761",)
    assert vue.competent_opco("2642", jour=jour) == "Afdas"
    assert vue.find_naf("5911A", jour=jour)
    cfa = vue.find_cfa("0010826T", jour=jour)
    assert cfa is not None
    assert cfa.siret == "85052026300011"
    choix = vue.find_npec("RNCP1002", idcc="0478", jour=jour)
    assert choix is not None
    assert (choix.retenu.montant, choix.retenu.statut) == (949_700, "A")


async def test_a_whole_workbook_of_amounts_is_held_as_few_rows(imports: Imports, database: Database) -> None:
    # 200 certifications by 40 branches: one amount for all of them but one.
    montants = [(f"RNCP{rang}", cpne, 9000 if cpne == 7 else 8000, V1) for rang in range(200) for cpne in range(1, 41)]
    await do_import(imports, Nature.NPEC, npec_classeur(montants, [(cpne, 1000 + cpne) for cpne in range(1, 41)]))

    assert (await counts(database))["referentiel_npec"] == 400
    vue = await seen(database)
    for idcc, cents in (("1006", 800_000), ("1007", 900_000)):
        choix = vue.find_npec("RNCP199", idcc=idcc, jour=V2)
        assert choix is not None
        assert choix.retenu.montant == cents
