"""POST avoirs: a credit note corrects an invoice, line by line, at once (norme.md §2.3, regles.md §5)."""

from typing import Any

import httpx
import pytest
from builders.factures.dossiers import (
    SOLDE,
    a_dossier_rqth,
    an_ended,
    avoirs_of,
    decide,
    echeance_of,
    factures_of,
    postes_of,
    soldes_of,
)
from builders.factures.envoi import (
    a_body,
    codes_of,
    errors_of,
    send_avoir,
    send_body,
    send_facture,
    some_lignes,
)
from builders.factures.papier import a_facture_pdf
from builders.instruction import an_engaged, types_of
from builders.serveur import SIRET_AUTRE, Serveur

pytestmark = pytest.mark.anyio
FACTURE = 320_000


@pytest.fixture
async def dossier(serveur: Serveur, agent: int) -> int:
    """A dossier whose first échéance is invoiced, whole, under F-2026-001."""
    numero = await an_engaged(serveur, agent)
    assert (await send_facture(serveur, numero, (1, "PEDAGOGIE", FACTURE))).status_code == 200
    return numero


async def check_refused(serveur: Serveur, reponse: httpx.Response, *attendues: tuple[str, str]) -> None:
    """A credit note that is refused leaves nothing: only the invoice's own rows are there."""
    assert reponse.status_code == 400, reponse.text
    assert errors_of(reponse) == list(attendues)
    assert await serveur.fetch("SELECT 1 FROM facture WHERE genre = 'AVOIR'") == []
    assert await serveur.fetch("SELECT 1 FROM document WHERE type_fichier = 'AVOIR'") == []
    assert await serveur.fetch("SELECT sum(credite)::bigint FROM ligne_facture") in ([(0,)], [(None,)])
    assert len(serveur.objects()) == await serveur.count("document")


async def test_a_partial_avoir_then_the_rest_cancels_the_invoice(serveur: Serveur, dossier: int) -> None:
    reponse = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 120_000))

    assert (reponse.status_code, codes_of(reponse)) == (200, []), reponse.text
    assert (await echeance_of(serveur, dossier, 1))["montantEnCoursInstruction"] == 2000
    assert (await factures_of(serveur))[0]["etatFacture"] == "TRANSMIS"
    (avoir,) = await avoirs_of(serveur)
    assert (avoir["montantFacture"], avoir["etatFacture"], avoir["numeroFactureOrigine"]) == (
        -1200,
        "REGLE",
        "F-2026-001",
    )
    assert [(une["montant"], une["montantRegle"]) for une in avoir["lignes"]] == [(-1200, 0)]
    assert "AVOIR_DEPOSE" in await types_of(serveur, dossier)

    trop = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 200_001), numero="A-2")
    assert errors_of(trop) == [("AVOIR_SUPERIEUR_A_LA_FACTURE", "avoir.lignes[0].montant")]
    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 200_000), numero="A-2")).status_code == 200

    (facture,) = await factures_of(serveur)
    assert facture["etatFacture"] == "ANNULE"
    assert facture["lignes"][0]["etatLigne"] == "ANNULEE"
    assert facture["commentaire"] == "Annulée par l'avoir A-2."
    assert (await echeance_of(serveur, dossier, 1))["montantEnCoursInstruction"] == 0
    assert (await postes_of(serveur, dossier))["A_FACTURER"] == 1_680_000
    encore = await send_facture(serveur, dossier, (1, "PEDAGOGIE", FACTURE), numero="F-2")
    assert encore.status_code == 200, encore.text


async def test_what_a_line_of_the_invoice_does_not_hold_is_refused(serveur: Serveur, dossier: int, agent: int) -> None:
    autre = await an_engaged(serveur, agent, 1)
    ligne = "avoir.lignes[0]"
    sans = ("AVOIR_SANS_LIGNE_CORRESPONDANTE", f"{ligne}.natureLigne")

    trop = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", FACTURE + 1))
    await check_refused(serveur, trop, ("AVOIR_SUPERIEUR_A_LA_FACTURE", f"{ligne}.montant"))
    deux = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 200_000), (1, "PEDAGOGIE", 120_001))
    await check_refused(serveur, deux, ("AVOIR_SUPERIEUR_A_LA_FACTURE", "avoir.lignes[1].montant"))
    for numero, une in ((autre, (1, "PEDAGOGIE", 1)), (dossier, (2, "PEDAGOGIE", 1)), (dossier, (1, "MOBILITE", 1))):
        await check_refused(serveur, await send_avoir(serveur, numero, une), sans)
    await check_refused(serveur, await send_avoir(serveur, 424_242, (1, "PEDAGOGIE", 1)), sans)
    inconnue = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 1), origine="F-INCONNUE")
    await check_refused(serveur, inconnue, ("FACTURE_ORIGINE_INCONNUE", "avoir.numeroFactureOrigine"))


async def test_the_body_of_an_avoir_may_be_wrong_and_all_is_said_at_once(serveur: Serveur, dossier: int) -> None:
    positif = a_body(some_lignes(dossier, (1, "PEDAGOGIE", 100)), numero="A-1", numeroFactureOrigine="F-2026-001")
    reponse = await serveur.cfa.send("/v2/avoirs", positif, a_facture_pdf())
    await check_refused(serveur, reponse, ("MONTANT_DE_LIGNE", "avoir.lignes[0].montant"))

    lignes = some_lignes(dossier, (1, "PEDAGOGIE", FACTURE + 1), (3, "PEDAGOGIE", 1), signe=-1)
    faux: dict[str, Any] = a_body(lignes, numero="A-1", montantTotal=-5, dateEmission="2026-09-06")
    reponse = await serveur.cfa.send("/v2/avoirs", {**faux, "numeroFactureOrigine": "F-2026-001"}, a_facture_pdf())
    await check_refused(
        serveur,
        reponse,
        ("DATE_EMISSION_FUTURE", "avoir.dateEmission"),
        ("SOMME_DES_LIGNES", "avoir.montantTotal"),
        ("AVOIR_SUPERIEUR_A_LA_FACTURE", "avoir.lignes[0].montant"),
        ("AVOIR_SANS_LIGNE_CORRESPONDANTE", "avoir.lignes[1].natureLigne"),
    )
    reponse = await serveur.cfa.send("/v2/avoirs", faux, a_facture_pdf())
    assert ("MEMBRE_OBLIGATOIRE", "avoir.numeroFactureOrigine") in errors_of(reponse)


async def test_the_invoice_of_another_cfa_is_unknown_in_the_same_words(serveur: Serveur, dossier: int) -> None:
    dites = []
    for origine in ("F-2026-001", "F-INCONNUE"):
        lignes = some_lignes(dossier, (1, "PEDAGOGIE", 1), signe=-1)
        corps = a_body(lignes, numero="A-9", numeroFactureOrigine=origine)
        reponse = await serveur.autre.send("/v2/avoirs", corps, a_facture_pdf())
        dites.append(reponse.json()["errors"])
    assert [une["code"] for une in dites[0]] == ["FACTURE_ORIGINE_INCONNUE"]
    assert dites[0] == dites[1]
    reponse = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 1), siret=SIRET_AUTRE)
    await check_refused(serveur, reponse, ("FACTURE_ORIGINE_INCONNUE", "avoir.numeroFactureOrigine"))


async def test_an_avoir_of_an_avoir_is_refused(serveur: Serveur, dossier: int) -> None:
    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100))).status_code == 200
    reponse = await send_avoir(serveur, dossier, (1, "PEDAGOGIE", 100), origine="A-1", numero="A-2")
    assert errors_of(reponse) == [("FACTURE_ORIGINE_INCONNUE", "avoir.numeroFactureOrigine")]


async def test_an_avoir_on_a_line_that_was_split_gives_the_rqth_part_back_first(serveur: Serveur, agent: int) -> None:
    numero = await a_dossier_rqth(serveur, agent)
    await send_facture(serveur, numero, (1, "PEDAGOGIE", 360_000))

    reponse = await send_avoir(serveur, numero, (1, "PEDAGOGIE", 50_000))

    assert reponse.status_code == 200, reponse.text
    (avoir,) = await avoirs_of(serveur)
    assert [(une["natureLigne"], une["montant"]) for une in avoir["lignes"]] == [
        ("MAJORATION_RQTH", -400),
        ("PEDAGOGIE", -100),
    ]
    etats = [une["etatLigne"] for une in (await factures_of(serveur))[0]["lignes"]]
    assert etats == ["EN_INSTRUCTION", "ANNULEE"]
    reste = await send_avoir(serveur, numero, (1, "MAJORATION_RQTH", 1), numero="A-2")
    assert codes_of(reste) == ["AVOIR_SUPERIEUR_A_LA_FACTURE"]
    assert (await send_avoir(serveur, numero, (1, "PEDAGOGIE", 310_000), numero="A-2")).status_code == 200
    assert (await factures_of(serveur))[0]["etatFacture"] == "ANNULE"


async def test_the_last_solde_may_be_said_99_in_an_avoir_too(serveur: Serveur, agent: int) -> None:
    numero = await an_ended(serveur, agent)
    await send_facture(serveur, numero, (99, "PEDAGOGIE", 80_000))
    reponse = await send_avoir(serveur, numero, (99, "PEDAGOGIE", 80_000))
    assert reponse.status_code == 200, reponse.text
    (avoir,) = await avoirs_of(serveur)
    assert avoir["lignes"][0]["numeroEcheance"] == str(SOLDE)
    assert (await factures_of(serveur))[0]["etatFacture"] == "ANNULE"


async def test_an_avoir_over_several_dossiers_is_all_or_nothing(serveur: Serveur, agent: int) -> None:
    premier, second = await an_engaged(serveur, agent, 0), await an_engaged(serveur, agent, 1)
    lignes = [*some_lignes(premier, (1, "PEDAGOGIE", 100)), *some_lignes(second, (1, "PEDAGOGIE", 200))]
    assert (await send_body(serveur, a_body(lignes))).status_code == 200
    avant = await soldes_of(serveur)

    def an_avoir(de_second: int) -> dict[str, Any]:
        rendues = [
            *some_lignes(second, (1, "PEDAGOGIE", de_second), signe=-1),
            *some_lignes(premier, (1, "PEDAGOGIE", 100), signe=-1),
        ]
        return a_body(rendues, numero="A-1", numeroFactureOrigine="F-2026-001")

    refuse = await serveur.cfa.send("/v2/avoirs", an_avoir(201), a_facture_pdf())
    await check_refused(serveur, refuse, ("AVOIR_SUPERIEUR_A_LA_FACTURE", "avoir.lignes[0].montant"))
    assert await soldes_of(serveur) == avant
    assert (await serveur.cfa.send("/v2/avoirs", an_avoir(200), a_facture_pdf())).status_code == 200
    assert (await postes_of(serveur, premier)).keys() == {"ENGAGE", "A_FACTURER"}
    assert (await postes_of(serveur, second)).keys() == {"ENGAGE", "A_FACTURER"}


async def test_after_a_rejection_the_avoir_answers_for_it_and_moves_nothing(
    serveur: Serveur, agent: int, dossier: int
) -> None:
    await decide(serveur, agent, accepte=False)
    avant = await soldes_of(serveur, dossier)
    (facture,) = await factures_of(serveur)
    assert facture["etatFacture"] == "REJETE"

    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", FACTURE))).status_code == 200

    assert await soldes_of(serveur, dossier) == avant
    assert (await factures_of(serveur))[0]["etatFacture"] == "REJETE"
    assert (await avoirs_of(serveur))[0]["etatFacture"] == "REGLE"
    assert (await send_facture(serveur, dossier, (1, "PEDAGOGIE", FACTURE), numero="F-2")).status_code == 200


async def test_an_avoir_on_an_accepted_line_leaves_nothing_to_pay(serveur: Serveur, agent: int, dossier: int) -> None:
    await decide(serveur, agent, accepte=True)
    assert (await postes_of(serveur, dossier))["A_PAYER"] == FACTURE

    assert (await send_avoir(serveur, dossier, (1, "PEDAGOGIE", FACTURE))).status_code == 200

    assert (await postes_of(serveur, dossier)).keys() == {"ENGAGE", "A_FACTURER"}
    assert (await factures_of(serveur))[0]["etatFacture"] == "ANNULE"


async def test_first_equipment_is_invoiced_again_after_its_rejection(serveur: Serveur, agent: int) -> None:
    numero = await an_engaged(serveur, agent)
    await send_facture(serveur, numero, (1, "PREMIEREQUIPEMENT", 30_000))
    await decide(serveur, agent, accepte=False)
    encore = await send_facture(serveur, numero, (1, "PREMIEREQUIPEMENT", 30_000), numero="F-2")
    assert encore.status_code == 200, encore.text
