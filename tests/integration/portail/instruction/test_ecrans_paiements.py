"""Invoices and payments in a real browser, at three widths: nothing serious for accessibility, nothing sideways."""

import asyncio
from dataclasses import dataclass

import pytest
from builders.envois import some_infos
from builders.factures.envoi import a_body, send_avoir, send_facture, set_iban, some_lignes
from builders.factures.paiement import accept, order, pay
from builders.factures.papier import a_facture_pdf
from builders.instruction import PDF, an_agent, an_engaged
from builders.navigateur import LARGE, TELEPHONE, Ecran, browsing, listening
from builders.portail import MOT_DE_PASSE, an_account
from builders.serveur import Serveur

from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio
VUES = {"large": LARGE, "telephone": TELEPHONE, "etroit": {"width": 320, "height": 700}}
FAC, PAI = "/instruction/factures", "/instruction/paiements"
ENTETE = "reference;statut;date;montant;reference_bancaire;motif\n"


async def _world(serveur: Serveur) -> None:
    """Every state that these pages show: lines to decide, to complete, rejected, paid; a run; an overpayment."""
    await set_iban(serveur)
    agent = await an_agent(serveur)
    premier, second = await an_engaged(serveur, agent), await an_engaged(serveur, agent, 1)
    assert (await send_facture(serveur, premier, (1, "PEDAGOGIE", 100_000))).status_code == 200
    await accept(serveur, 1)
    await pay(serveur, await order(serveur))
    assert (await send_avoir(serveur, premier, (1, "PEDAGOGIE", 30_000))).status_code == 200
    # A second invoice, of two dossiers, one line of which waits for a proof, and whose PDF lacks the VAT mention.
    await serveur.execute("UPDATE echeance SET ouverture = '2026-09-01' WHERE numero_interne = %s", second)
    ((solde,),) = await serveur.fetch("SELECT max(numero) FROM echeance WHERE numero_interne = %s", second)
    lignes = some_lignes(premier, (1, "PEDAGOGIE", 120_000)) + some_lignes(
        second, (1, "PEDAGOGIE", 1_250_50), (solde, "PEDAGOGIE", 10_000)
    )
    corps = a_body(lignes, numero="F-2026-SEPTEMBRE-CFA-EXEMPLE-000002")
    papier = a_facture_pdf(numero=corps["numero"], mention=None, pages=2)
    assert (await serveur.cfa.send("/v2/factures", corps, papier, nom="facture.pdf")).status_code == 200
    infos = some_infos(str(premier), type_fichier="CERTIFICAT_REALISATION")
    assert (await serveur.cfa.send("/v2/documents", infos, PDF)).status_code == 200
    # A third, accepted: ready to be paid.
    assert (await send_facture(serveur, second, (1, "PEDAGOGIE", 50_000), numero="F-3")).status_code == 200
    await accept(serveur, 4)


@dataclass
class Visite:
    """One person who walks through the pages at one width."""

    ecran: Ecran
    vue: str

    def see(self, chemin: str, nom: str) -> None:
        """Open a page, look, keep its picture when asked."""
        self.ecran.visit(chemin)
        self.keep(nom)

    def keep(self, nom: str) -> None:
        """Keep the picture of the page that is there."""
        self.ecran.capture(f"opco-{nom}-{self.vue}")


def _walk_invoices(visite: Visite) -> None:
    ecran = visite.ecran
    visite.see("/instruction/", "accueil")
    visite.see(FAC, "factures")
    ecran.page.keyboard.press("j")
    ecran.page.keyboard.press("a")  # from the queue, to what « tout accepter » would do
    ecran.page.wait_for_url("**/3/accepter")
    ecran.visit(FAC)
    ecran.page.keyboard.press("j")
    ecran.page.keyboard.press("r")
    ecran.page.wait_for_url("**/3#acte-r")
    assert ecran.page.locator("details[data-touche=r]").get_attribute("open") is not None
    visite.see(f"{FAC}/3", "facture")
    ecran.page.keyboard.press("r")  # opens the decision line by line, and goes to its first field
    assert ecran.page.evaluate("document.activeElement.name").startswith("choix_")
    ecran.page.get_by_label("Accepter").first.check()
    ecran.page.get_by_label("Rejeter").nth(1).check()
    ecran.page.get_by_label("Motif du rejet").nth(1).select_option("DOUBLON")
    ecran.page.get_by_label("Ce que le CFA lira").nth(1).fill("Ce mois est déjà réglé.")
    ecran.look()
    visite.keep("facture-decision")
    ecran.press("Vérifier avant de confirmer")
    assert ecran.says("1 ligne rejetée : 1 250,50 €")
    visite.keep("facture-confirmation")
    ecran.follow("Revenir sans rien changer")
    visite.ecran.follow("Lire les pages, les données à côté")
    assert ecran.says("Page 1 sur 2")
    visite.keep("facture-pages")
    visite.see(f"{FAC}/2", "avoir")
    visite.see(f"{FAC}/3", "facture")
    ecran.page.locator("body").press("a")  # « tout accepter » asks to confirm
    ecran.page.wait_for_url("**/accepter")
    ecran.look()


def _walk_payments(visite: Visite) -> None:
    ecran = visite.ecran
    visite.see(PAI, "paiements")
    ecran.page.get_by_label("Retenir les trop-perçus").check()
    ecran.press("Préparer le lot…")
    assert ecran.says("200,00 € partiront le 05/09/2026")
    visite.keep("lot-confirmation")
    visite.see(f"{PAI}/lots/1", "lot")
    with ecran.page.expect_download() as attente:
        ecran.page.get_by_role("button", name="Télécharger le fichier pour la banque (pain.001)").click()
    assert attente.value.suggested_filename == "LOT000001-20260905.xml"
    visite.see(f"{PAI}/banque", "banque")
    lignes = f"LOT000009-0001;exécuté;2026-09-08;12,00;B1;\nX;exécuté;{visite.vue};1;;\n"
    fichier = {"name": "retour.csv", "mimeType": "text/csv", "buffer": (ENTETE + lignes).encode()}
    ecran.page.get_by_label("Fichier", exact=True).set_input_files(files=[fichier])  # type: ignore[list-item]
    ecran.press("Lire ce fichier")
    assert ecran.says("Le fichier est lu.")
    visite.keep("retour")
    visite.see(f"{PAI}/trop-percus", "trop-percus")
    ecran.page.get_by_role("link", name="Enregistrer un remboursement").first.click()
    ecran.look()
    visite.keep("remboursement")
    visite.see(f"{PAI}/comptes", "comptes")
    ecran.press("Vérifier les comptes")
    assert ecran.says("Les comptes sont justes")
    visite.keep("comptes-verifies")


async def test_each_page_holds_at_three_widths(serveur: Serveur) -> None:
    await _world(serveur)
    utilisateur = await an_account(serveur, Role.OPCO_COMPTABLE)

    def walk(adresse: str) -> None:
        with browsing() as navigateur:
            for nom, vue in VUES.items():
                ecran = Ecran(navigateur, adresse, vue=vue)
                ecran.connect(utilisateur, MOT_DE_PASSE)
                visite = Visite(ecran, nom)
                _walk_invoices(visite)
                _walk_payments(visite)
                ecran.close()

    async with listening(serveur) as adresse:
        await asyncio.get_running_loop().run_in_executor(None, walk, adresse)  # the browser's driver has its own loop
