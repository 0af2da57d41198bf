"""Access on a real PostgreSQL: keys, tokens, accrochages, the cache and its notifications."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders.acces import a_preuve
from joserfc.jwk import ECKey

from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu
from traitdunion.norme.erreurs import Refus
from traitdunion.opco.acces import Appel, Habilitation, store
from traitdunion.opco.acces.actes import ActeRefuse
from traitdunion.opco.acces.cles import Cles, last_day
from traitdunion.opco.acces.jetons.dpop import ModeDpop
from traitdunion.opco.acces.raccordement import EditeurCree, Raccordement
from traitdunion.opco.acces.service import Acces
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import Database
from traitdunion.opco.socle.vault import Vault, VaultError

pytestmark = pytest.mark.anyio

AT = datetime(2026, 8, 31, 10, tzinfo=UTC)
SIRET, SIREN = "73282932000074", "732829320"
AUTRE_SIRET, AUTRE_SIREN = "35600000000048", "356000000"
URL = "https://opco.example"
EC = ECKey.generate_key("P-256", private=True)


class Monde:
    """One OPCO: its acts of administration, and as many workers as wished."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(AT)
        self.vault = Vault({"k1": b"1" * 32}, current="k1", hash_key=b"h" * 32)
        self.cles = Cles(database=database, vault=self.vault, clock=self.clock)
        self.actes = Raccordement(database=database, vault=self.vault, clock=self.clock)
        self.secondes = 0.0

    def worker(self, **reglages: Any) -> Acces:
        return Acces(
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            url_publique=URL,
            monotone=lambda: self.secondes,
            **reglages,
        )

    async def connect(self) -> tuple[EditeurCree, str]:
        """An editor, a CFA with a key, their accrochage."""
        editeur = await self.actes.create_editeur("Éditeur EXEMPLE")
        await self.actes.create_cfa(SIRET, denomination="CFA FICTIF")
        generee = await self.cles.generate(SIREN, par="essai")
        await self.actes.open_accrochage(editeur.client_id, SIREN, par="essai")
        return editeur, generee.cle


@pytest.fixture
def monde(database: Database) -> Monde:
    return Monde(database)


async def a_jeton(acces: Acces, editeur: EditeurCree) -> str:
    return (await acces.issue_jeton(editeur.client_id, editeur.client_secret)).access_token


def an_appel(jeton: str | None, cle: str | None, **membres: Any) -> Appel:
    autorisation = None if jeton is None else f"Bearer {jeton}"
    return Appel(**{"methode": "GET", "chemin": "/v1/dossiers", "autorisation": autorisation, "cle": cle, **membres})


async def code_of(acces: Acces, appel: Appel) -> tuple[int, str]:
    with pytest.raises(Refus) as refus:
        await acces.resolve(appel)
    return refus.value.statut, refus.value.anomalies[0].code


@asynccontextmanager
async def watching(*workers: Acces) -> AsyncIterator[None]:
    """Workers that hear notifications, as in production."""
    taches = [asyncio.create_task(worker.watch()) for worker in workers]
    for worker in workers:
        await until(lambda worker=worker: worker._cache.generation > 0)  # type: ignore[misc]  # LISTEN is in place
    try:
        yield
    finally:
        for tache in taches:
            tache.cancel()
        await asyncio.gather(*taches, return_exceptions=True)


async def until(vrai: Callable[[], bool]) -> None:
    limite = time.monotonic() + 5
    while not vrai():
        assert time.monotonic() < limite, "nothing came"
        await asyncio.sleep(0.005)


async def test_a_connected_editor_is_let_in_for_its_cfa(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()

    habilitation = await acces.resolve(an_appel(await a_jeton(acces, editeur), cle))

    assert (habilitation.editeur, habilitation.siren, habilitation.accrochage_etat) == (
        editeur.id,
        SIREN,
        "EN_ATTENTE",
    )
    assert habilitation.cle_expire_le is not None
    assert last_day(habilitation.cle_expire_le) == date(2027, 8, 31)


async def test_each_missing_thing_has_its_own_code(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    jeton = await a_jeton(acces, editeur)
    inconnue = cle_api.compose("z" * 32, milieu=Milieu.ESSAI)
    production = cle_api.compose("z" * 32, milieu=Milieu.PRODUCTION)
    mal_recopiee = cle[:-1] + ("a" if cle[-1] != "a" else "b")

    assert await code_of(acces, an_appel(None, cle)) == (401, "JETON_ABSENT")
    assert await code_of(acces, an_appel("", cle)) == (401, "JETON_ABSENT")
    assert await code_of(acces, an_appel(jeton, cle, autorisation="Basic eDp5")) == (401, "JETON_ABSENT")
    assert await code_of(acces, an_appel("court", cle)) == (401, "JETON_INVALIDE")
    assert await code_of(acces, an_appel("A" * 43, cle)) == (401, "JETON_INVALIDE")
    assert await code_of(acces, an_appel("é" * 43, cle)) == (401, "JETON_INVALIDE")
    assert await code_of(acces, an_appel(jeton, None)) == (403, "CLE_ABSENTE")
    assert await code_of(acces, an_appel(jeton, "  ")) == (403, "CLE_ABSENTE")
    assert await code_of(acces, an_appel(jeton, mal_recopiee)) == (403, "CLE_MAL_RECOPIEE")
    assert await code_of(acces, an_appel(jeton, inconnue)) == (403, "CLE_INCONNUE")
    assert await code_of(acces, an_appel(jeton, "clé d'un autre OPCO")) == (403, "CLE_INCONNUE")
    assert await code_of(acces, an_appel(jeton, production)) == (403, "CLE_AUTRE_ENVIRONNEMENT")


async def test_a_token_is_judged_before_a_key(monde: Monde) -> None:
    assert await code_of(monde.worker(), an_appel("A" * 43, "n'importe quoi")) == (401, "JETON_INVALIDE")


async def test_a_token_works_until_its_last_second_and_not_after(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)

    monde.clock.instant = AT + timedelta(seconds=3599, microseconds=999_999)
    assert await acces.resolve(appel)
    monde.clock.instant = AT + timedelta(seconds=3600)
    assert await code_of(acces, appel) == (401, "JETON_EXPIRE")


async def test_a_key_works_until_midnight_of_its_last_day_and_not_after(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()

    # 31 August 2027, 24:00 in Paris is 22:00 UTC.
    monde.clock.instant = datetime(2027, 8, 31, 21, 59, 59, tzinfo=UTC)
    appel = an_appel(await a_jeton(acces, editeur), cle)
    assert await acces.resolve(appel)
    monde.clock.instant = datetime(2027, 8, 31, 22, 0, tzinfo=UTC)
    assert await code_of(acces, appel) == (403, "CLE_EXPIREE")


async def test_a_revoked_key_is_refused_at_once_by_every_worker(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    un, deux = monde.worker(), monde.worker()
    appel = an_appel(await a_jeton(un, editeur), cle)
    async with watching(un, deux):
        generations = [worker._cache.generation for worker in (un, deux)]
        await un.resolve(appel)
        await deux.resolve(appel)
        (trouvee,) = await monde.cles.list_cles(SIREN)
        await monde.cles.revoke(SIREN, trouvee.id, motif="Essai", par="essai")
        await until(lambda: all(w._cache.generation > g for w, g in zip((un, deux), generations, strict=True)))

        assert await code_of(un, appel) == (403, "CLE_REVOQUEE")
        assert await code_of(deux, appel) == (403, "CLE_REVOQUEE")


async def test_a_lost_notification_delays_a_revocation_by_less_than_five_seconds(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    sourd = monde.worker()
    appel = an_appel(await a_jeton(sourd, editeur), cle)
    await sourd.resolve(appel)
    (trouvee,) = await monde.cles.list_cles(SIREN)
    await monde.cles.revoke(SIREN, trouvee.id, motif="Essai", par="essai")

    assert await sourd.resolve(appel)  # still cached
    monde.secondes += 4.99
    assert await code_of(sourd, appel) == (403, "CLE_REVOQUEE")


async def test_a_cached_answer_costs_no_query_and_little_time(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)
    attendue = await acces.resolve(appel)

    async with monde.database.transaction() as tx:
        await tx.execute("LOCK TABLE jeton, cle_api, accrochage, editeur IN ACCESS EXCLUSIVE MODE")
        assert await asyncio.wait_for(acces.resolve(appel), timeout=1) is attendue


async def test_an_editor_is_not_let_in_for_a_cfa_that_did_not_choose_it(monde: Monde) -> None:
    _, cle = await monde.connect()
    autre = await monde.actes.create_editeur("Autre EXEMPLE")
    acces = monde.worker()

    assert await code_of(acces, an_appel(await a_jeton(acces, autre), cle)) == (403, "ACCROCHAGE_ABSENT")


async def test_a_suspended_accrochage_says_by_whom_and_why_until_it_is_resumed(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)
    await monde.actes.suspend_accrochage(editeur.client_id, SIREN, par="CFA", motif="Changement", acteur="essai")

    with pytest.raises(Refus) as refus:
        await acces.resolve(appel)
    assert refus.value.anomalies[0].code == "ACCROCHAGE_SUSPENDU"
    assert "le CFA, motif : Changement" in refus.value.anomalies[0].description

    with pytest.raises(ActeRefuse, match="l'autre partie"):
        await monde.actes.resume_accrochage(editeur.client_id, SIREN, par="OPCO", acteur="essai")
    await monde.actes.resume_accrochage(editeur.client_id, SIREN, par="CFA", acteur="essai")
    assert (await acces.resolve(appel)).accrochage_etat == "EN_ATTENTE"


async def test_the_first_200_makes_the_accrochage_effectif_once(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)

    await acces.mark_effectif(await acces.resolve(appel))
    monde.clock.instant += timedelta(minutes=1)
    suivante = await acces.resolve(appel)
    await acces.mark_effectif(suivante)

    assert suivante.accrochage_etat == "EFFECTIF"
    ((accrochage, client_id, _),) = await monde.actes.list_accrochages()
    assert (accrochage.etat, accrochage.effectif_le, client_id) == ("EFFECTIF", AT, editeur.client_id)


async def test_a_late_200_does_not_undo_a_suspension(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    habilitation = await acces.resolve(an_appel(await a_jeton(acces, editeur), cle))
    await monde.actes.suspend_accrochage(editeur.client_id, SIREN, par="OPCO", motif="Essai", acteur="essai")

    await acces.mark_effectif(habilitation)

    ((accrochage, _, _),) = await monde.actes.list_accrochages()
    assert accrochage.etat == "SUSPENDU"


async def test_the_tokens_of_a_suspended_editor_are_dead_and_it_gets_no_other(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)

    assert await monde.actes.suspend_editeur(editeur.client_id) == 1
    assert await code_of(acces, appel) == (401, "JETON_INVALIDE")
    with pytest.raises(Refus) as refus:
        await a_jeton(acces, editeur)
    assert (refus.value.statut, refus.value.anomalies[0].code) == (401, "EDITEUR_SUSPENDU")
    assert refus.value.complement["error"] == "invalid_client"

    await monde.actes.resume_editeur(editeur.client_id)
    assert await a_jeton(acces, editeur)


async def test_deleting_tokens_leaves_the_editor_admitted(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    appel = an_appel(await a_jeton(acces, editeur), cle)

    assert await monde.actes.delete_jetons(editeur.client_id) == 1
    assert await code_of(acces, appel) == (401, "JETON_INVALIDE")
    assert await acces.resolve(an_appel(await a_jeton(acces, editeur), cle))


async def test_neither_token_nor_secret_nor_key_stands_in_clear_in_the_database(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    jeton = await a_jeton(monde.worker(), editeur)
    async with monde.database.connection() as conn:
        for table in ("jeton", "editeur", "cle_api", "evenement", "accrochage"):
            lignes = await (await conn.execute(f"SELECT t::text FROM {table} t")).fetchall()  # noqa: S608 - ours
            assert lignes
            for secret in (jeton, editeur.client_secret, cle):
                for (ligne,) in lignes:
                    assert secret not in ligne
                    assert secret.encode().hex() not in ligne


async def test_a_key_is_read_again_and_the_reading_is_noted(monde: Monde) -> None:
    _, cle = await monde.connect()

    lue = await monde.cles.read(SIREN, par="cli:essai")

    assert lue.cle == cle
    async with monde.database.connection() as conn:
        lignes = await (
            await conn.execute("SELECT type, acteur FROM evenement WHERE objet = 'CLE_API' ORDER BY id")
        ).fetchall()
    assert lignes == [("CLE_GENEREE", "essai"), ("CLE_LUE", "cli:essai")]


async def test_a_key_moved_to_another_siren_in_the_database_does_not_open(monde: Monde) -> None:
    await monde.connect()
    await monde.actes.create_cfa(AUTRE_SIRET, denomination="Autre CFA FICTIF")
    async with monde.database.connection() as conn:
        await conn.execute("UPDATE cle_api SET siren = %s", (AUTRE_SIREN,))

    with pytest.raises(VaultError):
        await monde.cles.read(AUTRE_SIREN, par="essai")


async def test_a_new_key_works_at_once_and_the_old_one_until_the_end_of_the_overlap(monde: Monde) -> None:
    editeur, ancienne = await monde.connect()
    acces = monde.worker()

    nouvelle = await monde.cles.generate(SIREN, par="essai", chevauchement_jours=7)

    jeton = await a_jeton(acces, editeur)
    assert await acces.resolve(an_appel(jeton, nouvelle.cle))
    assert await acces.resolve(an_appel(jeton, ancienne))
    monde.clock.instant = datetime(2026, 9, 7, 22, 0, tzinfo=UTC)  # 7 September, midnight in Paris
    jeton = await a_jeton(acces, editeur)
    assert await code_of(acces, an_appel(jeton, ancienne)) == (403, "CLE_EXPIREE")
    assert await acces.resolve(an_appel(jeton, nouvelle.cle))


async def test_without_overlap_the_old_key_is_revoked(monde: Monde) -> None:
    editeur, ancienne = await monde.connect()
    acces = monde.worker()
    await monde.cles.generate(SIREN, par="essai", chevauchement_jours=0)

    assert await code_of(acces, an_appel(await a_jeton(acces, editeur), ancienne)) == (403, "CLE_REVOQUEE")


async def test_an_overlap_never_prolongs_the_old_key(monde: Monde) -> None:
    await monde.connect()
    monde.clock.instant = datetime(2027, 8, 30, 10, tzinfo=UTC)
    await monde.cles.generate(SIREN, par="essai", chevauchement_jours=30)

    _, ancienne = await monde.cles.list_cles(SIREN)
    assert last_day(ancienne.expire_le) == date(2027, 8, 31)


async def test_a_third_live_key_is_refused_until_one_is_closed(monde: Monde) -> None:
    await monde.connect()
    await monde.cles.generate(SIREN, par="essai")
    with pytest.raises(ActeRefuse, match="Deux identifiants"):
        await monde.cles.generate(SIREN, par="essai")

    ancienne = (await monde.cles.list_cles(SIREN))[-1]
    await monde.cles.revoke(SIREN, ancienne.id, motif="Essai", par="essai")
    assert await monde.cles.generate(SIREN, par="essai")


async def test_generations_at_once_never_leave_three_live_keys(monde: Monde) -> None:
    await monde.connect()

    issues = await asyncio.gather(*(monde.cles.generate(SIREN, par="essai") for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(issue, ActeRefuse) for issue in issues) == 5
    assert len(await monde.cles.list_cles(SIREN)) == 2


@pytest.mark.parametrize(("mois", "admis"), [(5, False), (6, True), (36, True), (37, False)])
async def test_a_key_lives_from_6_to_36_months(monde: Monde, mois: int, admis: bool) -> None:
    await monde.actes.create_cfa(SIRET, denomination="CFA FICTIF")
    if admis:
        assert await monde.cles.generate(SIREN, par="essai", mois=mois)
    else:
        with pytest.raises(ActeRefuse):
            await monde.cles.generate(SIREN, par="essai", mois=mois)


@pytest.mark.parametrize(("jours", "admis"), [(-1, False), (0, True), (30, True), (31, False)])
async def test_an_overlap_goes_from_0_to_30_days(monde: Monde, jours: int, admis: bool) -> None:
    await monde.connect()
    if admis:
        assert await monde.cles.generate(SIREN, par="essai", chevauchement_jours=jours)
    else:
        with pytest.raises(ActeRefuse):
            await monde.cles.generate(SIREN, par="essai", chevauchement_jours=jours)


async def test_a_key_generated_on_31_august_for_six_months_ends_on_28_february(monde: Monde) -> None:
    await monde.actes.create_cfa(SIRET, denomination="CFA FICTIF")

    assert (await monde.cles.generate(SIREN, par="essai", mois=6)).dernier_jour == date(2027, 2, 28)


async def test_a_revocation_needs_a_reason_and_the_right_siren_and_happens_once(monde: Monde) -> None:
    await monde.connect()
    await monde.actes.create_cfa(AUTRE_SIRET, denomination="Autre CFA FICTIF")
    (cle,) = await monde.cles.list_cles(SIREN)

    with pytest.raises(ActeRefuse, match="motif"):
        await monde.cles.revoke(SIREN, cle.id, motif="  ", par="essai")
    with pytest.raises(ActeRefuse, match="n'a pas d'identifiant"):
        await monde.cles.revoke(AUTRE_SIREN, cle.id, motif="Essai", par="essai")
    await monde.cles.revoke(SIREN, cle.id, motif="Essai", par="essai")
    with pytest.raises(ActeRefuse, match="déjà révoqué"):
        await monde.cles.revoke(SIREN, cle.id, motif="Essai", par="essai")


async def test_the_use_of_a_key_is_noted_by_the_hour(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    monde.clock.instant = AT + timedelta(minutes=42)

    await acces.resolve(an_appel(await a_jeton(acces, editeur), cle))

    (lue,) = await monde.cles.list_cles(SIREN)
    assert lue.derniere_utilisation == AT


async def test_cfakeyinfo_answers_only_for_a_live_key_of_that_siren(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    par = await acces.resolve_jeton(an_appel(await a_jeton(acces, editeur), None))

    expire_le = await acces.key_info(SIREN, cle, par=par)

    assert expire_le is not None
    assert last_day(expire_le) == date(2027, 8, 31)
    assert await acces.key_info(AUTRE_SIREN, cle, par=par) is None
    assert await acces.key_info(SIREN, cle[:-1], par=par) is None
    assert await acces.key_info(SIREN, cle_api.compose("z" * 32, milieu=Milieu.ESSAI), par=par) is None
    (lue,) = await monde.cles.list_cles(SIREN)
    await monde.cles.revoke(SIREN, lue.id, motif="Essai", par="essai")
    assert await acces.key_info(SIREN, cle, par=par) is None


async def test_cfakeyinfo_is_throttled(monde: Monde) -> None:
    acces = monde.worker()
    par = Habilitation(editeur=1, editeur_nom="EXEMPLE", portee="", jkt=None, expire_le=AT)
    for _ in range(60):
        assert await acces.key_info(SIREN, "x", par=par) is None

    with pytest.raises(Refus) as refus:
        await acces.key_info(SIREN, "x", par=par)
    assert refus.value.statut == 429


async def test_a_secret_of_another_environment_is_refused_with_its_own_code(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    assert editeur.client_secret.startswith("test_")
    with pytest.raises(Refus) as refus:
        await monde.worker().issue_jeton(editeur.client_id, "prod_" + editeur.client_secret[5:])
    assert (refus.value.statut, refus.value.anomalies[0].code) == (401, "CLIENT_AUTRE_ENVIRONNEMENT")
    assert refus.value.complement["error"] == "invalid_client"


async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    acces = monde.worker()
    reponses = []
    for client_id, secret in ((editeur.client_id, "faux"), ("inconnu", "faux"), ("nul\0", "faux"), ("é", "\ud800")):
        with pytest.raises(Refus) as refus:
            await acces.issue_jeton(client_id, secret)
        reponses.append((refus.value.statut, refus.value.anomalies, refus.value.complement))

    assert reponses[0][0] == 401
    assert reponses[0][2]["error"] == "invalid_client"
    assert all(reponse == reponses[0] for reponse in reponses)


async def test_wrong_secrets_are_slowed_down_without_locking_the_editor_out(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    acces = monde.worker()
    statuts = []
    for _ in range(11):
        with pytest.raises(Refus) as refus:
            await acces.issue_jeton(editeur.client_id, "faux", adresse="192.0.2.66")
        statuts.append(refus.value.statut)

    assert statuts == [401] * 10 + [429]
    assert await acces.issue_jeton(editeur.client_id, editeur.client_secret, adresse="192.0.2.1")
    monde.secondes += 6
    assert await acces.issue_jeton(editeur.client_id, editeur.client_secret, adresse="192.0.2.66")


async def test_twenty_tokens_a_minute_and_no_more(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    acces = monde.worker()
    for _ in range(20):
        await a_jeton(acces, editeur)

    with pytest.raises(Refus) as refus:
        await a_jeton(acces, editeur)
    assert (refus.value.statut, refus.value.entetes["Retry-After"]) == (429, "3")
    assert refus.value.complement["error"]
    monde.secondes += 3
    assert await a_jeton(acces, editeur)


async def ask(acces: Acces, editeur: EditeurCree, *, preuve: str | None = None) -> Any:
    corps = (
        f"grant_type=client_credentials&client_id={editeur.client_id}&client_secret={editeur.client_secret}"
    ).encode()
    entetes = {} if preuve is None else {b"dpop": preuve.encode()}
    return await acces.issue_reponse(corps=corps, entetes=entetes, chemin="/oauth2/token")


async def test_a_token_request_is_answered_with_a_bearer_token(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()

    reponse = await ask(acces, editeur)

    assert (reponse.token_type, reponse.expires_in, reponse.scope) == ("Bearer", 3600, "api.read api.write")
    assert len(reponse.access_token) == 43
    assert await acces.resolve(an_appel(reponse.access_token, cle))


async def test_a_proof_is_verified_when_sent_and_serves_once_among_all_workers(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    preuve = a_preuve(EC, at=AT)
    reponse = await ask(monde.worker(), editeur, preuve=preuve)
    assert reponse.token_type == "Bearer"

    with pytest.raises(Refus) as refus:
        await ask(monde.worker(), editeur, preuve=preuve)
    assert (refus.value.statut, refus.value.anomalies[0].code) == (400, "PREUVE_DPOP_DEJA_VUE")
    assert refus.value.complement["error"] == "invalid_dpop_proof"
    with pytest.raises(Refus) as refus:
        await ask(monde.worker(), editeur, preuve=a_preuve(EC, at=AT, methode="GET"))
    assert refus.value.anomalies[0].code == "PREUVE_DPOP_INVALIDE"
    assert refus.value.complement["error_description"].isascii()


async def test_the_same_proof_sent_many_times_at_once_gives_one_token(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    preuve = a_preuve(EC, at=AT)
    workers = [monde.worker() for _ in range(8)]

    issues = await asyncio.gather(*(ask(w, editeur, preuve=preuve) for w in workers), return_exceptions=True)

    assert sum(not isinstance(issue, BaseException) for issue in issues) == 1


async def test_a_proof_of_a_client_that_is_not_recognised_is_not_kept(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    imposteur = EditeurCree(id=0, nom="x", client_id=editeur.client_id, client_secret="faux")
    preuve = a_preuve(EC, at=AT)
    with pytest.raises(Refus):
        await ask(monde.worker(), imposteur, preuve=preuve)

    assert await ask(monde.worker(), editeur, preuve=preuve)


async def test_when_required_a_request_without_proof_is_refused(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker(dpop_mode=ModeDpop.EXIGEE)

    with pytest.raises(Refus) as refus:
        await ask(acces, editeur)
    assert (refus.value.statut, refus.value.anomalies[0].code) == (400, "PREUVE_DPOP_ABSENTE")
    assert refus.value.complement["error"] == "invalid_dpop_proof"

    reponse = await ask(acces, editeur, preuve=a_preuve(EC, at=AT))
    assert reponse.token_type == "Bearer"
    assert await acces.resolve(an_appel(reponse.access_token, cle))


def a_bound_call(jeton: str, cle: str, *, jti: str, clef: ECKey = EC, **membres: Any) -> Appel:
    preuve = a_preuve(clef, methode="GET", url=f"{URL}/v1/dossiers", at=AT, jti=jti, jeton=jeton)
    return an_appel(jeton, cle, **{"autorisation": f"DPoP {jeton}", "preuve": preuve, **membres})


async def test_a_bound_token_works_only_with_fresh_proofs_of_its_key(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker(dpop_mode=ModeDpop.LIEE)
    reponse = await ask(acces, editeur, preuve=a_preuve(EC, at=AT))
    jeton = reponse.access_token
    assert reponse.token_type == "DPoP"

    appel = a_bound_call(jeton, cle, jti="un")
    assert await acces.resolve(appel)
    assert await code_of(acces, appel) == (401, "PREUVE_DPOP_DEJA_VUE")
    assert await acces.resolve(a_bound_call(jeton, cle, jti="deux"))
    assert await code_of(acces, an_appel(jeton, cle)) == (401, "JETON_LIE")
    assert await code_of(acces, a_bound_call(jeton, cle, jti="trois", preuve=None)) == (401, "JETON_LIE")
    autre = ECKey.generate_key("P-256", private=True)
    assert await code_of(acces, a_bound_call(jeton, cle, jti="quatre", clef=autre)) == (401, "JETON_LIE")
    ailleurs = a_bound_call(jeton, cle, jti="cinq", chemin="/v1/conventions")
    assert await code_of(acces, ailleurs) == (401, "PREUVE_DPOP_INVALIDE")


async def test_a_plain_token_does_not_come_with_the_dpop_scheme(monde: Monde) -> None:
    editeur, cle = await monde.connect()
    acces = monde.worker()
    jeton = await a_jeton(acces, editeur)

    assert await code_of(acces, a_bound_call(jeton, cle, jti="un")) == (401, "JETON_NON_LIE")


async def test_purging_deletes_what_is_over_and_nothing_else(monde: Monde) -> None:
    editeur = await monde.actes.create_editeur("Éditeur EXEMPLE")
    acces = monde.worker()
    await ask(acces, editeur, preuve=a_preuve(EC, at=AT))
    assert await acces.purge() == 0

    monde.clock.instant = AT + timedelta(minutes=6)
    assert await acces.purge() == 1  # the proof
    monde.clock.instant = AT + timedelta(hours=1)
    assert await acces.purge() == 1  # the token


@pytest.mark.parametrize("siret", ["73282932000075", "7328293200007", "", "abcdefghijklmn"])
async def test_a_cfa_with_an_invalid_siret_is_refused(monde: Monde, siret: str) -> None:
    with pytest.raises(ActeRefuse, match="SIRET"):
        await monde.actes.create_cfa(siret, denomination="CFA FICTIF")


async def test_a_cfa_has_one_siege_and_as_many_establishments_as_it_likes(monde: Monde) -> None:
    assert await monde.actes.create_cfa(SIRET, denomination="CFA FICTIF")
    with pytest.raises(ActeRefuse, match="déjà"):
        await monde.actes.create_cfa(SIRET, denomination="CFA FICTIF")
    assert not await monde.actes.create_cfa("73282932000017", denomination="Annexe FICTIVE", siege=False)

    ((organisme, sirets),) = await monde.actes.list_cfa()
    assert (organisme.siren, organisme.denomination, sirets) == (SIREN, "CFA FICTIF", [SIRET, "73282932000017"])


async def test_an_accrochage_needs_an_active_editor_a_known_cfa_and_is_opened_once(monde: Monde) -> None:
    editeur, _ = await monde.connect()

    with pytest.raises(ActeRefuse, match="déjà accrochés"):
        await monde.actes.open_accrochage(editeur.client_id, SIREN, par="essai")
    with pytest.raises(ActeRefuse, match="Aucun éditeur"):
        await monde.actes.open_accrochage("inconnu", SIREN, par="essai")
    with pytest.raises(ActeRefuse, match="Aucun CFA"):
        await monde.actes.open_accrochage(editeur.client_id, AUTRE_SIREN, par="essai")
    await monde.actes.suspend_editeur(editeur.client_id)
    await monde.actes.create_cfa(AUTRE_SIRET, denomination="Autre CFA FICTIF")
    with pytest.raises(ActeRefuse, match="suspendu"):
        await monde.actes.open_accrochage(editeur.client_id, AUTRE_SIREN, par="essai")


async def test_the_acts_on_a_suspended_accrochage_are_those_of_its_state(monde: Monde) -> None:
    editeur, _ = await monde.connect()
    suspend = {"par": "OPCO", "motif": "Essai", "acteur": "essai"}

    with pytest.raises(ActeRefuse, match="n'est pas suspendu"):
        await monde.actes.resume_accrochage(editeur.client_id, SIREN, par="OPCO", acteur="essai")
    with pytest.raises(ActeRefuse, match="motif"):
        await monde.actes.suspend_accrochage(editeur.client_id, SIREN, **{**suspend, "motif": " "})
    with pytest.raises(ActeRefuse, match="OPCO ou par le CFA"):
        await monde.actes.suspend_accrochage(editeur.client_id, SIREN, **{**suspend, "par": "MOI"})
    await monde.actes.suspend_accrochage(editeur.client_id, SIREN, **suspend)
    with pytest.raises(ActeRefuse, match="déjà suspendu"):
        await monde.actes.suspend_accrochage(editeur.client_id, SIREN, **suspend)


async def test_a_notification_is_sent_with_its_transaction_or_not_at_all(monde: Monde) -> None:
    await monde.connect()
    acces = monde.worker()
    async with watching(acces):
        generation = acces._cache.generation
        with contextlib.suppress(RuntimeError):
            async with monde.database.transaction() as tx:
                await store.notify(tx)
                raise RuntimeError
        await asyncio.sleep(0.1)
        assert acces._cache.generation == generation
