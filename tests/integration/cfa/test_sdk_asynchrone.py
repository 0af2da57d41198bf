"""The async client on the real application, through ASGI: what the fake plays is what the server does."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from builders import fichiers
from builders.envois import a_convention, a_depot, to_json
from builders.serveur import Appelant, Serveur, serving

from traitdunion.cfa import AuthenticationRefused, ClientCfaAsync, Fichier, NotFound, Profil, Refused
from traitdunion.cfa.echange.exchange import utc_now
from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.opco.acces.jetons.dpop import ModeDpop

pytestmark = pytest.mark.anyio


def client_of(serveur: Serveur, *, clock: Callable[[], datetime] = utc_now, **reglages: object) -> ClientCfaAsync:
    """The SDK with the settings of the server's first CFA."""
    cfa = serveur.cfa
    profil = Profil(
        api="http://localhost",
        jeton="http://localhost/oauth2/token",
        client_id=cfa.editeur.client_id,
        client_secret=cfa.editeur.client_secret,
        cle_api=cfa.cle,
        siren=cfa.siren,
        opco="traitdunion",
        **reglages,  # type: ignore[arg-type] - settings of one test
    )
    transport = httpx.ASGITransport(serveur.application, raise_app_exceptions=True)
    return ClientCfaAsync(profil, transport=transport, clock=clock)


async def test_a_promotion_is_deposited_at_once_and_read_back(serveur: Serveur) -> None:
    depots = {rang: lecture.read(DepotDossier, to_json(a_depot(rang))).message for rang in range(20)}
    async with client_of(serveur) as client:
        accuses = await asyncio.gather(*(client.deposit(depot) for depot in depots.values()))
        encore = await client.deposit(depots[3])
        trouves = await client.find_same_dossiers(depots)
        etats = [etat async for etat in client.list_etats()]
        relus = [etat async for etat in client.list_etats()]
        cle = await client.key_info()
    assert len({accuse.numero_interne for accuse in accuses}) == await serveur.count("dossier") == 20
    assert encore.numero_interne == accuses[3].numero_interne
    assert {rang: meme.etat.numero_interne for rang, meme in trouves.items()} == {
        rang: accuse.numero_interne for rang, accuse in enumerate(accuses)
    }
    assert all(meme.meme_contenu for meme in trouves.values())
    assert etats == relus
    assert cle.status == "success"


async def test_pieces_receipts_and_refusals_are_those_of_the_norm(serveur: Serveur) -> None:
    pdf = Fichier("convention.pdf", fichiers.a_pdf())
    async with client_of(serveur) as client:
        numero = (await client.deposit(to_json(a_depot()))).numero_interne
        document = (await client.deposit_convention(to_json(a_convention(numero)), pdf)).numero_interne_document
        assert await client.find_document(document) == pdf.contenu
        assert msgspec.json.decode(await client.find_recepisse(f"d-{numero}"))["recepisse"]["numeroInterne"] == numero
        dossier = await client.find_dossier(numero)
        assert (dossier.etat, dossier.etat_brut) == ("TRANSMIS", "TRANSMIS")
        with pytest.raises(NotFound) as inconnu:
            await client.find_dossier("999")
        with pytest.raises(Refused) as refus:
            await client.deposit(b'{"cerfa": {}}')
        assert (await client.check(to_json(a_depot(1)))).recevable
    assert inconnu.value.code == "DOSSIER_INCONNU"
    assert refus.value.anomalies
    assert refus.value.request_id


@pytest.mark.parametrize(("serveur_veut", "client_donne"), [(ModeDpop.EXIGEE, "jeton"), (ModeDpop.LIEE, "lie")])
async def test_proofs_of_possession_are_verified_by_the_server(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serveur_veut: ModeDpop, client_donne: str
) -> None:
    async def connect(self: Appelant) -> None:
        """No token without proof: the SDK's own is the one that is tried."""

    monkeypatch.setattr(Appelant, "connect", connect)
    async with (
        serving(database_url, tmp_path, dpop=serveur_veut) as serveur,
        client_of(serveur, clock=serveur.clock.now, dpop=client_donne) as client,
    ):
        assert (await client.key_info()).status == "success"
        with pytest.raises(AuthenticationRefused) as sans_preuve:
            await client_of(serveur, clock=serveur.clock.now, dpop="sans").status()
    assert sans_preuve.value.anomalies
