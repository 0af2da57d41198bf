"""The mails about invoices and payments, queued in the transaction of the act that they tell of."""

from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.socle.database import Tx


class AvisFactures:
    """Tells the people of a CFA; a mail names an invoice by its number, and never an IBAN nor a person."""

    def __init__(self, *, courriels: Courriels, url_publique: str) -> None:
        self._courriels = courriels
        self._url = url_publique

    async def tell_cfa(self, tx: Tx, siren: str, modele: str, **valeurs: str) -> None:
        """Those who manage its dossiers; the link leads to « Mes Factures »."""
        lien = f"{self._url}/mya/factures"
        for courriel in await comptes.list_gestionnaires(tx, siren=siren):
            await self._courriels.queue(tx, destinataire=courriel, modele=modele, valeurs={"lien": lien, **valeurs})
