"""Sessions: opened at connection, renewed when they gain rights, closed by their person or by time.

The token is 256 random bits in a cookie; only its SHA-256 is kept.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from traitdunion.opco.comptes import store
from traitdunion.opco.comptes.essais import OUBLI
from traitdunion.opco.comptes.roles import OPCO, Role
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database

DUREE = timedelta(hours=12)
DUREE_MEMORISEE = timedelta(days=30)
INACTIVITE = timedelta(hours=1)  # not for those who asked to be remembered
PREUVE = timedelta(minutes=10)  # how long a password that was just shown is enough for what is grave
PAS_VUE = timedelta(minutes=5)  # the last use is not written more often
AGENT_CARACTERES_MAX = 200


class Personne(msgspec.Struct, frozen=True, kw_only=True):
    """Who is connected, as the pages know them. `complete`: the second factor was shown, or is not asked for."""

    compte: int
    utilisateur: str
    nom: str
    prenom: str
    courriel: str
    role: Role
    siren: str | None
    editeur: int | None
    sirets: tuple[str, ...]
    session: int
    complete: bool
    prouvee_le: datetime
    a_un_second_facteur: bool

    @property
    def acteur(self) -> str:
        """How events and the audit log name them."""
        return f"compte:{self.compte}"

    def has_proved(self, *, at: datetime) -> bool:
        """Whether the password was shown a moment ago: what is grave asks for it anew."""
        return at - self.prouvee_le < PREUVE


class Sessions:
    """The use cases of sessions."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self, tx: store.Tx, compte: store.Compte, *, complete: bool, memorisee: bool, agent: str) -> str:
        """Open a session in the caller's transaction; its token, to be put in a cookie. The OPCO's is never long."""
        at = self._clock.now()
        memorisee = memorisee and Role(compte.role) not in OPCO
        jeton = new_jeton()
        await store.insert_session(
            tx,
            empreinte=digest(jeton),
            compte=compte.id,
            at=at,
            expire_le=at + (DUREE_MEMORISEE if memorisee else DUREE),
            complete=complete,
            memorisee=memorisee,
            agent=agent[:AGENT_CARACTERES_MAX],
        )
        return jeton

    async def resolve(self, jeton: str) -> Personne | None:
        """Who holds a token; None when it opens nothing: unknown, over, left idle, account closed."""
        at = self._clock.now()
        async with self._database.connection() as conn:
            trouvee = await store.resolve_session(conn, digest(jeton))
            if trouvee is None:
                return None
            session, compte = trouvee
            oisive = not session.memorisee and at - session.vue_le >= INACTIVITE
            if not compte.actif or at >= session.expire_le or oisive:
                return None
            if at - session.vue_le >= PAS_VUE:
                await store.touch_session(conn, session.id, at=at)
        return to_personne(compte, session)

    async def list_sessions(self, personne: Personne) -> list[store.LigneSession]:
        """The open sessions of a person, latest first."""
        async with self._database.connection() as conn:
            return await store.list_sessions(conn, personne.compte, at=self._clock.now())

    async def close(self, personne: Personne, session: int | None = None) -> bool:
        """Close one of one's own sessions, this one by default; False when it is not one's own."""
        async with self._database.connection() as conn:
            return await store.delete_session(conn, compte=personne.compte, session=session or personne.session)

    async def purge(self) -> int:
        """Delete what is over: sessions, links, counters of failures; how many rows."""
        at = self._clock.now()
        async with self._database.transaction() as tx:
            return await store.purge(tx, at=at, oubli=at - OUBLI)

    async def close_others(self, personne: Personne) -> int:
        """Close every session of one's own but this one; how many."""
        async with self._database.connection() as conn:
            return await store.delete_sessions(conn, personne.compte, sauf=personne.session)


def to_personne(compte: store.Compte, session: store.LigneSession) -> Personne:
    """A person from what is stored."""
    return Personne(
        compte=compte.id,
        utilisateur=compte.utilisateur,
        nom=compte.nom,
        prenom=compte.prenom,
        courriel=compte.courriel,
        role=Role(compte.role),
        siren=compte.siren,
        editeur=compte.editeur,
        sirets=compte.sirets,
        session=session.id,
        complete=session.complete,
        prouvee_le=session.prouvee_le,
        a_un_second_facteur=compte.a_un_second_facteur,
    )


def new_jeton() -> str:
    """256 random bits, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def digest(jeton: str) -> bytes:
    """What is kept of a token."""
    return sha256(jeton.encode()).digest()
