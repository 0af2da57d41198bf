"""The back-office in a real browser, on real processes: one dossier to each end, and what the CFA reads of it.

« ENGAGÉ » with its DECA number, a request for information, a refusal, an implicit refusal (the clock moved), a break.
"""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from builders import fichiers
from builders.envois import a_convention, a_depot, to_json
from builders.navigateur import TELEPHONE, Ecran, browsing
from playwright.sync_api import Browser

from traitdunion.bac_a_sable.demo import cast
from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.cfa.client import ClientCfa, Fichier
from traitdunion.cfa.profil import Profil
from traitdunion.opco import assemblage
from traitdunion.opco.socle.clock import FixedClock

PDF = fichiers.a_pdf()
DELAI_DECA_SECONDES = 40


@pytest.fixture(scope="module")
def serveur() -> Iterator[Connection]:
    """The server of the demonstration, with its worker and the State's peer."""
    with serving(port=None, conserver=None) as connexion:
        yield connexion


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    """One browser; each person has a window of their own."""
    with browsing() as navigateur:
        yield navigateur


@pytest.fixture(scope="module")
def client(serveur: Connection) -> Iterator[ClientCfa]:
    """The CFA's software."""
    profil = Profil(
        api=serveur.api,
        jeton=serveur.jeton,
        client_id=serveur.client_id,
        client_secret=serveur.client_secret,
        cle_api=serveur.cle_api,
        siren=cast.SIREN,
        editeur="essai",
        renvoi_reconnu=True,
    )
    with ClientCfa(profil) as client:
        yield client


def _window(serveur: Connection, navigateur: Browser, qui: str) -> Ecran:
    ecran = Ecran(navigateur, serveur.api)
    ecran.connect(serveur.acces[qui].utilisateur, serveur.acces[qui].mot_de_passe)
    return ecran


@pytest.fixture
def opco(serveur: Connection, navigateur: Browser) -> Iterator[Ecran]:
    """The OPCO's administrator, connected."""
    ecran = _window(serveur, navigateur, "instruction")
    yield ecran
    ecran.close()


@pytest.fixture
def cfa(serveur: Connection, navigateur: Browser) -> Iterator[Ecran]:
    """The CFA's administrator, connected."""
    ecran = _window(serveur, navigateur, "mya")
    yield ecran
    ecran.close()


def _deposit(client: ClientCfa, rang: int) -> str:
    """A contract and its convention; its « CA- » number."""
    accuse = client.deposit(to_json(a_depot(rang)))
    convention = a_convention(accuse.numero_interne, rang)
    client.deposit_convention(to_json(convention), Fichier("convention.pdf", PDF, "application/pdf"))
    return accuse.numero_externe


def _start(opco: Ecran, numero: str) -> None:
    """Take the dossier up from the queue, and see the mandate."""
    opco.visit("/instruction/dossiers")
    opco.follow(numero)
    opco.press("Commencer l'instruction")
    assert opco.says("L'instruction est commencée")
    opco.page.get_by_label("Le mandat figure dans un chapitre à part, page").fill("1")
    opco.press("J'ai vu le mandat")
    assert opco.says("Mandat vu page 1")


def test_one_dossier_to_engaged_with_its_deca_number(client: ClientCfa, opco: Ecran, cfa: Ecran) -> None:
    numero = _deposit(client, 1)
    opco.visit("/instruction/")
    opco.capture("instruction-accueil")
    _start(opco, numero)
    opco.capture("instruction-dossier")
    opco.page.keyboard.press("a")  # the keyboard goes where the button does
    opco.page.wait_for_url("**/accord")
    opco.page.get_by_label("Autre niveau annuel, en euros (facultatif)").fill("8 000")
    opco.page.get_by_label("D'où vient cet autre niveau").fill("Arrêté FICTIF")
    opco.press("Recalculer")
    opco.page.get_by_text("Pourquoi ces montants").click()
    opco.capture("instruction-accord")
    opco.press("Accorder et engager 16\u202f000,00\u202f€", exact=False)
    assert opco.says("Le dossier est accordé et engagé.")

    interne = str(int(numero.removeprefix("CA-")))
    limite = time.monotonic() + DELAI_DECA_SECONDES
    while client.find_dossier(interne).cerfa.numero_deca is None:
        assert time.monotonic() < limite, "the DECA number has not come back"
        time.sleep(0.3)
    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("Engagé (accord)")
    deca = client.find_dossier(interne).cerfa.numero_deca
    assert deca is not None
    assert deca.startswith("075")
    assert cfa.says(deca)
    assert cfa.says("Engagement de l'OPCO : 16 000,00 €")
    cfa.page.get_by_text("Pourquoi ces montants").click()
    cfa.capture("mya-dossier-engage")


def test_a_request_for_information_and_its_answer(client: ClientCfa, opco: Ecran, cfa: Ecran) -> None:
    numero = _deposit(client, 2)
    _start(opco, numero)
    opco.page.keyboard.press("i")
    opco.page.get_by_label("la convention et le contrat diffèrent").check()
    opco.page.get_by_label("Ce qui est demandé").fill("La date de fin est à confirmer.")
    opco.capture("instruction-demande")
    opco.press("Envoyer la demande")
    assert opco.says("La demande est envoyée au CFA")

    cfa.visit("/mya/")
    assert cfa.says("1 demande d'information")
    cfa.follow(numero)
    cfa.page.get_by_label("Votre réponse").fill("La fin est bien le 31 août.")
    cfa.capture("mya-demande")
    cfa.press("Répondre à l'OPCO")
    assert cfa.says("Votre réponse est enregistrée")
    opco.visit(f"/instruction/dossiers/{numero}")
    assert opco.says("La fin est bien le 31 août.")


def test_a_refusal(client: ClientCfa, opco: Ecran, cfa: Ecran) -> None:
    numero = _deposit(client, 3)
    _start(opco, numero)
    opco.page.keyboard.press("r")
    opco.page.get_by_label("R04 : rémunération inférieure au minimum (D6222-26)").check()
    opco.page.get_by_label("Motivation").fill("La seconde année est sous le minimum.")
    opco.press("Refuser le dossier")
    assert opco.says("Le refus est enregistré et notifié")

    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("R04, rémunération inférieure au minimum (D6222-26). La seconde année est sous le minimum.")
    cfa.capture("mya-dossier-refuse")


def test_an_implicit_refusal_once_the_clock_has_passed_the_limit(
    serveur: Connection, client: ClientCfa, cfa: Ecran
) -> None:
    numero = _deposit(client, 4)
    _pass_days(serveur, 20)
    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("Transmis")
    _pass_days(serveur, 21)
    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("Refusé")
    assert cfa.says("Refus implicite : aucune décision")


def _pass_days(serveur: Connection, jours: int) -> None:
    """What the worker's hourly job does so many days later."""

    async def sweep() -> None:
        horloge = FixedClock(datetime.now(UTC) + timedelta(days=jours))
        async with assemblage.travaux(serveur.settings, clock=horloge) as travaux:
            await travaux.delais.record_refus()

    # Playwright has a loop running in this thread.
    with ThreadPoolExecutor(1) as fil:
        fil.submit(asyncio.run, sweep()).result()


def test_a_break(client: ClientCfa, opco: Ecran, cfa: Ecran) -> None:
    numero = _deposit(client, 5)
    _start(opco, numero)
    opco.page.get_by_role("link", name="Accorder…").click()
    opco.press("Accorder et engager", exact=False)
    opco.page.get_by_text("Noter une rupture…").click()
    opco.page.get_by_label("Dernier jour du contrat").fill("2027-02-28")
    opco.page.get_by_label("Notifiée le").fill("2027-03-01")
    opco.page.get_by_label("Motif de la rupture").select_option(label="commun accord")
    opco.press("Noter la rupture")
    opco.press("Confirmer la rupture au 28/02/2027")
    assert opco.says("La rupture est confirmée")

    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("Rompu")
    assert cfa.says("Rupture enregistrée")
    cfa.capture("mya-dossier-rompu")


def test_the_pages_hold_on_a_telephone_and_at_400_percent(
    serveur: Connection, navigateur: Browser, client: ClientCfa
) -> None:
    numero = _deposit(client, 6)
    for vue in (TELEPHONE, {"width": 320, "height": 640}):
        opco = Ecran(navigateur, serveur.api, vue=vue)
        opco.connect(serveur.acces["instruction"].utilisateur, serveur.acces["instruction"].mot_de_passe)
        for chemin in ("/instruction/", "/instruction/dossiers", f"/instruction/dossiers/{numero}"):
            opco.visit(chemin)
        if vue is TELEPHONE:
            opco.capture("instruction-dossier-telephone")
        opco.close()


def test_j_k_and_enter_walk_the_queue(client: ClientCfa, opco: Ecran) -> None:
    _deposit(client, 7)
    opco.visit("/instruction/dossiers")
    for touche in ("j", "j", "k"):
        opco.page.keyboard.press(touche)
    premier = opco.page.locator("[data-liste] tbody tr").first
    assert premier.get_attribute("data-ici") == ""
    lien = premier.get_by_role("link").first.inner_text()
    opco.page.keyboard.press("Enter")
    opco.page.wait_for_url(f"**/instruction/dossiers/{lien}")


def test_the_letters_act_on_the_line_walked_to_and_never_while_typing(client: ClientCfa, opco: Ecran) -> None:
    numero = _deposit(client, 8)
    _start(opco, numero)

    opco.visit(f"/instruction/dossiers?q={numero[-2:]}")
    opco.page.get_by_label("Chercher un dossier").fill("")
    opco.page.get_by_label("Chercher un dossier").press_sequentially("jari")
    assert opco.page.get_by_label("Chercher un dossier").input_value() == "jari"
    assert opco.page.locator("[data-ici]").count() == 0

    opco.visit(f"/instruction/dossiers/{numero}")
    opco.page.keyboard.press("i")
    opco.page.get_by_label("Ce qui est demandé").press_sequentially("arriver")
    assert opco.page.get_by_label("Ce qui est demandé").input_value() == "arriver"
    assert opco.page.url.endswith(numero)

    opco.visit("/instruction/dossiers?affecte=moi")
    while opco.page.locator("tr[data-ici]").filter(has_text=numero).count() == 0:
        opco.page.keyboard.press("j")
    opco.page.keyboard.press("r")
    opco.page.wait_for_url(f"**/instruction/dossiers/{numero}#acte-r")
    assert opco.page.get_by_label("Motivation").is_visible()
    assert opco.page.get_by_role("button", name="Refuser le dossier").is_visible()

    opco.visit("/instruction/dossiers?affecte=moi")
    while opco.page.locator("tr[data-ici]").filter(has_text=numero).count() == 0:
        opco.page.keyboard.press("j")
    opco.page.keyboard.press("a")
    opco.page.wait_for_url(f"**/instruction/dossiers/{numero}/accord")
