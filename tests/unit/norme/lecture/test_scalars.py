"""One scalar: what is read, in which form, and what is refused, just inside and just outside each limit."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.lecture import scalars
from traitdunion.norme.lecture.scalars import Illisible

AUTRES_TYPES: list[Any] = [[], {}, [1], {"a": 1}]


def refused(reader: scalars.Reader, valeur: object) -> str:
    with pytest.raises(Illisible) as illisible:
        reader(valeur)
    return illisible.value.entree.code


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("EXEMPLE", "EXEMPLE"),
        ("  EXEMPLE \t", "EXEMPLE"),
        ("\u00a0EXEMPLE\u00a0", "EXEMPLE"),
        ("", None),
        ("   ", None),
        (12, "12"),
        (0, "0"),
        (Decimal("12.0"), "12"),
        ("e\u0301tienne", "étienne"),
        ("x" * 20, "x" * 20),
        ("e\u0301" * 20, "é" * 20),
        ("😀" * 20, "😀" * 20),
    ],
)
def test_a_text_is_read(valeur: object, attendu: str | None) -> None:
    assert scalars.text_reader(20)(valeur) == attendu
    assert scalars.read_text(valeur, 20) == attendu


@pytest.mark.parametrize("valeur", [*AUTRES_TYPES, True, False, Decimal("12.5")])
def test_what_is_no_text_is_refused(valeur: object) -> None:
    assert refused(scalars.text_reader(20), valeur) == "TYPE_ILLISIBLE"


@pytest.mark.parametrize(
    ("valeur", "code"),
    [
        ("x" * 21, "TEXTE_TROP_LONG"),
        (10**19, None),
        (10**20, "NOMBRE_HORS_LIMITES"),
        (-(10**20), "NOMBRE_HORS_LIMITES"),
        (Decimal("1e400"), "NOMBRE_HORS_LIMITES"),
        (Decimal("1e999999"), "NOMBRE_HORS_LIMITES"),
        ("a\0b", "CARACTERE_INTERDIT"),
        ("\0", "CARACTERE_INTERDIT"),
        ("é\0", "CARACTERE_INTERDIT"),
    ],
)
def test_a_text_beyond_its_limits_is_refused(valeur: object, code: str | None) -> None:
    if code is None:
        assert scalars.text_reader(20)(valeur) == str(valeur)
    else:
        assert refused(scalars.text_reader(20), valeur) == code


def test_a_code_is_measured_once_brought_to_its_form() -> None:
    read = scalars.code_reader(15, lambda texte: "".join(texte.split()))
    assert read("2 06 05 75 001 001 55") == "206057500100155"
    assert read(206057500100155) == "206057500100155"
    assert read("") is None
    assert refused(read, "2 06 05 75 001 001 556") == "TEXTE_TROP_LONG"
    assert refused(read, "20605\x007") == "CARACTERE_INTERDIT"
    assert refused(read, []) == "TYPE_ILLISIBLE"


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [("7", "7"), (7, "7"), ("007", "7"), ("0", "0"), (" 12 ", "12"), ("", None), ("9" * 18, "9" * 18)],
)
def test_a_number_of_the_opco_is_read(valeur: object, attendu: str | None) -> None:
    assert scalars.read_numero(valeur) == attendu


@pytest.mark.parametrize("valeur", ["CA-0000001", "1.0", "-1", "9" * 19, "١٢", "1 2", "1e3", -1])
def test_what_is_no_number_of_the_opco_is_refused(valeur: object) -> None:
    assert refused(scalars.read_numero, valeur) == "NUMERO_ILLISIBLE"


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        ("1.1", "1.1"),
        (Decimal("1.1"), "1.1"),
        (Decimal("4.20"), "4.2"),
        (1, "1"),
        (Decimal("1.0"), "1.0"),
        (" 2.1 ", "2.1"),
        ("", None),
    ],
)
def test_a_line_of_the_pay_table_is_read(valeur: object, attendu: str | None) -> None:
    assert scalars.read_ordre(valeur) == attendu


@pytest.mark.parametrize("valeur", [Decimal("1.11"), Decimal("10.5"), Decimal("0.1"), Decimal("1e-9999"), True, [], {}])
def test_what_is_no_line_of_the_pay_table_is_refused(valeur: object) -> None:
    assert refused(scalars.read_ordre, valeur) == "TYPE_ILLISIBLE"


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (12, 12),
        ("12", 12),
        (" 12 ", 12),
        ("+12", 12),
        ("-3", -3),
        (Decimal("12.0"), 12),
        ("12.0", 12),
        ("12,00", 12),
        ("1e3", 1000),
        ("0", 0),
        ("", None),
        (10**9, 10**9),
        (str(-(10**9)), -(10**9)),
    ],
)
def test_a_whole_number_is_read(valeur: object, attendu: int | None) -> None:
    assert scalars.read_int(valeur) == attendu


@pytest.mark.parametrize(
    ("valeur", "code"),
    [
        (10**9 + 1, "NOMBRE_HORS_LIMITES"),
        (str(-(10**9) - 1), "NOMBRE_HORS_LIMITES"),
        (10**40, "NOMBRE_HORS_LIMITES"),
        ("1" * 40, "TYPE_ILLISIBLE"),
        (Decimal("1e400"), "TYPE_ILLISIBLE"),
        ("1e400", "TYPE_ILLISIBLE"),
        (Decimal("12.5"), "TYPE_ILLISIBLE"),
        ("12,5", "TYPE_ILLISIBLE"),
        ("1.000", "TYPE_ILLISIBLE"),
        ("1,000", "TYPE_ILLISIBLE"),
        ("1 000", "TYPE_ILLISIBLE"),
        ("1_000", "TYPE_ILLISIBLE"),
        ("douze", "TYPE_ILLISIBLE"),
        ("NaN", "TYPE_ILLISIBLE"),
        ("sNaN", "TYPE_ILLISIBLE"),
        ("Infinity", "TYPE_ILLISIBLE"),
        ("0x1F", "TYPE_ILLISIBLE"),
        ("١٢", "TYPE_ILLISIBLE"),
        ("1\0", "TYPE_ILLISIBLE"),
        (True, "TYPE_ILLISIBLE"),
        *((valeur, "TYPE_ILLISIBLE") for valeur in AUTRES_TYPES),
    ],
)
def test_what_is_no_whole_number_is_refused(valeur: object, code: str) -> None:
    assert refused(scalars.read_int, valeur) == code


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        *((vrai, True) for vrai in (True, 1, "true", "True", "1", "oui", " OUI ")),
        *((faux, False) for faux in (False, 0, "false", "FALSE", "0", "non")),
        ("", None),
        ("  ", None),
    ],
)
def test_yes_or_no_is_read(valeur: object, attendu: bool | None) -> None:
    assert scalars.read_bool(valeur) is attendu


@pytest.mark.parametrize("valeur", [2, -1, "2", "peut-être", "vrai", "tru", "x", Decimal("1.0"), *AUTRES_TYPES])
def test_what_is_neither_yes_nor_no_is_refused(valeur: object) -> None:
    assert refused(scalars.read_bool, valeur) == "TYPE_ILLISIBLE"


@pytest.mark.parametrize(
    "texte",
    [
        "2026-09-01",
        " 2026-09-01 ",
        "2026-09-01T00:00:00+00:00",
        "2026-09-01T00:00:00Z",
        "2026-09-01T00:00:00.000Z",
        "2026-09-01T00:00:00.0000000+02:00",
        "2026-09-01T23:59:59-11:00",
        "2026-09-01T00:00:00+14:00",
        "2026-09-01 00:00:00",
        "2026-09-01T10:30",
    ],
)
def test_a_day_is_read_and_the_offset_never_moves_it(texte: str) -> None:
    assert scalars.read_day(texte) == date(2026, 9, 1)


@pytest.mark.parametrize("texte", ["", "   "])
def test_an_empty_day_is_absent(texte: str) -> None:
    assert scalars.read_day(texte) is None


@pytest.mark.parametrize(
    "valeur",
    [
        "2026-02-29",
        "2026-13-01",
        "2026-09-31",
        "01/09/2026",
        "2026/09/01",
        "20260901",
        "2026-W36-2",
        "2026-9-1",
        "2026-09",
        "2026-09-01T25:00:00",
        "2026-09-01T00:00:00+99:00",
        "2026-09-01Tminuit",
        "2026-09-01\0",
        "２０２６-09-01",
        "hier",
        "0000-00-00",
        20260901,
        1788220800,
        True,
        Decimal("2026.09"),
        *AUTRES_TYPES,
    ],
)
def test_what_is_no_day_is_refused(valeur: object) -> None:
    assert refused(scalars.read_day, valeur) == "DATE_ILLISIBLE"


@pytest.mark.parametrize(
    ("texte", "lu"), [("1899-12-31", False), ("1900-01-01", True), ("2199-12-31", True), ("2200-01-01", False)]
)
def test_the_years_that_a_date_may_have(texte: str, lu: bool) -> None:
    if lu:
        assert scalars.read_day(texte) == date.fromisoformat(texte)
    else:
        assert refused(scalars.read_day, texte) == "DATE_HORS_LIMITES"


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (1801, "1801.00"),
        (Decimal("1801.8"), "1801.80"),
        (Decimal("1801.80"), "1801.80"),
        ("1801,80", "1801.80"),
        ("1801.8000", "1801.80"),
        (Decimal("16.000"), "16.00"),
        (".5", "0.50"),
        ("-12.5", "-12.50"),
        ("-0.00", "0.00"),
        (Decimal("-0.0"), "0.00"),
        (Decimal("783.9000000000001"), "783.90"),
        (Decimal("783.8999999999999"), "783.90"),
        (Decimal("0.300001"), "0.30"),
        (Decimal("0.299999"), "0.30"),
        (Decimal("1e-999999"), "0.00"),
        (Decimal("0.1" + "0" * 50_000), "0.10"),
        (10**9, "1000000000.00"),
        (-(10**9), "-1000000000.00"),
    ],
)
def test_an_amount_is_read_exactly(valeur: object, attendu: str) -> None:
    assert str(scalars.read_montant(valeur)) == attendu


@pytest.mark.parametrize(
    "valeur",
    [
        Decimal("0.300002"),
        Decimal("0.299998"),
        Decimal("12.345"),
        "12.345",
        "16.000",
        "16,000",
        "1 801,80",
        "1801.80 €",
        "1.801,80",
        "1_801",
        "NaN",
        "Infinity",
        "1e400",
        Decimal("1e400"),
        Decimal("1e999999"),
        Decimal("1000000000.01"),
        10**9 + 1,
        10**40,
        True,
        *AUTRES_TYPES,
    ],
)
def test_what_is_no_amount_is_refused(valeur: object) -> None:
    assert refused(scalars.read_montant, valeur) == "MONTANT_ILLISIBLE"


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (43, "43"),
        (100, "100"),
        ("43", "43"),
        ("43.00", "43"),
        (Decimal("53.50"), "53.5"),
        (Decimal("53.25"), "53.25"),
        (Decimal("27.000000000000004"), "27"),
        ("100.0", "100"),
        (0, "0"),
    ],
)
def test_a_rate_is_read_without_useless_zeros(valeur: object, attendu: str) -> None:
    assert str(scalars.read_taux(valeur)) == attendu


@pytest.mark.parametrize("valeur", ["43 %", Decimal("43.125"), 10**9 + 1, Decimal("1e400"), "x", True, *AUTRES_TYPES])
def test_what_is_no_rate_is_refused(valeur: object) -> None:
    assert refused(scalars.read_taux, valeur) == "TYPE_ILLISIBLE"


@pytest.mark.parametrize("reader", [scalars.read_int, scalars.read_montant, scalars.read_taux, scalars.read_numero])
def test_an_empty_number_is_absent(reader: scalars.Reader) -> None:
    assert reader("") is None
    assert reader("  ") is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_says_the_same_as_number_and_as_text(montant: Decimal) -> None:
    if not montant:
        montant = abs(montant)
    assert scalars.read_montant(montant) == scalars.read_montant(f"{montant:.2f}") == montant


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)), st.times(), st.integers(-14, 14))
def test_no_time_nor_offset_moves_a_day(jour: date, heure: Any, ecart: int) -> None:
    assert scalars.read_day(f"{jour.isoformat()}T{heure.isoformat()}{ecart:+03d}:00") == jour


valeurs = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda fils: st.lists(fils, max_size=2) | st.dictionaries(st.text(max_size=3), fils, max_size=2),
    max_leaves=4,
)


@given(valeurs)
def test_any_value_is_read_or_refused_never_worse(valeur: object) -> None:
    for reader in (
        scalars.text_reader(20),
        scalars.code_reader(20, str.upper),
        scalars.read_numero,
        scalars.read_int,
        scalars.read_bool,
        scalars.read_day,
        scalars.read_montant,
        scalars.read_taux,
    ):
        with suppress(Illisible):
            assert type(reader(valeur)) in (type(None), str, int, bool, date, Decimal)
