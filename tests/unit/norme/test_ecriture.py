"""Written exactly: days with their offset, amounts as JSON numbers, members under the norm's own names."""

import json
from datetime import date
from decimal import Decimal

import pytest
from builders.corps import a_depot
from builders.corps_valides import depots
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.norme import ecriture, lecture
from traitdunion.norme.messages.cerfa import Cerfa, Contrat, DepotDossier, RemunerationAnnuelle
from traitdunion.norme.messages.convention import Convention, Couts
from traitdunion.norme.messages.reponses import DossierLu


def test_a_day_is_written_at_midnight_with_its_offset() -> None:
    assert (
        ecriture.write(Contrat(date_conclusion=date(2026, 9, 1))) == b'{"dateConclusion":"2026-09-01T00:00:00+00:00"}'
    )


@pytest.mark.parametrize(
    ("montant", "ecrit"),
    [("783.90", b"783.90"), ("0.00", b"0.00"), ("-12.50", b"-12.50"), ("999999999.99", b"999999999.99")],
)
def test_an_amount_is_written_as_an_exact_number(montant: str, ecrit: bytes) -> None:
    assert ecriture.write(Contrat(salaire_embauche=Decimal(montant))) == b'{"salaireEmbauche":' + ecrit + b"}"


def test_a_rate_is_written_without_exponent() -> None:
    corps = lecture.read(RemunerationAnnuelle, b'{"taux": "100.00"}').message
    assert ecriture.write(corps) == b'{"taux":100}'


def test_irregular_names_are_written_as_the_norm_spells_them() -> None:
    convention = Convention(
        couts=Couts(
            cout_total_pedagogie_cfa=Decimal("1.00"),
            montant_rqth_annee1=Decimal("2.00"),
            mention_mobilite_internationale=True,
            accompagnement_drom=False,
        ),
        attestation_convention_signee_cfa=True,
        attestation_convention_conforme_json=True,
    )
    assert json.loads(ecriture.write(convention)) == {
        "couts": {
            "coutTotalPedagogieCFA": 1,
            "montantRQTHAnnee1": 2,
            "mentionMobiliteInternationale": True,
            "accompagnementDROM": False,
        },
        "attestationConventionSigneeCFA": True,
        "attestationConventionConformeJSON": True,
    }
    assert b'"versionCERFA":"x","CERFAsignatureProbante":true' in ecriture.write(
        Cerfa(version_cerfa="x", cerfa_signature_probante=True)
    )


def test_what_was_not_deposited_is_not_written_back_but_an_unknown_funding_is_null() -> None:
    ecrit = json.loads(ecriture.write(DossierLu(cerfa=Cerfa(version_cerfa="10103*14"))))
    assert ecrit["cerfa"] == {"versionCERFA": "10103*14"}
    assert {nom for nom, valeur in ecrit.items() if valeur is None} == {
        *("engagement", "echeances", "engagementsFraisAnnexe", "detailsFacturation", "comment")
    }


def test_days_inside_lists_and_plain_values_are_written_too() -> None:
    assert ecriture.to_wire([{"a": date(2026, 1, 2)}, (date(2026, 1, 3),)]) == [
        {"a": "2026-01-02T00:00:00+00:00"},
        ["2026-01-03T00:00:00+00:00"],
    ]


def test_a_message_without_days_may_be_written_without_the_walk() -> None:
    message = Couts(cout_total_pedagogie_cfa=Decimal("12.30"), nombre_repas_totaux=4)
    assert ecriture.write_plain(message) == ecriture.write(message)


def test_what_is_written_is_read_back_the_same() -> None:
    lu = lecture.read(DepotDossier, json.dumps(a_depot()).encode())
    assert lecture.read(DepotDossier, ecriture.write(lu.message)) == lu


@settings(max_examples=60, deadline=None)
@given(depots(), st.booleans())
def test_any_valid_body_is_written_and_read_back_the_same(corps: dict[str, object], ascii_: bool) -> None:
    lu = lecture.read(DepotDossier, json.dumps(corps, ensure_ascii=ascii_).encode())
    assert lu.anomalies == ()
    assert lecture.read(DepotDossier, ecriture.write(lu.message)) == lu
