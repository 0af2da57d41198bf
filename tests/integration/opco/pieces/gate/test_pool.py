"""The parent survives whatever its children do, and serves in turn (fiabilite.md rows 20, 21)."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import fichiers

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.pieces.gate import Gate, Limites, TypeContenu
from traitdunion.opco.pieces.gate.process import ChildDead

TOUS = frozenset(TypeContenu)
# A child that says it is ready, then does this for each question.
BOUCHON = "import os, signal, sys, time\nsys.stdout.write('{\"pret\": true}\\n'); sys.stdout.flush()\n"
BOUCHON += "for line in sys.stdin:\n    %s\n    sys.stdout.flush()\n"


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "bon.pdf"
    path.write_bytes(fichiers.a_pdf())
    return path


@pytest.fixture
async def gate(anyio_backend: object) -> AsyncIterator[Gate]:
    async with Gate(limites=Limites(duree_secondes=1.0, cpu_secondes=1)) as opened:
        yield opened


async def pages(gate: Gate, path: Path) -> int:
    return (await gate.inspect(path, admis=TOUS, nom="x.pdf")).pages


def bouchon(action: str) -> Gate:
    return Gate(limites=Limites(duree_secondes=0.5), commande=(sys.executable, "-c", BOUCHON % action))


def only(pids: frozenset[int]) -> int:
    (pid,) = pids
    return pid


@pytest.mark.anyio
async def test_a_child_killed_between_two_files_costs_nothing(gate: Gate, good: Path) -> None:
    for which in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
        before = only(gate.pids)
        os.kill(before, which)
        assert await pages(gate, good) == 2
        assert only(gate.pids) != before


@pytest.mark.anyio
async def test_a_child_killed_in_the_middle_of_a_file_costs_nothing(gate: Gate, good: Path) -> None:
    before = only(gate.pids)
    os.kill(before, signal.SIGSTOP)
    question = asyncio.create_task(pages(gate, good))
    await asyncio.sleep(0.1)
    os.kill(before, signal.SIGSEGV)
    os.kill(before, signal.SIGCONT)

    assert await question == 2


@pytest.mark.anyio
async def test_a_child_that_hangs_is_killed_and_the_file_refused(gate: Gate, good: Path) -> None:
    before = only(gate.pids)
    os.kill(before, signal.SIGSTOP)

    with pytest.raises(Refus, match="FICHIER_TROP_LONG_A_LIRE"):
        await pages(gate, good)

    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert await pages(gate, good) == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    "action",
    [
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os.abort()",
        "sys.exit(0)",
        "sys.stdout.write('\\n')",
        "sys.stdout.write('{}\\n')",
        "sys.stdout.write('x' * 1000000 + '\\n')",
        'sys.stdout.write(\'{"usee": false, "cause": null, "motifs": [["CODE_INCONNU", {}]]}\\n\')',
        'sys.stdout.write(\'{"usee": false, "cause": null, "motifs": [["PDF_DIMENSIONS", {}]]}\\n\')',
    ],
)
async def test_a_file_that_kills_or_maddens_every_child_is_refused(good: Path, action: str) -> None:
    async with bouchon(action) as gate:
        for _ in range(2):
            with pytest.raises(Refus, match="FICHIER_ANALYSE_INTERROMPUE") as refus:
                await pages(gate, good)
            assert refus.value.statut == 400


@pytest.mark.anyio
async def test_a_child_out_of_memory_says_so_and_is_replaced(good: Path, tmp_path: Path) -> None:
    heavy = tmp_path / "lourd.png"
    heavy.write_bytes(fichiers.a_png(size=(7_000, 7_000), mode="RGBA"))
    async with Gate(limites=Limites(memoire_octets=200 << 20)) as gate:
        before = only(gate.pids)
        with pytest.raises(Refus, match="FICHIER_TROP_LOURD_A_LIRE"):
            await gate.inspect(heavy, admis=TOUS, nom="lourd.png")

        assert await pages(gate, good) == 2
        assert only(gate.pids) != before


@pytest.mark.anyio
async def test_cpu_without_end_is_stopped_by_the_kernel(good: Path, tmp_path: Path) -> None:
    costly = tmp_path / "cher.pdf"
    costly.write_bytes(fichiers.pdf_with(others=[b"[" + b"<</JS 1>>" * 1_000_000 + b"]"]))
    async with Gate(limites=Limites(duree_secondes=30, cpu_secondes=1)) as gate:
        with pytest.raises(Refus, match="FICHIER_TROP_LONG_A_LIRE"):
            await pages(gate, costly)

        assert await pages(gate, good) == 2


@pytest.mark.anyio
async def test_a_child_is_replaced_after_its_number_of_files(good: Path) -> None:
    async with Gate(limites=Limites(fichiers_par_enfant=2)) as gate:
        seen = []
        for _ in range(6):
            await pages(gate, good)
            await asyncio.sleep(0)
            seen.append(gate.pids)
        assert len({pid for pids in seen for pid in pids}) == 3


@pytest.mark.anyio
async def test_those_who_wait_are_served_in_the_order_of_their_arrival(good: Path) -> None:
    async with Gate() as gate:
        served: list[int] = []

        async def one(number: int) -> None:
            await pages(gate, good)
            served.append(number)

        await asyncio.gather(*(one(number) for number in range(25)))

        assert served == list(range(25))


@pytest.mark.anyio
async def test_two_children_work_at_once(good: Path) -> None:
    async with Gate(enfants=2, limites=Limites(duree_secondes=1.0)) as gate:
        os.kill(min(gate.pids), signal.SIGSTOP)
        answers = await asyncio.gather(*(pages(gate, good) for _ in range(6)), return_exceptions=True)

    assert answers.count(2) == 5, "one alone waited for the stopped child"


@pytest.mark.anyio
async def test_an_abandoned_question_is_never_answered_to_another(gate: Gate, good: Path, tmp_path: Path) -> None:
    image = tmp_path / "scan.png"
    image.write_bytes(fichiers.a_png())
    before = only(gate.pids)
    os.kill(before, signal.SIGSTOP)
    question = asyncio.create_task(pages(gate, good))
    await asyncio.sleep(0.05)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question

    assert (await gate.inspect(image, admis=TOUS, nom="scan.png")).type_contenu is TypeContenu.PNG
    assert only(gate.pids) != before


@pytest.mark.anyio
async def test_one_who_stops_waiting_does_not_take_the_turn_of_the_next(gate: Gate, good: Path) -> None:
    questions = [asyncio.create_task(pages(gate, good)) for _ in range(6)]
    await asyncio.sleep(0)
    for question in questions[1:5]:
        question.cancel()

    assert await questions[0] == 2
    assert await questions[5] == 2


@pytest.mark.anyio
async def test_a_gate_without_children_asks_to_come_back(good: Path, tmp_path: Path) -> None:
    once = tmp_path / "once"
    script = (
        f"import os, sys\nif os.path.exists({str(once)!r}): sys.exit(3)\nopen({str(once)!r}, 'w').close()\n"
        + BOUCHON % "os.abort()"
    )
    async with Gate(attente_secondes=0.5, commande=(sys.executable, "-c", script)) as gate:
        with pytest.raises(Refus, match="SERVICE_INDISPONIBLE") as refus:
            await pages(gate, good)

        assert refus.value.statut == 503
        assert "Retry-After" in refus.value.entetes


@pytest.mark.anyio
async def test_too_long_a_queue_asks_to_come_back(good: Path) -> None:
    async with Gate(file_max=2) as gate:
        answers = await asyncio.gather(*(pages(gate, good) for _ in range(5)), return_exceptions=True)

    assert answers[:3] == [2, 2, 2]
    assert [isinstance(answer, Refus) for answer in answers[3:]] == [True, True]


@pytest.mark.anyio
async def test_closing_answers_those_who_work_and_those_who_wait(good: Path) -> None:
    gate = bouchon("time.sleep(30)")
    await gate.open()
    questions = [asyncio.create_task(pages(gate, good)) for _ in range(3)]
    await asyncio.sleep(0.05)
    pids = gate.pids
    await gate.aclose()

    answers = await asyncio.gather(*questions, return_exceptions=True)

    assert all(isinstance(answer, Refus) and answer.statut == 503 for answer in answers), answers
    with pytest.raises(ProcessLookupError):
        os.kill(only(pids), 0)


@pytest.mark.anyio
async def test_a_child_that_cannot_start_is_said_at_the_opening(anyio_backend: object) -> None:
    with pytest.raises(ChildDead):
        await Gate(commande=(sys.executable, "-c", "raise SystemExit(3)")).open()


@pytest.mark.anyio
async def test_the_child_holds_no_secret_and_lives_under_limits(
    monkeypatch: pytest.MonkeyPatch, anyio_backend: object
) -> None:
    monkeypatch.setenv("TRAITDUNION_SECRET", "canari")
    read, write = os.pipe()
    os.set_inheritable(write, True)
    async with Gate() as gate:
        process = Path("/proc", str(only(gate.pids)))
        environment = (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
        descriptors = {os.readlink(one) for one in (process / "fd").iterdir()}

    pipe = os.readlink(f"/proc/self/fd/{write}")
    os.close(read)
    os.close(write)
    assert b"canari" not in environment
    assert str(1536 << 20) in limits
    assert pipe not in descriptors
    assert len(descriptors) == 3, descriptors  # questions, answers, nowhere


def test_the_child_imports_neither_the_database_nor_the_loop() -> None:
    code = "import traitdunion.opco.pieces.gate.child, sys; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout

    assert {"pikepdf", "PIL"} <= set(loaded.split())
    assert not {"asyncio", "psycopg", "msgspec", "structlog", "litestar"} & set(loaded.split())


def test_children_leave_when_their_parent_is_killed() -> None:
    code = (
        "import asyncio\nfrom traitdunion.opco.pieces.gate import Gate\n"
        "async def main():\n async with Gate() as gate:\n  print(*gate.pids, flush=True)\n  await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = Path("/proc", parent.stdout.readline().strip())
        assert child.exists()
        parent.kill()

    limit = time.monotonic() + 10
    while child.exists() and "State:\tZ" not in (child / "status").read_text() and time.monotonic() < limit:
        time.sleep(0.02)
    assert not child.exists() or "State:\tZ" in (child / "status").read_text()
