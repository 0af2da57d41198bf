"""Passkeys: what is no signature of this session's challenge opens nothing."""

import json
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from builders.portail import Visiteur, a_visitor, an_account
from builders.serveur import Serveur, serving

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.settings import Choix

pytestmark = pytest.mark.anyio
FAUSSES = [
    "",
    "{",
    "[]",
    "null",
    "x" * 30_000,
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}),
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {"authenticatorData": "AA", "clientDataJSON": "AA", "signature": "AA"},
        }
    ),
]


async def _enrolled(serveur: Serveur) -> tuple[Visiteur, str]:
    nom = await an_account(serveur, Role.OPCO_ADMINISTRATEUR)
    visiteur = a_visitor(serveur)
    page = await visiteur.connect(nom)
    secret = page.text.split('class="identifiant text-center">')[1].split("<")[0].replace(" ", "")
    await visiteur.submit("/mya/code", code=pyotp.TOTP(secret).at(serveur.clock.instant))
    return visiteur, nom


@pytest.mark.parametrize("reponse", FAUSSES[1:], ids=range(len(FAUSSES) - 1))
async def test_a_false_answer_neither_opens_a_session_nor_makes_a_passkey(
    database_url: str, tmp_path: Any, reponse: str
) -> None:
    reglages = {"second_facteur": Choix.OUI, "url_publique": "http://opco.test"}
    async with serving(database_url, tmp_path, **reglages) as serveur:
        visiteur, nom = await _enrolled(serveur)
        await visiteur.visit("/mya/moi/cles-acces")
        await visiteur.submit("/mya/moi/cles-acces", reponse=reponse, nom="Fausse")
        assert visiteur.page is not None
        assert visiteur.page.status_code == 400
        assert await serveur.count("cle_acces") == 0
        await serveur.execute(
            "INSERT INTO cle_acces (compte, identifiant, cle_publique, compteur, nom, cree_le) "
            "SELECT id, '\\x000000', '\\x00', 0, 'essai', now() FROM compte"
        )
        autre = a_visitor(serveur)
        page = await autre.connect(nom)
        assert "Utiliser une clé d'accès" in page.text
        await autre.submit("/mya/code", reponse=reponse)
        assert autre.page is not None
        assert autre.page.status_code == 401
        serveur.clock.instant += timedelta(minutes=1)
        assert (await autre.visit("/instruction/")).url.path == "/mya/code"


async def test_without_codes_there_is_no_passkey(serveur: Serveur) -> None:
    nom = await an_account(serveur, Role.CFA_LECTEUR)
    visiteur = a_visitor(serveur)
    await visiteur.connect(nom)
    assert (await visiteur.visit("/mya/moi/cles-acces")).url.path == "/mya/moi"
