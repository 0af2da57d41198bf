"""The model of the money is itself tried on cases worked out by hand: a model that is wrong proves nothing."""

import ast
from pathlib import Path

import pytest
from modele import argent
from modele.argent import Dossier, Etape, Refus

PEDAGOGIE = (1, "PEDAGOGIE")
SOLDE = (2, "PEDAGOGIE")
REPAS = (None, "RESTAURATION")


def a_dossier() -> Dossier:
    """A dossier engaged for 1 000, 200 and 90 cents."""
    dossier = Dossier()
    lower(dossier, 1000)
    return dossier


def lower(dossier: Dossier, montant: int) -> None:
    """A new version of the engagement, with another amount for the first échéance."""
    dossier.engage({PEDAGOGIE: montant, SOLDE: 200, REPAS: 90})


def carry(dossier: Dossier, montant: int, *, jusqu_a: Etape) -> int:
    """A line of the first échéance, carried to a step; its number."""
    numero = dossier.invoice(PEDAGOGIE, montant).numero
    for act in (dossier.accept, dossier.order, dossier.pay)[: jusqu_a.value - 1]:
        act(numero)
    return numero


def test_the_model_imports_nothing_of_the_product() -> None:
    importes = {
        getattr(noeud, "module", None) or ",".join(a.name for a in noeud.names)
        for noeud in ast.walk(ast.parse(Path(argent.__file__).read_text(encoding="utf-8")))
        if isinstance(noeud, ast.Import | ast.ImportFrom)
    }
    assert importes == {"collections.abc", "dataclasses", "enum"}


def test_what_is_invoiced_is_no_longer_to_be_invoiced() -> None:
    dossier = a_dossier()
    dossier.invoice(PEDAGOGIE, 400)
    dossier.invoice(PEDAGOGIE, 600)

    assert dossier.available(PEDAGOGIE) == 0
    assert dossier.standing(PEDAGOGIE, Etape.EN_INSTRUCTION) == 1000
    with pytest.raises(Refus):
        dossier.invoice(PEDAGOGIE, 1)


def test_a_rejected_line_may_be_invoiced_again_but_not_one_that_is_ordered() -> None:
    dossier = a_dossier()
    rejetee = carry(dossier, 1000, jusqu_a=Etape.ACCEPTEE)
    dossier.reject(rejetee)
    ordonnee = carry(dossier, 1000, jusqu_a=Etape.ORDONNEE)

    with pytest.raises(Refus):
        dossier.reject(ordonnee)
    dossier.send_back(ordonnee)
    dossier.reject(ordonnee)
    assert dossier.available(PEDAGOGIE) == 1000


def test_a_lowered_engagement_takes_the_most_recent_line_first_and_the_paid_one_last() -> None:
    dossier = a_dossier()
    payee = carry(dossier, 300, jusqu_a=Etape.REGLEE)
    acceptee = carry(dossier, 200, jusqu_a=Etape.ACCEPTEE)
    ancienne = carry(dossier, 150, jusqu_a=Etape.EN_INSTRUCTION)
    recente = carry(dossier, 250, jusqu_a=Etape.EN_INSTRUCTION)  # 100 are not invoiced

    lower(dossier, 600)  # 400 less: 100 not invoiced, 250 of the recent line, 50 of the one before
    assert [dossier.line(n).debout for n in (payee, acceptee, ancienne, recente)] == [300, 200, 100, 0]
    assert dossier.to_recover() == 0

    lower(dossier, 250)  # 350 less: 100, then 200 accepted, then 50 of what is paid
    assert [dossier.line(n).debout for n in (payee, acceptee, ancienne, recente)] == [250, 0, 0, 0]
    assert dossier.to_recover() == 50


def test_a_raised_engagement_takes_the_trop_percu_back_then_opens_the_rest_to_invoices() -> None:
    dossier = a_dossier()
    numero = carry(dossier, 1000, jusqu_a=Etape.REGLEE)
    lower(dossier, 700)
    dossier.recover(100)
    assert dossier.to_recover() == 200

    lower(dossier, 1050)  # 350 more: 200 taken back, 150 to invoice
    assert dossier.to_recover() == 0
    assert dossier.line(numero).debout == 900
    assert dossier.available(PEDAGOGIE) == 150


def test_a_raised_engagement_never_takes_back_what_the_cfa_credited() -> None:
    dossier = a_dossier()
    numero = carry(dossier, 1000, jusqu_a=Etape.REGLEE)
    dossier.credit(numero, 100)
    lower(dossier, 1200)

    assert dossier.to_recover() == dossier.line(numero).avoir_a_recouvrer == 100
    assert dossier.available(PEDAGOGIE) == 300


def test_a_line_lowered_while_ordered_is_paid_whole_and_the_excess_is_a_trop_percu() -> None:
    dossier = a_dossier()
    numero = carry(dossier, 1000, jusqu_a=Etape.ORDONNEE)
    lower(dossier, 600)
    dossier.pay(numero)

    assert (dossier.paid_out(), dossier.line(numero).du, dossier.to_recover()) == (1000, 600, 400)


def test_an_avoir_answers_first_for_what_no_longer_stands() -> None:
    dossier = a_dossier()
    numero = carry(dossier, 1000, jusqu_a=Etape.REGLEE)
    lower(dossier, 700)

    dossier.credit(numero, 250)
    assert (dossier.line(numero).debout, dossier.to_recover()) == (700, 300)
    dossier.credit(numero, 150)  # 50 for the rest of the trop-perçu, 100 of what stands
    assert (dossier.line(numero).debout, dossier.to_recover(), dossier.available(PEDAGOGIE)) == (600, 400, 100)
    with pytest.raises(Refus):
        dossier.credit(numero, 601)


def test_an_avoir_on_a_rejected_line_moves_nothing() -> None:
    dossier = a_dossier()
    numero = carry(dossier, 400, jusqu_a=Etape.EN_INSTRUCTION)
    dossier.reject(numero)
    dossier.credit(numero, 400)

    assert dossier.available(PEDAGOGIE) == 1000
    with pytest.raises(Refus):
        dossier.credit(numero, 1)


def test_a_recovery_takes_the_oldest_line_first_and_never_more_than_is_due() -> None:
    dossier = a_dossier()
    premiere = carry(dossier, 500, jusqu_a=Etape.REGLEE)
    seconde = carry(dossier, 500, jusqu_a=Etape.REGLEE)
    lower(dossier, 300)  # 500 of the second, 200 of the first

    dossier.recover(250)
    assert (dossier.line(premiere).a_rendre, dossier.line(seconde).a_rendre) == (0, 450)
    with pytest.raises(Refus):
        dossier.recover(451)


def test_foreclosure_loses_what_waits_and_pays_what_is_accepted() -> None:
    dossier = a_dossier()
    acceptee = carry(dossier, 300, jusqu_a=Etape.ACCEPTEE)
    carry(dossier, 200, jusqu_a=Etape.EN_INSTRUCTION)
    dossier.foreclose(PEDAGOGIE)

    assert dossier.foreclosed(PEDAGOGIE) == 700
    assert dossier.available(PEDAGOGIE) == 0
    dossier.order(acceptee)
    dossier.pay(acceptee)
    assert dossier.paid_out() == 300


def test_a_lowered_engagement_takes_the_foreclosed_before_any_line() -> None:
    dossier = a_dossier()
    payee = carry(dossier, 300, jusqu_a=Etape.REGLEE)
    dossier.foreclose(PEDAGOGIE)
    lower(dossier, 400)

    assert (dossier.foreclosed(PEDAGOGIE), dossier.line(payee).debout, dossier.to_recover()) == (100, 300, 0)
