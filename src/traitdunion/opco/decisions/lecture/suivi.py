"""What becomes of a dossier, as its CFA reads it: the request that waits for it, its funding, its breaks."""

from collections.abc import Sequence
from datetime import date

import msgspec

from traitdunion.opco.decisions import store
from traitdunion.opco.financement.service import EngagementLu, Financement
from traitdunion.opco.socle.database import Database

ATTENTES = """
SELECT numero_interne, limite_le FROM demande_information
 WHERE siren = %s AND repondue_le IS NULL ORDER BY limite_le, numero_interne LIMIT %s
"""


OUVERTES = """
SELECT numero_interne, limite_le FROM demande_information WHERE numero_interne = ANY(%s) AND repondue_le IS NULL
"""


class SuiviLu(msgspec.Struct, frozen=True, kw_only=True):
    """What follows the deposit of one dossier."""

    demandes: tuple[store.DemandeInformation, ...] = ()
    ruptures: tuple[store.Rupture, ...] = ()
    engagement: EngagementLu | None = None
    limite_le: date | None = None
    contrat_lie: int | None = None  # the contract that this one follows or changes, of the same CFA
    avenant: bool = False

    @property
    def demande_ouverte(self) -> store.DemandeInformation | None:
        """The request that waits for an answer."""
        return next((une for une in self.demandes if une.repondue_le is None), None)


class Attente(msgspec.Struct, frozen=True):
    """A dossier whose CFA is asked for information, and until when."""

    numero_interne: int
    limite_le: date


class Suivi:
    """Reads what follows, for the SIREN that a dossier was already found to be of."""

    def __init__(self, *, database: Database, financement: Financement) -> None:
        self._database = database
        self._financement = financement

    async def read(self, numero: int, *, siren: str) -> SuiviLu:
        """What follows the deposit of a dossier; nothing for another SIREN's."""
        async with self._database.connection() as tx:
            fiche = await store.find(tx, numero)
            if fiche is None or fiche.siren != siren:
                return SuiviLu()
            return SuiviLu(
                demandes=tuple(await store.list_demandes(tx, numero)),
                ruptures=tuple(await store.list_ruptures(tx, numero)),
                engagement=await self._financement.find(tx, numero),
                contrat_lie=fiche.contrat_lie,
                avenant=await store.is_avenant(tx, numero),
                limite_le=fiche.limite_le if fiche.file not in (None, "DECIDE") else None,
            )

    async def list_attentes(self, *, siren: str, limite: int = 10) -> list[Attente]:
        """The requests for information that wait for a SIREN, the nearest deadline first."""
        async with self._database.connection() as tx:
            return [Attente(*row) for row in await (await tx.execute(ATTENTES, (siren, limite))).fetchall()]

    async def list_demandees(self, numeros: Sequence[int]) -> dict[int, date]:
        """Of dossiers already found to be the reader's, those whose CFA is asked for information, and until when."""
        async with self._database.connection() as tx:
            return dict(await (await tx.execute(OUVERTES, (list(numeros),))).fetchall())
