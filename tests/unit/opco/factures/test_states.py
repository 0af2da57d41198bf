"""The steps of a line, and the state of an invoice drawn from those of its lines (norme.md §3)."""

import pytest

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.opco.factures.states import (
    TRANSITIONS,
    ActeInterdit,
    ActeLigne,
    draw_etat,
    draw_etat_avoir,
    next_etat,
)

A, I, C, O, R, J, N, F = (  # noqa: E741 - letters of the table below
    EtatDeLigne.A_COMPLETER,
    EtatDeLigne.EN_INSTRUCTION,
    EtatDeLigne.ACCEPTEE,
    EtatDeLigne.ORDONNEE,
    EtatDeLigne.REGLEE,
    EtatDeLigne.REJETEE,
    EtatDeLigne.ANNULEE,
    EtatDeLigne.FORCLOSE,
)


@pytest.mark.parametrize(
    ("lignes", "etat"),
    [
        ([I], "TRANSMIS"),
        ([A, I], "TRANSMIS"),
        ([A], "TRANSMIS"),
        ([C, I], "EN_COURS_INSTRUCTION"),
        ([J, I], "EN_COURS_INSTRUCTION"),
        ([F, I], "EN_COURS_INSTRUCTION"),
        ([O], "EN_COURS_INSTRUCTION"),
        ([R], "REGLE"),
        ([R, N], "REGLE"),
        ([R, I], "REGLE_PARTIEL"),
        ([R, J], "REGLE_PARTIEL"),
        ([R, F], "REGLE_PARTIEL"),
        ([J], "REJETE"),
        ([J, F, N], "REJETE"),
        ([N], "ANNULE"),
        ([N, N], "ANNULE"),
        ([N, I], "TRANSMIS"),
    ],
)
def test_the_state_of_an_invoice_is_that_of_its_lines(lignes: list[EtatDeLigne], etat: str) -> None:
    assert draw_etat(lignes) == EtatDeFacture(etat)
    assert draw_etat(lignes[::-1]) == EtatDeFacture(etat)


def test_a_credit_note_is_done_with_once_nothing_is_to_be_given_back() -> None:
    assert draw_etat_avoir([EtatDeLigne.IMPUTEE]) is EtatDeFacture.REGLE
    assert draw_etat_avoir([EtatDeLigne.IMPUTEE, EtatDeLigne.A_RECOUVRER]) is EtatDeFacture.EN_COURS_INSTRUCTION


@pytest.mark.parametrize("etat", list(EtatDeLigne))
@pytest.mark.parametrize("acte", list(ActeLigne))
def test_what_the_table_does_not_list_is_forbidden(etat: EtatDeLigne, acte: ActeLigne) -> None:
    if (etat, acte) in TRANSITIONS:
        assert next_etat(etat, acte) is TRANSITIONS[etat, acte]
    else:
        with pytest.raises(ActeInterdit):
            next_etat(etat, acte)


def test_what_is_rejected_lost_or_cancelled_moves_no_more() -> None:
    assert not {etat for etat, _ in TRANSITIONS} & {J, N, F}


def test_what_is_paid_moves_only_when_the_bank_sends_it_back() -> None:
    assert [acte for etat, acte in TRANSITIONS if etat is R] == [ActeLigne.RENVOYER]
