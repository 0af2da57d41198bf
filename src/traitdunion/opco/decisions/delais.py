"""The 20-day clock: staff are warned at 15 and 18 days, then silence is recorded as a refusal (R6224-3)."""

from collections import Counter
from datetime import timedelta

import structlog

from traitdunion.norme.identifiants import numero_externe
from traitdunion.opco.decisions.avis import AvisDecisions
from traitdunion.opco.decisions.service import Decisions
from traitdunion.opco.evenements import journal
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database

LOT = 500
# An index that holds undecided files only, by their limit: the sweep reads what it changes.
ALERTER = """
UPDATE instruction SET alerte = %(alerte)s
 WHERE numero_interne IN (
       SELECT numero_interne FROM instruction
        WHERE file IN ('A_INSTRUIRE', 'ATTENTE_INFORMATION') AND limite_le <= %(horizon)s AND limite_le >= %(jour)s
          AND alerte < %(alerte)s
        ORDER BY limite_le LIMIT %(lot)s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING affecte_a
"""
PASSES = """
SELECT numero_interne FROM instruction
 WHERE file IN ('A_INSTRUIRE', 'ATTENTE_INFORMATION') AND limite_le < %s
 ORDER BY limite_le LIMIT %s
"""
# Who has left instructs no more: their dossiers come back to the team.
LIBERER = """
UPDATE instruction i SET affecte_a = NULL
  FROM compte c WHERE c.id = i.affecte_a AND i.file <> 'DECIDE' AND NOT c.actif
RETURNING i.numero_interne
"""
log = structlog.get_logger("delais")


class Delais:
    """What the calendar does to undecided dossiers; each part may run twice without harm."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        decisions: Decisions,
        avis: AvisDecisions,
        parametres: ParametresOpco,
    ) -> None:
        self._database = database
        self._clock = clock
        self._decisions = decisions
        self._avis = avis
        self._parametres = parametres

    async def release(self) -> int:
        """Give back to the team the undecided dossiers of closed accounts; how many."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            liberes = [numero for (numero,) in await (await tx.execute(LIBERER)).fetchall()]
            for numero in liberes:
                objet = numero_externe(numero)
                await journal.append(tx, acteur="opco", acte="DOSSIER_LIBERE", at=at, siren=None, objet=objet)
        return len(liberes)

    async def warn(self) -> int:
        """Mail to each person how many of their dossiers have passed 15, then 18 days; how many dossiers."""
        await self.release()
        jour, total = day_of(self._clock.now()), 0
        regles = self._parametres.en_vigueur.at(jour)
        for alerte in sorted(regles.instruction_alertes_jours, reverse=True):
            async with self._database.transaction() as tx:
                horizon = jour + timedelta(days=regles.instruction_jours - alerte)
                valeurs = {"alerte": alerte, "horizon": horizon, "jour": jour, "lot": LOT}
                par_personne = Counter(affecte for (affecte,) in await (await tx.execute(ALERTER, valeurs)).fetchall())
                for affecte, nombre in sorted(par_personne.items(), key=lambda une: une[0] or 0):
                    await self._avis.tell_staff(tx, affecte, "delai_proche", jours=str(alerte), nombre=str(nombre))
            total += sum(par_personne.values())
        return total

    async def record_refus(self) -> int:
        """Record the implicit refusals of the dossiers whose limit has passed; how many."""
        async with self._database.connection() as tx:
            jour = day_of(self._clock.now())
            numeros = [numero for (numero,) in await (await tx.execute(PASSES, (jour, LOT))).fetchall()]
        constates = 0
        for numero in numeros:
            constates += await self._decisions.record_refus_implicite(numero)
        if constates:
            log.warning("refus_implicites", nombre=constates)
        return constates
