"""The XML of a Factur-X and the mention of VAT, read without a file."""

from datetime import date
from decimal import Decimal

import pytest
from builders.factures import hostiles, papier

from traitdunion.opco.pieces.gate.facturx import XmlRefuse, read_facturx
from traitdunion.opco.pieces.gate.mention import holds_mention
from traitdunion.opco.pieces.gate.model import FacturX


def read(xml: bytes) -> FacturX:
    lue = read_facturx(xml)
    assert lue is not None
    return lue


def test_every_value_is_read_where_the_standard_puts_it() -> None:
    assert read(papier.a_facturx_xml()) == FacturX(
        numero=papier.NUMERO,
        type_code="380",
        date_emission=date(2026, 10, 15),
        sirets=(papier.SIRET,),
        montant_total=Decimal("4000.00"),
        montant_a_payer=Decimal("4000.00"),
        devise="EUR",
        ibans=(papier.IBAN,),
        categories=("E",),
        exonerations=("VATEX-FR-CGI261-4",),
        reference_acheteur="OPCO FICTIF",
    )


def test_an_account_never_shows_when_the_values_are_printed() -> None:
    assert papier.IBAN not in repr(read(papier.a_facturx_xml()))


@pytest.mark.parametrize(
    ("siret", "schema", "lus"),
    [
        ("323 456 780 00010", "0009", (papier.SIRET,)),
        ("323456780", "0002", ("323456780",)),
        ("DE123456789", "0002", ()),
        ("323456780", "0060", ()),
    ],
)
def test_only_french_numbers_are_taken_for_a_seller(siret: str, schema: str, lus: tuple[str, ...]) -> None:
    assert read(papier.a_facturx_xml(siret=siret, schema=schema)).sirets == lus


@pytest.mark.parametrize(
    "change",
    [
        (b'format="102"', b'format="203"'),
        (b"20261015", b"20261315"),
        (b"20261015", b"15102026x"),
    ],
)
def test_a_date_of_another_form_is_no_date(change: tuple[bytes, bytes]) -> None:
    assert read(papier.a_facturx_xml().replace(*change)).date_emission is None


@pytest.mark.parametrize("total", ["1e3", "NaN", "4 000,00", "9" * 16, "1.1234567", ""])
def test_an_amount_of_another_form_is_no_amount(total: str) -> None:
    assert read(papier.a_facturx_xml(total=total)).montant_total is None


def test_an_avoir_has_its_code() -> None:
    assert read(papier.a_facturx_xml(type_code=papier.AVOIR)).type_code == "381"


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"EXEMPLE",
        hostiles.PROGRAMME,
        hostiles.BOMBE_XML,
        hostiles.ENTITE_EXTERNE,
        hostiles.PAGE_WEB,
        hostiles.FEUILLE,
        b'<a><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/></a>',
        b"<a><?programme x?></a>",
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="inconnu"?><a/>',
        papier.a_facturx_xml().ljust((1 << 20) + 1),
    ],
    ids=range(12),
)
def test_what_is_no_xml_or_could_act_is_not_let_in(xml: bytes) -> None:
    with pytest.raises(XmlRefuse):
        read_facturx(xml)


@pytest.mark.parametrize("taille", range(1, len(papier.a_facturx_xml()), 61))
def test_a_document_cut_anywhere_is_refused_or_not_read_and_never_read_in_part(taille: int) -> None:
    try:
        assert read_facturx(papier.a_facturx_xml()[:taille]) is None
    except XmlRefuse:
        assert taille < 400, "the root had been met"


@pytest.mark.parametrize(
    "texte",
    [
        papier.MENTION,
        "EXONÉRATION DE TVA, ARTICLE 261-4-4° A DU CGI",
        "Exonere de TVA",
        "Prestations exonérées de la T.V.A.",
        "exonérée de la taxe sur la valeur ajoutée",
        "E x o n é r a t i o n   d e   T V A",
        "exoné-\nration de\nTVA",
        "exonération\u00a0de\u202fTVA",
        "TVA non applicable, art. 293 B du CGI",
        "T.V.A. non applicable",
        "TVA exonérée",
        "Organisme non assujetti à la TVA",
        "non soumise à la TVA",
        "dispensé de TVA",
        "261-4-4 du CGI",
        "261 4 4° a",
        "261, 4, 4°",
        "261.4.4° a",
        "261 – 4 – 4º a",
        "261-\n4-4° a",
        "en vertu de l'art. 261 du code général des impôts",
        "articles 261 et suivants",
        "VATEX-FR-CGI261-4",
    ],
)
def test_the_usual_ways_of_the_mention_are_known(texte: str) -> None:
    assert holds_mention(f"Facture n° 12 Total 4 000,00 {texte} page 1")


@pytest.mark.parametrize(
    "texte",
    [
        "",
        "TVA 20 % : 800,00",
        "N° de TVA intracommunautaire FR32323456780",
        "Total 261,44 euros",
        "2 614,40",
        "Dossier 26144, échéance 4",
        "article 2610",
        "exonération de cotisations",
        "Net de taxe",
    ],
)
def test_what_resembles_the_mention_is_not_it(texte: str) -> None:
    assert not holds_mention(f"Facture n° 12 {texte} page 1")
