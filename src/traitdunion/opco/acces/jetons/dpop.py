"""DPoP proofs (RFC 9449): a JWT signed by the client's own key, good for one call. Pure: the time comes in.

What makes a `jti` single use is the table preuve_dpop, shared by the workers: see `PreuveDpop.empreinte`.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from traitdunion.norme.erreurs import Refus
from traitdunion.norme.erreurs import acces as codes

# A proof is fresh for five minutes; a client's clock may be one minute ahead of ours (RFC 9449 §4.3, §11.1).
AGE_MAX = timedelta(minutes=5)
AVANCE_MAX = timedelta(minutes=1)
PREUVE_OCTETS_MAX = 6_000  # an RSA 4096 key in the header makes some 1,800
JTI_CARACTERES_MAX = 256
RSA_BITS = range(2048, 4097)
RSA_EXPOSANT_CARACTERES_MAX = 4  # base64url of 65537 is AQAB; a huge exponent only costs us time
PORTS = {"http": 80, "https": 443}


class ModeDpop(StrEnum):
    """The three settings of norme.md §4."""

    ACCEPTEE = "acceptee"  # verified when sent; tokens stay plain Bearer
    EXIGEE = "exigee"  # required at the token endpoint, as Afdas does; later calls stay plain Bearer
    LIEE = "liee"  # RFC 9449 in full: the token works only with proofs of the same key


class PreuveDpop(msgspec.Struct, frozen=True, kw_only=True):
    """A proof that was verified. `jkt`: thumbprint of its key (RFC 7638); `empreinte`: what may be seen only once."""

    jkt: str
    empreinte: bytes
    expire_le: datetime


class _Registry(jws.JWSRegistry):
    """The default registry takes headers of 512 bytes: an RSA key does not fit."""

    max_header_length = 4_096
    max_payload_length = 4_096


_REGISTRY = _Registry(algorithms=["RS256", "ES256"])


def verify(
    preuve: str, *, methode: str, urls: tuple[str, ...], at: datetime, jeton: str | None = None, statut: int = 400
) -> PreuveDpop:
    """Check a proof as RFC 9449 §4.3 says, its single use excepted.

    `urls`: the addresses under which this resource is known; `jeton`: the access token the proof must name (`ath`),
    outside the token endpoint. Raises PREUVE_DPOP_INVALIDE with `statut` (400 at the token endpoint, 401 elsewhere).
    """
    try:
        return _verify(preuve, methode=methode, urls=urls, at=at, jeton=jeton)
    except _Ecart as ecart:
        raise refus(str(ecart), statut=statut) from None


def refus(raison: str, *, statut: int) -> Refus:
    """PREUVE_DPOP_INVALIDE with the `error` of RFC 9449 §5 and, on a 401, its WWW-Authenticate (§7.1)."""
    return with_challenge(codes.PREUVE_DPOP_INVALIDE.refus("DPoP", raison=raison), statut=statut)


def with_challenge(base: Refus, *, statut: int) -> Refus:
    """The same refusal as `invalid_dpop_proof`."""
    entetes = {"WWW-Authenticate": 'DPoP error="invalid_dpop_proof", algs="RS256 ES256"'} if statut == 401 else {}
    return Refus(base.anomalies, statut=statut, entetes=entetes, complement={"error": "invalid_dpop_proof"})


class _Ecart(Exception):
    """What is wrong with a proof, in French."""


def _verify(preuve: str, *, methode: str, urls: tuple[str, ...], at: datetime, jeton: str | None) -> PreuveDpop:
    entete, revendications = _open(preuve)
    if revendications.get("htm") != methode:
        raise _Ecart("« htm » n'est pas la méthode de l'appel")
    htu = revendications.get("htu")
    if not isinstance(htu, str) or normalize(htu) not in {normalize(url) for url in urls}:
        raise _Ecart("« htu » n'est pas l'adresse appelée, sans ses paramètres")
    emis_le = _read_iat(revendications.get("iat"))
    if not at - AGE_MAX <= emis_le <= at + AVANCE_MAX:
        raise _Ecart("« iat » est trop ancien ou dans le futur : vérifiez l'horloge de votre serveur")
    jti = revendications.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= JTI_CARACTERES_MAX:
        raise _Ecart("« jti » est absent ou trop long")
    if jeton is not None and not _names(revendications, jeton):
        raise _Ecart("« ath » n'est pas l'empreinte du jeton envoyé")
    jkt = _thumbprint(entete)
    # Same key, same jti: one use, wherever it is sent (RFC 9449 §11.1 asks for one per htu at the least).
    empreinte = sha256(f"{jkt}\n{jti}".encode("utf-8", "surrogatepass")).digest()
    return PreuveDpop(jkt=jkt, empreinte=empreinte, expire_le=emis_le + AGE_MAX + AVANCE_MAX)


def _open(preuve: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, once the signature is verified with the key that the header carries."""
    if len(preuve) > PREUVE_OCTETS_MAX or not preuve.isascii():
        raise _Ecart("l'en-tête DPoP est trop long ou illisible")
    try:
        scelle = jws.extract_compact(preuve.encode(), registry=_REGISTRY)
        entete = scelle.headers()
        cle = _read_key(entete)
        valable = jws.validate_compact(scelle, cle, registry=_REGISTRY)
    # joserfc lets errors of its parsers through on hostile input: whatever it is, the proof is not one.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as erreur:
        raise _Ecart("ce n'est pas un JWT lisible, signé en RS256 ou ES256") from erreur
    if not valable:
        raise _Ecart("la signature ne correspond pas à la clé « jwk »")
    try:
        revendications = msgspec.json.decode(scelle.payload)
    except (msgspec.DecodeError, RecursionError) as erreur:
        raise _Ecart("son contenu n'est pas un JSON lisible") from erreur
    if not isinstance(revendications, dict):
        raise _Ecart("son contenu n'est pas un objet JSON")
    return entete, revendications


def _read_key(entete: Mapping[str, Any]) -> RSAKey | ECKey:
    if entete.get("typ") != "dpop+jwt":
        raise _Ecart("« typ » doit valoir dpop+jwt")
    if entete.get("alg") not in ("RS256", "ES256"):
        raise _Ecart("« alg » doit valoir RS256 ou ES256")
    jwk = entete.get("jwk")
    if not isinstance(jwk, dict):
        raise _Ecart("la clé publique « jwk » est absente")
    if not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}.isdisjoint(jwk):
        raise _Ecart("« jwk » contient une clé privée : elle est compromise, changez-la")
    attendus = ("RSA", "n", "e") if entete["alg"] == "RS256" else ("EC", "crv", "x", "y")
    if jwk.get("kty") != attendus[0] or not all(isinstance(jwk.get(membre), str) for membre in attendus[1:]):
        raise _Ecart("« jwk » ne convient pas à « alg »")
    if entete["alg"] == "ES256":
        if jwk["crv"] != "P-256":
            raise _Ecart("« jwk » doit être sur la courbe P-256")
        return ECKey.import_key({membre: jwk[membre] for membre in ("kty", "crv", "x", "y")})
    if len(jwk["e"]) > RSA_EXPOSANT_CARACTERES_MAX:
        raise _Ecart("l'exposant de la clé RSA est démesuré")
    if int.from_bytes(_from_base64url(jwk["n"])).bit_length() not in RSA_BITS:
        raise _Ecart("la clé RSA doit compter de 2048 à 4096 bits")
    return RSAKey.import_key({membre: jwk[membre] for membre in ("kty", "n", "e")})


def _read_iat(valeur: object) -> datetime:
    if isinstance(valeur, bool) or not isinstance(valeur, int | float) or not 0 <= valeur < 2**35:
        raise _Ecart("« iat » est absent ou illisible")
    return datetime.fromtimestamp(valeur, UTC)


def _names(revendications: Mapping[str, Any], jeton: str) -> bool:
    ath = revendications.get("ath")
    attendu = _base64url(sha256(jeton.encode()).digest())
    return isinstance(ath, str) and ath.isascii() and compare_digest(ath, attendu)


def _thumbprint(entete: Mapping[str, Any]) -> str:
    """RFC 7638: SHA-256 of the required members, sorted, without spaces."""
    jwk = entete["jwk"]
    membres = ("e", "kty", "n") if jwk["kty"] == "RSA" else ("crv", "kty", "x", "y")
    canonique = msgspec.json.encode({membre: jwk[membre] for membre in membres}, order="sorted")
    return _base64url(sha256(canonique).digest())


def normalize(url: str) -> str:
    """An address as it is compared (RFC 9449 §4.3, RFC 3986 §6.2): no query, no fragment, no default port.

    The path is lowered too, since this server matches paths whatever their case (norme.md §1). "" when unreadable.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.scheme or not parts.hostname:
        return ""
    suffixe = "" if port is None or port == PORTS.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{parts.hostname}{suffixe}{parts.path.lower() or '/'}"


def _from_base64url(texte: str) -> bytes:
    return urlsafe_b64decode(texte + "=" * (-len(texte) % 4))


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
