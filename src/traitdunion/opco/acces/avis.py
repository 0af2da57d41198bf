"""Mails about keys, to the administrators of the CFA: generated, revoked, near their end (fiabilite.md §4)."""

from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection

from traitdunion.opco.courriels import Courriels

Tx = AsyncConnection[Any]
JOURS = (30, 15, 7, 1)  # before the last day of a key
OPCO = "l'OPCO"

ADMINISTRATEURS = """
SELECT DISTINCT courriel FROM compte WHERE siren = %s AND role = 'CFA_ADMINISTRATEUR' AND actif ORDER BY 1
"""
NOM = "SELECT prenom || ' ' || nom FROM compte WHERE id = %s"
# A key that a newer one follows needs no warning: it ends because it was replaced.
BIENTOT = """
SELECT c.id, c.siren, o.denomination, c.expire_le, c.avertie_jours
  FROM cle_api c JOIN organisation o ON o.siren = c.siren
 WHERE c.revoquee_le IS NULL AND c.expire_le > %(at)s AND c.expire_le <= %(horizon)s
   AND NOT EXISTS (SELECT FROM cle_api n WHERE n.siren = c.siren AND n.id > c.id AND n.revoquee_le IS NULL
                                           AND n.expire_le > c.expire_le)
 ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
"""


def threshold_of(jours: int) -> int | None:
    """The warning due when `jours` days are left after today: the smallest threshold not yet passed, None before 30."""
    return min((un for un in JOURS if un >= jours), default=None)


class Avis:
    """Queues the mails in the transaction of the act that they tell of."""

    def __init__(self, *, courriels: Courriels) -> None:
        self._courriels = courriels

    async def tell_generee(self, tx: Tx, *, siren: str, denomination: str, dernier_jour: date, par: str) -> None:
        """A key has been generated, by whom."""
        valeurs = {"denomination": denomination, "dernier_jour": _jour(dernier_jour), "par": await _name(tx, par)}
        await self._tell(tx, siren, "cle_generee", valeurs)

    async def tell_revoquee(self, tx: Tx, *, siren: str, denomination: str, motif: str) -> None:
        """A key has been revoked, and why."""
        await self._tell(tx, siren, "cle_revoquee", {"denomination": denomination, "motif": motif})

    async def tell_bientot(self, tx: Tx, *, siren: str, denomination: str, dernier_jour: date, jours: int) -> None:
        """A key ends soon."""
        valeurs = {"denomination": denomination, "dernier_jour": _jour(dernier_jour), "jours": str(jours)}
        await self._tell(tx, siren, "cle_bientot_finie", valeurs)

    async def _tell(self, tx: Tx, siren: str, modele: str, valeurs: dict[str, str]) -> None:
        for (courriel,) in await (await tx.execute(ADMINISTRATEURS, (siren,))).fetchall():
            await self._courriels.queue(tx, destinataire=courriel, modele=modele, valeurs=valeurs)


async def list_bientot(tx: Tx, *, at: datetime, horizon: datetime) -> list[tuple[int, str, str, datetime, int | None]]:
    """Live keys that end before `horizon`: id, SIREN, name, end, last warning given in days; held by the caller."""
    return await (await tx.execute(BIENTOT, {"at": at, "horizon": horizon})).fetchall()


async def mark_avertie(tx: Tx, cle: int, *, jours: int) -> None:
    """Note which warning was given."""
    await tx.execute("UPDATE cle_api SET avertie_jours = %s WHERE id = %s", (jours, cle))


async def _name(tx: Tx, acteur: str) -> str:
    """Who acted, as people know them."""
    genre, _, numero = acteur.partition(":")
    if genre != "compte" or not numero.isdigit():
        return OPCO
    row = await (await tx.execute(NOM, (int(numero),))).fetchone()
    return str(row[0]) if row else OPCO


def _jour(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"
