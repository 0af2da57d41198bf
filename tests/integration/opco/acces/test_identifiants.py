"""An editor's secrets: rolled with an overlap, revoked, handed over once; its recent calls."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from builders.portail import connected
from builders.serveur import Serveur

from traitdunion.opco.acces import store
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.editeurs.appels import Appels
from traitdunion.opco.acces.editeurs.identifiants import Identifiants
from traitdunion.opco.comptes.roles import Role
from traitdunion.opco.socle import metrics

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:8000"


def _identifiants(serveur: Serveur) -> Identifiants:
    return serveur.portail.identifiants


def _dropped() -> float:
    return metrics.REGISTRE.get_sample_value("traitdunion_appels_non_journalises_total") or 0.0


async def _ask(serveur: Serveur, secret: str) -> httpx.Response:
    donnees = {"grant_type": "client_credentials", "client_id": serveur.cfa.editeur.client_id, "client_secret": secret}
    return await serveur.inconnu.post("/oauth2/token", data=donnees)


async def test_a_rolled_secret_leaves_the_former_one_valid_to_the_second(serveur: Serveur) -> None:
    ancien, actes = serveur.cfa.editeur, _identifiants(serveur)
    nouveau = await actes.roll(ancien.id, chevauchement_jours=7, par="essai")
    assert nouveau.client_secret.startswith("test_")
    serveur.clock.instant += timedelta(days=7) - timedelta(seconds=1)
    assert (await _ask(serveur, ancien.client_secret)).status_code == 200
    serveur.clock.instant += timedelta(seconds=1)
    refus = await _ask(serveur, ancien.client_secret)
    assert (refus.status_code, refus.json()["error"]) == (401, "invalid_client")
    assert (await _ask(serveur, nouveau.client_secret)).status_code == 200


async def test_without_overlap_the_former_secret_and_its_tokens_end_at_once(serveur: Serveur) -> None:
    await _identifiants(serveur).roll(serveur.cfa.editeur.id, chevauchement_jours=0, par="essai")
    assert (await _ask(serveur, serveur.cfa.editeur.client_secret)).status_code == 401
    assert (await serveur.cfa.get("/v2/dossiers/etats")).status_code == 401


@pytest.mark.parametrize("jours", [-1, 31])
async def test_an_overlap_out_of_bounds_is_refused(serveur: Serveur, jours: int) -> None:
    with pytest.raises(ActeRefuse, match="de 0 à 30 jours"):
        await _identifiants(serveur).roll(serveur.cfa.editeur.id, chevauchement_jours=jours, par="essai")


async def test_two_secrets_at_most_live_together(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    await actes.roll(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")
    with pytest.raises(ActeRefuse, match="Deux secrets"):
        await actes.roll(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")


async def test_a_revoked_secret_opens_nothing_and_its_tokens_die(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    (secret,) = await actes.list_secrets(serveur.cfa.editeur.id)
    await actes.revoke(serveur.cfa.editeur.id, secret.id, par="essai")
    assert (await _ask(serveur, serveur.cfa.editeur.client_secret)).status_code == 401
    assert (await serveur.cfa.get("/v2/dossiers/etats")).status_code == 401
    with pytest.raises(ActeRefuse):
        await actes.revoke(serveur.cfa.editeur.id, secret.id, par="essai")


async def test_another_editors_secret_cannot_be_revoked(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    (secret,) = await actes.list_secrets(serveur.cfa.editeur.id)
    with pytest.raises(ActeRefuse):
        await actes.revoke(serveur.cfa.editeur.id + 1, secret.id, par="essai")


async def test_a_link_gives_the_identifiers_once_and_the_database_forgets_them(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    remis = await actes.roll(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")
    jeton = (await actes.hand_over(remis, par="essai")).removeprefix(f"{URL}/editeur/remise/")
    lu = await actes.read_once(jeton)
    assert lu is not None
    assert (lu.client_id, lu.client_secret) == (serveur.cfa.editeur.client_id, remis.client_secret)
    assert await actes.read_once(jeton) is None
    assert await serveur.fetch("SELECT chiffre FROM remise_secret") == [(None,)]
    assert await actes.read_once("inconnu\ud800") is None


async def test_a_link_ends_after_three_days_and_a_new_one_ends_the_former(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    remis = await actes.roll(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")
    premier = (await actes.hand_over(remis, par="essai")).rpartition("/")[2]
    second = (await actes.hand_over(remis, par="essai")).rpartition("/")[2]
    assert await actes.read_once(premier) is None
    serveur.clock.instant += timedelta(hours=72)
    assert await actes.read_once(second) is None
    assert await actes.purge() == 2


async def test_an_editor_that_calls_without_rest_keeps_its_last_calls_and_its_refusals(serveur: Serveur) -> None:
    appels = Appels(database=serveur.database, clock=serveur.clock)
    editeur, avant = serveur.cfa.editeur.id, _dropped()
    for rang in range(500):
        statut = 400 if rang == 3 else 200
        appels.note(
            editeur=editeur, siren=serveur.cfa.siren, route="GET /", statut=statut, codes=[], requete=f"{rang:016d}"
        )
    await appels.flush()
    assert _dropped() - avant == 499 - 60
    trouves = await appels.list_appels(editeur, limite=1000)
    assert len(trouves) == 61
    assert {un.requete for un in trouves if un.statut == 400} == {f"{3:016d}"}
    assert max(un.requete for un in trouves) == f"{499:016d}"


async def test_an_editor_finds_its_calls_the_refused_ones_too_and_nobody_elses(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    serveur.clock.instant += timedelta(seconds=1)
    await serveur.cfa.post("/v2/dossiers", {"cerfa": {}})
    serveur.clock.instant += timedelta(seconds=1)
    await serveur.cfa.get("/v2/dossiers/etats", {"X-API-KEY": "inconnue"})
    appels = Appels(database=serveur.database, clock=serveur.clock)
    await serveur.flush_appels()
    trouves = await appels.list_appels(serveur.cfa.editeur.id)
    assert [(un.route, un.statut) for un in trouves] == [
        ("GET /v2/dossiers/etats", 403),
        ("POST /v2/dossiers", 400),
        ("POST /v2/dossiers", 200),
    ]
    assert trouves[0].codes == ["CLE_INCONNUE"]
    assert trouves[1].codes
    assert trouves[2].siren == serveur.cfa.siren
    assert len(trouves[2].requete) == 16
    assert await appels.list_appels(serveur.cfa.editeur.id + 1) == []
    assert [un.statut for un in await appels.list_appels(serveur.cfa.editeur.id, classe=4)] == [403, 400]
    assert await appels.list_appels(serveur.cfa.editeur.id, avant=trouves[2].id) == []
    serveur.clock.instant += timedelta(days=30, seconds=1)
    assert await appels.purge() == 3


async def test_a_secret_shows_its_beginning_and_its_last_use(serveur: Serveur) -> None:
    (secret,) = await _identifiants(serveur).list_secrets(serveur.cfa.editeur.id)
    assert secret.prefixe == serveur.cfa.editeur.client_secret[:9]
    assert secret.derniere_utilisation == serveur.clock.instant.replace(minute=0)


async def test_a_token_asked_for_while_its_secret_is_revoked_is_not_given(
    serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    actes, insert = _identifiants(serveur), store.insert_jeton
    (secret,) = await actes.list_secrets(serveur.cfa.editeur.id)

    async def insert_late(*args: Any, **membres: Any) -> bool:
        await actes.revoke(serveur.cfa.editeur.id, secret.id, par="essai")
        return await insert(*args, **membres)

    monkeypatch.setattr(store, "insert_jeton", insert_late)
    refus = await _ask(serveur, serveur.cfa.editeur.client_secret)
    assert (refus.status_code, refus.json()["errors"][0]["code"]) == (401, "CLIENT_INCONNU")
    assert await serveur.count("jeton") == 0


async def test_a_mistyped_address_leaves_the_secret_in_use_as_it_is(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.OPCO_ADMINISTRATEUR)
    fiche = f"/instruction/administration/editeurs/{serveur.cfa.editeur.id}"
    page = await visiteur.submit(f"{fiche}/remettre", depuis=fiche, chevauchement="0", courriel="pas une adresse")
    assert page.status_code == 400
    assert await serveur.count("secret_editeur") == 1
    assert (await _ask(serveur, serveur.cfa.editeur.client_secret)).status_code == 200
    assert (await serveur.cfa.get("/v2/dossiers/etats")).status_code == 200


async def test_a_link_that_nobody_opened_does_not_stand_in_the_way_of_another(serveur: Serveur) -> None:
    actes, editeur = _identifiants(serveur), serveur.cfa.editeur
    perdu = (await actes.remit(editeur.id, chevauchement_jours=30, par="essai")).rpartition("/")[2]
    lien = (await actes.remit(editeur.id, chevauchement_jours=30, par="essai")).rpartition("/")[2]
    assert await actes.read_once(perdu) is None
    lu = await actes.read_once(lien)
    assert lu is not None
    assert (await _ask(serveur, lu.client_secret)).status_code == 200
    assert (await _ask(serveur, editeur.client_secret)).status_code == 200


async def test_a_link_does_not_show_a_secret_that_opens_nothing(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    rolle = (await actes.remit(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")).rpartition("/")[2]
    await actes.roll(serveur.cfa.editeur.id, chevauchement_jours=0, par="essai")
    assert await actes.read_once(rolle) is None
    suspendu = (await actes.remit(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")).rpartition("/")[2]
    await serveur.portail.raccordement.suspend_editeur(serveur.cfa.editeur.client_id)
    assert await actes.read_once(suspendu) is None


async def test_a_secret_that_nobody_came_to_read_ends_with_its_link(serveur: Serveur) -> None:
    actes = _identifiants(serveur)
    await actes.remit(serveur.cfa.editeur.id, chevauchement_jours=30, par="essai")
    serveur.clock.instant += timedelta(hours=72) - timedelta(seconds=1)
    assert await actes.purge() == 0
    serveur.clock.instant += timedelta(seconds=1)
    assert await actes.purge() == 1
    perdu, ancien = await actes.list_secrets(serveur.cfa.editeur.id)
    assert perdu.revoque_le == serveur.clock.instant
    assert ancien.revoque_le is None


async def test_a_secret_rolled_in_the_browser_is_shown_by_a_button_once(serveur: Serveur) -> None:
    visiteur = await connected(serveur, Role.EDITEUR, editeur=serveur.cfa.editeur.id)
    page = await visiteur.submit("/editeur/secret", chevauchement="7")
    assert page.request.method == "GET"  # loaded again, it rolls nothing
    assert "test_" not in page.text
    await visiteur.submit(page.url.path)
    assert "client secret test_" in visiteur.texte
    assert serveur.cfa.editeur.client_id in visiteur.texte
    page = await visiteur.submit(page.url.path, depuis=page.url.path)
    assert page.status_code == 410
    assert "Ce lien n'est plus valable" in visiteur.texte


async def test_an_editor_looks_for_one_of_its_cfa(serveur: Serveur) -> None:
    actes, editeur = serveur.portail.raccordement, serveur.cfa.editeur.id
    tous = await actes.list_cfa_of(editeur, limite=50)
    assert {accrochage.siren for accrochage, _ in tous} == {serveur.cfa.siren, serveur.autre.siren}
    (premier,) = await actes.list_cfa_of(editeur, limite=1)
    (second,) = await actes.list_cfa_of(editeur, apres=premier[0].siren, limite=50)
    assert [premier, second] == tous
    assert [nom for _, nom in await actes.list_cfa_of(editeur, texte=premier[1].lower(), limite=50)] == [premier[1]]
    trouves = await actes.list_cfa_of(editeur, texte=second[0].siren[:4], limite=50)
    assert [accrochage.siren for accrochage, _ in trouves] == [second[0].siren]
    assert await actes.list_cfa_of(editeur, texte="%", limite=50) == []
    assert await actes.list_cfa_of(editeur + 1, limite=50) == []
    visiteur = await connected(serveur, Role.EDITEUR, editeur=editeur)
    await visiteur.visit("/editeur/cfa?q=introuvable")
    assert "Aucun de vos CFA ne répond à cette recherche." in visiteur.texte


async def test_an_editor_filters_its_calls_by_class_of_status(serveur: Serveur) -> None:
    await serveur.cfa.deposit()
    await serveur.cfa.get("/v2/dossiers/etats", {"X-API-KEY": "inconnue"})
    await serveur.flush_appels()
    visiteur = await connected(serveur, Role.EDITEUR, editeur=serveur.cfa.editeur.id)
    for classe, present, absent in (("2", "POST /v2/dossiers", "CLE_INCONNUE"), ("4", "CLE_INCONNUE", "POST /v2/")):
        await visiteur.visit(f"/editeur/appels?classe={classe}")
        assert present in visiteur.texte
        assert absent not in visiteur.texte
    await visiteur.visit("/editeur/appels?classe=5")
    assert "Aucun appel ne répond à ces critères." in visiteur.texte
