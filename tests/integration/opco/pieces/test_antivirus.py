"""The client against a small faithful clamd, and against the real one where it is installed (fiabilite.md row 27)."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from traitdunion.opco.pieces.antivirus import Antivirus, Resultat, Verdict

# The standard test string, cut in two so that this file is not itself an alarm.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMITE_OCTETS = 1024 * 1024


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def blocs(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


class FauxClamd:
    """INSTREAM and PING as clamd(8) says them; `trouble` makes it misbehave after the stream."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(reader)
            if self.trouble == "silent":
                await asyncio.sleep(5)
            elif self.trouble != "hang up":
                writer.write(answer[:-4] if self.trouble == "cut short" else answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        command = await reader.readuntil(b"\0")
        if command == b"zPING\0":
            return b"PONG\0"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        received = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            if len(received) + length > LIMITE_OCTETS:
                return b"INSTREAM size limit exceeded. ERROR\0"
            received += await reader.readexactly(length)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in received else b"stream: OK\0"


@asynccontextmanager
async def faux_clamd(tmp_path: Path, trouble: str = "", *, tcp: bool = False) -> AsyncIterator[Antivirus]:
    faux = FauxClamd(trouble)
    if tcp:
        server = await asyncio.start_server(faux.serve, "127.0.0.1", 0)
        adresse = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(faux.serve, tmp_path / "clamd.ctl")
        adresse = f"unix://{tmp_path / 'clamd.ctl'}"
    async with server:
        yield Antivirus(adresse, delai_secondes=1.0)


@pytest.mark.anyio
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
async def test_a_file_is_sain_or_infecte_as_clamd_says(tmp_path: Path, *, tcp: bool) -> None:
    async with faux_clamd(tmp_path, tcp=tcp) as antivirus:
        assert await antivirus.ping()
        assert await antivirus.scan(blocs(b"Convention EXEMPLE", b"", b"x" * 700_000)) == Verdict(Resultat.SAIN)
        assert await antivirus.scan(blocs(b"%PDF-1.7 ...", EICAR[:30], EICAR[30:])) == Verdict(
            Resultat.INFECTE, "Eicar-Test-Signature"
        )


@pytest.mark.anyio
async def test_a_file_over_the_limit_is_suspect_even_when_clamd_hangs_up_early(tmp_path: Path) -> None:
    async with faux_clamd(tmp_path) as antivirus:
        verdict = await antivirus.scan(blocs(*[b"x" * 300_000] * 20))

    assert verdict == Verdict(Resultat.LIMITE)
    assert verdict.suspect


@pytest.mark.anyio
@pytest.mark.parametrize("trouble", ["silent", "hang up", "cut short"])
async def test_a_clamd_in_trouble_never_makes_a_file_sain(tmp_path: Path, trouble: str) -> None:
    async with faux_clamd(tmp_path, trouble) as antivirus:
        assert await antivirus.scan(blocs(b"EXEMPLE")) == Verdict(Resultat.INDISPONIBLE)
        assert not await antivirus.ping()


@pytest.mark.anyio
@pytest.mark.parametrize("adresse", ["unix:///nonexistent/clamd.ctl", "tcp://127.0.0.1:1"])
async def test_a_clamd_that_is_down_is_indisponible(adresse: str) -> None:
    antivirus = Antivirus(adresse, delai_secondes=1.0)

    assert await antivirus.scan(blocs(b"EXEMPLE")) == Verdict(Resultat.INDISPONIBLE)
    assert not await antivirus.ping()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real clamd with one signature of ours, on a unix socket; its answer to the limit is switched on."""
    programme = shutil.which("clamd")
    if programme is None:
        pytest.skip("clamd absent (paquet clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "essai.ndb").write_text(f"Essai.Eicar:0:*:{EICAR.hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {folder}\nLocalSocket {folder}/clamd.ctl\nForeground yes\nTemporaryDirectory {folder}\n"
        "StreamMaxLength 1M\nAlertExceedsMax yes\nMaxFileSize 200K\nMaxScanSize 200K\n"
    )
    with subprocess.Popen([programme, "--config-file", configuration], stdout=subprocess.DEVNULL) as process:
        limit = time.monotonic() + 30
        while not (folder / "clamd.ctl").exists() and time.monotonic() < limit and process.poll() is None:
            time.sleep(0.05)
        yield folder / "clamd.ctl"
        process.terminate()


@pytest.mark.anyio
async def test_the_real_clamd_is_understood(clamd: Path) -> None:
    antivirus = Antivirus(f"unix://{clamd}", delai_secondes=20)

    assert await antivirus.ping()
    assert (await antivirus.scan(blocs(b"Convention EXEMPLE"))).resultat is Resultat.SAIN
    assert await antivirus.scan(blocs(b"%PDF-1.7 ", EICAR)) == Verdict(Resultat.INFECTE, "Essai.Eicar.UNOFFICIAL")
    assert (await antivirus.scan(blocs(b"x" * 400_000))).resultat is Resultat.LIMITE
    assert (await antivirus.scan(blocs(*[b"x" * 300_000] * 20))).resultat is Resultat.LIMITE
