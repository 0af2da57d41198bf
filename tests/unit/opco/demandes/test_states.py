"""Types and states of contact requests, and the words that people read."""

from traitdunion.opco.demandes.states import A_TRAITER, ETATS, TYPES, EtatDemande, TypeDemande, after_message


def test_every_type_and_every_state_has_its_words() -> None:
    assert set(TYPES) == set(TypeDemande)
    assert set(ETATS) == set(EtatDemande)
    assert list(TYPES.values()) == [
        "Accrochage API CFA",
        "Question sur un dossier",
        "Question sur un paiement",
        "Identifiant API CFA",
        "Autre",
    ]


def test_an_answer_of_the_opco_waits_for_the_other_side_and_the_reverse() -> None:
    assert after_message(opco=True) not in A_TRAITER
    assert after_message(opco=False) in A_TRAITER


def test_a_message_always_leaves_a_thread_open() -> None:
    assert EtatDemande.CLOSE not in {after_message(opco=opco) for opco in (True, False)}
