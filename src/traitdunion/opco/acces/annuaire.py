"""What the OPCO's administration looks up and changes of organisations, and the audit log it reads."""

from traitdunion.norme.identifiants import siret_valide
from traitdunion.opco.acces import store
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.cfa import AccesCfa, Vues
from traitdunion.opco.evenements import journal
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

LIMITE = 50
LIGNES = 100


class Annuaire:
    """The use cases of the OPCO's administration on organisations; each act is in the audit log."""

    def __init__(self, *, database: Database, clock: Clock, vues: Vues) -> None:
        self._database = database
        self._clock = clock
        self._vues = vues

    async def list_organisations(self, quoi: str) -> list[store.Organisation]:
        """Organisations by SIREN, SIRET or name; the first 50."""
        propre = " ".join("".join(c for c in quoi if c.isprintable()).split())[:100]
        async with self._database.connection() as conn:
            return await store.list_organisations_like(conn, propre, limite=LIMITE)

    async def find(self, siren: str) -> AccesCfa | None:
        """All that is known of the access of one SIREN."""
        return await self._vues.find(siren)

    async def list_cles(self, siren: str) -> list[store.Cle]:
        """Every key of a SIREN, over or not, never what they say."""
        async with self._database.connection() as conn:
            return await store.list_cles(conn, siren=siren)

    async def set_siege(self, siret: str, *, par: str) -> None:
        """Make an establishment the siège social of its SIREN; there is one. Raises ActeRefuse."""
        if not siret_valide(siret):
            raise ActeRefuse("Ce SIRET n'est pas valide : 14 chiffres, clé comprise.")
        async with self._database.transaction() as tx:
            await store.find_organisation(tx, siret[:9])
            if not await store.set_siege(tx, siret=siret):
                raise ActeRefuse("Cet établissement n'est pas connu.")
            await journal.append(
                tx, acteur=par, acte="SIEGE_CHANGE", at=self._clock.now(), siren=siret[:9], objet=f"siret:{siret}"
            )

    async def note(self, acte: str, *, par: str, siren: str | None = None, objet: str | None = None) -> None:
        """Keep in the audit log an act whose own use case does not."""
        async with self._database.transaction() as tx:
            await journal.append(tx, acteur=par, acte=acte, at=self._clock.now(), siren=siren, objet=objet)

    async def read_journal(
        self,
        *,
        avant: int | None = None,
        siren: str | None = None,
        acteur: str | None = None,
        acte: str | None = None,
    ) -> list[journal.Ligne]:
        """The latest lines of the audit log, older than `avant`, one more than a page holds."""
        async with self._database.connection() as conn:
            return await journal.list_lignes(
                conn, avant=avant, siren=siren, acteur=acteur, acte=acte, limite=LIGNES + 1
            )
