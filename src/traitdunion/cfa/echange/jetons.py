"""The editor's token: asked for as the OPCO wants it, kept, renewed before it dies (norme.md §4, §6)."""

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from traitdunion.cfa.echange.answers import read_refus, references
from traitdunion.cfa.echange.connecteur import Connecteur
from traitdunion.cfa.echange.dpop import Preuves, wants_nonce
from traitdunion.cfa.echange.pannes import INJOIGNABLE, STATUTS_INCERTAINS, say_nature
from traitdunion.cfa.errors import AuthenticationRefused, NotSent, QuotaReached
from traitdunion.norme.profils import Dpop, Identifiants

PART_DE_VIE = 0.8  # a token is renewed at this share of its life, before it can die on the way
VIE_PAR_DEFAUT_S = 300.0


class Jetons:
    """The token of one client. Does no I/O: `renew` yields requests and is sent their answers."""

    def __init__(
        self,
        connecteur: Connecteur,
        preuves: Preuves,
        *,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
        prepare: Callable[..., httpx.Request],
    ) -> None:
        self._connecteur = connecteur
        self._preuves = preuves
        self._monotonic = monotonic
        self._clock = clock
        self._prepare = prepare
        self._jeton: str | None = None
        self._perime_a = 0.0

    def __repr__(self) -> str:
        return "Jetons()"

    def live(self, *, refuse: str | None = None) -> str | None:
        """The token to use, None when one must be asked for; `refuse`: one that the OPCO has just refused."""
        jeton = self._jeton
        return None if jeton is None or jeton == refuse or self._monotonic() >= self._perime_a else jeton

    @property
    def current(self) -> str:
        """The token just obtained, however short its life."""
        return self._jeton or ""

    def forget(self) -> None:
        """Drop the token."""
        self._jeton = None

    def renew(self) -> Generator[httpx.Request, httpx.Response, None]:
        """A new token (RFC 6749 §4.4). Raises NotSent, AuthenticationRefused, QuotaReached."""
        self._jeton = None
        debut = self._monotonic()
        try:
            reponse = yield self._request()
            self._preuves.keep_nonce(reponse)
            if self._connecteur.dpop is not Dpop.SANS and not reponse.is_success and wants_nonce(reponse):
                reponse = yield self._request()
                self._preuves.keep_nonce(reponse)
        except httpx.HTTPError as erreur:
            raise NotSent(INJOIGNABLE.format(nature=say_nature(erreur))) from None
        _raise_refus(reponse)
        self._keep(reponse, debut)

    def _request(self) -> httpx.Request:
        profil = self._connecteur.profil
        formulaire = {"grant_type": "client_credentials"}
        options: dict[str, Any] = {}
        if self._connecteur.identifiants is Identifiants.BASIC:
            # Each form-encoded first, as RFC 6749 §2.3.1 says.
            identifiants = (quote(profil.client_id, safe=""), quote(profil.client_secret, safe=""))
            options["auth"] = httpx.BasicAuth(*identifiants)
        else:
            formulaire |= {"client_id": profil.client_id, "client_secret": profil.client_secret}
        if scope := self._connecteur.scope:
            formulaire["scope"] = scope
        entetes = {}
        if self._connecteur.dpop is not Dpop.SANS:
            entetes["DPoP"] = self._preuves.sign("POST", httpx.URL(profil.jeton), at=self._clock())
        return self._prepare("POST", profil.jeton, data=formulaire, headers=entetes, **options)

    def _keep(self, reponse: httpx.Response, debut: float) -> None:
        try:
            corps = reponse.json()
            jeton = corps["access_token"]
            vie_s = float(corps.get("expires_in") or VIE_PAR_DEFAUT_S)
        except (ValueError, KeyError, TypeError, AttributeError):
            jeton, vie_s = None, 0.0
        if not isinstance(jeton, str) or not jeton.isascii() or not jeton.isprintable() or not jeton:
            raise AuthenticationRefused("La réponse du service de connexion ne porte pas de jeton.", statut=200)
        self._perime_a = debut + PART_DE_VIE * vie_s
        self._jeton = jeton


def _raise_refus(reponse: httpx.Response) -> None:
    if reponse.status_code in STATUTS_INCERTAINS:
        phrase = f"Le service de connexion de l'OPCO est indisponible (HTTP {reponse.status_code})."
        raise NotSent(f"{phrase} Rien n'a été envoyé.", **references(reponse))
    if reponse.status_code == httpx.codes.OK:
        return
    refus = read_refus(reponse)
    if isinstance(refus, QuotaReached):
        raise refus
    # RFC 6749 answers 400 to a wrong client too: for the user it is the same trouble.
    raise AuthenticationRefused(
        f"Connexion refusée, vérifiez le client ID et le secret : {refus.description}",
        statut=reponse.status_code,
        anomalies=refus.anomalies,
        request_id=refus.request_id,
    )
