"""What the ledger holds as engaged, from an échéancier and its frais annexes."""

from datetime import date

import pytest

from traitdunion.opco.comptabilite.postes import Cle
from traitdunion.opco.financement.calcul import Echeance
from traitdunion.opco.financement.cible import compute_cible, split_echeance
from traitdunion.opco.financement.frais import Frais

JOUR = date(2026, 9, 1)


def _echeance(numero: int, pedagogie: int, *, rqth: int = 0, participation: int = 0) -> Echeance:
    return Echeance(
        numero=numero,
        codification=str(numero),
        ouverture=JOUR,
        debut=JOUR,
        fin=JOUR,
        pedagogie=pedagogie,
        rqth=rqth,
        participation=participation,
    )


def test_the_participation_comes_off_the_pedagogy() -> None:
    assert split_echeance(pedagogie=320_000, rqth=40_000, participation=75_000) == {
        "PEDAGOGIE": 245_000,
        "MAJORATION_RQTH": 40_000,
    }


def test_a_participation_that_the_pedagogy_cannot_bear_comes_off_the_rest() -> None:
    assert split_echeance(pedagogie=50_000, rqth=40_000, participation=75_000) == {
        "PEDAGOGIE": 0,
        "MAJORATION_RQTH": 15_000,
    }


def test_frais_annexes_are_engaged_outside_of_any_echeance() -> None:
    frais = [Frais(nature="RESTAURATION", quantite=10, prix_unitaire=300)]

    assert compute_cible([_echeance(1, 1_000)], frais, disponible={}) == {
        Cle(1, "PEDAGOGIE"): 1_000,
        Cle(0, "RESTAURATION"): 3_000,
    }


@pytest.mark.parametrize(
    ("disponible", "attendu"),
    [
        ({Cle(1, "PEDAGOGIE"): 0, Cle(2, "PEDAGOGIE"): 0}, (1_000, 200)),  # both invoiced: the last one first
        ({Cle(1, "PEDAGOGIE"): 1_000, Cle(2, "PEDAGOGIE"): 0}, (700, 500)),  # the first one is still to be invoiced
        ({Cle(1, "PEDAGOGIE"): 100, Cle(2, "PEDAGOGIE"): 0}, (900, 300)),
    ],
)
def test_a_negative_solde_lowers_what_is_not_invoiced_first(
    disponible: dict[Cle, int], attendu: tuple[int, int]
) -> None:
    echeances = [_echeance(1, 1_000), _echeance(2, 500), _echeance(3, -300)]

    cible = compute_cible(echeances, (), disponible=disponible)

    assert (cible[Cle(1, "PEDAGOGIE")], cible[Cle(2, "PEDAGOGIE")]) == attendu
