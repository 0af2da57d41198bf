"""Administration of organisations: establishments, siège, keys, accrochages, and the accounts of people."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.acces.actes import ActeRefuse as AccesRefuse
from traitdunion.opco.acces.states import LIBELLES as ACCROCHAGES
from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.roles import LIBELLES, OPCO, Role
from traitdunion.opco.comptes.service import NouveauCompte
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/instruction/administration"
LECTEURS = [requires(*OPCO)]
ADMINISTRATEURS = [requires(Role.OPCO_ADMINISTRATEUR)]


@get(f"{BASE}/", guards=LECTEURS)
async def get_administration(request: Requete, q: FromQuery[str] = "", fait: FromQuery[str] = "") -> Template:
    """Organisations: search, and a new one."""
    return await _organisations(request, q=q, fait=fait)


@post(f"{BASE}/organisations", guards=ADMINISTRATEURS, status_code=200)
async def post_organisation(request: Requete, data: Formulaire) -> Response[Any]:
    """Add a CFA, or an establishment to a CFA."""
    personne: Personne = request.user
    siret = "".join(data.get("siret", "").split())
    portail = portail_of(request)
    try:
        await portail.raccordement.create_cfa(
            siret,
            denomination=data.get("denomination", ""),
            uai=data.get("uai", "").strip().upper() or None,
            siege="siege" in data,
        )
    except AccesRefuse as refuse:
        return await _organisations(request, erreur=str(refuse), saisie=data)
    await portail.annuaire.note("ETABLISSEMENT_AJOUTE", par=personne.acteur, siren=siret[:9], objet=f"siret:{siret}")
    return Redirect(f"{BASE}/organisations/{siret[:9]}?fait=etablissement", status_code=303)


@get(BASE + "/organisations/{siren:str}", guards=LECTEURS)
async def get_organisation(request: Requete, siren: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """One organisation, whole."""
    return await _organisation(request, siren, fait=fait)


@post(BASE + "/organisations/{siren:str}/siege", guards=ADMINISTRATEURS, status_code=200)
async def post_siege(request: Requete, siren: FromPath[str], data: Formulaire) -> Response[Any]:
    """Say which establishment is the siège social."""
    personne: Personne = request.user
    siret = data.get("siret", "")
    try:
        if siret[:9] != siren:
            raise AccesRefuse("Cet établissement n'est pas de cette organisation.")
        await portail_of(request).annuaire.set_siege(siret, par=personne.acteur)
    except AccesRefuse as refuse:
        return await _organisation(request, siren, erreur=str(refuse))
    return Redirect(f"{BASE}/organisations/{siren}?fait=siege", status_code=303)


@post(BASE + "/organisations/{siren:str}/cles/{cle:int}/revoquer", guards=ADMINISTRATEURS, status_code=200)
async def post_revoquer_cle(
    request: Requete, siren: FromPath[str], cle: FromPath[int], data: Formulaire
) -> Response[Any]:
    """Revoke a key, with a reason; nobody here can read it."""
    personne: Personne = request.user
    try:
        await portail_of(request).cles.revoke(siren, cle, motif=data.get("motif", ""), par=personne.acteur)
    except AccesRefuse as refuse:
        return await _organisation(request, siren, erreur=str(refuse))
    return Redirect(f"{BASE}/organisations/{siren}?fait=revoquee", status_code=303)


@post(BASE + "/organisations/{siren:str}/accrochages/{editeur:int}", guards=ADMINISTRATEURS, status_code=200)
async def post_accrochage(
    request: Requete, siren: FromPath[str], editeur: FromPath[int], data: Formulaire
) -> Response[Any]:
    """Suspend an accrochage with a reason, or put an end to the OPCO's suspension."""
    personne: Personne = request.user
    raccordement = portail_of(request).raccordement
    try:
        client_id = await raccordement.find_client_id(editeur)
        if "reprendre" in data:
            await raccordement.resume_accrochage(client_id, siren, par="OPCO", acteur=personne.acteur)
        else:
            await raccordement.suspend_accrochage(
                client_id, siren, par="OPCO", motif=data.get("motif", ""), acteur=personne.acteur
            )
    except AccesRefuse as refuse:
        return await _organisation(request, siren, erreur=str(refuse))
    return Redirect(f"{BASE}/organisations/{siren}?fait=accrochage", status_code=303)


@get(f"{BASE}/comptes", guards=LECTEURS)
async def get_comptes(request: Requete, fait: FromQuery[str] = "") -> Template:
    """The accounts of the OPCO and of the editors, and those of a SIREN when one is asked for."""
    return await _comptes(request, fait=fait)


@post(f"{BASE}/comptes", guards=ADMINISTRATEURS, status_code=200)
async def post_compte(request: Requete, data: Formulaire) -> Response[Any]:
    """Make an account; its person gets a link by mail."""
    personne: Personne = request.user
    editeur, role = data.get("editeur", ""), data.get("role", "")
    if role not in set(Role):
        raise NotFoundException
    demande = NouveauCompte(
        utilisateur=data.get("utilisateur", ""),
        nom=data.get("nom", ""),
        prenom=data.get("prenom", ""),
        courriel=data.get("courriel", ""),
        role=Role(role),
        sirets=tuple("".join(un.split()) for un in data.get("sirets", "").split(",") if un.strip()),
        editeur=int(editeur) if editeur.isascii() and editeur.isdigit() and len(editeur) < 19 else None,
    )
    try:
        await portail_of(request).comptes.create(demande, par=personne.acteur)
    except ActeRefuse as refuse:
        return await _comptes(request, erreur=str(refuse), saisie=data)
    return Redirect(f"{BASE}/comptes?fait=cree", status_code=303)


@post(BASE + "/comptes/{compte:int}", guards=ADMINISTRATEURS, status_code=200)
async def post_changer_compte(request: Requete, compte: FromPath[int], data: Formulaire) -> Response[Any]:
    """Close an account, open it again, or send its link again."""
    personne: Personne = request.user
    comptes = portail_of(request).comptes
    try:
        if "inviter" in data:
            await comptes.invite_again(compte, par=personne.acteur)
        elif compte == personne.compte:
            raise ActeRefuse("Un autre administrateur peut fermer votre compte ; vous, non.")
        else:
            await comptes.set_actif(compte, actif="ouvrir" in data, par=personne.acteur)
    except ActeRefuse as refuse:
        return await _comptes(request, erreur=str(refuse))
    return Redirect(f"{BASE}/comptes?fait=change", status_code=303)


async def _organisations(
    request: Requete,
    *,
    q: str = "",
    fait: str = "",
    erreur: str | None = None,
    saisie: dict[str, str] | None = None,
) -> Template:
    return render(
        request,
        "organisations.html",
        statut=400 if erreur else 200,
        q=q,
        trouvees=await portail_of(request).annuaire.list_organisations(q),
        fait=fait,
        erreur=erreur,
        saisie=saisie or {},
    )


async def _organisation(request: Requete, siren: str, *, fait: str = "", erreur: str | None = None) -> Template:
    portail = portail_of(request)
    acces = await portail.annuaire.find(siren)
    if acces is None:
        raise NotFoundException
    return render(
        request,
        "organisation.html",
        statut=400 if erreur else 200,
        acces=acces,
        cles=await portail.annuaire.list_cles(siren),
        comptes=await portail.comptes.list_comptes(siren=siren),
        roles=LIBELLES,
        libelles=ACCROCHAGES,
        maintenant=portail.clock.now(),
        fait=fait,
        erreur=erreur,
    )


async def _comptes(
    request: Requete, *, fait: str = "", erreur: str | None = None, saisie: dict[str, str] | None = None
) -> Template:
    portail = portail_of(request)
    return render(
        request,
        "comptes.html",
        statut=400 if erreur else 200,
        comptes=await portail.comptes.list_internes(),
        editeurs=await portail.raccordement.list_editeurs(),
        roles=LIBELLES,
        fait=fait,
        erreur=erreur,
        saisie=saisie or {},
    )


PORTES = (
    get_administration,
    post_organisation,
    get_organisation,
    post_siege,
    post_revoquer_cle,
    post_accrochage,
    get_comptes,
    post_compte,
    post_changer_compte,
)
