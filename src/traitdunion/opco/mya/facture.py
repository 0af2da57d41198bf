"""One invoice or credit note: its page, its PDF and receipts, and the proof that a line waits for."""

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream, Template

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.facturation.etats import EtatDeLigne
from traitdunion.norme.messages.evenements import say_evenement
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.roles import CFA
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.factures.lecture import say_ligne
from traitdunion.opco.factures.suivi.modele import FactureVue
from traitdunion.opco.mya.dossier import ANNULENT, VERDICTS, say_acteur
from traitdunion.opco.mya.dossiers import attached
from traitdunion.opco.mya.factures import LISTE, siren_of
from traitdunion.opco.mya.reponse import Deposant, read_fichier
from traitdunion.opco.pages import joints
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.gabarits import render
from traitdunion.opco.pages.presentation.factures import (
    ETATS_LIGNE,
    mark_facture,
    mark_vue,
    say_nature,
    say_piece,
    say_suites,
)
from traitdunion.opco.pages.session import requires


@get(LISTE + "/{numero:int}", guards=[requires(*CFA)])
async def get_facture(request: Requete, numero: FromPath[int], fait: FromQuery[str] = "") -> Template:
    """The page of an invoice."""
    return _show(request, await _find(request, numero), fait=fait)


@get(LISTE + "/{numero:int}/documents/{document:int}", guards=[requires(*CFA)])
async def get_document_facture(request: Requete, numero: FromPath[int], document: FromPath[int]) -> Stream:
    """The bytes of its PDF, or of a document attached to it."""
    await _check_piece(request, numero, document)
    try:
        ligne, flux = await portail_of(request).pieces.open(document, siren=siren_of(request))
    except Refus:  # in quarantine
        raise NotFoundException from None
    entetes = attached(ligne.nom_fichier) | {"Content-Length": str(ligne.taille_octets)}
    return Stream(flux, media_type=ligne.type_contenu, headers=entetes)


@get(LISTE + "/{numero:int}/documents/{document:int}/recepisse", guards=[requires(*CFA)])
async def get_recepisse_facture(request: Requete, numero: FromPath[int], document: FromPath[int]) -> Response[bytes]:
    """The signed receipt of its PDF, or of a document attached to it."""
    await _check_piece(request, numero, document)
    portail = portail_of(request)
    faits = await portail.pieces.recepisse_facts(document, siren=siren_of(request))
    if faits is None:  # in quarantine
        raise NotFoundException
    nom = f"recepisse-document-{document}.json"
    return Response(portail.recepisses.issue(faits), media_type="application/json", headers=attached(nom))


@post(
    LISTE + "/{numero:int}/pieces",
    guards=[requires(*ANNULENT)],
    status_code=200,
    request_max_body_size=joints.CORPS_MAX,
)
async def post_piece(request: Requete, numero: FromPath[int], data: joints.Formulaire) -> Response[Any]:
    """A proof that lines wait for: `data.type` is « dossier type », one of those the page offers."""
    personne: Personne = request.user
    portail, vue = portail_of(request), await _find(request, numero)
    dossier, _, type_fichier = data.type.partition(" ")
    if (dossier, type_fichier) not in [(str(un), code) for un, code in _attendues(vue)]:
        # It came another way since the page was shown, or was never waited for.
        return _show(request, vue, statut=409, erreur="Cette pièce n'est plus attendue : voyez où en est la facture.")
    try:
        async with joints.staged(data.fichier, staging=portail.staging) as joint:
            if joint is None:
                return _show(request, vue, statut=400, erreur="Choisissez le fichier à transmettre.")
            recu = await read_fichier(int(dossier), type_fichier, joint.chemin, joint.nom)
            await portail.pieces.deposit_document(recu, par=Deposant(siren_of(request), personne.acteur))
    except Refus as refus:
        return _show(request, vue, statut=400, erreur=refus.principale.description)
    return Redirect(f"{LISTE}/{numero}?fait=transmis", status_code=303)


def _attendues(vue: FactureVue) -> list[tuple[int, str]]:
    """The proofs that its lines wait for: dossier and type, each once."""
    lignes = [une.ligne for une in vue.lignes if une.ligne.etat is EtatDeLigne.A_COMPLETER]
    return list(dict.fromkeys((ligne.numero_interne, code) for ligne in lignes for code in ligne.attend))


def _show(request: Requete, vue: FactureVue, *, statut: int = 200, **contexte: Any) -> Template:
    personne: Personne = request.user
    opco = portail_of(request).affichage.nom
    return render(
        request,
        "factures/facture.html",
        statut=statut,
        vue=vue,
        facture=vue.facture,
        est_avoir=vue.facture.origine is not None,
        marque=mark_vue(vue),
        suites=say_suites(vue),
        attendues=_attendues(vue),
        peut_transmettre=personne.role in ANNULENT,
        etats_ligne=ETATS_LIGNE,
        mark_facture=mark_facture,
        say_ligne=say_ligne,
        say_nature=say_nature,
        say_piece=say_piece,
        types_fichier=TYPE_FICHIER.codes,
        verdicts=VERDICTS,
        histoire=[
            (say_evenement(un.type), un, say_acteur(un, personne=personne, opco=opco)) for un in reversed(vue.faits)
        ],
        **{"erreur": None, "fait": "", **contexte},
    )


async def _find(request: Requete, numero: int) -> FactureVue:
    """Raises NotFoundException, the same for another's as for none."""
    personne: Personne = request.user
    vue = None
    if 0 < numero < 2**63:
        vue = await portail_of(request).suivi_factures.find_facture(
            numero, siren=siren_of(request), par=personne.acteur
        )
    if vue is None:
        raise NotFoundException
    return vue


async def _check_piece(request: Requete, numero: int, document: int) -> None:
    personne: Personne = request.user
    trouvee = 0 < numero < 2**63 and await portail_of(request).suivi_factures.find_piece(
        numero, document, siren=siren_of(request), par=personne.acteur
    )
    if not trouvee:
        raise NotFoundException


PORTES = (get_facture, get_document_facture, get_recepisse_facture, post_piece)
