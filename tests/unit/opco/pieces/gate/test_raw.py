"""What the bytes alone tell."""

from contextlib import AbstractContextManager

import pytest
from builders import fichiers

from traitdunion.opco.pieces.gate.model import FichierRefuse, TypeContenu
from traitdunion.opco.pieces.gate.policy import raw


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(FichierRefuse, match=f"^{code}$")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.7", TypeContenu.PDF), (fichiers.a_png(), TypeContenu.PNG), (fichiers.a_jpeg(), TypeContenu.JPEG)],
)
def test_the_first_bytes_say_the_type(data: bytes, kind: TypeContenu) -> None:
    assert raw.check_header(data) is kind


@pytest.mark.parametrize(("before", "code"), [(1, "PDF_DONNEES_AVANT"), (1019, "PDF_DONNEES_AVANT")])
def test_a_header_that_readers_would_still_find_is_said_to_be_preceded(before: int, code: str) -> None:
    with refused(code):
        raw.check_header(b" " * before + b"%PDF-1.7")


def test_a_header_beyond_the_first_kib_is_of_no_type() -> None:
    with refused("FICHIER_TYPE_INCONNU"):
        raw.check_header(b" " * 1020 + b"%PDF-1.7")


@pytest.mark.parametrize(
    "after", [b"", b"\n", b"\r\n\0\0 \t\f", b" " * 1019, b"\n7 0 obj null endobj %%EOF", b"\nxref\n%%EOF\n", b"%%EOF"]
)
def test_white_space_and_another_revision_may_follow_the_end(after: bytes) -> None:
    raw.check_pdf_end(b"%PDF-1.7 %%EOF" + after)


@pytest.mark.parametrize("after", [b"x", b"\n<html>", b" " * 1020, b"PK\n%%EOF", b"\nobj%%EOF", b"\x01"])
def test_anything_else_after_the_end_is_refused(after: bytes) -> None:
    with refused("PDF_DONNEES_APRES"):
        raw.check_pdf_end(b"%PDF-1.7 %%EOF" + after)


def test_a_file_without_its_end_is_truncated() -> None:
    with refused("PDF_TRONQUE"):
        raw.check_pdf_end(b"%PDF-1.7 %%EO")


@pytest.mark.parametrize("around", [(b"", b""), (b"before", b""), (b"", b"after"), (b"x" * 70_000, b"y" * 65_000)])
def test_a_zip_is_found_wherever_its_readers_would(around: tuple[bytes, bytes]) -> None:
    assert raw.holds_zip(around[0] + fichiers.a_zip() + around[1])


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"PK\x05\x06" + bytes(18), fichiers.a_zip() + bytes(70_000)])
def test_what_no_zip_reader_opens_is_not_a_zip(data: bytes) -> None:
    assert not raw.holds_zip(data)


def test_a_zip64_archive_is_found_by_its_locator() -> None:
    locator = b"PK\x06\x07" + bytes(16)

    assert raw.holds_zip(locator + b"PK\x05\x06" + bytes(8) + b"\xff" * 8 + bytes(2))


def test_a_web_page_is_looked_for_in_images_only() -> None:
    raw.check_polyglot(b"(<html>)", kind=TypeContenu.PDF)
    for page in (b"<HTML>", b"<script ", b"<!DocType Html>", b"<?php "):
        with refused("FICHIER_POLYGLOTTE"):
            raw.check_polyglot(page, kind=TypeContenu.PNG)
