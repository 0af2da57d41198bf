"""Invented callers, keys and DPoP proofs."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from traitdunion.opco.acces import Habilitation

AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
URL_JETON = "https://opco.example/oauth2/token"


class _Grand(jws.JWSRegistry):
    max_header_length = 16_384


def an_habilitation(**membres: Any) -> Habilitation:
    """An habilitation; only what matters to the test is given."""
    defauts: dict[str, Any] = {
        "editeur": 1,
        "editeur_nom": "Éditeur EXEMPLE",
        "portee": "api.read api.write",
        "jkt": None,
        "expire_le": datetime(2026, 9, 1, 12, tzinfo=UTC),
        "siren": "123456782",
    }
    return Habilitation(**{**defauts, **membres})


def a_preuve(
    cle: RSAKey | ECKey,
    *,
    methode: str = "POST",
    url: str = URL_JETON,
    at: datetime = AT,
    jti: str = "essai-1",
    jeton: str | None = None,
    entete: dict[str, Any] | None = None,
    contenu: dict[str, Any] | None = None,
) -> str:
    """A DPoP proof signed by `cle`; members of `entete` and `contenu` replace ours, None takes one away."""
    alg = "RS256" if isinstance(cle, RSAKey) else "ES256"
    header: dict[str, Any] = {"typ": "dpop+jwt", "alg": alg, "jwk": cle.as_dict(private=False), **(entete or {})}
    claims: dict[str, Any] = {"jti": jti, "htm": methode, "htu": url, "iat": int(at.timestamp())}
    if jeton is not None:
        claims["ath"] = urlsafe_b64encode(sha256(jeton.encode()).digest()).rstrip(b"=").decode()
    claims.update(contenu or {})
    header = {nom: valeur for nom, valeur in header.items() if valeur is not None}
    claims = {nom: valeur for nom, valeur in claims.items() if valeur is not None}
    registry = _Grand(algorithms=["RS256", "RS384", "ES256", "HS256"], strict_check_header=False)
    return jws.serialize_compact(header, json.dumps(claims), cle, registry=registry)
