"""The page of a dossier: what it shows, to whom; « Annuler ce dépôt »."""

import asyncio

import pytest
from builders import envois, fichiers
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import SIRET, Serveur

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
SIRET_EMPLOYEUR: str = DEPOT["cerfa"]["employeur"]["siret"]
SIRET_VOISIN = "73282932000074"
NIR: str = DEPOT["cerfa"]["apprenti"]["nir"]
PAGE = "/mya/dossiers/CA-0000001"
MOTIF = "Salaire mal saisi"


async def _execute(serveur: Serveur, ordre: str, *valeurs: str) -> None:
    async with serveur.database.connection() as conn:
        await conn.execute(ordre, valeurs)


async def _employer(serveur: Serveur, siret: str = SIRET_EMPLOYEUR) -> Visiteur:
    visiteur = a_visitor(serveur)
    await visiteur.connect(await an_account(serveur, Role.EMPLOYEUR, utilisateur=f"e{siret}", siret=siret))
    return visiteur


async def _with_convention(serveur: Serveur) -> bytes:
    numero, pdf = await serveur.cfa.deposit(), fichiers.a_pdf()
    reponse = await serveur.cfa.send("/v2/conventions", envois.a_convention(numero), pdf, nom="conv été.pdf")
    assert reponse.status_code == 200, reponse.text
    return pdf


async def test_the_page_shows_the_form_the_documents_and_the_history(serveur: Serveur) -> None:
    await _with_convention(serveur)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(PAGE)
    texte = visiteur.texte.replace("\N{NO-BREAK SPACE}", " ")
    for mots in (
        "Contrat transmis 05/09/2026 à 10 h 30, par le logiciel de ÉDITEUR FICTIF",
        "Document transmis : convention de formation",
        "conv été.pdf",
        "EXEMPLE A Camille",
        "ENTREPRISE FICTIVE",
        "Prochaine étape L'OPCO instruit le dossier",
        "Pas encore attribué",
        "L'échéancier apparaît ici après l'accord",
    ):
        assert mots in texte, mots
    assert NIR not in page.text
    assert NIR[3:] not in page.text
    ((vues,),) = await serveur.fetch("SELECT count(*) FROM journal WHERE acte = 'DOSSIER_LU' AND objet = 'CA-0000001'")
    assert vues == 1


async def test_without_convention_the_page_and_the_list_ask_for_it(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    for chemin in (PAGE, "/mya/dossiers"):
        await visiteur.visit(chemin)
        assert "Le CFA transmet la convention, avec le mandat" in visiteur.texte


async def test_what_was_said_at_the_deposit_is_said_again(serveur: Serveur) -> None:
    reponse = await serveur.cfa.post("/v2/dossiers", envois.a_depot(0, dateConclusion="2026-09-03"))
    avertissements = reponse.json()["avertissements"]
    assert avertissements
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit(PAGE)
    assert "Points à vérifier" in visiteur.texte
    for un in avertissements:
        assert un["description"] in visiteur.texte


async def test_a_document_and_both_receipts_are_downloaded_as_files(serveur: Serveur) -> None:
    pdf = await _with_convention(serveur)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    fichier = await visiteur.visit(f"{PAGE}/documents/1")
    assert fichier.content == pdf
    assert fichier.headers["Content-Length"] == str(len(pdf))
    for suite, identifiant in (("recepisse", "d-1"), ("documents/1/recepisse", "p-1")):
        recepisse = await visiteur.visit(f"{PAGE}/{suite}")
        assert recepisse.json()["recepisse"]["identifiant"] == identifiant
        api = await serveur.cfa.get(f"/v2/recepisses/{identifiant}")
        assert recepisse.content == api.content, "the same as the API's, to the byte"
        for reponse in (fichier, recepisse):
            assert reponse.headers["Content-Security-Policy"].startswith("sandbox")
            assert reponse.headers["Content-Disposition"].startswith("attachment")
            assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    ((lus,),) = await serveur.fetch("SELECT count(*) FROM journal WHERE acte = 'DOCUMENT_LU'")
    assert lus == 2


async def test_a_document_in_quarantine_is_told_and_not_served(serveur: Serveur) -> None:
    await _with_convention(serveur)
    await _execute(serveur, "UPDATE document SET verdict = 'QUARANTAINE'")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(PAGE)
    assert "Mis à l'écart par l'antivirus" in visiteur.texte
    assert "/documents/1" not in page.text
    for suite in ("", "/recepisse"):
        assert (await visiteur.visit(f"{PAGE}/documents/1{suite}")).status_code == 404


async def test_a_document_is_served_under_its_own_dossier_only(serveur: Serveur) -> None:
    await _with_convention(serveur)
    await serveur.cfa.deposit(1)
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    for chemin in ("CA-0000002/documents/1", "CA-0000001/documents/2", f"CA-0000001/documents/{10**30}"):
        assert (await visiteur.visit(f"/mya/dossiers/{chemin}")).status_code == 404


async def test_another_siren_gets_the_404_of_what_does_not_exist(serveur: Serveur) -> None:
    await _with_convention(serveur)
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    for suite in ("", "/recepisse", "/documents/1", "/documents/1/recepisse", "/annuler"):
        la = await autre.visit(f"{PAGE}{suite}")
        absente = await autre.visit(f"/mya/dossiers/CA-0000999{suite}")
        assert la.status_code == absente.status_code == 404
        assert la.text == absente.text
    for numero in ("1", "CA-1", "CA-00000001", "x", "CA-000000%C2%B2"):
        assert (await autre.visit(f"/mya/dossiers/{numero}")).status_code == 404
    await autre.submit(f"{PAGE}/annuler", depuis="/mya/compte", motif=MOTIF)
    assert autre.page is not None
    assert autre.page.status_code == 404
    assert await serveur.fetch("SELECT etat FROM dossier") == [("TRANSMIS",)]


async def test_an_employer_reads_its_dossier_and_acts_on_nothing(serveur: Serveur) -> None:
    pdf = await _with_convention(serveur)
    employeur = await _employer(serveur)
    await employeur.visit(PAGE)
    assert "EXEMPLE A Camille" in employeur.texte
    for mots in ("Annuler", "Mon Compte", "Numéro interne"):
        assert mots not in employeur.texte
    assert (await employeur.visit(f"{PAGE}/documents/1")).content == pdf, "the convention that it signed"
    assert (await employeur.visit(f"{PAGE}/recepisse")).status_code == 200
    assert (await employeur.visit(f"{PAGE}/annuler")).status_code == 403
    await employeur.submit(f"{PAGE}/annuler", depuis=PAGE, motif=MOTIF)
    assert await serveur.fetch("SELECT etat FROM dossier") == [("TRANSMIS",)]
    voisin = await _employer(serveur, SIRET_VOISIN)
    for suite in ("", "/recepisse", "/documents/1"):
        assert (await voisin.visit(f"{PAGE}{suite}")).status_code == 404


async def test_an_employer_sees_neither_the_cfas_invoices_nor_a_document_that_speaks_of_others(
    serveur: Serveur,
) -> None:
    await serveur.cfa.deposit(0)
    depot = envois.a_depot(1)
    depot["cerfa"]["employeur"]["siret"] = SIRET_VOISIN
    assert (await serveur.cfa.post("/v2/dossiers", depot)).status_code == 200
    for nom, infos in (
        ("facture.pdf", envois.some_infos(1, type_fichier="FACTURE")),
        ("commun.pdf", envois.some_infos(1, 2)),
        ("sien.pdf", envois.some_infos(1, type_fichier="MANDAT")),
    ):
        reponse = await serveur.cfa.send("/v2/documents", infos, fichiers.a_pdf(), nom=nom)
        assert reponse.status_code == 200, reponse.text
    cfa = await connected(serveur, Role.CFA_LECTEUR)
    await cfa.visit(PAGE)
    employeur = await _employer(serveur)
    await employeur.visit(PAGE)
    assert all(nom in cfa.texte for nom in ("facture.pdf", "commun.pdf", "sien.pdf"))
    assert "sien.pdf" in employeur.texte
    assert "commun.pdf" not in employeur.texte
    assert "acture" not in employeur.texte
    for document, statut in ((1, 404), (2, 404), (3, 200)):
        assert (await employeur.visit(f"{PAGE}/documents/{document}")).status_code == statut


async def test_a_deposit_is_cancelled_with_a_reason_then_deposited_again_under_another_number(
    serveur: Serveur,
) -> None:
    await serveur.cfa.deposit()
    etag = (await serveur.cfa.get("/v1/dossiers/etats")).headers["ETag"]
    visiteur = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await visiteur.visit(PAGE)
    assert "Annuler ce dépôt" in visiteur.texte
    await visiteur.submit(f"{PAGE}/annuler", depuis=f"{PAGE}/annuler", motif=MOTIF)
    assert "Le dépôt est annulé. Le contrat peut être transmis à nouveau" in visiteur.texte
    assert f"Dossier annulé : {MOTIF} 05/09/2026" in visiteur.texte
    assert "par Camille FICTIF" in visiteur.texte
    etats = await serveur.cfa.get("/v1/dossiers/etats", {"If-None-Match": etag})
    assert etats.json()[0]["etat"] == "ANNULE", "connectors are told"
    ((acteur, donnees),) = await serveur.fetch("SELECT acteur, donnees FROM evenement WHERE type = 'DOSSIER_ANNULE'")
    assert acteur.startswith("compte:")
    assert donnees == {"motif": MOTIF}
    ((objet,),) = await serveur.fetch("SELECT objet FROM journal WHERE acte = 'DEPOT_ANNULE'")
    assert objet == "CA-0000001"
    assert await serveur.cfa.deposit() == "2", "norme.md §7: the identity is free"
    await visiteur.visit(PAGE)
    assert "Transmis à nouveau CA-0000002" in visiteur.texte
    await visiteur.visit("/mya/dossiers/CA-0000002")
    assert "Fait suite à CA-0000001" in visiteur.texte
    employeur = await _employer(serveur)
    await employeur.visit(PAGE)
    assert "par le CFA" in employeur.texte
    assert "Camille FICTIF" not in employeur.texte.replace("Camille FICTIF Se déconnecter", "")


async def test_what_is_wrong_with_the_reason_is_told_and_kept(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    page = await visiteur.submit(f"{PAGE}/annuler", depuis=f"{PAGE}/annuler", motif="bof<")
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert ">bof&lt;</textarea>" in page.text
    assert await serveur.fetch("SELECT etat FROM dossier") == [("TRANSMIS",)]


async def test_a_reader_is_not_offered_to_cancel_and_cannot(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit(PAGE)
    assert "Annuler" not in visiteur.texte
    page = await visiteur.submit(f"{PAGE}/annuler", depuis=PAGE, motif=MOTIF)
    assert page.status_code == 403
    assert await serveur.fetch("SELECT etat FROM dossier") == [("TRANSMIS",)]


async def test_cancelling_several_times_at_once_is_one_act(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    utilisateur = await an_account(serveur, Role.CFA_ADMINISTRATEUR, siret=SIRET)
    visiteurs = [a_visitor(serveur) for _ in range(4)]
    for un in visiteurs:
        await un.connect(utilisateur)
        await un.visit(f"{PAGE}/annuler")
    pages = await asyncio.gather(*(un.submit(f"{PAGE}/annuler", motif=MOTIF) for un in visiteurs))
    assert sorted(page.status_code for page in pages) == [200, 409, 409, 409]
    assert sum("Ce dépôt est déjà annulé" in un.texte for un in visiteurs) == 3
    for requete in (
        "SELECT count(*) FROM evenement WHERE type = 'DOSSIER_ANNULE'",
        "SELECT count(*) FROM journal WHERE acte = 'DEPOT_ANNULE'",
    ):
        assert await serveur.fetch(requete) == [(1,)]


@pytest.mark.parametrize("etat", ["EN_COURS_INSTRUCTION", "ENGAGE", "REFUSE", "RUPTURE", "SOLDE"])
async def test_past_transmis_the_cfa_cancels_nothing(serveur: Serveur, etat: str) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await visiteur.visit(f"{PAGE}/annuler")
    await _execute(serveur, "UPDATE dossier SET etat = %s", etat)
    page = await visiteur.submit(f"{PAGE}/annuler", motif=MOTIF)
    assert page.status_code == 409
    assert "ne peut plus être annulé" in visiteur.texte
    assert (await visiteur.visit(f"{PAGE}/annuler")).url.path == PAGE
    assert "Annuler ce dépôt" not in visiteur.texte
    assert await serveur.fetch("SELECT etat FROM dossier") == [(etat,)]
    assert await serveur.fetch("SELECT count(*) FROM evenement WHERE type = 'DOSSIER_ANNULE'") == [(0,)]
