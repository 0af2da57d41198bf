"""The back-office and MyA around one dossier: forms sent as a browser would, texts as people read them."""

from datetime import timedelta

import pytest
from builders.envois import some_infos
from builders.instruction import (
    PDF,
    a_complete,
    a_rupture,
    a_started,
    an_agent,
    an_engaged,
    etat_of,
    in_state,
    version_of,
)
from builders.portail import Visiteur, a_visitor, an_account, connected
from builders.serveur import SIREN, Serveur

from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.decisions.lecture.files import TAILLE_PAGE
from traitdunion.opco.dossiers.states import Etat

pytestmark = pytest.mark.anyio
PAGE = "/instruction/dossiers/CA-0000001"


async def _act(agent: Visiteur, serveur: Serveur, acte: str, **champs: str) -> int:
    """Send a form of the dossier's page with the version that it holds; the status of what comes back."""
    version = str(await version_of(serveur, 1))
    reponse = await agent.submit(f"{PAGE}/{acte}", depuis=PAGE, version=version, **champs)
    return reponse.status_code


async def test_one_dossier_from_its_reception_to_its_engagement(serveur: Serveur) -> None:
    await a_complete(serveur)
    agent, cfa = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.CFA_GESTIONNAIRE)
    await agent.visit("/instruction/")
    assert "1 à instruire" in agent.texte
    assert "CA-0000001" in agent.texte

    assert await _act(agent, serveur, "commencer") == 200
    assert "L'instruction est commencée, le dossier est à votre nom." in agent.texte
    assert "20 jours avant le refus implicite" in agent.texte
    assert await _act(agent, serveur, "mandat", page="3") == 200
    assert "Mandat vu page 3" in agent.texte

    await agent.visit(f"{PAGE}/accord")
    assert "Ce qui sera engagé : 12 000,00 €" in agent.texte.replace("\u202f", " ")
    assert "valeur d'amorçage du niveau 5" in agent.texte
    await agent.submit(f"{PAGE}/accord/calcul", npec_saisi="8 000,00", npec_source="Arrêté FICTIF")
    assert "Ce qui sera engagé : 16 000,00 €" in agent.texte.replace("\u202f", " ")
    version = str(await version_of(serveur, 1))
    await agent.submit(f"{PAGE}/accord", npec_saisi="8 000,00", npec_source="Arrêté FICTIF", version=version)
    assert "Le dossier est accordé et engagé." in agent.texte
    assert await etat_of(serveur, 1) == "ENGAGE"

    await cfa.visit("/mya/dossiers/CA-0000001")
    lu = cfa.texte.replace("\u202f", " ").replace("\xa0", " ")
    assert "Engagement de l'OPCO : 16 000,00 €" in lu
    assert "40 % de l'année 1 (8 000,00 €) : 3 200,00 €, à partir du 01/09/2026." in lu
    assert "Accord de prise en charge" in lu


async def test_a_convention_that_came_as_a_mere_file_has_its_price_typed_by_staff(serveur: Serveur) -> None:
    """Sent by POST documents, it has no data: without its price nothing would cap the funding (L6332-14)."""
    numero = await serveur.cfa.deposit(0)
    infos = some_infos(numero, type_fichier="CONVENTION_FORMATION")
    reponse = await serveur.cfa.send("/v2/documents", infos, PDF)
    assert reponse.status_code == 200, reponse.text
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await _act(agent, serveur, "commencer")

    await agent.visit(f"{PAGE}/accord")
    assert "Le prix de la convention n'est pas connu" in agent.texte
    assert "Ce qui sera engagé : 12 000,00 €" in agent.texte.replace("\u202f", " ")

    await agent.submit(f"{PAGE}/accord/calcul", prix="9 000,50")
    assert "Ce qui sera engagé : 9 000,50 €" in agent.texte.replace("\u202f", " ")
    assert "Le prix de la convention n'est pas connu" not in agent.texte

    await agent.submit(f"{PAGE}/accord/calcul", prix="100 000,01")
    assert "« Prix total de la pédagogie » est un montant en euros, de 0 à 100 000" in agent.texte


async def test_the_price_of_a_convention_s_own_data_goes_before_the_one_typed(serveur: Serveur) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await _act(agent, serveur, "commencer")

    await agent.visit(f"{PAGE}/accord")
    await agent.submit(f"{PAGE}/accord/calcul", prix="1,00")

    assert "Ce qui sera engagé : 12 000,00 €" in agent.texte.replace("\u202f", " ")


async def test_a_request_for_information_is_answered_in_mya_with_a_file(serveur: Serveur) -> None:
    agent, cfa = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.CFA_GESTIONNAIRE)
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE role = 'OPCO_GESTIONNAIRE'")
    await a_started(serveur, compte)
    assert (
        await _act(
            agent, serveur, "information", motif_MANDAT="1", piece_MANDAT="1", texte="Le mandat manque.", jours="7"
        )
        == 200
    )
    assert "La demande est envoyée au CFA" in agent.texte
    assert "Attente d'information" in agent.texte

    await cfa.visit("/mya/")
    assert "1 demande d'information" in cfa.texte
    await cfa.visit("/mya/dossiers/CA-0000001")
    assert "À faire : répondre à l'OPCO avant le 12/09/2026" in cfa.texte
    await cfa.submit("/mya/dossiers/CA-0000001/repondre", texte="Le voici, signé.", type="MANDAT", fichier=PDF)
    assert "Votre réponse est enregistrée" in cfa.texte

    await agent.visit(PAGE)
    assert "Le voici, signé." in agent.texte
    assert "En cours d'instruction" in agent.texte
    ((documents,),) = await serveur.fetch("SELECT count(*) FROM document WHERE type_fichier = 'MANDAT'")
    assert documents == 1


async def test_a_bad_file_leaves_the_request_open_and_the_text_on_the_page(serveur: Serveur) -> None:
    agent, cfa = await an_agent(serveur), await connected(serveur, Role.CFA_GESTIONNAIRE)
    await a_started(serveur, agent)
    await serveur.portail.decisions.ask(
        1, version=await version_of(serveur, 1), motifs=["AUTRE"], texte="Précisez.", jours=5, par=f"compte:{agent}"
    )

    await cfa.visit("/mya/dossiers/CA-0000001")
    reponse = await cfa.submit("/mya/dossiers/CA-0000001/repondre", texte="Voici ma réponse.", fichier=b"MZ pas un PDF")

    assert reponse.status_code == 400
    assert "Voici ma réponse." in cfa.texte
    assert await serveur.fetch("SELECT repondue_le FROM demande_information") == [(None,)]


async def test_who_decides_on_an_old_page_is_told_and_nothing_is_done(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    compte = await an_agent(serveur, "autre-agent")
    await a_started(serveur, compte)
    vieille = str(await version_of(serveur, 1) - 1)

    reponse = await agent.submit(
        f"{PAGE}/refus", depuis=PAGE, version=vieille, refus_R02="1", motivation="L'âge ne convient pas."
    )

    assert reponse.status_code == 409
    assert "Camille FICTIF a agi sur ce dossier le" in agent.texte
    assert "L'âge ne convient pas." in agent.texte  # what was typed is still there
    assert await etat_of(serveur, 1) == "EN_COURS_INSTRUCTION"


async def test_a_refusal_is_read_with_its_ground_by_the_cfa(serveur: Serveur) -> None:
    agent, cfa = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.CFA_LECTEUR)
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE role = 'OPCO_GESTIONNAIRE'")
    await a_started(serveur, compte)

    await _act(agent, serveur, "refus", refus_R04="1", motivation="Le salaire est sous le minimum.")

    await cfa.visit("/mya/dossiers/CA-0000001")
    assert "Refusé" in cfa.texte
    assert "R04, rémunération inférieure au minimum (D6222-26). Le salaire est sous le minimum." in cfa.texte


async def test_a_break_noted_by_staff_is_confirmed_and_shown_to_the_cfa(serveur: Serveur) -> None:
    agent, cfa = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.CFA_LECTEUR)
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE role = 'OPCO_GESTIONNAIRE'")
    await an_engaged(serveur, compte)

    await _act(
        agent, serveur, "rupture", dernier_jour="2027-02-28", notifiee_le="2027-03-01", motif_rupture="COMMUN_ACCORD"
    )
    assert "La rupture est notée" in agent.texte
    await _act(agent, serveur, "rupture/confirmer")

    assert "La rupture est confirmée" in agent.texte
    await cfa.visit("/mya/dossiers/CA-0000001")
    assert "3 967,12 €" in cfa.texte.replace("\u202f", " ")
    assert "Rupture enregistrée" in cfa.texte


async def test_what_an_early_break_leaves_is_said_and_is_no_echeance(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await an_engaged(serveur, agent)
    decisions = serveur.portail.decisions
    rupture = a_rupture(serveur.clock.now().date() + timedelta(days=1), at=serveur.clock.now())
    await decisions.declare_rupture(1, rupture, siren=SIREN)
    await decisions.confirm_rupture(1, version=await version_of(serveur, 1), par=f"compte:{agent}")
    cfa = await connected(serveur, Role.CFA_LECTEUR)

    await cfa.visit("/mya/dossiers/CA-0000001")

    # 8 000 × 6 / 365 = 131,51 due, 3 200 opened, of which nothing was paid.
    assert "131,51 € ramené de 3 200,00 €" in cfa.texte.replace("\u202f", " ")
    assert "Trop-perçu" not in cfa.texte
    assert await serveur.fetch("SELECT codification FROM echeance") == [("1",)]


async def test_the_employer_reads_its_share_and_nothing_of_the_money_of_the_cfa(serveur: Serveur) -> None:
    await an_engaged(serveur, await an_agent(serveur))
    nom = await an_account(serveur, Role.EMPLOYEUR, utilisateur="patron@exemple.test", siret="12345678200010")
    employeur = a_visitor(serveur)
    await employeur.connect(nom)

    await employeur.visit("/mya/dossiers/CA-0000001")

    assert "Aucune participation ne vous est demandée." in employeur.texte
    assert "3 200,00" not in employeur.texte.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("cherche", "trouve"),
    [
        ("CA-0000001", True),
        ("1", True),
        ("exemple a", True),
        ("EXEMPLE A Cam", True),
        ("emple", False),
        ("12345678200010", True),
        (SIREN, True),
        ("99999999900099", False),
        ("%", False),
    ],
)
async def test_a_dossier_is_found_by_its_number_a_siret_or_the_start_of_a_name(
    serveur: Serveur, cherche: str, trouve: bool
) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_COMPTABLE)

    reponse = await agent.client.get("/instruction/dossiers", params={"q": cherche}, follow_redirects=True)

    assert ("CA-0000001" in reponse.text) is trouve


async def test_a_social_security_number_is_never_searched(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    reponse = await agent.client.get("/instruction/dossiers", params={"q": "206057500100155"})

    assert reponse.status_code == 303
    assert "206057500100155" not in reponse.headers["location"]


async def test_differences_between_the_form_and_the_convention_stand_side_by_side(serveur: Serveur) -> None:
    await a_complete(
        serveur, convention={"contrat": {"dateDebutContrat": "2026-09-01", "dateFinContrat": "2028-07-31"}}
    )
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(PAGE)

    assert "Le contrat et la convention diffèrent" in agent.texte
    assert "Date de fin du contrat 31/08/2028 31/07/2028" in agent.texte


async def test_another_live_contract_of_the_same_apprentice_is_pointed_out(serveur: Serveur) -> None:
    await a_complete(serveur)
    await a_complete(serveur, 1)  # another name and the same NIR
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(PAGE)

    assert "Chevauchement : un autre contrat en cours du même apprenti, CA-0000002" in agent.texte


@pytest.mark.parametrize("autres", [1, 2])
async def test_a_maitre_beyond_two_apprentices_is_pointed_out(serveur: Serveur, autres: int) -> None:
    for rang in range(autres + 1):
        await a_complete(serveur, rang)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(PAGE)

    assert ("suit déjà 2 apprentis" in agent.texte) is (autres == 2)


async def test_the_next_dossier_is_mine_with_the_nearest_limit(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    for rang in range(3):
        await a_complete(serveur, rang)
        serveur.clock.instant += timedelta(minutes=1)

    reponse = await agent.client.get(f"{PAGE}/suivant")

    assert reponse.headers["location"] == "/instruction/dossiers/CA-0000002"


@pytest.mark.parametrize("etat", list(Etat))
async def test_the_page_of_a_dossier_opens_in_every_state(serveur: Serveur, etat: Etat) -> None:
    await in_state(serveur, await an_agent(serveur), etat)
    agent, cfa = await connected(serveur, Role.OPCO_ADMINISTRATEUR), await connected(serveur, Role.CFA_GESTIONNAIRE)

    assert (await agent.visit(PAGE)).status_code == 200
    assert (await cfa.visit("/mya/dossiers/CA-0000001")).status_code == 200


@pytest.mark.parametrize("compte", ["²", "9" * 30, "-1", "personne"])
async def test_a_dossier_given_to_an_account_that_is_none_is_refused_in_words(serveur: Serveur, compte: str) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    assert await _act(agent, serveur, "affecter", compte=compte) == 400

    assert "Cette personne n'instruit pas de dossier." in agent.texte


@pytest.mark.parametrize("montant", ["nan", "-nan", "snan", "inf", "1e9", "8 000,005", "²"])
async def test_an_amount_that_is_none_is_refused_in_words(serveur: Serveur, montant: str) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await _act(agent, serveur, "commencer")

    await agent.submit(f"{PAGE}/accord/calcul", depuis=f"{PAGE}/accord", npec_saisi=montant)

    assert "« Niveau annuel » est un montant en euros" in agent.texte


async def test_the_amount_confirmed_is_the_one_engaged_or_the_preview_is_shown_again(serveur: Serveur) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await _act(agent, serveur, "commencer")
    await _act(agent, serveur, "mandat", page="1")
    await agent.visit(f"{PAGE}/accord")
    version = str(await version_of(serveur, 1))

    await agent.submit(f"{PAGE}/accord", version=version, attendu="1100000")

    assert "Le montant a changé depuis l'aperçu" in agent.texte
    assert "Ce qui sera engagé" in agent.texte
    assert await etat_of(serveur, 1) == "EN_COURS_INSTRUCTION"


@pytest.mark.parametrize("etat", [Etat.TRANSMIS, Etat.ENGAGE, Etat.REFUSE])
async def test_no_accord_is_previewed_where_none_can_be_given(serveur: Serveur, etat: Etat) -> None:
    await in_state(serveur, await an_agent(serveur), etat)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(f"{PAGE}/accord")

    assert "« Accorder » n'est pas possible" in agent.texte
    assert "Accorder et engager" not in agent.texte


async def test_a_break_outside_of_the_contract_is_refused_where_it_is_typed(serveur: Serveur) -> None:
    await an_engaged(serveur, await an_agent(serveur))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    champs = {"motif_rupture": "COMMUN_ACCORD", "notifiee_le": "2026-12-01"}

    assert await _act(agent, serveur, "rupture", dernier_jour="2029-01-01", **champs) == 400

    assert "Le dernier jour est hors du contrat, qui va du 01/09/2026 au 31/08/2028." in agent.texte


@pytest.mark.parametrize("texte", ["ab\0cd", "\0\0\0", "%", "_", "'", "1" * 100, "²²²²²²²²²²²²²²"])
async def test_odd_words_are_searched_without_harm(serveur: Serveur, texte: str) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)

    assert (await agent.client.get("/instruction/dossiers", params={"q": texte})).status_code == 200
    assert (await cfa.client.get("/mya/dossiers", params={"q": texte})).status_code == 200


async def test_an_address_that_no_database_can_hold_is_no_incident(serveur: Serveur) -> None:
    agent = await connected(serveur, Role.OPCO_ADMINISTRATEUR)

    page = await agent.client.get(f"/instruction/administration/demandes/{'9' * 30}")

    assert page.status_code == 404
    assert "Un incident" not in page.text


async def test_the_home_page_says_what_changed_since_yesterday_and_nothing_older(serveur: Serveur) -> None:
    ancien, nouveau = await a_complete(serveur), await a_complete(serveur, 1)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit("/instruction/")
    assert "Contrats transmis 2 CA-0000002" in agent.texte

    serveur.clock.instant += timedelta(days=2)
    qui = await an_agent(serveur)
    agent = a_visitor(serveur)
    await agent.connect("agent@exemple.test")
    await agent.visit("/instruction/")
    assert "Rien n'a bougé depuis le 06/09/2026." in agent.texte

    await serveur.portail.decisions.declare_rupture(ancien, a_rupture(at=serveur.clock.now()), siren=SIREN)
    await serveur.portail.decisions.cancel(
        nouveau, version=await version_of(serveur, nouveau), motif="Déposé par erreur.", par=f"compte:{qui}"
    )
    await agent.visit("/instruction/")

    suite = agent.texte.split("Ce qui a changé depuis hier")[1]
    assert "Ruptures déclarées 1 CA-0000001" in suite
    assert "Dossiers annulés 1 CA-0000002" in suite
    assert "Contrats transmis" not in suite


async def test_a_silence_recorded_is_told_apart_from_a_refusal(serveur: Serveur) -> None:
    numero = await a_complete(serveur)
    serveur.clock.instant += timedelta(days=21)
    await serveur.portail.decisions.record_refus_implicite(numero)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit("/instruction/")

    assert "Refus implicites 1 CA-0000001" in agent.texte


async def test_a_deposit_with_the_state_that_fails_waits_in_a_queue_of_its_own(serveur: Serveur) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await agent.visit("/instruction/")
    assert "DECA à vérifier" not in agent.texte

    await serveur.execute("UPDATE deca_depot SET etat = 'EN_ECHEC', tentatives = 9, message = 'Panne.'")

    await agent.visit("/instruction/")
    assert "1 dépôt DECA à vérifier" in agent.texte
    await agent.visit("/instruction/dossiers?file=deca")
    assert "CA-0000001" in agent.texte
    version = await version_of(serveur, numero)
    await serveur.portail.decisions.cancel(numero, version=version, motif="Contrat annulé.", par="compte:1")
    await agent.visit("/instruction/dossiers?file=deca")
    assert "Rien n'attend dans cette file." in agent.texte
    await agent.visit(PAGE)
    assert "Plus rien n'est dû depuis l'annulation." in agent.texte


async def test_an_anomaly_leads_to_its_field(serveur: Serveur) -> None:
    await a_complete(serveur, dateFormationPratiqueEmployeur="2027-06-01")
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    page = await agent.visit(PAGE)

    assert 'href="#champ-cerfa.contrat.dateFormationPratiqueEmployeur"' in page.text
    assert page.text.count('id="champ-cerfa.contrat.dateFormationPratiqueEmployeur"') == 1


async def test_the_accord_says_beforehand_that_the_mandate_is_to_be_seen(serveur: Serveur) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    await _act(agent, serveur, "commencer")

    await agent.visit(f"{PAGE}/accord")
    assert "Le mandat n'a pas été vérifié" in agent.texte

    await _act(agent, serveur, "mandat", page="1")
    await agent.visit(f"{PAGE}/accord")
    assert "Le mandat n'a pas été vérifié" not in agent.texte


async def test_a_break_that_a_refusal_has_made_idle_is_no_longer_said_to_wait(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    await serveur.portail.decisions.declare_rupture(numero, a_rupture(at=serveur.clock.now()), siren=SIREN)
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    await cfa.visit("/mya/dossiers/CA-0000001")
    assert "Rupture déclarée, l'OPCO la confirme" in cfa.texte

    await serveur.portail.decisions.refuse(
        numero, version=await version_of(serveur, numero), motifs=["R02"], texte="Âge non admis.", par=f"compte:{agent}"
    )

    await cfa.visit("/mya/dossiers/CA-0000001")
    assert "l'OPCO la confirme" not in cfa.texte
    assert "Rien n'est financé : le dossier est refusé." in cfa.texte


async def test_the_home_page_of_a_cfa_does_not_say_nothing_when_something_waits(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await a_started(serveur, agent)
    await serveur.portail.decisions.ask(
        1, version=await version_of(serveur, 1), motifs=["AUTRE"], texte="Précisez.", jours=5, par=f"compte:{agent}"
    )
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)

    await cfa.visit("/mya/")

    assert "1 demande d'information" in cfa.texte
    assert "Rien :" not in cfa.texte


async def test_the_history_says_the_ground_of_a_break_in_words(serveur: Serveur) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))
    await serveur.portail.decisions.declare_rupture(numero, a_rupture(at=serveur.clock.now()), siren=SIREN)
    agent, cfa = await connected(serveur, Role.OPCO_GESTIONNAIRE), await connected(serveur, Role.CFA_GESTIONNAIRE)

    for visiteur, page in ((agent, PAGE), (cfa, "/mya/dossiers/CA-0000001")):
        await visiteur.visit(page)
        lu = visiteur.texte.replace("\xa0", " ").split("Historique")[1]
        assert "Rupture déclarée : commun accord" in lu
        assert "COMMUN_ACCORD" not in visiteur.texte


@pytest.mark.parametrize(("etat", "agit"), [(Etat.REFUSE, False), (Etat.ANNULE, False), (Etat.ENGAGE, True)])
async def test_where_nothing_can_be_done_nothing_is_offered(serveur: Serveur, etat: Etat, agit: bool) -> None:
    await in_state(serveur, await an_agent(serveur), etat)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    await agent.visit(PAGE)

    assert ('id="actes"' in (agent.page.text if agent.page else "")) is agit
    assert "Affecté à" not in agent.texte
    assert "Mandat à vérifier" not in agent.texte


async def test_what_waits_for_the_cfa_is_marked_with_its_deadline(serveur: Serveur) -> None:
    compte = await an_agent(serveur)
    await a_started(serveur, compte)
    await serveur.portail.decisions.ask(
        1, version=await version_of(serveur, 1), motifs=["AUTRE"], texte="Précisez.", jours=7, par=f"compte:{compte}"
    )
    agent, employeur = await connected(serveur, Role.OPCO_GESTIONNAIRE), a_visitor(serveur)
    await employeur.connect(await an_account(serveur, Role.EMPLOYEUR, siret="12345678200010"))

    await agent.visit(PAGE)
    assert "Attente d'information avant le 12/09/2026" in agent.texte
    await employeur.visit("/mya/dossiers/CA-0000001")
    assert "Le CFA répond à une demande de l'OPCO avant le 12/09/2026" in employeur.texte
    assert "Répondre à la demande" not in employeur.texte
    cfa = await connected(serveur, Role.CFA_GESTIONNAIRE)
    for adresse in ("/mya/", "/mya/dossiers"):
        await cfa.visit(adresse)
        assert "Attente d'information Répondre à l'OPCO avant le 12/09/2026" in cfa.texte


async def test_a_dossier_is_taken_from_the_queue_and_the_queue_is_shown_again(serveur: Serveur) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)
    queue = "/instruction/dossiers?file=a_instruire&affecte=personne"
    page = await agent.visit(queue)
    assert ">Prendre<" in page.text
    ((compte,),) = await serveur.fetch("SELECT id FROM compte WHERE role = 'OPCO_GESTIONNAIRE'")

    await agent.submit(f"{PAGE}/affecter", depuis=queue, compte=str(compte), retour=f"{queue}&page=1")

    assert "Le dossier est à votre nom." in agent.texte
    assert "Rien n'attend dans cette file." in agent.texte
    assert await serveur.fetch("SELECT affecte_a FROM instruction") == [(compte,)]


@pytest.mark.parametrize("retour", ["https://exemple.test/", "//exemple.test", "/instruction/../mya/", "/mya/"])
async def test_no_form_leads_out_of_the_back_office(serveur: Serveur, retour: str) -> None:
    await a_complete(serveur)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    reponse = await agent.post(f"{PAGE}/affecter", compte="", retour=retour)

    assert reponse.headers["location"] == f"{PAGE}?fait=affecte"


async def test_a_queue_of_more_than_a_page_is_walked_page_by_page(serveur: Serveur) -> None:
    for rang in range(TAILLE_PAGE + 1):
        await a_complete(serveur, rang)
    agent = await connected(serveur, Role.OPCO_GESTIONNAIRE)

    premiere = await agent.visit("/instruction/dossiers")
    assert premiere.text.count("Prendre<") == TAILLE_PAGE
    assert "Page suivante" in agent.texte
    assert "Page précédente" not in agent.texte
    seconde = await agent.visit("/instruction/dossiers?file=a_instruire&affecte=tous&page=2")
    assert seconde.text.count("Prendre<") == 1
    assert "Page suivante" not in agent.texte
    await agent.visit("/instruction/dossiers?page=900")
    assert "Rien n'attend" in agent.texte
