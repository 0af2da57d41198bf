"""Pay runs: what is accepted leaves in one file, what the bank answers is recorded once, the accounts agree."""

from datetime import date

import pytest
from builders.factures.envoi import send_avoir, send_facture, set_iban
from builders.factures.paiement import COMPTABLE, accept, check_comptes, order, pay, set_jour
from builders.instruction import a_rupture, an_agent, an_engaged, etat_of, types_of, version_of
from builders.serveur import SIREN, Serveur

from traitdunion.opco.paiements.lots import PaiementRefuse

pytestmark = pytest.mark.anyio


async def _echeances(serveur: Serveur, numero: int) -> dict[str, tuple[float, float]]:
    """Paid and in progress, by échéance, as the CFA reads them."""
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()
    return {une["numero"]: (une["montantRegle"], une["montantEnCoursInstruction"]) for une in lu["echeances"]}


async def _invoiced(serveur: Serveur, *lignes: tuple[int, str, int], **options: object) -> tuple[int, int]:
    """An engaged dossier with an invoice; both numbers."""
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur))
    reponse = await send_facture(serveur, numero, *lignes, **options)
    assert reponse.status_code == 200, reponse.text
    return numero, int(reponse.json()["numeroInterneFacture"])


async def test_an_accepted_invoice_is_ordered_then_paid(serveur: Serveur) -> None:
    numero, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    lot = await order(serveur)
    assert (await _echeances(serveur, numero))["1"] == (0, 2000)

    rapport = await pay(serveur, lot)

    assert (len(rapport.regles), rapport.a_verifier) == (1, [])
    assert (await _echeances(serveur, numero))["1"] == (2000, 0)
    (lue,) = (await serveur.cfa.get("/v2/factures/etats")).json()["factures"]
    assert (lue["etatFacture"], lue["referenceVirement"], lue["montantRegle"]) == ("REGLE", "LOT000001-0001", 2000)
    assert "FACTURE_REGLEE" in await types_of(serveur, numero)
    await check_comptes(serveur)


async def test_the_same_answer_of_the_bank_twice_changes_nothing(serveur: Serveur) -> None:
    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    lot = await order(serveur)
    await pay(serveur, lot)

    rapport = await pay(serveur, lot)

    assert rapport.deja_importe
    await check_comptes(serveur)


async def test_a_transfer_that_the_bank_rejects_is_paid_in_the_next_run(serveur: Serveur) -> None:
    numero, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    lot = await order(serveur)

    rapport = await pay(serveur, lot, rejets={"LOT000001-0001": "AC04"})

    assert len(rapport.rejetes) == 1
    assert "VIREMENT_REJETE" in await types_of(serveur, numero)
    await pay(serveur, await order(serveur))
    assert (await _echeances(serveur, numero))["1"] == (2000, 0)
    await check_comptes(serveur)


async def test_a_run_that_was_not_taken_to_the_bank_is_undone(serveur: Serveur) -> None:
    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    lot = await order(serveur)

    await serveur.portail.paiements.lots.cancel(lot, par=COMPTABLE)

    (pret,) = await serveur.portail.paiements.lots.list_ready()
    assert pret.montant == 200_000
    await check_comptes(serveur)


async def test_a_run_taken_to_the_bank_is_not_undone(serveur: Serveur) -> None:
    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    lot = await order(serveur)
    await serveur.portail.paiements.lots.download(lot, par=COMPTABLE)

    with pytest.raises(PaiementRefuse, match="remis à la banque"):
        await serveur.portail.paiements.lots.cancel(lot, par=COMPTABLE)


async def test_a_break_after_the_payment_leaves_a_trop_percu_that_a_refund_recovers(serveur: Serveur) -> None:
    numero, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 320_000))
    await accept(serveur, facture)
    await pay(serveur, await order(serveur))
    decisions = serveur.portail.decisions
    await decisions.declare_rupture(numero, a_rupture(date(2026, 10, 30), at=serveur.clock.now()), siren=SIREN)
    await decisions.confirm_rupture(numero, version=await version_of(serveur, numero), par=COMPTABLE)
    (du,) = await serveur.portail.paiements.recouvrements.list_trop_percus()
    await check_comptes(serveur)

    fait = await serveur.portail.paiements.recouvrements.record(
        numero, siren=SIREN, montant=du.montant, reference="VIR CFA 1", le=date(2026, 9, 5), par=COMPTABLE
    )

    assert fait
    assert await serveur.portail.paiements.recouvrements.list_trop_percus() == []
    # Frais annexes may still be invoiced: staff say when the CFA has given them up.
    await decisions.settle(numero, version=await version_of(serveur, numero), par=COMPTABLE)
    assert await etat_of(serveur, numero) == "SOLDE"
    await check_comptes(serveur)


async def test_what_a_credit_note_gives_back_is_kept_from_the_next_transfer(serveur: Serveur) -> None:
    numero, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    await pay(serveur, await order(serveur))
    avoir = await send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000))
    assert avoir.status_code == 200, avoir.text
    (lu,) = (await serveur.cfa.get("/v2/avoirs/etats")).json()["avoirs"]
    assert lu["etatFacture"] == "EN_COURS_INSTRUCTION"
    seconde = await send_facture(serveur, numero, (1, "PEDAGOGIE", 120_000), numero="F-2")
    await accept(serveur, int(seconde.json()["numeroInterneFacture"]))

    lot = await order(serveur, compenser=True)

    lu_lot, (virement,) = await serveur.portail.paiements.lots.find(lot)
    assert (virement.brut, virement.compense, virement.montant) == (120_000, 50_000, 70_000)
    assert lu_lot.montant == 70_000
    await check_comptes(serveur)
    await pay(serveur, lot)
    assert (await _echeances(serveur, numero))["1"] == (2700, 0)
    (lu,) = (await serveur.cfa.get("/v2/avoirs/etats")).json()["avoirs"]
    assert lu["etatFacture"] == "REGLE"
    await check_comptes(serveur)


async def test_a_pay_run_wholly_offset_moves_no_money(serveur: Serveur) -> None:
    numero, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    await pay(serveur, await order(serveur))
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000))
    seconde = await send_facture(serveur, numero, (1, "PEDAGOGIE", 50_000), numero="F-2")
    await accept(serveur, int(seconde.json()["numeroInterneFacture"]))

    lot = await order(serveur, compenser=True)

    with pytest.raises(PaiementRefuse, match="pas de virement"):
        await serveur.portail.paiements.lots.download(lot, par=COMPTABLE)
    assert (await _echeances(serveur, numero))["1"] == (2000, 0)
    await check_comptes(serveur)


async def test_another_total_than_the_one_confirmed_is_not_paid(serveur: Serveur) -> None:
    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)

    with pytest.raises(PaiementRefuse, match="a changé entre-temps"):
        await serveur.portail.paiements.lots.create(
            sirens=[SIREN],
            execution_le=date(2026, 9, 5),
            compenser=False,
            par=COMPTABLE,
            attendu=(150_000, 0),
        )
    (pret,) = await serveur.portail.paiements.lots.list_ready()
    assert pret.montant == 200_000


async def test_without_a_validated_account_a_cfa_cannot_be_paid(serveur: Serveur) -> None:
    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)
    await serveur.execute("DELETE FROM coordonnees_bancaires")

    with pytest.raises(PaiementRefuse, match="Aucun compte"):
        await order(serveur)


async def test_two_runs_at_once_pay_each_line_once(serveur: Serveur) -> None:
    import asyncio

    _, facture = await _invoiced(serveur, (1, "PEDAGOGIE", 200_000))
    await accept(serveur, facture)

    faits = await asyncio.gather(order(serveur), order(serveur), return_exceptions=True)

    assert sorted(type(fait).__name__ for fait in faits) == ["PaiementRefuse", "int"]
    set_jour(serveur, date(2026, 9, 6))
    await check_comptes(serveur)
