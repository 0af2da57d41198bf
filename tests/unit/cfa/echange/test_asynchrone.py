"""The async client: the same names, the same answers, the same errors as the sync one, and one renewal at a time."""

import asyncio
import inspect
from collections.abc import Iterator
from decimal import Decimal

import httpx
import msgspec
import pytest
import stamina

from traitdunion.cfa import (
    AttenteVaine,
    ClientCfa,
    ClientCfaAsync,
    Fichier,
    NotFound,
    NotSent,
    QuotaReached,
    Refused,
    ReponsePerdue,
    RouteAbsente,
)
from traitdunion.cfa.essai import Coupure, OpcoEssai, RefusEssai
from traitdunion.norme import lecture, profils
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.openapi.exemples import DEPOT

pytestmark = pytest.mark.anyio
CORPS = msgspec.json.encode(DEPOT)
DEPOT_LU = lecture.read(DepotDossier, CORPS).message
PDF = Fichier("c.pdf", b"%PDF-1.7\r\n\x00")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def signatures(classe: type) -> dict[str, str]:
        noms = [nom for nom in vars(classe) if not nom.startswith("_")]
        return {nom: str(inspect.signature(getattr(classe, nom)).replace(return_annotation="")) for nom in noms}

    synchrones = signatures(ClientCfa)
    assert synchrones == signatures(ClientCfaAsync)
    assert len(synchrones) > 25
    assert all(inspect.getdoc(getattr(ClientCfaAsync, nom)) for nom in synchrones)


@pytest.mark.parametrize("code", [profil.code for profil in profils.PROFILS])
async def test_a_contract_is_deposited_and_read_back_at_every_opco(code: str) -> None:
    opco = OpcoEssai(code, taille_page=2)
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        if code == "opco-sante":
            with pytest.raises(RouteAbsente):
                await client.deposit(DEPOT_LU)
            return
        accuse = await client.deposit(DEPOT_LU)
        convention = await client.deposit_convention(Convention(numero_interne_dossier=accuse.numero_interne), PDF)
        relu = await client.find_dossier(accuse.numero_interne)
        etats = [etat.numero_externe async for etat in client.list_etats()]
    assert relu.cerfa.apprenti == DEPOT_LU.cerfa.apprenti  # type: ignore[union-attr]
    assert etats == [accuse.numero_externe]
    assert opco.registre.pieces[convention.numero_interne_document][1] == PDF.contenu


async def test_tasks_that_find_no_token_ask_for_one_between_them() -> None:
    opco = OpcoEssai()
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        await asyncio.gather(*(client.status() for _ in range(20)))
        assert opco.acces.jetons == ["jeton-1"]
        opco.revoke_tokens()
        await asyncio.gather(*(client.status() for _ in range(20)))
    assert opco.acces.jetons == ["jeton-1", "jeton-2"]


async def test_the_three_ends_of_a_deposit() -> None:
    opco = OpcoEssai("akto")
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        opco.pannes = [Coupure(apres=False, genre=httpx.ConnectError)]
        with pytest.raises(NotSent):
            await client.deposit(CORPS)
        opco.pannes = [RefusEssai("Refusé.", code="SIRET_INVALIDE")]
        with pytest.raises(Refused, match=r"Refusé\."):
            await client.deposit(CORPS)
        assert opco.registre.dossiers == []
        opco.pannes = [Coupure()]
        with pytest.raises(ReponsePerdue):
            await client.deposit(CORPS)
        trouve = await client.find_same_dossier(DEPOT_LU)
    assert trouve is not None
    assert trouve.etat.numero_interne == "1"
    assert len(opco.calls("POST", "/v2/dossiers")) == 3


async def test_a_lost_answer_is_asked_again_where_the_server_knows_the_deposit() -> None:
    opco = OpcoEssai()
    opco.pannes = [Coupure(), httpx.Response(502), None]
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        accuse = await client.deposit(CORPS)
    envois = opco.calls("POST", "/v2/dossiers")
    assert (accuse.numero_interne, len(opco.registre.dossiers), len(envois)) == ("1", 1, 3)
    assert len({envoi.headers["Idempotency-Key"] for envoi in envois}) == 1


async def test_reads_are_retried_and_told_apart() -> None:
    opco = OpcoEssai()
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        opco.pannes = [Coupure(), httpx.Response(503), RefusEssai("…", statut=429)]
        assert (await client.status()).status == "healthy"
        opco.pannes = [RefusEssai("…", statut=429)] * 4
        with pytest.raises(QuotaReached):
            await client.status()
        with pytest.raises(NotFound):
            await client.find_dossier("9")


async def test_pages_are_read_as_they_are_consumed() -> None:
    opco = OpcoEssai("akto", taille_page=2)
    async with ClientCfaAsync(opco.profil(), transport=opco.transport) as client:
        for _ in range(5):
            await client.deposit(CORPS)
        async for etat in client.list_etats():
            if etat.numero_interne == "2":
                break
        assert len(opco.calls("GET", "/v2/dossiers/etats")) == 1
        assert [etat.numero_interne async for etat in client.list_etats()] == ["1", "2", "3", "4", "5"]


async def test_a_state_is_waited_for() -> None:
    opco = OpcoEssai()
    heure = [0.0]

    async def sleep(secondes: float) -> None:
        heure[0] += secondes
        if heure[0] == 60:
            opco.engage("1", Decimal("99.99"))

    async with ClientCfaAsync(
        opco.profil(), transport=opco.transport, monotonic=lambda: heure[0], sleep=sleep
    ) as client:
        await client.deposit(CORPS)
        dossier = await client.wait_for("1", until={"ENGAGE"}, poll=20)
        with pytest.raises(AttenteVaine):
            await client.wait_for("1", until={"SOLDE"}, timeout=0)
    assert dossier.engagement == Decimal("99.99")
