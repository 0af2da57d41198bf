"""The form of a contact request, and the file joined to it: staged on disk, whatever becomes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import anyio
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import Body
from litestar.response import Stream

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.demandes.service import Fil, Joint
from traitdunion.opco.pages.connexion import Requete, portail_of
from traitdunion.opco.pieces.gate import content_disposition

FICHIER_MAX = 10 * 1024 * 1024  # bytes
CORPS_MAX = FICHIER_MAX + 256 * 1024
MORCEAU = 256 * 1024
# A joined file is a thing to keep, never a page of ours (fiabilite.md §3).
FICHIER_CSP = "sandbox; default-src 'none'"


class FichierTropGros(ClientException):
    """More bytes than a joined file may have."""

    status_code = 413


@dataclass
class Saisie:
    """What a form of a request holds; absent fields are empty."""

    type: str = ""
    sujet: str = ""
    texte: str = ""
    metier_nom: str = ""
    metier_telephone: str = ""
    metier_courriel: str = ""
    technique_nom: str = ""
    technique_telephone: str = ""
    technique_courriel: str = ""
    logiciel_nom: str = ""
    logiciel_editeur: str = ""
    fichier: UploadFile | None = None

    @property
    def contacts(self) -> dict[str, dict[str, str]]:
        """The two contacts of an accrochage."""
        return {
            qui: {champ: getattr(self, f"{qui}_{champ}") for champ in ("nom", "telephone", "courriel")}
            for qui in ("metier", "technique")
        }


Formulaire = Annotated[Saisie, Body(media_type=RequestEncodingType.MULTI_PART)]


@asynccontextmanager
async def staged(fichier: UploadFile | None, *, staging: Path) -> AsyncIterator[Joint | None]:
    """The file of a form for the time of the block; None when the field was left empty. Raises FichierTropGros."""
    if fichier is None or not fichier.filename:
        yield None
        return
    chemin = staging / f"portail-{uuid4()}"
    try:
        recus = 0
        async with await anyio.open_file(chemin, "wb") as sortie:
            while morceau := await fichier.read(MORCEAU):
                recus += len(morceau)
                if recus > FICHIER_MAX:
                    raise FichierTropGros
                await sortie.write(morceau)
        yield Joint(chemin=chemin, nom=fichier.filename)
    finally:
        await anyio.Path(chemin).unlink(missing_ok=True)


async def stream(request: Requete, fil: Fil, document: int) -> Stream:
    """The bytes of a file of a thread, as a thing to keep. Raises NotFoundException."""
    try:
        ligne, flux = await portail_of(request).demandes.read_joint(fil, document)
    except Refus:
        raise NotFoundException from None
    entetes = {
        "Content-Security-Policy": FICHIER_CSP,
        "Content-Disposition": content_disposition(ligne.nom_fichier),
        "Content-Length": str(ligne.taille_octets),
    }
    return Stream(flux, media_type=ligne.type_contenu, headers=entetes)
