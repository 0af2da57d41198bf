"""A real browser: Debian's Chromium, driven by Playwright; every page it shows is checked for accessibility."""

import asyncio
import io
import os
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from builders.projet import RACINE
from builders.serveur import Serveur
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

CAPTURES = RACINE / "docs" / "captures"
LARGE, TELEPHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
GRAVES = ("serious", "critical")
COULEURS = 96  # of a screenshot: enough for flat pages, and ten times smaller


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium for the time of the block; the test is skipped where it is not installed (apt-get install chromium)."""
    chemin = which("chromium")
    if chemin is None:
        pytest.skip("chromium absent : apt-get install chromium")
    # As root, in a container, Chromium has no sandbox of its own to use.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chemin, args=options)
        try:
            yield navigateur
        finally:
            navigateur.close()


@asynccontextmanager
async def listening(serveur: Serveur) -> AsyncIterator[str]:
    """The application on a port of this machine, for a real browser; its address."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
        config = uvicorn.Config(serveur.application, lifespan="off", log_level="error", ws="none")
        ecoute = uvicorn.Server(config)
        tache = asyncio.create_task(ecoute.serve(sockets=[prise]))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            ecoute.should_exit = True
            await tache


class Ecran:
    """One person's browser window: it goes, types, clicks, and looks at each page on the way."""

    def __init__(self, navigateur: Browser, api: str, *, vue: Any = None) -> None:
        self._contexte = navigateur.new_context(viewport=vue or LARGE, locale="fr-FR", accept_downloads=True)
        self._api = api
        self.page: Page = self._contexte.new_page()
        self.plaintes: list[str] = []
        self.page.on("console", lambda message: self.plaintes.append(message.text) if message.type == "error" else None)

    def close(self) -> None:
        """Close the window."""
        self._contexte.close()

    def visit(self, chemin: str) -> None:
        """Go to an address of the server, or a whole one."""
        adresse = chemin if chemin.startswith("http") else self._api + chemin
        reponse = self.page.goto(adresse)
        assert reponse is not None
        assert reponse.status == 200, (chemin, reponse.status)
        self.look()

    def connect(self, utilisateur: str, mot_de_passe: str) -> None:
        """Connect by the page of MyA."""
        self.visit("/mya/connexion")
        self.page.get_by_label("Nom d'utilisateur").fill(utilisateur)
        self.page.get_by_label("Mot de passe").fill(mot_de_passe)
        self.press("Se connecter")

    def fill(self, **champs: str) -> None:
        """Fill fields by their labels, underscores read as spaces."""
        for libelle, valeur in champs.items():
            self.page.get_by_label(libelle.replace("_", " "), exact=True).fill(valeur)

    def press(self, nom: str, *, exact: bool = True, vers: str | None = None) -> None:
        """Press a button, then look at what comes.

        `vers` is the address where a script of the page goes once it has its answer: the browser does not
        know of that navigation when the click returns, so we wait for it before we look.
        """
        self.page.get_by_role("button", name=nom, exact=exact).click()
        if vers is not None:
            self.page.wait_for_url(vers)
        self.look()

    def follow(self, nom: str) -> None:
        """Follow a link, then look at what comes."""
        self.page.get_by_role("link", name=nom, exact=True).first.click()
        self.look()

    def look(self) -> None:
        """Nothing serious for accessibility, nothing that scrolls sideways, nothing that the browser refuses."""
        self.page.wait_for_load_state()
        trouvees = Axe().run(self.page).response["violations"]
        graves = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in trouvees if v["impact"] in GRAVES]
        assert graves == [], (self.page.url, graves)
        large = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert large <= 0, (self.page.url, "scrolls sideways", large)
        assert [une for une in self.plaintes if "Content Security Policy" in une] == []

    def says(self, texte: str) -> bool:
        """Whether the page shows a text, spaces of all kinds made one."""
        return texte in re.sub(r"\s+", " ", self.page.inner_text("body").replace("\u202f", " "))

    def capture(self, nom: str) -> None:
        """Keep the page as docs/captures/<nom>.png, when TRAITDUNION_TEST_CAPTURES asks for it."""
        octets = self.page.screenshot(full_page=True)
        if os.environ.get("TRAITDUNION_TEST_CAPTURES"):
            CAPTURES.mkdir(parents=True, exist_ok=True)
            image = Image.open(io.BytesIO(octets)).convert("RGB").quantize(COULEURS)
            image.save(CAPTURES / f"{nom}.png", optimize=True)


def read_mails(dossier: Path) -> list[tuple[str, str, str]]:
    """The mails written in a folder, oldest first: to whom, subject, text."""
    from email import message_from_bytes
    from email.policy import default

    lus = []
    for fichier in sorted(dossier.glob("*.eml")):
        message = message_from_bytes(fichier.read_bytes(), policy=default)
        corps = message.get_body(("plain",))
        assert corps is not None
        lus.append((str(message["To"]), str(message["Subject"]), corps.get_content()))
    return lus
