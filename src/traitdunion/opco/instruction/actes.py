"""The acts of staff on a dossier: one form each, read again with what is wrong, redirected once done."""

import re
from collections.abc import Awaitable, Mapping
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from traitdunion.norme.motifs import MOTIF_RUPTURE, SANS_MAINTIEN
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.deca.service import RelanceRefusee
from traitdunion.opco.decisions import store
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.decisions.avenants import is_avenant
from traitdunion.opco.decisions.saisie import check_texte
from traitdunion.opco.financement.calcul import Participation
from traitdunion.opco.financement.faits import Choix
from traitdunion.opco.instruction.dossiers import BASE, DECIDENT, find, read_numero, show
from traitdunion.opco.instruction.saisie import SaisieInvalide, read_cents, read_version
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.session import requires

ACTEURS = [requires(*DECIDENT)]
ADRESSE = BASE + "/{numero:str}"
RETOUR = re.compile(r"/instruction/(?:dossiers\?[\w=&%.+-]{0,400})?", re.ASCII)  # home, or a queue
OUI_NON = {"oui": True, "non": False}


@post(ADRESSE + "/commencer", guards=ACTEURS, status_code=200)
async def post_commencer(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Take a dossier up."""
    geste = portail_of(request).decisions.start(
        read_numero(numero), version=read_version(data), compte=request.user.compte
    )
    return await _do(request, numero, geste, fait="commence")


@post(ADRESSE + "/affecter", guards=ACTEURS, status_code=200)
async def post_affecter(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Give a dossier to somebody, or to nobody."""
    compte = data.get("compte", "")
    # What is no account of ours is refused with its sentence; nothing typed means nobody.
    choisi = _number(compte, chiffres=9) if compte else None
    geste = portail_of(request).decisions.assign(read_numero(numero), compte=choisi, par=request.user.acteur)
    return await _do(request, numero, geste, fait="affecte", retour=data.get("retour", ""))


@post(ADRESSE + "/mandat", guards=ACTEURS, status_code=200)
async def post_mandat(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Tick the page where the mandate stands; without a page, untick."""
    texte = data.get("page", "").strip()
    page = _number(texte, chiffres=4) if texte else None
    geste = portail_of(request).decisions.record_mandat(read_numero(numero), page=page, compte=request.user.compte)
    return await _do(request, numero, geste, fait="mandat")


@post(ADRESSE + "/information", guards=ACTEURS, status_code=200)
async def post_information(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Ask the CFA for information."""
    geste = portail_of(request).decisions.ask(
        read_numero(numero),
        version=read_version(data),
        motifs=_ticked(data, "motif_"),
        texte=data.get("texte", ""),
        pieces=_ticked(data, "piece_"),
        jours=_number(data.get("jours", ""), chiffres=3),
        par=request.user.acteur,
    )
    return await _do(request, numero, geste, fait="information", saisie=data)


@post(ADRESSE + "/refus", guards=ACTEURS, status_code=200)
async def post_refus(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Refuse, on legal grounds."""
    geste = portail_of(request).decisions.refuse(
        read_numero(numero),
        version=read_version(data),
        motifs=_ticked(data, "refus_"),
        texte=data.get("motivation", ""),
        par=request.user.acteur,
    )
    return await _do(request, numero, geste, fait="refuse", saisie=data)


@post(ADRESSE + "/annulation", guards=ACTEURS, status_code=200)
async def post_annulation(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Cancel a dossier."""
    geste = portail_of(request).decisions.cancel(
        read_numero(numero), version=read_version(data), motif=data.get("annulation", ""), par=request.user.acteur
    )
    return await _do(request, numero, geste, fait="annule", saisie=data)


@get(ADRESSE + "/accord", guards=ACTEURS)
async def get_accord(request: Requete, numero: FromPath[str]) -> Template:
    """What an accord would engage, before it is given."""
    return await _preview(request, numero, {})


@post(ADRESSE + "/accord/calcul", guards=ACTEURS, status_code=200)
async def post_calcul(request: Requete, numero: FromPath[str], data: Formulaire) -> Template:
    """The same with other choices; a POST, since an address must not tell of RQTH. Nothing is written."""
    return await _preview(request, numero, data)


@post(ADRESSE + "/accord", guards=ACTEURS, status_code=200)
async def post_accord(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Grant, as previewed."""
    decisions, attendu = portail_of(request).decisions, data.get("attendu", "")
    try:
        await decisions.grant(
            read_numero(numero),
            version=read_version(data),
            choix=_choix(data),
            par=request.user.acteur,
            attendu=_number(attendu, chiffres=12) if attendu else None,
        )
    except ActeRefuse as refuse:
        if refuse.saisie:
            return await _preview(request, numero, data, erreur=str(refuse))
        return await show(request, await find(request, numero), statut=409, erreur=str(refuse))
    return Redirect(f"{BASE}/{numero}?fait=accord", status_code=303)


@post(ADRESSE + "/regularisation", guards=ACTEURS, status_code=200)
async def post_regularisation(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Recompute with the NPEC that replaces the valeur d'amorçage."""
    try:
        choix = _choix(data)
    except ActeRefuse as refuse:
        return await show(request, await find(request, numero), statut=400, erreur=str(refuse), saisie=data)
    geste = portail_of(request).decisions.revise_niveau(
        read_numero(numero), version=read_version(data), choix=choix, par=request.user.acteur
    )
    return await _do(request, numero, geste, fait="regularise", saisie=data)


@post(ADRESSE + "/rupture", guards=ACTEURS, status_code=200)
async def post_rupture_opco(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Note a break that staff were told of otherwise."""
    personne: Personne = request.user
    try:
        rupture = _rupture(request, data, par=personne.acteur)
    except ActeRefuse as refuse:
        return await show(request, await find(request, numero), statut=400, erreur=str(refuse), saisie=data)
    geste = portail_of(request).decisions.declare_rupture(read_numero(numero), rupture, siren=None)
    return await _do(request, numero, geste, fait="rupture", saisie=data)


@post(ADRESSE + "/rupture/confirmer", guards=ACTEURS, status_code=200)
async def post_confirmer_rupture(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Confirm the break that waits."""
    geste = portail_of(request).decisions.confirm_rupture(
        read_numero(numero), version=read_version(data), par=request.user.acteur
    )
    return await _do(request, numero, geste, fait="rompu")


@post(ADRESSE + "/rupture/ecarter", guards=ACTEURS, status_code=200)
async def post_ecarter_rupture(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Set the declaration aside."""
    geste = portail_of(request).decisions.dismiss_rupture(
        read_numero(numero), version=read_version(data), texte=data.get("raison", ""), par=request.user.acteur
    )
    return await _do(request, numero, geste, fait="ecarte", saisie=data)


@post(ADRESSE + "/solde", guards=ACTEURS, status_code=200)
async def post_solde(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Close a dossier on which nothing is left."""
    geste = portail_of(request).decisions.settle(
        read_numero(numero), version=read_version(data), par=request.user.acteur
    )
    return await _do(request, numero, geste, fait="solde")


@post(ADRESSE + "/deca", guards=ACTEURS, status_code=200)
async def post_relancer_deca(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """Try the State's deposit again at once, or say that an alert has been seen to."""
    deca, interne, depot = portail_of(request).deca, read_numero(numero), data.get("depot", "")
    connus = {str(un.id): un.id for un in await deca.list_of(interne)}
    if depot not in connus:
        erreur = "Aucun dépôt n'est à relancer pour ce dossier."
        return await show(request, await find(request, numero), statut=409, erreur=erreur)
    if "vu" in data:
        await deca.settle_alerte(connus[depot], par=request.user.acteur)
        return Redirect(f"{BASE}/{numero}?fait=alerte", status_code=303)
    try:
        await deca.retry_depot(connus[depot], par=request.user.acteur)
    except RelanceRefusee as refusee:
        return await show(request, await find(request, numero), statut=409, erreur=str(refusee))
    return Redirect(f"{BASE}/{numero}?fait=deca", status_code=303)


async def _do(
    request: Requete,
    numero: str,
    geste: Awaitable[object],
    *,
    fait: str,
    saisie: Mapping[str, str] | None = None,
    retour: str = "",
) -> Response[Any]:
    """Do an act; refused, the dossier is read again, with the reason and what was typed.

    `retour`: the page of the back-office to come back to, the dossier's by default.
    """
    try:
        await geste
    except ActeRefuse as refuse:
        statut = 400 if refuse.saisie else 409
        return await show(
            request, await find(request, numero), statut=statut, erreur=str(refuse), saisie=dict(saisie or {})
        )
    vers = retour if RETOUR.fullmatch(retour) else f"{BASE}/{numero}"
    return Redirect(f"{vers}{'&' if '?' in vers else '?'}fait={fait}", status_code=303)


async def _preview(request: Requete, numero: str, data: Mapping[str, str], *, erreur: str | None = None) -> Template:
    dossier = await find(request, numero)
    proposition = None
    try:
        proposition = await portail_of(request).decisions.propose(dossier.fiche.numero_interne, _choix(data))
    except ActeRefuse as refuse:
        erreur = erreur or str(refuse)
    return render(
        request,
        "dossiers/accord.html",
        statut=400 if erreur else 200,
        dossier=dossier,
        adresse=f"{BASE}/{numero}",
        proposition=proposition,
        avenant=is_avenant(dossier.cerfa),
        choix=data,
        erreur=erreur,
    )


def _number(texte: str, *, chiffres: int) -> int:
    """A whole number of so many digits at most; 0, which nothing here takes, for anything else."""
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) <= chiffres else 0


def _ticked(data: Mapping[str, str], prefixe: str) -> list[str]:
    """The codes of the ticked boxes of a group, in the order of the form."""
    return [nom.removeprefix(prefixe) for nom in data if nom.startswith(prefixe)]


def _choix(data: Mapping[str, str]) -> Choix:
    """What staff settle, from a form. Raises ActeRefuse."""
    participation = data.get("participation", "")
    niveau = data.get("niveau", "")
    return Choix(
        npec=_cents(data.get("npec_saisi", "") or data.get("npec", ""), "Niveau annuel"),
        prix=_cents(data.get("prix", ""), "Prix total de la pédagogie"),
        npec_source=data.get("npec_source", "").strip()[:200] or None,
        niveau=int(niveau) if niveau in {"3", "4", "5", "6", "7", "8"} else None,
        titre_court_ministere="titre_court" in data,
        reduction=OUI_NON.get(data.get("reduction", "")),
        nouveau_cfa="nouveau_cfa" in data,
        avant_contrat="avant_contrat" in data,
        rqth_reconnu=OUI_NON.get(data.get("rqth", "")),
        participation=Participation(participation) if participation in set(Participation) else None,
    )


def _cents(texte: str, libelle: str) -> int | None:
    """An amount of a form, in cents; None for nothing. Raises ActeRefuse."""
    try:
        return read_cents(texte, libelle, maximum=100_000)
    except SaisieInvalide as invalide:
        raise ActeRefuse(str(invalide), saisie=True) from None


def _jour(data: Mapping[str, str], nom: str, libelle: str) -> date:
    try:
        return date.fromisoformat(data.get(nom, ""))
    except ValueError:
        raise ActeRefuse(f"« {libelle} » est une date.", saisie=True) from None


def _rupture(request: Requete, data: Mapping[str, str], *, par: str) -> store.Rupture:
    """A break as staff type it. Raises ActeRefuse."""
    motif = data.get("motif_rupture", "")
    if motif not in MOTIF_RUPTURE.codes:
        raise ActeRefuse("Choisissez le motif de la rupture.", saisie=True)
    maintien = "maintien" in data
    if maintien and motif in SANS_MAINTIEN:
        raise ActeRefuse("Après ce motif, la formation n'est pas maintenue.", saisie=True)
    commentaire = data.get("commentaire", "").strip()
    return store.Rupture(
        id=0,
        dernier_jour=_jour(data, "dernier_jour", "Dernier jour du contrat"),
        notifiee_le=_jour(data, "notifiee_le", "Notifiée le"),
        probatoire="probatoire" in data,
        motif=motif,
        maintien=maintien,
        commentaire=check_texte(commentaire, objet="Commentaire") if commentaire else None,
        declaree_par=par,
        declaree_le=portail_of(request).clock.now(),
        issue=None,
        issue_le=None,
    )


PORTES = (
    post_commencer,
    post_affecter,
    post_mandat,
    post_information,
    post_refus,
    post_annulation,
    get_accord,
    post_calcul,
    post_accord,
    post_regularisation,
    post_rupture_opco,
    post_confirmer_rupture,
    post_ecarter_rupture,
    post_solde,
    post_relancer_deca,
)
