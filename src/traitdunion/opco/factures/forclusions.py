"""What the calendar does to lines that wait for a proof: the CFA is reminded, then they are lost (R6332-25 III 4°)."""

from datetime import timedelta

from traitdunion.opco.dossiers import store as dossiers
from traitdunion.opco.factures.avis import AvisFactures
from traitdunion.opco.factures.lignes import Lignes
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

LOT = 500
RAPPELS_JOURS = (30, 7)  # before the last day
# An index that holds waiting lines only, by their last day: the sweep reads what it changes.
RAPPELER = """
UPDATE ligne_facture l SET rappels = %(rang)s
  FROM facture f
 WHERE f.numero_interne = l.facture AND l.id IN (
       SELECT id FROM ligne_facture
        WHERE etat = 'A_COMPLETER' AND jusqu_au BETWEEN %(jour)s AND %(horizon)s AND rappels < %(rang)s
        ORDER BY jusqu_au, id LIMIT %(lot)s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING f.siren, f.numero, l.jusqu_au
"""
PASSEES = """
SELECT numero_interne, siren, array_agg(id ORDER BY id)
  FROM (SELECT id, numero_interne, siren FROM ligne_facture
         WHERE etat = 'A_COMPLETER' AND jusqu_au < %s ORDER BY jusqu_au, id LIMIT %s) x
 GROUP BY numero_interne, siren ORDER BY numero_interne
"""


class Forclusions:
    """Each part may run twice without harm."""

    def __init__(self, *, database: Database, clock: Clock, lignes: Lignes, avis: AvisFactures) -> None:
        self._database = database
        self._clock = clock
        self._lignes = lignes
        self._avis = avis

    async def warn(self) -> int:
        """Remind the CFA of what their lines wait for, 30 then 7 days before the last day; how many invoices."""
        jour, total = day_of(self._clock.now()), 0
        for rang, avant in reversed(list(enumerate(RAPPELS_JOURS, 1))):
            valeurs = {"rang": rang, "jour": jour, "horizon": jour + timedelta(days=avant), "lot": LOT}
            async with self._database.transaction() as tx:
                rappelees = set(await (await tx.execute(RAPPELER, valeurs)).fetchall())
                for siren, numero, limite in sorted(rappelees):
                    await self._avis.tell_cfa(
                        tx, siren, "facture_a_completer", numero=numero, limite=f"{limite:%d/%m/%Y}"
                    )
            total += len(rappelees)
        return total

    async def record(self) -> int:
        """Lose the lines whose last day has gone by; how many dossiers."""
        at = self._clock.now()
        async with self._database.connection() as tx:
            passees = await (await tx.execute(PASSEES, (day_of(at), LOT))).fetchall()
        for numero, siren, ids in passees:
            async with self._database.transaction() as tx:
                await dossiers.lock(tx, numero, siren=siren)
                await self._lignes.foreclose(tx, numero, ids, siren=siren, at=at)
        return len(passees)
