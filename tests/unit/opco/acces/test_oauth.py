import contextlib
from base64 import b64encode
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces.jetons import oauth

FORMULAIRE = {"grant_type": "client_credentials", "client_id": "ed-1", "client_secret": "s3cret"}

CODES = {
    "invalid_request": "DEMANDE_JETON_INVALIDE",
    "unsupported_grant_type": "TYPE_DE_DEMANDE_NON_ADMIS",
    "invalid_client": "CLIENT_INCONNU",
}


def form(**membres: str | None) -> bytes:
    tous = {**FORMULAIRE, **membres}
    return urlencode({nom: valeur for nom, valeur in tous.items() if valeur is not None}).encode()


def basic(client_id: str, client_secret: str) -> str:
    return "Basic " + b64encode(f"{client_id}:{client_secret}".encode()).decode()


def refused(corps: bytes, *, autorisation: str | None = None, requete: str = "") -> Refus:
    with pytest.raises(Refus) as refus:
        oauth.read_demande(corps=corps, autorisation=autorisation, requete=requete)
    return refus.value


def test_credentials_are_read_from_the_form() -> None:
    demande = oauth.read_demande(corps=form(scope="api.read"))

    assert (demande.client_id, demande.client_secret, demande.scope, demande.basic) == (
        "ed-1",
        "s3cret",
        "api.read",
        False,
    )


def test_credentials_are_read_from_basic() -> None:
    demande = oauth.read_demande(corps=b"grant_type=client_credentials", autorisation=basic("ed-1", "s3cret"))

    assert (demande.client_id, demande.client_secret, demande.basic) == ("ed-1", "s3cret", True)


@pytest.mark.parametrize("secret", ["a:b", "é", "a b", "a%b", "a+b"])
def test_a_secret_with_colon_or_accent_is_read_whole_from_basic(secret: str) -> None:
    demande = oauth.read_demande(
        corps=b"grant_type=client_credentials", autorisation=basic(quote_plus("ed-1"), quote_plus(secret))
    )

    assert demande.client_secret == secret


def test_a_colon_left_bare_in_basic_belongs_to_the_secret() -> None:
    demande = oauth.read_demande(corps=b"grant_type=client_credentials", autorisation=basic("ed-1", "a:b"))

    assert (demande.client_id, demande.client_secret) == ("ed-1", "a:b")


@pytest.mark.parametrize(
    ("corps", "autorisation", "erreur", "statut"),
    [
        (form(grant_type=None), None, "invalid_request", 400),
        (form(grant_type="password"), None, "unsupported_grant_type", 400),
        (form(grant_type="authorization_code"), None, "unsupported_grant_type", 400),
        (form(client_id=None), None, "invalid_request", 400),
        (form(client_secret=None), None, "invalid_request", 400),
        (form(client_secret=""), None, "invalid_request", 400),
        (form() + b"&client_id=ed-2", None, "invalid_request", 400),
        (form() + b"&grant_type=client_credentials", None, "invalid_request", 400),
        (form(), basic("ed-1", "s3cret"), "invalid_request", 400),
        (form(client_secret=None, client_id="ed-2"), basic("ed-1", "s3cret"), "invalid_request", 400),
        (form(client_secret=None, client_id=None), "Basic pas-du-base64!", "invalid_request", 400),
        (form(client_secret=None, client_id=None), "Basic " + b64encode(b"\xff:x").decode(), "invalid_request", 400),
        (form(client_secret=None, client_id=None), "Basic " + b64encode(b"seul").decode(), "invalid_request", 400),
        (form(client_id="e" * 513), None, "invalid_client", 401),
        (b"\xff", None, "invalid_request", 400),
        (b"a=%ff", None, "invalid_request", 400),
        (b'{"grant_type": "client_credentials"}', None, "invalid_request", 400),
        (b"", None, "invalid_request", 400),
        (b"&" * 20_000, None, "invalid_request", 400),
        (b"&".join([b"a=1"] * 60), None, "invalid_request", 400),
    ],
)
def test_each_fault_has_its_rfc_error_in_the_norms_body(
    corps: bytes, autorisation: str | None, erreur: str, statut: int
) -> None:
    refus = refused(corps, autorisation=autorisation)

    assert (refus.complement["error"], refus.statut) == (erreur, statut)
    assert refus.anomalies[0].code == CODES[erreur]
    assert refus.anomalies[0].description
    assert refus.entetes["Cache-Control"] == "no-store"


def test_unknown_members_of_the_form_are_ignored() -> None:
    assert oauth.read_demande(corps=form() + b"&audience=x&resource=y")


def test_a_secret_in_the_address_is_refused() -> None:
    assert refused(form(), requete="client_secret=s3cret").complement["error"] == "invalid_request"


def test_the_repr_of_a_request_does_not_show_the_secret() -> None:
    assert "s3cret" not in repr(oauth.read_demande(corps=form()))


@pytest.mark.parametrize(
    ("scope", "attendue"),
    [
        (None, "api.read api.write"),
        ("", "api.read api.write"),
        ("api.read api.write", "api.read api.write"),
        ("api.write api.read", "api.read api.write"),
        (".default", "api.read api.write"),
        ("api://opco/.default", "api.read api.write"),
        ("api.read", "api.read"),
        ("api.write", "api.write"),
    ],
)
def test_the_scope_granted(scope: str | None, attendue: str) -> None:
    assert oauth.read_portee(scope) == attendue


@pytest.mark.parametrize("scope", ["admin", "api.read admin", "API.READ", "api.admin .default"])
def test_a_scope_cannot_be_raised(scope: str) -> None:
    with pytest.raises(Refus) as refus:
        oauth.read_portee(scope)

    assert refus.value.complement["error"] == "invalid_scope"
    assert refus.value.anomalies[0].code == "PORTEE_INVALIDE"


def test_basic_is_challenged_only_when_the_client_used_it() -> None:
    assert "WWW-Authenticate" in oauth.invalid_client(basic=True).entetes
    assert "WWW-Authenticate" not in oauth.invalid_client(basic=False).entetes


@given(phrase=st.text())
def test_error_description_holds_only_what_rfc_6749_admits(phrase: str) -> None:
    admis = {chr(code) for code in (*range(0x20, 0x22), *range(0x23, 0x5C), *range(0x5D, 0x7F))}

    assert set(oauth._ascii(phrase)) <= admis


@given(corps=st.binary(max_size=80), autorisation=st.none() | st.text(max_size=40))
def test_any_request_is_read_or_refused(corps: bytes, autorisation: str | None) -> None:
    with contextlib.suppress(Refus):
        assert oauth.read_demande(corps=corps, autorisation=autorisation).client_id
