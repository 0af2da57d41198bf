"""The liberal reading of factures, avoirs and certificats: what connectors send comes out in the norm's own form."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders.corps import a_certificat, a_facture, an_avoir, as_connector

from traitdunion.norme import contenu, lecture
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.norme.messages.pieces import Certificat


def read(type_: Any, corps: dict[str, Any], racine: str = "") -> Any:
    return lecture.read(type_, json.dumps(corps).encode(), racine=racine)


@pytest.mark.parametrize(
    ("type_", "corps"), [(Facture, a_facture()), (Avoir, an_avoir()), (Certificat, a_certificat())]
)
def test_numbers_as_text_and_days_with_hours_are_the_same_message(type_: Any, corps: dict[str, Any]) -> None:
    attendu = read(type_, corps)
    envoye = read(type_, as_connector(corps))

    assert attendu.anomalies == envoye.anomalies == ()
    assert envoye.message == attendu.message
    assert contenu.digest(envoye.message) == contenu.digest(attendu.message)


def test_amounts_are_exact_and_days_do_not_move() -> None:
    lue = read(
        Facture, a_facture({"dateEmission": "2027-03-05T23:30:00-10:00", "lignes[0].montant": "2400,07"})
    ).message
    assert lue.date_emission == date(2027, 3, 5)
    assert lue.lignes[0].montant == Decimal("2400.07")


@pytest.mark.parametrize("numero", ["2", "E2", " e2 ", "02", 2, 2.0])
def test_every_spelling_of_an_echeance_gives_the_same_content(numero: Any) -> None:
    lue = read(Facture, a_facture({"lignes[0].numeroEcheance": numero, "lignes[0].codificationEcheance": numero}))
    assert lue == read(Facture, a_facture())


@pytest.mark.parametrize("nature", ["Pedagogie", "PÉDAGOGIE", " pédagogie "])
def test_every_spelling_of_a_nature_gives_the_same_content(nature: str) -> None:
    assert read(Facture, a_facture({"lignes[0].natureLigne": nature})) == read(Facture, a_facture())


@pytest.mark.parametrize("genre", ["INTERMEDIAIRE", "intermédiaire", " Intermediaire"])
def test_every_spelling_of_a_type_of_certificat_is_the_norm_s(genre: str) -> None:
    assert read(Certificat, a_certificat({"typeCertificat": genre})) == read(Certificat, a_certificat())


@pytest.mark.parametrize(("type_", "make"), [(Facture, a_facture), (Avoir, an_avoir)])
def test_a_single_line_may_come_as_an_object(type_: Any, make: Any) -> None:
    ligne = make()["lignes"][0]
    assert read(type_, make({"lignes": ligne})) == read(type_, make({"lignes": [ligne]}))


def test_what_is_wrong_in_a_line_that_comes_alone_has_the_path_of_a_list() -> None:
    lue = read(Facture, a_facture({"lignes": {"montant": "dix"}}), "facture")
    assert [(a.code, a.champ) for a in lue.anomalies] == [("MONTANT_ILLISIBLE", "facture.lignes[0].montant")]


def test_lines_that_are_neither_a_list_nor_an_object_cannot_be_read() -> None:
    lue = read(Facture, a_facture({"lignes": 3}), "facture")
    assert [(a.code, a.champ) for a in lue.anomalies] == [("TYPE_ILLISIBLE", "facture.lignes")]


def test_an_iban_and_a_siret_lose_their_spaces() -> None:
    espaces = {"ibanEmetteur": "fr94 9999 9000 01fi ctif 0000 100", "siretEmetteur": "323 456 780 00010"}
    assert read(Facture, a_facture(espaces)) == read(Facture, a_facture())


def test_empty_texts_are_absent_and_stray_members_are_named() -> None:
    lue = read(Facture, a_facture({"lignes[0].quantite": "", "lignes[0].tva": 0}), "facture")
    assert lue.message.lignes[0].quantite is None
    assert [(a.code, a.champ) for a in lue.anomalies] == [("MEMBRE_INCONNU", "facture.lignes[0].tva")]


def test_a_third_decimal_is_refused_and_the_noise_of_a_float_is_not() -> None:
    assert read(Facture, a_facture({"montantTotal": 2430.0000000001})) == read(Facture, a_facture())
    (anomalie,) = read(Facture, a_facture({"montantTotal": 2430.005})).anomalies
    assert anomalie.code == "MONTANT_ILLISIBLE"
