"""What the State answers is read strictly, cleaned, and told apart: yes, no, unknown, later, never."""

import json
from datetime import date
from typing import Any

import httpx
import pytest

from traitdunion.opco.deca.http import TAILLE_MAX, DecaHttp, clean_texte, read_reponse
from traitdunion.opco.deca.port import (
    ContratADeposer,
    DecaIndisponible,
    DecaRefuseAppel,
    Depose,
    Inconnu,
    NonDeposable,
    RefusRecu,
)
from traitdunion.opco.deca.states import Nature

REF = "12-contrat"
SECRET = "secret-EXEMPLE"
CONTRAT = ContratADeposer(
    siret_employeur="12345678200010",
    code_postal_employeur="75001",
    siret_cfa="32345678000010",
    nom="EXEMPLE",
    prenom="Alix",
    date_naissance=date(2006, 5, 14),
    type_contrat="11",
    date_conclusion=date(2026, 8, 20),
    date_debut=date(2026, 9, 1),
    date_fin=date(2028, 8, 31),
    rncp="RNCP38362",
    code_diplome="32032611",
)


def answer(**membres: Any) -> bytes:
    return json.dumps({"reference": REF, **membres}).encode()


def test_a_number_is_read_with_the_others_that_were_given() -> None:
    corps = answer(etat="DEPOSE", numDepot="A", autresNumDepot=["A", "B"], inconnu=1)
    assert read_reponse(200, corps, reference=REF) == Depose("A", None, ("B",))
    corps = answer(etat="DEPOSE", numDepot="A", numAvenant="C")
    assert read_reponse(201, corps, reference=REF) == Depose("A", "C")


def test_a_refusal_is_read_with_its_ground_cleaned() -> None:
    corps = answer(
        etat="NON_DEPOSABLE",
        libelleMotifNonDepot="SIRET\u0000 fermé\n",
        commentaireMotifNonDepot="2 06 05 75 001 001 55",
    )
    assert read_reponse(200, corps, reference=REF) == NonDeposable("SIRET fermé", "***")
    assert read_reponse(200, answer(etat="NON_DEPOSABLE"), reference=REF) == NonDeposable("Motif non précisé", None)


def test_a_reported_refusal_is_acknowledged() -> None:
    assert read_reponse(200, answer(etat="REFUS_RECU"), reference=REF) == RefusRecu()


@pytest.mark.parametrize("statut", [302, 401, 403, 408, 425, 429, 500, 503])
def test_what_says_nothing_of_the_row_is_tried_again(statut: int) -> None:
    with pytest.raises(DecaIndisponible, match=str(statut)):
        read_reponse(statut, b"", reference=REF)


@pytest.mark.parametrize("statut", [400, 404, 409, 413, 422])
def test_what_refuses_the_call_itself_is_not(statut: int) -> None:
    with pytest.raises(DecaRefuseAppel, match=str(statut)):
        read_reponse(statut, b"", reference=REF)


@pytest.mark.parametrize(
    "corps",
    [
        b"",
        b"<html>",
        b"\xff",
        b"[]",
        b'"Depot"',
        answer(),
        answer(etat="PEUT_ETRE"),
        answer(etat="DEPOSE", numDepot=12),
        answer(etat="DEPOSE", reference="13-contrat", numDepot="A"),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(corps: bytes) -> None:
    with pytest.raises(DecaIndisponible):
        read_reponse(200, corps, reference=REF)


def test_a_text_is_one_line_of_500_characters_at_most() -> None:
    assert clean_texte("a\r\nb\u202ec\u0000") == "a b c"
    assert len(clean_texte("é" * 500)) == len(clean_texte("é" * 501)) == 500


def client(reponse: httpx.Response | Exception, appels: list[httpx.Request]) -> DecaHttp:
    def handle(requete: httpx.Request) -> httpx.Response:
        appels.append(requete)
        if isinstance(reponse, Exception):
            raise reponse
        return reponse

    transport = httpx.MockTransport(handle)
    return DecaHttp("https://deca.example/v1/", secret=SECRET, client=httpx.AsyncClient(transport=transport))


@pytest.mark.anyio
async def test_a_deposit_sends_the_facts_under_our_reference_and_no_nir() -> None:
    appels: list[httpx.Request] = []
    deca = client(httpx.Response(200, content=answer(etat="DEPOSE", numDepot="A")), appels)
    assert await deca.deposit(REF, CONTRAT, nature=Nature.CONTRAT) == Depose("A")
    (appel,) = appels
    assert (appel.method, str(appel.url)) == ("PUT", "https://deca.example/v1/depots/12-contrat")
    assert appel.headers["Authorization"] == f"Bearer {SECRET}"
    envoye = json.loads(appel.content)
    assert envoye["reference"] == REF
    assert (envoye["nature"], envoye["dateDebut"]) == ("CONTRAT", "2026-09-01")
    assert not {"nir", "handicap"} & set(envoye)


@pytest.mark.anyio
async def test_a_refusal_is_reported_with_its_grounds() -> None:
    appels: list[httpx.Request] = []
    deca = client(httpx.Response(200, content=answer(etat="REFUS_RECU")), appels)
    assert await deca.report_refus(REF, CONTRAT, motifs=["R02"], texte="Trop âgé.") == RefusRecu()
    envoye = json.loads(appels[0].content)
    assert (envoye["nature"], envoye["motifsRefus"], envoye["texteRefus"]) == ("REFUS", ["R02"], "Trop âgé.")


@pytest.mark.anyio
async def test_an_unknown_reference_is_told_from_a_refused_deposit() -> None:
    assert await client(httpx.Response(404), []).find(REF) == Inconnu()
    with pytest.raises(DecaRefuseAppel):
        await client(httpx.Response(404), []).deposit(REF, CONTRAT, nature=Nature.CONTRAT)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("panne", "dit"),
    [
        (httpx.ConnectError(SECRET), "injoignable"),
        (httpx.ReadTimeout(SECRET), "à temps"),
        (httpx.RemoteProtocolError(SECRET), "perdue"),
    ],
)
async def test_a_failure_of_the_line_is_said_without_quoting_anything(panne: Exception, dit: str) -> None:
    with pytest.raises(DecaIndisponible, match=dit) as vue:
        await client(panne, []).find(REF)
    assert SECRET not in str(vue.value)


@pytest.mark.anyio
async def test_an_answer_too_long_is_not_read_to_its_end() -> None:
    corps = answer(etat="DEPOSE", numDepot="A")
    juste = corps + b" " * (TAILLE_MAX - len(corps))
    assert await client(httpx.Response(200, content=juste), []).find(REF) == Depose("A")
    with pytest.raises(DecaIndisponible, match="trop long"):
        await client(httpx.Response(200, content=juste + b" "), []).find(REF)


@pytest.mark.anyio
async def test_no_redirect_is_followed() -> None:
    appels: list[httpx.Request] = []
    with pytest.raises(DecaIndisponible):
        await client(httpx.Response(302, headers={"Location": "https://ailleurs.example/"}), appels).find(REF)
    assert len(appels) == 1
