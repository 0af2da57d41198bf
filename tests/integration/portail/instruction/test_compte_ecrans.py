"""The hand-written accounts again, the money moved by people in a real browser, on the screens of the OPCO.

What the CFA transmits goes through the API; decisions, runs, bank files and refunds through the back-office; and MyA
shows the CFA the figures of the table.
"""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from builders.factures.compte import COMPTES, Compte
from builders.factures.paiement import check_comptes, lignes_of
from builders.instruction import etat_of
from builders.navigateur import Ecran, browsing, listening
from builders.portail import MOT_DE_PASSE, an_account
from builders.serveur import Serveur
from playwright.sync_api import Browser

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.comptes.roles import Role

pytestmark = pytest.mark.anyio


def _euros(cents: int) -> str:
    """An amount as the screens write it, their spaces made plain."""
    return f"{cents // 100:,}".replace(",", " ") + f",{cents % 100:02} €"


class CompteALecran(Compte):
    """The same contract, whose money is decided, paid and taken back in a browser, by the people whose work it is."""

    def __init__(self, serveur: Serveur, compte: dict[str, Any], adresse: str) -> None:
        super().__init__(serveur, compte)
        self.adresse = adresse
        # The driver of the browser lives in one thread; the server keeps the other.
        self.fil = ThreadPoolExecutor(max_workers=1)
        self.ouvert = browsing()
        self.navigateur: Browser

    async def __aenter__(self) -> "CompteALecran":
        self.navigateur = await self._in_browser(self.ouvert.__enter__)
        for role, nom in ((Role.OPCO_COMPTABLE, "comptable"), (Role.CFA_ADMINISTRATEUR, "cfa")):
            await an_account(self.serveur, role, utilisateur=nom)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._in_browser(self.ouvert.__exit__, None, None, None)
        self.fil.shutdown()

    async def _in_browser(self, acte: Any, *avec: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.fil, acte, *avec)

    def _window(self, qui: str) -> Ecran:
        """A window of its own for each act: months go by between two, and nobody stays connected that long."""
        ecran = Ecran(self.navigateur, self.adresse)
        ecran.connect(qui, MOT_DE_PASSE)
        return ecran

    async def do_decision(self, etape: dict[str, Any]) -> None:
        facture = self.factures[etape["numero"]]
        lignes = [une.id for une in await lignes_of(self.serveur, facture)]
        choix = {lignes[rang - 1]: "oui" for rang in etape["acceptees"]}
        choix |= {lignes[rang - 1]: "non" for rang in etape["rejetees"]}
        await self._in_browser(self._decide, facture, choix)

    def _decide(self, facture: int, choix: dict[int, str]) -> None:
        ecran = self._window("comptable")
        ecran.visit(f"/instruction/factures/{facture}")
        ecran.page.locator("summary", has_text="Décider ligne par ligne").click()
        for ligne, oui_ou_non in choix.items():
            ecran.page.locator(f"#choix_{ligne}_{oui_ou_non}").check()
            if oui_ou_non == "non":
                ecran.page.locator(f"#motif_{ligne}").select_option("JUSTIFICATIF")
                ecran.page.locator(f"#texte_{ligne}").fill("Le justificatif est illisible.")
        ecran.press("Vérifier avant de confirmer")
        ecran.press("Confirmer")
        assert ecran.says("La décision est enregistrée") or ecran.says("C'est accepté")
        ecran.close()

    async def do_paiement(self, etape: dict[str, Any]) -> None:
        await self._in_browser(self._pay, etape)

    def _pay(self, etape: dict[str, Any]) -> None:
        ecran = self._window("comptable")
        ecran.visit("/instruction/paiements")
        if etape["compense"]:
            ecran.page.get_by_label("Retenir les trop-perçus").check()
        ecran.press("Préparer le lot…")
        assert ecran.says(f"{_euros(etape['virement'])} partiront le {etape['jour']:%d/%m/%Y}")
        ecran.press("Créer le lot")
        with ecran.page.expect_download() as attente:
            ecran.page.get_by_role("button", name="Télécharger le fichier pour la banque (pain.001)").click()
        with tempfile.TemporaryDirectory() as dossier:
            avis = Path(dossier) / "avis.xml"
            avis.write_bytes(write_avis(attente.value.path().read_bytes()))
            ecran.visit("/instruction/paiements/banque")
            ecran.page.get_by_label("Fichier", exact=True).set_input_files(avis)
            ecran.press("Lire ce fichier")
        assert ecran.says("Virements réglés (1)")
        ecran.close()
        cfa = self._window("cfa")
        cfa.visit("/mya/factures?liste=reglees")
        assert cfa.says(etape["numero"])
        cfa.visit(f"/mya/factures/{self.factures[etape['numero']]}")
        assert cfa.says(f"réglé le {etape['jour']:%d/%m/%Y}"), cfa.page.inner_text("body")
        cfa.close()

    async def do_remboursement(self, etape: dict[str, Any]) -> None:
        await self._in_browser(self._refund, etape)

    def _refund(self, etape: dict[str, Any]) -> None:
        ecran = self._window("comptable")
        ecran.visit(f"/instruction/paiements/trop-percus/{numero_externe(self.numero)}")
        ecran.page.get_by_label("Montant remboursé, en euros").fill(f"{etape['montant'] / 100:.2f}".replace(".", ","))
        ecran.page.get_by_label("Reçu le").fill(etape["jour"].isoformat())
        ecran.page.get_by_label("Référence du virement reçu").fill("VIR CFA")
        ecran.page.get_by_label("J'ai vérifié le relevé").check()
        ecran.press("Enregistrer le remboursement")
        assert ecran.says("Le remboursement est enregistré.")
        ecran.close()

    async def end(self, attendu: dict[str, Any]) -> None:
        """What the CFA sees on the page of its dossier once all is over."""
        await self._in_browser(self._look_back, attendu)

    def _look_back(self, attendu: dict[str, Any]) -> None:
        cfa = self._window("cfa")
        cfa.visit(f"/mya/dossiers/{numero_externe(self.numero)}")
        assert cfa.says("Soldé")
        for regle in attendu["regle"]:
            assert regle == 0 or cfa.says(_euros(regle)), regle
        assert not cfa.says("À rembourser")
        cfa.close()


@pytest.mark.parametrize("compte", COMPTES, ids=[compte["titre"] for compte in COMPTES])
async def test_people_take_a_contract_of_the_table_to_solde(serveur: Serveur, compte: dict[str, Any]) -> None:
    async with listening(serveur) as adresse, CompteALecran(serveur, compte, adresse) as vecu:
        for etape in compte["etapes"]:
            await vecu.play(etape)
            attendu = etape["attendu"]
            lu = await vecu.read(etape["numero"] if "etat_facture" in attendu else None)
            assert lu == attendu, f"{etape['jour']} {etape['acte']}"
        await check_comptes(serveur)
        assert await etat_of(serveur, vecu.numero) == "SOLDE"
        await vecu.end(compte["etapes"][-1]["attendu"])
