"""Letting a call in: from its headers to an habilitation; and the token that an editor asks for."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from time import monotonic

from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu
from traitdunion.norme.erreurs import acces as codes
from traitdunion.opco.acces import store
from traitdunion.opco.acces.editeurs import store as editeurs
from traitdunion.opco.acces.editeurs.secrets import USAGE_SECRET, is_foreign
from traitdunion.opco.acces.habilitation import Appel, CacheHabilitations, Habilitation
from traitdunion.opco.acces.jetons import oauth
from traitdunion.opco.acces.jetons.dpop import ModeDpop, PreuveDpop
from traitdunion.opco.acces.jetons.preuves import Preuves, unauthorized
from traitdunion.opco.acces.limites import Limiteur
from traitdunion.opco.acces.states import EtatAccrochage
from traitdunion.opco.socle.clock import Clock, day_of
from traitdunion.opco.socle.database import Database, Usage
from traitdunion.opco.socle.vault import Vault

DUREE_JETON_SECONDES = 3_600
USAGE_CLE = "cle_api"
ECHECS_PAR_MINUTE = 10  # wrong secrets, per client id and address: a stranger cannot lock the editor out
VERIFICATIONS_PAR_MINUTE = 60  # calls of cfakeyinfo, per editor
AUCUN_SECRET = editeurs.SecretValable(0, bytes(32), None)
JETON_CARACTERES = 43  # 256 bits in base64url


class Acces:
    """The use cases of a call; one per worker, since it holds the worker's cache and counters."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        clock: Clock,
        milieu: Milieu = Milieu.ESSAI,
        dpop_mode: ModeDpop = ModeDpop.ACCEPTEE,
        url_publique: str | None = None,
        duree_jeton_secondes: int = DUREE_JETON_SECONDES,
        jetons_par_minute: int = 20,
        monotone: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._milieu = milieu
        self._preuves = Preuves(database=database, clock=clock, mode=dpop_mode, url_publique=url_publique)
        self._duree_jeton = timedelta(seconds=duree_jeton_secondes)
        self._monotone = monotone
        self._cache = CacheHabilitations(monotone=monotone)
        actif = 1 if jetons_par_minute else 0
        self._jetons = Limiteur(par_minute=jetons_par_minute, rafale=max(jetons_par_minute, 1), nom="jetons")
        self._echecs = Limiteur(par_minute=ECHECS_PAR_MINUTE * actif, rafale=ECHECS_PAR_MINUTE, nom="echecs")
        self._verifications = Limiteur(
            par_minute=VERIFICATIONS_PAR_MINUTE * actif, rafale=VERIFICATIONS_PAR_MINUTE, nom="verifications"
        )

    async def watch(self) -> None:
        """Forget what is cached whenever an access changes, for as long as the worker runs: a background task."""
        await self._database.listen(store.CANAL, lambda _: self._cache.drop())

    # --- a call -------------------------------------------------------------------------------------------------

    @staticmethod
    def call_facts(entetes: Mapping[bytes, bytes], *, methode: str, chemin: str) -> Appel:
        """What a call says of itself, from its headers (lower-case names)."""

        def read(nom: bytes) -> str | None:
            valeur = entetes.get(nom)
            return None if valeur is None else valeur.decode("latin-1")

        return Appel(
            methode=methode,
            chemin=chemin,
            hote=read(b"host"),
            autorisation=read(b"authorization"),
            cle=read(b"x-api-key"),
            preuve=read(b"dpop"),
        )

    async def resolve(self, appel: Appel) -> Habilitation:
        """The editor and the CFA of a call, whose accrochage is open.

        Raises `Refus`: 401 (token), 403 (key, accrochage), each with its own code.
        """
        schema, jeton = _read_autorisation(appel.autorisation)
        cle = (appel.cle or "").strip()
        at = self._clock.now()
        entree = self._cache.key(jeton, cle)
        habilitation = self._cache.find(entree, at=at)
        if habilitation is None:
            generation = self._cache.generation
            habilitation = await self._find(jeton, cle, at=at)
            self._cache.keep(entree, habilitation, generation=generation)
        if habilitation.jkt is not None or schema == "dpop":
            await self._preuves.check_liaison(appel, habilitation, schema=schema, jeton=jeton, at=at)
        return habilitation

    async def resolve_jeton(self, appel: Appel) -> Habilitation:
        """The editor of a call on a route that needs no key (cfakeyinfo). Raises `Refus` 401."""
        schema, jeton = _read_autorisation(appel.autorisation)
        at = self._clock.now()
        async with self._database.connection() as conn:
            trouve = await store.resolve(conn, jeton=sha256(jeton.encode()).digest(), cle=None)
        lu = self._check_jeton(trouve[0] if trouve else None, at=at)
        habilitation = Habilitation(
            editeur=lu.editeur, editeur_nom=lu.editeur_nom, portee=lu.portee, jkt=lu.jkt, expire_le=lu.expire_le
        )
        if habilitation.jkt is not None or schema == "dpop":
            await self._preuves.check_liaison(appel, habilitation, schema=schema, jeton=jeton, at=at)
        return habilitation

    async def mark_effectif(self, habilitation: Habilitation) -> None:
        """The first 200 of a pair (editor, CFA) makes its accrochage effectif; costs nothing afterwards."""
        if habilitation.accrochage_etat != EtatAccrochage.EN_ATTENTE:
            return
        async with self._database.transaction() as tx:
            await store.mark_effectif(tx, editeur=habilitation.editeur, siren=habilitation.siren, at=self._clock.now())
            await store.notify(tx)
        self._cache.drop()

    async def key_info(self, siren: str, cle: str, *, par: Habilitation | None = None) -> datetime | None:
        """The end of a key (UTC) when it is this SIREN's and valid now, else None (cfakeyinfo, norme.md §1).

        Unknown, mistyped, expired, revoked or another SIREN's: one answer, so that nothing can be learnt by guessing.
        Raises TROP_D_APPELS beyond 60 calls a minute of the editor `par`.
        """
        if par is not None:
            self._spend(self._verifications, par.editeur)
        cle = cle.strip()
        if cle_api.milieu_of(cle) is not self._milieu:
            return None
        async with self._database.connection() as conn:
            trouvee = await store.find_cle_by_empreinte(conn, self._empreinte(cle))
        if trouvee is None or trouvee.siren != siren.strip() or trouvee.revoquee_le is not None:
            return None
        return trouvee.expire_le if trouvee.expire_le > self._clock.now() else None

    # --- a token ------------------------------------------------------------------------------------------------

    async def issue_reponse(
        self, *, corps: bytes, entetes: Mapping[bytes, bytes], chemin: str, requete: str = "", adresse: str = ""
    ) -> oauth.ReponseJeton:
        """Answer a token request: read the form, check the proof, the client, the limits; keep the token's hash.

        `adresse`: the caller's IP, to slow down guesses without locking the editor out. Raises `Refus` whose body
        carries `error` (RFC 6749 §5.2, RFC 9449 §5).
        """
        appel = self.call_facts(entetes, methode="POST", chemin=chemin)
        demande = oauth.read_demande(corps=corps, autorisation=appel.autorisation, requete=requete)
        portee = oauth.read_portee(demande.scope)
        preuve = self._preuves.read(appel)
        return await self.issue_jeton(
            demande.client_id,
            demande.client_secret,
            portee=portee,
            preuve=preuve,
            basic=demande.basic,
            adresse=adresse,
        )

    async def issue_jeton(
        self,
        client_id: str,
        client_secret: str,
        *,
        portee: str = oauth.PORTEE_ENTIERE,
        preuve: PreuveDpop | None = None,
        basic: bool = False,
        adresse: str = "",
    ) -> oauth.ReponseJeton:
        """A new token for an editor that proves its secret; `portee` and `preuve` were checked by the caller.

        Raises `Refus`: invalid_client (401), PREUVE_DPOP_DEJA_VUE, TROP_D_APPELS (20 a minute).
        """
        editeur, secret = await self._authenticate(client_id, client_secret, basic=basic, adresse=adresse)
        self._spend(self._jetons, client_id)
        at = self._clock.now()
        jeton = token_urlsafe(32)
        jkt = self._preuves.thumbprint_to_bind(preuve)
        async with self._database.transaction() as tx:
            if preuve is not None:
                await self._preuves.spend(tx, preuve, statut=400)
            tenu = await store.insert_jeton(
                tx,
                empreinte=sha256(jeton.encode()).digest(),
                editeur=editeur,
                secret=secret,
                portee=portee,
                jkt=jkt,
                at=at,
                expire_le=at + self._duree_jeton,
            )
            if not tenu:
                # Ended since it was judged, a moment ago: judged again, it says why.
                await self._authenticate(client_id, client_secret, basic=basic, adresse=adresse)
                raise oauth.error(codes.EDITEUR_SUSPENDU, "invalid_client", basic=basic)
        return oauth.ReponseJeton(
            access_token=jeton,
            token_type="DPoP" if jkt else "Bearer",
            expires_in=int(self._duree_jeton.total_seconds()),
            scope=portee,
        )

    async def purge(self) -> int:
        """Delete the tokens and proofs that are over; how many. For a periodic job."""
        async with self._database.transaction() as tx:
            return await store.purge(tx, at=self._clock.now())

    # --- inside -------------------------------------------------------------------------------------------------

    async def _find(self, jeton: str, cle: str, *, at: datetime) -> Habilitation:
        """Token, then key, then accrochage, judged in this order. Raises `Refus`."""
        empreinte = self._empreinte(cle) if cle_api.milieu_of(cle) is self._milieu else None
        async with self._database.connection() as conn:
            trouve = await store.resolve(conn, jeton=sha256(jeton.encode()).digest(), cle=empreinte)
        lu = self._check_jeton(trouve[0] if trouve else None, at=at)
        cle_lue = self._check_cle(cle, trouve[1] if trouve else None, at=at)
        etat = _check_accrochage(cle_lue)
        await self._touch(cle_lue, at=at)
        return Habilitation(
            editeur=lu.editeur,
            editeur_nom=lu.editeur_nom,
            portee=lu.portee,
            jkt=lu.jkt,
            expire_le=min(lu.expire_le, cle_lue.expire_le),
            siren=cle_lue.siren,
            accrochage_etat=etat,
            cle_id=cle_lue.id,
            cle_expire_le=cle_lue.expire_le,
        )

    def _check_jeton(self, lu: store.JetonLu | None, *, at: datetime) -> store.JetonLu:
        if lu is None or not lu.actif:
            raise unauthorized(codes.JETON_INVALIDE)
        if lu.expire_le <= at:
            raise unauthorized(codes.JETON_EXPIRE)
        return lu

    def _check_cle(self, cle: str, lue: store.CleLue | None, *, at: datetime) -> store.CleLue:
        if not cle:
            raise codes.CLE_ABSENTE.refus("X-API-KEY")
        if cle_api.is_mistyped(cle):
            raise codes.CLE_MAL_RECOPIEE.refus("X-API-KEY")
        milieu = cle_api.milieu_of(cle)
        if milieu is not None and milieu is not self._milieu:
            raise codes.CLE_AUTRE_ENVIRONNEMENT.refus("X-API-KEY")
        if lue is None:
            raise codes.CLE_INCONNUE.refus("X-API-KEY")
        if lue.revoquee_le is not None:
            raise codes.CLE_REVOQUEE.refus("X-API-KEY", revoquee_le=f"{day_of(lue.revoquee_le):%d/%m/%Y}")
        if lue.expire_le <= at:
            raise codes.CLE_EXPIREE.refus("X-API-KEY", expire_le=f"{day_of(lue.expire_le):%d/%m/%Y}")
        return lue

    async def _touch(self, cle: store.CleLue, *, at: datetime) -> None:
        heure = at.replace(minute=0, second=0, microsecond=0)
        if cle.derniere_utilisation != heure:
            async with self._database.connection(usage=Usage.LOOK_UP) as conn:
                await store.touch_cle(conn, cle=cle.id, heure=heure)

    async def _authenticate(self, client_id: str, client_secret: str, *, basic: bool, adresse: str) -> tuple[int, int]:
        """The editor's id and its secret's. Raises invalid_client, or TROP_D_APPELS after ten wrong in a minute."""
        guetteur = (client_id, adresse)
        decision = self._echecs.check(guetteur, at=self._monotone())
        if not decision.admis:
            raise oauth.describe(self._echecs.refus(decision), "invalid_client")
        if is_foreign(client_secret, milieu=self._milieu):
            raise oauth.error(codes.CLIENT_AUTRE_ENVIRONNEMENT, "invalid_client", basic=basic)
        trouve: store.Editeur | None = None
        valables: list[editeurs.SecretValable] = []
        if client_id.isascii() and client_id.isprintable():
            async with self._database.connection() as conn:
                trouve, valables = await store.find_client(conn, client_id, at=self._clock.now())
        # Hashed and compared whether the client exists or not: both answers take the same time.
        empreinte = self._vault.digest(client_secret.encode("utf-8", "surrogatepass"), usage=USAGE_SECRET)
        justes = [un for un in valables or [AUCUN_SECRET] if compare_digest(un.empreinte, empreinte)]
        if trouve is None or not justes:
            self._echecs.take(guetteur, at=self._monotone())
            raise oauth.invalid_client(basic=basic)
        if not trouve.actif:
            raise oauth.error(codes.EDITEUR_SUSPENDU, "invalid_client", basic=basic)
        heure = self._clock.now().replace(minute=0, second=0, microsecond=0)
        if justes[0].derniere_utilisation != heure:
            async with self._database.connection(usage=Usage.LOOK_UP) as conn:
                await editeurs.touch_secret(conn, justes[0].id, heure=heure)
        return trouve.id, justes[0].id

    def _spend(self, limiteur: Limiteur, appelant: object) -> None:
        decision = limiteur.take(appelant, at=self._monotone())
        if not decision.admis:
            refus = limiteur.refus(decision)
            raise oauth.describe(refus, "temporarily_unavailable") if limiteur is self._jetons else refus

    def _empreinte(self, cle: str) -> bytes:
        return self._vault.digest(cle.encode(), usage=USAGE_CLE)


def check_portee(habilitation: Habilitation, *, ecriture: bool) -> None:
    """Raise PORTEE_INSUFFISANTE when the token was asked for with too narrow a scope."""
    voulue = "api.write" if ecriture else "api.read"
    if voulue not in habilitation.portee:
        defi = f'Bearer error="insufficient_scope", scope="{voulue}"'
        raise codes.PORTEE_INSUFFISANTE.refus(entetes={"WWW-Authenticate": defi}, portee=voulue)


def _read_autorisation(autorisation: str | None) -> tuple[str, str]:
    """Scheme in lower case and token. Raises JETON_ABSENT, or JETON_INVALIDE on what cannot be one of our tokens."""
    schema, _, jeton = (autorisation or "").strip().partition(" ")
    schema, jeton = schema.lower(), jeton.strip()
    if schema not in ("bearer", "dpop") or not jeton:
        raise unauthorized(codes.JETON_ABSENT)
    if len(jeton) != JETON_CARACTERES or not jeton.isascii():
        raise unauthorized(codes.JETON_INVALIDE)
    return schema, jeton


def _check_accrochage(cle: store.CleLue) -> str:
    if cle.accrochage_etat is None:
        raise codes.ACCROCHAGE_ABSENT.refus()
    if cle.accrochage_etat == EtatAccrochage.SUSPENDU:
        par = "l'OPCO" if cle.suspendu_par == "OPCO" else "le CFA"
        raise codes.ACCROCHAGE_SUSPENDU.refus(par=par, motif=cle.motif)
    return cle.accrochage_etat
