"""DPoP proofs as this server asks for them: read at the token endpoint, demanded with a bound token, spent once."""

from datetime import datetime
from hmac import compare_digest

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import acces as codes
from traitdunion.norme.erreurs.entree import Entree
from traitdunion.opco.acces import store
from traitdunion.opco.acces.habilitation import Appel, Habilitation
from traitdunion.opco.acces.jetons import dpop, oauth
from traitdunion.opco.acces.jetons.dpop import ModeDpop, PreuveDpop
from traitdunion.opco.socle.clock import Clock
from traitdunion.opco.socle.database import Database, Usage


class Preuves:
    """Applies one of the three settings of norme.md §4."""

    def __init__(self, *, database: Database, clock: Clock, mode: ModeDpop, url_publique: str | None) -> None:
        self._database = database
        self._clock = clock
        self._mode = mode
        self._url_publique = url_publique.rstrip("/") if url_publique else None

    def read(self, appel: Appel) -> PreuveDpop | None:
        """The proof of a token request. Raises PREUVE_DPOP_ABSENTE or PREUVE_DPOP_INVALIDE (400)."""
        if appel.preuve is None:
            if self._mode is ModeDpop.ACCEPTEE:
                return None
            raise oauth.error(codes.PREUVE_DPOP_ABSENTE, "invalid_dpop_proof", champ="DPoP")
        try:
            return dpop.verify(appel.preuve, methode="POST", urls=self._urls(appel), at=self._clock.now())
        except Refus as refus:
            raise oauth.describe(refus, "invalid_dpop_proof") from None

    def thumbprint_to_bind(self, preuve: PreuveDpop | None) -> str | None:
        """The key to which a new token is bound; None for a plain one."""
        return preuve.jkt if preuve is not None and self._mode is ModeDpop.LIEE else None

    async def check_liaison(
        self, appel: Appel, habilitation: Habilitation, *, schema: str, jeton: str, at: datetime
    ) -> None:
        """A bound token comes with a fresh proof of its key (RFC 9449 §7); a plain one comes as Bearer."""
        if habilitation.jkt is None:
            raise unauthorized(codes.JETON_NON_LIE)
        if schema != "dpop" or appel.preuve is None:
            raise unauthorized(codes.JETON_LIE, schema="DPoP")
        preuve = dpop.verify(
            appel.preuve, methode=appel.methode, urls=self._urls(appel), at=at, jeton=jeton, statut=401
        )
        if not compare_digest(preuve.jkt, habilitation.jkt):
            raise unauthorized(codes.JETON_LIE, schema="DPoP")
        async with self._database.connection(usage=Usage.LOOK_UP) as conn:
            await self.spend(conn, preuve, statut=401)

    async def spend(self, tx: store.Tx, preuve: PreuveDpop, *, statut: int) -> None:
        """Note that a proof has served. Raises PREUVE_DPOP_DEJA_VUE when it had."""
        if not await store.spend_preuve(tx, empreinte=preuve.empreinte, expire_le=preuve.expire_le):
            refus = dpop.with_challenge(codes.PREUVE_DPOP_DEJA_VUE.refus("DPoP"), statut=statut)
            raise oauth.describe(refus, "invalid_dpop_proof")

    def _urls(self, appel: Appel) -> tuple[str, ...]:
        """The addresses under which the called resource is known: the public one, else what Host says."""
        if self._url_publique is not None:
            return (self._url_publique + appel.chemin,)
        return tuple(f"{schema}://{appel.hote}{appel.chemin}" for schema in ("https", "http"))


def unauthorized(entree: Entree, *, schema: str = "Bearer") -> Refus:
    """A 401 with its challenge (RFC 6750 §3, RFC 9449 §7.1)."""
    defi = schema if entree is codes.JETON_ABSENT else f'{schema} error="invalid_token"'
    return entree.refus("Authorization", entetes={"WWW-Authenticate": defi})
