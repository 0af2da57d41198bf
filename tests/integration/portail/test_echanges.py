"""Contact requests on both sides, and the accrochage as the CFA and the OPCO handle it."""

import asyncio

import pytest
from builders import fichiers
from builders.portail import Visiteur, a_visitor, connected
from builders.serveur import SIREN, Serveur

from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
NOUVELLE = "/mya/demandes/nouvelle"
ADM = "/instruction/administration"


async def _ask(visiteur: Visiteur, **champs: str | bytes) -> None:
    valeurs: dict[str, str | bytes] = {"type": "DOSSIER", "sujet": "Où en est CA-0000001 ?", "texte": "Bonjour."}
    await visiteur.submit(NOUVELLE, **(valeurs | champs))


async def test_a_question_is_answered_in_its_thread_and_each_side_is_told(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await _ask(cfa)
    assert "Votre demande est envoyée" in cfa.texte
    opco = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await opco.visit("/instruction/")
    assert "1 demande de contact à traiter" in opco.texte
    await opco.visit(f"{ADM}/demandes/1")
    await opco.submit(f"{ADM}/demandes/1", texte="Nous l'étudions.")
    await opco.visit(f"{ADM}/demandes")
    assert "À traiter" not in opco.texte
    await cfa.visit("/mya/demandes/1")
    assert "L'OPCO a répondu" in cfa.texte
    assert "OPCO FICTIF , 05/09/2026" in cfa.texte or "OPCO FICTIF, 05/09/2026" in cfa.texte
    await cfa.submit("/mya/demandes/1", texte="Merci.\n<script>alert(1)</script>")
    assert cfa.page is not None
    assert "&lt;script&gt;" in cfa.page.text
    await cfa.visit("/mya/demandes/1")
    await cfa.submit("/mya/demandes/1/clore")
    assert "La demande est close" in cfa.texte
    modeles = [modele for (modele,) in await serveur.fetch("SELECT modele FROM courriel ORDER BY id")]
    assert [un for un in modeles if un.startswith("demande")] == ["demande_recue", "demande_reponse"]


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"sujet": " "}, "Le sujet est obligatoire"),
        ({"sujet": "x" * 201}, "200 caractères"),
        ({"texte": ""}, "Le message est obligatoire"),
        ({"texte": "é" * 10_001}, "10000 caractères"),
        ({"type": "ACCROCHAGE", "metier_nom": "Noa"}, "Contact métier : le téléphone"),
    ],
)
async def test_what_lacks_is_said_and_nothing_is_kept(serveur: Serveur, champs: dict[str, str], phrase: str) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask(cfa, **champs)
    assert phrase in cfa.texte
    assert await serveur.count("demande") == 0


async def test_a_hostile_file_is_refused_with_its_ground_and_nothing_is_kept(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask(cfa, fichier=fichiers.pdf_with(catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"))
    assert cfa.page is not None
    assert cfa.page.status_code == 400
    assert "Où en est CA-0000001 ?" in cfa.page.text
    assert await serveur.count("demande") == 0
    assert serveur.objects() == []


async def test_a_file_comes_back_as_it_was_sent_to_its_siren_and_to_the_opco_only(serveur: Serveur) -> None:
    pdf = fichiers.a_pdf()
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask(cfa, fichier=pdf)
    opco = await connected(serveur, Role.OPCO_COMPTABLE)
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    for visiteur, chemin in ((cfa, "/mya/demandes/1/documents/1"), (opco, f"{ADM}/demandes/1/documents/1")):
        page = await visiteur.visit(chemin)
        assert page.content == pdf
        assert page.headers["Content-Disposition"].startswith("attachment")
        assert page.headers["Content-Security-Policy"].startswith("sandbox")
    assert (await autre.visit("/mya/demandes/1/documents/1")).status_code == 404


async def test_two_messages_at_once_are_both_kept(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await _ask(cfa)
    onglets = [a_visitor(serveur) for _ in range(3)]
    for onglet in onglets:
        await onglet.connect("cfa_administrateur@exemple.test")
        await onglet.visit("/mya/demandes/1")
    await asyncio.gather(
        *(onglet.submit("/mya/demandes/1", texte=f"Message {rang}") for rang, onglet in enumerate(onglets))
    )
    assert await serveur.count("message_demande") == 4


async def test_an_employer_asks_for_itself_and_never_for_an_accrochage(serveur: Serveur) -> None:
    employeur = await connected(serveur, Role.EMPLOYEUR)
    await employeur.visit(NOUVELLE)
    assert "Accrochage" not in employeur.texte
    await _ask(employeur, type="ACCROCHAGE")
    assert employeur.page is not None
    assert employeur.page.status_code == 404
    await _ask(employeur)
    assert "Votre demande est envoyée" in employeur.texte


# --- accrochage -----------------------------------------------------------------------------------------------------


async def test_a_cfa_suspends_its_editor_and_puts_an_end_to_it(serveur: Serveur) -> None:
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await serveur.cfa.deposit()
    await cfa.visit("/mya/accrochage")
    assert "effectif" in cfa.texte
    await cfa.submit("/mya/accrochage/1/suspendre", motif="Changement de logiciel")
    assert "suspendu (Changement de logiciel)" in cfa.texte
    refus = await serveur.cfa.get("/v2/dossiers/etats")
    assert (refus.status_code, "ACCROCHAGE_SUSPENDU" in refus.text) == (403, True)
    await cfa.submit("/mya/accrochage/1/suspendre", reprendre="oui")
    assert "en attente de première transmission" in cfa.texte
    assert (await serveur.cfa.get("/v2/dossiers/etats")).status_code == 200


async def test_what_the_opco_suspends_the_cfa_cannot_resume(serveur: Serveur) -> None:
    opco = await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    await opco.visit(f"{ADM}/organisations/{SIREN}")
    await opco.submit(f"{ADM}/organisations/{SIREN}/accrochages/1", motif="Abus")
    assert "L'accrochage est modifié" in opco.texte
    cfa = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await cfa.visit("/mya/accrochage")
    assert "suspendu par l'OPCO" in cfa.texte
    await cfa.submit("/mya/accrochage/1/suspendre", depuis="/mya/compte/contacts", reprendre="oui")
    assert "elle seule le rétablit" in cfa.texte


async def test_a_key_revoked_by_the_opco_dies_at_once_and_its_administrators_are_told(serveur: Serveur) -> None:
    await connected(serveur, Role.CFA_ADMINISTRATEUR)
    opco = await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    await opco.visit(f"{ADM}/organisations/{SIREN}")
    assert serveur.cfa.cle not in opco.texte
    await opco.submit(f"{ADM}/organisations/{SIREN}/cles/1/revoquer", motif="Fuite signalée")
    assert "L'identifiant est révoqué" in opco.texte
    refus = await serveur.cfa.get("/v2/dossiers/etats")
    assert (refus.status_code, "CLE_REVOQUEE" in refus.text) == (403, True)
    assert ("cle_revoquee",) in await serveur.fetch("SELECT modele FROM courriel")
    await opco.visit(f"{ADM}/journal?acte=CLE_REVOQUEE&siren={SIREN}")
    assert "Camille FICTIF" in opco.texte
    assert "cle:1" in opco.texte
