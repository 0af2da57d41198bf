"""The CFA answers a request for information: a text, and a file if it wants."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import msgspec
from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.nomenclatures import TYPE_FICHIER
from traitdunion.opco.comptes.sessions import Personne
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.decisions.saisie import check_texte
from traitdunion.opco.mya.dossier import ANNULENT, find, show
from traitdunion.opco.mya.dossiers import LISTE
from traitdunion.opco.pages import joints
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pages.session import requires

TYPE_DEFAUT = "PIECE_COMPLEMENTAIRE"


@dataclass(frozen=True, slots=True)
class Fichier:
    """A file of a form, as the deposit of a document takes it."""

    corps: bytes
    chemin: Path
    nom_fichier: str
    sha256_fichier: bytes


@dataclass(frozen=True, slots=True)
class Deposant:
    """Somebody of the CFA."""

    siren: str
    acteur: str


@post(
    LISTE + "/{numero:str}/repondre",
    guards=[requires(*ANNULENT)],
    status_code=200,
    request_max_body_size=joints.CORPS_MAX,
)
async def post_repondre(request: Requete, numero: FromPath[str], data: joints.Formulaire) -> Response[Any]:
    """Answer the open request; what is refused leaves what was typed."""
    personne: Personne = request.user
    portail = portail_of(request)
    dossier = await find(request, numero)
    siren, interne = dossier.ligne.siren, dossier.ligne.numero_interne
    type_fichier = data.type if data.type in TYPE_FICHIER.codes else TYPE_DEFAUT
    try:
        check_texte(data.texte, objet="Réponse")  # before the file is kept: nothing half done
        async with joints.staged(data.fichier, staging=portail.staging) as joint:
            if joint is not None:
                recu = await read_fichier(interne, type_fichier, joint.chemin, joint.nom)
                await portail.pieces.deposit_document(recu, par=Deposant(siren, personne.acteur))
        await portail.decisions.answer(interne, siren=siren, texte=data.texte, par=personne.acteur)
    except ActeRefuse as refuse:
        return await show(request, dossier, statut=400 if refuse.saisie else 409, erreur=str(refuse), texte=data.texte)
    except Refus as refus:
        return await show(request, dossier, statut=400, erreur=refus.principale.description, texte=data.texte)
    return Redirect(f"{LISTE}/{dossier.numero_externe}?fait=repondu", status_code=303)


async def read_fichier(numero: int, type_fichier: str, chemin: Path, nom: str) -> Fichier:
    """A staged file as a document of one dossier."""
    infos = {
        "typeFichier": type_fichier,
        "objets": [{"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": str(numero)}],
    }
    octets = await anyio.Path(chemin).read_bytes()
    return Fichier(
        corps=msgspec.json.encode(infos),
        chemin=chemin,
        nom_fichier=nom,
        sha256_fichier=sha256(octets).digest(),
    )


PORTES = (post_repondre,)
