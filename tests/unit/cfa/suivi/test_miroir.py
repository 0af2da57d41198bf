"""The mirror against an OPCO of paper: only what changed is read, nothing is missed, wherever it is cut."""

import multiprocessing
import os
import signal
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import stamina
from builders.opco_factice import API, a_profil, coupure
from builders.suivi.opco import OpcoVivant
from hypothesis import given, settings
from hypothesis import strategies as st

from traitdunion.cfa.client import ClientCfa
from traitdunion.cfa.errors import ErreurCfa, NoAnswer
from traitdunion.cfa.suivi import BilanSynchro, MiroirEndommage, Suivi, SynchroEnCours, Vue
from traitdunion.cfa.suivi.miroir import store
from traitdunion.cfa.suivi.miroir.base import locked

MIDI = datetime(2026, 10, 1, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def synchronise(
    opco: OpcoVivant, chemin: Path, *, at: datetime = MIDI, tout_relire: bool = False
) -> tuple[BilanSynchro, Vue]:
    """One synchronisation, then what is known."""
    with (
        Suivi.open(chemin, clock=lambda: at) as suivi,
        ClientCfa(a_profil(siren=None), transport=opco.transport) as client,
    ):
        bilan = suivi.synchroniser(client, tout_relire=tout_relire)
        return bilan, suivi.vue()


def facts(vue: Vue) -> Any:
    """What is known, without the instants at which it was seen."""
    brut = msgspec.to_builtins(vue)
    for liste in (brut["dossiers"], brut["factures"]):
        for un in liste:
            for instant in ("vu_le", "lu_le", "vue_le"):
                un.pop(instant, None)
    return brut["dossiers"], brut["factures"]


def a_facture(numero: str, *dossiers: int, echeance: str = "1", montant: float = 3200.0) -> dict[str, Any]:
    """An invoice of one line by dossier, as the norm writes it."""
    return {
        "numero": numero,
        "siretEmetteur": "32345678000010",
        "ibanEmetteur": "FR7630006000011234567890189",
        "lignes": [
            {
                "natureLigne": "PEDAGOGIE",
                "numeroEcheance": echeance,
                "numeroDossier": f"CA-{dossier:07d}",
                "montant": montant,
            }
            for dossier in dossiers
        ],
    }


@pytest.fixture
def chemin(tmp_path: Path) -> Path:
    return tmp_path / "suivi.db"


def test_a_first_synchronisation_reads_everything_and_the_next_one_nothing(chemin: Path) -> None:
    opco = OpcoVivant()
    for _ in range(120):
        opco.deposit()
    bilan, vue = synchronise(opco, chemin)

    assert (bilan.dossiers_lus, bilan.tout_relu) == (120, "première synchronisation")
    assert [un.numero_externe for un in vue.dossiers][:2] == ["CA-0000001", "CA-0000002"]
    assert len(opco.calls("/v2/dossiers/liste")) == 3

    opco.vues.clear()
    bilan, _ = synchronise(opco, chemin)
    assert bilan.dossiers_lus == 0
    assert [vue.url.path for vue in opco.vues] == ["/api/v2/evenements"]


def test_only_the_dossiers_that_the_feed_names_are_read(chemin: Path) -> None:
    opco = OpcoVivant()
    for _ in range(60):
        opco.deposit()
    synchronise(opco, chemin)
    opco.engage(7)
    opco.move(42, "REFUSE", "Trop jeune de deux ans.")
    opco.vues.clear()

    bilan, vue = synchronise(opco, chemin)

    assert bilan.dossiers_changes == 2
    (appel,) = opco.calls("/v2/dossiers/liste")
    assert sorted(appel.url.params["numerosInternes"].split(",")) == ["42", "7"]
    assert {un.numero_interne: un.etat for un in vue.dossiers if un.etat != "TRANSMIS"} == {
        "7": "ENGAGE",
        "42": "REFUSE",
    }
    assert next(un for un in vue.dossiers if un.numero_interne == "7").echeances[0].total == 320_000


def test_without_a_feed_the_states_are_compared_and_only_what_changed_is_read(chemin: Path) -> None:
    opco = OpcoVivant(fil=False, avoirs_lisibles=False)
    for _ in range(60):
        opco.deposit()
    synchronise(opco, chemin)
    opco.move(3, "EN_COURS_INSTRUCTION", "Attente d'information : le mandat.")
    opco.vues.clear()

    bilan, vue = synchronise(opco, chemin)

    assert not bilan.fil
    assert bilan.dossiers_lus == 1
    assert opco.calls("/v2/evenements") == []
    assert vue.dossiers[2].commentaire == "Attente d'information : le mandat."


def test_without_a_feed_an_echeancier_is_read_again_once_a_day(chemin: Path) -> None:
    opco = OpcoVivant(fil=False, avoirs_lisibles=False)
    for _ in range(3):
        opco.deposit()
    opco.engage(2)
    synchronise(opco, chemin)
    opco.dossiers[2]["echeances"][0]["montantRegle"] = 320_000

    assert synchronise(opco, chemin, at=MIDI + timedelta(hours=11))[0].dossiers_lus == 0
    bilan, vue = synchronise(opco, chemin, at=MIDI + timedelta(hours=13))  # past midnight in Paris

    assert bilan.dossiers_lus == 1
    assert vue.dossiers[1].echeances[0].regle == 320_000


def test_a_state_that_the_list_spells_otherwise_is_not_read_for_ever(chemin: Path) -> None:
    opco = OpcoVivant(fil=False, avoirs_lisibles=False)
    numero = opco.deposit()
    opco.move(numero, "RUPTU")
    _, vue = synchronise(opco, chemin)

    assert (vue.dossiers[0].etat, vue.dossiers[0].etat_brut) == ("RUPTURE", "RUPTU")
    assert synchronise(opco, chemin)[0].dossiers_lus == 0


def test_a_state_unknown_to_the_norm_is_kept_with_its_text(chemin: Path) -> None:
    opco = OpcoVivant()
    opco.move(opco.deposit(), "SUSPENDU")
    _, vue = synchronise(opco, chemin)

    assert (vue.dossiers[0].etat, vue.dossiers[0].etat_brut) == ("INCONNU", "SUSPENDU")


def test_an_opco_without_the_route_of_several_dossiers_is_read_one_by_one(chemin: Path) -> None:
    opco = OpcoVivant(liste=False)
    for _ in range(3):
        opco.deposit()
    _, vue = synchronise(opco, chemin)

    assert [un.apprenti for un in vue.dossiers] == ["EXEMPLE Ada1", "EXEMPLE Ada2", "EXEMPLE Ada3"]
    assert len(opco.calls("/v2/dossiers")) == 3


def test_an_opco_without_states_of_invoices_is_said_and_not_asked_again(chemin: Path) -> None:
    opco = OpcoVivant(fil=False, factures_lisibles=False)
    opco.deposit()
    bilan, vue = synchronise(opco, chemin)
    synchronise(opco, chemin)

    assert not bilan.factures_lisibles
    assert not vue.factures_lisibles
    assert len(opco.calls("/v2/factures/etats")) == 1


def test_a_cursor_that_expired_has_everything_read_again_and_it_is_told(chemin: Path) -> None:
    opco = OpcoVivant()
    for _ in range(3):
        opco.deposit()
    _, avant = synchronise(opco, chemin)
    opco.forget_cursors()
    opco.engage(2)

    bilan, vue = synchronise(opco, chemin)

    assert bilan.tout_relu == "l'OPCO ne reconnaissait plus notre place dans le fil des événements"
    assert bilan.dossiers_lus == 3
    assert vue.dossiers[1].etat == "ENGAGE"
    with Suivi.open(chemin) as suivi:  # events read twice are told once
        lus = suivi.list_historique("CA-0000002")
    assert lus is not None
    assert [un.apres for un in lus if un.champ == "evenement"] == ["Dossier_depose (1)", "Dossier_engage (3)"]
    assert avant.dossiers[1].etat == "TRANSMIS"


def test_the_history_says_what_was_and_what_is(chemin: Path) -> None:
    opco = OpcoVivant()
    numero = opco.deposit()
    synchronise(opco, chemin)
    opco.engage(numero)
    interne = opco.receive(a_facture("F-1", numero))
    synchronise(opco, chemin, at=MIDI + timedelta(days=1))
    opco.pay(interne, virement="VIR-1", le=date(2026, 10, 3))
    synchronise(opco, chemin, at=MIDI + timedelta(days=2))

    with Suivi.open(chemin) as suivi:
        dossier, facture = suivi.list_historique("CA-0000001"), suivi.list_historique("F-1")
        assert suivi.list_historique("CA-0000009") is None
    assert dossier is not None
    assert facture is not None
    dits = [(un.champ, un.avant, un.apres) for un in dossier if un.champ != "evenement"]
    assert ("etat_brut", "TRANSMIS", "ENGAGE") in dits
    assert ("echeance.1.en_cours", "320000", "0") in dits
    assert ("echeance.1.regle", "0", "320000") in dits
    assert ("virement", None, "VIR-1") in [(un.champ, un.avant, un.apres) for un in facture]
    assert dossier[-1].vu_le == MIDI + timedelta(days=2)


def test_payments_are_kept_by_virement_although_an_invoice_shows_its_last_one_only(chemin: Path) -> None:
    opco = OpcoVivant()
    opco.deposit()
    opco.engage(1, frais=(("Premierequipement", 1, 50_000),))
    facture = a_facture("F-1", 1)
    facture["lignes"].append({**facture["lignes"][0], "natureLigne": "PREMIEREQUIPEMENT", "montant": 500.0})
    interne = opco.receive(facture)
    opco.pay(interne, virement="VIR-1", le=date(2026, 10, 3), sauf=("PREMIEREQUIPEMENT",))
    synchronise(opco, chemin)
    opco.pay(interne, virement="VIR-2", le=date(2026, 11, 3))
    _, vue = synchronise(opco, chemin)

    assert [(un.virement, un.nature, un.montant) for un in vue.reglements] == [
        ("VIR-1", "PEDAGOGIE", 320_000),
        ("VIR-2", "PREMIEREQUIPEMENT", 50_000),
    ]
    assert vue.factures[0].etat == "REGLE"


def test_neither_nir_nor_handicap_nor_iban_is_written_anywhere(chemin: Path) -> None:
    opco = OpcoVivant()
    opco.engage(opco.deposit(nom="ÉLAN-FICTIF"))
    opco.receive(a_facture("F-1", 1))
    synchronise(opco, chemin)

    octets = b"".join(fichier.read_bytes() for fichier in chemin.parent.iterdir())
    assert "ÉLAN-FICTIF".encode() in octets
    for secret in (b"206059999999901", b"handicap", b"FR7630006000011234567890189", b"ibanEmetteur", b"IBAN"):
        assert secret not in octets
    for fichier in chemin.parent.iterdir():
        assert stat.S_IMODE(fichier.stat().st_mode) == 0o600


@pytest.mark.parametrize("abime", [b"pas une base", b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_mirror_is_told_and_made_again_on_demand(chemin: Path, abime: bytes) -> None:
    chemin.write_bytes(abime)
    with pytest.raises(MiroirEndommage, match="--tout-relire"):
        Suivi.open(chemin)
    Suivi.open(chemin, refaire=True).close()

    opco = OpcoVivant()
    opco.deposit()
    assert synchronise(opco, chemin)[0].dossiers_lus == 1


def test_a_mirror_of_another_version_is_told(chemin: Path) -> None:
    Suivi.open(chemin).close()
    with sqlite3.connect(chemin) as base:
        base.execute("PRAGMA user_version = 9")
    with pytest.raises(MiroirEndommage):
        Suivi.open(chemin)


def test_two_synchronisations_do_not_run_at_once(chemin: Path) -> None:
    opco = OpcoVivant()
    Suivi.open(chemin).close()
    with locked(chemin.with_name("suivi.db.verrou"), "prise"), pytest.raises(SynchroEnCours, match="en cours"):
        synchronise(opco, chemin)
    assert synchronise(opco, chemin)[0].dossiers_lus == 0


def test_reading_everything_again_keeps_the_history(chemin: Path) -> None:
    opco = OpcoVivant()
    opco.deposit()
    synchronise(opco, chemin)
    opco.engage(1)
    bilan, _ = synchronise(opco, chemin, tout_relire=True)

    assert bilan.tout_relu == "demandé"
    with Suivi.open(chemin) as suivi:
        lus = suivi.list_historique("CA-0000001")
    assert ("etat_brut", "TRANSMIS", "ENGAGE") in [(un.champ, un.avant, un.apres) for un in lus or ()]


def test_an_amount_that_is_no_whole_number_of_cents_leaves_its_dossier_aside_and_is_told(chemin: Path) -> None:
    opco = OpcoVivant()
    for _ in range(2):
        opco.engage(opco.deposit())
    opco.dossiers[1]["echeances"][0]["montantTotal"] = 3200.005
    bilan, vue = synchronise(opco, chemin)
    assert bilan.illisibles == ("CA-0000001",)
    assert [un.lu_le is None for un in vue.dossiers] == [True, False]

    opco.dossiers[1]["echeances"][0]["montantTotal"] = 320_000
    bilan, vue = synchronise(opco, chemin)  # it stayed noted
    assert (bilan.illisibles, vue.dossiers[0].engagement) == ((), 800_000)


def test_the_end_of_the_key_is_read_once_a_day(chemin: Path) -> None:
    opco = OpcoVivant()
    with Suivi.open(chemin, clock=lambda: MIDI) as suivi, ClientCfa(a_profil(), transport=opco.transport) as client:
        for _ in range(2):
            suivi.synchroniser(client)
        assert suivi.vue().cle_fin == date(2027, 9, 1)
    assert len(opco.calls("/v2/cfakeyinfo")) == 1


# Cut anywhere

ACTES = st.lists(st.tuples(st.sampled_from(["depot", "accord", "refus", "facture", "paiement"]), st.integers(0, 9)))


def live(opco: OpcoVivant, acte: str, rang: int) -> None:
    """One act, on what there is."""
    if acte == "depot" or not opco.dossiers:
        opco.deposit()
        return
    numero = rang % len(opco.dossiers) + 1
    if acte == "accord":
        opco.engage(numero)
    elif acte == "refus":
        opco.move(numero, "REFUSE", f"Motif {rang}.")
    elif acte == "facture" and opco.dossiers[numero]["echeances"]:
        opco.receive(a_facture(f"F-{len(opco.factures) + 1}", numero))
    elif acte == "paiement" and opco.factures:
        opco.pay(rang % len(opco.factures) + 1, virement=f"VIR-{rang}", le=date(2026, 10, 2))


@given(actes=ACTES, coupes=st.sets(st.integers(0, 20)), fil=st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_mirror_followed_in_any_cuts_is_the_one_read_at_once(
    tmp_path_factory: pytest.TempPathFactory, actes: list[tuple[str, int]], coupes: set[int], fil: bool
) -> None:
    dossier = tmp_path_factory.mktemp("miroir")
    opco = OpcoVivant(fil=fil, taille_page=2)
    for place, (acte, rang) in enumerate(actes):
        live(opco, acte, rang)
        if place in coupes:
            synchronise(opco, dossier / "suivi.db", at=MIDI + timedelta(days=place))
    _, suivi = synchronise(opco, dossier / "suivi.db", at=MIDI + timedelta(days=99))
    _, relu = synchronise(opco, dossier / "neuf.db", at=MIDI + timedelta(days=99))

    assert facts(suivi) == facts(relu)


def a_busy_opco(*, fil: bool) -> OpcoVivant:
    """Some of everything; pages of two, so that many calls are made."""
    opco = OpcoVivant(fil=fil, taille_page=2, liste=False)
    for acte, rang in [("depot", 0)] * 4 + [("accord", 0), ("accord", 2), ("facture", 0), ("facture", 2)]:
        live(opco, acte, rang)
    return opco


@pytest.mark.parametrize("fil", [True, False])
def test_whichever_call_fails_the_next_synchronisation_misses_nothing(tmp_path: Path, fil: bool) -> None:
    opco = a_busy_opco(fil=fil)
    synchronise(opco, tmp_path / "temoin.db")
    appels = len(opco.vues)
    assert appels >= 10
    for rang in range(appels):
        chemin = tmp_path / f"{rang}.db"
        opco.pannes = [None] * rang + [coupure(httpx.ReadError)]
        with pytest.raises(NoAnswer):
            synchronise(opco, chemin)
        opco.pannes = []
        live(opco, "paiement", rang)
        _, vue = synchronise(opco, chemin, at=MIDI + timedelta(days=1))
        _, relu = synchronise(opco, tmp_path / f"{rang}.neuf.db", at=MIDI + timedelta(days=1))
        assert facts(vue) == facts(relu), rang


def _die_at(chemin: Path, commit: int, *, fil: bool) -> None:
    """Synchronise, and be killed before or after a commit: odd and even numbers."""
    vus = 0
    veritable = store.write_meta if commit % 2 else store.unmark

    def fatal(*arguments: Any) -> None:
        nonlocal vus
        veritable(*arguments)
        vus += 1
        if vus > commit // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(store, veritable.__name__, fatal)
    synchronise(a_busy_opco(fil=fil), chemin)


@pytest.mark.parametrize("fil", [True, False])
@pytest.mark.parametrize("commit", range(8))
def test_killed_in_the_middle_of_a_transaction_it_goes_on_from_there(chemin: Path, commit: int, fil: bool) -> None:
    enfant = multiprocessing.get_context("fork").Process(target=_die_at, args=(chemin, commit), kwargs={"fil": fil})
    enfant.start()
    enfant.join()
    assert enfant.exitcode == -signal.SIGKILL
    opco = a_busy_opco(fil=fil)
    opco.engage(3)

    _, vue = synchronise(opco, chemin, at=MIDI + timedelta(days=1))
    _, relu = synchronise(opco, chemin.with_name("neuf.db"), at=MIDI + timedelta(days=1))

    assert facts(vue) == facts(relu)


@pytest.mark.parametrize(
    ("requete", "valeurs", "attendu"),
    [
        (store.TROUVER_DOSSIER, ("1",), "SEARCH dossier USING PRIMARY KEY"),
        (store.TROUVER_EXTERNE, ("CA-0000001",), "SEARCH dossier USING COVERING INDEX dossier_externe"),
        (store.TROUVER_FACTURE, ("1",), "SEARCH facture USING PRIMARY KEY"),
        (store.TROUVER_NUMERO, ("F-1",), "SEARCH facture USING COVERING INDEX facture_numero"),
        (store.A_RELIRE, ("2026-10-01",), "SEARCH dossier USING INDEX dossier_a_relire"),
        (store.A_LIRE, ("", 50), "SEARCH a_lire USING PRIMARY KEY"),
        (store.HISTORIQUE, ("DOSSIER", "1"), "SEARCH historique USING INDEX historique_objet"),
    ],
)
def test_the_hot_queries_walk_an_index_and_sort_nothing(
    chemin: Path, requete: str, valeurs: tuple[Any, ...], attendu: str
) -> None:
    base = store.open_miroir(chemin)
    plan = [ligne[3] for ligne in base.execute(f"EXPLAIN QUERY PLAN {requete}", valeurs)]
    base.close()

    assert len(plan) == 1
    assert plan[0].startswith(attendu)


def test_what_happened_on_the_stroke_of_midnight_is_an_instant_and_not_a_day(chemin: Path) -> None:
    opco = OpcoVivant()
    opco.deposit()
    opco.evenements[0]["survenuLe"] = "2026-09-02T00:00:00+00:00"
    synchronise(opco, chemin)

    with Suivi.open(chemin) as suivi:
        lus = suivi.list_historique("CA-0000001")
    assert lus is not None
    assert lus[0].survenu_le == datetime(2026, 9, 2, tzinfo=UTC)


def test_a_dossier_of_another_shape_does_not_keep_the_others_from_being_read(chemin: Path) -> None:
    opco = OpcoVivant()
    for _ in range(3):
        opco.engage(opco.deposit())
    opco.dossiers[2]["echeances"][0]["dateOuverture"] = "bientôt"
    bilan, vue = synchronise(opco, chemin)

    assert bilan.illisibles == ("CA-0000002",)
    assert [un.lu_le is None for un in vue.dossiers] == [False, True, False]


def test_a_mirror_is_of_one_server_only(tmp_path: Path) -> None:
    chemin, opco, autre = tmp_path / "suivi.db", OpcoVivant(), OpcoVivant()
    opco.deposit()
    with Suivi.open(chemin, clock=lambda: MIDI) as suivi:
        ailleurs = a_profil(siren=None, api=f"{API}/essai")
        with ClientCfa(ailleurs, transport=at_essai(opco)) as client:
            suivi.synchroniser(client)
        avant = suivi.vue()
        with ClientCfa(a_profil(siren=None), transport=autre.transport) as client:
            with pytest.raises(ErreurCfa, match="--tout-relire"):
                suivi.synchroniser(client)
            assert (autre.vues, facts(suivi.vue())) == ([], facts(avant))
            suivi.synchroniser(client, tout_relire=True)  # a person says that it is the same OPCO, elsewhere
            assert suivi.vue().dossiers == ()
            suivi.synchroniser(client)


def at_essai(opco: OpcoVivant) -> httpx.MockTransport:
    """The same OPCO, under another address."""

    def serve(request: httpx.Request) -> httpx.Response:
        return opco(httpx.Request(request.method, str(request.url).replace("/essai", ""), content=request.content))

    return httpx.MockTransport(serve)
