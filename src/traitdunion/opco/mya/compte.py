"""« Mon Compte »: what is known of the CFA, and its « identifiant API CFA » (guide.md, ecrans.md)."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.cfa import AccesCfa
from traitdunion.opco.acces.cles import CHEVAUCHEMENT_JOURS_MAX
from traitdunion.opco.acces.states import LIBELLES
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.roles import CFA, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages.connexion import Formulaire, Requete, address_of, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import cookie, requires

COMPTE = "/mya/compte"
CHEVAUCHEMENT_DEFAUT = 7
PAS_ADMINISTRATEUR = "Seul un administrateur du compte peut générer un identifiant API CFA."
PAS_SIEGE = (
    "Seul le siège social peut générer l'identifiant API CFA ; tous les établissements du SIREN peuvent le lire."
)


def why_not_generate(personne: Personne, acces: AccesCfa) -> str | None:
    """Why this person may not generate the key, as a sentence; None when they may (guide.md)."""
    if personne.role is not Role.CFA_ADMINISTRATEUR:
        return PAS_ADMINISTRATEUR
    if acces.siege not in personne.sirets:
        return PAS_SIEGE
    return None


@get(COMPTE, guards=[requires(*CFA)])
async def get_compte(request: Requete, fait: FromQuery[str] = "") -> Template:
    """« Informations du compte », with the section of the key."""
    return await _page(request, fait=fait)


@post(f"{COMPTE}/identifiant/lire", guards=[requires(*CFA)], status_code=200)
async def post_lire(request: Requete, data: Formulaire) -> Template:
    """Show a key in clear: a reading that the audit log keeps, hence a POST."""
    personne: Personne = request.user
    numero = data.get("cle", "")
    if not numero.isascii() or not numero.isdigit() or len(numero) > 18:
        raise NotFoundException
    try:
        lue = await portail_of(request).cles.read(_siren(personne), int(numero), par=personne.acteur)
    except ActeRefuse:
        raise NotFoundException from None
    return await _page(request, lue=lue)


@get(f"{COMPTE}/identifiant", guards=[requires(*CFA)])
async def get_generer(request: Requete) -> Template | Redirect:
    """The pop-up of the guide, as a page for those without JavaScript."""
    acces = await _acces(request)
    if why_not_generate(request.user, acces):
        return Redirect(COMPTE, status_code=303)
    return render(request, "compte/compte_generer.html", erreur=None, **_popup(request))


@post(f"{COMPTE}/identifiant", guards=[requires(*CFA)], status_code=200)
async def post_generer(request: Requete, data: Formulaire) -> Response[Any]:
    """« Oui »: generate the key; the password is asked for first if it was not shown lately."""
    personne: Personne = request.user
    portail, acces = portail_of(request), await _acces(request)
    refus = why_not_generate(personne, acces)
    if refus:
        return await _page(request, erreur=refus, statut=403)
    jeton = None
    try:
        if not personne.has_proved(at=portail.clock.now()):
            jeton = await portail.connexion.prove(personne, data.get("mot_de_passe", ""), adresse=address_of(request))
        await portail.cles.generate(
            acces.siren, par=personne.acteur, chevauchement_jours=_days(data.get("chevauchement", ""))
        )
    except (ActeRefuse, ConnexionRefusee) as refuse:
        page: Response[Any] = render(
            request,
            "compte/compte_generer.html",
            statut=400,
            erreur=str(refuse),
            **_popup(request, prouvee=jeton is not None),
        )
    else:
        page = Redirect(f"{COMPTE}?fait=identifiant#identifiant", status_code=303)
    if jeton is not None:
        page.cookies.append(cookie(jeton, https=portail.affichage.https))
    return page


async def _page(
    request: Requete, *, lue: Any = None, fait: str = "", erreur: str | None = None, statut: int = 200
) -> Template:
    acces = await _acces(request)
    return render(
        request,
        "compte/compte.html",
        statut=statut,
        acces=acces,
        lue=lue,
        fait=fait,
        erreur=erreur,
        libelles_accrochage=LIBELLES,
        pourquoi_pas=why_not_generate(request.user, acces),
        **_popup(request),
    )


def _popup(request: Requete, *, prouvee: bool = False) -> dict[str, Any]:
    at = portail_of(request).clock.now()
    return {
        "prouvee": prouvee or request.user.has_proved(at=at),
        "chevauchement": CHEVAUCHEMENT_DEFAUT,
        "chevauchement_max": CHEVAUCHEMENT_JOURS_MAX,
    }


async def _acces(request: Requete) -> AccesCfa:
    acces = await portail_of(request).acces.find(_siren(request.user))
    if acces is None:
        raise NotFoundException
    return acces


def _siren(personne: Personne) -> str:
    assert personne.siren is not None  # a CFA's account always has one (CHECK of the table)
    return personne.siren


def _days(texte: str) -> int:
    """The overlap asked for; out of bounds when it cannot be read, so that the act refuses it in its own words."""
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 4 else -1


PORTES = (get_compte, post_lire, get_generer, post_generer)
