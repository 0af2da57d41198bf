"""The « identifiant API CFA »: generated, read again, rolled, revoked (guide.md; fiabilite.md §4)."""

import calendar
import secrets
from datetime import date, datetime, time, timedelta

import msgspec

from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu
from traitdunion.opco.acces import store
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.avis import JOURS, Avis, list_bientot, mark_avertie, threshold_of
from traitdunion.opco.acces.service import USAGE_CLE
from traitdunion.opco.evenements import journal
from traitdunion.opco.evenements import store as evenements
from traitdunion.opco.socle.clock import PARIS, Clock, day_of
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault

MOIS_MIN, MOIS_DEFAUT, MOIS_MAX = 6, 12, 36
CHEVAUCHEMENT_JOURS_MAX = 30
VIVANTES_MAX = 2
MOTIF_CARACTERES_MAX = 500
MOTIF_REMPLACEE = "Remplacée par un nouvel identifiant, sans délai"
OBJET = "CLE_API"


class CleGeneree(msgspec.Struct, frozen=True, kw_only=True):
    """A new key, in clear. `dernier_jour`: the last day, included, on which it works."""

    id: int
    siren: str
    cle: str
    prefixe: str
    dernier_jour: date

    def __repr__(self) -> str:
        return f"CleGeneree({self.prefixe}…, {self.siren})"


def add_months(jour: date, mois: int) -> date:
    """The same day `mois` months later; where that month lacks it, its last day (art. 641 CPC)."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    return date(annee, rang + 1, min(jour.day, calendar.monthrange(annee, rang + 1)[1]))


def end_of(jour: date) -> datetime:
    """The instant at which a day is over in France: midnight, Paris time (art. 642 CPC)."""
    return datetime.combine(jour + timedelta(days=1), time(), tzinfo=PARIS)


def last_day(expire_le: datetime) -> date:
    """The last day on which something that ends at `expire_le` holds (dateFinValidite of cfakeyinfo)."""
    return day_of(expire_le - timedelta(microseconds=1))


def is_live(cle: store.Cle, *, at: datetime) -> bool:
    """Neither revoked nor over."""
    return cle.revoquee_le is None and cle.expire_le > at


class Cles:
    """The acts on keys, each in one transaction, with its event; all are for a SIREN, never across."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        clock: Clock,
        milieu: Milieu = Milieu.ESSAI,
        avis: Avis | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._milieu = milieu
        self._avis = avis

    async def generate(
        self,
        siren: str,
        *,
        par: str,
        mois: int = MOIS_DEFAUT,
        chevauchement_jours: int = CHEVAUCHEMENT_JOURS_MAX,
    ) -> CleGeneree:
        """A new key, valid at once; the one in use stays so for `chevauchement_jours` more (0: it is revoked).

        Raises ActeRefuse: duration out of 6-36 months, overlap out of 0-30 days, unknown SIREN, two keys live already.
        """
        if not MOIS_MIN <= mois <= MOIS_MAX:
            raise ActeRefuse(f"La durée de validité va de {MOIS_MIN} à {MOIS_MAX} mois.")
        if not 0 <= chevauchement_jours <= CHEVAUCHEMENT_JOURS_MAX:
            raise ActeRefuse(f"Le chevauchement va de 0 à {CHEVAUCHEMENT_JOURS_MAX} jours.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            # The lock makes two generations at once wait for one another: never three live keys.
            organisation = await store.find_organisation(tx, siren)
            if organisation is None:
                raise ActeRefuse(f"Aucun CFA ne porte le SIREN {siren}. Créez-le d'abord.")
            vivantes = [cle for cle in await store.list_cles(tx, siren=siren) if is_live(cle, at=at)]
            if len(vivantes) >= VIVANTES_MAX:
                raise ActeRefuse(
                    "Deux identifiants sont déjà valables : révoquez l'ancien, ou attendez sa fin, avant d'en générer "
                    "un troisième."
                )
            for ancienne in vivantes:
                await self._close(tx, ancienne, chevauchement_jours=chevauchement_jours, at=at, par=par)
            generee = await self._insert(tx, siren, mois=mois, at=at, par=par)
            if self._avis is not None:
                await self._avis.tell_generee(
                    tx,
                    siren=siren,
                    denomination=organisation.denomination,
                    dernier_jour=generee.dernier_jour,
                    par=par,
                )
            await store.notify(tx)
        return generee

    async def read(self, siren: str, cle: int | None = None, *, par: str) -> CleGeneree:
        """A key in clear again: the newest live one, or the one of id `cle`; the reading leaves an event.

        Raises ActeRefuse when there is none.
        """
        at = self._clock.now()
        async with self._database.transaction() as tx:
            cles = await store.list_cles(tx, siren=siren)
            trouvee = next((c for c in cles if (is_live(c, at=at) if cle is None else c.id == cle)), None)
            if trouvee is None:
                raise ActeRefuse("Ce SIREN n'a pas d'identifiant à montrer.")
            empreinte, chiffre = await store.read_chiffre(tx, cle=trouvee.id)
            clair = self._vault.decrypt(chiffre, aad=_aad(siren, empreinte)).decode()
            await self._note(tx, trouvee.siren, trouvee.id, "CLE_LUE", par=par, at=at)
        return CleGeneree(
            id=trouvee.id, siren=siren, cle=clair, prefixe=trouvee.prefixe, dernier_jour=last_day(trouvee.expire_le)
        )

    async def list_cles(self, siren: str) -> list[store.Cle]:
        """Every key of a SIREN, newest first, without what it says."""
        async with self._database.connection() as conn:
            return await store.list_cles(conn, siren=siren)

    async def revoke(self, siren: str, cle: int, *, motif: str, par: str) -> None:
        """Revoke a key at once, on all workers; the reason is kept.

        Raises ActeRefuse: no reason, no such key of this SIREN, revoked already.
        """
        motif = motif.strip()
        if not 0 < len(motif) <= MOTIF_CARACTERES_MAX:
            raise ActeRefuse(f"Le motif est obligatoire, {MOTIF_CARACTERES_MAX} caractères au plus.")
        at = self._clock.now()
        async with self._database.transaction() as tx:
            organisation = await store.find_organisation(tx, siren)
            trouvee = await store.find_cle(tx, siren=siren, cle=cle)
            if trouvee is None:
                raise ActeRefuse(f"Le SIREN {siren} n'a pas d'identifiant n° {cle}.")
            if trouvee.revoquee_le is not None:
                raise ActeRefuse(f"L'identifiant n° {cle} est déjà révoqué.")
            await store.revoke_cle(tx, cle=cle, motif=motif, at=at)
            await self._note(tx, siren, cle, "CLE_REVOQUEE", par=par, at=at, motif=motif)
            await store.notify(tx)
            if self._avis is not None and organisation is not None:
                await self._avis.tell_revoquee(tx, siren=siren, denomination=organisation.denomination, motif=motif)

    async def warn_ends(self) -> int:
        """Tell the administrators of the keys that end in 30, 15, 7 or 1 days, each once; how many warnings.

        A day on which this did not run is made up for: the warning due is the one of the days that are left.
        """
        if self._avis is None:
            return 0
        at, averties = self._clock.now(), 0
        horizon = end_of(day_of(at) + timedelta(days=max(JOURS)))
        async with self._database.transaction() as tx:
            for cle, siren, denomination, expire_le, deja in await list_bientot(tx, at=at, horizon=horizon):
                dernier_jour = last_day(expire_le)
                jours = (dernier_jour - day_of(at)).days
                seuil = threshold_of(jours)
                if seuil is None or (deja is not None and deja <= seuil):
                    continue
                await self._avis.tell_bientot(
                    tx, siren=siren, denomination=denomination, dernier_jour=dernier_jour, jours=jours
                )
                await mark_avertie(tx, cle, jours=seuil)
                averties += 1
        return averties

    async def _insert(self, tx: store.Tx, siren: str, *, mois: int, at: datetime, par: str) -> CleGeneree:
        alea = "".join(secrets.choice(cle_api.ALPHABET) for _ in range(cle_api.ALEA_CARACTERES))
        cle = cle_api.compose(alea, milieu=self._milieu)
        empreinte = self._vault.digest(cle.encode(), usage=USAGE_CLE)
        dernier_jour = add_months(day_of(at), mois)
        id_ = await store.insert_cle(
            tx,
            siren=siren,
            prefixe=cle_api.prefixe(cle),
            empreinte=empreinte,
            chiffre=self._vault.encrypt(cle.encode(), aad=_aad(siren, empreinte)),
            at=at,
            expire_le=end_of(dernier_jour),
        )
        await self._note(tx, siren, id_, "CLE_GENEREE", par=par, at=at, dernier_jour=dernier_jour.isoformat())
        return CleGeneree(id=id_, siren=siren, cle=cle, prefixe=cle_api.prefixe(cle), dernier_jour=dernier_jour)

    async def _close(
        self, tx: store.Tx, ancienne: store.Cle, *, chevauchement_jours: int, at: datetime, par: str
    ) -> None:
        if chevauchement_jours == 0:
            await store.revoke_cle(tx, cle=ancienne.id, motif=MOTIF_REMPLACEE, at=at)
            await self._note(tx, ancienne.siren, ancienne.id, "CLE_REVOQUEE", par=par, at=at, motif=MOTIF_REMPLACEE)
            return
        fin = end_of(day_of(at) + timedelta(days=chevauchement_jours))
        await store.shorten_cle(tx, cle=ancienne.id, expire_le=fin)
        jour = last_day(min(fin, ancienne.expire_le)).isoformat()
        await self._note(tx, ancienne.siren, ancienne.id, "CLE_REMPLACEE", par=par, at=at, dernier_jour=jour)

    @staticmethod
    async def _note(tx: store.Tx, siren: str, cle: int, type_: str, *, par: str, at: datetime, **faits: str) -> None:
        await evenements.append(
            tx, siren=siren, objet=OBJET, numero_interne=cle, type_=type_, acteur=par, at=at, donnees=faits or None
        )
        await journal.append(tx, acteur=par, acte=type_, at=at, siren=siren, objet=f"cle:{cle}", donnees=faits or None)


def _aad(siren: str, empreinte: bytes) -> bytes:
    """What binds an encrypted key to its SIREN and its row."""
    return b"cle_api:" + siren.encode() + b":" + empreinte
