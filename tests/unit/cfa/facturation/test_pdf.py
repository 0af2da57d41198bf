"""The PDF of an invoice: its mentions, whoever is on it and however many lines; and the book of its numbers."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pypdfium2
import pytest
from builders.suivi.vues import a_dossier, a_vue, an_echeance
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.cfa.facturation.carnet import Carnet, EtatEmission
from traitdunion.cfa.facturation.emetteur import CONDITIONS
from traitdunion.cfa.facturation.pdf import (
    MENTION_CERTIFICAT,
    MENTION_TVA,
    FactureDessinee,
    LigneDessinee,
    draw_facture,
)
from traitdunion.cfa.facturation.preparation import FacturePreparee, Reglages, prepare_factures

LE = date(2026, 10, 1)
IBAN = "FR7630006000011234567890189"


def a_facture(*lignes: LigneDessinee, **membres: Any) -> FactureDessinee:
    """An invoice to draw."""
    base: dict[str, Any] = {
        "numero": "F-2026-00012",
        "emise_le": LE,
        "denomination": "CFA FICTIF DES ÉLÈVES",
        "adresse": "1 rue de l'Exemple\n75001 Paris",
        "siret": "32345678000010",
        "nda": "11750000001",
        "client": "OPCO FICTIF",
        "client_adresse": "2 rue de l'Exemple\n75002 Paris",
        "iban": IBAN,
        "conditions": CONDITIONS,
        "lignes": lignes or (a_ligne(),),
    }
    return FactureDessinee(**{**base, **membres})


def a_ligne(**membres: Any) -> LigneDessinee:
    """A line to draw."""
    base: dict[str, Any] = {
        "dossier": "CA-0000001",
        "numero_deca": "075202609000001",
        "apprenti": "EXEMPLE Zoé",
        "employeur": "Société FICTIVE",
        "formation": "BTS FICTIF",
        "nature": "pédagogie",
        "echeance": "1",
        "debut": date(2026, 9, 1),
        "fin": date(2027, 2, 28),
        "montant": 320_000,
    }
    return LigneDessinee(**{**base, **membres})


def text_of(pdf: bytes) -> str:
    """What a person reads, in one line."""
    with pypdfium2.PdfDocument(pdf) as document:
        texte = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return " ".join(texte.replace("\u00a0", " ").replace("\ufffe", "-").split())


def test_every_mandatory_mention_is_on_it() -> None:
    texte = text_of(draw_facture(a_facture()))

    for mention in (
        "Facture n° F-2026-00012",
        "Date d'émission : 01/10/2026",
        "CFA FICTIF DES ÉLÈVES",
        "1 rue de l'Exemple 75001 Paris",
        "SIRET 323 456 780 00010",
        "N° de déclaration d'activité : 11750000001",
        "OPCO FICTIF",
        "CA-0000001",
        "DECA 075202609000001",
        "EXEMPLE Zoé",
        "Échéance 1 : pédagogie",
        "du 01/09/2026 au 28/02/2027",
        "3 200,00 €",
        "Total net de taxe",
        MENTION_TVA,
        "IBAN : FR76 3000 6000 0112 3456 7890 189",
        "indemnité forfaitaire de 40 €",
        "Page 1 sur 1",
    ):
        assert mention in texte, mention
    assert MENTION_CERTIFICAT[:40] not in texte


def test_it_says_that_it_stands_as_certificate_only_when_it_does() -> None:
    texte = text_of(draw_facture(a_facture(vaut_certificat=True)))

    assert "Cette facture vaut certificat de réalisation" in texte
    assert "Cachet et signature du dispensateur" in texte


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    texte = text_of(draw_facture(a_facture(a_ligne(montant=-75_000), numero="A-1", origine="F-2026-00012")))

    assert "Avoir n° A-1" in texte
    assert "Corrige la facture n° F-2026-00012" in texte
    assert "-750,00 €" in texte


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert draw_facture(a_facture()) == draw_facture(a_facture())


def test_two_hundred_lines_take_as_many_pages_as_they_need_and_none_is_lost() -> None:
    lignes = tuple(a_ligne(dossier=f"CA-{rang:07d}", montant=100 + rang) for rang in range(200))
    pdf = draw_facture(a_facture(*lignes, vaut_certificat=True))
    texte = text_of(pdf)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)
    assert pages > 5
    assert f"Page {pages} sur {pages}" in texte
    assert all(ligne.dossier in texte for ligne in lignes)
    assert texte.count("Apprenti et formation") == pages - (texte.count("Total net de taxe") - 1)
    assert "399,00 €" in texte


def test_a_line_longer_than_a_page_goes_on_under_the_same_titles() -> None:
    texte = text_of(draw_facture(a_facture(a_ligne(), a_ligne(employeur="FICTIF " * 600 + "DERNIER"))))

    assert texte.count("FICTIF ") > 600
    assert "DERNIER" in texte
    assert "Page 4 sur 4" in texte
    assert texte.count("Apprenti et formation") == 4


def test_a_cell_is_read_whole_before_the_next_one() -> None:
    assert "EXEMPLE Zoé BTS FICTIF chez Société FICTIVE Échéance 1" in text_of(draw_facture(a_facture()))


@given(st.text(max_size=120), st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_whatever_people_are_called_it_is_drawn(nom: str, employeur: str) -> None:
    pdf = draw_facture(a_facture(a_ligne(apprenti=nom, employeur=employeur)))

    assert pdf.startswith(b"%PDF-")


def test_names_beyond_french_keep_their_letters_or_lose_their_accent() -> None:
    texte = text_of(draw_facture(a_facture(a_ligne(apprenti="ŁUKASZEWIĆ Šimon Œuvrard 李"))))

    assert "LUKASZEWIC Šimon Œuvrard ?" in texte


# The book of numbers


def prepared(nombre: int) -> list[FacturePreparee]:
    """Invoices without a number."""
    vue = a_vue(*(a_dossier(rang, an_echeance("1")) for rang in range(1, nombre + 1)))
    return list(prepare_factures(vue, Reglages(), le=LE).factures)


def test_numbers_follow_one_another_across_processes_and_years(tmp_path: Path) -> None:
    numeros = []
    for le in (LE, LE, date(2027, 1, 2)):
        with Carnet.open(tmp_path / "factures.db") as carnet:
            numeros += [une.numero for une in carnet.reserve(prepared(2), prefixe="F-", le=le)]

    assert numeros == [
        "F-2026-00001",
        "F-2026-00002",
        "F-2026-00003",
        "F-2026-00004",
        "F-2027-00001",
        "F-2027-00002",
    ]


def test_numbers_are_taken_all_or_none(tmp_path: Path) -> None:
    bonnes = prepared(2)
    with Carnet.open(tmp_path / "factures.db") as carnet:
        with pytest.raises(AttributeError):
            carnet.reserve([*bonnes, None], prefixe="F-", le=LE)  # type: ignore[list-item]
        assert carnet.list_emissions() == []
        assert [une.numero for une in carnet.reserve(bonnes, prefixe="F-", le=LE)] == ["F-2026-00001", "F-2026-00002"]


def test_a_refused_invoice_takes_its_number_again_only_for_the_same_lines(tmp_path: Path) -> None:
    une, autre = prepared(2)
    with Carnet.open(tmp_path / "factures.db") as carnet:
        carnet.reserve([une], prefixe="F-", le=LE)
        carnet.mark_en_boite("F-2026-00001", 1)
        carnet.mark("F-2026-00001", EtatEmission.REFUSEE)
        assert carnet.list_lignes() == []
        (suivante,) = carnet.reserve([autre], prefixe="F-", le=LE)
        (reprise,) = carnet.reserve([une], prefixe="F-", le=date(2026, 10, 9))

    assert (suivante.numero, reprise.numero, reprise.emise_le) == ("F-2026-00002", "F-2026-00001", LE)


def test_an_invoice_given_up_keeps_its_number_and_frees_its_lines(tmp_path: Path) -> None:
    with Carnet.open(tmp_path / "factures.db") as carnet:
        carnet.reserve(prepared(1), prefixe="F-", le=LE)
        carnet.mark("F-2026-00001", EtatEmission.ABANDONNEE)
        assert carnet.list_lignes() == []
        (suivante,) = carnet.reserve(prepared(1), prefixe="F-", le=LE)

    assert suivante.numero == "F-2026-00002"


def test_what_is_read_back_from_the_book_is_what_was_issued(tmp_path: Path) -> None:
    (facture,) = prepared(1)
    with Carnet.open(tmp_path / "factures.db") as carnet:
        carnet.reserve([facture], prefixe="F-", le=LE)
        (lue,) = carnet.list_emissions()

    assert lue.facture.total == facture.total
    assert lue.facture.lignes[0].echeance == facture.lignes[0].echeance
    assert lue.facture.lignes[0].dossier == msgspec.structs.replace(facture.lignes[0].dossier, echeances=())


def test_a_book_restored_from_an_old_copy_goes_on_after_the_numbers_that_served(tmp_path: Path) -> None:
    servis = frozenset({"F-2026-00001", "F-2026-00002"})
    with Carnet.open(tmp_path / "factures.db") as carnet:
        emissions = carnet.reserve(prepared(2), prefixe="F-", le=LE, pris=servis)

    assert [une.numero for une in emissions] == ["F-2026-00003", "F-2026-00004"]
