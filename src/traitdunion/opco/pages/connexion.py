"""Connecting in the browser: the page of MyA, shared by all the spaces, and the pages of the second factor."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import segno
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.roles import Role, espace_of
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.services import Portail
from traitdunion.opco.pages.session import cookie, erased, half_open

Requete = Request[Any, Any, Any]
Formulaire = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
COOKIE_LIEN = "tdu_lien"
LIEN_SECONDES = 3600


def portail_of(request: Requete) -> Portail:
    """The use cases of this application."""
    portail: Portail = request.app.state.portail
    return portail


def address_of(request: Requete) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def home_of(role: Role) -> str:
    """The first page of a role."""
    return f"/{espace_of(role)}/"


def safe_suite(suite: str, role: Role) -> str:
    """Where to go after connecting: a page of the role's own space, or its first one (no open redirect)."""
    parties = urlsplit(suite)
    ici = not parties.scheme and not parties.netloc and "\\" not in suite and not suite.startswith("//")
    return parties.path if ici and parties.path.startswith(home_of(role)) else home_of(role)


@get("/")
async def get_racine() -> Redirect:
    """Whoever types the bare address is a person."""
    return Redirect("/mya/connexion", status_code=303)


@get("/mya/connexion")
async def get_connexion(request: Requete, suite: FromQuery[str] = "", fait: FromQuery[str] = "") -> Template | Redirect:
    """The form; someone who is connected is sent on."""
    personne: Personne | None = request.user
    if personne is not None and personne.complete:
        return Redirect(safe_suite(suite, personne.role), status_code=303)
    return render(request, "connexion.html", suite=suite, erreur=None, utilisateur="", fait=fait)


@post("/mya/connexion", status_code=200)
async def post_connexion(request: Requete, data: Formulaire) -> Response[Any]:
    """Connect; the fields are `utilisateur` and `mot_de_passe`."""
    portail = portail_of(request)
    memoriser, suite = "memoriser" in data, data.get("suite", "")
    utilisateur = data.get("utilisateur", "")
    try:
        ouverture = await portail.connexion.login(
            utilisateur,
            data.get("mot_de_passe", ""),
            adresse=address_of(request),
            agent=request.headers.get("user-agent", ""),
            memoriser=memoriser,
        )
    except ConnexionRefusee as refusee:
        statut = 429 if refusee.attente_secondes else 401
        page = render(
            request,
            "connexion.html",
            statut=statut,
            suite=suite,
            erreur=str(refusee),
            utilisateur=utilisateur[:200],
            fait="",
        )
        if refusee.attente_secondes:
            page.headers["Retry-After"] = str(refusee.attente_secondes)
        return page
    vers = safe_suite(suite, ouverture.role) if ouverture.complete else "/mya/code"
    return _with(request, Redirect(vers, status_code=303), ouverture.jeton, memorisee=memoriser)


@post("/mya/deconnexion", status_code=303)
async def post_deconnexion(request: Requete) -> Redirect:
    """Close the session, here and on the server."""
    portail = portail_of(request)
    if request.user is not None:
        await portail.sessions.close(request.user)
    reponse = Redirect("/mya/connexion?fait=deconnexion", status_code=303)
    reponse.cookies.append(erased(https=portail.affichage.https))
    return reponse


@get("/mya/code", guards=[half_open])
async def get_code(request: Requete) -> Template | Redirect:
    """The second factor, to show or to set up."""
    personne: Personne = request.user
    if personne.complete:
        return Redirect(home_of(personne.role), status_code=303)
    return await _code_page(request)


@post("/mya/code", guards=[half_open], status_code=200)
async def post_code(request: Requete, data: Formulaire) -> Response[Any]:
    """Show the second factor, or put it in force with its first code."""
    personne: Personne = request.user
    portail, code = portail_of(request), data.get("code", "")[:40]
    if personne.complete:
        return Redirect(home_of(personne.role), status_code=303)
    try:
        if personne.a_un_second_facteur and data.get("reponse"):
            jeton = await portail.connexion.complete_with_cle(personne, data["reponse"], adresse=address_of(request))
            return _with(request, Redirect(home_of(personne.role), status_code=303), jeton)
        if personne.a_un_second_facteur:
            jeton = await portail.connexion.complete(personne, code, adresse=address_of(request))
            return _with(request, Redirect(home_of(personne.role), status_code=303), jeton)
        jeton, codes = await portail.connexion.enroll(personne, code, adresse=address_of(request))
    except (ConnexionRefusee, ActeRefuse) as refuse:
        return await _code_page(request, erreur=str(refuse), statut=401)
    page = render(request, "codes_secours.html", codes=codes, suite=home_of(personne.role))
    return _with(request, page, jeton)


async def _code_page(request: Requete, *, erreur: str | None = None, statut: int = 200) -> Template:
    personne: Personne = request.user
    if personne.a_un_second_facteur:
        defi = await portail_of(request).cles_acces.challenge(personne)
        return render(request, "code.html", statut=statut, erreur=erreur, defi=defi)
    inscription = await portail_of(request).facteurs.prepare(personne.compte, utilisateur=personne.utilisateur)
    qr = segno.make(inscription.adresse, error="m").svg_data_uri(scale=5, border=3)
    return render(
        request, "second_facteur.html", statut=statut, erreur=erreur, qr=qr, secret=" ".join(_fours(inscription.secret))
    )


@get("/mya/oubli")
async def get_oubli(request: Requete) -> Template:
    """« Mot de passe oublié ? »."""
    return render(request, "oubli.html", envoye=False, erreur=None)


@post("/mya/oubli", status_code=200)
async def post_oubli(request: Requete, data: Formulaire) -> Template:
    """Send a link, if there is such an account; the page is the same if there is not."""
    try:
        await portail_of(request).connexion.ask_link(data.get("utilisateur", "")[:200], adresse=address_of(request))
    except ConnexionRefusee as refusee:
        return render(request, "oubli.html", statut=429, envoye=False, erreur=str(refusee))
    return render(request, "oubli.html", envoye=True, erreur=None)


@get("/mya/lien/{jeton:str}")
async def get_lien(request: Requete, jeton: FromPath[str]) -> Redirect:
    """The link of a mail: its token goes into a cookie and out of the address. A mail scanner uses nothing up."""
    reponse = Redirect("/mya/mot-de-passe", status_code=303)
    https = portail_of(request).affichage.https
    reponse.cookies.append(
        Cookie(
            key=COOKIE_LIEN,
            value=jeton[:100],
            path="/mya/mot-de-passe",
            httponly=True,
            samesite="lax",
            secure=https,
            max_age=LIEN_SECONDES,
        )
    )
    return reponse


@get("/mya/mot-de-passe")
async def get_mot_de_passe(request: Requete) -> Template:
    """Choose a password."""
    return render(request, "mot_de_passe.html", erreur=None)


@post("/mya/mot-de-passe", status_code=200)
async def post_mot_de_passe(request: Requete, data: Formulaire) -> Response[Any]:
    """Set the password that the link gives the right to."""
    nouveau = data.get("mot_de_passe", "")
    try:
        if nouveau != data.get("confirmation", ""):
            raise ActeRefuse("Les deux saisies diffèrent : tapez deux fois le même mot de passe.")
        await portail_of(request).connexion.set_mot_de_passe(request.cookies.get(COOKIE_LIEN, ""), nouveau)
    except ActeRefuse as refuse:
        return render(request, "mot_de_passe.html", statut=400, erreur=str(refuse))
    reponse = Redirect("/mya/connexion?fait=mot_de_passe", status_code=303)
    reponse.cookies.append(Cookie(key=COOKIE_LIEN, value="", path="/mya/mot-de-passe", max_age=0))
    return reponse


def _with(request: Requete, reponse: Response[Any], jeton: str, *, memorisee: bool = False) -> Response[Any]:
    reponse.cookies.append(cookie(jeton, https=portail_of(request).affichage.https, memorisee=memorisee))
    return reponse


def _fours(texte: str) -> list[str]:
    return [texte[debut : debut + 4] for debut in range(0, len(texte), 4)]


PORTES = (
    get_racine,
    get_connexion,
    post_connexion,
    post_deconnexion,
    get_code,
    post_code,
    get_oubli,
    post_oubli,
    get_lien,
    get_mot_de_passe,
    post_mot_de_passe,
)
