"""Tokens: proofs of possession where the OPCO asks for them, one renewal for all who wait."""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest
import stamina
from joserfc import jws
from joserfc.jwk import ECKey

from traitdunion.cfa import AuthenticationRefused, ClientCfa, Unavailable
from traitdunion.cfa.essai import OpcoEssai

MIDI = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def open_proof(request: httpx.Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a proof, its signature verified with the key that it carries."""
    scellee = jws.extract_compact(request.headers["DPoP"].encode())
    entete = scellee.headers()
    assert jws.validate_compact(scellee, ECKey.import_key(entete["jwk"]), algorithms=["ES256"])
    return entete, msgspec.json.decode(scellee.payload)


def test_afdas_gets_a_proof_with_the_demand_for_a_token_and_plain_bearer_after() -> None:
    opco = OpcoEssai("afdas")
    with ClientCfa(opco.profil(), transport=opco.transport, clock=lambda: MIDI) as client:
        client.key_info()
    jeton, appel = opco.demandes
    entete, dits = open_proof(jeton)
    assert (entete["typ"], entete["alg"], sorted(entete["jwk"])) == ("dpop+jwt", "ES256", ["crv", "kty", "x", "y"])
    assert (dits["htm"], dits["htu"], dits["iat"]) == ("POST", str(jeton.url), int(MIDI.timestamp()))
    assert "ath" not in dits
    assert "DPoP" not in appel.headers
    assert appel.headers["Authorization"] == "Bearer jeton-1"


def test_each_proof_is_new_and_the_key_is_the_client_s_own() -> None:
    opco = OpcoEssai("afdas")
    cles = []
    for _ in range(2):
        with ClientCfa(opco.profil(), transport=opco.transport) as client:
            client.key_info()
            opco.revoke_tokens()
            client.key_info()
        preuves = [open_proof(vue) for vue in opco.demandes if "DPoP" in vue.headers][-2:]
        assert preuves[0][1]["jti"] != preuves[1][1]["jti"]
        assert preuves[0][0]["jwk"] == preuves[1][0]["jwk"]
        cles.append(preuves[0][0]["jwk"]["x"])
    assert cles[0] != cles[1]


def test_a_nonce_that_the_server_wants_is_sent_back_once() -> None:
    opco = OpcoEssai("afdas", nonce="n-1")
    with ClientCfa(opco.profil(), transport=opco.transport) as client:
        client.key_info()
        opco.revoke_tokens()
        client.key_info()
    nonces = [open_proof(vue)[1].get("nonce") for vue in opco.demandes if "DPoP" in vue.headers]
    assert nonces == [None, "n-1", "n-1"]


def test_a_server_that_never_has_enough_of_nonces_is_not_asked_for_ever() -> None:
    appels = []

    def answer(request: httpx.Request) -> httpx.Response:
        appels.append(request)
        return httpx.Response(400, json={"error": "use_dpop_nonce"}, headers={"DPoP-Nonce": f"n-{len(appels)}"})

    profil = OpcoEssai("afdas").profil()
    with (
        ClientCfa(profil, transport=httpx.MockTransport(answer)) as client,
        pytest.raises(AuthenticationRefused),
    ):
        client.status()
    assert len(appels) == 2


def test_no_proof_goes_where_none_is_asked_unless_the_settings_say_so() -> None:
    opco = OpcoEssai("akto")
    with ClientCfa(opco.profil(), transport=opco.transport) as client:
        client.status()
    with ClientCfa(opco.profil(dpop="jeton"), transport=opco.transport) as client:
        client.status()
    assert [("DPoP" in vue.headers) for vue in opco.demandes] == [False, False, True, False]


def test_a_bound_token_goes_with_a_proof_that_names_it() -> None:
    vues: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        vues.append(request)
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "abc", "token_type": "DPoP", "expires_in": 60})
        if len(vues) == 2:
            entetes = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "ici"}
            return httpx.Response(401, headers=entetes, json={})
        return httpx.Response(200, json={"status": "healthy", "supportedVersions": [], "uptime": 1})

    profil = OpcoEssai().profil(dpop="lie")
    with ClientCfa(profil, transport=httpx.MockTransport(answer)) as client:
        client.status()
    jeton, premier, second = vues
    assert "DPoP" in jeton.headers
    assert second.headers["Authorization"] == "DPoP abc"
    dits = open_proof(second)[1]
    assert dits["ath"] == urlsafe_b64encode(sha256(b"abc").digest()).rstrip(b"=").decode()
    assert (dits["htm"], dits["htu"], dits["nonce"]) == ("GET", str(second.url), "ici")
    assert "nonce" not in open_proof(premier)[1]


def test_the_address_of_a_proof_has_no_parameter() -> None:
    vues: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        vues.append(request)
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "abc", "expires_in": 60})
        return httpx.Response(200, json={"status": "success"})

    profil = OpcoEssai().profil(dpop="lie")
    with ClientCfa(profil, transport=httpx.MockTransport(answer)) as client:
        client.key_info()
    htu = open_proof(vues[-1])[1]["htu"]
    assert htu == "https://opco.exemple.invalid/api/v2/cfakeyinfo"
    assert profil.cle_api not in vues[-1].headers["DPoP"]


def test_threads_that_find_no_token_ask_for_one_between_them() -> None:
    opco = OpcoEssai()
    depart = threading.Barrier(8)
    lus: list[str] = []
    with ClientCfa(opco.profil(), transport=opco.transport) as client:

        def call() -> None:
            depart.wait()
            lus.append(client.status().status)

        fils = [threading.Thread(target=call) for _ in range(8)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
    assert lus == ["healthy"] * 8
    assert opco.acces.jetons == ["jeton-1"]


@pytest.mark.parametrize("vie", ["0", "-5", "nan", None])
def test_a_life_that_makes_no_sense_does_not_stop_the_call(vie: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return httpx.Response(200, json={"access_token": "abc", "expires_in": vie})
        assert request.headers["Authorization"] == "Bearer abc"
        return httpx.Response(200, json={"status": "healthy", "supportedVersions": [], "uptime": 1})

    with ClientCfa(OpcoEssai().profil(), transport=httpx.MockTransport(answer)) as client:
        assert client.status().status == "healthy"


@pytest.mark.parametrize(
    "corps", [b'{"access_token": "a\\nb"}', b'{"access_token": "\xc3\xa9"}', b'{"access_token": ""}']
)
def test_a_token_that_no_header_can_carry_is_refused(corps: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=corps))
    with ClientCfa(OpcoEssai().profil(), transport=transport) as client, pytest.raises(AuthenticationRefused):
        client.status()


def test_a_read_waits_for_a_token_service_that_comes_back() -> None:
    opco = OpcoEssai()
    echecs = [503]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(echecs.pop()) if echecs else opco(request)

    with ClientCfa(opco.profil(), transport=httpx.MockTransport(answer)) as client:
        assert client.status().status == "healthy"


def test_secrets_never_show(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    opco = OpcoEssai("opco-ep")
    opco.pannes = [httpx.Response(503)] * 2
    with ClientCfa(opco.profil(), transport=opco.transport) as client:
        with pytest.raises(Unavailable) as erreur:
            client.key_info()
        ecrits = [repr(client), repr(client.profil), repr(client._echange), repr(client._echange.jetons)]
        ecrits += [repr(vars(client._echange)), str(erreur.value), caplog.text]
    for secret in (opco.acces.cle, client.profil.client_secret, "jeton-1"):
        assert not any(secret in ecrit for ecrit in ecrits)
