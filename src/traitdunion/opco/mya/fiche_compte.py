"""The other tabs of « Mon Compte »: « Contacts », « Droits d'accès », « Coordonnées bancaires », requests."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.roles import CFA, LIBELLES, Role
from traitdunion.opco.comptes.service import NouveauCompte
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.modifications.service import ETATS, TYPES, ModificationRefusee, TypeModification
from traitdunion.opco.pages import preuve
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/mya/compte"
LECTEURS = [requires(*CFA)]
ECRIVENT = (Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE)
ADMINISTRATEURS = [requires(Role.CFA_ADMINISTRATEUR)]
ROLES = {role: LIBELLES[role] for role in Role if role in CFA}


def siren_of(request: Requete) -> str:
    """The SIREN of the person who is connected."""
    personne: Personne = request.user
    assert personne.siren is not None  # a CFA's account always has one (CHECK of the table)
    return personne.siren


@get(f"{BASE}/contacts", guards=LECTEURS)
async def get_contacts(request: Requete, fait: FromQuery[str] = "", modifier: FromQuery[str] = "") -> Template:
    """« Contacts »."""
    return await _contacts(request, fait=fait, modifier=modifier)


@post(f"{BASE}/contacts", guards=[requires(*ECRIVENT)], status_code=200)
async def post_contact(request: Requete, data: Formulaire) -> Response[Any]:
    """Add a contact, change it, or take it away."""
    personne: Personne = request.user
    modifications, numero = portail_of(request).modifications, _number(data.get("contact", ""))
    try:
        if "retirer" in data:
            await modifications.delete_contact(siren_of(request), numero or 0, par=personne.acteur)
        else:
            await modifications.record_contact(siren_of(request), data, par=personne.acteur, contact=numero)
    except ModificationRefusee as refusee:
        return await _contacts(request, erreur=str(refusee), saisie=data, modifier=data.get("contact", ""))
    return Redirect(f"{BASE}/contacts?fait={'retire' if 'retirer' in data else 'garde'}", status_code=303)


@get(f"{BASE}/droits", guards=LECTEURS)
async def get_droits(request: Requete, fait: FromQuery[str] = "") -> Template:
    """« Droits d'accès »."""
    return await _droits(request, fait=fait)


@post(f"{BASE}/droits", guards=ADMINISTRATEURS, status_code=200)
async def post_droits(request: Requete, data: Formulaire) -> Response[Any]:
    """Invite a colleague; a link is sent by mail."""
    personne: Personne = request.user
    acces = await portail_of(request).acces.find(siren_of(request))
    role, connus = data.get("role", ""), {un.siret for un in acces.etablissements} if acces else set()
    if role not in ROLES or data.get("siret", "") not in connus:
        raise NotFoundException
    demande = NouveauCompte(
        utilisateur=data.get("utilisateur", ""),
        nom=data.get("nom", ""),
        prenom=data.get("prenom", ""),
        courriel=data.get("courriel", ""),
        role=Role(role),
        sirets=(data["siret"],),
    )
    jeton = None
    try:
        jeton = await preuve.prove(request, data)
        await portail_of(request).comptes.create(demande, par=personne.acteur)
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return preuve.with_proof(request, await _droits(request, erreur=str(refuse), saisie=data), jeton)
    return preuve.with_proof(request, Redirect(f"{BASE}/droits?fait=invite", status_code=303), jeton)


@post(BASE + "/droits/{compte:int}", guards=ADMINISTRATEURS, status_code=200)
async def post_droit(request: Requete, compte: FromPath[int], data: Formulaire) -> Response[Any]:
    """Change a colleague's role, close or open their account, send the invitation again."""
    personne: Personne = request.user
    comptes, siren = portail_of(request).comptes, siren_of(request)
    if compte not in {un.id for un in await comptes.list_comptes(siren=siren)}:
        raise NotFoundException
    try:
        if "inviter" in data:
            await comptes.invite_again(compte, par=personne.acteur, siren=siren)
        elif compte == personne.compte:
            raise ActeRefuse("Un autre administrateur peut changer vos droits ; vous, non.")
        elif "role" in data:
            if data["role"] not in ROLES:
                raise NotFoundException
            await comptes.set_role(compte, Role(data["role"]), par=personne.acteur, siren=siren)
        else:
            await comptes.set_actif(compte, actif="ouvrir" in data, par=personne.acteur, siren=siren)
    except ActeRefuse as refuse:
        return await _droits(request, erreur=str(refuse))
    return Redirect(f"{BASE}/droits?fait=change", status_code=303)


@get(f"{BASE}/banque", guards=LECTEURS)
async def get_banque(request: Requete) -> Template:
    """« Coordonnées bancaires »: the last characters of the IBAN."""
    banque = await portail_of(request).modifications.find_banque(siren_of(request))
    return render(request, "compte/banque.html", banque=banque)


@get(f"{BASE}/modifications", guards=LECTEURS)
async def get_modifications(request: Requete, fait: FromQuery[str] = "", type_demande: FromQuery[str] = "") -> Template:
    """« Demande de modification »: those made, and a new one."""
    return await _modifications(request, fait=fait, choisi=type_demande)


@post(f"{BASE}/modifications", guards=ADMINISTRATEURS, status_code=200)
async def post_modification(request: Requete, data: Formulaire) -> Response[Any]:
    """Ask the OPCO for a change; the password is asked for anew."""
    personne: Personne = request.user
    type_, jeton = data.get("type", ""), None
    if type_ not in TYPES:
        raise NotFoundException
    try:
        jeton = await preuve.prove(request, data)
        await portail_of(request).modifications.ask(
            siren_of(request),
            TypeModification(type_),
            valeur=data.get("valeur", ""),
            titulaire=data.get("titulaire", ""),
            justification=data.get("justification", ""),
            compte=personne.compte,
        )
    except (ModificationRefusee, ConnexionRefusee) as refuse:
        page = await _modifications(request, erreur=str(refuse), choisi=type_, saisie=data)
        return preuve.with_proof(request, page, jeton)
    return preuve.with_proof(request, Redirect(f"{BASE}/modifications?fait=demandee", status_code=303), jeton)


@post(BASE + "/modifications/{numero:int}/retirer", guards=ADMINISTRATEURS, status_code=200)
async def post_retirer(request: Requete, numero: FromPath[int]) -> Response[Any]:
    """Take a request back."""
    personne: Personne = request.user
    try:
        await portail_of(request).modifications.withdraw(numero, siren=siren_of(request), compte=personne.compte)
    except ModificationRefusee as refusee:
        if numero not in {un.id for un in await portail_of(request).modifications.list_of(siren_of(request))}:
            raise NotFoundException from None
        return await _modifications(request, erreur=str(refusee))
    return Redirect(f"{BASE}/modifications?fait=retiree", status_code=303)


async def _contacts(
    request: Requete,
    *,
    fait: str = "",
    erreur: str | None = None,
    saisie: dict[str, str] | None = None,
    modifier: str = "",
) -> Template:
    contacts = await portail_of(request).modifications.list_contacts(siren_of(request))
    choisi = next((un for un in contacts if un.id == _number(modifier)), None)
    if saisie is None and choisi is not None:
        saisie = {nom: getattr(choisi, nom) for nom in ("nom", "fonction", "telephone", "courriel")}
    return render(
        request,
        "compte/contacts.html",
        statut=400 if erreur else 200,
        contacts=contacts,
        choisi=choisi,
        saisie=saisie or {},
        fait=fait,
        erreur=erreur,
        peut_ecrire=request.user.role in ECRIVENT,
    )


async def _droits(
    request: Requete, *, fait: str = "", erreur: str | None = None, saisie: dict[str, str] | None = None
) -> Template:
    portail = portail_of(request)
    return render(
        request,
        "compte/droits.html",
        statut=400 if erreur else 200,
        comptes=[un for un in await portail.comptes.list_comptes(siren=siren_of(request)) if un.role in ROLES],
        acces=await portail.acces.find(siren_of(request)),
        roles=ROLES,
        prouvee=preuve.is_proved(request),
        fait=fait,
        erreur=erreur,
        saisie=saisie or {},
        administre=request.user.role is Role.CFA_ADMINISTRATEUR,
    )


async def _modifications(
    request: Requete,
    *,
    fait: str = "",
    erreur: str | None = None,
    choisi: str = "",
    saisie: dict[str, str] | None = None,
) -> Template:
    return render(
        request,
        "compte/modifications.html",
        statut=400 if erreur else 200,
        modifications=await portail_of(request).modifications.list_of(siren_of(request)),
        types=TYPES,
        mots=ETATS,
        choisi=choisi if choisi in TYPES else "",
        # An IBAN typed wrong is not sent back: it would stay in the page.
        saisie={nom: valeur for nom, valeur in (saisie or {}).items() if nom in ("justification", "titulaire")},
        prouvee=preuve.is_proved(request),
        fait=fait,
        erreur=erreur,
        administre=request.user.role is Role.CFA_ADMINISTRATEUR,
    )


def _number(texte: str) -> int | None:
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 19 else None


PORTES = (
    get_contacts,
    post_contact,
    get_droits,
    post_droits,
    post_droit,
    get_banque,
    get_modifications,
    post_modification,
    post_retirer,
)
