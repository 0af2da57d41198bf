"""« Mes demandes de contact »: requests, their threads, their documents."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.demandes.service import PAR_PAGE, Auteur, DemandeRefusee, Demandeur, Fil
from traitdunion.opco.demandes.states import ETATS, TYPES, TypeDemande
from traitdunion.opco.pages import joints
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

LISTE = "/mya/demandes"
LECTEURS = (*CFA, Role.EMPLOYEUR)
AUTEURS = (Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE, Role.EMPLOYEUR)


def types_of(personne: Personne) -> dict[TypeDemande, str]:
    """The types that a person may open: an accrochage is a CFA's affair."""
    if personne.role is Role.EMPLOYEUR:
        exclus = {TypeDemande.ACCROCHAGE, TypeDemande.IDENTIFIANT, TypeDemande.REGLEMENT}
        return {type_: mot for type_, mot in TYPES.items() if type_ not in exclus}
    return TYPES


def demandeur_of(personne: Personne) -> Demandeur:
    """On whose behalf a person asks and reads."""
    return Demandeur(siren=personne.siren or "", employeur=personne.role is Role.EMPLOYEUR)


@get(LISTE, guards=[requires(*LECTEURS)])
async def get_demandes(request: Requete, avant: FromQuery[str] = "") -> Template:
    """The requests of the CFA, or of the employer, latest first."""
    personne: Personne = request.user
    borne = int(avant) if avant.isascii() and avant.isdigit() and len(avant) < 19 else None
    lues = await portail_of(request).demandes.list_of(demandeur_of(personne), avant=borne, limite=PAR_PAGE + 1)
    return render(
        request,
        "demandes/demandes.html",
        demandes=lues[:PAR_PAGE],
        suite=lues[PAR_PAGE - 1].id if len(lues) > PAR_PAGE else None,
        premiere=borne is None,
        types=TYPES,
        ouvrables=types_of(personne),
        mots=ETATS,
        peut_ecrire=personne.role in AUTEURS,
    )


@get(f"{LISTE}/nouvelle", guards=[requires(*AUTEURS)])
async def get_nouvelle(request: Requete, type_demande: FromQuery[str] = "") -> Template:
    """The form; an accrochage comes filled with what is known of the CFA."""
    saisie = joints.Saisie(type=type_demande if type_demande in types_of(request.user) else TypeDemande.AUTRE)
    if saisie.type == TypeDemande.ACCROCHAGE:
        await _fill_accrochage(request, saisie)
    return await _nouvelle(request, saisie)


@post(f"{LISTE}/nouvelle", guards=[requires(*AUTEURS)], status_code=200, request_max_body_size=joints.CORPS_MAX)
async def post_nouvelle(request: Requete, data: joints.Formulaire) -> Response[Any]:
    """Open a request."""
    personne: Personne = request.user
    portail = portail_of(request)
    if data.type not in types_of(personne):
        raise NotFoundException
    try:
        async with joints.staged(data.fichier, staging=portail.staging) as joint:
            numero = await portail.demandes.open(
                siren=personne.siren or "",
                type_=TypeDemande(data.type),
                sujet=data.sujet,
                texte=data.texte,
                par=Auteur(compte=personne.compte, opco=False),
                contacts=data.contacts,
                logiciel=(data.logiciel_nom, data.logiciel_editeur),
                joint=joint if personne.role in CFA else None,
            )
    except DemandeRefusee as refusee:
        return await _nouvelle(request, data, erreur=str(refusee))
    except Refus as refus:
        return await _nouvelle(request, data, erreur=refus.principale.description)
    return Redirect(f"{LISTE}/{numero}?fait=envoyee", status_code=303)


@get(LISTE + "/{numero:int}", guards=[requires(*LECTEURS)])
async def get_demande(request: Requete, numero: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """A request and its thread."""
    return await _fil(request, numero, fait=fait)


@post(LISTE + "/{numero:int}", guards=[requires(*AUTEURS)], status_code=200, request_max_body_size=joints.CORPS_MAX)
async def post_message(request: Requete, numero: FromPath[int], data: joints.Formulaire) -> Response[Any]:
    """Write in the thread."""
    personne: Personne = request.user
    portail = portail_of(request)
    await _find(request, numero)
    try:
        async with joints.staged(data.fichier, staging=portail.staging) as joint:
            await portail.demandes.answer(
                numero,
                data.texte,
                par=Auteur(compte=personne.compte, opco=False),
                de=demandeur_of(personne),
                joint=joint if personne.role in CFA else None,
            )
    except DemandeRefusee as refusee:
        return await _fil(request, numero, erreur=str(refusee), texte=data.texte)
    except Refus as refus:
        return await _fil(request, numero, erreur=refus.principale.description, texte=data.texte)
    return Redirect(f"{LISTE}/{numero}?fait=message", status_code=303)


@post(LISTE + "/{numero:int}/clore", guards=[requires(*AUTEURS)], status_code=200)
async def post_clore(request: Requete, numero: FromPath[int]) -> Redirect:
    """Close a thread; writing opens it again."""
    personne: Personne = request.user
    await _find(request, numero)
    await portail_of(request).demandes.close(
        numero, par=Auteur(compte=personne.compte, opco=False), de=demandeur_of(personne)
    )
    return Redirect(f"{LISTE}/{numero}?fait=close", status_code=303)


@get(LISTE + "/{numero:int}/documents/{document:int}", guards=[requires(*LECTEURS)])
async def get_joint(request: Requete, numero: FromPath[int], document: FromPath[int]) -> Stream:
    """A file of the thread."""
    return await joints.stream(request, await _find(request, numero), document)


async def _find(request: Requete, numero: int) -> Fil:
    fil = await portail_of(request).demandes.find(numero, de=demandeur_of(request.user))
    if fil is None:
        raise NotFoundException
    return fil


async def _fil(
    request: Requete, numero: int, *, fait: str = "", erreur: str | None = None, texte: str = ""
) -> Template:
    fil = await _find(request, numero)
    return render(
        request,
        "demandes/demande.html",
        statut=400 if erreur else 200,
        fil=fil,
        types=TYPES,
        mots=ETATS,
        fait=fait,
        erreur=erreur,
        texte=texte,
        base=LISTE,
        peut_ecrire=request.user.role in AUTEURS,
        peut_joindre=request.user.role in CFA,
    )


async def _nouvelle(request: Requete, saisie: joints.Saisie, *, erreur: str | None = None) -> Template:
    accrochage = saisie.type == TypeDemande.ACCROCHAGE
    return render(
        request,
        "demandes/demande_nouvelle.html",
        statut=400 if erreur else 200,
        saisie=saisie,
        types=types_of(request.user),
        logiciels=await portail_of(request).logiciels.list_logiciels() if accrochage else [],
        erreur=erreur,
        peut_joindre=request.user.role in CFA,
    )


async def _fill_accrochage(request: Requete, saisie: joints.Saisie) -> None:
    """What the guide has the CFA write: its name, its SIRET, the question, who to call."""
    personne: Personne = request.user
    acces = await portail_of(request).acces.find(personne.siren or "")
    if acces is None:
        return
    siret = next((un for un in personne.sirets), acces.siege or "")
    saisie.sujet = f"Accrochage API CFA : {acces.denomination}"
    saisie.texte = (
        f"Bonjour,\n\nNotre CFA, {acces.denomination} (SIRET {siret}), souhaite vous transmettre ses contrats et ses "
        "factures depuis son logiciel.\nNotre système d'information peut-il être raccordé par l'API CFA ?"
    )
    saisie.metier_nom = f"{personne.prenom} {personne.nom}"
    saisie.metier_courriel = personne.courriel


PORTES = (get_demandes, get_nouvelle, post_nouvelle, get_demande, post_message, post_clore, get_joint)
