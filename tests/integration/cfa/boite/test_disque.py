"""What the disk does to a box: full, damaged, gone; two senders; a clock that jumps; queries that stay short."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from builders.pairs import opco_modele
from builders.pairs.boites import Horloge, a_convention, a_corps, a_pdf, killed_at, open_box, put_in
from builders.pairs.opco_modele import OpcoModele

from traitdunion.cfa.boite import Arret, Boite, BoiteEndommagee, BoiteOccupee, BoitePleine, EtatEnvoi
from traitdunion.cfa.boite.disque import pannes, requetes, schema, verrou

AVANT_L_ENVOI = ("fichier_ecrit", "fichier_range", "mise_en_boite")


def drain(boite: Boite, opco: OpcoModele) -> None:
    with opco.client() as client:
        boite.drain(client, attendre=True)


@contextmanager
def files_no_longer_than(octets: int) -> Iterator[None]:
    """A disk that takes nothing more: writes beyond this size fail, as they do when it is full."""
    doux, dur = resource.getrlimit(resource.RLIMIT_FSIZE)
    ancien = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, dur))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (doux, dur))
        signal.signal(signal.SIGXFSZ, ancien)


# Full


def test_a_full_disk_while_a_file_is_copied_leaves_nothing_behind(boite: Boite, tmp_path: Path) -> None:
    put_in(boite, 0)
    with files_no_longer_than(100_000), pytest.raises(BoitePleine, match="Libérez de la place"):
        boite.enqueue_dossier(a_corps(1), convention=a_convention(1), fichier=a_pdf(contenu=b"x" * 200_000))
    assert len(list(boite.list_envois())) == 2
    assert len(list((tmp_path / "boite" / "fichiers").iterdir())) == 1
    assert boite.check() == []
    put_in(boite, 1)
    assert len(list(boite.list_envois())) == 4


def test_a_full_database_takes_nothing_by_half_and_goes_on_afterwards(boite: Boite, opco: OpcoModele) -> None:
    put_in(boite, 0)
    conn = boite._store.connection
    (pages,) = conn.execute("PRAGMA page_count").fetchone()
    conn.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(BoitePleine):  # noqa: PT012 - one of them is too much, whichever
        for rang in range(1, 50):
            put_in(boite, rang)
    mis = len(list(boite.dossiers()))
    assert len(list(boite.list_envois())) == 2 * mis
    conn.execute("PRAGMA max_page_count=1000000")
    put_in(boite, 60)
    drain(boite, opco)
    assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2 * (mis + 1)


@pytest.mark.parametrize("octets", [0, 4_096, 20_000, 40_000, 60_000, 80_000, 110_000])
def test_a_box_begun_on_a_full_disk_is_not_there_or_is_whole(tmp_path: Path, octets: int, opco: OpcoModele) -> None:
    with files_no_longer_than(octets), contextlib.suppress(BoitePleine, BoiteEndommagee), open_box(tmp_path):
        pass
    with open_box(tmp_path) as boite:  # once there is room again
        assert boite.check() == []
        put_in(boite)
        drain(boite, opco)
        assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
    assert not list((tmp_path / "boite").glob(".neuve-*"))


@pytest.mark.parametrize("octets", [0, 4_096, 20_000, 40_000])
def test_a_disk_that_fills_up_while_sending_loses_nothing(tmp_path: Path, octets: int) -> None:
    opco, horloge = OpcoModele(reconnait=False), Horloge()
    with open_box(tmp_path, horloge) as boite:
        for rang in range(5):
            put_in(boite, rang)
    with open_box(tmp_path, horloge) as boite, files_no_longer_than(octets), pytest.raises(BoitePleine):  # noqa: PT012
        for _ in range(20):
            drain(boite, opco)
            put_in(boite, len(list(boite.dossiers())))
    horloge.pass_(7_200)
    with open_box(tmp_path, horloge) as boite:
        assert boite.check() == []
        drain(boite, opco)
        for envoi in [e for e in boite.list_envois(etats=[EtatEnvoi.INCERTAIN]) if e.attend_personne]:
            fichiers = [fichier for _, _, fichier in opco.pieces]
            assert f"convention {(envoi.id - 2) // 2}".encode() in b" ".join(fichiers)
            boite.rattacher(envoi.id, numero_interne="999")
        drain(boite, opco)
        mis = len(list(boite.dossiers()))
        assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2 * mis
    assert (opco.doubles(), len(opco.depots), len(opco.pieces)) == ([], mis, mis)


# Damaged


@pytest.mark.parametrize("contenu", [b"", b"pas une base", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_told_and_never_made_again(tmp_path: Path, contenu: bytes) -> None:
    with open_box(tmp_path) as boite:
        put_in(boite)
    base = tmp_path / "boite" / "boite.db"
    base.write_bytes(contenu)
    with pytest.raises(BoiteEndommagee, match="sauvegarde"):
        open_box(tmp_path)
    assert base.read_bytes() == contenu


def test_a_database_that_is_gone_while_its_files_are_there_is_told(tmp_path: Path) -> None:
    with open_box(tmp_path) as boite:
        put_in(boite)
    (tmp_path / "boite" / "boite.db").unlink()
    with pytest.raises(BoiteEndommagee, match="disparu"):
        open_box(tmp_path)
    assert not (tmp_path / "boite" / "boite.db").exists()


def test_another_programs_database_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "boite").mkdir()
    with sqlite3.connect(tmp_path / "boite" / "boite.db") as conn:
        conn.execute("CREATE TABLE autre (id INTEGER)")
    conn.close()
    with pytest.raises(BoiteEndommagee, match="n'en est pas une"):
        open_box(tmp_path)


def test_a_box_of_the_first_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path, opco: OpcoModele) -> None:
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with open_box(tmp_path) as ancienne:
            put_in(ancienne)
    with open_box(tmp_path) as boite:
        drain(boite, opco)
        assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2


def test_a_box_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with open_box(tmp_path) as boite:
        boite._store.connection.execute("PRAGMA user_version=99")
    with pytest.raises(BoiteEndommagee, match="plus récente"):
        open_box(tmp_path)


@pytest.mark.parametrize("degat", ["efface", "change", "base"])
def test_a_payload_that_is_no_longer_what_was_put_in_is_not_sent(
    boite: Boite, opco: OpcoModele, tmp_path: Path, degat: str
) -> None:
    put_in(boite)
    (fichier,) = (tmp_path / "boite" / "fichiers").iterdir()
    if degat == "efface":
        fichier.unlink()
    elif degat == "change":
        fichier.write_bytes(fichier.read_bytes()[:-1] + b"?")
    else:
        conn = boite._store.connection
        conn.execute("DROP TRIGGER envoi_fige")
        conn.execute("UPDATE envoi SET corps = x'7b7d' WHERE id = 1")
    assert boite.check() == [1 if degat == "base" else 2]
    drain(boite, opco)
    (envoi,) = boite.list_envois(etats=[EtatEnvoi.REFUSE])
    assert envoi.code == "ENVOI_ALTERE"
    assert "Remettez" in (envoi.message or "")
    assert len(opco.pieces) == 0
    assert len(opco.depots) == (0 if degat == "base" else 1)


def test_a_damaged_file_is_mended_when_the_same_is_put_in_again(boite: Boite, tmp_path: Path) -> None:
    put_in(boite)
    (fichier,) = (tmp_path / "boite" / "fichiers").iterdir()
    fichier.write_bytes(b"?")
    put_in(boite)
    assert boite.check() == []


@pytest.mark.parametrize("reconnait", [True, False])
def test_a_box_that_comes_back_from_a_backup_reads_back_before_it_sends(tmp_path: Path, reconnait: bool) -> None:
    opco, horloge = OpcoModele(reconnait=reconnait), Horloge()
    base = tmp_path / "boite" / "boite.db"
    with open_box(tmp_path, horloge) as boite:
        put_in(boite, 0)
        put_in(boite, 1)
        boite._store.checkpoint()
        sauvegarde = base.read_bytes()
        opco.avant = [None, None, opco_modele.REFUS_METIER]
        drain(boite, opco)
    for suffixe in ("-wal", "-shm"):
        base.with_name(base.name + suffixe).unlink(missing_ok=True)
    base.write_bytes(sauvegarde)
    with open_box(tmp_path, horloge) as boite:
        assert boite.doubt() == 2
        drain(boite, opco)
        assert boite.find(1).etat is boite.find(3).etat is EtatEnvoi.ACCEPTE
        assert boite.list_journal(1)[-1].detail == "retrouvé par relecture, CA-0000001"
    assert (opco.doubles(), len(opco.depots)) == ([], 2)


# Killed


@pytest.mark.parametrize("point", AVANT_L_ENVOI)
def test_a_death_while_putting_in_leaves_all_or_nothing(tmp_path: Path, point: str, opco: OpcoModele) -> None:
    boite = open_box(tmp_path)
    with killed_at(boite, lambda ici: ici == point) as ou:
        put_in(boite)
    assert ou == [point]
    with open_box(tmp_path) as boite:
        assert list(boite.list_envois()) == []
        assert not put_in(boite).deja
        drain(boite, opco)
        assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
        assert len(list((tmp_path / "boite" / "fichiers").glob("[0-9a-f]*"))) == 1


@pytest.mark.parametrize("reconnait", [True, False])
@pytest.mark.parametrize("point", [point for point in pannes.POINTS if point not in AVANT_L_ENVOI])
@pytest.mark.parametrize("fois", [1, 2])
def test_a_death_while_sending_neither_loses_nor_doubles(
    tmp_path: Path, point: str, fois: int, reconnait: bool
) -> None:
    opco, horloge = OpcoModele(reconnait=reconnait), Horloge()
    opco.apres = [opco_modele.perdue]  # so that something is read back
    vus: list[str] = []
    boite = open_box(tmp_path, horloge)
    put_in(boite)

    def meurt(ici: str) -> bool:
        vus.append(ici)
        return vus.count(point) == fois

    with killed_at(boite, meurt) as ou:
        drain(boite, opco)
        boite.close()
    # Some are passed once only: dying at the second passage is then never dying.
    assert ou == [point] or fois == 2
    with open_box(tmp_path, horloge) as boite:
        drain(boite, opco)
        for envoi in [e for e in boite.list_envois() if e.attend_personne]:
            if opco.pieces:
                boite.rattacher(envoi.id, numero_interne="1")
            else:
                boite.relancer(envoi.id, apres_verification=True)
        drain(boite, opco)
        assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
    assert (len(opco.depots), len(opco.pieces)) == (1, 1)


def test_a_real_sender_killed_by_sigkill_leaves_an_uncertain_envoi(tmp_path: Path, opco: OpcoModele) -> None:
    with open_box(tmp_path) as boite:
        put_in(boite)
    programme = textwrap.dedent("""
        import sys
        sys.path.insert(0, sys.argv[2])
        from pathlib import Path
        from builders.pairs.boites import open_box
        from builders.pairs.opco_modele import OpcoModele
        with open_box(Path(sys.argv[1])) as boite, OpcoModele().client() as client:
            boite.drain(client)
    """)
    essais = str(Path(__file__).resolve().parents[3])
    journal = tmp_path / "tues"
    fait = subprocess.run(
        [sys.executable, "-c", programme, str(tmp_path), essais],
        env={
            **os.environ,
            "TRAITDUNION_CFA_PANNES": "apres_reponse:1",
            "TRAITDUNION_CFA_PANNES_JOURNAL": str(journal),
        },
        check=False,
    )
    assert (fait.returncode, journal.read_text()) == (-signal.SIGKILL, "apres_reponse\n")
    with open_box(tmp_path) as boite:
        assert boite.find(1).etat is EtatEnvoi.EN_COURS
        with pytest.raises(Exception, match="peut-être déjà chez l'OPCO"):
            boite.relancer(1)  # nobody holds the lock: told as uncertain
        assert boite.find(1).etat is EtatEnvoi.INCERTAIN
        assert boite.check() == []


# Two senders


def test_a_second_sender_does_nothing_and_says_so(boite: Boite, opco: OpcoModele, tmp_path: Path) -> None:
    put_in(boite)
    with verrou.held(tmp_path / "boite"), pytest.raises(BoiteOccupee, match=str(os.getpid())):
        drain(boite, opco)
    assert opco.recus == []
    drain(boite, opco)
    assert len(opco.depots) == 1


def test_a_person_may_decide_while_another_process_sends(boite: Boite, tmp_path: Path) -> None:
    put_in(boite)
    with verrou.held(tmp_path / "boite"):
        assert len(boite.abandonner(1)) == 2


def test_what_a_living_sender_has_in_hand_is_not_said_uncertain(boite: Boite, opco: OpcoModele, tmp_path: Path) -> None:
    put_in(boite)
    vus = []

    def regarder(request: httpx.Request) -> httpx.Response:
        with open_box(tmp_path) as autre:
            with pytest.raises(Exception, match="en cours"):
                autre.abandonner(1)
            vus.append(autre.find(1).etat)
        return opco_modele.perdue(request)

    opco.apres = [regarder]
    drain(boite, opco)
    assert vus == [EtatEnvoi.EN_COURS]


# Clock


@pytest.mark.parametrize("saut", [-86_400 * 3650, -3_600, 3_600, 86_400 * 3650])
def test_a_clock_that_jumps_neither_blocks_nor_hammers(
    boite: Boite, opco: OpcoModele, horloge: Horloge, saut: int
) -> None:
    put_in(boite)
    opco.avant = [opco_modele.QUOTA_429]
    with opco.client() as client:
        assert boite.drain(client).arret is Arret.ATTENTE
        horloge.jump(saut)
        boite.drain(client, attendre=True)
    assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
    assert sum(horloge.dormi) <= 22


def test_a_jump_during_a_drain_is_not_felt(boite: Boite, opco: OpcoModele, horloge: Horloge) -> None:
    put_in(boite)

    def sauter(request: httpx.Request) -> httpx.Response:
        horloge.mur = datetime(2001, 1, 1, tzinfo=UTC)
        return opco_modele.ATTENDRE_503(request)

    opco.avant = [sauter]
    drain(boite, opco)
    assert boite.count_etats()[EtatEnvoi.ACCEPTE] == 2
    assert sum(horloge.dormi) < 60


# Queries


@pytest.mark.parametrize(
    ("requete", "valeurs"),
    [
        (requetes.PRET, (0,)),
        (requetes.INCERTAINS, (0, 10)),
        (requetes.PROCHAIN, ()),
        (requetes.BLOQUER, (1,)),
        (requetes.NUMERO_PRIS, ("DOSSIER", "1", 1)),
        (requetes.DOCUMENT_PRIS, ("CONVENTION", "1", 1, "1")),
        (requetes.RECALER, {"le": 0}),
        (requetes.DOSSIER_DE, ("s",)),
        (requetes.PAR_IDENTITE, ("i",)),
        (requetes.CONNUS, ("[]",)),
        (requetes.RELUS, ("[]",)),
        (f"{requetes.VOIR} WHERE e.id = ?", (1,)),
    ],
)
def test_no_step_of_a_drain_reads_the_whole_box(boite: Boite, requete: str, valeurs: object) -> None:
    plan = boite._store.plan(requete, valeurs)
    # What may be walked: a list given as an argument, the two rows of a union, the first entry of an ordered index.
    permis = ("json_each", "(subquery", "SCAN envoi USING INDEX envoi_pret", "SCAN envoi USING INDEX envoi_incertain")
    assert [un for un in plan if un.startswith("SCAN") and not any(mot in un for mot in permis)] == []
    # All the envois of one state are the whole box on a day of sending; sorting them would be worse.
    assert [un for un in plan if un.endswith("envoi_etat (etat=?)")] == []
    if requete in (requetes.PRET, requetes.INCERTAINS, requetes.PROCHAIN):
        assert [un for un in plan if "TEMP B-TREE" in un] == []


def test_the_number_of_blockers_is_that_of_the_table(boite: Boite, opco: OpcoModele) -> None:
    for rang in range(6):
        put_in(boite, rang, documents=rang % 3)
    opco.avant = [None, opco_modele.REFUS_METIER, opco_modele.REFUS_METIER]
    opco.apres = [None, opco_modele.perdue]
    with opco.client() as client:
        boite.drain(client)
    boite.abandonner(3)
    conn = boite._store.connection
    assert [
        tuple(ligne)
        for ligne in conn.execute(
            f"SELECT id, bloquants, (SELECT count(DISTINCT b.id) {requetes.BLOQUEURS}) FROM envoi e"  # noqa: S608
            " WHERE etat = 'EN_ATTENTE' AND bloquants <> (SELECT count(DISTINCT b.id) " + requetes.BLOQUEURS + ")"
        )
    ] == []
