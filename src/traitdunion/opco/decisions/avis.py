"""The mails of instruction, queued in the transaction of the act that they tell of."""

from typing import Any

from traitdunion.opco.comptes import store as comptes
from traitdunion.opco.courriels import Courriels
from traitdunion.opco.courriels.message import check_adresse
from traitdunion.opco.socle.database import Tx

# A refusal is notified to the parties and to the CFA (D6224-2).
PARTIES = """
SELECT p.cerfa #>> '{employeur,courriel}', p.cerfa #>> '{apprenti,courriel}' FROM depot p WHERE numero_interne = %s
"""
# Without anybody who instructs, the administrators.
STAFF = """
SELECT DISTINCT courriel FROM compte
 WHERE actif AND (id = %(compte)s OR (%(compte)s::bigint IS NULL AND role = CASE
       WHEN EXISTS (SELECT FROM compte WHERE actif AND role = 'OPCO_GESTIONNAIRE') THEN 'OPCO_GESTIONNAIRE'
       ELSE 'OPCO_ADMINISTRATEUR' END)) ORDER BY 1
"""


class AvisDecisions:
    """Tells the CFA, the parties or the staff; a mail names a dossier by its number and nobody by their name."""

    def __init__(self, *, courriels: Courriels, url_publique: str) -> None:
        self._courriels = courriels
        self._url = url_publique

    async def tell_cfa(self, tx: Tx, siren: str, modele: str, *, numero: str, **valeurs: str) -> None:
        """The people of the CFA who manage its dossiers."""
        lien = f"{self._url}/mya/dossiers/{numero}"
        for courriel in await comptes.list_gestionnaires(tx, siren=siren):
            await self._queue(tx, courriel, modele, {"numero": numero, "lien": lien, **valeurs})

    async def tell_parties(self, tx: Tx, numero_interne: int, modele: str, *, numero: str, **valeurs: str) -> None:
        """The employer and the apprentice, at the addresses of the form; one that is absent or wrong is left out."""
        row = await (await tx.execute(PARTIES, (numero_interne,))).fetchone()
        for courriel in dict.fromkeys(row or ()):
            if courriel is None:
                continue
            try:
                check_adresse(courriel)
            except ValueError:
                continue
            await self._queue(tx, courriel, modele, {"numero": numero, **valeurs})

    async def tell_staff(self, tx: Tx, compte: int | None, modele: str, **valeurs: str) -> None:
        """The person to whom dossiers are given; every gestionnaire when nobody has them."""
        lien = f"{self._url}/instruction/"
        for (courriel,) in await (await tx.execute(STAFF, {"compte": compte})).fetchall():
            await self._queue(tx, courriel, modele, {"lien": lien, **valeurs})

    async def _queue(self, tx: Tx, courriel: str, modele: str, valeurs: dict[str, Any]) -> None:
        await self._courriels.queue(tx, destinataire=courriel, modele=modele, valeurs=valeurs)
