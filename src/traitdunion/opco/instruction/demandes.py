"""Contact requests on the OPCO's side, and the audit log."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces.annuaire import LIGNES
from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.demandes.service import Auteur, DemandeRefusee, Fil
from traitdunion.opco.demandes.states import ETATS, TYPES
from traitdunion.opco.pages import joints
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

BASE = "/instruction/administration/demandes"
LECTEURS = [requires(*OPCO)]
AUTEURS = [requires(Role.OPCO_GESTIONNAIRE, Role.OPCO_ADMINISTRATEUR)]
PAR_PAGE = 50


@get(BASE, guards=LECTEURS)
async def get_demandes_opco(request: Requete, avant: FromQuery[str] = "") -> Template:
    """What waits, longest first; then all, latest first."""
    demandes = portail_of(request).demandes
    borne = int(avant) if avant.isascii() and avant.isdigit() and len(avant) < 19 else None
    toutes = await demandes.list_latest(avant=borne, limite=PAR_PAGE + 1)
    return render(
        request,
        "demandes_opco.html",
        attente=await demandes.list_waiting() if borne is None else [],
        toutes=toutes[:PAR_PAGE],
        suite=toutes[PAR_PAGE - 1].id if len(toutes) > PAR_PAGE else None,
        types=TYPES,
        mots=ETATS,
    )


@get(BASE + "/{numero:int}", guards=LECTEURS)
async def get_demande_opco(request: Requete, numero: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """A request and its thread."""
    return await _fil(request, numero, fait=fait)


@post(BASE + "/{numero:int}", guards=AUTEURS, status_code=200, request_max_body_size=joints.CORPS_MAX)
async def post_reponse(request: Requete, numero: FromPath[int], data: joints.Formulaire) -> Response[Any]:
    """Answer; the one who asked is told by mail."""
    portail = portail_of(request)
    await _find(request, numero)
    try:
        async with joints.staged(data.fichier, staging=portail.staging) as joint:
            await portail.demandes.answer(numero, data.texte, par=_auteur(request), joint=joint)
    except DemandeRefusee as refusee:
        return await _fil(request, numero, erreur=str(refusee), texte=data.texte)
    except Refus as refus:
        return await _fil(request, numero, erreur=refus.principale.description, texte=data.texte)
    return Redirect(f"{BASE}/{numero}?fait=reponse", status_code=303)


@post(BASE + "/{numero:int}/clore", guards=AUTEURS, status_code=200)
async def post_clore_opco(request: Requete, numero: FromPath[int]) -> Redirect:
    """Close a thread."""
    await _find(request, numero)
    await portail_of(request).demandes.close(numero, par=_auteur(request))
    return Redirect(f"{BASE}/{numero}?fait=close", status_code=303)


@post(BASE + "/{numero:int}/editeur", guards=AUTEURS, status_code=200)
async def post_editeur_demande(request: Requete, numero: FromPath[int], data: Formulaire) -> Response[Any]:
    """Say whose software an accrochage is about: that editor sees it in its space."""
    portail, editeur = portail_of(request), data.get("editeur", "")
    connus = {str(un.id) for un in await portail.raccordement.list_editeurs()}
    try:
        if editeur not in connus:
            raise DemandeRefusee("Choisissez un éditeur dans la liste, ou créez-le d'abord.")
        await portail.demandes.set_editeur(numero, int(editeur), par=_auteur(request))
    except DemandeRefusee as refusee:
        return await _fil(request, numero, erreur=str(refusee))
    return Redirect(f"{BASE}/{numero}?fait=editeur", status_code=303)


@post(BASE + "/{numero:int}/inviter", guards=AUTEURS, status_code=200)
async def post_inviter(request: Requete, numero: FromPath[int]) -> Response[Any]:
    """Write to the technical contact."""
    try:
        await portail_of(request).demandes.invite_technique(numero, par=_auteur(request))
    except DemandeRefusee as refusee:
        return await _fil(request, numero, erreur=str(refusee))
    return Redirect(f"{BASE}/{numero}?fait=invite", status_code=303)


@get(BASE + "/{numero:int}/documents/{document:int}", guards=LECTEURS)
async def get_joint_opco(request: Requete, numero: FromPath[int], document: FromPath[int]) -> Stream:
    """A file of the thread."""
    return await joints.stream(request, await _find(request, numero), document)


@get("/instruction/administration/journal", guards=[requires(Role.OPCO_ADMINISTRATEUR)])
async def get_journal(
    request: Requete,
    avant: FromQuery[str] = "",
    siren: FromQuery[str] = "",
    acteur: FromQuery[str] = "",
    acte: FromQuery[str] = "",
) -> Template:
    """The audit log: who read or did what."""
    lignes = await portail_of(request).annuaire.read_journal(
        avant=int(avant) if avant.isascii() and avant.isdigit() and len(avant) < 19 else None,
        siren=_word(siren),
        acteur=_word(acteur),
        acte=_word(acte.upper()),
    )
    return render(
        request,
        "journal.html",
        lignes=lignes[:LIGNES],
        suite=lignes[LIGNES - 1].id if len(lignes) > LIGNES else None,
        criteres={"siren": _word(siren) or "", "acteur": _word(acteur) or "", "acte": _word(acte.upper()) or ""},
    )


def _word(texte: str) -> str | None:
    """A word of the search, or nothing: no control character reaches the database."""
    return "".join(c for c in texte.strip() if c.isprintable())[:100] or None


def _auteur(request: Requete) -> Auteur:
    personne: Personne = request.user
    return Auteur(compte=personne.compte, opco=True)


async def _find(request: Requete, numero: int) -> Fil:
    fil = await portail_of(request).demandes.find(numero)
    if fil is None:
        raise NotFoundException
    return fil


async def _fil(
    request: Requete, numero: int, *, fait: str = "", erreur: str | None = None, texte: str = ""
) -> Template:
    return render(
        request,
        "demande_opco.html",
        statut=400 if erreur else 200,
        fil=await _find(request, numero),
        editeurs=await portail_of(request).raccordement.list_editeurs(),
        types=TYPES,
        mots=ETATS,
        fait=fait,
        erreur=erreur,
        texte=texte,
        base=BASE,
        peut_ecrire=request.user.role is not Role.OPCO_COMPTABLE,
    )


PORTES = (
    get_demandes_opco,
    get_demande_opco,
    post_reponse,
    post_clore_opco,
    post_editeur_demande,
    post_inviter,
    get_joint_opco,
    get_journal,
)
