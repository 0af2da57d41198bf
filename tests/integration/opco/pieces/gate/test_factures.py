"""Factures through a real child: the Factur-X let in and read, nothing else; the text read after the verdict."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import msgspec
import pikepdf
import pytest
from builders import fichiers
from builders.factures import hostiles, papier

from traitdunion.bac_a_sable.demo import convention, factures_pdf
from traitdunion.cfa.tableur.ecriture import exemples
from traitdunion.norme.erreurs import Refus
from traitdunion.norme.lecture import read as lire
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.api.documentation.statique import static
from traitdunion.opco.pieces.gate import Gate, Inspection, LectureFacture, Limites, Mention, TypeContenu, protocol

PDF = frozenset({TypeContenu.PDF})
PASSEE = protocol.Reponse(
    Inspection(
        type_contenu=TypeContenu.PDF, pages=2, taille_octets=7, sha256=bytes(32), facture=LectureFacture(joint=True)
    )
)
LE = date(2026, 10, 1)
# Every document that the CFA's side, the demonstration and the documentation draw.
DESSINES: dict[str, Callable[[], bytes]] = {
    "facture": lambda: factures_pdf.body("FA-1", 1, [("PEDAGOGIE", 1, 320_000)], jour=LE).pdf,
    "avoir": lambda: factures_pdf.body("AV-1", 1, [("PEDAGOGIE", 1, 320_000)], jour=LE, origine="FA-1").pdf,
    "certificat": lambda: factures_pdf.certificat(_cerfa(), 1, 1, jour=LE).pdf,
    "convention": lambda: convention.draw(_cerfa()),
    "convention fictive": lambda: exemples.write_convention(0, le=LE),
    "convention de la documentation": lambda: _documented("convention.pdf"),
    "facture de la documentation": lambda: _documented("facture.pdf"),
}
# A child that lets every facture pass, then does this instead of reading its text.
BOUCHON = (
    "import os, signal, sys, time\nsys.stdout.write('{\"pret\": true}\\n'); sys.stdout.flush()\n"
    f"for line in sys.stdin:\n    sys.stdout.write({protocol.encode_reponse(PASSEE).decode()!r})\n"
    "    sys.stdout.flush()\n    %s\n    sys.stdout.flush()\n"
)


def _cerfa() -> Cerfa:
    cerfa = lire(DepotDossier, msgspec.json.encode(DEPOT)).message.cerfa
    assert cerfa is not None
    return cerfa


def _documented(nom: str) -> bytes:
    fichier = static(nom)
    assert fichier is not None
    return fichier.corps


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def gate(anyio_backend: str) -> AsyncIterator[Gate]:
    async with Gate(limites=Limites(cpu_secondes=2, texte_cpu_secondes=1)) as opened:
        yield opened


@pytest.fixture
def inspect(gate: Gate, tmp_path: Path) -> Callable[..., object]:
    async def inspect(data: bytes, *, facture: bool = True) -> Inspection:
        path = tmp_path / "depot"
        path.write_bytes(data)
        return await gate.inspect(path, admis=PDF, nom="facture.pdf", facture=facture)

    return inspect


async def lecture(inspect: Callable[..., object], data: bytes) -> LectureFacture:
    facture = (await inspect(data)).facture
    assert facture is not None
    return facture


@pytest.mark.anyio
@pytest.mark.parametrize("nom", DESSINES)
async def test_what_the_cfa_draws_is_let_in(inspect: Callable[..., object], nom: str) -> None:
    pdf = DESSINES[nom]()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & {*document.Root.keys()}

    assert (await inspect(pdf, facture=False)).pages == 1


@pytest.mark.anyio
async def test_the_exemption_on_an_invoice_that_the_cfa_draws_is_read(inspect: Callable[..., object]) -> None:
    assert (await lecture(inspect, DESSINES["facture"]())).mention is Mention.PRESENTE


@pytest.mark.anyio
@pytest.mark.parametrize("profil", ["minimum", "basicwl"])
async def test_a_real_factur_x_is_let_in_and_read(inspect: Callable[..., object], profil: str) -> None:
    lue = await lecture(inspect, papier.a_facturx_pdf(xml=papier.a_facturx_xml(profil=profil)))

    assert lue.joint
    assert lue.mention is Mention.PRESENTE
    assert lue.facturx is not None
    assert (lue.facturx.numero, lue.facturx.sirets) == (papier.NUMERO, (papier.SIRET,))
    assert lue.facturx.ibans == ((papier.IBAN,) if profil == "basicwl" else ())


@pytest.mark.anyio
@pytest.mark.parametrize("lu", hostiles.LUS)
async def test_a_factur_x_written_otherwise_is_read_all_the_same(inspect: Callable[..., object], lu: str) -> None:
    lue = await lecture(inspect, hostiles.LUS[lu]())

    assert lue.facturx is not None
    assert lue.facturx.numero == papier.NUMERO


@pytest.mark.anyio
@pytest.mark.parametrize("illisible", hostiles.ILLISIBLES)
async def test_a_harmless_xml_that_is_not_understood_refuses_nothing(
    inspect: Callable[..., object], illisible: str
) -> None:
    lue = await lecture(inspect, hostiles.ILLISIBLES[illisible]())

    assert (lue.joint, lue.facturx) == (True, None)


@pytest.mark.anyio
@pytest.mark.parametrize("hostile", hostiles.REFUSES, ids=lambda hostile: hostile.tour)
async def test_any_other_attachment_is_refused_and_the_next_facture_passes(
    inspect: Callable[..., object], gate: Gate, hostile: fichiers.Hostile
) -> None:
    before = gate.pids
    with pytest.raises(Refus, match=hostile.code):
        await inspect(hostile.build())

    assert (await inspect(papier.a_facture_pdf())).pages == 1
    assert gate.pids == before, "refused for what it is, not by the death of the child"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "hostile", [h for h in fichiers.HOSTILES if h.code.startswith("PDF_")], ids=lambda hostile: hostile.tour
)
async def test_a_facture_opens_the_gate_to_nothing_else(
    inspect: Callable[..., object], hostile: fichiers.Hostile
) -> None:
    with pytest.raises(Refus) as refus:
        await inspect(hostile.build())

    assert hostile.code in [anomalie.code for anomalie in refus.value.anomalies]


@pytest.mark.anyio
async def test_a_factur_x_that_is_no_facture_is_refused_as_before(inspect: Callable[..., object]) -> None:
    with pytest.raises(Refus, match="PDF_PIECE_JOINTE"):
        await inspect(papier.a_facturx_pdf(), facture=False)


@pytest.mark.anyio
async def test_a_file_that_is_no_facture_is_not_read_as_one(inspect: Callable[..., object]) -> None:
    assert (await inspect(papier.a_facture_pdf(), facture=False)).facture is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("data", "mention"),
    [
        (papier.a_facture_pdf(), Mention.PRESENTE),
        (papier.a_facture_pdf(mention="TVA NON APPLICABLE"), Mention.PRESENTE),
        (papier.a_facture_pdf(pages=20), Mention.PRESENTE),
        (papier.a_facture_pdf(mention=None), Mention.ABSENTE),
        (papier.a_facture_pdf(mention=None, pages=20), Mention.ABSENTE),
        (papier.a_facture_pdf(pages=21), Mention.INCONNUE),
        (papier.a_scan_pdf(), Mention.INCONNUE),
    ],
    ids=["mention", "capitals", "on page 20", "none", "none in 20 pages", "on page 21", "scan"],
)
async def test_the_mention_is_looked_for_in_the_text(
    inspect: Callable[..., object], data: bytes, mention: Mention
) -> None:
    assert (await lecture(inspect, data)).mention is mention


@pytest.mark.anyio
async def test_a_text_longer_than_what_is_read_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(papier.a_facture_pdf())
    async with Gate(limites=Limites(texte_caracteres=100)) as gate:
        passed = await gate.inspect(tmp_path / "x.pdf", admis=PDF, nom="x.pdf", facture=True)

    assert passed.facture == LectureFacture(mention=Mention.INCONNUE)


@pytest.mark.anyio
async def test_a_text_that_pdfium_cannot_hold_leaves_the_verdict_and_costs_a_child(
    inspect: Callable[..., object], gate: Gate
) -> None:
    before = gate.pids

    lue = await lecture(inspect, hostiles.fatal_text_pdf())

    assert lue.mention is Mention.INCONNUE
    assert (await lecture(inspect, papier.a_facture_pdf())).mention is Mention.PRESENTE
    assert gate.pids != before


@pytest.mark.anyio
@pytest.mark.parametrize(
    "limites",
    [
        Limites(texte_cpu_secondes=60, texte_duree_secondes=60.0, memoire_pdf_octets=200 << 20),
        Limites(texte_cpu_secondes=1, texte_duree_secondes=60.0, memoire_pdf_octets=1536 << 20),
        Limites(texte_cpu_secondes=60, texte_duree_secondes=0.2),
    ],
    ids=["memory", "CPU", "clock"],
)
async def test_a_text_without_end_is_stopped_by_each_limit_alone(tmp_path: Path, limites: Limites) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(hostiles.endless_text_pdf())
    async with Gate(limites=limites) as gate, asyncio.timeout(20):
        passed = await gate.inspect(path, admis=PDF, nom="x.pdf", facture=True)

    assert passed.pages == 1
    assert passed.facture == LectureFacture(mention=Mention.INCONNUE)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "action",
    [
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os.abort()",
        "time.sleep(30)",
        "sys.exit(0)",
        "sys.stdout.write('{}\\n')",
        "sys.stdout.write('x' * 1000000 + '\\n')",
        'sys.stdout.write(\'{"mention": "OUI", "usee": false, "cause": null}\\n\')',
        # The answer to another question must never be taken for this one's.
        "sys.stdout.write('{}\\n{}\\n')",
    ],
)
async def test_whatever_happens_to_the_child_after_the_verdict_the_facture_passes(tmp_path: Path, action: str) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(papier.a_facture_pdf())
    limites = Limites(texte_duree_secondes=0.5)
    async with Gate(limites=limites, commande=(sys.executable, "-c", BOUCHON % action)) as gate:
        for _ in range(2):
            passed = await gate.inspect(path, admis=PDF, nom="x.pdf", facture=True)
            assert passed.facture == LectureFacture(joint=True, mention=Mention.INCONNUE)


@pytest.mark.anyio
async def test_one_who_leaves_while_the_text_is_read_takes_the_child_along(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(papier.a_facture_pdf())
    async with Gate(commande=(sys.executable, "-c", BOUCHON % "time.sleep(30)")) as gate:
        (before,) = gate.pids
        question = asyncio.create_task(gate.inspect(path, admis=PDF, nom="x.pdf", facture=True))
        await asyncio.sleep(0.3)
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question

        with pytest.raises(ProcessLookupError):
            os.kill(before, signal.SIGTERM)


@pytest.mark.anyio
async def test_a_factur_x_damaged_at_random_passes_or_is_refused_for_a_known_ground(
    inspect: Callable[..., object],
) -> None:
    sound = papier.with_joint(papier.a_facture_pdf(), papier.a_facturx_xml())
    for seed in range(100):
        try:
            await inspect(fichiers.mutated(sound, seed))
        except Refus as refus:
            codes = {anomalie.code for anomalie in refus.anomalies}
            assert not codes & {"FICHIER_ANALYSE_INTERROMPUE", "FICHIER_TROP_LONG_A_LIRE"}, seed
