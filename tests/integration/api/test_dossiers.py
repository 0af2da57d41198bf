"""Deposit and read back, in the exact shapes of norme.md §1 and §2."""

from typing import Any

import pytest
from builders.envois import a_depot, as_connectors_write, to_json
from builders.serveur import SIREN, Serveur

pytestmark = pytest.mark.anyio
ETAT = {"numeroInterne", "numeroExterne", "numeroDeca", "etat", "commentaireEtat"}
LU = {"cerfa", "engagement", "echeances", "engagementsFraisAnnexe", "detailsFacturation", "comment"}


async def test_a_deposit_answers_its_numbers(serveur: Serveur) -> None:
    reponse = await serveur.cfa.post("/v1/dossiers", a_depot())
    assert reponse.status_code == 200
    assert reponse.headers["content-type"] == "application/json"
    assert reponse.json() == {
        "numeroInterne": "1",
        "numeroExterne": "CA-0000001",
        "numeroDeca": None,
        "recepisse": "d-1",
        "avertissements": [],
    }
    assert "Idempotency-Replayed" not in reponse.headers
    assert reponse.headers["X-Cle-Expire-Le"] == "2027-09-05"


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_dossier_is_read_back_whole(serveur: Serveur, version: str) -> None:
    numero = await serveur.cfa.deposit()
    lu = (await serveur.cfa.get(f"/{version}/dossiers", params={"numeroInterne": numero})).json()
    assert set(lu) == LU
    assert [lu[nom] for nom in sorted(LU - {"cerfa"})] == [None] * 5
    cerfa, depose = lu["cerfa"], a_depot()["cerfa"]
    assert (cerfa["numeroInterne"], cerfa["numeroExterne"], cerfa["etat"]) == ("1", "CA-0000001", "TRANSMIS")
    assert cerfa["contrat"]["dateDebutContrat"] == "2026-09-01T00:00:00+00:00"
    for bloc, valeurs in depose.items():
        assert _holds(cerfa[bloc], valeurs), bloc


def _holds(lu: Any, depose: Any) -> bool:
    """Whether all that was deposited is read back, absent members written null left aside."""
    if isinstance(depose, dict):
        return all(_holds(lu[nom], valeur) for nom, valeur in depose.items())
    if isinstance(depose, list):
        return len(lu) == len(depose) and all(map(_holds, lu, depose))
    return bool(lu == depose or lu == f"{depose}T00:00:00+00:00")


async def test_a_deposit_as_connectors_write_it_is_read_to_the_same_dossier(serveur: Serveur) -> None:
    reponse = await serveur.cfa.post("/v1/dossiers", as_connectors_write(a_depot()))
    assert reponse.status_code == 200, reponse.text
    assert [un["champ"] for un in reponse.json()["avertissements"]] == ["cerfa.logicielSource"]
    cerfa = (await serveur.cfa.get("/v1/dossiers?numeroInterne=1")).json()["cerfa"]
    assert cerfa["employeur"]["nombreDeSalaries"] == 12
    assert cerfa["employeur"]["adresse"]["codePostal"] == "75001"
    assert cerfa["contrat"]["dateDebutContrat"] == "2026-09-01T00:00:00+00:00"
    assert cerfa["contrat"]["salaireEmbauche"] == 783.9
    assert not cerfa["contrat"].get("dateRupture")
    assert cerfa["CERFAsignatureProbante"] is False
    assert cerfa["formation"]["dureeFormation"] == 1350


async def test_the_answer_is_the_same_whether_the_body_is_read_fast_or_slow(serveur: Serveur) -> None:
    """Same contract in both spellings: one dossier, recognised by what it says and not by how it is written."""
    premier = await serveur.cfa.post("/v2/dossiers", to_json(a_depot()))
    depot = as_connectors_write(a_depot())
    depot["cerfa"]["employeurV2"]["adresse"] = a_depot()["cerfa"]["employeur"]["adresse"]
    depot["cerfa"]["formation"]["rncp"] = "RNCP38362"
    second = await serveur.cfa.post("/v2/dossiers", depot)
    assert second.status_code == 200, second.text
    assert second.json()["numeroInterne"] == premier.json()["numeroInterne"]
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_v1_states_are_a_bare_array_and_v2_are_paged(serveur: Serveur) -> None:
    for rang in range(3):
        await serveur.cfa.deposit(rang)
    await serveur.autre.deposit(9)
    v1 = (await serveur.cfa.get("/v1/dossiers/etats")).json()
    assert [etat["numeroExterne"] for etat in v1] == ["CA-0000001", "CA-0000002", "CA-0000003"]
    assert all(set(etat) == ETAT and etat["etat"] == "TRANSMIS" for etat in v1)
    page = (await serveur.cfa.get("/v2/dossiers/etats", params={"numeroPage": 1})).json()
    assert page == {"total": 3, "count": 3, "page": 1, "EtatDossierResult": v1}
    assert (await serveur.cfa.get("/v2/dossiers/etats")).json() == page
    au_dela = (await serveur.cfa.get("/v2/dossiers/etats?numeroPage=2")).json()
    assert au_dela == {"total": 3, "count": 0, "page": 2, "EtatDossierResult": []}


async def test_a_page_holds_a_hundred_rows_by_number(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    async with serveur.database.connection() as conn:
        await conn.execute(
            "INSERT INTO dossier (numero_interne, siren, editeur, identite, sha256_contenu, depose_le) "
            "SELECT n, siren, editeur, int8send(n), sha256_contenu, depose_le "
            "FROM dossier, generate_series(102, 2, -1) n"
        )
    premiere = (await serveur.cfa.get("/v2/dossiers/etats?numeroPage=1")).json()
    seconde = (await serveur.cfa.get("/v2/dossiers/etats?numeropage=2")).json()
    assert (premiere["total"], premiere["count"], seconde["count"]) == (102, 100, 2)
    numeros = [int(etat["numeroInterne"]) for page in (premiere, seconde) for etat in page["EtatDossierResult"]]
    assert numeros == list(range(1, 103))


@pytest.mark.parametrize("chemin", ["/v1/dossiers/etats", "/v2/dossiers/etats?numeroPage=1"])
async def test_states_unchanged_answer_304_until_something_moves(serveur: Serveur, chemin: str) -> None:
    await serveur.cfa.deposit(0)
    premiere = await serveur.cfa.get(chemin)
    connue = {"If-None-Match": premiere.headers["ETag"]}
    encore = await serveur.cfa.get(chemin, connue)
    assert (encore.status_code, encore.content) == (304, b"")
    assert encore.headers["ETag"] == premiere.headers["ETag"]
    faible = await serveur.cfa.get(chemin, {"If-None-Match": f'"x", W/{premiere.headers["ETag"]}'})
    assert faible.status_code == 304
    await serveur.autre.deposit(5)
    assert (await serveur.cfa.get(chemin, connue)).status_code == 304
    await serveur.cfa.deposit(1)
    apres = await serveur.cfa.get(chemin, connue)
    assert apres.status_code == 200
    assert apres.headers["ETag"] != premiere.headers["ETag"]
    assert (await serveur.autre.get(chemin, {"If-None-Match": apres.headers["ETag"]})).status_code == 200


async def test_the_etag_of_one_page_is_not_that_of_another(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    premiere = await serveur.cfa.get("/v2/dossiers/etats?numeroPage=1")
    seconde = await serveur.cfa.get("/v2/dossiers/etats?numeroPage=2", {"If-None-Match": premiere.headers["ETag"]})
    assert seconde.status_code == 200


async def test_liste_gives_the_dossiers_asked_for_and_leaves_out_those_of_others(serveur: Serveur) -> None:
    for rang in range(3):
        await serveur.cfa.deposit(rang)
    d_un_autre = await serveur.autre.deposit(9)
    reponse = await serveur.cfa.get("/v1/dossiers/liste", params={"numerosInternes": f"3,1,{d_un_autre},999"})
    assert [lu["cerfa"]["numeroInterne"] for lu in reponse.json()] == ["1", "3"]
    assert all(set(lu) == LU for lu in reponse.json())


@pytest.mark.parametrize(
    ("chemin", "parametre"),
    [
        ("/v1/dossiers", "numeroInterne"),
        ("/v1/dossiers?numeroInterne=CA-0000001", "numeroInterne"),
        ("/v1/dossiers?numeroInterne=0", "numeroInterne"),
        ("/v1/dossiers?numeroInterne=9223372036854775808", "numeroInterne"),
        ("/v1/dossiers?numeroInterne=%C2%B2", "numeroInterne"),
        ("/v2/dossiers/etats?numeroPage=0", "numeroPage"),
        ("/v2/dossiers/etats?numeroPage=-1", "numeroPage"),
        ("/v2/dossiers/etats?numeroPage=1000000001", "numeroPage"),
        ("/v1/dossiers/liste", "numerosInternes"),
        ("/v1/dossiers/liste?numerosInternes=", "numerosInternes"),
        ("/v1/dossiers/liste?numerosInternes=1,deux", "numerosInternes"),
        ("/v1/dossiers/liste?numerosInternes=" + ",".join(["1"] * 101), "numerosInternes"),
    ],
)
async def test_an_unreadable_parameter_is_named(serveur: Serveur, chemin: str, parametre: str) -> None:
    reponse = await serveur.cfa.get(chemin)
    assert reponse.status_code == 400
    (erreur,) = reponse.json()["errors"]
    assert (erreur["code"], erreur["champ"]) == ("PARAMETRE_INVALIDE", parametre)


async def test_a_query_of_sixty_parameters_is_refused_and_not_an_error_of_ours(serveur: Serveur) -> None:
    reponse = await serveur.cfa.get("/v1/dossiers?" + "&".join(f"a{rang}=1" for rang in range(60)))
    assert reponse.status_code == 400
    assert reponse.json()["errors"][0]["code"] == "PARAMETRE_INVALIDE"


async def test_the_name_of_a_parameter_is_read_whatever_its_case(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    assert (await serveur.cfa.get("/v1/dossiers?NUMEROINTERNE=0001")).status_code == 200


async def test_a_get_that_carries_a_body_is_answered_as_if_it_had_none(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    requete = serveur.inconnu.build_request(
        "GET", "/v1/dossiers?numeroInterne=1", content=b"{oops", headers=serveur.cfa.entetes
    )
    assert (await serveur.inconnu.send(requete)).status_code == 200


async def test_controle_says_all_the_anomalies_and_stores_nothing(serveur: Serveur) -> None:
    avant = await serveur.counts()
    depot = a_depot()
    juste = await serveur.cfa.post("/v2/dossiers/controle", depot)
    assert juste.json() == {"recevable": True, "anomalies": []}
    del depot["cerfa"]["apprenti"]["prenom"]
    depot["cerfa"]["employeur"]["siret"] = "12345678200011"
    depot["cerfa"]["organismeFormation"]["siret"] = "12345678200010"
    depot["cerfa"]["inattendu"] = 1
    faux = (await serveur.cfa.post("/v2/dossiers/controle", depot)).json()
    assert faux["recevable"] is False
    champs = {un["champ"] for un in faux["anomalies"]}
    assert {
        "cerfa.apprenti.prenom",
        "cerfa.employeur.siret",
        "cerfa.organismeFormation.siret",
        "cerfa.inattendu",
    } <= champs
    assert await serveur.counts() == avant
    assert await serveur.last_number() == 0


async def test_controle_and_deposit_say_the_same(serveur: Serveur) -> None:
    depot = a_depot()
    depot["cerfa"]["employeur"] |= {"siret": "12345678200011", "telephone": "12"}
    controle = (await serveur.cfa.post("/v2/dossiers/controle", depot)).json()
    depose = await serveur.cfa.post("/v2/dossiers", depot)
    assert depose.status_code == 400
    assert depose.json()["errors"] == controle["anomalies"]


async def test_a_breach_of_law_never_stops_a_deposit(serveur: Serveur) -> None:
    depot = a_depot()
    depot["cerfa"]["contrat"]["remunerationsAnnuelles"][0]["taux"] = 20
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    assert reponse.status_code == 200
    assert any(un["gravite"] == "MOTIF_REFUS" for un in reponse.json()["avertissements"])


async def test_the_cfa_of_the_body_is_of_the_siren_of_the_key(serveur: Serveur) -> None:
    avant = await serveur.counts()
    reponse = await serveur.cfa.post("/v2/dossiers", a_depot(siret_cfa="12345678200010"))
    assert reponse.status_code == 403
    (erreur,) = reponse.json()["errors"]
    assert (erreur["code"], erreur["champ"]) == ("SIRET_HORS_SIREN", "cerfa.organismeFormation.siret")
    assert await serveur.counts() == avant


async def test_members_that_only_the_opco_sets_are_not_stored(serveur: Serveur) -> None:
    depot = a_depot()
    depot["cerfa"] |= {
        "numeroInterne": "777",
        "numeroExterne": "CA-0000777",
        "numeroDeca": "075000000000000",
        "etat": "ENGAGE",
        "commentaireEtat": "à moi",
    }
    reponse = await serveur.cfa.post("/v2/dossiers", depot)
    assert reponse.json()["numeroExterne"] == "CA-0000001"
    cerfa = (await serveur.cfa.get("/v2/dossiers?numeroInterne=1")).json()["cerfa"]
    assert (cerfa["etat"], cerfa.get("numeroDeca"), cerfa.get("commentaireEtat")) == ("TRANSMIS", None, None)
    assert cerfa["numeroExterne"] == "CA-0000001"


async def test_what_is_stored_beside_the_encrypted_body_holds_no_nir(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    ((chiffre, cerfa),) = await serveur.fetch("SELECT corps_chiffre, cerfa::text FROM depot")
    nir = a_depot()["cerfa"]["apprenti"]["nir"]
    assert nir not in cerfa
    assert "handicap" not in cerfa
    assert nir.encode() not in chiffre
    ((acteur, siren),) = await serveur.fetch("SELECT acteur, siren FROM evenement WHERE objet = 'DOSSIER'")
    assert acteur.startswith("editeur:")
    assert siren == SIREN


async def test_the_accrochage_is_effective_at_the_first_200_and_not_before(serveur: Serveur) -> None:
    etat = "SELECT etat FROM accrochage WHERE siren = %s"
    await serveur.cfa.post("/v2/dossiers", b"{}")
    assert await serveur.fetch(etat, SIREN) == [("EN_ATTENTE",)]
    await serveur.cfa.deposit()
    assert await serveur.fetch(etat, SIREN) == [("EFFECTIF",)]
