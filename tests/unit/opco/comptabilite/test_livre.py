"""The ledger of one dossier: what each fact moves, and what it may not."""

import pytest

from traitdunion.opco.comptabilite.livre import Livre, MouvementImpossible, set_aside
from traitdunion.opco.comptabilite.postes import EN_COURS, Cle, Place, Poste

E1, E2, REPAS = Cle(1, "PEDAGOGIE"), Cle(2, "PEDAGOGIE"), Cle(0, "RESTAURATION")
LIGNE = 7


def _engaged(**parts: int) -> Livre:
    livre = Livre()
    livre.record_engagement({E1: parts.get("e1", 320_000), E2: parts.get("e2", 240_000)})
    return livre


def _paid(montant: int = 320_000) -> Livre:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, montant)
    livre.accept(E1, LIGNE)
    ordonne = livre.order(E1, LIGNE)
    livre.settle(E1, LIGNE, ordonne, sans_avoir=0)
    return livre


def _balanced(livre: Livre) -> bool:
    return sum(un.montant for un in livre.mouvements) == 0


def test_what_is_engaged_may_be_invoiced() -> None:
    livre = _engaged()

    assert (livre.engagement, livre.disponible(E1), livre.disponible(E2)) == (560_000, 320_000, 240_000)
    assert _balanced(livre)


def test_an_invoiced_line_moves_from_step_to_step_until_it_is_paid() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 300_000)

    assert (livre.disponible(E1), livre.total(*EN_COURS, echeance=1)) == (20_000, 300_000)
    assert livre.accept(E1, LIGNE) == 300_000
    assert livre.order(E1, LIGNE) == 300_000
    livre.settle(E1, LIGNE, 300_000, sans_avoir=0)
    assert (livre.total(Poste.REGLE, echeance=1), livre.total(*EN_COURS), livre.trop_percu) == (300_000, 0, 0)
    assert _balanced(livre)


def test_more_than_what_is_left_cannot_be_invoiced() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 320_000)

    with pytest.raises(MouvementImpossible):
        livre.record_ligne(E1, LIGNE + 1, 1)


def test_a_rejected_line_may_be_invoiced_again() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 300_000)
    livre.accept(E1, LIGNE)

    assert livre.reject(E1, LIGNE) == 300_000
    assert livre.disponible(E1) == 320_000


def test_a_transfer_sent_back_leaves_the_line_to_be_paid() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 300_000)
    livre.accept(E1, LIGNE)
    livre.order(E1, LIGNE)

    assert livre.fail_order(E1, LIGNE) == 300_000
    assert livre.total(Poste.A_PAYER) == 300_000


def test_an_engagement_lowered_takes_what_is_not_invoiced_then_what_is_not_paid_then_what_is_paid() -> None:
    livre = _paid(200_000)
    livre.record_ligne(E1, 8, 100_000)  # 20,000 left to invoice, 100,000 in instruction, 200,000 paid

    livre.record_engagement({E1: 150_000, E2: 240_000})

    assert livre.disponible(E1) == 0
    assert livre.debout(8) == 0
    assert (livre.total(Poste.REGLE), livre.trop_percu) == (150_000, 50_000)
    assert livre.engage(E1) == 150_000


def test_an_engagement_raised_again_takes_back_the_trop_percu_first() -> None:
    livre = _paid()
    livre.record_engagement({E1: 100_000, E2: 240_000})

    livre.record_engagement({E1: 330_000, E2: 240_000})

    assert (livre.total(Poste.REGLE), livre.trop_percu, livre.disponible(E1)) == (320_000, 0, 10_000)


def test_a_credit_note_on_what_is_not_paid_makes_it_available_again() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 300_000)

    livre.credit(E1, LIGNE, 50_000, sans_avoir=0)

    assert (livre.disponible(E1), livre.debout(LIGNE), livre.trop_percu) == (70_000, 250_000, 0)


def test_a_credit_note_on_what_is_paid_is_to_be_given_back() -> None:
    livre = _paid()

    livre.credit(E1, LIGNE, 20_000, sans_avoir=0)

    assert (livre.total(Poste.REGLE), livre.disponible(E1), livre.trop_percu) == (300_000, 20_000, 20_000)
    # It is the CFA's own doing: a higher engagement does not take it back.
    livre.record_engagement({E1: 330_000, E2: 240_000})
    assert (livre.trop_percu, livre.disponible(E1)) == (20_000, 30_000)


def test_a_credit_note_first_answers_for_the_trop_percu_of_a_break() -> None:
    livre = _paid()
    livre.record_engagement({E1: 100_000})
    sans_avoir = set_aside(montant=320_000, debout=livre.debout(LIGNE), credite=0)

    livre.credit(E1, LIGNE, 220_000, sans_avoir=sans_avoir)

    assert (livre.total(Poste.REGLE), livre.trop_percu) == (100_000, 220_000)
    assert livre.solde(Place(Poste.AVOIR_A_RECOUVRER, *E1, LIGNE)) == 220_000


def test_no_more_is_credited_than_the_line_asked_for() -> None:
    livre = _paid()

    with pytest.raises(MouvementImpossible):
        livre.credit(E1, LIGNE, 320_001, sans_avoir=0)


def test_what_is_paid_after_the_engagement_was_lowered_is_a_trop_percu_at_once() -> None:
    livre = _engaged()
    livre.record_ligne(E1, LIGNE, 320_000)
    livre.accept(E1, LIGNE)
    livre.order(E1, LIGNE)
    livre.record_engagement({E1: 300_000, E2: 240_000})

    livre.settle(E1, LIGNE, 320_000, sans_avoir=20_000)

    assert (livre.total(Poste.REGLE), livre.trop_percu) == (300_000, 20_000)


def test_what_is_recovered_is_owed_no_more() -> None:
    livre = _paid()
    livre.record_engagement({E1: 100_000})

    assert livre.recover(200_000) == [(LIGNE, 200_000)]
    assert livre.trop_percu == 20_000
    with pytest.raises(MouvementImpossible):
        livre.recover(20_001)


def test_what_was_not_asked_for_in_time_is_lost_and_what_is_accepted_is_paid() -> None:
    livre = _engaged()
    livre.record_engagement({E1: 320_000, E2: 240_000, REPAS: 3_000})
    livre.record_ligne(E1, LIGNE, 320_000)
    livre.accept(E1, LIGNE)

    assert livre.foreclose() == 243_000
    assert (livre.total(Poste.FORCLOS), livre.total(Poste.A_PAYER)) == (243_000, 320_000)
    assert _balanced(livre)


def test_a_credit_note_ends_the_same_before_and_after_what_is_given_back() -> None:
    """It answers first for what was given back, which needs no second recovery; the rest may be taken back."""
    soldes = []
    for rendu_d_abord in (True, False):
        livre = _paid()
        livre.record_engagement({E1: 120_000, E2: 240_000})
        if rendu_d_abord:
            livre.recover(50_000)
        livre.credit(E1, LIGNE, 50_000, sans_avoir=200_000)
        if not rendu_d_abord:
            livre.recover(50_000)
        livre.record_engagement({E1: 320_000, E2: 240_000})
        soldes.append((livre.trop_percu, livre.total(Poste.REGLE), livre.disponible(E1)))

    assert soldes == [(0, 270_000, 50_000)] * 2


def test_a_refused_fact_moves_nothing() -> None:
    livre = _paid(200_000)
    livre.record_engagement({E1: 150_000, E2: 240_000})
    livre.record_ligne(E2, 8, 240_000)
    livre.accept(E2, 8)
    livre.order(E2, 8)
    deja = list(livre.mouvements)
    refuses = (
        lambda: livre.recover(50_001),
        lambda: livre.credit(E1, LIGNE, 200_001, sans_avoir=50_000),
        lambda: livre.settle(E2, 8, 239_999, sans_avoir=0),
        lambda: livre.record_engagement({E1: 0, E2: -1}),
    )
    for refuse in refuses:
        with pytest.raises(MouvementImpossible):
            refuse()

    assert livre.mouvements == deja


def test_foreclosure_loses_each_share_that_is_named_however_they_are_named() -> None:
    livre = _engaged()

    assert livre.foreclose(cle for cle in (E2, E1)) == 560_000
