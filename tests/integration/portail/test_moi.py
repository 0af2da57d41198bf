"""One's own account: the page that every role shares, at the same address."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from builders.portail import MOT_DE_PASSE, Visiteur, a_visitor, an_account, connected
from builders.serveur import Serveur, serving

from traitdunion.opco.comptes.roles import LIBELLES, Role
from traitdunion.opco.settings import Choix

pytestmark = pytest.mark.anyio
MOI, FACTEUR = "/mya/moi", "/mya/moi/second-facteur"
NOUVEAU = "cinq canards bleus sous la pluie"
SECRET = re.compile(r'<p class="identifiant text-center">([A-Z2-7 ]+)</p>')
CODES = re.compile(r"<li>([2-9A-Z]{5}) ([2-9A-Z]{5})</li>")


async def _of_role(serveur: Serveur, role: Role) -> Visiteur:
    return await connected(serveur, role, editeur=serveur.cfa.editeur.id if role is Role.EDITEUR else None)


def _code(serveur: Serveur, secret: str) -> str:
    return pyotp.TOTP(secret.replace(" ", "")).at(serveur.clock.now())


async def _set_up(serveur: Serveur, visiteur: Visiteur, **champs: str) -> tuple[str, list[str]]:
    """Set a second factor up; its secret and the recovery codes."""
    trouve = SECRET.search((await visiteur.visit(FACTEUR)).text)
    assert trouve is not None
    page = await visiteur.submit(FACTEUR, code=_code(serveur, trouve[1]), **champs)
    codes = ["".join(code) for code in CODES.findall(page.text)]
    assert len(codes) == 10, visiteur.texte
    return trouve[1], codes


@pytest.mark.parametrize("role", Role)
async def test_every_role_finds_its_own_account_in_the_header(serveur: Serveur, role: Role) -> None:
    visiteur = await _of_role(serveur, role)
    page = await visiteur.visit("/mya/guide")
    assert f'href="{MOI}"' in page.text
    page = await visiteur.visit(MOI)
    assert page.status_code == 200
    for mots in ("Camille FICTIF", f"{role.lower()}@exemple.test", LIBELLES[role], "cette session", "aucun"):
        assert mots in visiteur.texte, mots
    assert (await visiteur.visit(FACTEUR)).status_code == 200


async def test_nobody_is_sent_to_the_connection_page_and_forms_need_their_token(serveur: Serveur) -> None:
    visiteur = a_visitor(serveur)
    assert (await visiteur.visit(MOI)).url.path == "/mya/connexion"
    connecte = await connected(serveur, Role.CFA_LECTEUR)
    for chemin in ("mot-de-passe", "codes", "second-facteur", "second-facteur/retirer", "sessions/fermer"):
        assert (await connecte.client.post(f"{MOI}/{chemin}", data={})).status_code == 403, chemin


async def test_a_password_is_changed_and_the_other_sessions_end(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    ailleurs = a_visitor(serveur)
    await ailleurs.connect("cfa_lecteur@exemple.test")
    champs = {"mot_de_passe": MOT_DE_PASSE, "nouveau": NOUVEAU, "confirmation": NOUVEAU}
    for faux, phrase in (
        ({"mot_de_passe": "pas celui-là"}, "Ce mot de passe n'est pas le bon."),
        ({"confirmation": "autre chose"}, "Les deux saisies diffèrent"),
        ({"nouveau": "court", "confirmation": "court"}, "caractères"),
    ):
        page = await visiteur.submit(f"{MOI}/mot-de-passe", depuis=MOI, **{**champs, **faux})
        assert page.status_code == 400
        assert phrase in visiteur.texte
        assert NOUVEAU not in page.text
    await visiteur.submit(f"{MOI}/mot-de-passe", depuis=MOI, **champs)
    assert "Votre mot de passe est changé" in visiteur.texte
    assert (await ailleurs.visit(MOI)).url.path == "/mya/connexion"
    assert (await ailleurs.connect("cfa_lecteur@exemple.test")).status_code == 401
    assert (await ailleurs.connect("cfa_lecteur@exemple.test", NOUVEAU)).status_code == 200


async def test_sessions_are_listed_and_closed_one_by_one_or_all_at_once(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.OPCO_COMPTABLE)
    autres = []
    for agent in ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/604.1", "<b>curl</b>"):
        autre = a_visitor(serveur)
        autre.client.headers["User-Agent"] = agent
        await autre.connect("opco_comptable@exemple.test")
        autres.append(autre)
    page = await visiteur.visit(MOI)
    for mots in ("Firefox, Windows", "Safari, iPhone", "Appareil inconnu", "05/09/2026"):
        assert mots in visiteur.texte
    assert "<b>curl" not in page.text
    ((id_,),) = await serveur.fetch("SELECT id FROM session WHERE agent LIKE '%%Firefox%%'")
    await visiteur.submit(f"{MOI}/sessions/{id_}/fermer", depuis=MOI)
    assert "C'est fermé" in visiteur.texte
    assert (await autres[0].visit("/instruction/")).url.path == "/mya/connexion"
    assert (await autres[1].visit("/instruction/")).url.path == "/instruction/"
    await visiteur.submit(f"{MOI}/sessions/fermer", depuis=MOI)
    assert "C'est fermé" in visiteur.texte
    assert (await autres[1].visit("/instruction/")).url.path == "/mya/connexion"
    assert await serveur.count("session") == 1


async def test_the_session_of_another_person_is_not_there(serveur: Serveur) -> None:
    await connected(serveur, Role.CFA_ADMINISTRATEUR)
    autre = await connected(serveur, Role.CFA_ADMINISTRATEUR, autre=True)
    ((etrangere,),) = await serveur.fetch("SELECT min(id) FROM session")
    la = await autre.post(f"{MOI}/sessions/{etrangere}/fermer")
    nulle_part = await autre.post(f"{MOI}/sessions/999999/fermer")
    assert (la.status_code, la.text) == (404, nulle_part.text)
    assert await serveur.count("session") == 2


async def test_a_second_factor_is_set_up_used_renewed_and_taken_away(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_GESTIONNAIRE)
    secret, codes = await _set_up(serveur, visiteur)
    await visiteur.visit(FACTEUR)
    assert "Il vous en reste 10 sur 10" in visiteur.texte
    page = await visiteur.submit(f"{MOI}/codes", depuis=FACTEUR, mot_de_passe="pas celui-là")
    assert page.status_code == 400
    page = await visiteur.submit(f"{MOI}/codes", depuis=FACTEUR, mot_de_passe=MOT_DE_PASSE)
    nouveaux = ["".join(code) for code in CODES.findall(page.text)]
    assert len(nouveaux) == 10
    assert not set(nouveaux) & set(codes)
    ailleurs = a_visitor(serveur)
    await ailleurs.connect("cfa_gestionnaire@exemple.test")
    await ailleurs.submit("/mya/code", code=codes[0])
    assert "Ce code n'est pas le bon." in ailleurs.texte
    await ailleurs.submit("/mya/code", code=nouveaux[0])
    assert (await ailleurs.visit(MOI)).url.path == MOI
    # The code that set it up has been used; a recovery code takes it away.
    page = await visiteur.submit(f"{FACTEUR}/retirer", depuis=FACTEUR, code=_code(serveur, secret))
    assert page.status_code == 400
    await visiteur.submit(f"{FACTEUR}/retirer", depuis=FACTEUR, code=nouveaux[1])
    assert "Mettre en place le second facteur" in visiteur.texte
    assert (await ailleurs.visit(MOI)).url.path == "/mya/connexion"
    assert await serveur.count("code_secours") == 0
    ((modele,),) = await serveur.fetch("SELECT modele FROM courriel ORDER BY id DESC LIMIT 1")
    assert modele == "second_facteur_retire"
    autre_secret, _ = await _set_up(serveur, visiteur)
    assert autre_secret != secret


async def test_setting_a_second_factor_up_asks_for_the_password_anew(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.CFA_LECTEUR)
    serveur.clock.instant += timedelta(minutes=10)
    trouve = SECRET.search((await visiteur.visit(FACTEUR)).text)
    assert trouve is not None
    page = await visiteur.submit(FACTEUR, code=_code(serveur, trouve[1]))
    assert page.status_code == 400
    assert "Ce mot de passe n'est pas le bon." in visiteur.texte
    await _set_up(serveur, visiteur, mot_de_passe=MOT_DE_PASSE)


@pytest.fixture
async def exigeant(database_url: str, tmp_path: Path) -> AsyncIterator[Serveur]:
    """A server that asks for the second factor, as in production."""
    async with serving(database_url, tmp_path, second_facteur=Choix.OUI) as serveur:
        yield serveur


async def test_who_needs_a_second_factor_sets_another_up_before_going_on(exigeant: Serveur) -> None:
    nom = await an_account(exigeant, Role.CFA_ADMINISTRATEUR)
    visiteur = a_visitor(exigeant)
    page = await visiteur.connect(nom)
    trouve = SECRET.search(page.text)
    assert trouve is not None
    page = await visiteur.submit("/mya/code", code=_code(exigeant, trouve[1]))
    code = "".join(CODES.findall(page.text)[0])
    await visiteur.submit(f"{FACTEUR}/retirer", depuis=FACTEUR, code=code)
    assert visiteur.page is not None
    assert visiteur.page.url.path == "/mya/code"
    for chemin in (MOI, "/mya/compte", "/mya/compte/banque"):
        assert (await visiteur.visit(chemin)).url.path == "/mya/code", chemin
    trouve = SECRET.search((await visiteur.visit("/mya/code")).text)
    assert trouve is not None
    await visiteur.submit("/mya/code", code=_code(exigeant, trouve[1]))
    assert (await visiteur.visit(MOI)).url.path == MOI
