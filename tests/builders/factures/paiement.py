"""Invoices treated and paid, as the OPCO's people and its bank do."""

from datetime import UTC, date, datetime

from builders.serveur import SIREN, Serveur

from traitdunion.bac_a_sable.banque import write_avis
from traitdunion.opco.factures import store
from traitdunion.opco.factures.traitement import Choix
from traitdunion.opco.paiements.banque import Rapport
from traitdunion.opco.paiements.verification import Verification, verify

COMPTABLE = "compte:1"


def set_jour(serveur: Serveur, jour: date) -> None:
    """Move the clock to the morning of a day."""
    serveur.clock.instant = datetime(jour.year, jour.month, jour.day, 8, 30, tzinfo=UTC)


async def lignes_of(serveur: Serveur, facture: int) -> list[store.LigneFacture]:
    """The lines of an invoice."""
    async with serveur.database.connection() as tx:
        return await store.list_lignes(tx, [facture])


async def accept(serveur: Serveur, facture: int, *, rejeter: tuple[str, ...] = ()) -> None:
    """Accept the lines of an invoice, and reject those of these natures."""
    async with serveur.database.connection() as tx:
        lue = await store.find(tx, facture)
    assert lue is not None
    choix = [
        Choix(ligne=une.id, accepte=True)
        if une.nature not in rejeter
        else Choix(ligne=une.id, accepte=False, motif="JUSTIFICATIF", texte="Le justificatif est illisible.")
        for une in await lignes_of(serveur, facture)
    ]
    await serveur.portail.traitement.decide(facture, version=lue.version, choix=choix, par=COMPTABLE)


async def order(serveur: Serveur, *, compenser: bool = False, siren: str = SIREN) -> int:
    """A pay run of all that is accepted, for today."""
    jour = serveur.clock.now().date()
    lots = serveur.portail.paiements.lots
    return await lots.create(sirens=[siren], execution_le=jour, compenser=compenser, par=COMPTABLE)


async def pay(serveur: Serveur, lot: int, *, rejets: dict[str, str] | None = None) -> Rapport:
    """Hand a run to the bank, which answers."""
    fichier = await serveur.portail.paiements.lots.download(lot, par=COMPTABLE)
    return await serveur.portail.paiements.banque.import_retours(
        write_avis(fichier, rejets=rejets or {}), par=COMPTABLE
    )


async def check_comptes(serveur: Serveur) -> Verification:
    """Read the accounts again: nothing may disagree."""
    async with serveur.database.connection() as tx:
        lue = await verify(tx)
    assert lue.ecarts == []
    return lue
