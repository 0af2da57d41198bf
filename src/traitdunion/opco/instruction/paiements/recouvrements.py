"""What CFA were paid in excess, what they give back; and the accounts checked."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from traitdunion.norme.identifiants import numero_externe, read_numero_externe
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.instruction.paiements.lots import BASE as PAIEMENTS
from traitdunion.opco.instruction.paiements.lots import LECTEURS, PAIENT, PAYEURS
from traitdunion.opco.instruction.saisie import SaisieInvalide, read_cents, read_jour
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.paiements.lots import PaiementRefuse
from traitdunion.opco.paiements.recouvrements import REFERENCE_MAX
from traitdunion.opco.paiements.verification import Verification
from traitdunion.opco.socle.clock import day_of

BASE = PAIEMENTS + "/trop-percus"
COMPTES = PAIEMENTS + "/comptes"
POSTES = {
    "ENGAGE": "Engagé",
    "A_FACTURER": "À facturer",
    "EN_INSTRUCTION": "Facturé, en instruction",
    "A_PAYER": "Accepté, à payer",
    "ORDONNE": "Virement ordonné",
    "REGLE": "Réglé",
    "FORCLOS": "Forclos",
    "TROP_PERCU": "Trop-perçus à recouvrer",
    "AVOIR_A_RECOUVRER": "Avoirs à recouvrer",
}


@get(BASE, guards=LECTEURS)
async def get_trop_percus(request: Requete, fait: FromQuery[str] = "") -> Template:
    """What is to be recovered, and what was."""
    lecture = portail_of(request).lecture_paiements
    dus = await lecture.list_trop_percus()
    return render(
        request,
        "paiements/trop_percus.html",
        dus=dus,
        total=sum(du.montant for du in dus),
        recus=await lecture.list_recouvrements(),
        paie=request.user.role in PAIENT,
        fait=fait,
    )


@get(BASE + "/{numero:str}", guards=LECTEURS)
async def get_trop_percu(request: Requete, numero: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """What is to be recovered on a dossier, and the form of a refund."""
    return await _show(request, numero, fait=fait)


@post(BASE + "/{numero:str}", guards=PAYEURS, status_code=200)
async def post_remboursement(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Record that the CFA has paid back."""
    personne: Personne = request.user
    portail, dossier = portail_of(request), _read_dossier(numero)
    siren = await _find_siren(request, dossier)
    try:
        if "confirme" not in data:
            raise SaisieInvalide("Cochez la case : un remboursement enregistré ne se défait pas.")
        nouveau = await portail.paiements.recouvrements.record(
            dossier,
            siren=siren,
            montant=read_cents(data.get("montant", ""), "Montant remboursé") or 0,
            reference=data.get("reference", ""),
            le=read_jour(data.get("le", ""), "Reçu le"),
            par=personne.acteur,
        )
    except SaisieInvalide as invalide:
        return await _show(request, numero, statut=400, erreur=str(invalide), saisie=data)
    except PaiementRefuse as refuse:
        return await _show(request, numero, statut=409 if refuse.conflit else 400, erreur=str(refuse), saisie=data)
    return Redirect(f"{BASE}/{numero_externe(dossier)}?fait={'recu' if nouveau else 'connu'}", status_code=303)


@get(COMPTES, guards=PAYEURS)
async def get_comptes_opco(request: Requete) -> Template:
    """The button."""
    return _accounts(request, None)


@post(COMPTES, guards=PAYEURS, status_code=200)
async def post_verifier_comptes(request: Requete) -> Template:
    """Read all the accounts again. A POST: it reads everything, and the log keeps who asked."""
    personne: Personne = request.user
    return _accounts(request, await portail_of(request).lecture_paiements.verify(par=personne.acteur))


async def _show(
    request: Requete,
    numero: str,
    *,
    statut: int = 200,
    erreur: str | None = None,
    fait: str = "",
    saisie: Mapping[str, str] | None = None,
) -> Template:
    portail, dossier = portail_of(request), _read_dossier(numero)
    du = await portail.lecture_paiements.find_trop_percu(dossier)
    recus = await portail.lecture_paiements.list_recouvrements(dossier)
    if du is None and not recus:
        raise NotFoundException
    return render(
        request,
        "paiements/trop_percu.html",
        statut=statut,
        numero=numero_externe(dossier),
        du=du,
        recus=recus,
        jour=day_of(portail.clock.now()),
        reference_max=REFERENCE_MAX,
        paie=request.user.role in PAIENT,
        erreur=erreur,
        fait=fait,
        saisie=saisie or {},
    )


async def _find_siren(request: Requete, dossier: int) -> str:
    """Whose overpayment it is, or was. Raises NotFoundException where nothing ever was to be recovered."""
    lecture = portail_of(request).lecture_paiements
    du = await lecture.find_trop_percu(dossier)
    lus = [du.siren] if du else [un.siren for un in await lecture.list_recouvrements(dossier)]
    if not lus:
        raise NotFoundException
    return lus[0]


def _accounts(request: Requete, lue: Verification | None) -> Template:
    return render(request, "paiements/comptes.html", lue=lue, postes=POSTES, le=portail_of(request).clock.now())


def _read_dossier(numero: str) -> int:
    """The internal number of « CA-1234567 ». Raises NotFoundException."""
    lu = read_numero_externe(numero)
    if lu is None:
        raise NotFoundException
    return lu


PORTES = (get_trop_percus, get_trop_percu, post_remboursement, get_comptes_opco, post_verifier_comptes)
