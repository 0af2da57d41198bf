"""The same facture again, and several at once: one row, one number, the ledger written once (norme.md §7, I2)."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import httpx
import pytest
from builders import envois
from builders.factures.dossiers import a_certificat, an_ended, postes_of, send_certificat
from builders.factures.envoi import (
    a_body,
    check_refused,
    codes_of,
    send_avoir,
    send_body,
    send_facture,
    some_lignes,
)
from builders.factures.papier import a_facture_pdf
from builders.instruction import a_rupture, an_engaged, etat_of, version_of
from builders.serveur import SIREN, Serveur

from traitdunion.opco.decisions.actes import ActeRefuse

pytestmark = pytest.mark.anyio
COPIES = 200


async def test_the_same_facture_again_gives_the_same_numbers_and_the_same_warnings(
    serveur: Serveur, agent: int
) -> None:
    numero = await an_ended(serveur, agent)
    premiere = await send_facture(serveur, numero, (1, "PEDAGOGIE", 320_000), (4, "PEDAGOGIE", 80_000))
    avant = await serveur.counts()

    seconde = await send_facture(serveur, numero, (1, "PEDAGOGIE", 320_000), (4, "PEDAGOGIE", 80_000))

    assert seconde.status_code == 200, seconde.text
    assert codes_of(premiere) == ["PREUVE_REALISATION_ATTENDUE"]
    assert seconde.json() == premiere.json()
    assert seconde.headers["Idempotency-Replayed"] == "true"
    assert await serveur.counts() == avant


async def test_a_facture_is_recognised_once_its_dossier_takes_no_more(
    serveur: Serveur, agent: int, dossier: int
) -> None:
    """A lost answer is asked again, whatever has happened since: account changed, dossier cancelled."""
    corps = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 100)))
    premiere = await send_body(serveur, corps)
    await serveur.execute("DELETE FROM coordonnees_bancaires")
    await serveur.execute("UPDATE dossier SET etat = 'ANNULE' WHERE numero_interne = %s", dossier)

    assert (await send_body(serveur, corps)).json() == premiere.json()


async def test_a_number_serves_once_for_factures_and_avoirs_together(serveur: Serveur, dossier: int) -> None:
    lignes = some_lignes(dossier, (1, "PEDAGOGIE", 100))
    premiere = (await send_body(serveur, a_body(lignes))).json()
    attendue = ("NUMERO_DE_FACTURE_DEJA_UTILISE", "facture.numero")

    contenu = await check_refused(serveur, a_body(some_lignes(dossier, (1, "PEDAGOGIE", 101))), attendue)
    fichier = await check_refused(serveur, a_body(lignes), attendue, pdf=a_facture_pdf(titre="Duplicata"))
    await check_refused(serveur, a_body(lignes, numero="  F-2026-001 "), attendue, pdf=a_facture_pdf(pages=2))
    avoir = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100), numero="F-2026-001")

    for reponse in (contenu, fichier, avoir):
        assert reponse.json()["numeroInterneFacture"] == premiere["numeroInterneFacture"]
    assert [une["champ"] for une in avoir.json()["errors"]] == ["avoir.numero"]
    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100), numero="A-1")).status_code == 200
    await check_refused(serveur, a_body(lignes, numero="A-1"), attendue)


async def test_the_number_of_another_cfa_s_facture_tells_nothing(serveur: Serveur, dossier: int) -> None:
    """Its SIRET and its number, guessed: the very answer of a number that nobody used."""
    corps = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 100)))
    assert (await send_body(serveur, corps)).status_code == 200
    dites = []
    for numero in ("F-2026-001", "F-2026-999"):
        for chemin in ("/v2/factures", "/v2/avoirs"):
            essai: dict[str, Any] = {**corps, "numero": numero}
            reponse = await serveur.autre.send(chemin, essai, a_facture_pdf(numero="F-2026-001"), nom="facture.pdf")
            assert reponse.status_code == 400, reponse.text
            dites.append((chemin, reponse.json()["errors"]))
            assert "numeroInterneFacture" not in reponse.json()
    assert dites[:2] == dites[2:]


async def test_two_hundred_copies_at_once_are_one_facture(serveur: Serveur, dossier: int) -> None:
    corps, pdf = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 100_000))), a_facture_pdf()
    avant = await serveur.counts()

    reponses = await asyncio.gather(*(send_body(serveur, corps, pdf) for _ in range(COPIES)))

    assert {reponse.status_code for reponse in reponses} == {200}, Counter(une.text for une in reponses)
    assert len({reponse.text for reponse in reponses}) == 1
    rejouees = [reponse.headers.get("Idempotency-Replayed") for reponse in reponses]
    assert Counter(rejouees) == {None: 1, "true": COPIES - 1}
    apres = await serveur.counts()
    ajoute = {nom: apres[nom] - avant[nom] for nom in apres if apres[nom] != avant[nom]}
    assert ajoute == {
        **dict.fromkeys(("document", "document_objet", "evenement", "facture", "ligne_facture", "objets"), 1),
        "ecriture": 1,
        "mouvement": 2,
        "compteur_facture": 1,
    }
    assert (await postes_of(serveur, dossier))["EN_INSTRUCTION"] == 100_000


async def test_two_hundred_copies_that_take_all_of_an_echeance_are_one_too(serveur: Serveur, dossier: int) -> None:
    """Those that come second find nothing left, and are the same facture all the same."""
    corps, pdf = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 320_000))), a_facture_pdf()
    reponses = await asyncio.gather(*(send_body(serveur, corps, pdf) for _ in range(COPIES)))
    assert {reponse.status_code for reponse in reponses} == {200}
    assert len({reponse.text for reponse in reponses}) == 1
    assert await serveur.count("facture") == 1


async def test_two_factures_of_one_number_at_once_are_one_and_a_refusal(serveur: Serveur, agent: int) -> None:
    """On two dossiers, so that no lock of a dossier puts one behind the other."""
    premier, second = await an_engaged(serveur, agent, 0), await an_engaged(serveur, agent, 1)
    avant = await serveur.counts()

    reponses = await asyncio.gather(
        *(send_facture(serveur, numero, (1, "PEDAGOGIE", 100)) for numero in (premier, second) * 5)
    )

    assert Counter(reponse.status_code for reponse in reponses) == {200: 5, 400: 5}
    for reponse in reponses:
        if reponse.status_code == httpx.codes.BAD_REQUEST:
            assert codes_of(reponse) == ["NUMERO_DE_FACTURE_DEJA_UTILISE"]
    apres = await serveur.counts()
    assert [apres[nom] - avant[nom] for nom in ("facture", "document", "ecriture", "objets")] == [1, 1, 1, 1]


async def test_two_factures_that_together_exceed_an_echeance_at_once_leave_one(serveur: Serveur, dossier: int) -> None:
    reponses = await asyncio.gather(
        *(send_facture(serveur, dossier, (1, "PEDAGOGIE", 200_000), numero=f"F-{rang}") for rang in range(8))
    )
    assert Counter(reponse.status_code for reponse in reponses) == {200: 1, 400: 7}
    assert {codes_of(une)[0] for une in reponses if une.status_code != 200} == {"MONTANT_SUPERIEUR_AU_RESTE"}
    assert (await postes_of(serveur, dossier))["EN_INSTRUCTION"] == 200_000
    assert len(serveur.objects()) == 2  # the convention and the facture that won


async def test_factures_over_the_same_dossiers_in_opposite_orders_never_block_each_other(
    serveur: Serveur, agent: int
) -> None:
    premier, second = await an_engaged(serveur, agent, 0), await an_engaged(serveur, agent, 1)
    corps = []
    for rang in range(12):
        ordre = (premier, second) if rang % 2 else (second, premier)
        lignes = [ligne for numero in ordre for ligne in some_lignes(numero, (1, "PEDAGOGIE", 1_000))]
        corps.append(a_body(lignes, numero=f"F-{rang}"))

    reponses = await asyncio.gather(*(send_body(serveur, un) for un in corps))

    assert {reponse.status_code for reponse in reponses} == {200}
    rangs = await serveur.fetch("SELECT rang FROM facture ORDER BY rang")
    assert rangs == [(rang,) for rang in range(1, 13)]


async def test_a_facture_and_the_cancellation_of_its_dossier_at_once_agree(
    serveur: Serveur, agent: int, dossier: int
) -> None:
    """Whoever comes second knows of the first; the ledger stands either way."""
    version = await version_of(serveur, dossier)

    async def cancel() -> bool:
        try:
            await serveur.portail.decisions.cancel(dossier, version=version, motif="Double.", par=f"compte:{agent}")
        except ActeRefuse:
            return False
        return True

    annule, reponse = await asyncio.gather(cancel(), send_facture(serveur, dossier, (1, "PEDAGOGIE", 100_000)))

    assert (await etat_of(serveur, dossier) == "ANNULE") == annule
    postes = await postes_of(serveur, dossier)
    if annule:
        assert "EN_INSTRUCTION" not in postes
        if reponse.status_code != 200:
            assert codes_of(reponse) == ["DOSSIER_NON_FACTURABLE"]
    else:
        assert reponse.status_code == 200
        assert postes["EN_INSTRUCTION"] == 100_000


async def test_a_facture_and_the_break_of_its_contract_at_once_agree(
    serveur: Serveur, agent: int, dossier: int
) -> None:
    decisions = serveur.portail.decisions
    await decisions.declare_rupture(dossier, a_rupture(date(2026, 9, 30), at=serveur.clock.now()), siren=SIREN)
    version = await version_of(serveur, dossier)

    _, reponse = await asyncio.gather(
        decisions.confirm_rupture(dossier, version=version, par=f"compte:{agent}"),
        send_facture(serveur, dossier, (1, "PEDAGOGIE", 320_000)),
    )

    postes = await postes_of(serveur, dossier)
    assert await etat_of(serveur, dossier) == "RUPTURE"
    assert sum(postes.values()) == 0
    assert postes.get("EN_INSTRUCTION", 0) <= -postes["ENGAGE"]
    assert reponse.status_code in (200, 400)


async def test_an_avoir_sent_fifty_times_at_once_credits_once(serveur: Serveur, dossier: int) -> None:
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 320_000))
    reponses = await asyncio.gather(*(send_avoir(serveur, dossier, (1, "PEDAGOGIE", 320_000)) for _ in range(50)))
    assert {reponse.status_code for reponse in reponses} == {200}
    assert len({reponse.text for reponse in reponses}) == 1
    assert await serveur.fetch("SELECT credite FROM ligne_facture WHERE montant > 0") == [(320_000,)]


async def test_avoirs_that_together_exceed_their_facture_at_once_leave_one(serveur: Serveur, dossier: int) -> None:
    await send_facture(serveur, dossier, (1, "PEDAGOGIE", 320_000))
    reponses = await asyncio.gather(
        *(send_avoir(serveur, dossier, (1, "PEDAGOGIE", 200_000), numero=f"A-{rang}") for rang in range(6))
    )
    assert Counter(reponse.status_code for reponse in reponses) == {200: 1, 400: 5}
    assert {codes_of(une)[0] for une in reponses if une.status_code != 200} == {"AVOIR_SUPERIEUR_A_LA_FACTURE"}


async def test_a_certificat_sent_fifty_times_at_once_is_one(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    reponses = await asyncio.gather(*(send_certificat(serveur, numero, 4) for _ in range(50)))
    assert {reponse.status_code for reponse in reponses} == {200}
    assert len({reponse.text for reponse in reponses}) == 1
    assert await serveur.count("certificat") == 1


async def test_an_idempotency_key_answers_a_facture_again_and_refuses_another(serveur: Serveur, dossier: int) -> None:
    cle = {"Idempotency-Key": "facture-1"}

    async def send(montant: int) -> httpx.Response:
        corps = a_body(some_lignes(dossier, (1, "PEDAGOGIE", montant)))
        parties = envois.multipart_parts("facture", corps, a_facture_pdf())
        return await serveur.cfa.post(
            "/v2/factures", envois.multipart_body(parties), {"Content-Type": envois.MULTIPART, **cle}
        )

    premiere, encore, autre = await send(100), await send(100), await send(101)
    assert (premiere.status_code, encore.status_code, autre.status_code) == (200, 200, 422)
    assert encore.json() == premiere.json()


async def test_a_certificat_again_gives_the_same_numbers(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    premiere = await send_certificat(serveur, numero, 4)
    avant = await serveur.counts()
    seconde = await send_certificat(serveur, numero, 4)
    assert seconde.json() == premiere.json()
    assert seconde.headers["Idempotency-Replayed"] == "true"
    assert await serveur.counts() == avant
    autre = await serveur.cfa.send("/v2/certificats", a_certificat(numero, 3), a_facture_pdf(titre="Certificat"))
    assert autre.json()["numeroInterneCertificat"] != premiere.json()["numeroInterneCertificat"]
