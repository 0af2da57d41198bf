"""POST conventions and documents: JSON and file, both durable before the 200."""

from hashlib import sha256

from traitdunion.norme.messages.reponses import AccuseConvention, AccuseDocument
from traitdunion.opco.api.call import Answer, Call, answer
from traitdunion.opco.api.idempotence import once
from traitdunion.opco.api.multipart import Envoi, read_envoi
from traitdunion.opco.api.services import Services
from traitdunion.opco.pieces import PieceRecue
from traitdunion.opco.recepisses.service import identifiant_piece


async def post_convention(call: Call, services: Services) -> Answer:
    """The convention of a dossier, with the employer's mandate."""
    async with read_envoi(call, partie="convention", dossier=services.staging) as envoi:

        async def deposit() -> Answer:
            recue = await services.documents.deposit_convention(envoi, par=call.par)
            await services.acces.mark_effectif(call.par)
            accuse = AccuseConvention(
                numero_interne_dossier=str(recue.numero_interne_dossier),
                numero_interne_document=str(recue.numero_interne_document),
                recepisse=identifiant_piece(recue.numero_interne_document),
                avertissements=recue.avertissements,
            )
            return answer(accuse, **_replayed(recue))

        return await once(call, services, content_of(envoi), deposit)


async def post_document(call: Call, services: Services) -> Answer:
    """Any other document of a dossier."""
    async with read_envoi(call, partie="infosFichier", dossier=services.staging) as envoi:

        async def deposit() -> Answer:
            recue = await services.documents.deposit_document(envoi, par=call.par)
            await services.acces.mark_effectif(call.par)
            accuse = AccuseDocument(
                numero_interne_document=str(recue.numero_interne_document),
                recepisse=identifiant_piece(recue.numero_interne_document),
                avertissements=recue.avertissements,
            )
            return answer(accuse, **_replayed(recue))

        return await once(call, services, content_of(envoi), deposit)


def content_of(envoi: Envoi) -> bytes:
    """What two sends have in common whatever their multipart boundary."""
    return sha256(envoi.corps).digest() + envoi.sha256_fichier


def _replayed(recue: PieceRecue) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if recue.rejouee else {}
