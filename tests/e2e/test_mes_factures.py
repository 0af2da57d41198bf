"""« Mes Factures » in a real browser, wide, on a telephone and at 320 px, on a day that does not move."""

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from builders import fichiers
from builders.factures.envoi import send_avoir, send_facture, set_iban
from builders.factures.suites import ids_of, pay, reject
from builders.instruction import a_rupture, an_agent, an_engaged, version_of
from builders.navigateur import TELEPHONE, Ecran, browsing
from builders.portail import MOT_DE_PASSE, an_account
from builders.serveur import SIREN, Serveur, serving
from playwright.sync_api import Browser

from traitdunion.norme.openapi.exemples import DEPOT
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.financement.faits import Choix
from traitdunion.opco.socle import migrations, postgres

VUES = {"large": None, "telephone": TELEPHONE, "petit": {"width": 320, "height": 640}}
LISTES = ("a-facturer", "frais", "a-completer", "en-cours", "reglees", "rejetees", "trop-percu", "avoirs")
AUJOURDHUI = datetime(2026, 10, 2, 9, tzinfo=UTC)
UN_AN = {
    "dateConclusion": "2025-08-20",
    "dateDebutContrat": "2025-09-01",
    "dateFormationPratiqueEmployeur": "2025-09-01",
    "dateFinContrat": "2026-08-31",
}
SUPERIEUR = Choix(npec=800_000, npec_source="essai", niveau=6)


async def _populate(serveur: Serveur) -> None:
    """One dossier of each kind: paid in part, not invoiced, rejected, waiting for a proof, broken after it was paid."""
    await set_iban(serveur)
    agent = await an_agent(serveur)
    await an_engaged(serveur, agent, 0, choix=SUPERIEUR)
    for rang in (1, 2, 4):
        await an_engaged(serveur, agent, rang)
    await an_engaged(serveur, agent, 3, **UN_AN)
    envois = (
        (1, "F-2026-001", [(1, "PEDAGOGIE", 100_000), (1, "PREMIEREQUIPEMENT", 20_000)]),
        (1, "F-2026-002", [(1, "PEDAGOGIE", 50_000)]),
        (3, "F-2026-003", [(1, "PEDAGOGIE", 320_000)]),
        (5, "F-2026-004", [(4, "PEDAGOGIE", 80_000)]),
        (4, "F-2026-005", [(1, "PEDAGOGIE", 320_000)]),
    )
    for dossier, numero, lignes in envois:
        reponse = await send_facture(serveur, dossier, *lignes, numero=numero)
        assert reponse.status_code == 200, reponse.text
    await pay(serveur, *await ids_of(serveur, 1), reference="TDU-2026-000001")
    await pay(serveur, *await ids_of(serveur, 5), reference="TDU-2026-000002")
    texte = "Le nom de l'OPCO manque sur la facture."
    await reject(serveur, *await ids_of(serveur, 3), motif="PIECE", texte=texte)
    reponse = await send_avoir(serveur, 1, (1, "PEDAGOGIE", 10_000), origine="F-2026-001", numero="A-2026-001")
    assert reponse.status_code == 200, reponse.text
    demain = serveur.clock.now().date() + timedelta(days=1)
    await serveur.portail.decisions.declare_rupture(4, a_rupture(demain, at=serveur.clock.now()), siren=SIREN)
    version = await version_of(serveur, 4)
    await serveur.portail.decisions.confirm_rupture(4, version=version, par=f"compte:{agent}")
    await an_account(serveur, Role.CFA_ADMINISTRATEUR, utilisateur="cfa")
    siret = DEPOT["cerfa"]["employeur"]["siret"]
    await an_account(serveur, Role.EMPLOYEUR, utilisateur="employeur", siret=siret)
    serveur.clock.instant = AUJOURDHUI


class _Served:
    """The application behind a socket, in a thread of its own: its clock stands still, which processes have not."""

    def __init__(self, dossier: Path) -> None:
        self.adresse = ""
        self._dossier = dossier
        self._pret, self._fini = threading.Event(), threading.Event()
        self._faute: BaseException | None = None
        self._fil = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> str:
        self._fil.start()
        self._pret.wait(120)
        if self._faute is not None:
            raise self._faute
        return self.adresse

    def __exit__(self, *_: object) -> None:
        self._fini.set()
        self._fil.join(30)

    def _run(self) -> None:
        try:
            with postgres.running(self._dossier / "postgres") as url:
                asyncio.run(self._serve(url))
        except BaseException as faute:
            self._faute = faute
            self._pret.set()

    async def _serve(self, url: str) -> None:
        await migrations.migrate(url)
        donnees = self._dossier / "donnees"
        donnees.mkdir()
        async with serving(url, donnees) as serveur:
            await _populate(serveur)
            reglages = uvicorn.Config(serveur.application, port=0, log_level="warning", lifespan="off")  # type: ignore[arg-type]
            web = uvicorn.Server(reglages)
            tache = asyncio.create_task(web.serve())
            while not web.started:
                await asyncio.sleep(0.05)
            self.adresse = f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
            self._pret.set()
            await asyncio.to_thread(self._fini.wait)
            web.should_exit = True
            await tache


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """The address of the application."""
    dossier = Path(tempfile.mkdtemp(prefix="tu-factures-"))
    dossier.chmod(0o755)  # PostgreSQL's own account goes through it to its folder
    try:
        with _Served(dossier) as adresse:
            yield adresse
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    """One browser; each person has a window of their own."""
    with browsing() as navigateur:
        yield navigateur


def _capture(ecran: Ecran, nom: str, vue: str) -> None:
    """What is kept: at 320 px the page is looked at, no more."""
    if vue != "petit":
        ecran.capture(f"{nom}-{vue}")


def _window(api: str, navigateur: Browser, vue: str, qui: str = "cfa") -> Ecran:
    ecran = Ecran(navigateur, api, vue=VUES[vue])
    ecran.connect(qui, MOT_DE_PASSE)
    return ecran


@pytest.mark.parametrize("vue", VUES)
def test_every_page_of_the_money_is_readable(api: str, navigateur: Browser, vue: str) -> None:
    ecran = _window(api, navigateur, vue)
    _capture(ecran, "mya-accueil-factures", vue)
    assert ecran.says("échéances à facturer, dont")
    assert ecran.says("1 facture rejetée depuis un mois")
    for liste in LISTES:
        ecran.visit(f"/mya/factures?liste={liste}")
        assert ecran.page.locator("tbody tr").count() > 0, liste
        _capture(ecran, f"mya-factures-{liste}", vue)
    for nom, facture in (("reglee", 1), ("rejetee", 3), ("a-completer", 4), ("avoir", 6)):
        ecran.visit(f"/mya/factures/{facture}")
        _capture(ecran, f"mya-facture-{nom}", vue)
    for nom, dossier in (("finance", 1), ("trop-percu", 4)):
        ecran.visit(f"/mya/dossiers/CA-000000{dossier}")
        _capture(ecran, f"mya-dossier-{nom}", vue)
    ecran.close()


@pytest.mark.parametrize("vue", VUES)
def test_the_share_of_the_employer_is_explained_readably(api: str, navigateur: Browser, vue: str) -> None:
    ecran = _window(api, navigateur, vue, "employeur")
    ecran.visit("/mya/dossiers/CA-0000001")
    assert ecran.says("Votre participation est de 750,00 €")
    _capture(ecran, "employeur-participation", vue)
    ecran.close()


def test_why_an_amount_leads_to_its_reasons(api: str, navigateur: Browser) -> None:
    ecran = _window(api, navigateur, "large")
    ecran.visit("/mya/factures?q=CA-0000002")
    ecran.page.get_by_role("link", name="Pourquoi ce montant").click()
    ecran.page.wait_for_url("**/mya/dossiers/CA-0000002#raison-1")
    assert ecran.page.locator("#raison-1").is_visible()
    ecran.close()


def test_a_certificate_sent_from_the_page_lets_the_line_go_on(api: str, navigateur: Browser) -> None:
    ecran = _window(api, navigateur, "large")
    ecran.visit("/mya/")
    ecran.page.get_by_role("link", name="1 ligne de facture à compléter").click()
    ecran.follow("F-2026-004")
    fichier = {"name": "certificat.pdf", "mimeType": "application/pdf", "buffer": fichiers.a_pdf()}
    ecran.page.get_by_label("Fichier").set_input_files(fichier)  # type: ignore[arg-type]
    ecran.press("Transmettre la pièce")
    assert ecran.says("La pièce est transmise")
    assert ecran.says("En cours d'instruction")
    ecran.close()
