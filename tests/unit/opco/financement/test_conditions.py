"""What each échéance waits for (regles.md §4.9, steps 8 and 9); contracts of before July 2025 wait for nothing."""

from datetime import date
from typing import Any

from traitdunion.norme.parametres import LIVRES
from traitdunion.opco.financement.calcul import Condition, Contrat, compute


def _conditions(**membres: Any) -> list[tuple[Condition, ...]]:
    connus = {
        "conclusion": date(2026, 8, 20),
        "debut": date(2026, 9, 1),
        "fin": date(2027, 8, 31),
        "npec": 800_000,
        "niveau": 4,
        **membres,
    }
    contrat = Contrat(**connus)
    return [une.conditions for une in compute(contrat, LIVRES.at(contrat.conclusion)).echeances]


def test_the_last_solde_alone_waits_for_its_certificate() -> None:
    assert _conditions() == [(), (), (), (Condition.CERTIFICAT_REALISATION,)]


def test_from_level_6_it_waits_for_the_copy_of_the_employer_s_invoice_too() -> None:
    assert _conditions(niveau=6)[-1] == (Condition.CERTIFICAT_REALISATION, Condition.FACTURE_PARTICIPATION)


def test_the_advances_of_a_new_cfa_wait_for_the_attestation_of_the_start() -> None:
    assert set(_conditions(nouveau_cfa=True)[:-1]) == {(Condition.ATTESTATION_DEBUT,)}


def test_a_contract_of_before_july_2025_waits_for_nothing() -> None:
    avant = _conditions(conclusion=date(2025, 6, 30), debut=date(2025, 7, 1), fin=date(2026, 6, 30), niveau=6)
    assert set(avant) == {()}
