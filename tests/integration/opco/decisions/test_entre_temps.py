"""What changes between the reading of a dossier and the act: another convention, the limit, people who leave."""

import asyncio
from datetime import timedelta

import pytest
from builders.envois import a_convention
from builders.instruction import (
    CHOIX,
    PDF,
    a_complete,
    a_started,
    an_agent,
    etat_of,
    version_of,
)
from builders.portail import an_account
from builders.serveur import Serveur

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.decisions.actes import ActeRefuse
from traitdunion.opco.socle.clock import PARIS

pytestmark = pytest.mark.anyio


async def _send_another_convention(serveur: Serveur, numero: int, prix: int = 9_000) -> None:
    corps = a_convention(str(numero), 0, couts={"coutTotalPedagogieCFA": prix})
    reponse = await serveur.cfa.send("/v2/conventions", corps, PDF)
    assert reponse.status_code == 200, reponse.text


async def _an_agent_of(serveur: Serveur, role: Role, nom: str) -> int:
    utilisateur = await an_account(serveur, role, utilisateur=f"{nom}@exemple.test")
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE utilisateur = %s", utilisateur)
    return int(compte)


async def test_who_decides_on_a_convention_replaced_meanwhile_is_told(serveur: Serveur) -> None:
    """The amount that was read is no longer the one that would be engaged."""
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    lue = await version_of(serveur, numero)

    await _send_another_convention(serveur, numero)

    with pytest.raises(ActeRefuse) as refuse:
        await serveur.portail.decisions.grant(numero, version=lue, choix=CHOIX, par=f"compte:{agent}")
    assert refuse.value.conflit
    assert "Le CFA a agi sur ce dossier" in str(refuse.value)


async def test_the_mandate_seen_in_a_convention_is_to_be_seen_again_in_the_next_one(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)

    await _send_another_convention(serveur, numero)

    version = await version_of(serveur, numero)
    with pytest.raises(ActeRefuse, match="Le mandat n'a pas été vérifié"):
        await serveur.portail.decisions.grant(numero, version=version, choix=CHOIX, par=f"compte:{agent}")


async def test_what_is_engaged_is_the_amount_that_was_confirmed(serveur: Serveur) -> None:
    """A parameter or a table may have changed since the preview was shown."""
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    decisions, version = serveur.portail.decisions, await version_of(serveur, numero)

    with pytest.raises(ActeRefuse, match="a changé depuis l'aperçu"):
        await decisions.grant(numero, version=version, choix=CHOIX, par=f"compte:{agent}", attendu=1_600_001)
    assert await etat_of(serveur, numero) == "EN_COURS_INSTRUCTION"

    assert (
        await decisions.grant(numero, version=version, choix=CHOIX, par=f"compte:{agent}", attendu=1_600_000)
        == 1_600_000
    )


@pytest.mark.parametrize(("jours", "possible"), [(20, True), (21, False)])
async def test_past_the_limit_silence_has_decided_even_before_it_is_recorded(
    serveur: Serveur, jours: int, possible: bool
) -> None:
    """R6224-3: the implicit refusal is there from the day after, whenever the sweep comes to write it."""
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    decisions, version = serveur.portail.decisions, await version_of(serveur, numero)
    serveur.clock.instant += timedelta(days=jours)

    if possible:
        await decisions.grant(numero, version=version, choix=CHOIX, par=f"compte:{agent}")
        return
    par = f"compte:{agent}"
    for geste in (
        decisions.grant(numero, version=version, choix=CHOIX, par=par),
        decisions.refuse(numero, version=version, motifs=["R02"], texte="Âge non admis.", par=par),
        decisions.ask(numero, version=version, motifs=["AUTRE"], texte="Précisez.", jours=1, par=par),
    ):
        with pytest.raises(ActeRefuse, match="refus implicite"):
            await geste
    assert await decisions.record_refus_implicite(numero)


async def test_an_answer_is_not_awaited_beyond_the_implicit_refusal(serveur: Serveur) -> None:
    """Asking does not stop the clock (regles.md §3.2): a later date would promise the CFA what it has not."""
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    serveur.clock.instant += timedelta(days=15)
    version, par = await version_of(serveur, numero), f"compte:{agent}"
    decisions = serveur.portail.decisions

    with pytest.raises(ActeRefuse, match="5 jours au plus") as refuse:
        await decisions.ask(numero, version=version, motifs=["AUTRE"], texte="Précisez.", jours=6, par=par)
    assert refuse.value.saisie

    await decisions.ask(numero, version=version, motifs=["AUTRE"], texte="Précisez.", jours=5, par=par)


async def test_the_hour_of_who_acted_first_is_that_of_france(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await a_complete(serveur)
    version = await version_of(serveur, numero)
    await serveur.portail.decisions.start(numero, version=version, compte=agent)

    with pytest.raises(ActeRefuse) as refuse:
        await serveur.portail.decisions.start(numero, version=version, compte=agent)

    assert f"{serveur.clock.instant.astimezone(PARIS):%d/%m/%Y à %H h %M}" in str(refuse.value)


@pytest.mark.parametrize("role", [Role.OPCO_COMPTABLE, Role.CFA_GESTIONNAIRE])
async def test_a_dossier_is_given_to_who_may_decide_only(serveur: Serveur, role: Role) -> None:
    numero = await a_complete(serveur)
    compte = await _an_agent_of(serveur, role, "autre")

    with pytest.raises(ActeRefuse, match="n'instruit pas"):
        await serveur.portail.decisions.assign(numero, compte=compte, par="essai")


async def test_a_dossier_is_not_given_to_a_closed_account(serveur: Serveur) -> None:
    numero, compte = await a_complete(serveur), await an_agent(serveur)
    await serveur.portail.comptes.set_actif(compte, actif=False, par="essai")

    with pytest.raises(ActeRefuse, match="n'instruit pas"):
        await serveur.portail.decisions.assign(numero, compte=compte, par="essai")


async def test_a_near_limit_is_told_to_the_team_when_its_owner_has_left(serveur: Serveur) -> None:
    parti = await an_agent(serveur, "parti")
    await a_started(serveur, parti)
    await an_account(serveur, Role.OPCO_ADMINISTRATEUR)
    await serveur.portail.comptes.set_actif(parti, actif=False, par="essai")
    serveur.clock.instant += timedelta(days=15)

    assert await serveur.travaux.delais.warn() == 1

    avertis = await serveur.fetch("SELECT destinataire FROM courriel WHERE modele = 'delai_proche'")
    assert avertis == [("opco_administrateur@exemple.test",)]


async def test_the_dossiers_of_who_has_left_are_proposed_to_the_others(serveur: Serveur) -> None:
    parti, reste = await an_agent(serveur, "parti"), await an_agent(serveur, "reste")
    numero = await a_started(serveur, parti)
    files = serveur.portail.files
    assert await files.find_next(0, compte=reste) is None

    await serveur.portail.comptes.set_actif(parti, actif=False, par="essai")
    assert await serveur.travaux.delais.release() == 1

    assert await files.find_next(0, compte=reste) == numero
    page = await files.list_page("a_instruire", affecte="personne", compte=reste)
    assert [ligne.numero_interne for ligne in page.lignes] == [numero]


async def test_two_people_take_the_same_dossier_up_and_one_has_it(serveur: Serveur) -> None:
    premier, second = await an_agent(serveur, "premier"), await an_agent(serveur, "second")
    numero = await a_complete(serveur)
    version, decisions = await version_of(serveur, numero), serveur.portail.decisions

    issues = await asyncio.gather(
        decisions.start(numero, version=version, compte=premier),
        decisions.start(numero, version=version, compte=second),
        return_exceptions=True,
    )

    assert sum(isinstance(une, ActeRefuse) for une in issues) == 1
