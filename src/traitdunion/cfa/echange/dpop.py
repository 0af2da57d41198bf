"""Proofs of possession of a client's own key (RFC 9449): made for one call each, signed ES256."""

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import msgspec


class Preuves:
    """The key of one client, generated when first needed, and the nonce that each server asks for."""

    def __init__(self) -> None:
        self._cle: Any = None
        self._nonces: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Preuves()"

    def sign(self, methode: str, url: httpx.URL, *, at: datetime, jeton: str | None = None) -> str:
        """The header DPoP of one call; `jeton`: the access token it goes with, outside the token endpoint (§4.2)."""
        from joserfc import jws  # heavy, and only some OPCO ask for it

        cle = self._key()
        revendications: dict[str, Any] = {
            "jti": str(uuid4()),
            "htm": methode,
            "htu": str(url.copy_with(query=None, fragment=None)),
            "iat": int(at.timestamp()),
        }
        if (nonce := self._nonces.get(_origine(url))) is not None:
            revendications["nonce"] = nonce
        if jeton is not None:
            revendications["ath"] = urlsafe_b64encode(sha256(jeton.encode()).digest()).rstrip(b"=").decode()
        entete = {"typ": "dpop+jwt", "alg": "ES256", "jwk": cle.as_dict(private=False)}
        return jws.serialize_compact(
            entete, msgspec.json.encode(revendications), cle, algorithms=["ES256"], registry=_registry()
        )

    def keep_nonce(self, reponse: httpx.Response) -> None:
        """Remember the nonce that this server wants next (§8.2)."""
        if nonce := reponse.headers.get("dpop-nonce"):
            self._nonces[_origine(reponse.request.url)] = nonce

    def _key(self) -> Any:
        if self._cle is None:
            from joserfc.jwk import ECKey

            self._cle = ECKey.generate_key("P-256")
        return self._cle


def wants_nonce(reponse: httpx.Response) -> bool:
    """Whether this refusal only asks for the nonce that it brings (§8: `use_dpop_nonce`)."""
    if "dpop-nonce" not in reponse.headers:
        return False
    return "use_dpop_nonce" in reponse.headers.get("www-authenticate", "") or b"use_dpop_nonce" in reponse.content


def _registry() -> Any:
    from joserfc import jws

    # The default one takes headers of 512 bytes; with its key in it, a proof's is not far below.
    registre = jws.JWSRegistry(algorithms=["ES256"])
    registre.max_header_length = 4_096
    return registre


def _origine(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"
