"""Connecting: password, links, throttle, second factor, sessions, as people meet them."""

import re
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest
from builders.portail import MOT_DE_PASSE, Visiteur, a_visitor, an_account, connected
from builders.serveur import SIRET, Serveur, lifespan, serving

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.comptes.service import NouveauCompte
from traitdunion.opco.settings import Choix
from traitdunion.opco.site import Site

pytestmark = pytest.mark.anyio
INCORRECT = "Nom d'utilisateur ou mot de passe incorrect."


async def _mails(serveur: Serveur) -> list[str]:
    lignes = await serveur.fetch("SELECT modele FROM courriel ORDER BY id")
    return [modele for (modele,) in lignes]


async def test_the_page_has_the_words_and_the_fields_of_the_guide(serveur: Serveur) -> None:
    visiteur = a_visitor(serveur)
    page = await visiteur.visit("/mya/connexion")
    for mots in (
        "Nom d'utilisateur",
        "Mot de passe",
        "Mémoriser mes informations",
        "Mot de passe oublié ?",
        "Guide utilisateurs portail prestataire",
    ):
        assert mots in visiteur.texte
    assert 'name="utilisateur"' in page.text
    assert 'name="mot_de_passe"' in page.text


async def test_the_bare_address_leads_to_the_connection_page(serveur: Serveur) -> None:
    assert (await a_visitor(serveur).visit("/")).url.path == "/mya/connexion"


@pytest.mark.parametrize("role", Role)
async def test_each_role_arrives_in_its_own_space(serveur: Serveur, role: Role) -> None:
    editeur = serveur.cfa.editeur.id if role is Role.EDITEUR else None
    visiteur = a_visitor(serveur)
    utilisateur = await an_account(serveur, role, editeur=editeur)
    page = await visiteur.submit(
        "/mya/connexion", depuis="/mya/connexion", utilisateur=utilisateur.upper(), mot_de_passe=MOT_DE_PASSE
    )
    espace = "editeur" if role is Role.EDITEUR else "instruction" if role.startswith("OPCO_") else "mya"
    assert page.url.path == f"/{espace}/"


async def test_whatever_is_wrong_the_refusal_is_the_same(serveur: Serveur) -> None:
    connu = await an_account(serveur, Role.CFA_LECTEUR)
    ferme = await an_account(serveur, Role.CFA_GESTIONNAIRE)
    neuf = NouveauCompte(
        utilisateur="neuf", nom="FICTIF", prenom="Noa", courriel="n@exemple.test", role=Role.OPCO_COMPTABLE
    )
    await serveur.portail.comptes.create(neuf, par="essai")
    ((id_ferme,),) = await serveur.fetch("SELECT id FROM compte WHERE utilisateur = %s", ferme)
    await serveur.portail.comptes.set_actif(id_ferme, actif=False, par="essai")
    pages = []
    for nom, mot in ((connu, "pas celui-là"), ("personne", MOT_DE_PASSE), (ferme, MOT_DE_PASSE), ("neuf", "")):
        visiteur = a_visitor(serveur)
        page = await visiteur.connect(nom, mot)
        assert page.status_code == 401
        assert INCORRECT in visiteur.texte
        pages.append(visiteur.texte)
    assert len(set(pages)) == 1


async def test_too_many_failures_make_one_wait_and_never_lock_out(serveur: Serveur) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    visiteur = a_visitor(serveur)
    for _ in range(5):
        assert (await visiteur.connect(nom, "faux mot de passe")).status_code == 401
    page = await visiteur.connect(nom)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) == 5
    assert "Réessayez dans 5 secondes" in visiteur.texte
    serveur.clock.instant += timedelta(seconds=5)
    assert (await visiteur.connect(nom)).url.path == "/mya/"


async def test_behind_a_front_server_one_guesser_slows_nobody_else(serveur: Serveur) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    site = Site(serveur.application._norme, lambda: nullcontext(serveur.portail), frontaux="127.0.0.1")
    async with lifespan(site):
        coupable, innocent = (
            Visiteur(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(site, client=("127.0.0.1", 1)),
                    base_url="http://opco.test",
                    headers={"X-Forwarded-For": f"203.0.113.7, {adresse}"},
                )
            )
            for adresse in ("198.51.100.1", "198.51.100.2")
        )
        for _ in range(5):
            await coupable.connect(nom, "faux mot de passe")
        assert (await coupable.connect(nom)).status_code == 429
        assert (await innocent.connect(nom)).url.path == "/mya/"


async def test_a_form_without_its_token_is_refused(serveur: Serveur) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    visiteur = a_visitor(serveur)
    page = await visiteur.client.post("/mya/connexion", data={"utilisateur": nom, "mot_de_passe": MOT_DE_PASSE})
    assert page.status_code == 403
    assert "rechargez la page" in page.text


@pytest.mark.parametrize(
    ("suite", "arrivee"),
    [
        ("/mya/compte", "/mya/compte"),
        ("https://ailleurs.test/mya/", "/mya/"),
        ("//ailleurs.test/mya/", "/mya/"),
        ("/\\ailleurs.test", "/mya/"),
        ("/instruction/", "/mya/"),
    ],
)
async def test_one_goes_on_to_the_page_asked_for_and_nowhere_else(serveur: Serveur, suite: str, arrivee: str) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    visiteur = a_visitor(serveur)
    page = await visiteur.connect(nom, suite=suite)
    assert str(page.url) == f"http://opco.test{arrivee}"


async def test_the_token_changes_at_connection_and_dies_with_it(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    jeton = visiteur.client.cookies["tdu_session"]
    await visiteur.submit("/mya/deconnexion", depuis="/mya/")
    visiteur.client.cookies.set("tdu_session", jeton)
    assert (await visiteur.visit("/mya/compte")).url.path == "/mya/connexion"


@pytest.mark.parametrize(("memoriser", "apres"), [(False, timedelta(hours=1)), (True, timedelta(days=30))])
async def test_a_session_ends_by_itself(serveur: Serveur, memoriser: bool, apres: timedelta) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    visiteur = a_visitor(serveur)
    await visiteur.connect(nom, **({"memoriser": "oui"} if memoriser else {}))
    serveur.clock.instant += apres - timedelta(seconds=1)
    assert (await visiteur.visit("/mya/compte")).url.path == "/mya/compte"
    serveur.clock.instant += apres
    assert (await visiteur.visit("/mya/compte")).url.path == "/mya/connexion"


async def test_a_closed_account_loses_its_open_sessions(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    ((compte,),) = await serveur.fetch("SELECT id FROM compte")
    await serveur.portail.comptes.set_actif(compte, actif=False, par="essai")
    assert (await visiteur.visit("/mya/compte")).url.path == "/mya/connexion"


# --- links ----------------------------------------------------------------------------------------------------------


async def _invited(serveur: Serveur) -> tuple[str, Visiteur]:
    demande = NouveauCompte(
        utilisateur="neuve",
        nom="FICTIVE",
        prenom="Noé",
        courriel="neuve@exemple.test",
        role=Role.CFA_LECTEUR,
        sirets=(SIRET,),
    )
    cree = await serveur.portail.comptes.create(demande, par="essai")
    return urlsplit(cree.lien).path, a_visitor(serveur)


async def test_the_first_connection_sets_the_password_by_a_link_that_works_once(serveur: Serveur) -> None:
    lien, visiteur = await _invited(serveur)
    assert await _mails(serveur) == ["premiere_connexion"]
    page = await visiteur.visit(lien)
    assert page.url.path == "/mya/mot-de-passe"
    assert lien.rpartition("/")[2] not in page.text
    page = await visiteur.submit("/mya/mot-de-passe", mot_de_passe=MOT_DE_PASSE, confirmation=MOT_DE_PASSE)
    assert "Votre mot de passe est enregistré" in visiteur.texte
    assert (await visiteur.connect("neuve")).url.path == "/mya/"

    autre = a_visitor(serveur)
    await autre.visit(lien)
    page = await autre.submit("/mya/mot-de-passe", mot_de_passe=MOT_DE_PASSE + " 2", confirmation=MOT_DE_PASSE + " 2")
    assert page.status_code == 400
    assert "Ce lien n'est plus valable" in autre.texte


@pytest.mark.parametrize(
    ("mot_de_passe", "confirmation", "phrase"),
    [
        ("onze lettre", "onze lettre", "au moins 12 caractères"),
        ("azertyuiop123", "azertyuiop123", "se devine trop facilement"),
        ("x" * 129, "x" * 129, "128 caractères au plus"),
        (MOT_DE_PASSE, MOT_DE_PASSE + "!", "Les deux saisies diffèrent"),
    ],
)
async def test_a_poor_password_is_refused_with_advice_and_the_link_still_works(
    serveur: Serveur, mot_de_passe: str, confirmation: str, phrase: str
) -> None:
    lien, visiteur = await _invited(serveur)
    await visiteur.visit(lien)
    await visiteur.submit("/mya/mot-de-passe", mot_de_passe=mot_de_passe, confirmation=confirmation)
    assert phrase in visiteur.texte
    await visiteur.submit("/mya/mot-de-passe", mot_de_passe=MOT_DE_PASSE, confirmation=MOT_DE_PASSE)
    assert "Votre mot de passe est enregistré" in visiteur.texte


async def test_a_link_ends_after_its_delay(serveur: Serveur) -> None:
    lien, visiteur = await _invited(serveur)
    serveur.clock.instant += timedelta(hours=72)
    await visiteur.visit(lien)
    await visiteur.submit("/mya/mot-de-passe", mot_de_passe=MOT_DE_PASSE, confirmation=MOT_DE_PASSE)
    assert "Ce lien n'est plus valable" in visiteur.texte


async def test_a_forgotten_password_sends_a_mail_to_those_who_exist_and_says_the_same_to_all(serveur: Serveur) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    textes = []
    for utilisateur in (nom, "personne@exemple.test"):
        visiteur = a_visitor(serveur)
        await visiteur.submit("/mya/oubli", utilisateur=utilisateur)
        textes.append(visiteur.texte)
    assert textes[0] == textes[1]
    assert (await _mails(serveur)).count("mot_de_passe_oublie") == 1


# --- second factor --------------------------------------------------------------------------------------------------


def _code_of(serveur: Serveur, secret: str) -> str:
    return pyotp.TOTP(secret.replace(" ", "")).at(serveur.clock.instant)


async def test_who_may_generate_a_key_sets_up_a_second_factor_then_shows_it(database_url: str, tmp_path: Any) -> None:
    async with serving(database_url, tmp_path, second_facteur=Choix.OUI) as serveur:
        nom = await an_account(serveur, Role.CFA_ADMINISTRATEUR)
        visiteur = a_visitor(serveur)
        page = await visiteur.connect(nom)
        assert page.url.path == "/mya/code"
        assert (await visiteur.visit("/mya/compte")).url.path == "/mya/code"
        secret = page.text.split('class="identifiant text-center">')[1].split("<")[0]
        await visiteur.submit("/mya/code", code="000000")
        assert "Ce code n'est pas le bon" in visiteur.texte
        code = _code_of(serveur, secret)
        await visiteur.submit("/mya/code", code=code)
        assert "Codes de secours" in visiteur.texte
        assert visiteur.page is not None
        secours = re.findall(r"<li>(\w{5} \w{5})</li>", visiteur.page.text)
        assert len(secours) == 10
        assert (await visiteur.visit("/mya/compte")).url.path == "/mya/compte"

        encore = a_visitor(serveur)
        await encore.connect(nom)
        await encore.submit("/mya/code", code=code)
        assert encore.page is not None
        assert encore.page.status_code == 401  # a code works once
        serveur.clock.instant += timedelta(seconds=30)
        await encore.submit("/mya/code", code=_code_of(serveur, secret))
        assert encore.page.url.path == "/mya/"

        for attendu in ("/mya/", "/mya/code"):  # a recovery code works once too
            dernier = a_visitor(serveur)
            await dernier.connect(nom)
            assert (await dernier.submit("/mya/code", code=secours[0])).url.path == attendu


async def test_a_reader_needs_no_second_factor(database_url: str, tmp_path: Any) -> None:
    async with serving(database_url, tmp_path, second_facteur=Choix.OUI) as serveur:
        visiteur = a_visitor(serveur)
        assert (await visiteur.connect(await an_account(serveur, Role.CFA_LECTEUR))).url.path == "/mya/"


async def test_nothing_of_a_person_is_kept_by_a_browser_or_in_between(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    page = await visiteur.visit("/mya/compte")
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
