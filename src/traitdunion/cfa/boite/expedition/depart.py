"""One envoi through the client: which call, which bytes, and what of the answer is kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from traitdunion.cfa.boite import depot
from traitdunion.cfa.boite.etats import NatureEnvoi
from traitdunion.cfa.boite.modeles import Envoi
from traitdunion.cfa.echange.fichiers import Fichier

if TYPE_CHECKING:
    from traitdunion.cfa.client import ClientCfa


@dataclass(frozen=True)
class Recu:
    """What the OPCO gave: the numbers are the proof that it arrived."""

    numero_interne: str | None = None
    numero_externe: str | None = None
    numero_document: str | None = None
    recepisse: str | None = None


def send(client: "ClientCfa", envoi: Envoi, corps: bytes, fichier: Fichier | None, *, numero: str | None) -> Recu:
    """Send it once, under its own idempotency key. `numero`: its dossier's. Raises Refused, NotSent, ReponsePerdue."""
    cle = envoi.cle_idempotence
    if envoi.nature is NatureEnvoi.DOSSIER:
        depose = client.deposit(corps, cle_idempotence=cle)
        return Recu(depose.numero_interne, depose.numero_externe, None, depose.recepisse)
    assert fichier is not None  # only a dossier goes without a file
    if envoi.nature is NatureEnvoi.CONVENTION:
        assert numero is not None  # it waits for its dossier
        convention = client.deposit_convention(
            depot.complete(corps, envoi.nature, numero), fichier, cle_idempotence=cle
        )
        return Recu(numero, None, convention.numero_interne_document, convention.recepisse)
    if envoi.nature is NatureEnvoi.DOCUMENT:
        assert numero is not None  # the same
        piece = client.deposit_document(depot.complete(corps, envoi.nature, numero), fichier, cle_idempotence=cle)
        return Recu(numero, None, piece.numero_interne_document, piece.recepisse)
    if envoi.nature is NatureEnvoi.CERTIFICAT:
        certificat = client.deposit_certificat(corps, fichier, cle_idempotence=cle)
        return Recu(
            certificat.numero_interne_certificat, None, certificat.numero_interne_document, certificat.recepisse
        )
    if envoi.nature is NatureEnvoi.FACTURE:
        facture = client.deposit_facture(corps, fichier, cle_idempotence=cle)
        return Recu(facture.numero_interne_facture, None, facture.numero_interne_document, facture.recepisse)
    avoir = client.deposit_avoir(corps, fichier, cle_idempotence=cle)
    return Recu(avoir.numero_interne_facture, None, avoir.numero_interne_document, avoir.recepisse)
