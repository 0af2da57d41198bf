"""People in front of the portals, without a browser: forms filled and sent as a browser would."""

import re
from dataclasses import dataclass, field
from html import unescape

import httpx
from builders.serveur import SIRET, SIRET_AUTRE, Serveur

from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.service import NouveauCompte

MOT_DE_PASSE = "quatre chevaux roses sans selle"
JETON = re.compile(r'name="_csrf_token" value="([^"]+)"')


@dataclass
class Visiteur:
    """One browser: cookies of its own, and the last page it showed."""

    client: httpx.AsyncClient
    page: httpx.Response | None = None
    lues: list[str] = field(default_factory=list)

    @property
    def texte(self) -> str:
        """The last page as text, without tags, spaces made one."""
        assert self.page is not None
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page.text)).split())

    async def visit(self, chemin: str) -> httpx.Response:
        """Follow a link, redirects included."""
        self.page = await self.client.get(chemin, follow_redirects=True)
        return self.page

    async def post(self, chemin: str, **champs: str) -> httpx.Response:
        """Send a form as it is, with the token of the connection page; no redirect is followed."""
        jeton = JETON.search((await self.client.get("/mya/oubli")).text)
        assert jeton is not None
        vers = self.client.build_request(
            "POST", chemin, data={"_csrf_token": unescape(jeton[1]), **champs}, headers={"Accept": "text/html"}
        )
        return await self.client.send(vers)

    async def submit(self, chemin: str, *, depuis: str | None = None, **champs: str | bytes) -> httpx.Response:
        """Send a form of the page `depuis` (the last one by default), with its hidden token; bytes are a file."""
        if depuis is not None or self.page is None:
            await self.visit(depuis or chemin)
        assert self.page is not None
        jeton = JETON.search(self.page.text)
        assert jeton is not None, self.texte[:500]
        joints = {nom: (f"{nom}.pdf", valeur) for nom, valeur in champs.items() if isinstance(valeur, bytes)}
        textes = {nom: valeur for nom, valeur in champs.items() if isinstance(valeur, str)}
        self.page = await self.client.post(
            chemin, data={"_csrf_token": unescape(jeton[1]), **textes}, files=joints or None, follow_redirects=True
        )
        return self.page

    async def connect(self, utilisateur: str, mot_de_passe: str = MOT_DE_PASSE, **champs: str) -> httpx.Response:
        """Fill the connection form."""
        return await self.submit(
            "/mya/connexion", depuis="/mya/connexion", utilisateur=utilisateur, mot_de_passe=mot_de_passe, **champs
        )


def a_visitor(serveur: Serveur) -> Visiteur:
    """Somebody nobody knows yet."""
    transport = httpx.ASGITransport(serveur.application, raise_app_exceptions=True)
    return Visiteur(httpx.AsyncClient(transport=transport, base_url="http://opco.test"))


async def an_account(
    serveur: Serveur, role: Role, *, utilisateur: str = "", siret: str | None = None, editeur: int | None = None
) -> str:
    """An account with the password MOT_DE_PASSE; its user name."""
    comptes, connexion = serveur.portail.comptes, serveur.portail.connexion
    utilisateur = utilisateur or f"{role.lower()}@exemple.test"
    rattache = role in CFA or role is Role.EMPLOYEUR
    cree = await comptes.create(
        NouveauCompte(
            utilisateur=utilisateur,
            nom="FICTIF",
            prenom="Camille",
            courriel=f"{role.lower()}@exemple.test",
            role=role,
            sirets=(siret or SIRET,) if rattache else (),
            editeur=editeur,
        ),
        par="essai",
    )
    await connexion.set_mot_de_passe(cree.lien.rpartition("/")[2], MOT_DE_PASSE)
    return utilisateur


async def connected(serveur: Serveur, role: Role, *, autre: bool = False, editeur: int | None = None) -> Visiteur:
    """Somebody of this role, connected; `autre`: of the other SIREN."""
    nom = f"{role.lower()}{'-autre' if autre else ''}@exemple.test"
    siret = SIRET_AUTRE if autre else SIRET
    utilisateur = await an_account(serveur, role, utilisateur=nom, siret=siret, editeur=editeur)
    visiteur = a_visitor(serveur)
    page = await visiteur.connect(utilisateur)
    assert page.status_code == 200, visiteur.texte[:300]
    return visiteur
