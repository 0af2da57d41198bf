"""The pages of an editor; each shows what is its own and nothing of another's."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs.identifiants import CHEVAUCHEMENT_JOURS_MAX, Remis
from traitdunion.opco.acces.states import LIBELLES
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.demandes.service import DemandeRefusee
from traitdunion.opco.pages import preuve
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

EDITEUR = [requires(Role.EDITEUR)]
CHEVAUCHEMENT_DEFAUT = 7
APPELS_PAR_PAGE = 50
CFA_PAR_PAGE = 50
TEXTE_MAX = 100
CLASSES = {"2": "Acceptés (2xx)", "4": "Refusés (4xx)", "5": "Incidents (5xx)"}
LIEN_MORT = "Ce lien n'est plus valable : il a déjà servi, ou son délai est passé. Demandez-en un autre à l'OPCO."


def editeur_of(request: Requete) -> int:
    """The editor of the person who is connected."""
    personne: Personne = request.user
    assert personne.editeur is not None  # an editor's account always has one (CHECK of the table)
    return personne.editeur


def siren_of(texte: str) -> str:
    """The SIREN typed, spaces left out; nothing when it is none."""
    siren = "".join(texte.split())
    return siren if siren.isascii() and siren.isdigit() and len(siren) == 9 else ""


@get("/editeur/", guards=EDITEUR)
async def get_espace(request: Requete, fait: FromQuery[str] = "") -> Template:
    """Softwares, identifiers, accrochages asked for."""
    return await _page(request, fait=fait)


@post("/editeur/logiciels", guards=EDITEUR, status_code=200)
async def post_logiciel(request: Requete, data: Formulaire) -> Response[Any]:
    """Add a software, or say that the norm is developed in it, or not yet."""
    personne: Personne = request.user
    logiciels, numero = portail_of(request).logiciels, data.get("logiciel", "")
    try:
        if numero.isascii() and numero.isdigit() and len(numero) < 19:
            pret = data.get("pret") == "oui"
            await logiciels.set_pret(editeur_of(request), int(numero), pret=pret, par=personne.acteur)
        else:
            await logiciels.create(
                editeur_of(request),
                data.get("nom", ""),
                versions=data.get("versions", ""),
                page_contact=data.get("page_contact", ""),
                pret=False,
                par=personne.acteur,
            )
    except ActeRefuse as refuse:
        return await _page(request, erreur=str(refuse))
    return Redirect("/editeur/?fait=logiciel", status_code=303)


@post("/editeur/demandes/{numero:int}/possible", guards=EDITEUR, status_code=200)
async def post_possible(request: Requete, numero: FromPath[int]) -> Redirect:
    """« L'accrochage est possible »."""
    personne: Personne = request.user
    portail, editeur = portail_of(request), editeur_of(request)
    prets = [un.nom for un in await portail.logiciels.list_logiciels(editeur=editeur) if un.pret]
    try:
        await portail.demandes.confirm_possible(
            numero, editeur=editeur, logiciel=", ".join(prets) or "votre logiciel", par=personne.acteur
        )
    except DemandeRefusee:
        raise NotFoundException from None
    return Redirect("/editeur/?fait=possible", status_code=303)


@get("/editeur/secret", guards=EDITEUR)
async def get_secret(request: Requete) -> Template:
    """Rolling the secret: what will happen, the overlap."""
    return _secret(request)


@post("/editeur/secret", guards=EDITEUR, status_code=200)
async def post_secret(request: Requete, data: Formulaire) -> Response[Any]:
    """Roll the secret; the new one waits behind a link that serves once: this page loaded again rolls nothing."""
    personne: Personne = request.user
    jours = data.get("chevauchement", "")
    jeton = None
    try:
        jeton = await preuve.prove(request, data)
        lien = await portail_of(request).identifiants.remit(
            editeur_of(request),
            chevauchement_jours=int(jours) if jours.isascii() and jours.isdigit() and len(jours) < 4 else -1,
            par=personne.acteur,
        )
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return preuve.with_proof(request, _secret(request, erreur=str(refuse), prouvee=jeton is not None), jeton)
    chemin = "/editeur/remise/" + lien.rpartition("/")[2]
    return preuve.with_proof(request, Redirect(chemin, status_code=303), jeton)


@post("/editeur/secret/{secret:int}/revoquer", guards=EDITEUR, status_code=200)
async def post_revoquer(request: Requete, secret: FromPath[int], data: Formulaire) -> Response[Any]:
    """Revoke a secret, with every token obtained so far."""
    personne: Personne = request.user
    jeton = None
    try:
        jeton = await preuve.prove(request, data)
        await portail_of(request).identifiants.revoke(editeur_of(request), secret, par=personne.acteur)
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return preuve.with_proof(request, await _page(request, erreur=str(refuse)), jeton)
    return preuve.with_proof(request, Redirect("/editeur/?fait=revoque", status_code=303), jeton)


@get("/editeur/cfa", guards=EDITEUR)
async def get_cfa(request: Requete, q: FromQuery[str] = "", apres: FromQuery[str] = "") -> Template:
    """The CFA connected, by name."""
    texte = " ".join(q.split())[:TEXTE_MAX]
    accrochages = await portail_of(request).raccordement.list_cfa_of(
        editeur_of(request), texte=texte, apres=siren_of(apres), limite=CFA_PAR_PAGE + 1
    )
    return render(
        request,
        "editeur_cfa.html",
        accrochages=accrochages[:CFA_PAR_PAGE],
        suite=accrochages[CFA_PAR_PAGE - 1][0].siren if len(accrochages) > CFA_PAR_PAGE else None,
        q=texte,
        libelles=LIBELLES,
    )


@get("/editeur/appels", guards=EDITEUR)
async def get_appels(
    request: Requete, avant: FromQuery[str] = "", siren: FromQuery[str] = "", classe: FromQuery[str] = ""
) -> Template:
    """The recent calls: no body, no name, no address."""
    propre = siren_of(siren)
    appels = await portail_of(request).appels.list_appels(
        editeur_of(request),
        avant=int(avant) if avant.isascii() and avant.isdigit() and len(avant) < 19 else None,
        siren=propre or None,
        classe=int(classe) if classe in CLASSES else None,
        limite=APPELS_PAR_PAGE + 1,
    )
    return render(
        request,
        "editeur_appels.html",
        appels=appels[:APPELS_PAR_PAGE],
        suite=appels[APPELS_PAR_PAGE - 1].id if len(appels) > APPELS_PAR_PAGE else None,
        siren=propre,
        classe=classe if classe in CLASSES else "",
        classes=CLASSES,
    )


@get("/editeur/remise/{jeton:str}")
async def get_remise(request: Requete, jeton: FromPath[str]) -> Template:
    """The link of a mail: nothing but a button, so that a mail scanner uses nothing up."""
    return render(request, "editeur_remise.html", erreur=None, jeton=jeton[:100])


@post("/editeur/remise/{jeton:str}", status_code=200)
async def post_remise(request: Requete, jeton: FromPath[str]) -> Template:
    """Show the identifiers, once."""
    remis = await portail_of(request).identifiants.read_once(jeton)
    if remis is None:
        return render(request, "editeur_remise.html", statut=410, erreur=LIEN_MORT, jeton=None)
    return _show(request, remis)


async def _page(request: Requete, *, fait: str = "", erreur: str | None = None) -> Template:
    portail, editeur = portail_of(request), editeur_of(request)
    return render(
        request,
        "editeur.html",
        statut=400 if erreur else 200,
        nom=await portail.raccordement.find_nom(editeur),
        client_id=await portail.raccordement.find_client_id(editeur),
        secrets=await portail.identifiants.list_secrets(editeur),
        logiciels=await portail.logiciels.list_logiciels(editeur=editeur),
        demandes=await portail.demandes.list_of_editeur(editeur),
        maintenant=portail.clock.now(),
        prouvee=preuve.is_proved(request),
        fait=fait,
        erreur=erreur,
    )


def _secret(request: Requete, *, erreur: str | None = None, prouvee: bool = False) -> Template:
    return render(
        request,
        "editeur_secret.html",
        statut=400 if erreur else 200,
        erreur=erreur,
        prouvee=prouvee or preuve.is_proved(request),
        chevauchement=CHEVAUCHEMENT_DEFAUT,
        chevauchement_max=CHEVAUCHEMENT_JOURS_MAX,
    )


def _show(request: Requete, remis: Remis) -> Template:
    return render(request, "editeur_identifiants.html", remis=remis)


PORTES = (
    get_espace,
    post_logiciel,
    post_possible,
    get_secret,
    post_secret,
    post_revoquer,
    get_cfa,
    get_appels,
    get_remise,
    post_remise,
)
