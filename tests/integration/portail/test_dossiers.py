"""« Mes Dossiers »: what a CFA and an employer find, take away and cancel."""

import asyncio
from io import BytesIO
from zipfile import ZipFile

import pytest
from builders import envois, fichiers
from builders.portail import MOT_DE_PASSE, Visiteur, a_visitor, an_account, connected
from builders.serveur import Serveur

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
SIRET_EMPLOYEUR: str = DEPOT["cerfa"]["employeur"]["siret"]
NIR: str = DEPOT["cerfa"]["apprenti"]["nir"]


async def _named(serveur: Serveur, nom: str, prenom: str = "Zoé", siret_employeur: str | None = None) -> str:
    depot = envois.a_depot(7)
    depot["cerfa"]["apprenti"] |= {"nom": nom, "prenom": prenom}
    if siret_employeur:
        depot["cerfa"]["employeur"]["siret"] = siret_employeur
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    assert reponse.status_code == 200, reponse.text
    return str(reponse.json()["numeroExterne"])


async def _employer(serveur: Serveur, siret: str = SIRET_EMPLOYEUR) -> Visiteur:
    visiteur = a_visitor(serveur)
    await visiteur.connect(await an_account(serveur, Role.EMPLOYEUR, utilisateur=f"e{siret}", siret=siret))
    return visiteur


async def test_an_empty_list_says_what_will_come(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit("/mya/dossiers")
    assert "0 dossier " in visiteur.texte
    assert "apparaissent ici dès leur réception" in visiteur.texte


async def test_a_page_past_the_end_is_empty_and_odd_parameters_are_ignored(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers?page=99999&tri=mot_de_passe&sens=x&etat=FAUX&du=hier&au=2026-02-30")
    assert page.status_code == 200
    assert "1 dossier " in visiteur.texte
    await visiteur.visit("/mya/dossiers?page=-1&q=%00%25_%27")
    assert "Aucun dossier ne répond" in visiteur.texte


@pytest.mark.parametrize(
    ("quoi", "trouve"),
    [
        ("CA-0000001", True),
        ("ca1", True),
        ("1", True),
        ("CA-0000002", False),
        ("lefevre d", True),
        ("LEFÈVRE-D’ÉTÉ", True),
        ("lefevred'ete", True),
        ("efevre", False),
        (SIRET_EMPLOYEUR, True),
        ("73282932000074", False),
        ("%", False),
        ("_efevre", False),
    ],
)
async def test_a_search_finds_by_number_by_name_and_by_employer(serveur: Serveur, quoi: str, trouve: bool) -> None:
    await _named(serveur, "Lefèvre d'Été")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit(f"/mya/dossiers?q={quoi.replace('%', '%25')}")
    assert page.status_code == 200
    assert ("CA-0000001" in visiteur.texte) is trouve


async def test_filters_by_state_and_day_and_the_order(serveur: Serveur) -> None:
    await _named(serveur, "ZEBRE FICTIF")
    await _named(serveur, "ABEILLE FICTIVE")
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    await visiteur.visit("/mya/dossiers?etat=ENGAGE")
    assert "0 dossier " in visiteur.texte
    assert "Transmis (2)" in visiteur.texte
    for jours, nombre in (("du=2026-09-05&au=2026-09-05", 2), ("du=2026-09-06", 0), ("au=2026-09-04", 0)):
        await visiteur.visit(f"/mya/dossiers?{jours}")
        assert f"{nombre} dossier" in visiteur.texte
    await visiteur.visit("/mya/dossiers?tri=nom&sens=asc")
    assert visiteur.texte.index("ABEILLE") < visiteur.texte.index("ZEBRE")
    await visiteur.visit("/mya/dossiers")
    assert visiteur.texte.index("CA-0000002") < visiteur.texte.index("CA-0000001")


async def test_the_exports_hold_the_list_and_neither_nir_nor_formula(serveur: Serveur) -> None:
    depot = envois.a_depot(1)
    depot["cerfa"]["employeur"]["denomination"] = "=cmd|' /C calc'!A0"
    assert (await serveur.cfa.post("/v2/dossiers", depot)).status_code == 200
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers/export.csv?q=exemple")
    lignes = page.content.decode("utf-8-sig").split("\r\n")
    assert lignes[0].startswith("Numéro;État;Déposé le;Nom")
    assert lignes[1].startswith("CA-0000001;Transmis;05/09/2026 10:30;EXEMPLE B;Camille;")
    assert "'=cmd|" in lignes[1]
    assert NIR not in page.text
    assert "attachment" in page.headers["Content-Disposition"]
    page = await visiteur.visit("/mya/dossiers/export.xlsx")
    with ZipFile(BytesIO(page.content)) as classeur:
        feuille = classeur.read("xl/worksheets/sheet1.xml").decode()
    assert "CA-0000001" in feuille
    assert "<f>" not in feuille
    assert NIR not in feuille


async def test_the_page_of_a_dossier_shows_its_history_its_form_and_its_documents(serveur: Serveur) -> None:
    numero, pdf = await serveur.cfa.deposit(), fichiers.a_pdf()
    reponse = await serveur.cfa.send("/v2/conventions", envois.a_convention(numero), pdf, nom="conv été.pdf")
    assert reponse.status_code == 200, reponse.text
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/dossiers/CA-0000001")
    for mots in (
        "Contrat déposé 05/09/2026 à 10 h 30, par ÉDITEUR FICTIF",
        "Document déposé : convention de formation",
        "conv été.pdf",
        "EXEMPLE A",
        "L'échéancier des règlements apparaît ici après l'accord",
    ):
        assert mots in visiteur.texte.replace("\N{NO-BREAK SPACE}", " ")
    assert NIR not in page.text
    assert "Annuler ce dépôt" not in visiteur.texte  # a reader reads
    fichier = await visiteur.visit("/mya/dossiers/CA-0000001/documents/1")
    assert fichier.content == pdf
    assert fichier.headers["Content-Security-Policy"].startswith("sandbox")
    assert fichier.headers["Content-Disposition"].startswith("attachment")
    recepisse = await visiteur.visit(f"/mya/dossiers/{numero}/recepisse")
    assert recepisse.json()["recepisse"]["numeroInterne"] == numero


async def test_a_deposit_is_cancelled_with_a_reason_then_may_be_deposited_again(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_GESTIONNAIRE)
    chemin = f"/mya/dossiers/{numero}/annuler"
    await visiteur.submit(chemin, motif="  ")
    assert "Le motif est obligatoire" in visiteur.texte
    await visiteur.submit(chemin, motif="Erreur de salaire")
    assert "Le dépôt est annulé" in visiteur.texte
    assert "Erreur de salaire" in visiteur.texte
    await visiteur.submit(chemin, depuis="/mya/compte", motif="encore")
    assert "Ce dépôt est déjà annulé" in visiteur.texte
    assert await serveur.cfa.deposit() == "2"
    faits = await serveur.fetch("SELECT type, acteur FROM evenement WHERE numero_interne = 1 ORDER BY id")
    assert [un for un, _ in faits if un.startswith("DOSSIER")] == ["DOSSIER_DEPOSE", "DOSSIER_ANNULE"]
    ((actes,),) = await serveur.fetch("SELECT count(*) FROM journal WHERE acte = 'DOSSIER_ANNULE'")
    assert actes == 1


async def test_cancelling_twice_at_once_is_one_act(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await connected(serveur, Role.CFA_ADMINISTRATEUR)
    visiteurs = [a_visitor(serveur) for _ in range(4)]
    for un in visiteurs:
        await un.connect("cfa_administrateur@exemple.test")
        await un.visit(f"/mya/dossiers/{numero}/annuler")
    pages = await asyncio.gather(
        *(un.submit(f"/mya/dossiers/{numero}/annuler", motif="Double clic") for un in visiteurs)
    )
    assert sorted(page.status_code for page in pages) == [200, 400, 400, 400]


async def test_begun_it_can_no_longer_be_cancelled(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    visiteur = await connected(serveur, Role.CFA_ADMINISTRATEUR)
    await visiteur.visit(f"/mya/dossiers/{numero}/annuler")
    await serveur.execute("UPDATE dossier SET etat = 'EN_COURS_INSTRUCTION'")
    await visiteur.submit(f"/mya/dossiers/{numero}/annuler", motif="Trop tard")
    assert "L'OPCO a commencé l'instruction" in visiteur.texte
    await visiteur.visit(f"/mya/dossiers/{numero}")
    assert "Annuler ce dépôt" not in visiteur.texte


async def test_an_employer_sees_the_contracts_of_its_own_establishments_and_no_document(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    await serveur.cfa.send("/v2/conventions", envois.a_convention(numero), fichiers.a_pdf())
    await _named(serveur, "AILLEURS FICTIF", siret_employeur="73282932000074")
    employeur = await _employer(serveur)
    await employeur.visit("/mya/dossiers")
    assert "1 dossier " in employeur.texte
    assert "AILLEURS" not in employeur.texte
    page = await employeur.visit("/mya/dossiers/CA-0000001")
    assert page.status_code == 200
    for mots in ("convention.pdf", "Échéancier", "Annuler", "récépissé", "Mon Compte"):
        assert mots not in employeur.texte
    assert (await employeur.visit("/mya/dossiers/CA-0000002")).status_code == 404
    assert (await employeur.visit("/mya/dossiers/CA-0000001/documents/1")).status_code == 403
    assert MOT_DE_PASSE not in employeur.texte


async def test_another_siren_finds_nothing_and_the_two_404_are_the_same(serveur: Serveur) -> None:
    numero = await serveur.cfa.deposit()
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    await autre.visit("/mya/dossiers?q=exemple")
    assert "CA-0000001" not in autre.texte
    for suite in ("", "/recepisse", "/documents/1", "/annuler"):
        la = await autre.visit(f"/mya/dossiers/{numero}{suite}")
        absente = await autre.visit(f"/mya/dossiers/999{suite}")
        assert la.status_code == absente.status_code == 404
        assert la.text == absente.text
