"""A facture beside its Factur-X: each difference is said on its member, and no account is ever quoted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from traitdunion.norme.erreurs import Anomalie, Gravite
from traitdunion.norme.messages.facture import Avoir, Facture
from traitdunion.opco.factures.depot.facturx import check_lecture, compare
from traitdunion.opco.pieces.gate import FacturX, LectureFacture, Mention

IBAN, AUTRE_IBAN = "FR7630006000011234567890189", "DE89370400440532013000"
SIRET = "32345678000010"
FACTURE = Facture(
    numero="FA-2026-0001",
    date_emission=date(2026, 10, 15),
    montant_total=Decimal("4000"),
    siret_emetteur=SIRET,
    iban_emetteur=IBAN,
)
LUE = FacturX(
    numero="FA-2026-0001",
    type_code="380",
    date_emission=date(2026, 10, 15),
    sirets=(SIRET, SIRET[:9]),
    montant_total=Decimal("4000.00"),
    montant_a_payer=Decimal("1000.00"),
    devise="EUR",
    ibans=("FR76 3000 6000 0112 3456 7890 189",),
)
AVOIR = Avoir(numero="AV-1", montant_total=Decimal("-4000"), date_emission=date(2026, 10, 15))
AVOIR_LU = replace(LUE, numero="AV-1", type_code="381")


def _champs(anomalies: list[Anomalie]) -> list[str | None]:
    return [anomalie.champ for anomalie in anomalies]


def test_the_same_facture_in_both_says_nothing() -> None:
    assert compare(FACTURE, LUE) == []


@pytest.mark.parametrize(
    ("change", "champ", "dits"),
    [
        ({"numero": "FA-2026-0002"}, "facture.numero", ("« FA-2026-0001 »", "« FA-2026-0002 »")),
        ({"numero": None}, "facture.numero", ("rien dans le Factur-X",)),
        ({"date_emission": date(2026, 10, 16)}, "facture.dateEmission", ("« 15/10/2026 »", "« 16/10/2026 »")),
        ({"date_emission": None}, "facture.dateEmission", ("rien dans le Factur-X",)),
        ({"montant_total": Decimal("4000.01")}, "facture.montantTotal", ("« 4000,00 »", "« 4000,01 »")),
        ({"montant_total": Decimal("3999.999")}, "facture.montantTotal", ("« 3999,999 »",)),
        ({"montant_total": None}, "facture.montantTotal", ("« 1000,00 »",)),
        ({"montant_total": None, "montant_a_payer": None}, "facture.montantTotal", ("rien dans le Factur-X",)),
        ({"montant_total": Decimal("-4000")}, "facture.montantTotal", ("« -4000,00 »",)),
        ({"devise": "USD"}, "facture.montantTotal", ("« EUR »", "« USD »")),
        ({"sirets": ("32345678000028",)}, "facture.siretEmetteur", (f"« {SIRET} »", "« 32345678000028 »")),
        ({"sirets": ("999999999",)}, "facture.siretEmetteur", ("« 999999999 »",)),
        ({"sirets": (SIRET, "999999999")}, "facture.siretEmetteur", ("« 999999999 »",)),
        ({"type_code": "381"}, "facture", ("code 380", "« 381 »")),
        ({"ibans": (AUTRE_IBAN,)}, "facture.ibanEmetteur", ("IBAN",)),
    ],
)
def test_a_difference_is_a_warning_on_its_member_with_both_values(
    change: dict[str, Any], champ: str, dits: tuple[str, ...]
) -> None:
    (anomalie,) = compare(FACTURE, replace(LUE, **change))

    assert (anomalie.code, anomalie.gravite) == ("FACTURX_DIFFERENTE", Gravite.AVERTISSEMENT)
    assert anomalie.champ == champ
    for dit in dits:
        assert dit in anomalie.description


@pytest.mark.parametrize(
    "change",
    [
        {"sirets": (SIRET[:9],)},
        {"sirets": ()},
        {"ibans": ()},
        {"ibans": (AUTRE_IBAN, IBAN)},
        {"type_code": None},
        {"type_code": "384"},
        {"devise": None},
        {"montant_total": None, "montant_a_payer": Decimal("4000")},
    ],
    ids=str,
)
def test_what_a_poorer_profile_leaves_out_is_no_difference(change: dict[str, Any]) -> None:
    assert compare(FACTURE, replace(LUE, **change)) == []


def test_every_difference_is_said_in_the_order_of_the_json() -> None:
    lue = FacturX(numero="X", type_code="381", devise="USD", sirets=("999999999",), ibans=(AUTRE_IBAN,))

    assert _champs(compare(FACTURE, lue)) == [
        "facture",
        "facture.numero",
        "facture.dateEmission",
        "facture.montantTotal",
        "facture.montantTotal",
        "facture.siretEmetteur",
        "facture.ibanEmetteur",
    ]


def test_a_facture_without_members_is_compared_with_nothing() -> None:
    assert compare(Facture(), LUE) == []


@pytest.mark.parametrize("total", ["4000", "-4000"])
def test_an_avoir_is_negative_here_and_either_way_in_a_factur_x(total: str) -> None:
    assert compare(AVOIR, replace(AVOIR_LU, montant_total=Decimal(total))) == []


def test_an_avoir_whose_factur_x_is_a_facture_of_another_total_is_said() -> None:
    anomalies = compare(AVOIR, replace(AVOIR_LU, type_code="380", montant_total=Decimal("4001")))

    assert _champs(anomalies) == ["avoir", "avoir.montantTotal"]
    assert "code 381" in anomalies[0].description


def test_no_account_is_quoted_even_in_the_wrong_member() -> None:
    lue = replace(LUE, numero=AUTRE_IBAN, ibans=(AUTRE_IBAN,))

    anomalies = compare(FACTURE, lue)

    said = "".join(anomalie.description for anomalie in anomalies)
    assert _champs(anomalies) == ["facture.numero", "facture.ibanEmetteur"]
    assert AUTRE_IBAN not in said
    assert IBAN not in said


def test_what_a_stranger_wrote_is_quoted_short_and_without_tricks() -> None:
    (anomalie,) = compare(FACTURE, replace(LUE, numero="\u202e<b>\0" + "9" * 99))

    assert f"« <b>{'9' * 37}… »" in anomalie.description
    assert "\u202e" not in anomalie.description


def _codes(lecture: LectureFacture | None) -> list[str]:
    return [anomalie.code for anomalie in check_lecture(FACTURE, lecture)]


def test_a_text_without_the_mention_is_a_warning_that_says_what_to_write() -> None:
    (anomalie,) = check_lecture(FACTURE, LectureFacture(mention=Mention.ABSENTE))

    assert anomalie.code == "MENTION_EXONERATION_ABSENTE"
    assert anomalie.gravite is Gravite.AVERTISSEMENT
    assert "261-4-4° a" in anomalie.description


@pytest.mark.parametrize("mention", [Mention.PRESENTE, Mention.INCONNUE])
def test_a_text_that_holds_it_or_that_is_not_known_is_no_warning(mention: Mention) -> None:
    assert _codes(LectureFacture(mention=mention)) == []
    assert _codes(None) == []


def test_a_factur_x_that_cannot_be_read_is_said_and_one_that_can_is_compared() -> None:
    assert _codes(LectureFacture(joint=True)) == ["FACTURX_ILLISIBLE"]
    assert _codes(LectureFacture(joint=True, facturx=LUE)) == []
    assert _codes(LectureFacture(joint=True, facturx=replace(LUE, numero="X"), mention=Mention.ABSENTE)) == [
        "MENTION_EXONERATION_ABSENTE",
        "FACTURX_DIFFERENTE",
    ]


def test_a_difference_does_not_depend_on_how_the_total_is_written() -> None:
    assert compare(msgspec.structs.replace(FACTURE, montant_total=Decimal("4000.00")), LUE) == []
