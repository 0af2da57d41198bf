import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import pytest
from builders.acces import AT, URL_JETON, a_preuve
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces.jetons import dpop

EC = ECKey.generate_key("P-256", private=True)
RSA = RSAKey.generate_key(2048, private=True)
AUTRE = ECKey.generate_key("P-256", private=True)


def verify(preuve: str, *, at: datetime = AT, jeton: str | None = None, methode: str = "POST") -> dpop.PreuveDpop:
    return dpop.verify(preuve, methode=methode, urls=(URL_JETON,), at=at, jeton=jeton)


def reason(preuve: str, *, at: datetime = AT, jeton: str | None = None) -> str:
    with pytest.raises(Refus) as refus:
        verify(preuve, at=at, jeton=jeton)
    assert refus.value.statut == 400
    assert refus.value.complement["error"] == "invalid_dpop_proof"
    assert refus.value.anomalies[0].code == "PREUVE_DPOP_INVALIDE"
    return refus.value.anomalies[0].description


@pytest.mark.parametrize("cle", [EC, RSA], ids=["ES256", "RS256"])
def test_a_good_proof_gives_the_thumbprint_of_its_key(cle: ECKey | RSAKey) -> None:
    assert verify(a_preuve(cle)).jkt == cle.thumbprint()


def test_the_proof_of_the_rfc_is_accepted() -> None:
    # RFC 9449 §4.1, figure 2.
    preuve = (
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
        "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJ"
        "qdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijox"
        "NTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
    )
    emise = datetime.fromtimestamp(1562262616, tz=AT.tzinfo)

    lue = dpop.verify(preuve, methode="POST", urls=("https://server.example.com/token",), at=emise)

    assert lue.jkt == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"  # RFC 9449 §6.1


@pytest.mark.parametrize("ecart", [timedelta(minutes=-5), timedelta(), timedelta(minutes=1)])
def test_a_proof_just_inside_the_window_is_accepted(ecart: timedelta) -> None:
    assert verify(a_preuve(EC, at=AT + ecart))


@pytest.mark.parametrize("ecart", [timedelta(minutes=-5, seconds=-1), timedelta(minutes=1, seconds=1)])
def test_a_proof_just_outside_the_window_is_refused(ecart: timedelta) -> None:
    assert "iat" in reason(a_preuve(EC, at=AT + ecart))


def test_a_proof_is_remembered_for_as_long_as_it_could_be_sent_again() -> None:
    emise = AT + timedelta(minutes=1)

    assert verify(a_preuve(EC, at=emise)).expire_le >= emise + dpop.AGE_MAX


@pytest.mark.parametrize(
    ("entete", "contenu", "mot"),
    [
        ({"typ": "jwt"}, {}, "typ"),
        ({"typ": None}, {}, "typ"),
        ({"jwk": None}, {}, "jwk"),
        ({"jwk": {"kty": "EC"}}, {}, "jwk"),
        ({"jwk": EC.as_dict(private=True)}, {}, "privée"),
        ({"jwk": AUTRE.as_dict(private=False)}, {}, "signature"),
        ({"jwk": RSA.as_dict(private=False)}, {}, "alg"),
        ({"jwk": {**EC.as_dict(private=False), "x": "AAAA"}}, {}, "JWT"),
        ({}, {"htm": "GET"}, "htm"),
        ({}, {"htm": None}, "htm"),
        ({}, {"htu": "https://autre.example/oauth2/token"}, "htu"),
        ({}, {"htu": "https://opco.example/v1/dossiers"}, "htu"),
        ({}, {"htu": "https://opco.example:8443/oauth2/token"}, "htu"),
        ({}, {"htu": "pas une adresse"}, "htu"),
        ({}, {"htu": None}, "htu"),
        ({}, {"htu": 12}, "htu"),
        ({}, {"iat": None}, "iat"),
        ({}, {"iat": "hier"}, "iat"),
        ({}, {"iat": True}, "iat"),
        ({}, {"iat": 1e300}, "iat"),
        ({}, {"jti": None}, "jti"),
        ({}, {"jti": ""}, "jti"),
        ({}, {"jti": "j" * 257}, "jti"),
    ],
)
def test_each_fault_is_refused_and_named(entete: dict[str, object], contenu: dict[str, object], mot: str) -> None:
    assert mot in reason(a_preuve(EC, entete=entete, contenu=contenu))


@pytest.mark.parametrize(
    "htu",
    [
        "https://opco.example/oauth2/token",
        "https://OPCO.example:443/oauth2/token",
        "HTTPS://opco.example/OAuth2/Token?x=1#y",
    ],
)
def test_addresses_are_compared_without_case_port_query_nor_fragment(htu: str) -> None:
    assert verify(a_preuve(EC, contenu={"htu": htu}))


def test_a_jti_of_256_characters_is_accepted() -> None:
    assert verify(a_preuve(EC, jti="j" * 256))


def test_the_same_jti_of_two_keys_are_two_proofs() -> None:
    assert verify(a_preuve(EC)).empreinte != verify(a_preuve(AUTRE)).empreinte
    assert verify(a_preuve(EC)).empreinte == verify(a_preuve(EC, at=AT + timedelta(seconds=1))).empreinte


def test_the_proof_of_a_call_names_its_token() -> None:
    assert verify(a_preuve(EC, jeton="jeton"), jeton="jeton")
    assert "ath" in reason(a_preuve(EC, jeton="autre"), jeton="jeton")
    assert "ath" in reason(a_preuve(EC), jeton="jeton")


@pytest.mark.parametrize("bits", [1024, 8192])
def test_an_rsa_key_out_of_bounds_is_refused(bits: int) -> None:
    modulo = urlsafe_b64encode((1 << (bits - 1) | 1).to_bytes(bits // 8, "big")).rstrip(b"=").decode()
    preuve = a_preuve(RSA, entete={"jwk": {"kty": "RSA", "n": modulo, "e": "AQAB"}})

    assert "2048 à 4096" in reason(preuve)


def test_a_huge_rsa_exponent_is_refused_without_being_used() -> None:
    jwk = {**RSA.as_dict(private=False), "e": "A" * 300 + "B"}

    assert "exposant" in reason(a_preuve(RSA, entete={"jwk": jwk}))


def test_another_curve_is_refused() -> None:
    p384 = ECKey.generate_key("P-384", private=False).as_dict()

    assert "P-256" in reason(a_preuve(EC, entete={"jwk": p384}))


def test_a_symmetric_signature_or_none_is_refused() -> None:
    secret = OctKey.import_key("0" * 32)
    hs256 = jws.serialize_compact(
        {"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "MDAw"}}, b"{}", secret, algorithms=["HS256"]
    )
    aucune = urlsafe_b64encode(json.dumps({"typ": "dpop+jwt", "alg": "none"}).encode()).decode().rstrip("=")

    assert "alg" in reason(hs256)
    assert "alg" in reason(f"{aucune}.e30.")


@pytest.mark.parametrize(
    "preuve", ["", ".", "..", "...", "a.b.c", "é", "x" * 7000, "W10.W10.W10", "e30.e30.e30", "\x00"]
)
def test_what_is_no_jwt_is_refused(preuve: str) -> None:
    assert reason(preuve)


@pytest.mark.parametrize("jwk", ["texte", None, 12, [], {"kty": ["EC"]}, {"kty": "EC", "crv": "P-256", "x": 1, "y": 2}])
def test_a_jwk_of_another_type_is_refused(jwk: object) -> None:
    entete = urlsafe_b64encode(json.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}).encode()).decode()

    assert "jwk" in reason(entete.rstrip("=") + ".e30.AAAA")


def test_a_payload_that_is_no_object_is_refused() -> None:
    entete = {"typ": "dpop+jwt", "alg": "ES256", "jwk": EC.as_dict(private=False)}
    for contenu in (b"[]", b"\xff", b"[" * 2000):
        assert reason(jws.serialize_compact(entete, contenu, EC, registry=dpop._Registry(algorithms=["ES256"])))


@given(texte=st.text(alphabet="abcE30.-_=éW10", max_size=60))
def test_any_text_is_refused_as_a_proof_and_nothing_else_happens(texte: str) -> None:
    assert reason(texte)


@given(url=st.text(max_size=40))
def test_any_address_is_normalised_without_an_error(url: str) -> None:
    dpop.normalize(url)


def test_outside_the_token_endpoint_a_bad_proof_is_a_401_with_a_challenge() -> None:
    with pytest.raises(Refus) as refus:
        dpop.verify("x", methode="GET", urls=(URL_JETON,), at=AT, jeton="j", statut=401)

    assert refus.value.statut == 401
    assert refus.value.entetes["WWW-Authenticate"].startswith('DPoP error="invalid_dpop_proof"')
