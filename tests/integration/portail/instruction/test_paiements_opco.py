"""Payments in the back-office: what is ready, runs, the bank's answers, overpayments, the accounts checked."""

import re
from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest
from builders.factures.envoi import IBAN, send_avoir, send_facture, set_iban
from builders.factures.hostiles import BOMBE_XML, ENTITE_EXTERNE, PROFOND
from builders.factures.paiement import accept, check_comptes, order, pay
from builders.instruction import an_agent, an_engaged
from builders.portail import Visiteur, a_visitor, connected
from builders.serveur import SIREN, SIREN_AUTRE, Serveur

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.opco.comptes.roles import OPCO, Role

pytestmark = pytest.mark.anyio
BASE = "/instruction/paiements"
LOT, BANQUE, TROP_PERCUS, COMPTES = f"{BASE}/lots/1", f"{BASE}/banque", f"{BASE}/trop-percus", f"{BASE}/comptes"
PAIENT = [Role.OPCO_COMPTABLE, Role.OPCO_ADMINISTRATEUR]
JOUR = "2026-09-05"
CFA = f"cfa_{SIREN}"
ENTETE = "reference;statut;date;montant;reference_bancaire;motif\n"


async def _ready(serveur: Serveur, montant: int = 100_000) -> int:
    """A dossier with an accepted invoice; its number."""
    await set_iban(serveur)
    dossier = await an_engaged(serveur, await an_agent(serveur))
    reponse = await send_facture(serveur, dossier, (1, "PEDAGOGIE", montant))
    assert reponse.status_code == 200, reponse.text
    await accept(serveur, 1)
    return dossier


async def _paid_in_excess(serveur: Serveur) -> int:
    """A dossier of which 300 € of 1 000 paid are credited by the CFA: to be recovered."""
    dossier = await _ready(serveur)
    await pay(serveur, await order(serveur))
    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 30_000))).status_code == 200
    return dossier


async def _prepare(agent: Visiteur, **champs: str) -> int:
    """Choose what the run pays; the status of the page of totals."""
    await agent.visit(BASE)
    reponse = await agent.submit(f"{BASE}/lots/confirmer", **{CFA: "1", "execution_le": JOUR, **champs})
    return reponse.status_code


async def _confirm(agent: Visiteur) -> int:
    """Press « Créer le lot »: the hidden fields of the page and nothing else."""
    assert agent.page is not None
    champs = dict(re.findall(r'<input type="hidden" name="((?!_csrf)[^"]+)" value="([^"]*)">', agent.page.text))
    return (await agent.submit(f"{BASE}/lots", **champs)).status_code


async def _send(agent: Visiteur, octets: bytes) -> int:
    """Send a file of the bank in."""
    await agent.visit(BANQUE)
    return (await agent.submit(BANQUE, fichier=octets)).status_code


async def _refund(agent: Visiteur, numero: str = "CA-0000001", **champs: str) -> int:
    saisie = {"montant": "300,00", "le": JOUR, "reference": "VIR-CFA-1", "confirme": "1", **champs}
    await agent.visit(f"{TROP_PERCUS}/{numero}")
    return (await agent.submit(f"{TROP_PERCUS}/{numero}", **{k: v for k, v in saisie.items() if v})).status_code


def _said(visiteur: Visiteur) -> str:
    return visiteur.texte.replace("\u202f", " ").replace("\xa0", " ")


# --- what is ready, and the runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", PAIENT)
async def test_a_run_is_chosen_confirmed_downloaded_and_answered(serveur: Serveur, role: Role) -> None:
    await _ready(serveur)
    agent = await connected(serveur, role)
    await agent.visit("/instruction/")
    assert "1 ligne à payer" in agent.texte
    await agent.visit(BASE)
    assert "Prêt à payer : 1 000,00 €" in _said(agent)
    assert "Compte validé" in agent.texte

    assert await _prepare(agent) == 200
    assert "1 000,00 € partiront le 05/09/2026" in _said(agent)
    assert await serveur.count("lot_paiement") == 0  # nothing before the confirmation
    assert await _confirm(agent) == 200
    assert "Le lot est créé." in agent.texte
    assert "LOT000001-0001" in agent.texte
    assert "F-2026-001" in agent.texte
    assert "par Camille FICTIF" in agent.texte
    assert "Fichier à remettre à la banque" in agent.texte

    fichier = (await agent.submit(f"{LOT}/fichier", depuis=LOT)).content
    assert agent.page is not None
    assert agent.page.headers["cache-control"] == "no-store"
    assert agent.page.headers["content-disposition"].startswith('attachment; filename="LOT000001-20260905.xml"')
    assert IBAN in fichier.decode()
    assert fromstring(fichier).tag.endswith("Document")  # noqa: S314 - ours
    assert await serveur.fetch("SELECT acte FROM journal WHERE objet = 'lot 1' ORDER BY id") == [
        ("LOT_CREE",),
        ("LOT_REMIS",),
    ]

    assert await _send(agent, write_avis(fichier)) == 200
    assert "Virements réglés (1)" in agent.texte
    assert "LOT000001-0001 : 1 000,00 € le 05/09/2026" in _said(agent)
    await agent.visit(LOT)
    assert "Réglé" in agent.texte
    assert "Annuler le lot" not in agent.texte
    await agent.visit("/instruction/factures/1")
    assert "LOT000001-0001 , réglé le 05/09/2026" in _said(agent)
    await check_comptes(serveur)


async def test_no_page_shows_an_iban(serveur: Serveur) -> None:
    await _ready(serveur)
    await pay(serveur, await order(serveur))
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    for adresse in (BASE, LOT, BANQUE, f"{BANQUE}/1", TROP_PERCUS, COMPTES, "/instruction/factures/1"):
        reponse = await agent.visit(adresse)
        assert reponse.status_code == 200, adresse
        assert IBAN[:14] not in reponse.text.replace(" ", ""), adresse


async def test_a_cfa_without_a_validated_account_cannot_be_chosen(serveur: Serveur) -> None:
    await _ready(serveur)
    await serveur.execute("DELETE FROM coordonnees_bancaires")
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await agent.visit(BASE)
    assert "Aucun compte validé" in agent.texte
    assert agent.page is not None
    assert CFA not in agent.page.text
    jeton = await agent.post(f"{BASE}/lots", **{CFA: "1", "execution_le": JOUR, "vu": "100000-0"})

    assert jeton.status_code == 400
    assert f"Aucun compte n'est validé pour le CFA {SIREN}" in jeton.text.replace("&#39;", "'")
    assert await serveur.count("lot_paiement") == 0


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({CFA: ""}, "Choisissez au moins un CFA"),
        ({"execution_le": "2026-09-04"}, "La date d'exécution va d'aujourd'hui à 60 jours."),
        ({"execution_le": "2026-11-05"}, "La date d'exécution va d'aujourd'hui à 60 jours."),
        ({"execution_le": "hier"}, "« Date d'exécution » est une date."),
        ({CFA: "", "cfa_999999999": "1"}, "Rien n'est plus à payer pour ces CFA"),
        ({CFA: "", "cfa_' OR 1=1": "1"}, "Rien n'est plus à payer pour ces CFA"),
    ],
)
async def test_what_is_wrong_with_a_run_is_said(serveur: Serveur, champs: dict[str, str], phrase: str) -> None:
    await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    choix = {nom: valeur for nom, valeur in {CFA: "1", "execution_le": JOUR, **champs}.items() if valeur}

    for etape in ("lots/confirmer", "lots"):
        await agent.visit(BASE)
        reponse = await agent.submit(f"{BASE}/{etape}", **choix)
        assert reponse.status_code == 400
        assert phrase in agent.texte
    assert await serveur.count("lot_paiement") == 0


async def test_a_double_click_makes_one_run(serveur: Serveur) -> None:
    await _ready(serveur)
    agent, autre = await connected(serveur, Role.OPCO_COMPTABLE), await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    assert (await _prepare(agent), await _prepare(autre)) == (200, 200)

    assert await _confirm(agent) == 200
    assert await _confirm(autre) == 400
    assert "Rien n'est plus à payer pour ces CFA : relisez la liste." in autre.texte
    assert await serveur.count("lot_paiement") == 1
    await check_comptes(serveur)


async def test_what_was_accepted_meanwhile_is_shown_before_it_is_paid(serveur: Serveur) -> None:
    dossier = await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    await _prepare(agent)
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 50_000), numero="F-2")
    await accept(serveur, 2)

    assert await _confirm(agent) == 409
    assert "Ce qui est à payer a changé entre-temps" in agent.texte
    assert "1 500,00 € partiront le 05/09/2026" in _said(agent)
    assert await serveur.count("lot_paiement") == 0
    assert await _confirm(agent) == 200
    assert "1 500,00 € en 1 virement" in _said(agent)


async def test_a_run_is_cancelled_until_its_file_is_taken(serveur: Serveur) -> None:
    await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    await order(serveur)

    await agent.submit(f"{LOT}/annuler", depuis=LOT)
    assert "Le lot est annulé : ses lignes sont de nouveau à payer." in agent.texte
    assert "Télécharger le fichier" not in agent.texte
    await agent.visit(BASE)
    assert "Prêt à payer : 1 000,00 €" in _said(agent)
    refuse = await agent.post(f"{LOT}/annuler")
    assert refuse.status_code == 409
    assert (await agent.post(f"{LOT}/fichier")).status_code == 409

    await order(serveur)
    await agent.submit(f"{BASE}/lots/2/fichier", depuis=f"{BASE}/lots/2")
    reponse = await agent.post(f"{BASE}/lots/2/annuler")
    assert reponse.status_code == 409
    assert "Le fichier de ce lot a été remis à la banque" in reponse.text
    await check_comptes(serveur)


async def test_an_overpayment_is_kept_from_a_run_and_both_sides_are_shown(serveur: Serveur) -> None:
    dossier = await _paid_in_excess(serveur)
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 50_000), numero="F-2")
    await accept(serveur, 3)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    await agent.visit(BASE)
    assert "500,00 € 300,00 €" in _said(agent)

    await _prepare(agent, compenser="1")
    assert "200,00 € partiront le 05/09/2026" in _said(agent)
    assert "− 300,00 €" in _said(agent)
    assert "reste même si le lot est annulé" in _said(agent)
    await _confirm(agent)

    assert "500,00 € − 300,00 € 200,00 €" in _said(agent)
    await agent.visit(TROP_PERCUS)
    assert "Aucun trop-perçu." in agent.texte
    assert "300,00 €, retenu sur un virement le 05/09/2026, LOT000002-0001" in _said(agent)
    await check_comptes(serveur)


async def test_without_the_account_that_pays_the_operator_is_named(serveur: Serveur) -> None:
    await _ready(serveur)
    serveur.portail.paiements.lots._donneur = None
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await _prepare(agent)
    assert await _confirm(agent) == 400

    assert "Le compte qui paie n'est pas réglé" in agent.texte


async def test_a_run_that_does_not_exist_is_not_there(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    for adresse in (f"{BASE}/lots/9", f"{BASE}/lots/{10**30}", f"{BANQUE}/9", f"{BANQUE}/{10**30}"):
        assert (await agent.client.get(adresse)).status_code == 404
    for acte in ("fichier", "annuler"):
        assert (await agent.post(f"{BASE}/lots/9/{acte}")).status_code == 404
        assert (await agent.post(f"{BASE}/lots/{10**30}/{acte}")).status_code == 404


# --- the bank's files -----------------------------------------------------------------------------------------------


async def test_the_same_file_twice_says_so_and_changes_nothing(serveur: Serveur) -> None:
    await _ready(serveur)
    lots = serveur.portail.paiements.lots
    avis = write_avis(await lots.download(await order(serveur), par="compte:1"))
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await _send(agent, avis)
    assert "déjà été lu" not in agent.texte
    await _send(agent, avis)

    assert "Ce fichier avait déjà été lu : rien n'a changé." in agent.texte
    assert "Virements réglés (1)" in agent.texte
    assert await serveur.count("retour_banque") == 1
    await check_comptes(serveur)


async def test_each_line_of_a_file_is_told_apart(serveur: Serveur) -> None:
    await _ready(serveur)
    await serveur.portail.paiements.lots.download(await order(serveur), par="compte:1")
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    lignes = [
        "LOT000001-0001;rejeté;2026-09-08;1000,00;;AC04",
        "LOT000009-0001;exécuté;2026-09-08;12,00;B1;",
        "LOT000001-0001;exécuté;pas un jour;1000,00;B1;",
    ]

    await _send(agent, (ENTETE + "\n".join(lignes)).encode())
    assert "Virements rejetés, de nouveau à payer (1)" in agent.texte
    assert "LOT000009-0001 : aucun de nos virements n'a cette référence." in agent.texte
    assert "À vérifier : rien n'est enregistré pour ces lignes (2)" in agent.texte
    await agent.visit(BASE)
    assert "Prêt à payer : 1 000,00 €" in _said(agent)
    await _send(agent, (ENTETE + lignes[0] + "\n\n").encode())
    assert "Déjà connus, sans changement (1)" in agent.texte
    await agent.visit(LOT)
    assert "Rejeté : à payer de nouveau" in agent.texte
    await check_comptes(serveur)


async def test_another_amount_than_ordered_records_nothing(serveur: Serveur) -> None:
    await _ready(serveur)
    await serveur.portail.paiements.lots.download(await order(serveur), par="compte:1")
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await _send(agent, (ENTETE + "LOT000001-0001;exécuté;2026-09-08;999,99;B1;").encode())

    assert "l'ordre était de 1 000,00 €. Rien n'est enregistré" in _said(agent)
    assert await serveur.fetch("SELECT etat FROM virement") == [("ORDONNE",)]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x00\x01\x02\x03" * 100,
        b"MZ\x90\0 un programme",
        b"PK\x03\x04 un classeur",
        b"%PDF-1.7",
        BOMBE_XML,
        ENTITE_EXTERNE,
        PROFOND,
        b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>",
        b"<html><script>alert(1)</script></html>",
        b"nom;prenom\nA;B\n",
        "référence".encode("utf-16"),
    ],
    ids=["empty", "binary", "program", "workbook", "pdf", "bomb", "entity", "deep", "pain001", "page", "csv", "utf16"],
)
async def test_a_hostile_or_mistaken_file_is_refused_with_a_sentence(serveur: Serveur, octets: bytes) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    assert await _send(agent, octets) == 400

    assert agent.page is not None
    assert "data-erreur" in agent.page.text
    assert "<script>alert" not in agent.page.text
    assert await serveur.count("retour_banque") == 0
    assert serveur.objects() == []


async def test_a_file_beyond_the_limit_is_refused_and_nothing_stays(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    assert await _send(agent, b" " * (10 * 1024 * 1024 + 1)) == 413

    assert "trop gros" in agent.texte
    assert serveur.objects() == []


async def test_what_a_file_says_is_text_and_no_markup(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    await _send(agent, (ENTETE + "<script>alert(1)</script>;exécuté;2026-09-08;12,00;B1;").encode())

    assert agent.page is not None
    assert agent.page.status_code == 200
    assert "<script>alert" not in agent.page.text


async def test_a_form_without_a_file_is_told(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    await agent.visit(BANQUE)

    reponse = await agent.submit(BANQUE, fichier="pas un fichier")

    assert reponse.status_code == 400


# --- overpayments ---------------------------------------------------------------------------------------------------


async def test_a_refund_is_recorded_once_and_the_rest_stays_due(serveur: Serveur) -> None:
    await _paid_in_excess(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    await agent.visit(TROP_PERCUS)
    assert "À recouvrer : 300,00 €" in _said(agent)
    assert "Avoir du CFA" in agent.texte

    assert await _refund(agent, montant="100") == 200
    assert "Le remboursement est enregistré. Il ne se défait pas." in agent.texte
    assert "À recouvrer : 200,00 €" in _said(agent)
    assert await _refund(agent, montant="100") == 200
    assert "déjà enregistré sous cette référence : rien n'a changé" in agent.texte
    assert await _refund(agent, montant="101") == 409
    assert "Cette référence est déjà enregistrée pour 100,00 €." in _said(agent)
    assert await _refund(agent, montant="200,00", reference="VIR-2") == 200
    assert "Tout est recouvré" in agent.texte

    # Sent once more, from a page that somebody had left open: known, nothing more.
    encore = await agent.submit(
        f"{TROP_PERCUS}/CA-0000001",
        depuis=BANQUE,
        montant="200,00",
        le=JOUR,
        reference="VIR-2",
        confirme="1",
    )
    assert encore.status_code == 200
    assert "déjà enregistré" in agent.texte
    assert await serveur.count("recouvrement") == 2
    await check_comptes(serveur)


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"montant": "300,01"}, "ne peut pas le dépasser"),
        ({"montant": "0"}, "un centime au moins"),
        ({"montant": "-5"}, "est un montant en euros"),
        ({"montant": "NaN"}, "est un montant en euros"),
        ({"montant": "1,001"}, "est un montant en euros"),
        ({"montant": "9" * 30}, "est un montant en euros"),
        ({"le": "2026-09-06"}, "La date du remboursement est à venir."),
        ({"le": "demain"}, "« Reçu le » est une date."),
        ({"reference": ""}, "Donnez la référence"),
        ({"reference": "x" * 36}, "Donnez la référence"),
        ({"confirme": ""}, "Cochez la case"),
    ],
)
async def test_a_refund_that_cannot_be_is_said_and_what_was_typed_stays(
    serveur: Serveur, champs: dict[str, str], phrase: str
) -> None:
    await _paid_in_excess(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    assert await _refund(agent, **champs) == 400

    assert phrase in agent.texte
    assert agent.page is not None
    assert 'value="VIR-CFA-1"' in agent.page.text or "reference" in champs
    assert await serveur.count("recouvrement") == 0


async def test_a_dossier_without_overpayment_has_no_such_page(serveur: Serveur) -> None:
    await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    for numero in ("CA-0000001", "CA-0000999", "1", "x"):
        assert (await agent.client.get(f"{TROP_PERCUS}/{numero}")).status_code == 404
        assert (await agent.post(f"{TROP_PERCUS}/{numero}", montant="1", confirme="1")).status_code == 404


# --- the accounts ---------------------------------------------------------------------------------------------------


async def test_the_accounts_are_read_again_and_a_fault_is_shown(serveur: Serveur) -> None:
    await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    await agent.submit(COMPTES, depuis=COMPTES)
    assert "Les comptes sont justes" in agent.texte
    assert "Accepté, à payer 1 000,00 €" in _said(agent)

    await serveur.execute("UPDATE facture SET montant = montant + 1")
    await agent.submit(COMPTES, depuis=COMPTES)

    assert "1 écart : prévenez l'assistance avant tout paiement." in agent.texte
    assert "facture 1 : 100001 au lieu de 100000" in agent.texte
    assert len(await serveur.fetch("SELECT 1 FROM journal WHERE acte = 'COMPTES_VERIFIES'")) == 2


# --- who may --------------------------------------------------------------------------------------------------------


async def test_a_gestionnaire_reads_and_pays_nothing(serveur: Serveur) -> None:
    await _paid_in_excess(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    for adresse in (BASE, LOT, BANQUE, f"{BANQUE}/1", TROP_PERCUS, f"{TROP_PERCUS}/CA-0000001"):
        reponse = await agent.visit(adresse)
        assert reponse.status_code == 200, adresse
        formulaires = re.findall(r'action="(/instruction/paiements[^"]*)"', reponse.text)
        assert formulaires == [], adresse
    assert (await agent.client.get(COMPTES)).status_code == 403
    for adresse in (f"{BASE}/lots/confirmer", f"{BASE}/lots", f"{LOT}/fichier", f"{LOT}/annuler", BANQUE, COMPTES):
        assert (await agent.post(adresse, **{CFA: "1"})).status_code == 403, adresse
    assert (await agent.post(f"{TROP_PERCUS}/CA-0000001", montant="1")).status_code == 403


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - OPCO - {Role.EDITEUR})])
async def test_nobody_else_sees_payments(serveur: Serveur, role: Role | None) -> None:
    visiteur = a_visitor(serveur) if role is None else await connected(serveur, role)

    for adresse in (BASE, f"{BASE}/lots/1", BANQUE, TROP_PERCUS, COMPTES):
        reponse = await visiteur.client.get(adresse)
        assert reponse.status_code == (303 if role is None else 403), adresse
    for adresse in (f"{BASE}/lots", f"{LOT}/fichier", BANQUE, f"{TROP_PERCUS}/CA-0000001", COMPTES):
        reponse = await visiteur.post(adresse)
        assert reponse.status_code == (303 if role is None else 403), adresse


async def test_runs_are_leafed_through_the_latest_first(serveur: Serveur) -> None:
    await set_iban(serveur)
    await serveur.execute(
        "INSERT INTO lot_paiement (id, message, execution_le, nombre, montant, cree_par, cree_le) "
        "SELECT n, 'LOT-' || n, '2026-09-05', 1, n, 'compte:1', now() FROM generate_series(1, 25) n"
    )
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    reponse = await agent.visit(BASE)
    assert re.findall(r">Lot (\d+)</a>", reponse.text) == [str(n) for n in range(25, 5, -1)]
    reponse = await agent.visit(f"{BASE}?avant=6")
    assert re.findall(r">Lot (\d+)</a>", reponse.text) == ["5", "4", "3", "2", "1"]
    assert SIREN_AUTRE not in reponse.text


async def test_the_limit_of_sixty_days_is_open_on_its_last_day(serveur: Serveur) -> None:
    await _ready(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)
    dernier = serveur.clock.now().date() + timedelta(days=60)

    assert await _prepare(agent, execution_le=dernier.isoformat()) == 200
    assert await _confirm(agent) == 200
