"""Administration of editors: their identifiers, handed over by a one-time link; their softwares; suspension."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs.identifiants import CHEVAUCHEMENT_JOURS_MAX, Remis
from traitdunion.opco.acces.states import LIBELLES
from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/instruction/administration/editeurs"
LECTEURS = [requires(*OPCO)]
ADMINISTRATEURS = [requires(Role.OPCO_ADMINISTRATEUR)]


@get(BASE, guards=LECTEURS)
async def get_editeurs(request: Requete) -> Template:
    """Every editor, and a new one."""
    return await _liste(request)


@post(BASE, guards=ADMINISTRATEURS, status_code=200)
async def post_editeur(request: Requete, data: Formulaire) -> Response[Any]:
    """Admit an editor: its identifiers wait behind a one-time link, which this page gives."""
    personne: Personne = request.user
    portail = portail_of(request)
    try:
        cree = await portail.raccordement.create_editeur(data.get("nom", ""))
    except ActeRefuse as refuse:
        return await _liste(request, erreur=str(refuse), saisie=data.get("nom", ""))
    await portail.annuaire.note("EDITEUR_CREE", par=personne.acteur, objet=f"editeur:{cree.id}")
    remis = Remis(editeur=cree.id, nom=cree.nom, client_id=cree.client_id, client_secret=cree.client_secret)
    lien = await portail.identifiants.hand_over(remis, par=personne.acteur)
    return await _fiche(request, cree.id, lien=lien)


@get(BASE + "/{editeur:int}", guards=LECTEURS)
async def get_editeur(request: Requete, editeur: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """One editor."""
    return await _fiche(request, editeur, fait=fait)


@post(BASE + "/{editeur:int}/remettre", guards=ADMINISTRATEURS, status_code=200)
async def post_remettre(request: Requete, editeur: FromPath[int], data: Formulaire) -> Response[Any]:
    """A new secret behind a new link; sent by mail when an address is given."""
    personne: Personne = request.user
    portail, jours = portail_of(request), data.get("chevauchement", "")
    try:
        lien = await portail.identifiants.remit(
            editeur,
            chevauchement_jours=int(jours) if jours.isascii() and jours.isdigit() and len(jours) < 4 else -1,
            par=personne.acteur,
            courriel=data.get("courriel", ""),
        )
    except ActeRefuse as refuse:
        return await _fiche(request, editeur, erreur=str(refuse))
    return await _fiche(request, editeur, lien=lien)


@post(BASE + "/{editeur:int}/etat", guards=ADMINISTRATEURS, status_code=200)
async def post_etat(request: Requete, editeur: FromPath[int], data: Formulaire) -> Response[Any]:
    """Suspend an editor, with all its tokens, or admit it again."""
    personne: Personne = request.user
    portail = portail_of(request)
    try:
        client_id = await portail.raccordement.find_client_id(editeur)
    except ActeRefuse:
        raise NotFoundException from None
    if "retablir" in data:
        await portail.raccordement.resume_editeur(client_id)
    else:
        await portail.raccordement.suspend_editeur(client_id)
    acte = "EDITEUR_RETABLI" if "retablir" in data else "EDITEUR_SUSPENDU"
    await portail.annuaire.note(acte, par=personne.acteur, objet=f"editeur:{editeur}")
    return Redirect(f"{BASE}/{editeur}?fait=etat", status_code=303)


@post(BASE + "/{editeur:int}/logiciels", guards=ADMINISTRATEURS, status_code=200)
async def post_logiciel_opco(request: Requete, editeur: FromPath[int], data: Formulaire) -> Response[Any]:
    """Add a software, or say whether the CFA may pick it."""
    personne: Personne = request.user
    logiciels, numero = portail_of(request).logiciels, data.get("logiciel", "")
    try:
        if numero.isascii() and numero.isdigit() and len(numero) < 19:
            await logiciels.set_pret(editeur, int(numero), pret=data.get("pret") == "oui", par=personne.acteur)
        else:
            await logiciels.create(
                editeur,
                data.get("nom", ""),
                versions=data.get("versions", ""),
                page_contact=data.get("page_contact", ""),
                pret="pret" in data,
                par=personne.acteur,
            )
    except ActeRefuse as refuse:
        return await _fiche(request, editeur, erreur=str(refuse))
    return Redirect(f"{BASE}/{editeur}?fait=logiciel", status_code=303)


async def _liste(request: Requete, *, erreur: str | None = None, saisie: str = "") -> Template:
    editeurs = await portail_of(request).raccordement.list_editeurs()
    return render(
        request, "editeurs.html", statut=400 if erreur else 200, editeurs=editeurs, erreur=erreur, saisie=saisie[:300]
    )


async def _fiche(
    request: Requete, editeur: int, *, fait: str = "", erreur: str | None = None, lien: str | None = None
) -> Template:
    portail = portail_of(request)
    trouve = next((un for un in await portail.raccordement.list_editeurs() if un.id == editeur), None)
    if trouve is None:
        raise NotFoundException
    return render(
        request,
        "editeur_fiche.html",
        statut=400 if erreur else 200,
        editeur=trouve,
        secrets=await portail.identifiants.list_secrets(editeur),
        logiciels=await portail.logiciels.list_logiciels(editeur=editeur),
        accrochages=await portail.raccordement.list_accrochages_of(editeur),
        libelles=LIBELLES,
        chevauchement_max=CHEVAUCHEMENT_JOURS_MAX,
        maintenant=portail.clock.now(),
        lien=lien,
        fait=fait,
        erreur=erreur,
    )


PORTES = (get_editeurs, post_editeur, get_editeur, post_remettre, post_etat, post_logiciel_opco)
