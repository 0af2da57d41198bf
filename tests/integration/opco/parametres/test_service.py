"""The parameters that the OPCO sets: kept, told to every worker within seconds, withdrawn, never rewritten."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from builders.envois import a_depot, to_json
from builders.serveur import SIREN, Serveur

from traitdunion.norme.parametres import LIVRES
from traitdunion.opco.parametres import ParametreRefuse, ParametresOpco, service
from traitdunion.opco.parametres.service import seen
from traitdunion.opco.socle.clock import FixedClock
from traitdunion.opco.socle.database import ROLE_SERVICE, Database

pytestmark = pytest.mark.anyio
MAINTENANT = datetime(2026, 9, 5, 8, 30, tzinfo=UTC)
AUJOURDHUI, DEMAIN, HIER = date(2026, 9, 5), date(2026, 9, 6), date(2026, 9, 4)
QUOI: dict[str, Any] = {"source": "Décision EXEMPLE", "par": "compte:1"}


def a_worker(database: Database) -> ParametresOpco:
    """The parameters as one worker process knows them."""
    return ParametresOpco(database=database, clock=FixedClock(MAINTENANT))


async def _lines(database: Database, requete: str) -> list[tuple[Any, ...]]:
    async with database.connection() as conn:
        return await (await conn.execute(requete)).fetchall()


async def test_without_anything_set_the_values_are_those_of_the_product(database: Database) -> None:
    parametres = a_worker(database)
    await parametres.refresh()
    assert parametres.en_vigueur.at(AUJOURDHUI) == LIVRES.at(AUJOURDHUI)
    assert (await parametres.read_now()).at(AUJOURDHUI) == LIVRES.at(AUJOURDHUI)


async def test_a_value_holds_from_its_day_and_leaves_a_row_and_a_line_of_the_log(database: Database) -> None:
    parametres = a_worker(database)
    numero = await parametres.set_valeur(
        "parts_annee", valeur=[30, 30, 30, 10], valable_du=DEMAIN, commentaire="  Essai  EXEMPLE ", **QUOI
    )
    assert parametres.en_vigueur.at(AUJOURDHUI).parts_annee == (40, 30, 20, 10)
    assert parametres.en_vigueur.at(DEMAIN).parts_annee == (30, 30, 30, 10)
    (ligne,) = await parametres.list_historique("parts_annee")
    assert (ligne.id, ligne.valeur, ligne.source, ligne.commentaire, ligne.retire_le) == (
        numero,
        [30, 30, 30, 10],
        "Décision EXEMPLE",
        "Essai EXEMPLE",
        None,
    )
    assert await _lines(database, "SELECT acteur, acte, objet, donnees FROM journal") == [
        (
            "compte:1",
            "PARAMETRE_POSE",
            "parametre:parts_annee",
            {"valeur": numero, "valable_du": "2026-09-06", "pose": [30, 30, 30, 10], "avant": [40, 30, 20, 10]},
        )
    ]


@pytest.mark.parametrize(
    ("cle", "changes", "phrase"),
    [
        ("inconnu", {}, "n'existe pas"),
        ("solde_mois", {"valeur": 25}, "entre 1 et 24"),
        ("solde_mois", {"source": "  "}, "source juridique"),
        ("solde_mois", {"source": "x" * 1001}, "1000 caractères"),
        ("solde_mois", {"commentaire": "x\0"}, "1000 caractères"),
        ("solde_mois", {"valable_du": date(2017, 12, 31)}, "Donnez une date du 01/01/2018"),
        ("solde_mois", {"valable_du": date(2100, 1, 1)}, "au 31/12/2099"),
        ("solde_mois", {"valable_du": HIER}, "Cette date est passée"),
        ("instruction_jours", {"valeur": 18}, "alertes"),
        (
            "smic_mensuel",
            {"valeur": 182_303, "valable_du": date(2026, 1, 1), "retroactif": True, "source": None},
            "déjà",
        ),
    ],
)
async def test_what_cannot_be_set_is_refused_with_a_sentence_and_writes_nothing(
    database: Database, cle: str, changes: dict[str, Any], phrase: str
) -> None:
    if "source" in changes and changes["source"] is None:
        livree = LIVRES.in_force("smic_mensuel", AUJOURDHUI)
        assert livree is not None
        changes = {**changes, "source": livree.source}
    with pytest.raises(ParametreRefuse, match=phrase):
        await a_worker(database).set_valeur(cle, **{"valeur": 5, "valable_du": DEMAIN, **QUOI, **changes})
    assert await _lines(database, "SELECT count(*) FROM parametre") == [(0,)]
    assert await _lines(database, "SELECT count(*) FROM journal") == [(0,)]


async def test_today_needs_no_further_word_and_yesterday_does(database: Database) -> None:
    parametres = a_worker(database)
    texte = {"source": "Décision EXEMPLE", "commentaire": ""}
    assert not (await parametres.prepare("solde_mois", valeur=5, valable_du=AUJOURDHUI, **texte)).retroactif
    assert (await parametres.prepare("solde_mois", valeur=5, valable_du=HIER, **texte)).retroactif
    await parametres.set_valeur("solde_mois", valeur=5, valable_du=HIER, retroactif=True, **QUOI)
    assert parametres.en_vigueur.at(HIER).solde_mois == 5


async def test_who_confirms_is_told_what_comes_before_and_after(database: Database) -> None:
    projet = await a_worker(database).prepare(
        "smic_mensuel", valeur=181_000, valable_du=date(2025, 3, 1), source="EXEMPLE", commentaire=""
    )
    assert projet.avant is not None
    assert projet.suivante is not None
    assert (projet.avant.valeur, projet.suivante.valeur) == (180_180, 182_303)


async def test_a_second_value_of_the_same_day_replaces_the_first_which_stays_in_the_history(database: Database) -> None:
    parametres = a_worker(database)
    await parametres.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
    await parametres.set_valeur("solde_mois", valeur=6, valable_du=DEMAIN, **QUOI)
    assert parametres.en_vigueur.at(DEMAIN).solde_mois == 6
    nouvelle, ancienne = await parametres.list_historique("solde_mois")
    assert (nouvelle.valeur, nouvelle.retire_le) == (6, None)
    assert (ancienne.valeur, ancienne.retire_le) == (5, MAINTENANT)


async def test_a_withdrawal_brings_the_value_before_back_and_says_why(database: Database) -> None:
    parametres = a_worker(database)
    numero = await parametres.set_valeur("solde_mois", valeur=5, valable_du=AUJOURDHUI, **QUOI)
    for champs, phrase in (
        ({"motif": " "}, "pourquoi"),
        ({"motif": "Erreur"}, "déjà appliquée"),
    ):
        with pytest.raises(ParametreRefuse, match=phrase):
            await parametres.withdraw_valeur("solde_mois", numero, par="compte:2", **champs)
    with pytest.raises(ParametreRefuse, match="n'existe pas"):
        await parametres.withdraw_valeur("maintien_rupture_mois", numero, motif="Erreur", par="compte:2")
    await parametres.withdraw_valeur("solde_mois", numero, motif="Erreur", par="compte:2", retroactif=True)
    assert parametres.en_vigueur.at(AUJOURDHUI).solde_mois == 4
    (ligne,) = await parametres.list_historique("solde_mois")
    assert (ligne.retire_par, ligne.motif_retrait) == ("compte:2", "Erreur")
    with pytest.raises(ParametreRefuse, match="déjà retirée"):
        await parametres.withdraw_valeur("solde_mois", numero, motif="Erreur", par="compte:2", retroactif=True)
    actes = await _lines(database, "SELECT acte, objet FROM journal ORDER BY id")
    assert actes == [("PARAMETRE_POSE", "parametre:solde_mois"), ("PARAMETRE_RETIRE", "parametre:solde_mois")]


async def test_what_is_to_come_is_withdrawn_without_a_further_word(database: Database) -> None:
    parametres = a_worker(database)
    numero = await parametres.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
    await parametres.withdraw_valeur("solde_mois", numero, motif="Erreur", par="compte:2")
    assert parametres.en_vigueur.at(DEMAIN).solde_mois == 4


async def test_a_withdrawal_that_would_leave_a_contradiction_is_refused(database: Database) -> None:
    parametres = a_worker(database)
    alertes = await parametres.set_valeur("instruction_alertes_jours", valeur=[5, 8], valable_du=AUJOURDHUI, **QUOI)
    await parametres.set_valeur("instruction_jours", valeur=10, valable_du=AUJOURDHUI, **QUOI)
    with pytest.raises(ParametreRefuse, match="alertes"):
        await parametres.withdraw_valeur(
            "instruction_alertes_jours", alertes, motif="Erreur", par="compte:1", retroactif=True
        )
    assert parametres.en_vigueur.at(AUJOURDHUI).instruction_alertes_jours == (5, 8)


async def test_of_two_persons_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    un, autre = a_worker(database), a_worker(database)
    issues = await asyncio.gather(
        un.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, vu=0, **QUOI),
        autre.set_valeur("solde_mois", valeur=6, valable_du=DEMAIN, vu=0, **QUOI),
        return_exceptions=True,
    )
    (refus,) = [issue for issue in issues if isinstance(issue, BaseException)]
    assert isinstance(refus, ParametreRefuse)
    assert "quelqu'un d'autre" in str(refus)
    lignes = await un.list_historique("solde_mois")
    assert len(lignes) == 1
    await autre.set_valeur("solde_mois", valeur=7, valable_du=DEMAIN, vu=seen(lignes), **QUOI)
    assert seen(await un.list_historique("solde_mois")) == 3


async def test_another_worker_sees_a_change_at_its_next_look_and_reads_nothing_when_there_is_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "REGARD_SECONDES", 0.05)
    un, autre = a_worker(database), a_worker(database)
    regard = asyncio.create_task(autre.watch())
    try:
        numero = await un.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
        await _until(lambda: autre.en_vigueur.at(DEMAIN).solde_mois == 5)
        connues = autre.en_vigueur
        await asyncio.sleep(0.2)
        assert autre.en_vigueur is connues, "nothing changed: nothing is read again"
        await un.withdraw_valeur("solde_mois", numero, motif="Erreur", par="compte:1")
        await _until(lambda: autre.en_vigueur.at(DEMAIN).solde_mois == 4)
    finally:
        regard.cancel()


async def _until(vrai: Any) -> None:
    for _ in range(200):
        if vrai():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not seen within 10 s")


async def test_what_cannot_be_read_leaves_the_values_known_before(database: Database) -> None:
    parametres = a_worker(database)
    await parametres.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
    insere = (
        "INSERT INTO parametre (cle, valable_du, valeur, source, commentaire, pose_par, pose_le)"
        " VALUES (%s, '2026-01-01', '99', 'EXEMPLE', '', 'essai', now())"
    )
    async with database.connection() as conn:
        await conn.execute(insere, ("parametre_d_une_autre_version",))
    await parametres.refresh()
    assert parametres.en_vigueur.at(DEMAIN).solde_mois == 5, "a key of another release is nothing to this one"
    async with database.connection() as conn:
        await conn.execute(insere, ("maintien_rupture_mois",))
    await parametres.refresh()
    assert parametres.en_vigueur.at(DEMAIN).maintien_rupture_mois == 6
    assert parametres.en_vigueur.at(DEMAIN).solde_mois == 5


async def test_without_its_database_a_worker_keeps_what_it_knows(database_url: str) -> None:
    async with Database.open(database_url, min_size=1, max_size=2) as database:
        parametres = a_worker(database)
        await parametres.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
    await parametres.refresh()  # the pools are closed
    assert parametres.en_vigueur.at(DEMAIN).solde_mois == 5


async def test_the_role_of_the_server_withdraws_and_rewrites_nothing(database_url: str) -> None:
    async with Database.open(database_url, min_size=1, max_size=2, role=ROLE_SERVICE) as database:
        parametres = a_worker(database)
        numero = await parametres.set_valeur("solde_mois", valeur=5, valable_du=DEMAIN, **QUOI)
        await parametres.withdraw_valeur("solde_mois", numero, motif="Erreur", par="compte:1")
        for requete in ("UPDATE parametre SET valeur = '6'", "DELETE FROM parametre", "TRUNCATE parametre"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await _lines(database, requete)


async def test_deposits_are_judged_within_seconds_by_what_was_set_in_the_back_office(serveur: Serveur) -> None:
    corps = to_json(a_depot())

    def codes() -> set[str]:
        return {un.code for un in serveur.services.depots.check(corps, siren=SIREN)}

    assert "SALAIRE_EMBAUCHE_INSUFFISANT" not in codes()
    await serveur.portail.parametres.set_valeur(
        "smic_mensuel", valeur=900_000, valable_du=date(2026, 1, 1), retroactif=True, **QUOI
    )
    await _until(lambda: "SALAIRE_EMBAUCHE_INSUFFISANT" in codes())
