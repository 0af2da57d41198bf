"""One call to the OPCO: token, headers, retries of reads, and the three ends of a send (norme.md §4, §7)."""

import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
import stamina

from traitdunion.cfa.answers import has_norm_shape, read_refus, request_id, retry_after_s
from traitdunion.cfa.errors import AuthenticationRefused, NotSent, QuotaReached, ReponsePerdue, Unavailable
from traitdunion.cfa.profil import Profil

ESSAIS_DE_LECTURE = 4
PART_DE_VIE = 0.8  # a token is renewed at this share of its life, before it can die on the way
VIE_PAR_DEFAUT_S = 300.0
# Statuses after which nobody can say whether a deposit was recorded.
STATUTS_INCERTAINS = frozenset({408, 500, 502, 503, 504})
_NON_ENVOYE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_INJOIGNABLE = "L'OPCO est injoignable ({nature}) : rien n'a été envoyé. Vérifiez la connexion, puis recommencez."
_PERDUE = (
    "Envoi incertain ({nature}) : le dépôt est parti, la réponse n'est pas revenue. Il est peut-être enregistré. "
    "Relisez l'état de vos dossiers avant tout nouvel envoi."
)
_INDISPONIBLE = "L'OPCO ne répond pas ({nature}). Rien n'a été modifié ; recommencez plus tard."


class _Passager(Exception):
    """A read to be tried again."""

    def __init__(self, nature: str, reponse: httpx.Response | None = None) -> None:
        self.nature = nature
        self.reponse = reponse
        super().__init__(nature)


class _SansParametres(logging.Filter):
    """Drops the query of the URLs that httpx logs: `cfakeyinfo` carries a key in it (norme.md §4)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_SansParametres())


class Transport:
    """The authenticated connection of one profile. Not to be shared between threads."""

    def __init__(
        self,
        profil: Profil,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._profil = profil
        self._monotonic = monotonic
        self._jeton: str | None = None
        self._jeton_perime_a = 0.0
        self._http = httpx.Client(transport=transport, timeout=profil.delai_s, follow_redirects=False)

    def __enter__(self) -> "Transport":
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Transport({self._profil.api!r})"

    def close(self) -> None:
        """Close the connections and forget the token."""
        self._jeton = None
        self._http.close()

    def read(
        self, chemin: str, *, parametres: Mapping[str, str] | None = None, avec_cle: bool = True
    ) -> httpx.Response:
        """GET, tried again while the trouble may pass. Raises Refused, or Unavailable."""
        try:
            for essai in stamina.retry_context(on=_Passager, attempts=ESSAIS_DE_LECTURE, timeout=self._profil.delai_s):
                with essai:
                    return self._read_once(chemin, parametres, avec_cle)
        except _Passager as echec:
            if echec.reponse is not None and echec.reponse.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise read_refus(echec.reponse) from None
            phrase = _INDISPONIBLE.format(nature=echec.nature)
            raise Unavailable(phrase, **_references(echec.reponse)) from None
        raise AssertionError("retry_context ends by a return or an exception")

    def send(
        self, chemin: str, *, entetes: Mapping[str, str] | None = None, incertain: bool = True, **corps: Any
    ) -> httpx.Response:
        """POST, once. Raises Refused (recorded: no), NotSent (sent: no), ReponsePerdue (nobody knows).

        `incertain=False`: the call changes nothing over there, so that a lost answer is only Unavailable.
        """
        perdue = ReponsePerdue if incertain else Unavailable
        phrase = _PERDUE if incertain else _INDISPONIBLE
        try:
            reponse = self._call("POST", chemin, entetes=entetes, **corps)
        except _NON_ENVOYE as erreur:
            raise NotSent(_INJOIGNABLE.format(nature=_nature(erreur))) from None
        except httpx.HTTPError as erreur:
            raise perdue(phrase.format(nature=_nature(erreur))) from None
        if reponse.status_code == httpx.codes.OK:
            return reponse
        if reponse.status_code in STATUTS_INCERTAINS or not _is_refus(reponse):
            raise perdue(phrase.format(nature=f"HTTP {reponse.status_code}"), **_references(reponse))
        raise read_refus(reponse)

    def _read_once(self, chemin: str, parametres: Mapping[str, str] | None, avec_cle: bool) -> httpx.Response:
        try:
            reponse = self._call("GET", chemin, params=parametres, avec_cle=avec_cle)
        except httpx.HTTPError as erreur:
            raise _Passager(_nature(erreur)) from None
        if reponse.status_code == httpx.codes.OK:
            return reponse
        if reponse.status_code in STATUTS_INCERTAINS or reponse.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise _Passager(f"HTTP {reponse.status_code}", reponse)
        raise read_refus(reponse)

    def _call(
        self,
        methode: str,
        chemin: str,
        *,
        entetes: Mapping[str, str] | None = None,
        avec_cle: bool = True,
        **options: Any,
    ) -> httpx.Response:
        """One exchange, and a second one with a new token when the first was refused for its token."""
        complets = {**self._identity(avec_cle), **(entetes or {})}
        url = f"{self._profil.api}{chemin}"
        for nouveau in (False, True):
            complets["Authorization"] = f"Bearer {self._token(nouveau=nouveau)}"
            reponse = self._http.request(methode, url, headers=complets, **options)
            # A 401 is said before anything is done: the same call may be sent again.
            if reponse.status_code != httpx.codes.UNAUTHORIZED:
                break
        return reponse

    def _identity(self, avec_cle: bool) -> dict[str, str]:
        profil = self._profil
        entetes = {"EDITEUR": profil.editeur, "LOGICIEL": profil.logiciel, "VERSION": profil.version}
        if avec_cle:
            entetes["X-API-KEY"] = profil.cle_api
        return entetes

    def _token(self, *, nouveau: bool) -> str:
        if nouveau or self._jeton is None or self._monotonic() >= self._jeton_perime_a:
            self._jeton = None
            self._renew()
        assert self._jeton is not None
        return self._jeton

    def _renew(self) -> None:
        """A new token (RFC 6749 §4.4), client credentials in HTTP Basic, each form-encoded as its §2.3.1 says."""
        profil = self._profil
        formulaire = {"grant_type": "client_credentials"}
        if profil.scope:
            formulaire["scope"] = profil.scope
        identifiants = (quote(profil.client_id, safe=""), quote(profil.client_secret, safe=""))
        debut = self._monotonic()
        try:
            reponse = self._http.post(profil.jeton, data=formulaire, auth=identifiants)
        except httpx.HTTPError as erreur:
            raise NotSent(_INJOIGNABLE.format(nature=_nature(erreur))) from None
        if reponse.status_code in STATUTS_INCERTAINS:
            phrase = f"Le service de connexion de l'OPCO est indisponible (HTTP {reponse.status_code})."
            raise NotSent(f"{phrase} Rien n'a été envoyé.", **_references(reponse))
        if reponse.status_code != httpx.codes.OK:
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
        self._keep(reponse, debut)

    def _keep(self, reponse: httpx.Response, debut: float) -> None:
        try:
            corps = reponse.json()
            jeton = corps["access_token"]
            vie_s = float(corps.get("expires_in") or VIE_PAR_DEFAUT_S)
        except (ValueError, KeyError, TypeError, AttributeError):
            jeton, vie_s = None, 0.0
        if not isinstance(jeton, str) or not jeton.isascii():
            raise AuthenticationRefused("La réponse du service de connexion ne porte pas de jeton.", statut=200)
        self._jeton = jeton
        self._jeton_perime_a = debut + PART_DE_VIE * vie_s


def _is_refus(reponse: httpx.Response) -> bool:
    """A 4xx is the server's no; below 400 (a redirection, a 204) or unknown above, nothing is certain."""
    client = httpx.codes.BAD_REQUEST <= reponse.status_code < httpx.codes.INTERNAL_SERVER_ERROR
    return client or (reponse.status_code > httpx.codes.INTERNAL_SERVER_ERROR and has_norm_shape(reponse))


def _references(reponse: httpx.Response | None) -> dict[str, Any]:
    if reponse is None:
        return {}
    return {"request_id": request_id(reponse), "retry_after_s": retry_after_s(reponse)}


def _nature(erreur: httpx.HTTPError) -> str:
    """What happened in one word; the exception's own text may quote an address with its parameters."""
    if isinstance(erreur, httpx.TimeoutException):
        return "délai dépassé"
    return "connexion impossible" if isinstance(erreur, httpx.ConnectError) else "liaison coupée"
