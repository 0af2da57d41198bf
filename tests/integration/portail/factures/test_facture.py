"""The page of one invoice: its lines, what to do next, its files, the proof that is waited for; and who may see it."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from builders import fichiers
from builders.factures.envoi import IBAN, a_body, send_avoir, send_facture, set_iban, some_lignes
from builders.factures.papier import a_facture_pdf
from builders.factures.suites import ids_of, pass_to, pay, reject
from builders.instruction import an_agent, an_engaged
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import Serveur

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
PAGE = "/mya/factures/1"
EMISE_APRES = datetime(2028, 10, 1, 8, tzinfo=UTC)


def _text(visiteur: Visiteur) -> str:
    return visiteur.texte.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


async def _invoiced(serveur: Serveur, montant: int = 320_000) -> list[int]:
    """An engaged dossier and its first invoice; the ids of the lines."""
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur))
    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", montant))
    assert reponse.status_code == 200, reponse.text
    return await ids_of(serveur, 1)


async def _waiting(serveur: Serveur) -> None:
    """The last solde of two dossiers in one invoice, without its certificate."""
    await set_iban(serveur)
    agent = await an_agent(serveur)
    for rang in range(2):
        await an_engaged(serveur, agent, rang)
    await pass_to(serveur, EMISE_APRES)
    lignes = [*some_lignes(1, (8, "PEDAGOGIE", 80_000)), *some_lignes(2, (8, "PEDAGOGIE", 80_000))]
    corps = a_body(lignes, emission=EMISE_APRES.date())
    reponse = await serveur.cfa.send("/v2/factures", corps, a_facture_pdf(numero=corps["numero"]), nom="facture.pdf")
    assert reponse.status_code == 200, reponse.text


async def _employer(serveur: Serveur) -> Visiteur:
    siret = DEPOT["cerfa"]["employeur"]["siret"]
    employeur = a_visitor(serveur)
    await employeur.connect(await an_account(serveur, Role.EMPLOYEUR, utilisateur="employeur", siret=siret))
    return employeur


async def test_the_page_shows_the_lines_what_comes_next_and_the_history(serveur: Serveur) -> None:
    await _invoiced(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    page = await lecteur.visit(PAGE)

    texte = _text(lecteur)
    for mots in (
        "Facture F-2026-001 ○ Transmise",
        "Pédagogie, échéance 1 3 200,00 €",
        "◐ En cours d'instruction",
        "Rien à faire pour les lignes en cours",
        "3 200,00 €, dont 0,00 € réglés et dus",
        "Facture transmise 05/09/2026 à 10 h 30, par le logiciel de ÉDITEUR FICTIF",
        "facture.pdf",
    ):
        assert mots in texte, mots
    assert 'href="/mya/dossiers/CA-0000001#raison-1"' in page.text
    for secret in (IBAN, IBAN[-4:]):
        assert secret not in page.text
    ((lues,),) = await serveur.fetch("SELECT count(*) FROM journal WHERE acte = 'FACTURE_LUE' AND objet = 'facture 1'")
    assert lues == 1


async def test_a_paid_invoice_says_by_which_transfer_and_that_nothing_is_left_to_do(serveur: Serveur) -> None:
    await pay(serveur, *await _invoiced(serveur))
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "VIR-EXEMPLE-1, réglé le 20/09/2026 : 3 200,00 €" in _text(lecteur)
    assert "Rien : cette facture est terminée." in lecteur.texte


async def test_an_ordered_transfer_is_said_to_be_at_the_bank(serveur: Serveur) -> None:
    await pay(serveur, *await _invoiced(serveur), le=None)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "ordonné, la banque ne l'a pas encore confirmé" in lecteur.texte


async def test_a_rejection_says_its_ground_and_how_to_mend_it(serveur: Serveur) -> None:
    await reject(serveur, *await _invoiced(serveur), motif="PIECE", texte="Le destinataire manque.")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "Le destinataire manque." in lecteur.texte
    assert "sous un autre numéro de facture" in lecteur.texte


async def test_what_is_no_longer_due_is_not_to_be_invoiced_again(serveur: Serveur) -> None:
    await reject(serveur, *await _invoiced(serveur), motif="ENGAGEMENT_REDUIT", texte="")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)

    assert "Ne facturez pas à nouveau" in lecteur.texte
    assert "sous un autre numéro de facture" not in lecteur.texte


async def test_a_credit_note_and_its_invoice_lead_to_each_other(serveur: Serveur) -> None:
    await _invoiced(serveur)
    assert (await send_avoir(serveur, 1, (1, "PEDAGOGIE", 20_000))).status_code == 200
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    page = await lecteur.visit(PAGE)
    assert 'href="/mya/factures/2">A-1</a>' in page.text
    assert "avoir 200,00 €" in _text(lecteur)
    page = await lecteur.visit("/mya/factures/2")
    assert "Avoir A-1 ✓ Imputé" in lecteur.texte
    assert 'href="/mya/factures/1">F-2026-001</a>' in page.text


async def test_what_was_credited_once_paid_is_said_to_be_given_back(serveur: Serveur) -> None:
    await pay(serveur, *await _invoiced(serveur))
    assert (await send_avoir(serveur, 1, (1, "PEDAGOGIE", 20_000))).status_code == 200
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)
    assert "Une partie de ce qui a été réglé n'est plus due" in lecteur.texte
    assert "Rien :" not in lecteur.texte
    await lecteur.visit("/mya/factures/2")
    assert "rendez-le à l'OPCO" in lecteur.texte


async def test_the_pdf_and_its_receipt_are_downloaded_as_files(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((document, empreinte),) = await serveur.fetch("SELECT document, sha256_fichier FROM facture")
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    fichier = await lecteur.visit(f"{PAGE}/documents/{document}")
    assert sha256(fichier.content).digest() == empreinte
    recepisse = await lecteur.visit(f"{PAGE}/documents/{document}/recepisse")
    assert recepisse.json()["recepisse"]["identifiant"] == f"p-{document}"
    for reponse in (fichier, recepisse):
        assert reponse.headers["Content-Security-Policy"].startswith("sandbox")
        assert reponse.headers["Content-Disposition"].startswith("attachment")


async def test_a_pdf_in_quarantine_is_told_and_not_served(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((document,),) = await serveur.fetch("SELECT document FROM facture")
    await serveur.execute("UPDATE document SET verdict = 'QUARANTAINE' WHERE numero_interne = %s", document)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)

    await lecteur.visit(PAGE)
    assert "Mis à l'écart par l'antivirus" in lecteur.texte
    for suite in ("", "/recepisse"):
        assert (await lecteur.visit(f"{PAGE}/documents/{document}{suite}")).status_code == 404


async def test_a_document_of_a_dossier_is_not_served_under_an_invoice(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((convention,),) = await serveur.fetch(
        "SELECT numero_interne FROM document WHERE type_fichier = 'CONVENTION_FORMATION'"
    )
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    for document in (convention, 999, 10**30):
        assert (await lecteur.visit(f"{PAGE}/documents/{document}")).status_code == 404


async def test_a_certificate_sent_from_the_page_lets_its_line_go_on_and_not_the_other_dossiers(
    serveur: Serveur,
) -> None:
    await _waiting(serveur)
    gestionnaire = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await gestionnaire.visit(PAGE)
    assert "CA-0000001 : le certificat de réalisation" in gestionnaire.texte

    await gestionnaire.submit(f"{PAGE}/pieces", type="1 CERTIFICAT_REALISATION", fichier=fichiers.a_pdf())

    assert "La pièce est transmise" in gestionnaire.texte
    assert await serveur.fetch("SELECT numero_interne, etat FROM ligne_facture ORDER BY id") == [
        (1, "EN_INSTRUCTION"),
        (2, "A_COMPLETER"),
    ]
    assert "CA-0000002 : le certificat de réalisation" in gestionnaire.texte
    assert "Facture complétée" in gestionnaire.texte


async def test_a_proof_that_is_not_waited_for_a_file_that_is_none_and_no_file_are_refused(serveur: Serveur) -> None:
    await _waiting(serveur)
    gestionnaire = await connected(serveur, Role.CFA_GESTIONNAIRE)
    avant = await serveur.count("document")
    for type_, fichier, mots in (
        ("1 CONVENTION_FORMATION", fichiers.a_pdf(), "n'est plus attendue"),
        ("3 CERTIFICAT_REALISATION", fichiers.a_pdf(), "n'est plus attendue"),
        ("", fichiers.a_pdf(), "n'est plus attendue"),
        ("1 CERTIFICAT_REALISATION", b"pas un PDF", "PDF"),
    ):
        await gestionnaire.submit(f"{PAGE}/pieces", depuis=PAGE, type=type_, fichier=fichier)
        assert gestionnaire.page is not None
        assert gestionnaire.page.status_code in (400, 409), type_
        assert mots in gestionnaire.texte, type_
    assert await serveur.count("document") == avant


async def test_a_reader_sees_what_is_waited_for_and_sends_nothing(serveur: Serveur) -> None:
    await _waiting(serveur)
    lecteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await lecteur.visit(PAGE)
    assert "/pieces" not in page.text
    assert "Un gestionnaire ou un administrateur" in lecteur.texte
    assert (await lecteur.post(f"{PAGE}/pieces", type="1 CERTIFICAT_REALISATION")).status_code == 403


async def test_another_siren_and_an_employer_get_nothing_of_it(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((document,),) = await serveur.fetch("SELECT document FROM facture")
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    employeur = await _employer(serveur)
    for suite in ("", f"/documents/{document}", f"/documents/{document}/recepisse"):
        la = await autre.visit(f"{PAGE}{suite}")
        absente = await autre.visit(f"/mya/factures/999{suite}")
        assert la.status_code == absente.status_code == 404
        assert la.text == absente.text
        assert (await employeur.visit(f"{PAGE}{suite}")).status_code == 403
    assert (await autre.post(f"{PAGE}/pieces", type="1 CERTIFICAT_REALISATION")).status_code == 404
    for numero in ("0", str(10**30)):
        assert (await autre.visit(f"/mya/factures/{numero}")).status_code == 404
    assert (await employeur.visit("/mya/factures")).status_code == 403
    inconnu = a_visitor(serveur)
    page = await inconnu.client.get(PAGE)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/mya/connexion")
