"""The money of one dossier: what its CFA reads of it by the ledger, and what its employer does not."""

from datetime import timedelta

import pytest
from builders.factures.envoi import IBAN, send_facture, set_iban
from builders.factures.suites import ids_of, pay
from builders.instruction import a_rupture, an_agent, an_engaged, version_of
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import SIREN, Serveur

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
PAGE = "/mya/dossiers/CA-0000001"


def _text(visiteur: Visiteur) -> str:
    return visiteur.texte.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


async def _paid_in_part(serveur: Serveur) -> int:
    """1 000 € paid, 500 € being instructed, of 3 200 €."""
    await set_iban(serveur)
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)
    for rang, montant in enumerate((100_000, 50_000), 1):
        reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", montant), numero=f"F-{rang}")
        assert reponse.status_code == 200, reponse.text
    await pay(serveur, *await ids_of(serveur, 1))
    return agent


async def test_each_echeance_says_what_is_paid_being_instructed_and_left(serveur: Serveur) -> None:
    await _paid_in_part(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    page = await lecteur.visit(PAGE)

    assert "3 200,00 € 1 000,00 € 500,00 € 1 700,00 €" in _text(lecteur)
    assert "Factures de ce dossier" in lecteur.texte
    for numero in (1, 2):
        assert f'href="/mya/factures/{numero}">F-{numero}</a>' in page.text
    assert 'id="raison-1"' in page.text
    assert "barre-facturee" in page.text


async def test_after_a_break_what_was_paid_in_excess_is_a_banner_and_the_echeance_is_lowered(serveur: Serveur) -> None:
    agent = await _paid_in_part(serveur)
    decisions, demain = serveur.portail.decisions, serveur.clock.now().date() + timedelta(days=1)
    await decisions.declare_rupture(1, a_rupture(demain, at=serveur.clock.now()), siren=SIREN)
    await decisions.confirm_rupture(1, version=await version_of(serveur, 1), par=f"compte:{agent}")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    # 8 000 × 6 / 365 = 131,51 due, 1 000 paid.
    assert "Trop-perçu à rendre : 868,49 €" in _text(lecteur)
    assert "131,51 € ramené de 3 200,00 €" in _text(lecteur)


async def test_what_is_left_beside_the_echeances_is_what_the_ledger_says(serveur: Serveur) -> None:
    agent = await _paid_in_part(serveur)
    ecarts = """
        SELECT count(*) FROM echeance e WHERE e.reste <>
          (SELECT coalesce(sum(montant), 0) FROM solde_poste s WHERE s.numero_interne = e.numero_interne
              AND s.poste = 'A_FACTURER' AND s.echeance = e.numero)"""
    assert await serveur.fetch(ecarts) == [(0,)]
    assert await serveur.fetch("SELECT reste FROM echeance WHERE numero = 1") == [(170_000,)]
    decisions = serveur.portail.decisions
    await decisions.declare_rupture(1, a_rupture(at=serveur.clock.now()), siren=SIREN)
    await decisions.confirm_rupture(1, version=await version_of(serveur, 1), par=f"compte:{agent}")
    assert await serveur.fetch(ecarts) == [(0,)]


async def test_the_employer_reads_neither_invoices_nor_account_but_its_share_explained(serveur: Serveur) -> None:
    await set_iban(serveur)
    numero = await an_engaged(
        serveur, await an_agent(serveur), choix=Choix(npec=800_000, npec_source="essai", niveau=6)
    )
    assert (await send_facture(serveur, numero, (1, "PEDAGOGIE", 100_000), numero="F-SECRETE")).status_code == 200
    await pay(serveur, *await ids_of(serveur, 1))
    employeur = a_visitor(serveur)
    siret = DEPOT["cerfa"]["employeur"]["siret"]
    await employeur.connect(await an_account(serveur, Role.EMPLOYEUR, utilisateur="employeur", siret=siret))

    page = await employeur.visit(PAGE)

    for secret in ("F-SECRETE", "Facture", "VIR-EXEMPLE", "1 000,00", IBAN, IBAN[-4:], "Trop-perçu", "/mya/factures"):
        assert secret not in _text(employeur).replace("Facturer", ""), secret
        assert secret not in page.text, secret
    assert "Votre participation est de 750,00 € (R6332-25-1)" in _text(employeur)
    assert "Pourquoi ce montant" in employeur.texte
    await employeur.visit("/mya/")
    assert "à facturer" not in employeur.texte
