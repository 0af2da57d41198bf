"""The hostile corpus through a real child: each has its code, then the next good file passes (fiabilite.md §2)."""

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from builders import fichiers

from traitdunion.norme.erreurs import Refus, technique
from traitdunion.opco.pieces.gate import Gate, Inspection, Limites, TypeContenu

TOUS = frozenset(TypeContenu)
SANS_PNG = frozenset({TypeContenu.PDF, TypeContenu.JPEG})
FORMULAIRE_OFFICIEL = Path(__file__).parents[6] / "shared" / "data" / "cerfa" / "cerfa_10103-14.pdf"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def gate(anyio_backend: str) -> AsyncIterator[Gate]:
    """Two seconds of CPU instead of five: a bomb must be refused for what it is, well before."""
    async with Gate(limites=Limites(cpu_secondes=2)) as opened:
        yield opened


@pytest.fixture
def inspect(gate: Gate, tmp_path: Path) -> Callable[..., object]:
    async def inspect(data: bytes, nom: str, *, admis: frozenset[TypeContenu] = TOUS, **options: str) -> Inspection:
        path = tmp_path / "depot"
        path.write_bytes(data)
        try:
            return await gate.inspect(path, admis=admis, nom=nom, **options)
        finally:
            assert path.read_bytes() == data, "the gate must leave the bytes as they are"

    return inspect


@pytest.mark.anyio
@pytest.mark.parametrize("hostile", fichiers.HOSTILES, ids=lambda hostile: hostile.tour)
async def test_a_hostile_file_is_refused_for_what_it_is_and_the_next_one_passes(
    inspect: Callable[..., object], hostile: fichiers.Hostile
) -> None:
    admis = SANS_PNG if hostile.code == "FICHIER_TYPE_NON_ADMIS" else TOUS

    with pytest.raises(Refus) as refus:
        await inspect(hostile.build(), hostile.nom, admis=admis)

    assert hostile.code in [anomalie.code for anomalie in refus.value.anomalies]
    assert refus.value.statut == 400
    for anomalie in refus.value.anomalies:
        assert anomalie.champ == "fichier"
        assert "{" not in anomalie.description
    assert (await inspect(fichiers.a_pdf(), "convention.pdf")).pages == 2


@pytest.mark.anyio
@pytest.mark.parametrize("voisin", fichiers.VOISINS)
async def test_what_only_resembles_a_hostile_file_passes(inspect: Callable[..., object], voisin: str) -> None:
    inspection = await inspect(fichiers.VOISINS[voisin](), "convention.pdf")

    assert inspection.type_contenu is TypeContenu.PDF


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("data", "nom", "kind"),
    [
        (fichiers.a_jpeg(), "scan.JPG", TypeContenu.JPEG),
        (fichiers.a_jpeg(progressive=True), "scan.jpeg", TypeContenu.JPEG),
        (fichiers.phone_jpeg(), "photo.jpg", TypeContenu.JPEG),
        (fichiers.a_jpeg() + b"\0\0\n", "scan.jpg", TypeContenu.JPEG),
        (fichiers.a_png(), "scan.png", TypeContenu.PNG),
        (fichiers.a_png(mode="P"), "scan.png", TypeContenu.PNG),
        (fichiers.a_png(mode="I;16"), "scan.png", TypeContenu.PNG),
        (fichiers.a_png(mode="RGBA", size=(10_000, 6_000)), "scan.png", TypeContenu.PNG),
    ],
    ids=["jpeg", "progressive", "phone", "padded", "png", "palette", "16 bits", "60 Mpx"],
)
async def test_a_sound_image_passes_as_one_page(
    inspect: Callable[..., object], data: bytes, nom: str, kind: TypeContenu
) -> None:
    inspection = await inspect(data, nom)

    assert inspection == Inspection(
        type_contenu=kind, pages=1, taille_octets=len(data), sha256=hashlib.sha256(data).digest()
    )


@pytest.mark.anyio
async def test_a_file_of_exactly_10_mib_is_read(inspect: Callable[..., object]) -> None:
    image = fichiers.a_jpeg()
    data = image + bytes(10 * 1024 * 1024 - len(image))

    assert (await inspect(data, "scan.jpg")).taille_octets == 10 * 1024 * 1024


@pytest.mark.anyio
@pytest.mark.parametrize("declare", ["application/pdf", "application/x-pdf", "application/octet-stream", "text/plain"])
async def test_a_part_that_says_pdf_or_nothing_passes(inspect: Callable[..., object], declare: str) -> None:
    assert (await inspect(fichiers.a_pdf(), "sans-extension", declare=declare)).pages == 2


@pytest.mark.anyio
@pytest.mark.parametrize("declare", ["image/png", "text/html", "application/zip"])
async def test_a_part_whose_type_lies_is_refused(inspect: Callable[..., object], declare: str) -> None:
    with pytest.raises(Refus, match="FICHIER_TYPE_MENSONGER"):
        await inspect(fichiers.a_pdf(), "convention.pdf", declare=declare)


@pytest.mark.anyio
async def test_every_active_ground_is_said_at_once(inspect: Callable[..., object]) -> None:
    data = fichiers.pdf_with(
        catalogue=b"/OpenAction" + fichiers.ALERTE + b"/AcroForm<</Fields[]/XFA[]>>",
        page=b"/UserUnit 99999/AA<</O" + fichiers.LANCEMENT + b">>",
    )

    with pytest.raises(Refus) as refus:
        await inspect(data, "convention.pdf")

    assert {anomalie.code for anomalie in refus.value.anomalies} == {
        "PDF_JAVASCRIPT",
        "PDF_XFA",
        "PDF_DIMENSIONS",
        "PDF_LANCEMENT",
        "PDF_ACTION_AUTOMATIQUE",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("data", "nom"),
    [
        (fichiers.a_pdf(), "x.pdf"),
        (fichiers.in_object_streams(fichiers.with_embedded_file()), "x.pdf"),
        (fichiers.phone_jpeg(), "x.jpg"),
        (fichiers.a_png(), "x.png"),
    ],
    ids=["pdf", "object streams", "jpeg", "png"],
)
async def test_a_file_damaged_at_random_passes_or_is_refused_for_a_known_ground(
    inspect: Callable[..., object], data: bytes, nom: str
) -> None:
    for seed in range(100):
        try:
            await inspect(fichiers.mutated(data, seed), nom)
        except Refus as refus:
            codes = {anomalie.code for anomalie in refus.anomalies}
            assert not codes & {"FICHIER_ANALYSE_INTERROMPUE", "FICHIER_TROP_LONG_A_LIRE"}, seed


@pytest.mark.anyio
async def test_a_refused_script_says_how_to_mend(inspect: Callable[..., object]) -> None:
    with pytest.raises(Refus) as refus:
        await inspect(fichiers.pdf_with(catalogue=b"/OpenAction" + fichiers.ALERTE), "convention.pdf")

    assert "mprimez-le en PDF" in refus.value.anomalies[0].description


@pytest.mark.anyio
@pytest.mark.skipif(not FORMULAIRE_OFFICIEL.exists(), reason="CERFA 10103*14 officiel absent (../shared/data/cerfa)")
async def test_the_official_form_passes(inspect: Callable[..., object]) -> None:
    inspection = await inspect(FORMULAIRE_OFFICIEL.read_bytes(), "cerfa_10103-14.pdf")

    assert inspection.pages == 2
    assert inspection.sha256 == hashlib.sha256(FORMULAIRE_OFFICIEL.read_bytes()).digest()


@pytest.mark.anyio
async def test_a_closed_gate_is_unavailable_and_not_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(fichiers.a_pdf())

    with pytest.raises(Refus, match=technique.SERVICE_INDISPONIBLE.code) as refus:
        await Gate().inspect(tmp_path / "x.pdf", admis=TOUS, nom="x.pdf")

    assert refus.value.statut == 503
    assert "Retry-After" in refus.value.entetes
