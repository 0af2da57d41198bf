"""The sandbox's bank: it answers a pay run as a bank would, and what it answers is read back."""

from datetime import date

import pytest
from builders.pairs.banque import CREE_LE, IBAN, JOUR, a_donneur, a_virement

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.opco.paiements.retours import RetoursIllisibles, StatutRetour, read_retours
from traitdunion.opco.paiements.sepa import write_virements


def a_run(*references: str) -> bytes:
    virements = [a_virement(reference, montant=rang) for rang, reference in enumerate(references, start=1)]
    return write_virements(a_donneur(), virements, date_execution=JOUR, message_id="RUN-1", cree_le=CREE_LE).octets


def test_every_virement_is_executed_on_its_day() -> None:
    lu = read_retours(write_avis(a_run("VIR-1", "VIR-2")))

    assert (lu.format, lu.erreurs, lu.remarques) == ("camt.054", (), ())
    assert [(r.reference, r.statut, r.montant, r.date) for r in lu.retours] == [
        ("VIR-1", StatutRetour.EXECUTE, 1, date(2026, 9, 15)),
        ("VIR-2", StatutRetour.EXECUTE, 2, date(2026, 9, 15)),
    ]
    assert {r.reference_bancaire for r in lu.retours} == {"BANQUE-RUN-1"}


def test_those_to_reject_come_back_with_their_reason() -> None:
    lu = read_retours(write_avis(a_run("VIR-1", "VIR-2", "VIR-3"), rejets={"VIR-2": "AC04"}))

    assert {r.reference: r.statut for r in lu.retours} == {
        "VIR-1": StatutRetour.EXECUTE,
        "VIR-2": StatutRetour.REJETE,
        "VIR-3": StatutRetour.EXECUTE,
    }
    assert [r.motif for r in lu.retours if r.motif] == [
        "Compte du bénéficiaire clôturé : demandez au CFA ses nouvelles coordonnées bancaires (AC04)."
    ]
    assert lu.erreurs == ()


def test_the_same_run_gets_the_same_answer_without_the_account_of_anyone_paid() -> None:
    avis = write_avis(a_run("VIR-1"), rejets={"VIR-1": "MS03"})

    assert avis == write_avis(a_run("VIR-1"), rejets={"VIR-1": "MS03"})
    assert IBAN.encode() not in avis


def test_what_it_cannot_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="not a pain"):
        write_avis(b"<Document/>")
    with pytest.raises(ValueError, match="VIR-9"):
        write_avis(a_run("VIR-1"), rejets={"VIR-9": "AC01"})
    with pytest.raises(RetoursIllisibles):
        write_avis(b"rien")
