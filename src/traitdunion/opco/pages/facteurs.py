"""One's second factor: set up, recovery codes, taken away."""

from typing import Any

import segno
from litestar import Response, get, post
from litestar.response import Redirect, Template

from traitdunion.opco.comptes.actes import ActeRefuse
from traitdunion.opco.comptes.connexion import ConnexionRefusee
from traitdunion.opco.comptes.seconds_facteurs import CODES_SECOURS
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.pages import preuve
from traitdunion.opco.pages.connexion import Formulaire, Requete, address_of, portail_of
from traitdunion.opco.pages.moi import MOI, TOUS, page_of

FACTEUR = f"{MOI}/second-facteur"
CODE_CARACTERES_MAX = 40


@get(FACTEUR, guards=TOUS)
async def get_facteur(request: Requete) -> Template:
    """Set it up, or take it away."""
    return await _page(request)


@post(FACTEUR, guards=TOUS, status_code=200)
async def post_facteur(request: Requete, data: Formulaire) -> Response[Any]:
    """Put it in force with its first code; recovery codes are shown once."""
    personne: Personne = request.user
    portail, code = portail_of(request), data.get("code", "")[:CODE_CARACTERES_MAX]
    if personne.a_un_second_facteur:
        return Redirect(FACTEUR, status_code=303)
    preuve_jeton = None
    try:
        preuve_jeton = await preuve.prove(request, data)
        jeton, codes = await portail.connexion.enroll(personne, code, adresse=address_of(request))
    except (ActeRefuse, ConnexionRefusee) as refuse:
        page = await _page(request, erreur=str(refuse), prouvee=preuve_jeton is not None)
        return preuve.with_proof(request, page, preuve_jeton)
    page = page_of(request, "moi/codes.html", codes=codes, phrase="Votre second facteur est en place.")
    return preuve.with_proof(request, page, jeton)


@post(f"{FACTEUR}/retirer", guards=TOUS, status_code=200)
async def post_retirer(request: Requete, data: Formulaire) -> Response[Any]:
    """Take it away with one of its codes; who needs one is led to set another up."""
    personne: Personne = request.user
    portail, code = portail_of(request), data.get("code", "")[:CODE_CARACTERES_MAX]
    try:
        jeton = await portail.connexion.withdraw_facteur(personne, code, adresse=address_of(request))
    except ConnexionRefusee as refusee:
        return await _page(request, erreur=str(refusee))
    vers = "/mya/code" if portail.connexion.requires_facteur(personne.role) else FACTEUR
    return preuve.with_proof(request, Redirect(vers, status_code=303), jeton)


@post(f"{MOI}/codes", guards=TOUS, status_code=200)
async def post_codes(request: Requete, data: Formulaire) -> Response[Any]:
    """New recovery codes, for one's password."""
    try:
        codes = await portail_of(request).connexion.renew_codes(
            request.user, data.get("mot_de_passe", ""), adresse=address_of(request)
        )
    except (ActeRefuse, ConnexionRefusee) as refuse:
        return await _page(request, erreur=str(refuse))
    return page_of(
        request, "moi/codes.html", codes=codes, phrase="Voici vos nouveaux codes ; les anciens ne servent plus."
    )


async def _page(request: Requete, *, erreur: str | None = None, prouvee: bool = False) -> Template:
    personne: Personne = request.user
    portail, statut = portail_of(request), 400 if erreur else 200
    commun: dict[str, Any] = {"erreur": erreur, "exige": portail.connexion.requires_facteur(personne.role)}
    if personne.a_un_second_facteur:
        restants = await portail.facteurs.count_codes(personne.compte)
        return page_of(request, "moi/facteur.html", statut=statut, restants=restants, total=CODES_SECOURS, **commun)
    inscription = await portail.facteurs.prepare(personne.compte, utilisateur=personne.utilisateur)
    secret = inscription.secret
    return page_of(
        request,
        "moi/facteur_inscription.html",
        statut=statut,
        qr=segno.make(inscription.adresse, error="m").svg_data_uri(scale=5, border=3),
        secret=" ".join(secret[debut : debut + 4] for debut in range(0, len(secret), 4)),
        prouvee=prouvee or preuve.is_proved(request),
        **commun,
    )


PORTES = (get_facteur, post_facteur, post_retirer, post_codes)
