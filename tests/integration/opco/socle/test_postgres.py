"""The embedded PostgreSQL: made, started, stopped with its parent, started again after the worst."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from traitdunion.opco.socle import postgres
from traitdunion.opco.socle.postgres import account, cluster, occupation

root_seul = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
PARENT = """
import sys, time
from pathlib import Path
from traitdunion.opco.socle import postgres
with postgres.running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def dossier() -> Iterator[Path]:
    """A folder that the unprivileged account can enter (pytest's own is closed to others)."""
    dossier = Path(tempfile.mkdtemp(prefix="tu-pg-essai-"))
    dossier.chmod(0o755)
    yield dossier / "postgres"
    shutil.rmtree(dossier, ignore_errors=True)


def fetch(url: str, ordre: str) -> object:
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(ordre.encode()).fetchone()
    assert row is not None
    return row[0]


def execute(url: str, ordre: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(ordre.encode())


def until(vrai: Callable[[], bool], *, secondes: float = 20) -> None:
    limite = time.monotonic() + secondes
    while not vrai():
        assert time.monotonic() < limite, "nothing came"
        time.sleep(0.05)


def start_parent(dossier: Path) -> tuple["subprocess.Popen[str]", str]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(dossier)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, parent.stdout.readline().strip()


def test_it_runs_for_the_time_of_the_block_and_keeps_what_was_committed(dossier: Path) -> None:
    with postgres.running(dossier) as url:
        execute(url, "CREATE TABLE t AS SELECT 1 AS n")
        assert occupation.occupants(dossier)
    assert occupation.occupants(dossier) == []
    with postgres.running(dossier) as url:
        assert fetch(url, "SELECT n FROM t") == 1


def test_it_syncs_to_disk_listens_to_nobody_else_and_knows_accents(dossier: Path) -> None:
    with postgres.running(dossier) as url:
        reglages = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        assert {nom: fetch(url, f"SHOW {nom}") for nom in reglages} == dict.fromkeys(reglages, "on")
        assert fetch(url, "SHOW listen_addresses") == ""
        assert fetch(url, "SHOW server_encoding") == "UTF8"
        assert fetch(url, "SELECT lower('ÉLÈVE') = 'élève' AND 'É' ILIKE 'é'") is True
        assert fetch(url, "SHOW timezone") == "UTC"
    assert stat.S_IMODE(dossier.stat().st_mode) == 0o700


def test_a_path_with_spaces_accents_or_great_length_will_do(dossier: Path) -> None:
    lointain = dossier.parent / "données du CFA & Cie" / ("x" * 60) / "postgres"
    with postgres.running(lointain) as url:
        assert fetch(url, "SELECT 1") == 1
    proche = dossier.parent / "é è" / "pg"
    with postgres.running(proche) as url:
        assert fetch(url, "SELECT 1") == 1


def test_a_killed_parent_takes_its_server_along_and_the_next_one_finds_all_that_was_committed(dossier: Path) -> None:
    parent, url = start_parent(dossier)
    execute(url, "CREATE TABLE t AS SELECT 1 AS n")
    parent.kill()
    parent.wait()

    with postgres.running(dossier) as url:  # also while the old one is still shutting down
        assert fetch(url, "SELECT n FROM t") == 1
    assert occupation.occupants(dossier) == []


def test_a_killed_parent_leaves_no_process_behind(dossier: Path) -> None:
    parent, _ = start_parent(dossier)
    assert occupation.occupants(dossier)
    parent.kill()
    parent.wait()
    until(lambda: not occupation.occupants(dossier))


def test_a_server_killed_with_its_parent_starts_again(dossier: Path) -> None:
    parent, url = start_parent(dossier)
    execute(url, "CREATE TABLE t AS SELECT 1 AS n")
    maitre = int((dossier / "postmaster.pid").read_text().split()[0])
    os.kill(maitre, signal.SIGKILL)
    parent.kill()
    parent.wait()

    with postgres.running(dossier) as url:
        assert fetch(url, "SELECT n FROM t") == 1


@pytest.mark.parametrize("pid", [1, os.getpid()], ids=["the first process", "ourselves"])
def test_a_stale_pid_file_that_names_another_process_does_not_stop_it(dossier: Path, pid: int) -> None:
    with postgres.running(dossier):
        lignes = (dossier / "postmaster.pid").read_text().splitlines()
        prise = (dossier / ".s.PGSQL.5432.lock").read_text().splitlines()
    (dossier / "postmaster.pid").write_text("\n".join([str(pid), *lignes[1:]]) + "\n")
    (dossier / ".s.PGSQL.5432.lock").write_text("\n".join([str(pid), *prise[1:]]) + "\n")
    with postgres.running(dossier) as url:
        assert fetch(url, "SELECT 1") == 1


def test_a_zombie_does_not_hold_the_folder(dossier: Path) -> None:
    """A child that died and that nobody waited for still has its pid."""
    with postgres.running(dossier):
        lignes = (dossier / "postmaster.pid").read_text().splitlines()
    zombie = subprocess.Popen(["true"])
    until(lambda: Path(f"/proc/{zombie.pid}/stat").read_text().rpartition(")")[2].startswith(" Z"))
    (dossier / "postmaster.pid").write_text("\n".join([str(zombie.pid), *lignes[1:]]) + "\n")
    try:
        with postgres.running(dossier) as url:
            assert fetch(url, "SELECT 1") == 1
    finally:
        zombie.wait()


def test_two_servers_never_share_a_folder(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "DELAI_VOISIN_SECONDES", 0.2)
    with postgres.running(dossier) as url:
        with pytest.raises(postgres.PostgresError, match="tourne déjà"), postgres.running(dossier):
            pytest.fail("two at once")
        assert fetch(url, "SELECT 1") == 1


def test_a_server_that_someone_else_started_there_is_left_alone(dossier: Path) -> None:
    with postgres.running(dossier) as url:
        with pytest.raises(postgres.PostgresError, match="tourne déjà"):
            occupation.clear_stale(dossier, delai_secondes=0.1)
        assert fetch(url, "SELECT 1") == 1
        assert (dossier / "postmaster.pid").exists()


def test_a_half_made_cluster_is_never_taken_for_a_whole_one(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "UTILISATEUR", "pg_interdit")  # initdb refuses names that begin so
        with pytest.raises(postgres.PostgresError, match="initdb"), postgres.running(dossier):
            pytest.fail("started")
    assert not dossier.exists()
    assert [chemin.name for chemin in dossier.parent.iterdir()] == [".postgres.verrou"]
    with postgres.running(dossier) as url:
        assert fetch(url, "SELECT 1") == 1


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(dossier: Path) -> None:
    dossier.mkdir()
    (dossier / "mémoire.txt").write_text("à garder")
    with pytest.raises(postgres.PostgresError, match="ne peut pas être créée"), postgres.running(dossier):
        pytest.fail("started")
    assert (dossier / "mémoire.txt").read_text() == "à garder"


def test_a_server_that_cannot_start_says_why_and_leaves_nothing_running(
    dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "OPTIONS", ("shared_buffers=beaucoup",))
    with pytest.raises(postgres.PostgresError, match="shared_buffers"), postgres.running(dossier):
        pytest.fail("started")
    assert occupation.occupants(dossier) == []


def test_its_log_quotes_no_row(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = dossier.parent / "journal"
    monkeypatch.setattr(cluster.tempfile, "TemporaryFile", lambda: journal.open("w+b"))
    with postgres.running(dossier) as url, pytest.raises(psycopg.errors.CheckViolation):
        execute(url, "CREATE TABLE t (nir text CHECK (nir = '')); INSERT INTO t VALUES ('CANARI')")
    assert "CANARI" not in journal.read_text()


@root_seul
def test_as_root_it_runs_under_an_unprivileged_account(dossier: Path) -> None:
    with postgres.running(dossier):
        (maitre, *_) = sorted(occupation.occupants(dossier))
        assert Path(f"/proc/{maitre}").stat().st_uid == account.choose().uid != 0


@root_seul
def test_a_folder_that_the_account_cannot_enter_is_refused_with_the_reason(tmp_path: Path) -> None:
    prive = tmp_path / "prive"
    prive.mkdir(mode=0o700)
    with pytest.raises(postgres.PostgresError, match="TRAITDUNION_DONNEES"), postgres.running(prive / "postgres"):
        pytest.fail("started")
    assert stat.S_IMODE(prive.stat().st_mode) == 0o700


@root_seul
def test_missing_folders_are_made_whatever_the_umask(dossier: Path) -> None:
    ancien = os.umask(0o077)
    try:
        with postgres.running(dossier.parent / "a" / "b" / "postgres") as url:
            assert fetch(url, "SELECT 1") == 1
    finally:
        os.umask(ancien)


@root_seul
def test_binaries_of_a_private_clone_are_copied_once_where_the_account_can_run_them(dossier: Path) -> None:
    compte = account.choose()
    origine = Path(account.importlib.util.find_spec(account.PAQUET).origin).parents[1]  # type: ignore[union-attr,arg-type]
    prive = dossier.parent / "prive"
    prive.mkdir(mode=0o700)
    for nom in (f"{account.PAQUET}/pginstall", f"{account.PAQUET}.libs"):
        shutil.copytree(origine / nom, prive / nom)
    for chemin in prive.rglob("*"):
        chemin.chmod(chemin.stat().st_mode & 0o700)
    partage = dossier.parent / "partage"

    outils = account.reachable(prive, compte, partage=partage, version="18")

    assert partage in outils.parents
    assert [chemin.name for chemin in partage.iterdir()] == ["postgresql-18"]
    assert stat.S_IMODE(prive.stat().st_mode) == 0o700
    fait = outils.stat().st_ino
    shutil.rmtree(prive / account.PAQUET / "pginstall" / "share")  # not copied twice
    assert account.reachable(prive, compte, partage=partage, version="18").stat().st_ino == fait
    cluster._create(dossier, outils, compte)
    assert (dossier / "PG_VERSION").exists()


@root_seul
def test_an_ordinary_account_needs_none_of_this(dossier: Path) -> None:
    compte = account.choose()
    maison = dossier.parent / "maison"
    maison.mkdir()
    compte.own(maison)
    # The system's Python, should ours live where that account cannot go: this part needs the standard library only.
    python = next((nom for nom in (sys.executable, "/usr/bin/python3") if can_run(nom, compte)), None)
    if python is None:
        pytest.skip("no Python that the unprivileged account can run")
    fait = subprocess.run(
        [python, "-c", PARENT.replace("time.sleep(600)", "pass"), str(maison / "donnees" / "postgres")],
        env={"PYTHONPATH": os.pathsep.join(chemin for chemin in sys.path if chemin.endswith(("src", "site-packages")))},
        capture_output=True,
        text=True,
        **compte.popen,
    )
    assert fait.stdout.startswith("postgresql://"), fait.stderr


def can_run(python: str, compte: account.Account) -> bool:
    try:
        ordre = "import sys; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([python, "-c", ordre], **compte.popen).returncode == 0
    except OSError:
        return False
