"""After the deposit: the break declared, the feed of changes, the funding read back (norme.md §1, §2.5, §2.6)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from builders.instruction import CHOIX, an_agent, an_engaged, etat_of, in_state, version_of
from builders.serveur import SIREN, Serveur
from psycopg import AsyncConnection

from traitdunion.norme.openapi.exemples import RUPTURE
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.evenements import fil
from traitdunion.opco.evenements import store as evenements

pytestmark = pytest.mark.anyio
ROUTE = "/v2/dossiers/rupture/employeur"


def _rupture(numero: int, **membres: Any) -> dict[str, Any]:
    return RUPTURE | {"numeroInterneDossier": str(numero)} | membres


# --- the funding ------------------------------------------------------------------------------------------------------


async def test_the_funding_is_null_before_the_engagement(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await in_state(serveur, agent, Etat.EN_COURS_INSTRUCTION)

    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()

    assert [lu[nom] for nom in ("engagement", "echeances", "engagementsFraisAnnexe", "detailsFacturation")] == [
        None
    ] * 4


async def test_the_funding_is_read_back_to_the_cent(serveur: Serveur) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))

    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()

    assert lu["engagement"] == 16000
    assert [une["montantTotal"] for une in lu["echeances"]] == [3200, 2400, 1600, 800] * 2
    assert lu["echeances"][0] == {
        "numero": "1",
        "codification": "1",
        "dateOuverture": "2026-09-01T00:00:00+00:00",
        "dateDebut": "2026-09-01T00:00:00+00:00",
        "dateFin": "2027-02-28T00:00:00+00:00",
        "montantTotal": 3200,
        "dontMontantPedagogie": 3200,
        "dontMajorationRqth": 0,
        "dontParticipationEmployeur": 0,
        "montantRegle": 0,
        "montantEnCoursInstruction": 0,
        "siretCfa": "32345678000010",
    }
    assert lu["echeances"][-1]["codification"] == "99"
    assert lu["engagementsFraisAnnexe"] == [
        {"natureFrais": "RESTAURATION", "quantite": 100, "prixUnitaire": 3, "montantTotal": 300},
        {"natureFrais": "PREMIEREQUIPEMENT", "quantite": 1, "prixUnitaire": 500, "montantTotal": 500},
    ]
    assert lu["detailsFacturation"]["plafondFraisPremierEquipement"] == 500


async def test_a_cancelled_dossier_has_nothing_to_pay(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)
    await serveur.portail.decisions.cancel(
        numero, version=await version_of(serveur, numero), motif="Déposé deux fois.", par=f"compte:{agent}"
    )

    assert (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()["echeances"] is None
    assert await serveur.count("echeance") == 0


# --- the break --------------------------------------------------------------------------------------------------------


async def test_a_declared_break_leaves_the_state_until_staff_confirm_it(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await an_engaged(serveur, agent)

    reponse = await serveur.cfa.post(ROUTE, _rupture(numero))
    assert (reponse.status_code, reponse.json()) == (200, {"numeroInterne": str(numero), "etat": "ENGAGE"})
    assert (await serveur.cfa.post(ROUTE, _rupture(numero))).headers["Idempotency-Replayed"] == "true"
    assert await serveur.count("rupture") == 1

    await serveur.portail.decisions.confirm_rupture(
        numero, version=await version_of(serveur, numero), par=f"compte:{agent}"
    )
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()
    assert lu["cerfa"]["etat"] == "RUPTURE"
    # Training kept on until the 6 months end, before the exams: 8 000 × (361 + …) by days, both ends included.
    assert lu["echeances"][-1]["dateOuverture"] == "2027-08-28T00:00:00+00:00"
    assert lu["engagement"] == 7934.25


async def test_a_break_declared_before_the_accord_is_applied_by_it(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    numero = await in_state(serveur, agent, Etat.EN_COURS_INSTRUCTION)
    assert (await serveur.cfa.post(ROUTE, _rupture(numero, maintienEnFormation=False))).json()["etat"] == (
        "EN_COURS_INSTRUCTION"
    )

    await serveur.portail.decisions.grant(
        numero, version=await version_of(serveur, numero), choix=CHOIX, par=f"compte:{agent}"
    )

    assert await etat_of(serveur, numero) == "RUPTURE"
    lu = (await serveur.cfa.get(f"/v2/dossiers?numeroInterne={numero}")).json()
    assert lu["engagement"] == 3967.12  # 8 000 × 181 / 365


@pytest.mark.parametrize(
    ("membres", "code", "champ"),
    [
        ({"dateRupture": None}, "MEMBRE_OBLIGATOIRE", "rupture.dateRupture"),
        ({"pendantPeriodeProbatoire": None}, "MEMBRE_OBLIGATOIRE", "rupture.pendantPeriodeProbatoire"),
        ({"motif": "lassitude"}, "CODE_INCONNU", "rupture.motif"),
        ({"motif": "obtention du diplôme"}, "MAINTIEN_EXCLU", "rupture.maintienEnFormation"),
        ({"dateRupture": "2026-08-31"}, "RUPTURE_HORS_CONTRAT", "rupture.dateRupture"),
        ({"dateRupture": "2028-09-01"}, "RUPTURE_HORS_CONTRAT", "rupture.dateRupture"),
        ({"numeroInterneDossier": "99"}, "OBJET_INCONNU", "rupture.numeroInterneDossier"),
        ({"numeroInterneDossier": "9" * 19}, "NUMERO_ILLISIBLE", "rupture.numeroInterneDossier"),
    ],
)
async def test_a_break_that_cannot_be_applied_is_refused_with_its_field(
    serveur: Serveur, membres: dict[str, Any], code: str, champ: str
) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))

    reponse = await serveur.cfa.post(ROUTE, _rupture(numero, **membres))

    assert reponse.status_code in (400, 404), reponse.text
    assert [(une["code"], une["champ"]) for une in reponse.json()["errors"]] == [(code, champ)]
    assert await serveur.count("rupture") == 0


async def test_a_break_of_a_closed_dossier_is_refused(serveur: Serveur) -> None:
    numero = await in_state(serveur, await an_agent(serveur), Etat.REFUSE)

    assert (await serveur.cfa.post(ROUTE, _rupture(numero))).json()["errors"][0]["code"] == "DOSSIER_CLOS"


async def test_the_dossier_of_another_is_unknown(serveur: Serveur) -> None:
    numero = await an_engaged(serveur, await an_agent(serveur))

    assert (await serveur.autre.post(ROUTE, _rupture(numero))).json()["errors"][0]["code"] == "OBJET_INCONNU"


# --- the feed ---------------------------------------------------------------------------------------------------------


async def _read_all(serveur: Serveur, *, limite: int = 3) -> list[str]:
    types: list[str] = []
    depuis, encore = "", True
    while encore:
        reponse = await serveur.cfa.get(f"/v2/evenements?limite={limite}" + (f"&depuis={depuis}" if depuis else ""))
        assert reponse.status_code == 200, reponse.text
        corps = reponse.json()
        types += [un["type"] for un in corps["evenements"]]
        depuis, encore = corps["curseur"], corps["encore"]
    return types


async def test_the_feed_tells_everything_once_and_in_order(serveur: Serveur) -> None:
    agent = await an_agent(serveur)
    await an_engaged(serveur, agent)

    attendus = ["DOSSIER_DEPOSE", "PIECE_DEPOSEE", "DOSSIER_COMPLET", "INSTRUCTION_COMMENCEE", "DOSSIER_ENGAGE"]
    assert await _read_all(serveur, limite=2) == attendus
    assert await _read_all(serveur, limite=1000) == attendus


async def test_the_feed_after_a_cursor_tells_only_what_came_after(serveur: Serveur) -> None:
    await serveur.cfa.deposit(0)
    curseur = (await serveur.cfa.get("/v2/evenements")).json()["curseur"]
    assert (await serveur.cfa.get(f"/v2/evenements?depuis={curseur}")).json() == {
        "evenements": [],
        "curseur": curseur,
        "encore": False,
    }
    numero = await serveur.cfa.deposit(1)

    (evenement,) = (await serveur.cfa.get(f"/v2/evenements?depuis={curseur}")).json()["evenements"]

    assert (evenement["numeroInterne"], evenement["libelle"]) == (numero, "Contrat transmis")


async def test_another_cfa_reads_nothing_of_it(serveur: Serveur) -> None:
    await serveur.cfa.deposit()

    assert (await serveur.autre.get("/v2/evenements")).json()["evenements"] == []


@pytest.mark.parametrize(
    ("requete", "code"),
    [
        ("depuis=!", "CURSEUR_INVALIDE"),
        ("depuis=MTA", "CURSEUR_INVALIDE"),
        ("depuis=" + "9" * 60, "CURSEUR_INVALIDE"),
        ("limite=0", "PARAMETRE_INVALIDE"),
        ("limite=1001", "PARAMETRE_INVALIDE"),
        ("limite=dix", "PARAMETRE_INVALIDE"),
    ],
)
async def test_a_cursor_or_a_limit_of_another_shape_is_refused(serveur: Serveur, requete: str, code: str) -> None:
    reponse = await serveur.cfa.get(f"/v2/evenements?{requete}")

    assert (reponse.status_code, reponse.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize("curseur", [fil.DEBUT, fil.Curseur(2**64 - 1, 2**63 - 1), fil.Curseur(123, 456)])
def test_a_cursor_is_read_back_as_it_was_written(curseur: fil.Curseur) -> None:
    assert fil.read_curseur(fil.write_curseur(curseur)) == curseur


@asynccontextmanager
async def _a_writer(database_url: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(database_url) as connexion:
        yield connexion


async def _write(connexion: AsyncConnection[Any], serveur: Serveur, type_: str) -> None:
    await evenements.append(
        connexion,
        siren=SIREN,
        objet="DOSSIER",
        numero_interne=1,
        type_=type_,
        acteur="essai",
        at=serveur.clock.now(),
    )


async def test_two_writers_that_commit_in_the_reverse_order_are_both_read(serveur: Serveur, database_url: str) -> None:
    async with _a_writer(database_url) as premier, _a_writer(database_url) as second:
        await _write(premier, serveur, "PREMIER")  # the lower transaction and the lower id
        await _write(second, serveur, "SECOND")
        await second.commit()
        avant = (await serveur.cfa.get("/v2/evenements")).json()
        assert avant["evenements"] == []  # not shown while an older transaction is open
        await premier.commit()

        apres = (await serveur.cfa.get(f"/v2/evenements?depuis={avant['curseur']}")).json()

    assert [un["type"] for un in apres["evenements"]] == ["PREMIER", "SECOND"]
    assert apres["evenements"][0]["libelle"] == "Mise à jour du dossier"
