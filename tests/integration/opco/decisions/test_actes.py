"""The acts on a dossier: every pair (state, act), every edge and its event, two people at once (norme.md §3)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from builders.envois import some_infos
from builders.instruction import (
    CHOIX,
    PDF,
    a_complete,
    a_rupture,
    a_started,
    an_agent,
    an_engaged,
    etat_of,
    in_state,
    types_of,
    version_of,
)
from builders.serveur import SIREN, SIREN_AUTRE, Serveur

from traitdunion.opco.decisions.actes import PERMIS, Acte, ActeRefuse
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.financement.faits import Choix

pytestmark = pytest.mark.anyio
# What each act leaves: the state after it, and the last events.
SUITES = {
    Acte.COMMENCER: ("EN_COURS_INSTRUCTION", ["INSTRUCTION_COMMENCEE"]),
    Acte.DEMANDER_INFORMATION: ("EN_COURS_INSTRUCTION", ["INFORMATION_DEMANDEE"]),
    Acte.REPONDRE: ("EN_COURS_INSTRUCTION", ["INFORMATION_RECUE"]),
    Acte.ACCORDER: ("ENGAGE", ["DOSSIER_ENGAGE"]),
    Acte.REFUSER: ("REFUSE", ["DOSSIER_REFUSE"]),
    Acte.REFUSER_TACITEMENT: ("REFUSE", ["DOSSIER_REFUSE"]),
    Acte.ANNULER: ("ANNULE", ["DOSSIER_ANNULE"]),
    Acte.DECLARER_RUPTURE: (None, ["RUPTURE_DECLAREE"]),
    Acte.CONFIRMER_RUPTURE: ("RUPTURE", ["DOSSIER_ROMPU"]),
    Acte.ECARTER_RUPTURE: (None, ["RUPTURE_ECARTEE"]),
    Acte.REVISER: ("ENGAGE", ["ENGAGEMENT_REVISE"]),
    Acte.SOLDER: ("SOLDE", ["DOSSIER_SOLDE"]),
}


async def _act(serveur: Serveur, numero: int, acte: Acte, agent: int) -> None:
    """Do an act, all that it needs being there. Raises ActeRefuse."""
    decisions, par = serveur.portail.decisions, f"compte:{agent}"
    version = await version_of(serveur, numero)
    gestes: dict[Acte, Callable[[], Awaitable[object]]] = {
        Acte.COMMENCER: lambda: decisions.start(numero, version=version, compte=agent),
        Acte.DEMANDER_INFORMATION: lambda: decisions.ask(
            numero, version=version, motifs=["DONNEE"], texte="Le salaire est à préciser.", jours=10, par=par
        ),
        Acte.REPONDRE: lambda: decisions.answer(numero, siren=SIREN, texte="Voici la précision.", par=par),
        Acte.ACCORDER: lambda: decisions.grant(numero, version=version, choix=CHOIX, par=par),
        Acte.REFUSER: lambda: decisions.refuse(
            numero, version=version, motifs=["R02", "R08"], texte="L'âge ne convient pas.", par=par
        ),
        Acte.REFUSER_TACITEMENT: lambda: _refuse_by_silence(serveur, numero),
        Acte.ANNULER: lambda: decisions.cancel(numero, version=version, motif="Déposé par erreur.", par=par),
        Acte.DECLARER_RUPTURE: lambda: decisions.declare_rupture(
            numero, a_rupture(date(2027, 4, 30), at=serveur.clock.now()), siren=SIREN
        ),
        Acte.CONFIRMER_RUPTURE: lambda: decisions.confirm_rupture(numero, version=version, par=par),
        Acte.ECARTER_RUPTURE: lambda: decisions.dismiss_rupture(
            numero, version=version, texte="La date est fausse.", par=par
        ),
        Acte.REVISER: lambda: decisions.revise_niveau(
            numero, version=version, choix=Choix(npec=650_000, npec_source="NPEC fixé"), par=par
        ),
        Acte.SOLDER: lambda: decisions.settle(numero, version=version, par=par),
    }
    await gestes[acte]()


async def _refuse_by_silence(serveur: Serveur, numero: int) -> None:
    serveur.clock.instant += timedelta(days=21)
    if not await serveur.portail.decisions.record_refus_implicite(numero):
        raise ActeRefuse("rien à constater")


async def _prepare(serveur: Serveur, agent: int, etat: Etat, acte: Acte) -> int:
    """A dossier in a state, with what the act speaks of where that state lets it be there."""
    decisions, par = serveur.portail.decisions, f"compte:{agent}"
    if acte is Acte.REVISER and etat is Etat.ENGAGE:
        return await an_engaged(serveur, agent, choix=Choix())  # on the valeur d'amorçage
    numero = await in_state(serveur, agent, etat)
    if acte is Acte.REPONDRE and etat is Etat.EN_COURS_INSTRUCTION:
        version = await version_of(serveur, numero)
        await decisions.ask(
            numero, version=version, motifs=["PIECE_MANQUANTE"], texte="Il manque l'annexe.", jours=10, par=par
        )
    if acte in (Acte.CONFIRMER_RUPTURE, Acte.ECARTER_RUPTURE) and etat in PERMIS[Acte.DECLARER_RUPTURE]:
        await decisions.declare_rupture(numero, a_rupture(date(2027, 3, 31), at=serveur.clock.now()), siren=SIREN)
    if acte is Acte.SOLDER:
        serveur.clock.instant += timedelta(days=300 if etat is Etat.RUPTURE else 0)
        serveur.clock.instant += timedelta(days=900 if etat is Etat.ENGAGE else 0)
    return numero


@pytest.mark.parametrize("etat", list(Etat))
@pytest.mark.parametrize("acte", list(Acte))
async def test_an_act_is_done_where_its_edge_leads_and_refused_everywhere_else(
    serveur: Serveur, etat: Etat, acte: Acte
) -> None:
    agent = await an_agent(serveur)
    numero = await _prepare(serveur, agent, etat, acte)
    avant, faits = await etat_of(serveur, numero), await types_of(serveur, numero)

    if etat not in PERMIS[acte]:
        with pytest.raises(ActeRefuse) as refuse:
            await _act(serveur, numero, acte, agent)
        assert "«" in str(refuse.value) or acte is Acte.REFUSER_TACITEMENT
        assert (await etat_of(serveur, numero), await types_of(serveur, numero)) == (avant, faits)
        return

    await _act(serveur, numero, acte, agent)
    apres, evenements = SUITES[acte]
    assert await etat_of(serveur, numero) == (apres or avant)
    assert (await types_of(serveur, numero))[len(faits) :] == evenements
    lu = await serveur.services.dossiers.find(numero, siren=SIREN)  # what the norm reads back
    assert lu.cerfa.etat == (apres or avant)


async def test_two_people_decide_at_once_and_the_second_is_told_who_was_first(serveur: Serveur) -> None:
    premier, second = await an_agent(serveur, "premier"), await an_agent(serveur, "second")
    numero = await a_started(serveur, premier)
    version, decisions = await version_of(serveur, numero), serveur.portail.decisions

    issues = await asyncio.gather(
        decisions.grant(numero, version=version, choix=CHOIX, par=f"compte:{premier}"),
        decisions.refuse(numero, version=version, motifs=["R02"], texte="Âge non admis.", par=f"compte:{second}"),
        return_exceptions=True,
    )

    (echec,) = [une for une in issues if isinstance(une, BaseException)]
    assert isinstance(echec, ActeRefuse)
    assert echec.conflit
    assert "Camille FICTIF a agi sur ce dossier" in str(echec)
    decides = [un for un in await types_of(serveur, numero) if un in ("DOSSIER_ENGAGE", "DOSSIER_REFUSE")]
    assert len(decides) == 1


async def test_the_clock_starts_with_the_convention_and_runs_twenty_days(serveur: Serveur) -> None:
    numero = int(await serveur.cfa.deposit())
    assert await serveur.count("instruction") == 0
    numero_complet = await a_complete(serveur, 1)

    lignes = await serveur.fetch("SELECT numero_interne, limite_le FROM instruction")

    assert lignes == [(numero_complet, date(2026, 9, 25))]
    assert numero != numero_complet
    assert "DOSSIER_COMPLET" in await types_of(serveur, numero_complet)


async def test_a_reduced_duration_waits_for_its_own_convention(serveur: Serveur) -> None:
    numero = await a_complete(serveur, typeDerogation="21")
    assert await serveur.count("instruction") == 0
    serveur.clock.instant += timedelta(days=3)
    await serveur.cfa.connect()

    await serveur.cfa.send(
        "/v2/documents", some_infos(numero, type_fichier="CONVENTION_REDUCTION_DUREE"), PDF, nom="duree.pdf"
    )

    assert await serveur.fetch("SELECT limite_le FROM instruction") == [(date(2026, 9, 28),)]


@pytest.mark.parametrize(("jours", "etat"), [(20, "TRANSMIS"), (21, "REFUSE")])
async def test_silence_is_a_refusal_from_the_day_after_the_limit(serveur: Serveur, jours: int, etat: str) -> None:
    numero = await a_complete(serveur)
    serveur.clock.instant += timedelta(days=jours)

    await serveur.travaux.delais.record_refus()

    assert await etat_of(serveur, numero) == etat
    assert await serveur.travaux.delais.record_refus() == 0


@pytest.mark.parametrize(
    ("jours", "avertis"), [(14, []), (15, ["15"]), (17, ["15"]), (18, ["18"]), (20, ["18"]), (21, [])]
)
async def test_staff_are_warned_at_15_and_18_days(serveur: Serveur, jours: int, avertis: list[str]) -> None:
    await an_agent(serveur)
    await a_complete(serveur)
    serveur.clock.instant += timedelta(days=jours)

    assert await serveur.travaux.delais.warn() == len(avertis)
    assert await serveur.travaux.delais.warn() == 0  # once
    ((courriels,),) = await serveur.fetch("SELECT count(*) FROM courriel WHERE modele = 'delai_proche'")
    assert courriels == len(avertis)


async def test_the_expected_pieces_answer_a_request_and_others_do_not(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    await serveur.portail.decisions.ask(
        numero,
        version=await version_of(serveur, numero),
        motifs=["PIECE_MANQUANTE"],
        texte="Il manque le mandat.",
        pieces=["MANDAT"],
        jours=10,
        par=f"compte:{agent}",
    )
    assert (
        (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}"))
        .json()["cerfa"]["commentaireEtat"]
        .startswith("Attente d'information avant le 15/09/2026")
    )

    await serveur.cfa.send("/v2/documents", some_infos(numero), PDF, nom="autre.pdf")
    assert "INFORMATION_RECUE" not in await types_of(serveur, numero)
    await serveur.cfa.send("/v2/documents", some_infos(numero, type_fichier="MANDAT"), PDF, nom="mandat.pdf")

    assert (await types_of(serveur, numero))[-1] == "INFORMATION_RECUE"
    assert await serveur.fetch("SELECT file FROM instruction") == [("A_INSTRUIRE",)]


async def test_a_request_without_a_list_of_pieces_is_answered_by_any_of_them(serveur: Serveur) -> None:
    """A CFA that has its software only must be able to answer too."""
    agent = await an_agent(serveur)
    numero = await a_started(serveur, agent)
    version = await version_of(serveur, numero)
    await serveur.portail.decisions.ask(
        numero, version=version, motifs=["DONNEE"], texte="Le salaire est à préciser.", jours=5, par=f"compte:{agent}"
    )

    assert (await serveur.cfa.send("/v2/documents", some_infos(numero), PDF)).status_code == 200

    assert "INFORMATION_RECUE" in await types_of(serveur, numero)
    page = await serveur.portail.files.list_page("a_instruire", compte=agent)
    assert [ligne.numero_interne for ligne in page.lignes] == [numero]


async def test_another_cfa_can_neither_answer_nor_declare_a_break(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero, decisions = await an_engaged(serveur, agent), serveur.portail.decisions

    with pytest.raises(ActeRefuse, match="n'existe pas"):
        await decisions.answer(numero, siren=SIREN_AUTRE, texte="Voici la réponse.", par="compte:1")
    with pytest.raises(ActeRefuse, match="n'existe pas"):
        await decisions.declare_rupture(numero, a_rupture(at=serveur.clock.now()), siren=SIREN_AUTRE)


async def test_a_refusal_wants_a_ground_and_a_text_without_a_social_security_number(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero, decisions = await a_started(serveur, agent), serveur.portail.decisions
    version, par = await version_of(serveur, numero), f"compte:{agent}"

    for motifs, texte in (
        ([], "Une raison."),
        (["R99"], "Une raison."),
        (["R02"], "non"),
        (["R02"], "2 06 05 75 001 001 55"),
    ):
        with pytest.raises(ActeRefuse) as refuse:
            await decisions.refuse(numero, version=version, motifs=motifs, texte=texte, par=par)
        assert refuse.value.saisie
        assert "57500100" not in str(refuse.value)
    assert await etat_of(serveur, numero) == "EN_COURS_INSTRUCTION"


async def test_a_refusal_is_notified_to_the_cfa_the_employer_and_the_apprentice(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await in_state(serveur, agent, Etat.REFUSE)

    lignes = await serveur.fetch("SELECT destinataire FROM courriel WHERE modele = 'refus_notifie' ORDER BY 1")

    assert lignes == [("alix@apprentie.exemple.fr",), ("contact@entreprise.exemple.fr",)]
    assert await serveur.fetch("SELECT nature, etat FROM deca_depot") == [("REFUS", "A_DEPOSER")]


async def test_an_accord_without_the_mandate_seen_is_refused(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await a_complete(serveur)
    decisions = serveur.portail.decisions
    await decisions.start(numero, version=await version_of(serveur, numero), compte=agent)

    with pytest.raises(ActeRefuse, match="mandat"):
        await decisions.grant(numero, version=await version_of(serveur, numero), choix=CHOIX, par=f"compte:{agent}")

    assert await serveur.count("engagement") == 0
    assert await etat_of(serveur, numero) == "EN_COURS_INSTRUCTION"


async def test_a_break_is_corrected_and_corrected_back(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)
    decisions, par = serveur.portail.decisions, f"compte:{agent}"
    premier, second = date(2026, 12, 31), date(2027, 1, 31)

    faits = []
    for jour in (premier, premier, second, premier):
        rupture = a_rupture(jour, at=serveur.clock.now())
        faits.append(await decisions.declare_rupture(numero, rupture, siren=SIREN))
        if faits[-1]:
            await decisions.confirm_rupture(numero, version=await version_of(serveur, numero), par=par)

    assert faits == [True, False, True, True]
    ((dernier,),) = await serveur.fetch("SELECT dernier_jour FROM rupture ORDER BY id DESC LIMIT 1")
    assert dernier == premier
