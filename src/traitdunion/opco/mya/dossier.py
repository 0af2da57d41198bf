"""One dossier: its page, its documents and receipts, « Annuler ce dépôt »."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.identifiants import read_numero_externe
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.roles import CFA, OPCO, Role
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.dossiers.mes_dossiers import MOTIF_CARACTERES_MAX, AnnulationRefusee, DossierVu
from traitdunion.opco.dossiers.store_recherche import Fait
from traitdunion.opco.mya.dossiers import LECTEURS, LISTE, attached, next_step, perimetre_of
from traitdunion.opco.pages.connexion import Formulaire, Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.presentation import fiche
from traitdunion.opco.pages.session import requires

# Cancelling is the CFA's act, of those who manage its dossiers.
ANNULENT = frozenset({Role.CFA_ADMINISTRATEUR, Role.CFA_GESTIONNAIRE})
VERDICTS = {
    "NON_CONFIGUREE": "Reçu",
    "EN_ANALYSE": "Reçu, analyse antivirus en cours",
    "SAIN": "Reçu, sans virus connu",
    "QUARANTAINE": "Mis à l'écart par l'antivirus : transmettez-le à nouveau, sain",
}
FAITS = {
    "DOSSIER_DEPOSE": "Contrat transmis",
    "PIECE_DEPOSEE": "Document transmis",
    "DOSSIER_ANNULE": "Dépôt annulé",
}
AUTRE_FAIT = "Mise à jour du dossier"


@get(LISTE + "/{numero:str}", guards=[LECTEURS])
async def get_dossier(request: Requete, numero: FromPath[str], fait: FromQuery[str] = "") -> Template:
    """The page of a dossier."""
    return _page(request, await _find(request, numero), fait=fait)


@get(LISTE + "/{numero:str}/annuler", guards=[requires(*ANNULENT)])
async def get_annuler(request: Requete, numero: FromPath[str]) -> Template | Redirect:
    """The confirmation, as a page for those without JavaScript."""
    dossier = await _find(request, numero)
    if not dossier.annulable:
        return Redirect(_address(dossier), status_code=303)
    return _confirmation(request, dossier)


@post(LISTE + "/{numero:str}/annuler", guards=[requires(*ANNULENT)], status_code=200)
async def post_annuler(request: Requete, numero: FromPath[str], data: Formulaire) -> Response[Any]:
    """« Annuler ce dépôt »."""
    personne: Personne = request.user
    dossier = await _find(request, numero)
    motif = data.get("motif", "")
    try:
        await portail_of(request).mes_dossiers.record_annulation(
            dossier.ligne.numero_interne, siren=dossier.ligne.siren, motif=motif, par=personne.acteur
        )
    except AnnulationRefusee as refusee:
        if refusee.saisie:
            return _confirmation(request, dossier, statut=400, erreur=str(refusee), motif=motif[:1000])
        # It has moved since the page was shown: it is read again.
        return _page(request, await _find(request, numero), statut=409, erreur=str(refusee))
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
    dossier, portail = await _find(request, numero), portail_of(request)
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


def _page(request: Requete, dossier: DossierVu, *, statut: int = 200, **contexte: Any) -> Template:
    personne: Personne = request.user
    opco = portail_of(request).affichage.nom
    etat = dossier.ligne.etat
    return render(
        request,
        "dossiers/dossier.html",
        statut=statut,
        dossier=dossier,
        etape=next_step(etat, a_une_convention=dossier.a_une_convention),
        blocs=fiche.blocs_of(dossier.cerfa),
        histoire=[
            (FAITS.get(un.type, AUTRE_FAIT), un, say_acteur(un, personne=personne, opco=opco))
            for un in reversed(dossier.faits)
        ],
        verdicts=VERDICTS,
        types_fichier=TYPE_FICHIER.codes,
        peut_annuler=dossier.annulable and personne.role in ANNULENT,
        du_cfa=personne.role in CFA,
        motif="",
        motif_max=MOTIF_CARACTERES_MAX,
        **{"erreur": None, "fait": "", **contexte},
    )


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


async def _find(request: Requete, numero: str) -> DossierVu:
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
