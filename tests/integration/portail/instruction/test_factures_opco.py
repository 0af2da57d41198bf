"""The invoices in the back-office: forms sent as a browser would, texts as people read them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from builders.envois import some_infos
from builders.factures.envoi import a_body, send_avoir, send_facture, set_iban, some_lignes
from builders.factures.papier import a_facture_pdf
from builders.instruction import PDF, an_agent, an_engaged
from builders.portail import Visiteur, a_visitor, connected
from builders.serveur import SIREN, Serveur

from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.factures.instruction import files

pytestmark = pytest.mark.anyio
BASE = "/instruction/factures"
PAGE = f"{BASE}/1"
DECIDENT = sorted(OPCO)


async def _invoiced(serveur: Serveur, *lignes: tuple[int, str, int], numero: str = "F-2026-001", rang: int = 0) -> int:
    """A dossier engaged and one invoice on it; its number."""
    await set_iban(serveur)
    dossier = await an_engaged(serveur, await an_agent(serveur, f"agent{rang}"), rang)
    reponse = await send_facture(serveur, dossier, *(lignes or ((1, "PEDAGOGIE", 100_000),)), numero=numero)
    assert reponse.status_code == 200, reponse.text
    return dossier


async def _lignes(serveur: Serveur) -> list[tuple[int, str, str | None, str | None]]:
    lues = await serveur.fetch("SELECT id, etat, motif, commentaire FROM ligne_facture ORDER BY id")
    return [(id_, etat, motif, texte) for id_, etat, motif, texte in lues]


def _said(visiteur: Visiteur) -> str:
    return visiteur.texte.replace("\u202f", " ").replace("\xa0", " ")


async def _confirm(agent: Visiteur) -> Any:
    """Press « Confirmer » on the confirmation page: its hidden fields and nothing else."""
    assert agent.page is not None
    champs = dict(re.findall(r'<input type="hidden" name="((?!_csrf)[^"]+)" value="([^"]*)">', agent.page.text))
    return await agent.submit(f"{PAGE}/decision", **champs)


async def test_an_invoice_waits_in_the_queue_with_its_limit_and_on_the_home_page(serveur: Serveur) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit("/instruction/")
    assert "1 facture à traiter" in agent.texte
    assert "0 ligne à payer" in agent.texte
    await agent.visit(BASE)

    assert "F-2026-001 CFA FICTIF 323 05/09/2026 1 000,00 €" in _said(agent)
    assert "1 ligne" in agent.texte
    assert "61 jours" in agent.texte  # 5 September to 5 November


@pytest.mark.parametrize(("jours", "dit"), [(51, "10 jours"), (61, "Dernier jour"), (62, "Délai dépassé")])
async def test_the_days_left_are_told_to_the_day(serveur: Serveur, jours: int, dit: str) -> None:
    """R6332-24: two months from the reception to tell of a rejection."""
    await _invoiced(serveur)
    serveur.clock.instant += timedelta(days=jours)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(BASE)
    assert dit in agent.texte
    await agent.visit(PAGE)
    assert dit in agent.texte


async def test_the_page_shows_each_line_beside_what_the_ledger_says(serveur: Serveur) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(PAGE)

    # Engaged 3 200 on the first échéance, 1 000 asked for: 2 200 left.
    assert "CA-0000001 EXEMPLE A Camille 1 000,00 € 3 200,00 € 0,00 € 1 000,00 € 2 200,00 € ◐ À décider" in _said(agent)
    assert "IBAN qui finit par 0189. C'est le compte validé pour ce CFA." in agent.texte
    assert "FR76" not in agent.texte
    assert "Facture transmise" in agent.texte
    assert await serveur.fetch("SELECT acte, objet FROM journal WHERE acte = 'FACTURE_LUE'") == [
        ("FACTURE_LUE", "facture 1")
    ]


@pytest.mark.parametrize("role", DECIDENT)
async def test_everything_is_accepted_in_two_steps_by_each_role_of_the_opco(serveur: Serveur, role: Role) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, role)

    await agent.visit(f"{PAGE}/accepter")
    assert "1 ligne acceptée : 1 000,00 €" in _said(agent)
    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["EN_INSTRUCTION"]  # nothing before the confirmation
    await _confirm(agent)

    assert "C'est accepté" in agent.texte
    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["ACCEPTEE"]
    await agent.visit("/instruction/")
    assert "0 facture à traiter" in agent.texte
    assert "1 ligne à payer" in agent.texte


async def test_lines_are_decided_one_by_one_and_the_cfa_reads_why(serveur: Serveur) -> None:
    await _invoiced(serveur, (1, "PEDAGOGIE", 100_000), (1, "PEDAGOGIE", 50_000))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit(PAGE)

    await agent.submit(
        f"{PAGE}/confirmer",
        version="1",
        choix_1="oui",
        choix_2="non",
        motif_2="DOUBLON",
        texte_2="Déjà réglé <en> septembre & payé.",
    )
    assert "1 ligne acceptée : 1 000,00 €" in _said(agent)
    assert "1 ligne rejetée : 500,00 €" in _said(agent)
    assert "Déjà facturé : Déjà réglé <en> septembre & payé." in agent.texte
    assert agent.page is not None
    version = await serveur.fetch("SELECT version FROM facture")
    await agent.submit(
        f"{PAGE}/decision",
        version=str(version[0][0]),
        choix_1="oui",
        choix_2="non",
        motif_2="DOUBLON",
        texte_2="Déjà réglé <en> septembre & payé.",
    )

    assert "le rejet est notifié au CFA" in agent.texte
    assert await _lignes(serveur) == [
        (1, "ACCEPTEE", None, None),
        (2, "REJETEE", "DOUBLON", "Déjà réglé <en> septembre & payé."),
    ]
    page = (await serveur.cfa.get("/v2/factures/etats")).json()
    assert "Déjà facturé. Déjà réglé" in page["factures"][0]["commentaire"]


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({}, "Choisissez au moins une ligne"),
        ({"choix_1": "non", "texte_1": "Trop cher."}, "Choisissez un motif"),
        ({"choix_1": "non", "motif_1": "MONTANT"}, "Expliquez le rejet"),
        ({"choix_1": "non", "motif_1": "FORCLUSION", "texte_1": "Trop tard."}, "Choisissez un motif"),
        ({"choix_1": "non", "motif_1": "AUTRE", "texte_1": "x" * 301}, "300 caractères au plus"),
        ({"choix_1": "non", "motif_1": "AUTRE", "texte_1": "FR7630006000011234567890189"}, "IBAN : retirez-le"),
        ({"choix_999": "oui"}, "Une ligne n'est pas de cette facture."),
        ({"choix_1": "peut-être", "choix_": "oui", "choix_²": "oui"}, "Choisissez au moins une ligne"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    serveur: Serveur, champs: dict[str, str], phrase: str
) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit(PAGE)

    for etape in ("confirmer", "decision"):
        reponse = await agent.submit(f"{PAGE}/{etape}", version="1", **champs)

        assert reponse.status_code == 400
        if etape == "confirmer" or "999" not in str(champs):
            assert phrase in agent.texte
        if champs.get("texte_1") == "Trop cher.":
            assert 'value="Trop cher."' in reponse.text
    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["EN_INSTRUCTION"]


async def test_who_decides_second_is_told_and_nothing_is_done(serveur: Serveur) -> None:
    await _invoiced(serveur)
    premier, second = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.OPCO_COMPTABLE)
    await premier.visit(f"{PAGE}/accepter")
    await second.visit(PAGE)
    await second.submit(f"{PAGE}/confirmer", version="1", choix_1="non", motif_1="AUTRE", texte_1="Pas encore.")

    await _confirm(premier)
    reponse = await _confirm(second)

    assert reponse.status_code == 409
    assert "Cette facture a changé entre-temps : relisez-la avant de décider." in second.texte
    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["ACCEPTEE"]


async def test_a_double_click_accepts_once(serveur: Serveur) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    statuts = []
    for _ in range(2):
        await agent.visit(PAGE)
        reponse = await agent.submit(f"{PAGE}/decision", version="1", choix_1="oui")
        statuts.append(reponse.status_code)

    assert statuts == [200, 409]
    assert await serveur.fetch("SELECT count(*) FROM ecriture WHERE fait = 'ACCEPTATION'") == [(1,)]


async def test_an_accepted_line_may_still_be_rejected_until_it_is_ordered(serveur: Serveur) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit(f"{PAGE}/accepter")
    await _confirm(agent)

    assert "Tout accepter" not in agent.texte
    await agent.submit(f"{PAGE}/confirmer", version="2", choix_1="non", motif_1="AUTRE", texte_1="Erreur de saisie.")
    await _confirm(agent)

    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["REJETEE"]


async def test_nothing_left_to_accept_is_a_conflict(serveur: Serveur) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit(f"{PAGE}/accepter")
    await _confirm(agent)

    reponse = await agent.visit(f"{PAGE}/accepter")

    assert reponse.status_code == 409
    assert "Aucune ligne de cette facture ne peut être acceptée." in agent.texte


async def test_a_line_that_waits_for_a_proof_is_told_and_can_only_be_rejected(serveur: Serveur) -> None:
    await set_iban(serveur)
    dossier = await an_engaged(serveur, await an_agent(serveur))
    ((solde,),) = await serveur.fetch("SELECT max(numero) FROM echeance WHERE numero_interne = %s", dossier)
    await serveur.execute("UPDATE echeance SET ouverture = '2026-09-01' WHERE numero_interne = %s", dossier)
    reponse = await send_facture(serveur, dossier, (solde, "PEDAGOGIE", 10_000))
    assert reponse.status_code == 200, reponse.text
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(PAGE)
    assert "Manque : le certificat de réalisation" in agent.texte
    assert "À compléter" in agent.texte
    assert "Tout accepter" not in agent.texte
    await agent.visit(f"{BASE}?file=a_completer")
    assert "F-2026-001" in agent.texte
    assert "1 à compléter" in agent.texte
    await agent.visit(BASE)
    assert "F-2026-001" not in agent.texte
    assert "Rien n'attend dans cette file." in agent.texte
    refuse = await agent.submit(f"{PAGE}/decision", version="1", choix_1="oui")
    assert refuse.status_code == 409
    assert "Cette ligne attend encore une pièce" in agent.texte

    infos = some_infos(str(dossier), type_fichier="CERTIFICAT_REALISATION")
    assert (await serveur.cfa.send("/v2/documents", infos, PDF)).status_code == 200
    await agent.visit(PAGE)
    assert "Reçu : le certificat de réalisation." in agent.texte
    assert "Tout accepter" in agent.texte
    assert "Certificat de réalisation du dossier CA-0000001" in agent.texte


async def test_one_paid_line_does_not_hide_another_that_waits(serveur: Serveur) -> None:
    """Paid in part, an invoice is still in the queue while staff have something to say of it."""
    await _invoiced(serveur, (1, "PEDAGOGIE", 100_000), (1, "PEDAGOGIE", 50_000))
    await serveur.execute("UPDATE facture SET etat = 'REGLE_PARTIEL'")
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(BASE)

    assert "Réglée en partie" in agent.texte


async def test_the_oldest_come_first_page_after_page(serveur: Serveur, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TAILLE_PAGE", 2)
    dossier = await _invoiced(serveur, (1, "PEDAGOGIE", 1_000), numero="F-0")
    for rang in range(1, 5):
        assert (await send_facture(serveur, dossier, (1, "PEDAGOGIE", 1_000), numero=f"F-{rang}")).status_code == 200
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    pages, adresse = [], BASE
    while adresse:
        reponse = await agent.visit(adresse)
        pages.append(re.findall(r">(F-\d)</a>", reponse.text))
        suite = re.search(r'rel="next" href="([^"]+)"', reponse.text)
        adresse = suite[1].replace("&amp;", "&") if suite else ""

    assert pages == [["F-0", "F-1"], ["F-2", "F-3"], ["F-4"]]
    assert "Première page" in agent.texte


async def test_a_search_goes_on_page_after_page_the_latest_first(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "TAILLE_PAGE", 2)
    dossier = await _invoiced(serveur, (1, "PEDAGOGIE", 1_000), numero="F-0")
    for rang in range(1, 5):
        assert (await send_facture(serveur, dossier, (1, "PEDAGOGIE", 1_000), numero=f"F-{rang}")).status_code == 200
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    for cherche in (SIREN, "CA-0000001"):
        pages, adresse = [], f"{BASE}?q={cherche}"
        while adresse:
            reponse = await agent.visit(adresse)
            pages.append(re.findall(r">(F-\d)</a>", reponse.text))
            suite = re.search(r'rel="next" href="([^"]+)"', reponse.text)
            adresse = suite[1].replace("&amp;", "&") if suite else ""
        assert pages == [["F-4", "F-3"], ["F-2", "F-1"], ["F-0"]], cherche


@pytest.mark.parametrize(
    ("requete", "trouve"),
    [
        ("q=F-2026-001", True),
        ("q=F-2026", False),
        ("q=ca-0000001", True),
        ("q=CA-0000009", False),
        (f"q={SIREN[:3]}+{SIREN[3:6]}+{SIREN[6:]}", True),
        ("q=999999999", False),
        ("q=%25", False),
        (f"cfa={SIREN}", True),
        ("cfa=999999999", False),
        ("minimum=1000&maximum=1+000,00", True),
        ("minimum=1000,01", False),
        ("maximum=999,99", False),
        ("file=nimporte", True),
        ("apres=1", False),
        ("apres=xyz", True),
    ],
)
async def test_an_invoice_is_found_by_search_and_filters(serveur: Serveur, requete: str, trouve: bool) -> None:
    await _invoiced(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    reponse = await agent.visit(f"{BASE}?{requete}")

    assert reponse.status_code == 200
    assert ("/instruction/factures/1" in reponse.text) is trouve


@pytest.mark.parametrize(
    "requete", ["cfa=12", "minimum=abc", "maximum=-1", "minimum=NaN", "minimum=1,001", "minimum=1e9"]
)
async def test_a_filter_that_cannot_be_read_is_said(serveur: Serveur, requete: str) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    reponse = await agent.visit(f"{BASE}?{requete}")

    assert reponse.status_code == 400
    assert "data-erreur" in reponse.text


async def test_the_next_invoice_is_the_one_that_waits_after_this_one(serveur: Serveur) -> None:
    dossier = await _invoiced(serveur, (1, "PEDAGOGIE", 1_000))
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 1_000), numero="F-2")
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    for depuis, vers in ((1, f"{BASE}/2"), (2, f"{BASE}/1")):
        assert (await agent.client.get(f"{BASE}/{depuis}/suivante")).headers["location"] == vers
    await serveur.execute("UPDATE ligne_facture SET etat = 'ACCEPTEE'")
    assert (await agent.client.get(f"{PAGE}/suivante")).headers["location"] == BASE


async def test_a_credit_note_is_read_with_its_invoice_and_is_not_decided_on(serveur: Serveur) -> None:
    dossier = await _invoiced(serveur)
    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 30_000))).status_code == 200
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(PAGE)
    assert "A-1 : -300,00 €" in _said(agent)
    assert "avoir − 300,00 €" in _said(agent)
    await agent.visit(f"{PAGE}/accepter")
    assert "1 ligne acceptée : 700,00 €" in _said(agent)  # what stands, not what was asked for

    await agent.visit(f"{BASE}/2")
    assert "Avoir A-1" in agent.texte
    assert "Facture corrigée F-2026-001" in agent.texte
    assert "Décider" not in agent.texte
    assert (await agent.submit(f"{BASE}/2/decision", version="1", choix_2="oui")).status_code in (400, 409)


async def test_the_warnings_of_the_deposit_and_a_changed_account_are_shown(serveur: Serveur) -> None:
    await set_iban(serveur)
    dossier = await an_engaged(serveur, await an_agent(serveur))
    corps = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 1_000)))
    papier = a_facture_pdf(numero=corps["numero"], mention=None)
    assert (await serveur.cfa.send("/v2/factures", corps, papier, nom="facture.pdf")).status_code == 200
    await set_iban(serveur, "FR7630001007941234567890185")
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(PAGE)

    assert "À vérifier" in agent.texte
    assert "exonération" in agent.texte
    assert "Ce n'est plus le compte validé pour ce CFA" in agent.texte


async def test_the_pages_of_the_pdf_stand_beside_the_data(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((document,),) = await serveur.fetch("SELECT document FROM facture")
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    documents = f"{PAGE}/documents/{document}"

    await agent.visit(f"{documents}/pages")
    assert "Page 1 sur 1" in agent.texte
    assert "finit par 0189" in agent.texte
    assert "1 000,00 €" in _said(agent)
    image = await agent.client.get(f"{documents}/pages/1")
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    fichier = await agent.client.get(documents)
    assert fichier.content.startswith(b"%PDF")
    assert fichier.headers["content-disposition"].startswith("attachment")
    assert (await agent.client.get(f"{documents}/pages/2")).status_code == 404
    actes = await serveur.fetch("SELECT DISTINCT acte FROM journal WHERE objet = 'facture 1' ORDER BY acte")
    assert ("DOCUMENT_LU",) in actes


async def test_a_document_that_is_not_of_the_invoice_is_not_there(serveur: Serveur) -> None:
    await _invoiced(serveur)
    ((convention,),) = await serveur.fetch(
        "SELECT numero_interne FROM document WHERE type_fichier = 'CONVENTION_FORMATION'"
    )
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    for fin in ("", "/pages", "/pages/1"):
        assert (await agent.client.get(f"{PAGE}/documents/{convention}{fin}")).status_code == 404
        assert (await agent.client.get(f"{BASE}/999/documents/{convention}{fin}")).status_code == 404
        assert (await agent.client.get(f"{PAGE}/documents/{10**30}{fin}")).status_code == 404
    for adresse in (f"{BASE}/999", f"{BASE}/{10**30}", f"{BASE}/0"):
        assert (await agent.client.get(adresse)).status_code == 404


async def test_nobody_and_the_cfa_see_nothing(serveur: Serveur) -> None:
    await _invoiced(serveur)
    personne, cfa = a_visitor(serveur), await connected(serveur, Role.CFA_ADMINISTRATEUR)

    for adresse in (BASE, PAGE, f"{PAGE}/accepter", f"{PAGE}/suivante"):
        assert (await personne.client.get(adresse)).headers["location"].startswith("/mya/connexion")
        assert (await cfa.client.get(adresse)).status_code == 403
    for etape in ("confirmer", "decision"):
        assert (await cfa.post(f"{PAGE}/{etape}", version="1", choix_1="oui")).status_code == 403
    assert [etat for _, etat, _, _ in await _lignes(serveur)] == ["EN_INSTRUCTION"]


async def test_an_invoice_of_several_dossiers_tells_its_history_once(serveur: Serveur) -> None:
    await set_iban(serveur)
    agent = await an_agent(serveur)
    premier, second = await an_engaged(serveur, agent), await an_engaged(serveur, agent, 1)
    lignes = some_lignes(premier, (1, "PEDAGOGIE", 1_000)) + some_lignes(second, (1, "PEDAGOGIE", 2_000))
    corps = a_body(lignes, emission=date(2026, 9, 5))
    papier = a_facture_pdf(numero=corps["numero"])
    assert (await serveur.cfa.send("/v2/factures", corps, papier, nom="facture.pdf")).status_code == 200
    comptable = await connected(serveur, Role.OPCO_COMPTABLE)

    await comptable.visit(PAGE)

    assert comptable.texte.count("Facture transmise") == 1
    assert "CA-0000001" in comptable.texte
    assert "CA-0000002" in comptable.texte
