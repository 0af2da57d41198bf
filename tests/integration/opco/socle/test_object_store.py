"""The object stores: one behaviour for the three, and the durability of the local one."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from traitdunion.opco.socle.object_store import ObjectAbsent, ObjectStore, ObjectStoreError, local, purge_staging
from traitdunion.opco.socle.object_store.local import LocalStore
from traitdunion.opco.socle.object_store.memory import MemoryStore
from traitdunion.opco.socle.object_store.s3 import S3Store

pytestmark = pytest.mark.anyio
CLE = "2026/09/018f3b0e-7a3c-7d1e-9c2a-1f2e3d4c5b6a"
PDF = b"%PDF-1.7 fictif " * 1_000


@pytest.fixture(params=["local", "memoire", "s3"])
def objets(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "s3":
        store: ObjectStore = request.getfixturevalue("s3")
        return store
    return LocalStore(tmp_path) if request.param == "local" else MemoryStore()


def stage(objets: ObjectStore, octets: bytes = PDF) -> Path:
    chemin = objets.staging / f"envoi-{time.monotonic_ns()}"
    chemin.write_bytes(octets)
    return chemin


async def read(objets: ObjectStore, cle: str) -> bytes:
    return b"".join([morceau async for morceau in objets.get(cle)])


async def keys(objets: ObjectStore) -> list[str]:
    return sorted([cle async for cle, _ in objets.list()])


@pytest.mark.parametrize("octets", [b"", b"x", PDF, os.urandom(6 * 1024 * 1024)], ids=["0", "1", "16 k", "6 M"])
async def test_an_object_is_read_back_as_it_was_put(objets: ObjectStore, octets: bytes) -> None:
    await objets.put(CLE, stage(objets, octets))
    assert await read(objets, CLE) == octets


async def test_a_key_is_never_written_twice(objets: ObjectStore) -> None:
    await objets.put(CLE, stage(objets))
    with pytest.raises(ObjectStoreError):
        await objets.put(CLE, stage(objets, b"autre"))
    assert await read(objets, CLE) == PDF


async def test_of_several_writers_of_one_key_only_one_succeeds(objets: ObjectStore) -> None:
    contenus = [b"%d" % rang for rang in range(8)]
    issues = await asyncio.gather(
        *(objets.put(CLE, stage(objets, contenu)) for contenu in contenus), return_exceptions=True
    )
    gagnants = [contenu for contenu, issue in zip(contenus, issues, strict=True) if issue is None]
    assert [await read(objets, CLE)] == gagnants
    assert all(issue is None or isinstance(issue, ObjectStoreError) for issue in issues)


async def test_an_absent_object_is_said_absent(objets: ObjectStore) -> None:
    with pytest.raises(ObjectAbsent):
        await read(objets, CLE)


async def test_removing_twice_is_no_error(objets: ObjectStore) -> None:
    await objets.put(CLE, stage(objets))
    await objets.delete(CLE)
    await objets.delete(CLE)
    with pytest.raises(ObjectAbsent):
        await read(objets, CLE)


async def test_keys_are_listed_with_their_age(objets: ObjectStore) -> None:
    autre = CLE.replace("09/", "10/")
    for cle in (CLE, autre):
        await objets.put(cle, stage(objets))
    assert await keys(objets) == [CLE, autre]
    assert all([-5 <= age < 60 async for _, age in objets.list()])


async def test_a_probe_says_that_all_is_well_and_leaves_nothing(objets: ObjectStore) -> None:
    await objets.probe()
    assert await keys(objets) == []
    assert list(objets.staging.iterdir()) == []


async def test_a_store_that_is_down_is_said_so_by_every_call(tmp_path: Path) -> None:
    objets = LocalStore(tmp_path / "objets")
    chemin = tmp_path / "envoi"
    chemin.write_bytes(PDF)
    shutil.rmtree(tmp_path / "objets")
    for appel in (objets.put(CLE, chemin), objets.probe()):
        with pytest.raises(ObjectStoreError):
            await appel


async def test_an_s3_server_that_is_down_is_said_so_without_delay(tmp_path: Path) -> None:
    options = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1", "client_options": {"allow_http": True}}
    store = S3Store.from_url("s3://essai/x", access_key_id="acces", secret_access_key="phrase", **options)
    debut = time.monotonic()
    with pytest.raises(ObjectStoreError) as refus:
        await store.put(CLE, stage(store))
    with pytest.raises(ObjectStoreError):
        await store.probe()
    with pytest.raises(ObjectStoreError):
        await read(store, CLE)
    assert time.monotonic() - debut < 30
    assert not re.search("127|acces|phrase", str(refus.value))


@pytest.mark.parametrize("cle", ["../dehors", "a/../../dehors", "/etc/dehors", "", "a/.."])
async def test_a_key_stays_inside_the_store(tmp_path: Path, cle: str) -> None:
    objets = LocalStore(tmp_path / "objets")
    with pytest.raises(ValueError, match="inside"):
        await objets.put(cle, stage(objets))


async def test_folders_and_objects_are_closed_to_others(tmp_path: Path) -> None:
    objets = LocalStore(tmp_path)
    await objets.put(CLE, stage(objets))
    dossiers = [tmp_path / "objets", tmp_path / "depots", tmp_path / "objets/2026", tmp_path / "objets/2026/09"]
    assert {dossier.stat().st_mode & 0o777 for dossier in dossiers} == {0o700}


class Disk:
    """Notes the calls that make things durable, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, racine: Path) -> None:
        self.actes: list[str] = []
        self._racine = racine
        vrai_fsync, vrai_link, vrai_mkdir = os.fsync, os.link, Path.mkdir

        def fsync(descripteur: int) -> None:
            self._note("fsync", os.readlink(f"/proc/self/fd/{descripteur}"))
            vrai_fsync(descripteur)

        def link(source: Path, cible: Path) -> None:
            vrai_link(source, cible)
            self._note("link", str(cible))

        def mkdir(dossier: Path, *arguments: object, **options: object) -> None:
            vrai_mkdir(dossier, *arguments, **options)  # type: ignore[arg-type]
            self._note("mkdir", str(dossier))

        monkeypatch.setattr(local.os, "fsync", fsync)
        monkeypatch.setattr(local.os, "link", link)
        monkeypatch.setattr(Path, "mkdir", mkdir)

    def _note(self, acte: str, chemin: str) -> None:
        self.actes.append(f"{acte} {Path(chemin).relative_to(self._racine)}")


async def test_file_then_name_then_each_folder_made_are_synced_before_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objets = LocalStore(tmp_path)
    chemin = objets.staging / "envoi"
    chemin.write_bytes(PDF)
    disque = Disk(monkeypatch, tmp_path)

    await objets.put("2026/09/a", chemin)
    assert disque.actes == [
        *("mkdir objets/2026", "fsync objets", "mkdir objets/2026/09", "fsync objets/2026"),
        *("fsync depots/envoi", "link objets/2026/09/a", "fsync objets/2026/09"),
    ]

    disque.actes.clear()
    await objets.put("2026/09/b", chemin)
    assert disque.actes == ["fsync depots/envoi", "link objets/2026/09/b", "fsync objets/2026/09"]


async def test_a_folder_that_another_worker_has_just_made_is_synced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may not have synced it yet: our object would be lost with the folder's name."""
    objets = LocalStore(tmp_path)
    (tmp_path / "objets/2026/09").mkdir(parents=True)
    chemin = objets.staging / "envoi"
    chemin.write_bytes(PDF)
    disque = Disk(monkeypatch, tmp_path)

    await objets.put("2026/09/a", chemin)
    assert {"fsync objets", "fsync objets/2026", "fsync objets/2026/09"} <= set(disque.actes)


async def test_from_another_file_system_the_copy_is_synced_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objets = LocalStore(tmp_path)
    chemin = objets.staging / "envoi"
    chemin.write_bytes(PDF)
    vrai = os.link

    def link(source: Path, cible: Path) -> None:
        if source == chemin:
            raise OSError(18, "Invalid cross-device link")
        vrai(source, cible)

    monkeypatch.setattr(local.os, "link", link)
    disque = Disk(monkeypatch, tmp_path)
    await objets.put("a", chemin)

    *_, copie, nom, dossier = disque.actes
    assert re.fullmatch(r"fsync objets/\.[0-9a-f-]{36}", copie)
    assert (nom, dossier) == ("link objets/a", "fsync objets")
    assert await keys(objets) == ["a"]
    assert await read(objets, "a") == PDF


SOUS_STRACE = """
import asyncio, pathlib, sys
from traitdunion.opco.socle.object_store.local import LocalStore
objets = LocalStore(pathlib.Path(sys.argv[1]))
chemin = objets.staging / "envoi"
chemin.write_bytes(b"fictif")
asyncio.run(objets.put("2026/09/a", chemin))
print("RANGE", flush=True)
"""


def test_the_kernel_sees_every_sync_before_the_answer(tmp_path: Path) -> None:
    """The same order, seen from outside the process (obstore's own local store never asks for one)."""
    trace = tmp_path / "trace"
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    appels = "trace=fsync,fdatasync,link,linkat,write,mkdir"
    ordre = [strace, "-f", "-y", "-e", appels, "-o", str(trace), sys.executable, "-c", SOUS_STRACE]
    fait = subprocess.run([*ordre, str(tmp_path / "donnees")], capture_output=True, text=True)
    if "ptrace" in fait.stderr:
        pytest.skip("tracing is not permitted here")
    assert fait.returncode == 0, fait.stderr

    texte = trace.read_text()
    racine = re.escape(str(tmp_path / "donnees"))
    attendus = [
        rf"fsync\(\d+<{racine}>\)",
        rf"mkdir\(\"{racine}/objets/2026\"",
        rf"fsync\(\d+<{racine}/objets>\)",
        rf"mkdir\(\"{racine}/objets/2026/09\"",
        rf"fsync\(\d+<{racine}/objets/2026>\)",
        rf"fsync\(\d+<{racine}/depots/envoi>\)",
        rf"link(at)?\(.*{racine}/objets/2026/09/a\"",
        rf"fsync\(\d+<{racine}/objets/2026/09>\)",
        r"write\(1<.*RANGE",
    ]
    rang = 0
    for attendu in attendus:
        trouve = re.compile(attendu).search(texte, rang)
        assert trouve, f"{attendu} is missing, or comes too early:\n{texte}"
        rang = trouve.end()


@pytest.mark.parametrize(("age", "retires"), [(3_599, 0), (3_601, 1)])
def test_uploads_left_behind_are_removed_once_old(tmp_path: Path, age: float, retires: int) -> None:
    objets = LocalStore(tmp_path)
    reste = stage(objets)
    maintenant = reste.stat().st_mtime + age
    assert purge_staging(objets.staging, age_secondes=3_600, maintenant=maintenant) == retires
    assert reste.exists() is (retires == 0)


async def test_the_twin_can_be_put_out_of_order() -> None:
    objets = MemoryStore()
    chemin = stage(objets)
    objets.en_panne = True

    async def get() -> None:
        await read(objets, CLE)

    appels: list[Callable[[], object]] = [lambda: objets.put(CLE, chemin), get, objets.probe]
    for appel in appels:
        with pytest.raises(ObjectStoreError):
            await appel()  # type: ignore[misc]
