"""POST factures and their states, on engaged dossiers."""

import pytest
from builders.factures.envoi import codes_of, send_facture, set_iban
from builders.instruction import an_agent, an_engaged
from builders.serveur import Serveur

pytestmark = pytest.mark.anyio


async def test_an_open_echeance_is_invoiced_and_read_back_as_being_instructed(serveur: Serveur) -> None:
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur))

    reponse = await send_facture(serveur, numero, (1, "PEDAGOGIE", 100_000))

    assert reponse.status_code == 200, reponse.text
    assert codes_of(reponse) == []
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()
    assert lu["echeances"][0]["montantEnCoursInstruction"] == 1000
    page = (await serveur.cfa.get("/v2/factures/etats")).json()
    assert (page["total"], page["count"], page["page"]) == (1, 1, 1)
    (facture,) = page["factures"]
    assert facture["etatFacture"] == "TRANSMIS"
    assert facture["montantFacture"] == 1000
    assert facture["dossiers"][0]["montant"] == 1000


async def test_the_same_facture_again_gives_the_same_numbers(serveur: Serveur) -> None:
    await set_iban(serveur)
    numero = await an_engaged(serveur, await an_agent(serveur))

    premiere = await send_facture(serveur, numero, (1, "PEDAGOGIE", 320_000))
    seconde = await send_facture(serveur, numero, (1, "PEDAGOGIE", 320_000))

    assert seconde.status_code == 200, seconde.text
    assert seconde.json() == premiere.json()
    assert seconde.headers["Idempotency-Replayed"] == "true"
