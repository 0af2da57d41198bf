"""Whatever an OPCO, or what stands in its place, answers: a typed answer or an error of the SDK, and nothing else."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.cfa import ClientCfa, ErreurCfa, NotSent, Refused, ReponsePerdue
from traitdunion.cfa.echange import answers
from traitdunion.cfa.essai import OpcoEssai
from traitdunion.cfa.essai.registre import split
from traitdunion.norme.nomenclatures import ETAT_DOSSIER

MEMBRES = (
    "cerfa", "employeur", "siret", "echeances", "engagement", "total", "count", "EtatDossierResult", "factures", "etat",
    "numeroInterne", "numeroExterne", "errors", "description", "Description", "comment", "code", "champ", "gravite",
    "access_token", "expires_in", "montantTotal", "dateDebut", "avertissements", "status",
)  # fmt: skip
TEXTES = st.text(max_size=8) | st.sampled_from(
    ("2026-09-01T00:00:00+02:00", "ENGAGE", "1", "12.345", "BLOQUANT", "é🙂")
)
VALEURS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTES,
    lambda fils: st.lists(fils, max_size=3) | st.dictionaries(st.sampled_from(MEMBRES), fils, max_size=6),
    max_leaves=12,
)
CORPS = st.binary(max_size=40) | VALEURS.map(lambda valeur: json.dumps(valeur).encode())
STATUTS = st.sampled_from((200, 201, 204, 206, 302, 304, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 507, 599))
ENTETES = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": st.sampled_from(("1", "-1", "9" * 30, "hier", "Tue, 01 Sep 2026 12:00:00 GMT")),
        "DPoP-Nonce": st.just("n"),
        "ETag": st.just('"e"'),
        "Location": st.just("https://ailleurs.exemple.invalid/"),
        "X-Request-Id": st.sampled_from(("réf".encode(), b"a")),
    },
)
LECTEURS = (
    answers.read_dossier, answers.read_dossiers, answers.read_form, answers.read_forms, answers.read_etats,
    answers.read_etats_factures, answers.read_etats_avoirs,
)  # fmt: skip


@given(corps=CORPS, lire=st.sampled_from(LECTEURS))
@settings(max_examples=400)
def test_a_body_is_read_or_said_unreadable(corps: bytes, lire: Callable[[bytes], object]) -> None:
    try:
        lire(corps)
    except answers.AnswerUnreadable:
        return


@given(statut=STATUTS, corps=CORPS, entetes=ENTETES, code=st.sampled_from(("afdas", "akto", "traitdunion")))
@settings(max_examples=300, deadline=None)
def test_a_read_and_a_deposit_end_in_the_ways_that_are_documented(
    statut: int, corps: bytes, entetes: dict[str, Any], code: str
) -> None:
    opco = OpcoEssai(code)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return opco.acces.issue(request)
        return httpx.Response(statut, content=corps, headers=entetes)

    with (
        stamina.set_testing(True, attempts=2),
        ClientCfa(opco.profil(renvoi_reconnu=False), transport=httpx.MockTransport(answer)) as client,
    ):
        for lire in (lambda: list(client.list_etats()), lambda: client.find_dossier("1"), client.status):
            try:
                lire()
            except ErreurCfa as erreur:
                assert opco.acces.cle not in str(erreur)  # noqa: PT017 - or no error at all
        try:
            client.deposit(b'{"cerfa":{}}')
        except (Refused, ReponsePerdue) as erreur:
            # Only a clear no is a no: after anything else a deposit may well be recorded.
            assert isinstance(erreur, ReponsePerdue) is (statut not in CLAIRS and not _is_no(statut, corps))  # noqa: PT017


CLAIRS = {400, 401, 403, 404, 409, 429}


def _is_no(statut: int, corps: bytes) -> bool:
    """A 5xx beyond those of proxies, in the norm's own shape."""
    return statut in (507, 599) and answers.has_norm_shape(httpx.Response(statut, content=corps))


@given(statut=STATUTS, corps=CORPS, entetes=ENTETES, code=st.sampled_from(("afdas", "akto")))
@settings(max_examples=200, deadline=None)
def test_a_token_service_that_answers_anything_lets_nothing_leave(
    statut: int, corps: bytes, entetes: dict[str, Any], code: str
) -> None:
    opco, partis = OpcoEssai(code), []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(statut, content=corps, headers=entetes)
        partis.append(request)
        return httpx.Response(503)

    with ClientCfa(opco.profil(), transport=httpx.MockTransport(answer)) as client:
        try:
            client.deposit(b'{"cerfa":{}}')
        except (Refused, NotSent):
            assert partis == []
        except ReponsePerdue:
            assert partis


@given(etat=st.sampled_from(list(ETAT_DOSSIER.codes)), casse=st.sampled_from((str.lower, str.upper, str.capitalize)))
def test_a_known_state_is_known_in_any_case(etat: str, casse: Callable[[str], str]) -> None:
    corps = json.dumps([{"numeroInterne": 1, "numeroExterne": "X", "etat": casse(etat).replace("_", " ")}]).encode()
    ((lu,), total) = answers.read_etats(corps)
    assert (lu.etat, total) == (etat, 1)


@given(centimes=st.integers(0, 10**9), parts=st.integers(1, 12))
def test_an_amount_is_split_to_the_cent(centimes: int, parts: int) -> None:
    montant = Decimal(centimes) / 100
    assert sum(split(montant, parts)) == montant


@pytest.mark.parametrize("numero", ["", "../cles", "1/2", "1?x=1", "1#", "é%"])
def test_an_identifier_never_changes_the_address(numero: str) -> None:
    opco = OpcoEssai()
    with ClientCfa(opco.profil(), transport=opco.transport) as client, pytest.raises(ValueError, match="identifier"):
        client.find_document(numero)
    assert opco.demandes == []
