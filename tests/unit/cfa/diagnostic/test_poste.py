"""What the diagnostic finds on the machine itself."""

import io
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders.opco_factice import a_profil

from traitdunion.cfa.boite import EtatEnvoi
from traitdunion.cfa.boite.etats import say_compte
from traitdunion.cfa.diagnostic import donnees, poste
from traitdunion.cfa.diagnostic.modele import Constat, Niveau, bad, doubtful, exit_code, good
from traitdunion.lancement import codes
from traitdunion.norme import cle_api
from traitdunion.norme.cle_api import Milieu

MAINTENANT = datetime(2026, 9, 1, 8, tzinfo=UTC)


def only(constats: object) -> Constat:
    (un,) = list(constats)  # type: ignore[call-overload]
    assert isinstance(un, Constat)
    return un


def a_base(chemin: Path) -> Path:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(chemin) as base:
        base.execute("CREATE TABLE envoi (id INTEGER PRIMARY KEY, corps TEXT)")
        base.executemany("INSERT INTO envoi (corps) VALUES (?)", [("x" * 500,)] * 200)
    base.close()
    return chemin


def test_the_worst_finding_gives_the_exit_code() -> None:
    acces, reseau = bad("a", "b", "c", code=codes.ACCES), bad("a", "b", "c", code=codes.RESEAU)

    assert exit_code([]) == exit_code([good("a", "b"), doubtful("a", "b")]) == 0
    assert exit_code([reseau]) == 5
    assert exit_code([reseau, acces]) == 4
    assert exit_code([reseau, acces, bad("a", "b", "c")]) == 2


def test_a_word_that_means_nothing_is_told_with_the_one_that_was_meant() -> None:
    brut = {
        "profil_par_defaut": "afdas",
        "clef_api": "x",
        "afdas": {"api": "https://x", "scoope": "x", "opco": "afdas", "facturation": {"lieux": "Paris"}},
        "afdsa": {"zzz": 1},
    }
    constats = list(poste.check_cles_du_fichier(brut))

    assert {un.niveau for un in constats} == {Niveau.ATTENTION}
    dits = {un.phrase.split("»")[0].strip("« "): un.que_faire for un in constats}
    assert dits == {
        "clef_api": "Vouliez-vous dire « cle_api » ?",
        "scoope": "Vouliez-vous dire « scope » ?",
        "afdsa": "Vouliez-vous dire « afdas » ?",
        "lieux": "Vouliez-vous dire « lieu » ?",
    }


def test_a_word_like_no_other_is_kept_and_said() -> None:
    constat = only(poste.check_cles_du_fichier({"api": "https://x", "hippopotame": 1}))

    assert "sert à rien" in (constat.que_faire or "")


@pytest.mark.parametrize(
    ("cle", "niveau", "dit"),
    [
        (cle_api.compose("A" * 32, milieu=Milieu.PRODUCTION), Niveau.BON, "Bien formé."),
        (cle_api.compose("A" * 32, milieu=Milieu.ESSAI), Niveau.ATTENTION, "clé d'essai"),
        (cle_api.compose("A" * 32, milieu=Milieu.PRODUCTION)[:-1], Niveau.MAUVAIS, "mal recopié"),
        ("cle-d-un-autre-opco", Niveau.BON, "propre à cet OPCO"),
    ],
)
def test_a_key_is_looked_at_without_asking_anyone(cle: str, niveau: Niveau, dit: str) -> None:
    constat = only(poste.check_cle(a_profil(cle_api=cle)))

    assert constat.niveau is niveau
    assert dit in constat.phrase
    assert cle not in f"{constat}"


@pytest.mark.parametrize(("encodage", "niveau"), [("utf-8", Niveau.BON), ("ascii", Niveau.ATTENTION)])
def test_a_terminal_that_lacks_letters_is_told(encodage: str, niveau: Niveau) -> None:
    sortie = io.TextIOWrapper(io.BytesIO(), encoding=encodage)

    assert only(poste.check_terminal(sortie, {"NO_COLOR": "1"})).niveau is niveau


def test_the_company_s_proxy_and_certificates_are_said_without_their_password(tmp_path: Path) -> None:
    autorite = tmp_path / "autorité.pem"
    autorite.touch()
    environ = {"HTTPS_PROXY": "http://moi:motdepasse@relais:3128", "SSL_CERT_FILE": str(autorite)}

    relais, certificats = poste.check_relais(environ)
    assert "HTTPS_PROXY" in relais.phrase
    assert "motdepasse" not in f"{relais}"
    assert certificats.niveau is Niveau.BON
    assert only(poste.check_relais({"SSL_CERT_FILE": "/nulle/part.pem"})).niveau is Niveau.MAUVAIS
    assert list(poste.check_relais({})) == []


def test_a_folder_where_others_may_write_is_told(tmp_path: Path) -> None:
    fichier = tmp_path / "reglages" / "cfa.toml"
    fichier.parent.mkdir()
    fichier.touch()
    assert only(poste.check_fichier(fichier)).niveau is Niveau.BON

    fichier.parent.chmod(0o770)
    constat = only(poste.check_fichier(fichier))
    assert constat.niveau is Niveau.MAUVAIS
    assert "chmod 700" in (constat.que_faire or "")


def test_an_outbox_that_does_not_exist_is_not_spoken_of(tmp_path: Path) -> None:
    assert list(donnees.check_boite(tmp_path / "boite")) == []
    assert list(donnees.check_suivi(tmp_path / "suivi.db", MAINTENANT)) == []


def test_an_outbox_says_what_waits_in_it_and_that_a_sender_runs(tmp_path: Path) -> None:
    a_base(tmp_path / "boite" / "boite.db")

    (sain,) = donnees.check_boite(tmp_path / "boite")
    assert (sain.niveau, "bon état" in sain.phrase) == (Niveau.BON, True)
    compte, occupe = donnees.check_boite(
        tmp_path / "boite", count=lambda _: ["3 en attente", "1 incertain"], is_busy=lambda _: True
    )
    assert compte.phrase.endswith(": 3 en attente, 1 incertain.")
    assert "en cours" in occupe.phrase


def test_a_full_disk_is_told_before_it_hurts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_base(tmp_path / "boite" / "boite.db")
    monkeypatch.setattr(donnees, "PLACE_MIN_OCTETS", 2**62)

    assert "Mio sur ce disque" in next(donnees.check_boite(tmp_path / "boite")).phrase


def test_a_damaged_database_is_told_and_left_alone(tmp_path: Path) -> None:
    base = a_base(tmp_path / "boite" / "boite.db")
    with base.open("r+b") as ouverte:
        ouverte.seek(4096)
        ouverte.write(b"\xff" * 4096)
    avant = base.read_bytes()

    assert only(donnees.check_boite(tmp_path / "boite")).niveau is Niveau.MAUVAIS
    assert base.read_bytes() == avant
    assert only(donnees.check_suivi(base, MAINTENANT)).niveau is Niveau.MAUVAIS


def test_a_database_that_another_process_writes_is_sound(tmp_path: Path) -> None:
    base = a_base(tmp_path / "suivi.db")
    occupee = sqlite3.connect(base, isolation_level=None)
    occupee.execute("PRAGMA journal_mode=WAL")
    occupee.execute("BEGIN IMMEDIATE")
    occupee.execute("INSERT INTO envoi (corps) VALUES ('y')")

    assert donnees.is_sound(base)
    occupee.close()


@pytest.mark.parametrize(("jours", "niveau"), [(2, Niveau.BON), (3, Niveau.ATTENTION)])
def test_a_follow_up_left_alone_for_days_is_told(tmp_path: Path, jours: int, niveau: Niveau) -> None:
    base = a_base(tmp_path / "suivi.db")
    lu_le = datetime.fromtimestamp(base.stat().st_mtime, UTC)

    assert only(donnees.check_suivi(base, lu_le + timedelta(days=jours, hours=1))).niveau is niveau


def test_envois_are_counted_in_good_french() -> None:
    assert say_compte(1, EtatEnvoi.ACCEPTE) == "1 accepté"
    assert say_compte(2, EtatEnvoi.ACCEPTE) == "2 acceptés"
    assert say_compte(2, EtatEnvoi.EN_ATTENTE) == "2 en attente"
