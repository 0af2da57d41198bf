"""One's own account, the same for every role: password, open sessions, second factor."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.roles import LIBELLES, Espace, Role, espace_of
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages import preuve
from traitdunion.opco.pages.connexion import Formulaire, Requete, address_of, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

MOI = "/mya/moi"
TOUS = [requires(*Role)]
CADRES = {Espace.MYA: "mya.html", Espace.EDITEUR: "espace.html", Espace.INSTRUCTION: "opco.html"}


def page_of(request: Requete, gabarit: str, **contexte: Any) -> Template:
    """A page of one's own account, within the tabs of one's own space."""
    personne: Personne = request.user
    return render(request, gabarit, cadre=CADRES[espace_of(personne.role)], **contexte)


@get(MOI, guards=TOUS)
async def get_moi(request: Requete, fait: FromQuery[str] = "") -> Template:
    """What is known of oneself, and one's open sessions."""
    return await _page(request, fait=fait)


@post(f"{MOI}/mot-de-passe", guards=TOUS, status_code=200)
async def post_changer(request: Requete, data: Formulaire) -> Response[Any]:
    """Change one's password; the other sessions are closed."""
    nouveau = data.get("nouveau", "")
    try:
        if nouveau != data.get("confirmation", ""):
            raise ActeRefuse("Les deux saisies diffèrent : tapez deux fois le même mot de passe.")
        await portail_of(request).connexion.change_mot_de_passe(
            request.user, data.get("mot_de_passe", ""), nouveau, adresse=address_of(request)
        )
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return await _page(request, erreur=str(refuse))
    return Redirect(f"{MOI}?fait=mot_de_passe", status_code=303)


@post(MOI + "/sessions/{session:int}/fermer", guards=TOUS, status_code=200)
async def post_fermer(request: Requete, session: FromPath[int]) -> Redirect:
    """Close one of one's sessions; another's is as absent. Raises NotFoundException."""
    if not await portail_of(request).sessions.close(request.user, session):
        raise NotFoundException
    return Redirect(f"{MOI}?fait=session", status_code=303)


@post(f"{MOI}/sessions/fermer", guards=TOUS, status_code=200)
async def post_fermer_autres(request: Requete) -> Redirect:
    """Close every session but this one."""
    await portail_of(request).sessions.close_others(request.user)
    return Redirect(f"{MOI}?fait=session", status_code=303)


@get(f"{MOI}/cles-acces", guards=TOUS)
async def get_cles_acces(request: Requete) -> Template | Redirect:
    """Adding a passkey: the browser makes it on this page."""
    return await _ajouter(request)


@post(f"{MOI}/cles-acces", guards=TOUS, status_code=200)
async def post_cle_acces(request: Requete, data: Formulaire) -> Response[Any]:
    """Keep the passkey that the browser made; the password is asked for anew."""
    jeton = None
    try:
        jeton = await preuve.prove(request, data)
        await portail_of(request).cles_acces.record(request.user, data.get("reponse", ""), nom=data.get("nom", ""))
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return preuve.with_proof(request, await _ajouter(request, erreur=str(refuse)), jeton)
    return preuve.with_proof(request, Redirect(f"{MOI}?fait=cle", status_code=303), jeton)


@post(MOI + "/cles-acces/{cle:int}/retirer", guards=TOUS, status_code=200)
async def post_retirer_cle(request: Requete, cle: FromPath[int]) -> Redirect:
    """Take one of one's passkeys away."""
    if not await portail_of(request).cles_acces.delete(request.user, cle):
        raise NotFoundException
    return Redirect(f"{MOI}?fait=retiree", status_code=303)


async def _ajouter(request: Requete, *, erreur: str | None = None) -> Template | Redirect:
    personne: Personne = request.user
    try:
        options = await portail_of(request).cles_acces.prepare(personne)
    except ActeRefuse:
        return Redirect(MOI, status_code=303)
    return page_of(
        request,
        "moi/cle_acces.html",
        statut=400 if erreur else 200,
        options=options,
        prouvee=preuve.is_proved(request),
        erreur=erreur,
    )


async def _page(request: Requete, *, fait: str = "", erreur: str | None = None) -> Template:
    personne: Personne = request.user
    return page_of(
        request,
        "moi/moi.html",
        statut=400 if erreur else 200,
        libelle=LIBELLES[personne.role],
        cles=await portail_of(request).cles_acces.list_of(personne.compte),
        cles_possibles=portail_of(request).cles_acces.possibles and personne.a_un_second_facteur,
        sessions=await portail_of(request).sessions.list_sessions(personne),
        fait=fait,
        erreur=erreur,
    )


PORTES = (
    get_moi,
    post_changer,
    post_fermer,
    post_fermer_autres,
    get_cles_acces,
    post_cle_acces,
    post_retirer_cle,
)
