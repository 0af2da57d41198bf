"""POST factures, avoirs, certificats; their states by pages (norme.md §1, §2.3, §2.4)."""

from typing import Any

from traitdunion.norme import ecriture
from traitdunion.norme.messages.factures_lues import AccuseAvoir, AccuseCertificat, AccuseFacture
from traitdunion.opco.api.call import Answer, Call, answer
from traitdunion.opco.api.idempotence import once
from traitdunion.opco.api.multipart import read_envoi
from traitdunion.opco.api.resources.etats import answer_page
from traitdunion.opco.api.resources.pieces import content_of
from traitdunion.opco.api.services import Services
from traitdunion.opco.recepisses.service import identifiant_piece


async def post_facture(call: Call, services: Services) -> Answer:
    """An invoice and its PDF, whole or not at all."""
    return await _post(call, services, "facture", services.facturation.factures, AccuseFacture)


async def post_avoir(call: Call, services: Services) -> Answer:
    """A credit note and its PDF (extension)."""
    return await _post(call, services, "avoir", services.facturation.avoirs, AccuseAvoir)


async def post_certificat(call: Call, services: Services) -> Answer:
    """What proves that the training of an échéance took place."""
    async with read_envoi(call, partie="certificat", dossier=services.staging) as envoi:

        async def deposit() -> Answer:
            recu = await services.facturation.certificats.deposit(envoi, par=call.par)
            await services.acces.mark_effectif(call.par)
            accuse = AccuseCertificat(
                numero_interne_certificat=str(recu.numero_interne_certificat),
                numero_interne_document=str(recu.numero_interne_document),
                recepisse=identifiant_piece(recu.numero_interne_document),
                avertissements=recu.avertissements,
            )
            return answer(accuse, **_replayed(recu.rejoue))

        return await once(call, services, content_of(envoi), deposit)


async def get_etats_factures(call: Call, services: Services) -> Answer:
    """One page of states of invoices."""

    async def read(page: int) -> bytes:
        return ecriture.write(await services.factures.list_page(siren=call.par.siren, page=page))

    return await answer_page(call, services, read)


async def get_etats_avoirs(call: Call, services: Services) -> Answer:
    """One page of states of credit notes (extension)."""

    async def read(page: int) -> bytes:
        return ecriture.write(await services.factures.list_page_avoirs(siren=call.par.siren, page=page))

    return await answer_page(call, services, read)


async def _post(call: Call, services: Services, partie: str, depots: Any, accuse: Any) -> Answer:
    async with read_envoi(call, partie=partie, dossier=services.staging) as envoi:

        async def deposit() -> Answer:
            recue = await depots.deposit(envoi, par=call.par)
            await services.acces.mark_effectif(call.par)
            dit = accuse(
                numero_interne_facture=str(recue.numero_interne_facture),
                numero_interne_document=str(recue.numero_interne_document),
                recepisse=identifiant_piece(recue.numero_interne_document),
                avertissements=recue.avertissements,
            )
            return answer(dit, **_replayed(recue.rejouee))

        return await once(call, services, content_of(envoi), deposit)


def _replayed(rejoue: bool) -> dict[str, str]:
    return {"Idempotency-Replayed": "true"} if rejoue else {}
