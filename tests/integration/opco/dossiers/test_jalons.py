"""Milestones of the lists of states: pages and totals stay exact whatever is placed when, late numbers included."""

import asyncio

import anyio
import psycopg
import pytest

from traitdunion.opco.dossiers import jalons, store
from traitdunion.opco.socle.database import Database

pytestmark = pytest.mark.anyio

GRAND, PETIT = "900000001", "800000001"
PEUPLER = """
INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, depose_le)
SELECT n, CASE WHEN n %% 3 = 0 THEN '800000001' ELSE '900000001' END, 1, sha256(n::text::bytea), '\\x00', now()
  FROM (SELECT nextval('dossier_numero') AS n FROM generate_series(1, %s)) AS x
"""
UN_DE_PLUS = """
INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, depose_le)
SELECT n, '900000001', 1, sha256(n::text::bytea), '\\x00', now()
  FROM (SELECT nextval('dossier_numero') AS n) AS x RETURNING numero_interne
"""


async def given(database: Database, dossiers: int) -> None:
    async with database.connection() as tx:
        for siren in (GRAND, PETIT):
            await tx.execute(
                "INSERT INTO organisation (siren, denomination, cree_le) VALUES (%s, 'FICTIF', now())", (siren,)
            )
        await tx.execute(
            "INSERT INTO editeur (id, nom, client_id, cree_le) OVERRIDING SYSTEM VALUE VALUES (1, 'FICTIF', 'f', now())"
        )
        await tx.execute(PEUPLER, (dossiers,))


async def pages(database: Database, siren: str, *, taille: int = 100) -> list[int]:
    """Every number, page after page; asserts that each page tells the same total."""
    lus: list[int] = []
    async with database.connection() as tx:
        for page in range(1, 200):
            total, lignes = await store.list_page(tx, siren=siren, page=page, taille=taille)
            lus += [ligne.numero_interne for ligne in lignes]
            if not lignes:
                assert total == len(lus)
                return lus
    raise AssertionError("no end")


async def numbers(database: Database, siren: str) -> list[int]:
    async with database.connection() as tx:
        return [ligne.numero_interne async for lot in store.read_all(tx, siren=siren) for ligne in lot]


async def test_pages_are_the_same_with_and_without_milestones(database: Database) -> None:
    await given(database, 4_000)
    avant = {siren: await pages(database, siren) for siren in (GRAND, PETIT)}
    poses = await jalons.place(database)
    assert poses == 26 + 13, "2,667 dossiers of the large CFA, 1,333 of the small one"
    for siren in (GRAND, PETIT):
        assert await pages(database, siren) == avant[siren] == await numbers(database, siren)
    assert await pages(database, PETIT, taille=7) == avant[PETIT]


async def test_milestones_go_on_from_the_last_one(database: Database) -> None:
    await given(database, 140)
    assert await jalons.place(database) == 0, "94 dossiers of the large CFA: none yet"
    async with database.connection() as tx:
        await tx.execute(PEUPLER, (200,))
    assert await jalons.place(database) == 2 + 1
    assert await jalons.place(database) == 0, "nothing new"
    assert await pages(database, GRAND) == await numbers(database, GRAND)


async def test_a_milestone_is_at_the_hundredth_dossier_exactly(database: Database) -> None:
    await given(database, 150)  # a hundred of the large CFA
    assert await jalons.place(database) == 1
    async with database.connection() as tx:
        assert (await jalons.find(tx, siren=GRAND)).rang == 100
        assert (await jalons.find(tx, siren=GRAND, rang=99)).rang == 0
        total, lignes = await store.list_page(tx, siren=GRAND, page=2, taille=100)
        assert (total, lignes) == (100, [])
        total, lignes = await store.list_page(tx, siren=GRAND, page=1, taille=100)
        assert len(lignes) == 100


async def test_a_number_that_a_transaction_still_holds_is_waited_for(database: Database, database_url: str) -> None:
    """Its dossier comes in below others already seen: a milestone placed meanwhile would count one too few."""
    await given(database, 100)
    async with await psycopg.AsyncConnection.connect(database_url) as lente:
        row = await (await lente.execute(UN_DE_PLUS)).fetchone()
        assert row is not None
        async with database.connection() as tx:
            await tx.execute(PEUPLER, (2_000,))
        pose = asyncio.create_task(jalons.place(database))
        await anyio.sleep(0.3)
        assert not pose.done(), "it waits for the one that holds a number"
        async with database.connection() as tx:
            await tx.execute(PEUPLER, (10,))  # nobody else is held up
        await lente.commit()
    assert await pose == 14 + 7
    assert row[0] in await pages(database, GRAND)
    assert await pages(database, GRAND) == await numbers(database, GRAND)


async def test_milestones_stay_as_they_are_when_a_transaction_does_not_end(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given(database, 2_000)
    monkeypatch.setattr(jalons, "ATTENTE_SECONDES", 0.2)
    async with await psycopg.AsyncConnection.connect(database_url) as lente:
        await lente.execute(UN_DE_PLUS)
        assert await jalons.place(database) == 0
        await lente.rollback()
    assert await jalons.place(database) == 13 + 6, "the next time does it"


async def test_two_at_once_place_each_milestone_once(database: Database) -> None:
    await given(database, 6_000)
    assert sorted(await asyncio.gather(jalons.place(database), jalons.place(database))) == [0, 40 + 20]


async def test_the_comment_of_a_state_is_in_its_page_and_in_the_whole_list(database: Database) -> None:
    await given(database, 300)
    async with database.connection() as tx:
        await tx.execute(
            "UPDATE dossier SET etat = 'REFUSE', commentaire_etat = 'Motif ' || numero_interne"
            " WHERE numero_interne % 7 = 0"
        )
        tous = [ligne async for lot in store.read_all(tx, siren=GRAND) for ligne in lot]
        _, page = await store.list_page(tx, siren=GRAND, page=2, taille=100)
    assert page == tous[100:]
    for ligne in tous:
        refuse = ligne.numero_interne % 7 == 0
        assert ligne.etat == ("REFUSE" if refuse else "TRANSMIS")
        assert ligne.commentaire_etat == (f"Motif {ligne.numero_interne}" if refuse else None)
