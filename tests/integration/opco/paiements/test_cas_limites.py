"""Payments when something goes otherwise than it should: the bank, the clock, a colleague, the machine."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import date
from typing import Any

import pytest
from builders.factures.envoi import send_avoir, send_facture, set_iban
from builders.factures.paiement import COMPTABLE, accept, check_comptes, order, pay
from builders.instruction import a_rupture, an_agent, an_engaged, etat_of, version_of
from builders.pairs.banque import a_rapport, a_tableau
from builders.serveur import SIREN, Serveur

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.opco.comptabilite import service as comptabilite
from traitdunion.opco.comptabilite.livre import Livre
from traitdunion.opco.comptabilite.postes import Poste
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.factures.traitement import TraitementRefuse
from traitdunion.opco.financement.faits import Choix
from traitdunion.opco.paiements import lots, reglements
from traitdunion.opco.paiements.banque import Rapport
from traitdunion.opco.paiements.lots import PaiementRefuse

pytestmark = pytest.mark.anyio
JOUR = date(2026, 9, 5)


async def _echeance(serveur: Serveur, numero: int, echeance: str = "1") -> tuple[float, float]:
    """Paid and in progress, as the CFA reads them."""
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()
    (une,) = [une for une in lu["echeances"] if une["numero"] == echeance]
    return une["montantRegle"], une["montantEnCoursInstruction"]


async def _livre(serveur: Serveur, numero: int) -> Livre:
    async with serveur.database.connection() as tx:
        return await comptabilite.open_livre(tx, numero)


async def _etats(serveur: Serveur, quoi: str = "factures") -> dict[str, str]:
    """The state of each invoice or credit note, by the number that the CFA gave it."""
    lues = (await serveur.cfa.get(f"/v2/{quoi}/etats")).json()[quoi]
    return {une["referenceFactureCFA"]: une["etatFacture"] for une in lues}


async def _du(serveur: Serveur) -> dict[int, int]:
    """What is to be given back, by dossier."""
    dus = await serveur.portail.paiements.recouvrements.list_trop_percus(siren=SIREN)
    return {un.numero_interne: un.montant for un in dus}


async def _invoice(serveur: Serveur, numero: int, montant: int, *, nom: str = "F-2026-001") -> int:
    """An invoice of pedagogy, accepted."""
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", montant), numero=nom)
    assert reponse.status_code == 200, reponse.text
    facture = int(reponse.json()["numeroInterneFacture"])
    await accept(serveur, facture)
    return facture


async def _engaged(serveur: Serveur, *, niveau: int = 5, rang: int = 0) -> int:
    await set_iban(serveur)
    agent = await an_agent(serveur, f"agent{rang}")
    return await an_engaged(serveur, agent, rang, choix=Choix(npec=800_000, npec_source="essai", niveau=niveau))


async def _ordered(serveur: Serveur, montant: int = 200_000, *, niveau: int = 5) -> tuple[int, int]:
    """A dossier, and the run that pays an invoice of it."""
    numero = await _engaged(serveur, niveau=niveau)
    await _invoice(serveur, numero, montant)
    return numero, await order(serveur)


async def _with_offset(serveur: Serveur) -> tuple[int, int]:
    """A dossier and a run that pays 1,200 euros: 300 kept from a credit note, 900 with the bank."""
    numero, lot = await _ordered(serveur)
    await pay(serveur, lot)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 30_000))
    await _invoice(serveur, numero, 120_000, nom="F-2")
    return numero, await order(serveur, compenser=True)


async def _break(serveur: Serveur, numero: int, jour: date) -> None:
    decisions = serveur.portail.decisions
    await decisions.declare_rupture(numero, a_rupture(jour, at=serveur.clock.now()), siren=SIREN)
    await decisions.confirm_rupture(numero, version=await version_of(serveur, numero), par=COMPTABLE)


async def _read(serveur: Serveur, *lignes: tuple[str, ...]) -> Rapport:
    """Our own list of what the bank did."""
    return await serveur.portail.paiements.banque.import_retours(a_tableau(*lignes), par=COMPTABLE)


def _executed(reference: str, montant: str) -> tuple[str, ...]:
    return (reference, "EXECUTE", "05/09/2026", montant, "BQ-1", "")


def _returned(reference: str, montant: str = "", bancaire: str = "BQ-2") -> tuple[str, ...]:
    return (reference, "REJETE", "06/09/2026", montant, bancaire, "AC04")


# --- the bank -----------------------------------------------------------------------------------------------------


async def test_an_amount_other_than_the_order_is_looked_at_and_nothing_is_recorded(serveur: Serveur) -> None:
    numero, _ = await _ordered(serveur)

    rapport = await _read(serveur, _executed("LOT000001-0001", "1999,99"))

    assert rapport.regles == []
    assert "l'ordre était de" in rapport.a_verifier[0]
    assert await _echeance(serveur, numero) == (0, 2000)
    await check_comptes(serveur)


async def test_a_reference_that_is_none_of_ours_does_not_stop_the_others(serveur: Serveur) -> None:
    numero, _ = await _ordered(serveur)

    rapport = await _read(serveur, _executed("AUTRE-1", "12,00"), _executed("LOT000001-0001", "2000,00"))

    assert ["AUTRE-1" in une for une in rapport.a_verifier] == [True]
    assert len(rapport.regles) == 1
    assert await _echeance(serveur, numero) == (2000, 0)
    await check_comptes(serveur)


@pytest.mark.parametrize("message", ["LOT000001-20260905", "AUTRE-20260905"])
async def test_a_whole_file_that_the_bank_rejects_is_to_be_paid_again(serveur: Serveur, message: str) -> None:
    numero, lot = await _ordered(serveur)
    await serveur.portail.paiements.lots.download(lot, par=COMPTABLE)
    rejet = a_rapport(groupe="<GrpSts>RJCT</GrpSts>").replace(b"RUN-1", message.encode())

    rapport = await serveur.portail.paiements.banque.import_retours(rejet, par=COMPTABLE)

    connu = message.startswith("LOT")
    assert (len(rapport.rejetes), len(rapport.a_verifier)) == ((1, 0) if connu else (0, 1))
    assert (await _livre(serveur, numero)).total(Poste.A_PAYER) == (200_000 if connu else 0)
    await check_comptes(serveur)


async def test_a_cancelled_run_that_the_bank_executes_all_the_same_is_looked_at(serveur: Serveur) -> None:
    numero, lot = await _ordered(serveur)
    await serveur.portail.paiements.lots.cancel(lot, par=COMPTABLE)

    rapport = await _read(serveur, _executed("LOT000001-0001", "2000,00"))

    assert "son lot est annulé" in rapport.a_verifier[0]
    assert await _echeance(serveur, numero) == (0, 2000)
    await check_comptes(serveur)


async def test_paid_then_sent_back_is_as_never_paid_and_what_was_offset_stays(serveur: Serveur) -> None:
    numero, lot = await _with_offset(serveur)
    await pay(serveur, lot)

    rapport = await _read(serveur, _returned("LOT000002-0001", "900,00"))

    assert len(rapport.rejetes) == 1
    assert await _echeance(serveur, numero) == (2000, 900)
    (pret,) = await serveur.portail.paiements.lots.list_ready()
    assert pret.montant == 90_000
    await check_comptes(serveur)


async def test_sent_back_once_its_excess_is_recovered_is_for_the_accountant(serveur: Serveur) -> None:
    numero, lot = await _ordered(serveur)
    await pay(serveur, lot)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000))
    await _refund(serveur, numero, 50_000)

    rapport = await _read(serveur, _returned("LOT000001-0001", "2000,00"))

    assert "déjà été recouvré" in rapport.a_verifier[0]
    assert await _echeance(serveur, numero) == (1500, 0)
    await check_comptes(serveur)


# --- while the bank has the transfer ------------------------------------------------------------------------------


async def test_an_engagement_lowered_during_a_transfer_leaves_a_trop_percu_at_once(serveur: Serveur) -> None:
    numero, lot = await _ordered(serveur, 320_000)

    await _break(serveur, numero, date(2026, 10, 30))  # 60 days are due: 8,000 x 60 / 365 = 1,315.07

    assert await _echeance(serveur, numero) == (0, 1315.07)
    assert await _du(serveur) == {}
    await pay(serveur, lot)
    assert await _echeance(serveur, numero) == (1315.07, 0)
    assert await _du(serveur) == {numero: 320_000 - 131_507}
    await check_comptes(serveur)


async def test_a_dossier_is_not_closed_while_the_bank_has_a_transfer_of_it(serveur: Serveur) -> None:
    """The participation is more than what is due: nothing stands of what is with the bank."""
    numero, lot = await _ordered(serveur, 245_000, niveau=6)
    await _break(serveur, numero, date(2026, 9, 1))
    assert await _echeance(serveur, numero) == (0, 0)

    with pytest.raises(ActeRefuse, match="en cours"):
        await serveur.portail.decisions.settle(numero, version=await version_of(serveur, numero), par=COMPTABLE)

    await pay(serveur, lot)
    assert await _du(serveur) == {numero: 245_000}
    await check_comptes(serveur)


@pytest.mark.parametrize("paye", [True, False])
async def test_a_credit_note_during_a_transfer_waits_for_the_bank(serveur: Serveur, paye: bool) -> None:
    numero, lot = await _ordered(serveur)

    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000))

    assert await _etats(serveur, "avoirs") == {"A-1": "EN_COURS_INSTRUCTION"}
    await pay(serveur, lot, rejets={} if paye else {"LOT000001-0001": "AC04"})
    # Paid: the CFA has to give it back. Sent back: there is nothing to give back, the rest is paid in the next run.
    assert await _etats(serveur, "avoirs") == {"A-1": "EN_COURS_INSTRUCTION" if paye else "REGLE"}
    assert await _du(serveur) == ({numero: 50_000} if paye else {})
    assert await _echeance(serveur, numero) == ((1500, 0) if paye else (0, 1500))
    await check_comptes(serveur)


async def test_a_recovery_does_not_close_a_credit_note_that_the_bank_may_still_make_due(serveur: Serveur) -> None:
    numero, lot = await _ordered(serveur)
    await pay(serveur, lot)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 30_000))
    await _invoice(serveur, numero, 100_000, nom="F-2")
    second = await order(serveur)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 40_000), origine="F-2", numero="A-2")

    await _refund(serveur, numero, 30_000)

    assert await _etats(serveur, "avoirs") == {"A-1": "REGLE", "A-2": "EN_COURS_INSTRUCTION"}
    await pay(serveur, second)
    assert await _du(serveur) == {numero: 40_000}
    await check_comptes(serveur)


async def test_an_invoice_credited_whole_during_its_transfer_is_cancelled_when_the_bank_sends_it_back(
    serveur: Serveur,
) -> None:
    numero, lot = await _ordered(serveur)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 200_000))

    await pay(serveur, lot, rejets={"LOT000001-0001": "AC04"})

    assert await _etats(serveur) == {"F-2026-001": "ANNULE"}
    assert await _etats(serveur, "avoirs") == {"A-1": "REGLE"}
    await check_comptes(serveur)


# --- offset -------------------------------------------------------------------------------------------------------


async def test_what_one_dossier_owes_is_kept_from_what_is_paid_for_another(serveur: Serveur) -> None:
    premier, lot = await _ordered(serveur)
    await pay(serveur, lot)
    await send_avoir(serveur, premier, (1, "PEDAGOGIE", 50_000))
    second = await _engaged(serveur, rang=1)
    await _invoice(serveur, second, 120_000, nom="F-2")

    lot = await order(serveur, compenser=True)
    await pay(serveur, lot)

    _, (virement,) = await serveur.portail.paiements.lots.find(lot)
    assert (virement.brut, virement.compense, virement.montant) == (120_000, 50_000, 70_000)
    assert await _echeance(serveur, premier) == (1500, 0)
    assert await _echeance(serveur, second) == (1200, 0)
    assert await _du(serveur) == {}
    await check_comptes(serveur)


async def test_a_dossier_whose_last_line_is_paid_by_the_debt_of_another_is_closed(serveur: Serveur) -> None:
    premier, lot = await _ordered(serveur, 245_000, niveau=6)
    await pay(serveur, lot)
    await send_avoir(serveur, premier, (1, "PEDAGOGIE", 245_000))
    second = await _engaged(serveur, rang=1)
    await _break(serveur, second, date(2026, 9, 30))
    livre = await _livre(serveur, second)
    tout = [(1, cle.nature, livre.disponible(cle)) for cle in livre.cles if livre.disponible(cle)]
    assert sum(montant for _, _, montant in tout) < 245_000
    reponse = await send_facture(serveur, second, *tout, numero="F-2")
    assert reponse.status_code == 200, reponse.text
    await accept(serveur, int(reponse.json()["numeroInterneFacture"]))

    await order(serveur, compenser=True)

    assert await etat_of(serveur, second) == "SOLDE"
    await check_comptes(serveur)


async def test_the_rest_of_a_line_paid_in_part_by_offset_may_be_rejected(serveur: Serveur) -> None:
    numero, lot = await _with_offset(serveur)
    await pay(serveur, lot, rejets={"LOT000002-0001": "AC04"})
    ((facture,),) = await serveur.fetch("SELECT numero_interne FROM facture WHERE numero = 'F-2'")

    await accept(serveur, facture, rejeter=("PEDAGOGIE",))

    assert await _echeance(serveur, numero) == (2000, 0)
    assert (await _etats(serveur))["F-2"] == "REGLE"
    await check_comptes(serveur)


async def test_the_rest_of_a_line_paid_in_part_by_offset_may_be_credited(serveur: Serveur) -> None:
    numero, lot = await _with_offset(serveur)
    await pay(serveur, lot, rejets={"LOT000002-0001": "AC04"})

    await send_avoir(serveur, numero, (1, "PEDAGOGIE", 90_000), origine="F-2", numero="A-2")

    assert await _echeance(serveur, numero) == (2000, 0)
    assert (await _etats(serveur))["F-2"] == "REGLE"
    await check_comptes(serveur)


# --- refunds ------------------------------------------------------------------------------------------------------


async def _refund(serveur: Serveur, numero: int, montant: int, reference: str = "VIR CFA 1") -> bool:
    return await serveur.portail.paiements.recouvrements.record(
        numero, siren=SIREN, montant=montant, reference=reference, le=JOUR, par=COMPTABLE
    )


async def _owing(serveur: Serveur, montant: int = 50_000) -> int:
    """A dossier paid, of which the CFA has credited an amount."""
    numero, lot = await _ordered(serveur)
    await pay(serveur, lot)
    await send_avoir(serveur, numero, (1, "PEDAGOGIE", montant))
    return numero


async def test_the_same_refund_twice_is_recorded_once(serveur: Serveur) -> None:
    numero = await _owing(serveur)

    faits = [await _refund(serveur, numero, 20_000), await _refund(serveur, numero, 20_000)]

    assert faits == [True, False]
    assert await _du(serveur) == {numero: 30_000}
    await check_comptes(serveur)


async def test_a_known_reference_with_another_amount_is_refused(serveur: Serveur) -> None:
    numero = await _owing(serveur)
    await _refund(serveur, numero, 20_000)

    with pytest.raises(PaiementRefuse, match="déjà enregistrée pour 200"):
        await _refund(serveur, numero, 20_001)

    assert await _du(serveur) == {numero: 30_000}


async def test_no_more_is_given_back_than_what_is_due(serveur: Serveur) -> None:
    numero = await _owing(serveur)

    with pytest.raises(PaiementRefuse, match="ne peut pas le dépasser"):
        await _refund(serveur, numero, 50_001)

    assert await _refund(serveur, numero, 50_000)
    await check_comptes(serveur)


# --- at once ------------------------------------------------------------------------------------------------------


async def _at_once(*gestes: Awaitable[Any]) -> list[Any]:
    """All of them together; a refusal is an answer, anything else fails the test."""
    faits = await asyncio.gather(*gestes, return_exceptions=True)
    for fait in faits:
        if isinstance(fait, BaseException) and not isinstance(fait, PaiementRefuse | ActeRefuse | TraitementRefuse):
            raise fait
    return faits


async def test_two_refunds_at_once_never_give_back_more_than_what_is_due(serveur: Serveur) -> None:
    numero = await _owing(serveur)

    faits = await _at_once(_refund(serveur, numero, 30_000, "A"), _refund(serveur, numero, 30_000, "B"))

    assert sorted(type(fait).__name__ for fait in faits) == ["PaiementRefuse", "bool"]
    assert await _du(serveur) == {numero: 20_000}
    await check_comptes(serveur)


async def test_the_same_refund_at_once_is_recorded_once(serveur: Serveur) -> None:
    numero = await _owing(serveur)

    faits = await _at_once(*(_refund(serveur, numero, 20_000) for _ in range(3)))

    assert sorted(faits) == [False, False, True]
    assert await _du(serveur) == {numero: 30_000}


async def test_a_pay_run_and_a_break_at_once_leave_accounts_that_agree(serveur: Serveur) -> None:
    numero = await _engaged(serveur)
    await _invoice(serveur, numero, 320_000)

    lot, _ = await _at_once(order(serveur), _break(serveur, numero, date(2026, 10, 30)))

    await pay(serveur, lot)
    du = await _du(serveur)
    # The run came first, and the excess is to be given back; or the break did, and only what is due was paid.
    assert du in ({}, {numero: 320_000 - 131_507})
    assert await _echeance(serveur, numero) == (1315.07, 0)
    await check_comptes(serveur)


async def test_a_pay_run_and_a_credit_note_at_once_leave_accounts_that_agree(serveur: Serveur) -> None:
    numero = await _engaged(serveur)
    await _invoice(serveur, numero, 200_000)

    lot, avoir = await _at_once(order(serveur), send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000)))

    assert avoir.status_code == 200, avoir.text
    await pay(serveur, lot)
    assert await _du(serveur) in ({}, {numero: 50_000})
    assert await _echeance(serveur, numero) == (1500, 0)
    await check_comptes(serveur)


async def test_the_file_of_the_bank_read_twice_at_once_pays_once(serveur: Serveur) -> None:
    numero, lot = await _ordered(serveur)
    avis = write_avis(await serveur.portail.paiements.lots.download(lot, par=COMPTABLE))
    banque = serveur.portail.paiements.banque

    rapports = await _at_once(*(banque.import_retours(avis, par=COMPTABLE) for _ in range(3)))

    assert sum(len(rapport.regles) for rapport in rapports if not rapport.deja_importe) == 1
    assert await _echeance(serveur, numero) == (2000, 0)
    await check_comptes(serveur)


# --- cut short ----------------------------------------------------------------------------------------------------


class Coupure(Exception):
    """The power goes."""


async def _facts(serveur: Serveur) -> list[Any]:
    tables = ("ecriture", "mouvement", "virement", "lot_paiement", "recouvrement", "evenement")
    etats = await serveur.fetch("SELECT id, etat FROM ligne_facture ORDER BY id")
    virements = await serveur.fetch("SELECT id, etat FROM virement ORDER BY id")
    return [*[await serveur.count(table) for table in tables], etats, virements]


@pytest.mark.parametrize("endroit", [(comptabilite, "write"), (lots.factures, "set_ligne"), (lots.journal, "append")])
async def test_a_pay_run_cut_short_leaves_nothing_half_done(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch, endroit: tuple[Any, str]
) -> None:
    numero = await _owing(serveur)
    await _invoice(serveur, numero, 120_000, nom="F-2")
    avant = await _facts(serveur)

    with monkeypatch.context() as coupe:
        coupe.setattr(*endroit, _cut)
        with pytest.raises(Coupure):
            await order(serveur, compenser=True)

    assert await _facts(serveur) == avant
    await check_comptes(serveur)
    await pay(serveur, await order(serveur, compenser=True))
    assert await _echeance(serveur, numero) == (2700, 0)
    await check_comptes(serveur)


@pytest.mark.parametrize("endroit", [(comptabilite, "write"), (reglements.store, "set_regle")])
async def test_an_answer_of_the_bank_cut_short_is_read_again(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch, endroit: tuple[Any, str]
) -> None:
    numero, lot = await _ordered(serveur)
    avis = write_avis(await serveur.portail.paiements.lots.download(lot, par=COMPTABLE))
    avant = await _facts(serveur)
    banque = serveur.portail.paiements.banque

    with monkeypatch.context() as coupe:
        coupe.setattr(*endroit, _cut)
        with pytest.raises(Coupure):
            await banque.import_retours(avis, par=COMPTABLE)

    assert await _facts(serveur) == avant
    rapport = await banque.import_retours(avis, par=COMPTABLE)
    assert (len(rapport.regles), rapport.deja_importe) == (1, False)
    assert await _echeance(serveur, numero) == (2000, 0)
    await check_comptes(serveur)


async def _cut(*_: object, **__: object) -> None:
    raise Coupure


# --- many ---------------------------------------------------------------------------------------------------------


async def test_a_thousand_lines_leave_in_one_run(serveur: Serveur, capsys: pytest.CaptureFixture[str]) -> None:
    numero = await _engaged(serveur)
    for rang in range(10):
        nom = f"F-{rang}"
        reponse = await send_facture(serveur, numero, *[(1, "PEDAGOGIE", 100)] * 100, numero=nom)
        assert reponse.status_code == 200, reponse.text
        await accept(serveur, int(reponse.json()["numeroInterneFacture"]))

    debut = time.perf_counter()
    lot = await order(serveur)
    ordonne = time.perf_counter()
    rapport = await pay(serveur, lot)
    fin = time.perf_counter()

    with capsys.disabled():
        print(f"\n1 000 lines: run {ordonne - debut:.1f} s, answer of the bank {fin - ordonne:.1f} s")  # noqa: T201
    assert len(rapport.regles) == 1
    assert await _echeance(serveur, numero) == (1000, 0)
    assert fin - debut < 60
    await check_comptes(serveur)
