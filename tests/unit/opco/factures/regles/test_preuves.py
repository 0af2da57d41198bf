"""What a line still waits for."""

import pytest

from traitdunion.opco.factures.regles.preuves import APRES_LA_PREMIERE, Preuves, list_missing

CERTIFICAT, PARTICIPATION, DEBUT = "CERTIFICAT_REALISATION", "FACTURE_PARTICIPATION_EMPLOYEUR", "ATTESTATION_DEBUT"


def _missing(
    echeance: int = 4,
    conditions: tuple[str, ...] = (CERTIFICAT,),
    *,
    parametre: str = "dernier_solde",
    drapeau: bool = False,
    preuves: Preuves | None = None,
) -> list[str]:
    return list(
        list_missing(
            echeance=echeance,
            conditions=conditions,
            preuve_realisation=parametre,
            est_certificat=drapeau,
            preuves=preuves or Preuves(),
        )
    )


@pytest.mark.parametrize(
    ("preuves", "manque"),
    [
        (Preuves(), [CERTIFICAT]),
        (Preuves(pieces=frozenset({CERTIFICAT})), []),
        (Preuves(pieces=frozenset({PARTICIPATION})), [CERTIFICAT]),
        (Preuves(echeances_certifiees=frozenset({4})), []),
        (Preuves(echeances_certifiees=frozenset({3})), [CERTIFICAT]),
        (Preuves(certificat_final=True), []),
    ],
)
def test_the_training_is_proved_by_a_document_or_by_a_certificate_of_that_echeance(
    preuves: Preuves, manque: list[str]
) -> None:
    assert _missing(preuves=preuves) == manque


def test_the_flag_of_the_invoice_stands_for_the_certificate_alone() -> None:
    assert _missing(drapeau=True) == []
    assert _missing(conditions=(CERTIFICAT, PARTICIPATION), drapeau=True) == [PARTICIPATION]


def test_what_is_missing_is_said_in_one_order() -> None:
    assert _missing(conditions=(PARTICIPATION, CERTIFICAT, DEBUT)) == [DEBUT, CERTIFICAT, PARTICIPATION]


@pytest.mark.parametrize(("echeance", "manque"), [(1, []), (2, [CERTIFICAT]), (4, [CERTIFICAT])])
def test_an_opco_may_ask_for_a_proof_after_the_first_echeance(echeance: int, manque: list[str]) -> None:
    assert _missing(echeance, (), parametre=APRES_LA_PREMIERE) == manque
    assert _missing(echeance, ()) == []
