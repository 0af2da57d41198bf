"""Depositing a dossier: read, checked, numbered and committed with its neighbours, then acknowledged (norme.md §7)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import psycopg
import structlog

from traitdunion.norme import contenu, controles, lecture
from traitdunion.norme.erreurs import Anomalie, Gravite, Refus
from traitdunion.norme.erreurs import depot as codes
from traitdunion.norme.identifiants import numero_externe
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.parametres import Parametres
from traitdunion.opco.acces import Habilitation
from traitdunion.opco.dossiers import store
from traitdunion.opco.dossiers.search import affichage, cle_recherche
from traitdunion.opco.dossiers.states import CONSEIL_CORRECTION, Etat
from traitdunion.opco.parametres import ParametresOpco
from traitdunion.opco.referentiels import Registre
from traitdunion.opco.socle import failpoints, metrics
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Usage
from traitdunion.opco.socle.group_commit import GroupCommitter
from traitdunion.opco.socle.vault import Vault

# Said loudly in the logs and in the metrics from here on: the series ends at CA-9999999.
SEUIL_NUMEROS = 9_900_000
NUMERO_MAX = 9_999_999
# One batch at a time: while it commits, the next one fills, and a fuller batch pays less for its fsync (ADR 0005).
LOTS_EN_PARALLELE = 1
log = structlog.get_logger("dossiers")


class DepotRecu(msgspec.Struct, frozen=True):
    """What the CFA is told of its deposit; `rejoue` when it had been received before, word for word."""

    numero_interne: int
    numero_deca: str | None
    rejoue: bool
    avertissements: tuple[Anomalie, ...]


class Issue(msgspec.Struct, frozen=True):
    """What became of one deposit of a batch: `nouveau`, or the living dossier that holds its identity."""

    numero_interne: int
    nouveau: bool
    meme_contenu: bool
    etat: str
    numero_deca: str | None


def corps_aad(identite: bytes, depose_le: datetime) -> bytes:
    """What binds an encrypted body to its dossier: known before the number is, and one dossier's only (ADR 0005)."""
    return b"depot:%b:%b" % (identite, depose_le.astimezone(UTC).isoformat().encode())


def read_depot(
    corps: bytes, *, recu_le: datetime, parametres: Parametres, registre: Registre | None = None
) -> tuple[DepotDossier, list[Anomalie]]:
    """Read and check a body; every anomaly of shape, of rule and of reference data, whatever its weight.

    Raises `Refus` when the JSON cannot be parsed.
    """
    lu = lecture.read(DepotDossier, corps)
    trouvees = controles.check_depot(lu.message, recu_le=day_of(recu_le), parametres=parametres)
    if registre is not None and lu.message.cerfa is not None:
        trouvees += registre.check(lu.message.cerfa)
    return lu.message, controles.merge(lu.anomalies, trouvees)


def refuse_bloquant(anomalies: Sequence[Anomalie]) -> None:
    """Raise `Refus` with all the anomalies when one of them blocks (norme.md §5)."""
    if any(anomalie.gravite is Gravite.BLOQUANT for anomalie in anomalies):
        raise Refus(anomalies)


def siret_anomalies(depot: DepotDossier, *, siren: str) -> list[Anomalie]:
    """SIRET_HORS_SIREN when the CFA of the body is not of the key's SIREN (norme.md §7); an absent one is a rule."""
    organisme = depot.cerfa.organisme_formation if depot.cerfa else None
    if organisme is None or organisme.siret is None or organisme.siret[:9] == siren:
        return []
    return [codes.SIRET_HORS_SIREN.anomalie("cerfa.organismeFormation.siret", siren=siren)]


class Depots:
    """The use cases of a deposit; one per worker, since it holds the worker's group committer."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        clock: Clock,
        parametres: ParametresOpco,
        lot_max: int = 64,
        registre: Registre | None = None,
    ) -> None:
        """`registre`: the reference data of this process, None not to check against them."""
        self._registre = registre
        self._database = database
        self._vault = vault
        self._clock = clock
        self._parametres = parametres
        self._committer: GroupCommitter[store.Candidat, Issue] = GroupCommitter(
            self._commit, max_batch=lot_max, parallel=LOTS_EN_PARALLELE
        )
        self._en_cours: dict[bytes, asyncio.Event] = {}

    async def aclose(self) -> None:
        """Let the batch under way end."""
        await self._committer.aclose()

    def check(self, corps: bytes, *, siren: str) -> list[Anomalie]:
        """Every anomaly of a body, nothing stored (POST dossiers/controle). Raises `Refus` on unreadable JSON."""
        depot, anomalies = read_depot(
            corps, recu_le=self._clock.now(), parametres=self._parametres.en_vigueur, registre=self._registre
        )
        return anomalies + siret_anomalies(depot, siren=siren)

    async def deposit(self, corps: bytes, *, par: Habilitation) -> DepotRecu:
        """Record a deposit durably; returns only once it is committed.

        The same deposit again gives the same numbers. Raises `Refus`: unreadable or blocking anomalies (all of them),
        SIRET_HORS_SIREN, DEPOT_DEJA_RECU when the identity is held by a living dossier with another content.
        """
        recu_le = self._clock.now()
        depot, anomalies = read_depot(
            corps, recu_le=recu_le, parametres=self._parametres.en_vigueur, registre=self._registre
        )
        refuse_bloquant(anomalies)
        cerfa = depot.cerfa
        assert cerfa is not None  # its absence blocks
        if hors_siren := siret_anomalies(depot, siren=par.siren):
            raise Refus(hors_siren, statut=codes.SIRET_HORS_SIREN.statut)
        issue = await self._submit(self._prepare(cerfa, depot, corps, par=par, recu_le=recu_le))
        if not issue.nouveau and not issue.meme_contenu:
            raise await self._deja_recu(issue, depot, par=par)
        return DepotRecu(
            numero_interne=issue.numero_interne,
            numero_deca=issue.numero_deca,
            rejoue=not issue.nouveau,
            avertissements=tuple(anomalies),
        )

    async def _submit(self, attente: store.Candidat) -> Issue:
        """Commit a deposit; one of the same identity sent meanwhile waits, lest two batches each take a number."""
        premier = self._en_cours.get(attente.identite)
        if premier is not None:
            await premier.wait()
            return await self._committer.submit(attente)
        fini = self._en_cours[attente.identite] = asyncio.Event()
        try:
            return await self._committer.submit(attente)
        finally:
            del self._en_cours[attente.identite]
            fini.set()

    def _prepare(
        self, cerfa: Cerfa, depot: DepotDossier, corps: bytes, *, par: Habilitation, recu_le: datetime
    ) -> store.Candidat:
        nir = cerfa.apprenti.nir if cerfa.apprenti else None
        cle = identite(cerfa, siren=par.siren)
        return store.Candidat(
            identite=cle,
            siren=par.siren,
            editeur=par.editeur,
            sha256_contenu=contenu.digest(depot),
            nir_empreinte=self._vault.digest(nir[:13].encode(), usage="nir") if nir else None,
            depose_le=recu_le,
            corps_chiffre=self._vault.encrypt(corps, aad=corps_aad(cle, recu_le)),
            sha256_recu=sha256(corps).digest(),
            cerfa=contenu.copie_recherchable(cerfa).decode(),
            siret_employeur=cerfa.employeur.siret if cerfa.employeur else None,
            cle_recherche=cle_recherche(cerfa),
            affichage=affichage(cerfa).decode(),
        )

    async def _commit(self, lot: Sequence[store.Candidat]) -> list[Issue]:
        """Commit a batch: one leader per identity, its twins answered from the leader's row."""
        meneurs = {attente.identite: attente for attente in reversed(lot)}
        inscrits = await self._record([meneurs[cle] for cle in sorted(meneurs)])
        return [self._issue(attente, meneurs[attente.identite], inscrits[attente.identite]) for attente in lot]

    async def _record(self, candidats: list[store.Candidat]) -> dict[bytes, store.Inscription]:
        """Insert the candidates, sorted by identity; those lost to another worker are asked for again."""
        inscrits: dict[bytes, store.Inscription] = {}
        failpoints.hit("avant_commit")
        async with self._database.connection(usage=Usage.BATCH) as tx:
            while candidats:
                try:
                    reponses = await store.record_lot(tx, candidats)
                except psycopg.errors.SequenceGeneratorLimitExceeded:
                    log.critical("numeros_epuises")
                    raise codes.NUMEROS_EPUISES.refus() from None
                inscrits |= {c.identite: i for c, i in zip(candidats, reponses, strict=True) if i is not None}
                candidats = [candidat for candidat in candidats if candidat.identite not in inscrits]
        failpoints.hit("apres_commit")
        _watch_numbers(max((un.numero_interne for un in inscrits.values() if un.nouveau), default=0))
        return inscrits

    @staticmethod
    def _issue(attente: store.Candidat, meneur: store.Candidat, inscrit: store.Inscription) -> Issue:
        return Issue(
            numero_interne=inscrit.numero_interne,
            nouveau=inscrit.nouveau and attente is meneur,
            meme_contenu=attente.sha256_contenu == inscrit.sha256_contenu,
            etat=inscrit.etat,
            numero_deca=inscrit.numero_deca,
        )

    async def _deja_recu(self, issue: Issue, depot: DepotDossier, *, par: Habilitation) -> Refus:
        """The refusal of another content under an identity already held, with the fields that differ."""
        async with self._database.connection() as tx:
            (garde,) = await store.find_depots(tx, [issue.numero_interne], siren=par.siren)
        ancien = self._vault.decrypt(garde.corps_chiffre, aad=corps_aad(garde.identite, garde.dossier.depose_le))
        champs = contenu.differences(lecture.read(DepotDossier, ancien).message, depot)
        externe = numero_externe(issue.numero_interne)
        return Refus(
            [
                codes.DEPOT_DEJA_RECU.anomalie(
                    "cerfa",
                    numero_externe=externe,
                    numero_interne=issue.numero_interne,
                    conseil=CONSEIL_CORRECTION[Etat(issue.etat)],
                ),
                *(codes.CHAMP_DIFFERENT.anomalie(champ) for champ in champs),
            ],
            complement={
                "numeroInterne": str(issue.numero_interne),
                "numeroExterne": externe,
                "differences": list(champs),
            },
        )


def _watch_numbers(dernier: int) -> None:
    """Show how far the series has gone; say it loudly when it nears its end."""
    if not dernier:
        return
    metrics.DERNIER_NUMERO.set(dernier)
    if dernier >= SEUIL_NUMEROS:
        log.critical("numeros_bientot_epuises", dernier=dernier, maximum=NUMERO_MAX)
