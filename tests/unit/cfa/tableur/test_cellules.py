"""What a person can mean by a cell, and what is left to ask about."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.luhn import calc_check_digit

from traitdunion.cfa.tableur import anomalies as codes
from traitdunion.cfa.tableur.cellules import ORIGINE_1904, Illisible, read_cellule
from traitdunion.cfa.tableur.colonnes import Genre, by_chemin, colonnes
from traitdunion.cfa.tableur.ecriture.valeurs import to_cell
from traitdunion.norme.lecture.scalars import Illisible as IllisiblePourLaNorme
from traitdunion.norme.lecture.scalars import read_day

SIRET, POSTAL = "cerfa.employeur.siret", "cerfa.employeur.adresse.codePostal"
NAISSANCE, SALAIRE = "cerfa.apprenti.dateNaissance", "cerfa.contrat.salaireEmbauche"
TAUX = "cerfa.contrat.remunerationsAnnuelles.1.1.taux"


def _read(chemin: str, valeur: Any, **autres: Any) -> Any:
    return read_cellule(by_chemin()[chemin], valeur, **autres)


@pytest.mark.parametrize(
    ("chemin", "cellule", "attendu"),
    [
        (SIRET, 35600000000048.0, "35600000000048"),
        (SIRET, "356 000 000 00048", "356 000 000 00048"),  # the norm takes the spaces out
        (SIRET, 5580000039.0, "5580000039"),  # no key agrees: left for the rules to refuse
        (POSTAL, 1000.0, "01000"),
        (POSTAL, "1000", "01000"),
        (POSTAL, 100.0, "100"),  # two digits short is a slip, not a zero lost
        ("cerfa.employeur.codeIdcc", 16.0, "0016"),
        ("cerfa.apprenti.departementNaissance", 1.0, "001"),
        ("cerfa.apprenti.departementNaissance", "2A", "2A"),
        ("cerfa.apprenti.telephone", 602030405.0, "0602030405"),
        ("cerfa.apprenti.telephone", "+33 6 02 03 04 05", "+33 6 02 03 04 05"),
        ("cerfa.organismeFormation.uaiCfa", "0750001U", "0750001U"),
        ("cerfa.apprenti.nir", 206057500100155.0, "206057500100155"),
        ("cerfa.formation.rncp", 38362.0, "38362"),
        ("cerfa.apprenti.derniereClasse", 1.0, "01"),
    ],
)
def test_numbers_are_text_with_their_zeros_back(chemin: str, cellule: Any, attendu: str) -> None:
    assert _read(chemin, cellule) == attendu


def test_a_siret_whose_first_zeros_are_lost_is_made_whole_when_its_key_agrees() -> None:
    siren = "01234567"
    siren += calc_check_digit(siren)
    siret = siren + "0001"
    siret += calc_check_digit(siret)

    assert _read(SIRET, float(siret)) == siret
    assert _read(SIRET, str(int(siret))) == siret


@pytest.mark.parametrize("cellule", ["3,56E+13", "3.56E+13", 1.2345678901234568e19])
def test_digits_that_excel_has_rounded_away_are_told(cellule: Any) -> None:
    with pytest.raises(Illisible) as vu:
        _read(SIRET, cellule)
    assert vu.value.entree is codes.CHIFFRES_PERDUS


@pytest.mark.parametrize(
    "cellule",
    [
        date(2006, 9, 1),
        datetime(2006, 9, 1, 14, 30),  # noqa: DTZ001 - as a reader of workbooks gives it
        "01/09/2006",
        "1/9/2006",
        "1.9.2006",
        "01-09-2006",
        "01/09/2006 00:00:00",
        " 01/09/2006\u00a0",
        "2006-09-01",
        "2006-09-01T00:00:00+02:00",
        "1er septembre 2006",
        "vendredi 1 sept. 2006",
        38961.0,
        "38961",
    ],
)
def test_a_day_is_read_however_it_is_held(cellule: Any) -> None:
    assert str(_read(NAISSANCE, cellule))[:10] == "2006-09-01"


def test_a_serial_number_counts_from_the_workbook_s_own_day_zero() -> None:
    assert _read(NAISSANCE, 38961.0 - 1462, origine=ORIGINE_1904) == "2006-09-01"


@pytest.mark.parametrize("cellule", ["1/9/06", "01-09-06", "01.09.26"])
def test_a_year_of_two_digits_is_never_guessed(cellule: str) -> None:
    with pytest.raises(Illisible) as vu:
        _read(NAISSANCE, cellule)
    assert vu.value.entree is codes.ANNEE_SUR_DEUX_CHIFFRES


@pytest.mark.parametrize(
    "cellule", ["septembre 2006", "31/02/2006x", "à préciser", 12.0, 20060901.0, time(8, 30), True]
)
def test_what_is_no_day_is_passed_on_to_be_refused_by_the_norm(cellule: Any) -> None:
    lu = _read(NAISSANCE, cellule)

    with pytest.raises(IllisiblePourLaNorme):
        read_day(lu)


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("8 000,50 €", "8000,50"),
        ("8\u202f000,50\u00a0€", "8000,50"),
        ("8.000,50", "8000,50"),
        ("8,000.50", "8000.50"),
        ("8'000.50", "8000.50"),
        ("1801,80 EUR", "1801,80"),
        ("8.000", "8.000"),  # eight euros or eight thousand: the norm asks
        (783.9, Decimal("783.9")),
        (8000.0, 8000),
        (0.1 + 0.2, Decimal("0.30000000000000004")),  # a cent's noise, which the norm's reading takes off
        ("gratuit", "gratuit"),
    ],
)
def test_amounts_are_exact_as_people_write_them(cellule: Any, attendu: Any) -> None:
    assert _read(SALAIRE, cellule) == attendu


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        (43.0, 43),
        (0.43, Decimal(43)),
        (1.0, Decimal(100)),
        ("43 %", "43"),
        ("53,5", "53,5"),
        (2.0001, Decimal("2.0001")),
    ],
)
def test_a_rate_is_a_number_of_percents_or_a_cell_in_percent(cellule: Any, attendu: Any) -> None:
    assert _read(TAUX, cellule) == attendu


@pytest.mark.parametrize("cellule", ["Oui", "oui ", "O", "VRAI", "vrai", True, 1, 1.0, "1", "x"])
def test_yes_has_many_spellings(cellule: Any) -> None:
    assert _read("cerfa.apprenti.handicap", cellule) is True


@pytest.mark.parametrize("cellule", ["Non", "n", "FAUX", False, 0, 0.0, "0"])
def test_no_has_many_spellings(cellule: Any) -> None:
    assert _read("cerfa.apprenti.handicap", cellule) is False


@pytest.mark.parametrize("cellule", ["peut-être", 2.0, "-"])
def test_neither_yes_nor_no_is_left_as_it_is(cellule: Any) -> None:
    assert not isinstance(_read("cerfa.apprenti.handicap", cellule), bool)


@pytest.mark.parametrize(
    ("chemin", "cellule", "attendu"),
    [
        ("cerfa.employeur.typeEmployeur", "12", "12"),
        ("cerfa.employeur.typeEmployeur", 12.0, "12"),
        ("cerfa.employeur.typeEmployeur", "15 - association", "15"),
        ("cerfa.employeur.typeEmployeur", "15–Association", "15"),
        ("cerfa.employeur.typeEmployeur", "ASSOCIATION", "15"),
        ("cerfa.employeur.typeEmployeur", "99", "99"),
        ("cerfa.apprenti.sexe", "Homme", "M"),
        ("cerfa.apprenti.sexe", "f", "F"),
        ("cerfa.apprenti.sexe", "féminin", "F"),
        ("cerfa.apprenti.nationalite", "Francaise", "1"),
        ("cerfa.formation.typeDiplome", "brevet de technicien supérieur (BTS)", "54"),
        ("cerfa.formation.typeDiplome", "71", "71"),  # an old code is still a code
        ("cerfa.versionCERFA", "10103*14 - en vigueur depuis le 1er juillet 2025", "10103*14"),
        ("cerfa.versionCERFA", "10103*13", "10103*13"),
        ("cerfa.versionCERFA", "version antérieure", "version antérieure"),  # four codes share this label
        ("cerfa.contrat.remunerationsAnnuelles.1.1.typeSalaire", "smic", "SMIC"),
    ],
)
def test_a_list_takes_the_code_the_label_or_both(chemin: str, cellule: Any, attendu: str) -> None:
    assert _read(chemin, cellule) == attendu


@pytest.mark.parametrize("cellule", ["#N/A", "#REF!", "#VALEUR!", "#DIV/0!", float("nan"), float("inf")])
@pytest.mark.parametrize("chemin", [SIRET, NAISSANCE, SALAIRE, "cerfa.apprenti.nom"])
def test_an_error_of_excel_is_told_whatever_the_column(chemin: str, cellule: Any) -> None:
    with pytest.raises(Illisible) as vu:
        _read(chemin, cellule)
    assert vu.value.entree is codes.CELLULE_EN_ERREUR


@pytest.mark.parametrize("cellule", [None, "", "   ", "\u00a0"])
def test_an_empty_cell_says_nothing(cellule: Any) -> None:
    assert {_read(colonne.chemin, cellule) for colonne in colonnes()} == {None}


VALEURS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.text(st.sampled_from("0123456789/.,-: €%EeOoNn#àé\u00a0"), max_size=20),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(st.sampled_from(colonnes()), VALEURS)
def test_no_value_raises_anything_but_our_own(colonne: Any, valeur: Any) -> None:
    try:
        lu = read_cellule(colonne, valeur)
    except Illisible as illisible:
        lu = illisible.entree.code
    assert lu is None or isinstance(lu, str | int | bool | Decimal)


@given(st.sampled_from([c for c in colonnes() if c.liste is not None]), st.data())
def test_what_a_list_shows_is_read_back(colonne: Any, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from([*colonne.liste.codes, *colonne.liste.anciens]))

    assert colonne.genre is Genre.LISTE
    assert read_cellule(colonne, to_cell(colonne, code)) == code
    assert read_cellule(colonne, code) == code


@given(st.dates(date(1927, 6, 1), date(2119, 1, 1)))
def test_a_day_is_the_same_typed_or_held(jour: date) -> None:
    ecrit = f"{jour:%d/%m/%Y}" if jour.year >= 1000 else ""
    assert read_cellule(by_chemin()[NAISSANCE], jour) == read_cellule(by_chemin()[NAISSANCE], ecrit) == jour.isoformat()
    serie = float((jour - date(1899, 12, 30)).days)
    assert read_cellule(by_chemin()[NAISSANCE], serie) == jour.isoformat()
