"""Migrations on a real PostgreSQL."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from traitdunion.opco.socle import migrations
from traitdunion.opco.socle.migrations import Migration, SchemaEnRetard
from traitdunion.opco.socle.postgres import account

pytestmark = pytest.mark.anyio
SCHEMA = Path(migrations.__file__).with_name("schema.sql")
ENTETE = "-- What the migrations add up to. Written by a test: see tests/integration/opco/socle/test_migrations.py.\n"


@pytest.fixture
def base_vide(postgres_url: str) -> Iterator[str]:
    nom = f"essai_vide_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {nom}".encode())
        yield conninfo.make_conninfo(postgres_url, dbname=nom)
        conn.execute(f"DROP DATABASE {nom} WITH (FORCE)".encode())


def rows(url: str, ordre: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        return conn.execute(ordre.encode()).fetchall()


def dump(url: str) -> str:
    """The schema as pg_dump writes it, without what depends on its version."""
    pg_dump = account.binaries(account.choose()) / "pg_dump"
    fait = subprocess.run(
        [str(pg_dump), "--schema-only", "--no-owner", "--no-privileges", "-d", url],
        capture_output=True,
        text=True,
        check=True,
    )
    utile = re.sub(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\.*)\n", "", fait.stdout, flags=re.MULTILINE)
    return re.sub(r"\n{2,}", "\n\n", utile).strip() + "\n"


def test_names_say_order_and_phase() -> None:
    noms = [migration.nom for migration in migrations.known()]
    assert noms
    assert all(re.fullmatch(r"\d{4}_(pre|post)_[a-z0-9_]+\.sql", nom) for nom in noms)
    assert [int(nom[:4]) for nom in noms] == list(range(1, len(noms) + 1))


def test_schema_sql_is_what_the_migrations_add_up_to(base_vide: str) -> None:
    """TRAITDUNION_ECRIRE_SCHEMA=1 makes this test write the file."""
    with psycopg.connect(base_vide, autocommit=True) as conn:
        for migration in migrations.known():
            conn.execute(migration.sql.encode())
    attendu = ENTETE + "\n" + dump(base_vide)
    if os.environ.get("TRAITDUNION_ECRIRE_SCHEMA"):
        SCHEMA.write_text(attendu, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == attendu, (
        "schema.sql is behind: TRAITDUNION_ECRIRE_SCHEMA=1 .venv/bin/pytest tests/integration -k schema_sql"
    )


def test_schema_sql_alone_makes_the_same_database(base_vide: str) -> None:
    with psycopg.connect(base_vide, autocommit=True) as conn:
        conn.execute(SCHEMA.read_bytes())
    assert ENTETE + "\n" + dump(base_vide) == SCHEMA.read_text(encoding="utf-8")


async def test_everything_is_applied_once(base_vide: str) -> None:
    faites = await migrations.migrate(base_vide)
    assert [m.nom for m in migrations.known()] == [nom for nom in faites if nom.endswith(".sql")]
    assert await migrations.migrate(base_vide) == []
    assert rows(base_vide, "SELECT count(*) FROM dossier") == [(0,)]
    assert rows(base_vide, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_eight_at_once_apply_everything_once(base_vide: str) -> None:
    faites = await asyncio.gather(*(migrations.migrate(base_vide) for _ in range(8)))
    assert sorted(map(len, faites))[:7] == [0] * 7


async def test_an_empty_or_late_database_is_refused_with_the_command_to_run(
    base_vide: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SchemaEnRetard, match="traitdunion opco migrer"):
        await migrations.check(base_vide)
    await migrations.migrate(base_vide)
    await migrations.check(base_vide)

    suite = [Migration("9998_pre_essai.sql", "pre", "SELECT 1")]
    connues = migrations.known()
    monkeypatch.setattr(migrations, "known", lambda: connues + suite)
    with pytest.raises(SchemaEnRetard, match="9998_pre_essai"):
        await migrations.check(base_vide)


async def test_pre_runs_without_post_and_the_code_between_them(base_vide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrations.migrate(base_vide)
    suite = [
        Migration("9998_pre_essai.sql", "pre", "CREATE TABLE nouvelle (n int)"),
        Migration("9999_post_essai.sql", "post", "CREATE TABLE ancienne_fin (n int)"),
    ]
    connues = migrations.known()
    monkeypatch.setattr(migrations, "known", lambda: connues + suite)

    assert await migrations.migrate(base_vide, phase="pre") == ["9998_pre_essai.sql"]
    await migrations.check(base_vide)  # the new code may start
    assert await migrations.migrate(base_vide, phase="post") == ["9999_post_essai.sql"]


async def test_a_migration_that_fails_leaves_nothing_half_done(base_vide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrations.migrate(base_vide)
    suite = [Migration("9998_pre_essai.sql", "pre", "CREATE TABLE moitie (n int); SELECT 1/0")]
    connues = migrations.known()
    monkeypatch.setattr(migrations, "known", lambda: connues + suite)

    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrations.migrate(base_vide)
    assert rows(base_vide, "SELECT to_regclass('moitie') IS NULL") == [(True,)]
    suite[0] = Migration("9998_pre_essai.sql", "pre", "CREATE TABLE moitie (n int)")
    assert await migrations.migrate(base_vide) == ["9998_pre_essai.sql"]


async def test_a_table_held_by_live_traffic_is_waited_for_a_little_and_tried_again(
    base_vide: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrations.migrate(base_vide)
    suite = [Migration("9998_pre_essai.sql", "pre", "ALTER TABLE dossier ADD COLUMN essai int")]
    connues = migrations.known()
    monkeypatch.setattr(migrations, "known", lambda: connues + suite)
    monkeypatch.setattr(migrations, "ATTENTE_VERROU", "100ms")
    monkeypatch.setattr(migrations, "PAUSE_SECONDES", 0.1)

    async with await psycopg.AsyncConnection.connect(base_vide) as trafic:
        await trafic.execute("SELECT 1 FROM dossier")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await migrations.migrate(base_vide)
        essai = asyncio.create_task(migrations.migrate(base_vide))
        await asyncio.sleep(0.25)
        await trafic.rollback()
        assert await essai == ["9998_pre_essai.sql"]


async def test_a_newer_job_library_brings_its_migrations(base_vide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrations.migrate(base_vide)
    connues = migrations.known_jobs()
    assert connues
    suite = [Migration("procrastinate/99_50_post_essai", "post", "ALTER TABLE procrastinate_jobs ADD COLUMN essai int")]
    monkeypatch.setattr(migrations, "known_jobs", lambda: connues + suite)

    assert await migrations.migrate(base_vide, phase="pre") == []
    assert await migrations.migrate(base_vide, phase="post") == ["procrastinate/99_50_post_essai"]
