"""One dossier: its page, its documents and receipts, « Annuler ce dépôt »."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.norme.messages.evenements import say_evenement
from traitdunion.norme.motifs import MOTIF_INFORMATION, MOTIF_RUPTURE
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.roles import CFA, OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.decisions.lecture.suivi import SuiviLu
from traitdunion.opco.dossiers.mes_dossiers import MOTIF_CARACTERES_MAX, AnnulationRefusee, DossierVu
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.dossiers.store_recherche import Fait
from traitdunion.opco.factures.lecture import say_ligne
from traitdunion.opco.mya.dossiers import LECTEURS, LISTE, attached, next_step, perimetre_of
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import jour, render
from traitdunion.opco.pages.presentation import fiche
from traitdunion.opco.pages.presentation.factures import ETATS_LIGNE, mark_facture, say_nature, say_piece
from traitdunion.opco.pages.session import requires
from traitdunion.opco.socle.clock import day_of

# Cancelling is the CFA's act, of those who manage its dossiers.
ANNULENT = frozenset({Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE})
ENGAGES = frozenset({Etat.ENGAGE, Etat.RUPTURE, Etat.SOLDE})
VERDICTS = {
    "NON_CONFIGUREE": "Reçu",
    "EN_ANALYSE": "Reçu, analyse antivirus en cours",
    "SAIN": "Reçu, sans virus connu",
    "QUARANTAINE": "Mis à l'écart par l'antivirus : transmettez-le à nouveau, sain",
}


@get(LISTE + "/{numero:str}", guards=[LECTEURS])
async def get_dossier(request: Requete, numero: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """The page of a dossier."""
    return await show(request, await find(request, numero), fait=fait)


@get(LISTE + "/{numero:str}/annuler", guards=[requires(*ANNULENT)])
async def get_annuler(request: Requete, numero: FromPath[str]) -> Template | Redirect:
    """The confirmation, as a page for those without JavaScript."""
    dossier = await find(request, numero)
    if not dossier.annulable:
        return Redirect(_address(dossier), status_code=303)
    return _confirmation(request, dossier)


@post(LISTE + "/{numero:str}/annuler", guards=[requires(*ANNULENT)], status_code=200)
async def post_annuler(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """« Annuler ce dépôt »."""
    personne: Personne = request.user
    dossier = await find(request, numero)
    motif = data.get("motif", "")
    try:
        await portail_of(request).mes_dossiers.record_annulation(
            dossier.ligne.numero_interne, siren=dossier.ligne.siren, motif=motif, par=personne.acteur
        )
    except AnnulationRefusee as refusee:
        if refusee.saisie:
            return _confirmation(request, dossier, statut=400, erreur=str(refusee), motif=motif[:1000])
        # It has moved since the page was shown: it is read again.
        return await show(request, await find(request, numero), statut=409, erreur=str(refusee))
    return Redirect(f"{_address(dossier)}?fait=annule", status_code=303)


@get(LISTE + "/{numero:str}/documents/{document:int}", guards=[LECTEURS])
async def get_document(request: Requete, numero: FromPath[str], document: FromPath[int]) -> Stream:
    """The bytes of a document, as they were deposited."""
    siren = await _siren_of_piece(request, numero, document)
    try:
        ligne, flux = await portail_of(request).pieces.open(document, siren=siren)
    except Refus:  # in quarantine
        raise NotFoundException from None
    entetes = attached(ligne.nom_fichier) | {"Content-Length": str(ligne.taille_octets)}
    return Stream(flux, media_type=ligne.type_contenu, headers=entetes)


@get(LISTE + "/{numero:str}/recepisse", guards=[LECTEURS])
async def get_recepisse_dossier(request: Requete, numero: FromPath[str]) -> Response[bytes]:
    """The signed receipt of the deposit."""
    dossier, portail = await find(request, numero), portail_of(request)
    faits = await portail.dossiers.recepisse_facts(dossier.ligne.numero_interne, siren=dossier.ligne.siren)
    assert faits is not None  # it was found a moment ago, and dossiers are never deleted
    nom = f"recepisse-{dossier.numero_externe}.json"
    return Response(portail.recepisses.issue(faits), media_type="application/json", headers=attached(nom))


@get(LISTE + "/{numero:str}/documents/{document:int}/recepisse", guards=[LECTEURS])
async def get_recepisse_document(request: Requete, numero: FromPath[str], document: FromPath[int]) -> Response[bytes]:
    """The signed receipt of a document."""
    siren, portail = await _siren_of_piece(request, numero, document), portail_of(request)
    faits = await portail.pieces.recepisse_facts(document, siren=siren)
    if faits is None:  # in quarantine
        raise NotFoundException
    nom = f"recepisse-document-{document}.json"
    return Response(portail.recepisses.issue(faits), media_type="application/json", headers=attached(nom))


def say_acteur(fait: Fait, *, personne: Personne, opco: str) -> str:
    """Who did it, in plain French; people of the CFA are named to the CFA, those of the OPCO to nobody."""
    if fait.editeur is not None:
        return f"par le logiciel de {fait.editeur}"
    if fait.role is not None and Role(fait.role) not in OPCO:
        return f"par {fait.personne}" if personne.role in CFA else "par le CFA"
    return f"par {opco}"


async def show(request: Requete, dossier: DossierVu, *, statut: int = 200, **contexte: Any) -> Template:
    """The page of a dossier, with what went wrong or what was done."""
    personne: Personne = request.user
    portail = portail_of(request)
    opco = portail.affichage.nom
    suivi = await portail.suivi.read(dossier.ligne.numero_interne, siren=dossier.ligne.siren)
    du_cfa = personne.role in CFA
    # What the CFA asks of the OPCO is no business of the employer's (ecrans.md): it is not even read.
    facturation = None
    if du_cfa and suivi.engagement is not None and dossier.ligne.etat in ENGAGES:
        facturation = await portail.suivi_factures.read_dossier(dossier.ligne.numero_interne)
    return render(
        request,
        "dossiers/dossier.html",
        statut=statut,
        dossier=dossier,
        suivi=suivi,
        etape=_step(dossier, suivi, du_cfa=personne.role in CFA),
        jour=day_of(portail.clock.now()),
        peut_repondre=suivi.demande_ouverte is not None and personne.role in ANNULENT,
        motifs_information=MOTIF_INFORMATION.codes,
        motifs_rupture=MOTIF_RUPTURE.codes,
        blocs=fiche.blocs_of(dossier.cerfa),
        histoire=[
            (say_evenement(un.type), un, say_acteur(un, personne=personne, opco=opco)) for un in reversed(dossier.faits)
        ],
        verdicts=VERDICTS,
        types_fichier=TYPE_FICHIER.codes,
        peut_annuler=dossier.annulable and personne.role in ANNULENT,
        du_cfa=du_cfa,
        facturation=facturation,
        etats_ligne=ETATS_LIGNE,
        mark_facture=mark_facture,
        say_ligne=say_ligne,
        say_nature=say_nature,
        say_piece=say_piece,
        motif="",
        motif_max=MOTIF_CARACTERES_MAX,
        **{"erreur": None, "fait": "", "texte": "", **contexte},
    )


def _step(dossier: DossierVu, suivi: SuiviLu, *, du_cfa: bool) -> str:
    """What happens next, and by when."""
    if suivi.demande_ouverte is not None:
        if not du_cfa:
            return f"Le CFA répond à une demande de l'OPCO avant le {jour(suivi.demande_ouverte.limite_le)}"
        return f"Répondre à la demande d'information avant le {jour(suivi.demande_ouverte.limite_le)}"
    etape = next_step(dossier.ligne.etat, a_une_convention=dossier.a_une_convention)
    if suivi.limite_le is not None:
        return f"{etape} avant le {jour(suivi.limite_le)}"
    return etape


def _confirmation(
    request: Requete, dossier: DossierVu, *, statut: int = 200, erreur: str | None = None, motif: str = ""
) -> Template:
    return render(
        request,
        "dossiers/dossier_annuler.html",
        statut=statut,
        dossier=dossier,
        erreur=erreur,
        motif=motif,
        motif_max=MOTIF_CARACTERES_MAX,
    )


def _address(dossier: DossierVu) -> str:
    return f"{LISTE}/{dossier.numero_externe}"


def _numero(texte: str) -> int:
    numero = read_numero_externe(texte)
    if numero is None:
        raise NotFoundException
    return numero


async def find(request: Requete, numero: str) -> DossierVu:
    """A dossier by « CA-1234567 ». Raises NotFoundException, the same for another's as for none."""
    personne: Personne = request.user
    dossier = await portail_of(request).mes_dossiers.find(
        _numero(numero), perimetre=perimetre_of(personne), par=personne.acteur
    )
    if dossier is None:
        raise NotFoundException
    return dossier


async def _siren_of_piece(request: Requete, numero: str, document: int) -> str:
    personne: Personne = request.user
    siren = await portail_of(request).mes_dossiers.find_piece(
        _numero(numero), document, perimetre=perimetre_of(personne), par=personne.acteur
    )
    if siren is None:
        raise NotFoundException
    return siren


PORTES = (get_dossier, get_annuler, post_annuler, get_document, get_recepisse_dossier, get_recepisse_document)
