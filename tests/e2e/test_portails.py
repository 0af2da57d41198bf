"""Both ways of accrochage in a real browser, on real processes, from the request to the first « CA- » number.

Nobody picks up a telephone: what one person must know of another's act comes by mail or on a page.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.envois import a_depot
from builders.navigateur import TELEPHONE, Ecran, browsing, read_mails
from playwright.sync_api import Browser

from traitdunion.bac_a_sable.demo.server import Connection, serving
from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.profil import Profil

MOT_DE_PASSE = "quatre chevaux roses sans selle"
SIRET_PRET, SIRET_A_FAIRE = "41122233400012", "52233344200013"
DELAI_COURRIEL_SECONDES = 40


@pytest.fixture(scope="module")
def serveur() -> Iterator[Connection]:
    """The server of the demonstration, with its worker and its people."""
    with serving(port=None, conserver=None) as connexion:
        yield connexion


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    """One browser; each person has a window of their own."""
    with browsing() as navigateur:
        yield navigateur


@pytest.fixture
def opco(serveur: Connection, navigateur: Browser) -> Iterator[Ecran]:
    """The OPCO's administrator, connected."""
    ecran = Ecran(navigateur, serveur.api)
    acces = serveur.acces["instruction"]
    ecran.connect(acces.utilisateur, acces.mot_de_passe)
    yield ecran
    ecran.close()


def _mail(serveur: Connection, destinataire: str, sujet: str) -> str:
    """The text of a mail that is bound to come: the worker sends within seconds."""
    limite = time.monotonic() + DELAI_COURRIEL_SECONDES
    while time.monotonic() < limite:
        for vers, objet, texte in reversed(read_mails(serveur.donnees / "courriels")):
            if vers == destinataire and objet == sujet:
                return texte
        time.sleep(0.3)
    raise AssertionError(f"no mail « {sujet} » to {destinataire}")


def _link(texte: str) -> str:
    (lien,) = re.findall(r"https?://\S+/lien/\S+", texte)
    return str(lien)


def _invite(opco: Ecran, serveur: Connection, *, role: str, nom: str, sirets: str = "", editeur: str = "") -> str:
    """Have the OPCO make an account; its person chooses a password by the link of the mail."""
    courriel = f"{nom}@exemple.example"
    opco.visit("/instruction/administration/comptes")
    opco.fill(Prénom="Alex", Nom="FICTIF", **{"E-mail": courriel}, **{"Nom_d'utilisateur": nom})
    opco.page.get_by_label("Rôle").select_option(label=role)
    if editeur:
        opco.page.get_by_label("Éditeur (pour un compte d'éditeur)").select_option(label=editeur)
    if sirets:
        opco.page.get_by_label("SIRET de ses établissements", exact=False).fill(sirets)
    opco.press("Inviter")
    assert opco.says("Le compte est créé")
    return _link(_mail(serveur, courriel, "Votre première connexion"))


def _enter(navigateur: Browser, serveur: Connection, lien: str, utilisateur: str, *, captures: bool = False) -> Ecran:
    """First connection: the link, the password, then the page of MyA."""
    ecran = Ecran(navigateur, serveur.api)
    ecran.visit(lien)
    if captures:
        ecran.capture("premiere-connexion")
    ecran.page.get_by_label("Nouveau mot de passe").first.fill(MOT_DE_PASSE)
    ecran.page.locator("input[name=confirmation]").fill(MOT_DE_PASSE)
    ecran.page.locator("main button[type=submit]").click()
    assert ecran.says("Votre mot de passe est enregistré")
    ecran.connect(utilisateur, MOT_DE_PASSE)
    return ecran


def _generate(cfa: Ecran, *, captures: bool = False) -> str:
    """« Générer un identifiant API CFA », by the pop-up of the guide; the key, read again on the page."""
    cfa.visit("/mya/compte")
    cfa.page.get_by_role("link", name="Générer un identifiant API CFA").click()
    dialogue = cfa.page.get_by_role("dialog")
    assert dialogue.is_visible()
    assert "Voulez-vous continuer ?" in dialogue.inner_text()
    assert cfa.page.evaluate("document.activeElement.textContent") == "Non"
    if captures:
        cfa.capture("generer-identifiant")
    dialogue.get_by_role("link", name="Non").click()
    assert not dialogue.is_visible()
    cfa.page.get_by_role("link", name="Générer un identifiant API CFA").click()
    dialogue.get_by_role("button", name="Oui").click()
    cfa.look()
    assert cfa.says("Votre nouvel identifiant API CFA est généré")
    cfa.press("Afficher")
    cle = cfa.page.locator(".identifiant").first.inner_text()
    assert re.fullmatch(r"test_tdu_\w{38}", cle)
    return cle


def _deposit(serveur: Connection, *, client_id: str, secret: str, cle: str, siret: str, rang: int) -> str:
    """What the editor's software does next; the dossier's number."""
    profil = Profil(
        api=serveur.api,
        jeton=serveur.jeton,
        client_id=client_id,
        client_secret=secret,
        cle_api=cle,
        siren=siret[:9],
        editeur="essai",
        renvoi_reconnu=True,
    )
    with ClientCfa(profil) as client:
        return client.deposit(json.dumps(a_depot(rang, siret_cfa=siret)).encode()).numero_externe


def _add_cfa(opco: Ecran, siret: str, nom: str) -> None:
    opco.visit("/instruction/administration/")
    opco.fill(SIRET=siret, Dénomination=nom)
    opco.press("Ajouter")
    assert opco.says("L'établissement est ajouté")


def test_an_editor_that_is_ready_is_connected_by_the_cfa_alone(
    serveur: Connection, navigateur: Browser, opco: Ecran
) -> None:
    _add_cfa(opco, SIRET_PRET, "CFA FICTIF DU NORD")
    lien = _invite(opco, serveur, role="Administrateur du CFA", nom="nord", sirets=SIRET_PRET)
    cfa = _enter(navigateur, serveur, lien, "nord", captures=True)
    assert cfa.says("Votre CFA n'a pas d'identifiant API CFA valable")
    cfa.visit("/mya/compte")
    cfa.follow("Raccorder mon logiciel, ou revoir un accrochage")
    cfa.capture("raccorder")
    cfa.follow("Choisir Logiciel de démonstration")
    cfa.press("Confirmer")
    assert cfa.says("en attente de première transmission")
    cle = _generate(cfa, captures=True)
    cfa.visit("/mya/compte")
    assert not cfa.says(cle)

    numero = _deposit(
        serveur, client_id=serveur.client_id, secret=serveur.client_secret, cle=cle, siret=SIRET_PRET, rang=1
    )
    assert re.fullmatch(r"CA-\d{7}", numero)
    cfa.visit("/mya/accrochage")
    assert cfa.says("effectif")
    cfa.visit(f"/mya/dossiers/{numero}")
    assert cfa.says("EXEMPLE B")
    opco.visit(f"/instruction/administration/organisations/{SIRET_PRET[:9]}")
    assert opco.says("effectif")
    opco.capture("organisation")
    courriel = _mail(serveur, "nord@exemple.example", "Nouvel identifiant API CFA")
    assert "Alex FICTIF" in courriel
    assert cle not in courriel
    cfa.close()


def test_an_editor_that_is_not_ready_is_connected_through_a_request(
    serveur: Connection, navigateur: Browser, opco: Ecran
) -> None:
    _add_cfa(opco, SIRET_A_FAIRE, "CFA FICTIF DU SUD")
    lien = _invite(opco, serveur, role="Administrateur du CFA", nom="sud", sirets=SIRET_A_FAIRE)
    cfa = _enter(navigateur, serveur, lien, "sud")
    _ask(cfa)

    client_id, secret = _answer(navigateur, serveur, opco)
    lien = _invite(opco, serveur, role="Éditeur de logiciel", nom="sudlog", editeur="SUDLOG FICTIF")
    opco.visit("/instruction/administration/demandes")
    opco.follow("DC-0000001")
    opco.page.get_by_label("Éditeur de ce logiciel").select_option(label="SUDLOG FICTIF")
    opco.press("Désigner")
    opco.capture("demande-opco")

    editeur = _enter(navigateur, serveur, lien, "sudlog")
    editeur.fill(Nom_du_logiciel="Sudlog 3")
    editeur.press("Ajouter")
    editeur.press("Déclarer prêt")
    editeur.press("L'accrochage est possible")
    assert editeur.says("Le CFA en est prévenu par e-mail")
    editeur.capture("espace-editeur")
    assert "SUDLOG FICTIF" in _mail(serveur, "sud@exemple.example", "L'accrochage est possible")

    cfa.visit("/mya/")
    assert cfa.says("L'accrochage est possible")
    cfa.capture("accrochage-possible")
    cle = _generate(cfa)
    cfa.visit("/mya/accrochage")
    cfa.follow("Choisir Sudlog 3")
    cfa.press("Confirmer")
    numero = _deposit(serveur, client_id=client_id, secret=secret, cle=cle, siret=SIRET_A_FAIRE, rang=2)
    assert re.fullmatch(r"CA-\d{7}", numero)
    cfa.visit("/mya/")
    assert cfa.says(numero)
    assert not cfa.says("L'accrochage est possible")
    editeur.visit("/editeur/cfa")
    assert editeur.says("CFA FICTIF DU SUD")
    for ecran in (cfa, editeur):
        ecran.close()


def _ask(cfa: Ecran) -> None:
    """The CFA's request, pre-filled; its two contacts."""
    cfa.visit("/mya/accrochage")
    cfa.follow("Demander un accrochage")
    assert SIRET_A_FAIRE in cfa.page.get_by_label("Message").input_value()
    assert "CFA FICTIF DU SUD" in cfa.page.get_by_label("Sujet").input_value()
    for qui in ("metier", "technique"):
        cfa.page.locator(f"#{qui}_nom").fill("Noa FICTIF")
        cfa.page.locator(f"#{qui}_telephone").fill("01 02 03 04 05")
        cfa.page.locator(f"#{qui}_courriel").fill(f"{qui}@sudlog.example")
    cfa.capture("demande-accrochage")
    cfa.press("Envoyer")
    assert cfa.says("Votre demande est envoyée")


def _answer(navigateur: Browser, serveur: Connection, opco: Ecran) -> tuple[str, str]:
    """The OPCO answers, invites the technical contact, makes the editor; its identifiers, read once by its link."""
    opco.visit("/instruction/")
    opco.follow("1 demande de contact à traiter")
    opco.follow("DC-0000001")
    opco.fill(Message="Bonjour, nous écrivons à votre éditeur.")
    opco.press("Répondre")
    assert opco.says("Votre réponse est envoyée")
    assert "/mya/demandes/1" in _mail(serveur, "sud@exemple.example", "Une réponse à votre demande")
    opco.press("Inviter le contact technique")
    assert "/docs" in _mail(serveur, "technique@sudlog.example", "Raccordement d'un CFA à l'API")
    opco.visit("/instruction/administration/editeurs")
    opco.fill(**{"Nom_de_l'éditeur": "SUDLOG FICTIF"})
    opco.press("Créer")
    lien = opco.page.locator("#lien").inner_text()
    inconnu = Ecran(navigateur, serveur.api)
    inconnu.visit(lien)
    inconnu.press("Afficher mes identifiants")
    client_id = inconnu.page.locator("#client-id").inner_text()
    secret = inconnu.page.locator("#client-secret").inner_text()
    assert secret.startswith("test_")
    inconnu.page.goto(lien)
    inconnu.page.get_by_role("button", name="Afficher mes identifiants").click()
    assert inconnu.says("Ce lien n'est plus valable")
    inconnu.close()
    return client_id, secret


PAGES = {
    "mya": {
        "accueil": "/mya/",
        "compte": "/mya/compte",
        "generer": "/mya/compte/identifiant",
        "contacts": "/mya/compte/contacts",
        "droits": "/mya/compte/droits",
        "banque": "/mya/compte/banque",
        "modifications": "/mya/compte/modifications",
        "moi": "/mya/moi",
        "dossiers": "/mya/dossiers",
        "dossier": "/mya/dossiers/{dossier}",
        "annuler": "/mya/dossiers/{dossier}/annuler",
        "accrochage": "/mya/accrochage",
        "demandes": "/mya/demandes",
        "nouvelle-demande": "/mya/demandes/nouvelle",
        "factures": "/mya/factures",
        "guide": "/mya/guide",
    },
    "employeur": {"accueil": "/mya/", "dossiers": "/mya/dossiers", "dossier": "/mya/dossiers/{dossier}"},
    "editeur": {
        "accueil": "/editeur/",
        "secret": "/editeur/secret",
        "cfa": "/editeur/cfa",
        "appels": "/editeur/appels",
        "moi": "/mya/moi",
    },
    "instruction": {
        "accueil": "/instruction/",
        "organisations": "/instruction/administration/",
        "comptes": "/instruction/administration/comptes",
        "editeurs": "/instruction/administration/editeurs",
        "editeur": "/instruction/administration/editeurs/1",
        "demandes": "/instruction/administration/demandes",
        "modifications": "/instruction/administration/modifications",
        "parametres": "/instruction/parametres",
        "parametre-montant": "/instruction/parametres/smic_mensuel",
        "parametre-grille": "/instruction/parametres/grille_remuneration",
        "parametre-parts": "/instruction/parametres/parts_annee",
        "parametre-liste": "/instruction/parametres/distance_hors_minoration",
        "moi": "/mya/moi",
        "journal": "/instruction/administration/journal",
    },
}


@pytest.mark.parametrize("qui", PAGES)
@pytest.mark.parametrize("vue", ["large", "telephone"])
def test_every_page_is_readable_wide_and_on_a_telephone(
    serveur: Connection, navigateur: Browser, qui: str, vue: str
) -> None:
    dossier = _deposit(
        serveur,
        client_id=serveur.client_id,
        secret=serveur.client_secret,
        cle=serveur.cle_api,
        siret="32345678000010",
        rang=0,
    )
    ecran = Ecran(navigateur, serveur.api, vue=TELEPHONE if vue == "telephone" else None)
    acces = serveur.acces[qui]
    ecran.visit("/mya/connexion")
    ecran.capture(f"connexion-{vue}")
    ecran.connect(acces.utilisateur, acces.mot_de_passe)
    for nom, chemin in PAGES[qui].items():
        ecran.visit(chemin.format(dossier=dossier))
        ecran.capture(f"{qui}-{nom}-{vue}")
    ecran.close()


@pytest.mark.parametrize(
    "chemin", ["/mya/accessibilite", "/mya/mentions-legales", "/mya/donnees-personnelles", "/mya/oubli"]
)
def test_what_anyone_may_read_is_readable(serveur: Connection, navigateur: Browser, chemin: str) -> None:
    ecran = Ecran(navigateur, serveur.api, vue={"width": 320, "height": 640})
    ecran.visit(chemin)
    ecran.capture(Path(chemin).name)
    ecran.close()


def test_a_page_that_does_not_exist_says_so_readably(serveur: Connection, navigateur: Browser) -> None:
    ecran = Ecran(navigateur, serveur.api)
    reponse = ecran.page.goto(f"{serveur.api}/mya/nulle-part")
    assert reponse is not None
    assert reponse.status == 404
    assert ecran.says("Cette page n'existe pas")
    ecran.look()
    ecran.close()


def test_without_javascript_the_key_is_generated_by_a_plain_page(serveur: Connection, navigateur: Browser) -> None:
    contexte = navigateur.new_context(java_script_enabled=False)
    page, acces = contexte.new_page(), serveur.acces["mya"]
    page.goto(f"{serveur.api}/mya/connexion")
    page.get_by_label("Nom d'utilisateur").fill(acces.utilisateur)
    page.get_by_label("Mot de passe").fill(acces.mot_de_passe)
    page.get_by_role("button", name="Se connecter").click()
    page.goto(f"{serveur.api}/mya/compte")
    page.get_by_role("link", name="Générer un identifiant API CFA").click()
    assert page.url.endswith("/mya/compte/identifiant")
    page.get_by_role("button", name="Oui").click()
    assert "Votre nouvel identifiant API CFA est généré" in page.inner_text("body")
    contexte.close()
