"""Avenants and successions: dossiers of their own, linked to the contract that they follow (D6224-5)."""

from typing import Any

import pytest
from builders.envois import a_convention, a_depot, some_infos
from builders.instruction import (
    CHOIX,
    PDF,
    a_complete,
    a_rupture,
    a_started,
    an_agent,
    an_engaged,
    etat_of,
    types_of,
    version_of,
)
from builders.portail import connected
from builders.serveur import SIREN, Serveur

from traitdunion.norme.openapi.exemples import RUPTURE
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.financement.calcul import Participation
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
DECA = "075202609NC0001"
PROLONGE = {
    "typeContratApp": "36",
    "numeroContratPrecedent": DECA,
    "dateEffetAvenant": "2027-09-01",
    "dateFinContrat": "2028-12-31",
}


async def _an_engaged_contract(serveur: Serveur, agent: int) -> int:
    numero = await an_engaged(serveur, agent)
    await serveur.execute("UPDATE dossier SET numero_deca = %s WHERE numero_interne = %s", DECA, numero)
    return numero


async def _an_avenant(serveur: Serveur, agent: int, *, prix: int = 30_000, rqth: int = 0, **contrat: Any) -> int:
    """An avenant deposited with its convention, taken up; `rqth`: the raise claimed for the third year, in euros."""
    numero = await serveur.cfa.deposit(0, **{**PROLONGE, **contrat})
    couts = {"coutTotalPedagogieCFA": prix} | ({"montantRQTHAnnee3": rqth} if rqth else {})
    reponse = await serveur.cfa.send("/v2/conventions", a_convention(numero, 0, couts=couts), PDF)
    assert reponse.status_code == 200, reponse.text
    decisions = serveur.portail.decisions
    await decisions.start(int(numero), version=await version_of(serveur, int(numero)), compte=agent)
    return int(numero)


async def _grant(serveur: Serveur, numero: int, agent: int, choix: Choix = CHOIX) -> int:
    version = await version_of(serveur, numero)
    return await serveur.portail.decisions.grant(numero, version=version, choix=choix, par=f"compte:{agent}")


async def test_an_avenant_of_duration_revises_the_engagement_of_its_contract(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    avenant = await _an_avenant(serveur, agent)

    montant = await _grant(serveur, avenant, agent)

    # A third year of 122 days: 8 000 × 122 / 365 = 2 673,97.
    assert montant == 1_600_000 + 267_397
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={contrat}")).json()
    assert lu["engagement"] == 18673.97
    assert [une["codification"] for une in lu["echeances"]][-1] == "99"
    assert "ENGAGEMENT_REVISE" in await types_of(serveur, contrat)
    assert await etat_of(serveur, avenant) == "ENGAGE"
    sien = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={avenant}")).json()
    assert sien["echeances"] is None
    assert sien["cerfa"]["commentaireEtat"] == "Avenant appliqué au dossier CA-0000001"
    assert ("AVENANT",) in await serveur.fetch("SELECT nature FROM deca_depot WHERE numero_interne = %s", avenant)


async def test_the_preview_of_an_avenant_says_that_it_is_its_contract_s_engagement(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    await _an_avenant(serveur, agent)
    page = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await page.visit("/instruction/dossiers/CA-0000002/accord")

    lu = page.texte.replace("\u202f", " ").replace("\xa0", " ")
    assert "Engagement du contrat CA-0000001 après cet avenant : 18 673,97 €" in lu


async def test_a_second_avenant_changes_the_contract_and_not_the_first_avenant(serveur: Serveur) -> None:
    """Once deposited with the State, an avenant bears the number of its contract too (regles.md §3.1)."""
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    premier = await _an_avenant(serveur, agent)
    await _grant(serveur, premier, agent)
    await serveur.execute("UPDATE dossier SET numero_deca = %s WHERE numero_interne = %s", DECA, premier)

    second = await _an_avenant(serveur, agent, dateConclusion="2027-10-01", dateEffetAvenant="2027-10-01")
    await _grant(serveur, second, agent)

    assert (await types_of(serveur, contrat)).count("ENGAGEMENT_REVISE") == 2


async def test_the_cfa_reads_which_contract_its_avenant_has_changed(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    await _grant(serveur, await _an_avenant(serveur, agent), agent)
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)

    await cfa.visit("/mya/dossiers/CA-0000002")

    assert "Cet avenant n'a pas d'échéancier à lui : il change celui de son contrat, CA-0000001" in cfa.texte


async def test_a_contract_prolonged_by_an_avenant_may_be_broken_after_its_first_end(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    await _grant(serveur, await _an_avenant(serveur, agent), agent)

    jours = {"dateRupture": "2028-11-15", "dateNotification": "2028-11-16"}
    corps = RUPTURE | {"numeroInterneDossier": str(contrat)} | jours
    reponse = await serveur.cfa.post("/v2/dossiers/rupture/employeur", corps)
    assert reponse.status_code == 200, reponse.text

    await serveur.portail.decisions.confirm_rupture(
        contrat, version=await version_of(serveur, contrat), par=f"compte:{agent}"
    )
    assert await etat_of(serveur, contrat) == "RUPTURE"


async def test_an_avenant_that_reduces_the_duration_under_a_year_brings_its_ten_percent(serveur: Serveur) -> None:
    """R6332-25 IV 2°, with the convention of L6222-7-1 deposited: the 270 days of regles.md §4.9."""
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    reduit = {"dateFinContrat": "2027-05-28", "dateEffetAvenant": "2027-02-01", "typeDerogation": "21"}
    avenant = await _an_avenant(serveur, agent, **reduit)
    infos = some_infos(avenant, type_fichier="CONVENTION_REDUCTION_DUREE")
    assert (await serveur.cfa.send("/v2/documents", infos, PDF)).status_code == 200

    assert await _grant(serveur, avenant, agent) == 650_959


async def test_an_avenant_that_prolongs_for_rqth_brings_the_raise_that_its_convention_claims(serveur: Serveur) -> None:
    """D6332-82: 122 days of a third year at 8 000 €, and as many at 2 000 € of raise."""
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    avenant = await _an_avenant(serveur, agent, rqth=2_000, typeContratApp="34")

    await _grant(serveur, avenant, agent, Choix(rqth_reconnu=True))

    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={contrat}")).json()
    # 2 000 × 122 / 365 = 668,49, on the third year only.
    assert lu["engagement"] == 19342.46
    assert sum(une["dontMajorationRqth"] for une in lu["echeances"]) == 668.49


async def test_a_break_declared_on_an_avenant_is_its_contract_s(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    avenant = await _an_avenant(serveur, agent)
    await _grant(serveur, avenant, agent)

    reponse = await serveur.cfa.post("/v2/dossiers/rupture/employeur", RUPTURE | {"numeroInterneDossier": str(avenant)})

    assert reponse.json()["numeroInterne"] == str(contrat)
    assert await serveur.fetch("SELECT numero_interne FROM rupture") == [(contrat,)]
    with pytest.raises(ActeRefuse, match="sur le contrat qu'il change"):
        await serveur.portail.decisions.declare_rupture(avenant, a_rupture(at=serveur.clock.now()), siren=None)


async def test_an_avenant_that_has_changed_its_contract_is_not_cancelled(serveur: Serveur) -> None:
    """The contract would keep what the avenant gave it, and nothing would say why."""
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    avenant = await _an_avenant(serveur, agent)
    await _grant(serveur, avenant, agent)

    with pytest.raises(ActeRefuse, match="un autre avenant"):
        await serveur.portail.decisions.cancel(
            avenant, version=await version_of(serveur, avenant), motif="Par erreur.", par=f"compte:{agent}"
        )
    page = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await page.visit("/instruction/dossiers/CA-0000002")
    assert "Annuler le dossier" not in page.texte
    assert "Noter une rupture" not in page.texte


async def test_an_avenant_35_funds_the_other_certification_from_its_day_on(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    avenant = await _an_avenant(serveur, agent, typeContratApp="35", dateFinContrat="2028-08-31")

    with pytest.raises(ActeRefuse, match="nouvelle certification"):
        await _grant(serveur, avenant, agent, Choix())

    assert await _grant(serveur, avenant, agent, Choix(npec=650_000)) == 800_000 + 650_000


async def test_an_avenant_of_a_contract_that_is_not_engaged_is_not_granted(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await a_complete(serveur)
    avenant = await _an_avenant(serveur, agent)

    with pytest.raises(ActeRefuse, match="numéro du contrat précédent"):
        await _grant(serveur, avenant, agent)
    assert await etat_of(serveur, avenant) == "EN_COURS_INSTRUCTION"


async def test_a_new_contract_after_a_break_with_another_employer_owes_200_euros(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await _an_engaged_contract(serveur, agent)
    depot = a_depot(0, typeContratApp="23", numeroContratPrecedent=DECA)
    depot["cerfa"]["employeur"]["siret"] = "73282932000074"
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    numero = int(reponse.json()["numeroInterne"])
    await serveur.cfa.send("/v2/conventions", a_convention(numero, 0), PDF)
    await serveur.portail.decisions.start(numero, version=await version_of(serveur, numero), compte=agent)

    proposition = await serveur.portail.decisions.propose(numero, Choix(npec=800_000, niveau=6))

    assert proposition.engagement.contrat.participation is Participation.REPRISE
    assert proposition.engagement.participation == 20_000


async def _a_successor(serveur: Serveur, agent: int, *, signe: str) -> int:
    """A type 23 that follows the contract of number DECA, with another employer, taken up with its mandate seen."""
    depot = a_depot(0, typeContratApp="23", numeroContratPrecedent=DECA, dateConclusion=signe)
    depot["cerfa"]["employeur"]["siret"] = "73282932000074"
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    numero = int(reponse.json()["numeroInterne"])
    await serveur.cfa.send("/v2/conventions", a_convention(numero, 0), PDF)
    decisions = serveur.portail.decisions
    await decisions.start(numero, version=await version_of(serveur, numero), compte=agent)
    await decisions.record_mandat(numero, page=1, compte=agent)
    return numero


async def _broken_on_the_last_of_february(serveur: Serveur, numero: int, agent: int, *, maintien: bool) -> None:
    decisions = serveur.portail.decisions
    rupture = a_rupture(at=serveur.clock.now(), maintien=maintien)
    await decisions.declare_rupture(numero, rupture, siren=SIREN)
    await decisions.confirm_rupture(numero, version=await version_of(serveur, numero), par=f"compte:{agent}")


async def _engagement(serveur: Serveur, numero: int) -> float:
    return float((await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()["engagement"])


# From 2026-09-01 to 2027-02-28, the last day of the contract: 181 days; to 2027-05-09, the eve of the next: 251.
JUSQU_A_LA_RUPTURE, JUSQU_A_LA_VEILLE = 3967.12, 5501.37


async def test_the_contract_that_follows_ends_the_funding_of_the_training_kept_on(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    await _broken_on_the_last_of_february(serveur, contrat, agent, maintien=True)
    assert await _engagement(serveur, contrat) > JUSQU_A_LA_VEILLE, "six months, to 2027-08-28"
    suite = await _a_successor(serveur, agent, signe="2027-05-10")

    await _grant(serveur, suite, agent)

    assert await _engagement(serveur, contrat) == JUSQU_A_LA_VEILLE
    assert "ENGAGEMENT_REVISE" in await types_of(serveur, contrat)
    assert await etat_of(serveur, contrat) == "RUPTURE"


async def test_a_break_confirmed_after_the_contract_that_follows_was_granted_knows_it(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    await _grant(serveur, await _a_successor(serveur, agent, signe="2027-05-10"), agent)
    assert "ENGAGEMENT_REVISE" not in await types_of(serveur, contrat)

    await _broken_on_the_last_of_february(serveur, contrat, agent, maintien=True)

    assert await _engagement(serveur, contrat) == JUSQU_A_LA_VEILLE


async def test_without_training_kept_on_the_contract_that_follows_changes_nothing(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    contrat = await _an_engaged_contract(serveur, agent)
    await _broken_on_the_last_of_february(serveur, contrat, agent, maintien=False)
    assert await _engagement(serveur, contrat) == JUSQU_A_LA_RUPTURE

    await _grant(serveur, await _a_successor(serveur, agent, signe="2027-05-10"), agent)

    assert await _engagement(serveur, contrat) == JUSQU_A_LA_RUPTURE
    assert "ENGAGEMENT_REVISE" not in await types_of(serveur, contrat)


async def test_a_deposit_that_its_cfa_cancels_leaves_the_queues_of_the_opco(serveur: Serveur) -> None:
    await a_complete(serveur)
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    page = "/mya/dossiers/CA-0000001/annuler"

    await cfa.submit(page, depuis=page, motif="Déposé par erreur.")

    agent = await an_agent(serveur)
    assert (await serveur.portail.files.count(compte=agent))["a_instruire"] == 0


async def test_a_break_that_waits_for_the_accord_is_not_in_the_queue_of_those_to_confirm(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await a_started(serveur, agent)
    await serveur.portail.decisions.declare_rupture(1, a_rupture(at=serveur.clock.now()), siren=SIREN)
    assert (await serveur.portail.files.count(compte=agent))["ruptures"] == 0

    numero = await an_engaged(serveur, agent, 1)
    await serveur.portail.decisions.declare_rupture(numero, a_rupture(at=serveur.clock.now()), siren=SIREN)

    page = await serveur.portail.files.list_page("ruptures", compte=agent)
    assert [ligne.numero_interne for ligne in page.lignes] == [numero]
