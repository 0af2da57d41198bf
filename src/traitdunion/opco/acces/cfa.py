"""What a CFA sees of its own access: its establishments, its key, the editors connected (guide.md, « Mon Compte »)."""

from datetime import date, datetime

import msgspec

from traitdunion.opco.acces import store
from traitdunion.opco.acces.cles import is_live, last_day
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database


class CleVue(msgspec.Struct, frozen=True, kw_only=True):
    """A live key as it may be listed: never what it says. Days in France; `jours`: from today to its last one."""

    id: int
    prefixe: str
    generee_le: datetime
    dernier_jour: date
    jours: int
    derniere_utilisation: datetime | None


class AccesCfa(msgspec.Struct, frozen=True, kw_only=True):
    """The access of one CFA."""

    siren: str
    denomination: str
    etablissements: tuple[store.Etablissement, ...]
    cles: tuple[CleVue, ...]
    accrochages: tuple[tuple[store.Accrochage, str], ...]

    @property
    def siege(self) -> str | None:
        """The SIRET of the siège social, when one is known."""
        return next((un.siret for un in self.etablissements if un.siege), None)


class Vues:
    """What each CFA may read of its access, and nothing of another's."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, siren: str) -> AccesCfa | None:
        """The access of a SIREN; None when no CFA bears it."""
        at = self._clock.now()
        async with self._database.connection() as conn:
            organisation = await store.find_organisation(conn, siren)
            if organisation is None:
                return None
            etablissements = await store.list_etablissements(conn, siren=siren)
            cles = await store.list_cles(conn, siren=siren)
            accrochages = await store.list_accrochages_of(conn, siren=siren)
        return AccesCfa(
            siren=siren,
            denomination=organisation.denomination,
            etablissements=tuple(etablissements),
            cles=tuple(_to_vue(cle, at=at) for cle in cles if is_live(cle, at=at)),
            accrochages=tuple(accrochages),
        )


def _to_vue(cle: store.Cle, *, at: datetime) -> CleVue:
    dernier_jour = last_day(cle.expire_le)
    return CleVue(
        id=cle.id,
        prefixe=cle.prefixe,
        generee_le=cle.cree_le,
        dernier_jour=dernier_jour,
        jours=(dernier_jour - day_of(at)).days,
        derniere_utilisation=cle.derniere_utilisation,
    )
