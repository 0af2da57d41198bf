"""Text on pages: cut between words, nothing lost, nothing past its width, the same bytes each time."""

import io
from datetime import date

import pikepdf
import pypdfium2
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from traitdunion.cfa.dessin.feuille import BAS, COURANT, MARGE, Feuille, draw_texte, wrap
from traitdunion.cfa.dessin.winansi import to_winansi

LE = date(2026, 10, 1)
FRANCAIS = "« Cœur d’été » : Maëlys ÇAĞLAR-Œuvrard, n° 4 – 12 000,50 €… naïveté, aiguë, île, où"


def text_of(pdf: bytes) -> str:
    """What one selects and copies."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def test_french_typography_is_written_and_copied_as_it_is() -> None:
    assert FRANCAIS.replace("Ğ", "G") in text_of(draw_texte("Convention d’été", [FRANCAIS], le=LE))


def test_a_document_tells_its_title_its_author_its_language_and_its_day() -> None:
    with pikepdf.open(io.BytesIO(draw_texte("Convention d’été", [FRANCAIS], le=LE, auteur="CFA FICTIF"))) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Convention d’été"
        assert str(pdf.docinfo["/Author"]) == "CFA FICTIF"
        assert str(pdf.docinfo["/CreationDate"]) == str(pdf.docinfo["/ModDate"]) == "D:20261001120000Z"
        assert str(pdf.Root.Lang) == "fr-FR"


def test_the_same_text_on_the_same_day_gives_the_same_bytes() -> None:
    avant = draw_texte("Copie", [FRANCAIS], le=LE)

    with time_machine.travel("2031-05-06"):
        assert draw_texte("Copie", [FRANCAIS], le=LE) == avant
    assert draw_texte("Copie", [FRANCAIS], le=date(2026, 10, 2)) != avant


@given(st.text(max_size=400), st.floats(30, 500))
@settings(max_examples=60, deadline=None)
def test_no_line_is_wider_than_its_place_and_no_letter_is_lost(texte: str, largeur: float) -> None:
    lignes = wrap(texte, COURANT, largeur)

    assert all(stringWidth(une, COURANT.police, COURANT.corps) <= largeur + 0.01 for une in lignes if len(une) > 1)
    assert "".join("".join(lignes).split()) == "".join(to_winansi(texte).split())


def test_a_letter_wider_than_its_place_has_a_line_of_its_own() -> None:
    assert wrap("MM", COURANT, 1) == ["M", "M"]


def test_empty_lines_are_kept() -> None:
    assert wrap("un\n\ndeux", COURANT, 100) == ["un", "", "deux"]


def test_a_long_text_goes_on_over_pages_with_their_numbers() -> None:
    texte = text_of(draw_texte("Liste", [f"ligne {rang}." for rang in range(120)], le=LE))

    assert all(f"ligne {rang}." in texte for rang in range(120))
    assert "Page 1 sur 3" in texte
    assert "Page 3 sur 3" in texte


def test_what_must_stay_whole_goes_to_a_new_page_unless_this_one_is_new() -> None:
    feuille = Feuille("Essai", le=LE)
    assert not feuille.keep(10_000)
    feuille.space(BAS - MARGE - 20)
    assert not feuille.keep(20)
    assert feuille.keep(20.5)
    assert feuille.y == MARGE
