"""The follow-up as a secretary uses it: what is printed, what is sent, how it ends."""

import io
import json
import sqlite3
import stat
from collections.abc import Iterator
from csv import reader
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import stamina
from builders.opco_factice import coupure, refus
from builders.suivi.boite import EnvoiFactice
from builders.suivi.poste import LE, Poste

from traitdunion.cfa.suivi import exports
from traitdunion.cfa.suivi.miroir import store


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def poste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Poste:
    return Poste(tmp_path, monkeypatch)


def test_synchroniser_says_what_it_read(poste: Poste) -> None:
    poste.opco.engage(poste.opco.deposit())
    resultat = poste.type("synchroniser")

    assert resultat.exit_code == 0, resultat.output
    assert "Dossiers relus : 1, dont 1 changé(s)" in resultat.stdout
    assert "Clé : expire le 01/09/2027" in resultat.stdout
    assert "première synchronisation" in resultat.stderr
    assert json.loads(poste.type("synchroniser", "--json").stdout)["dossiersLus"] == 0


def test_suivre_shows_promotions_then_what_waits_and_ends_with_ten(poste: Poste) -> None:
    for _ in range(3):
        poste.opco.deposit()
    poste.opco.engage(1)
    poste.opco.move(2, "EN_COURS_INSTRUCTION", "Attente d'information avant le 15/10/2026 : mandat. Page 3 illisible.")
    poste.opco.move(3, "REFUSE", "Formation non éligible.")
    poste.boite.contrats = [EnvoiFactice(1, "DOSSIER", "ACCEPTE", "a", "EXEMPLE", "BTS 2026", "1")]
    (poste.donnees / "boite").mkdir(parents=True)
    resultat = poste.type("suivre")

    assert resultat.exit_code == 10, resultat.output
    sortie = resultat.stdout.replace("\u00a0", " ")
    assert "BTS 2026" in sortie
    assert "Hors promotion : BTS FICTIF, 2026-2027" in sortie
    assert "1 engagé " in sortie
    assert "1 en attente d'information, 1 refusé" in sortie
    assert "3 200,00 €" in sortie
    ordre = [
        sortie.index(titre) for titre in ("Attente d'information (1)", "Dossiers refusés", "À facturer maintenant")
    ]
    assert ordre == sorted(ordre)
    assert "CA-0000002 EXEMPLE Ada2 · avant le 15/10/2026 · L'OPCO demande : mandat. Page 3 illisible." in sortie
    assert "Refusé : Formation non éligible." in sortie
    assert "traitdunion cfa facturer --promotion 'BTS 2026'" in sortie
    assert "Vue du" in resultat.stderr


def test_suivre_ends_with_zero_when_nothing_waits(poste: Poste) -> None:
    poste.opco.deposit()
    resultat = poste.type("suivre")

    assert resultat.exit_code == 0, resultat.output
    assert "Rien n'attend le CFA." in resultat.stderr


def test_suivre_keeps_to_one_promotion(poste: Poste) -> None:
    for _ in range(2):
        poste.opco.engage(poste.opco.deposit())
    poste.boite.contrats = [EnvoiFactice(1, "DOSSIER", "ACCEPTE", "a", "EXEMPLE", "BTS 2026", "1")]
    (poste.donnees / "boite").mkdir(parents=True)
    lu = json.loads(poste.type("suivre", "--promotion", "bts 2026", "--json").stdout)

    assert [(une["nom"], une["dossiers"]) for une in lu["promotions"]] == [("BTS 2026", 1)]
    assert [(un["genre"], un["montant"]) for un in lu["actes"]] == [("A_FACTURER", 3200.0)]


def test_without_network_suivre_shows_the_local_view_with_its_age_and_ends_with_five(poste: Poste) -> None:
    poste.opco.engage(poste.opco.deposit())
    poste.type("synchroniser")
    poste.opco.pannes = [coupure(httpx.ConnectError)] * 9
    resultat = poste.type("suivre")

    assert resultat.exit_code == 5
    assert "À facturer maintenant" in resultat.stdout
    assert "Pas de synchronisation" in resultat.stderr
    assert "à l'instant" in resultat.stderr
    assert poste.type("suivre", "--hors-ligne").exit_code == 10


def test_a_key_refused_ends_with_four_and_still_shows_the_view(poste: Poste) -> None:
    poste.opco.deposit()
    poste.type("synchroniser")
    refus = httpx.Response(403, json={"description": "Clé expirée.", "errors": [{"code": "CLE_EXPIREE"}]})
    poste.opco.pannes = [lambda requete: refus] * 9
    resultat = poste.type("suivre")

    assert resultat.exit_code == 4
    assert "Hors promotion" in resultat.stdout
    assert "Clé expirée." in resultat.stderr


def test_the_end_of_the_key_is_an_act_in_its_last_thirty_days(poste: Poste) -> None:
    poste.opco.deposit()
    poste.opco.cle_fin = LE + timedelta(days=31)
    assert poste.type("suivre").exit_code == 0
    poste.set_jour(LE + timedelta(days=19))
    resultat = poste.type("suivre", "--hors-ligne")

    assert resultat.exit_code == 10
    assert "Clé : expire le 01/11/2026, dans 12 jours." in resultat.stdout


def test_what_goes_wrong_in_the_outbox_is_told_with_the_command_that_shows_it(poste: Poste) -> None:
    (poste.donnees / "boite").mkdir(parents=True)
    poste.boite.envois = [
        EnvoiFactice(1, "DOSSIER", "REFUSE", "a", "EXEMPLE Ada", message="Le SIRET est faux."),
        EnvoiFactice(2, "CONVENTION", "INCERTAIN", "b", "EXEMPLE Bob"),
        EnvoiFactice(3, "DOSSIER", "ACCEPTE", "c", "EXEMPLE Cléa"),
        EnvoiFactice(4, "DOSSIER", "EN_ATTENTE", "d", "EXEMPLE Dina"),
        EnvoiFactice(5, "CONVENTION", "EN_ATTENTE", "a", "EXEMPLE Ada", bloque_par=1),
        EnvoiFactice(6, "FACTURE", "REFUSE", "e", "F-2026-00007", message="L'IBAN n'est pas validé."),
        EnvoiFactice(7, "DOSSIER", "EN_ATTENTE", "f", "EXEMPLE Fred", essais=2, message="Pas de réponse."),
    ]
    lu = json.loads(poste.type("suivre", "--json").stdout)

    assert [(un["genre"], un["commande"]) for un in lu["actes"]] == [
        ("ENVOI_A_REGLER", "traitdunion cfa envois voir 1"),
        ("ENVOI_A_REGLER", "traitdunion cfa envois voir 2"),
        ("ENVOI_A_REGLER", "traitdunion cfa facturer"),
        ("ENVOI_A_REGLER", "traitdunion cfa envois voir 7"),
    ]
    assert lu["actes"][0]["phrase"] == "EXEMPLE Ada : refusé par l'OPCO. Le SIRET est faux. 1 envoi(s) l'attendent."
    assert lu["actes"][3]["phrase"] == "EXEMPLE Fred : en attente, 2 essais. Pas de réponse."


def test_the_history_of_a_dossier_reads_as_sentences(poste: Poste) -> None:
    poste.opco.deposit()
    poste.type("synchroniser")
    poste.opco.engage(1)
    resultat = poste.type("suivre", "--historique", "CA-0000001")

    assert resultat.exit_code == 0, resultat.output
    sortie = resultat.stdout.replace("\u00a0", " ")
    assert "État : transmis → engagé (accord)" in sortie
    assert "Échéance 1, montant : 3 200,00 €" in sortie
    assert "Engagement : 8 000,00 €" in sortie
    inconnu = poste.type("suivre", "--historique", "CA-9999999", "--hors-ligne")
    assert inconnu.exit_code == 2
    assert "Synchronisez d'abord" in inconnu.stderr


def test_a_damaged_mirror_is_told_and_made_again(poste: Poste) -> None:
    poste.opco.deposit()
    poste.type("synchroniser")
    (poste.donnees / "suivi.db").write_bytes(b"abime")
    resultat = poste.type("suivre")

    assert resultat.exit_code == 3
    assert "synchroniser --tout-relire" in resultat.stderr
    assert poste.type("synchroniser", "--tout-relire").exit_code == 0
    assert "Hors promotion" in poste.type("suivre", "--hors-ligne").stdout


def test_exports_hold_neither_nir_nor_formula(poste: Poste, tmp_path: Path) -> None:
    poste.opco.engage(poste.opco.deposit(nom="=HYPERLINK(1)", employeur="@SOMME"))
    csv, xlsx = tmp_path / "suivi.csv", tmp_path / "suivi.xlsx"
    poste.type("suivre", "--csv", str(csv), "--xlsx", str(xlsx))

    lignes = csv.read_text("utf-8-sig").splitlines()
    assert lignes[1].split(";")[3:5] == ["'=HYPERLINK(1) Ada1", "'@SOMME"]
    assert "8000,00" in lignes[1]
    assert "206059999999901" not in csv.read_text("utf-8-sig")
    assert stat.S_IMODE(csv.stat().st_mode) == 0o600
    from python_calamine import CalamineWorkbook

    feuille = CalamineWorkbook.from_path(str(xlsx)).get_sheet_by_index(0).to_python()
    assert feuille[1][1:4] == ["CA-0000001", "075202609000001", "=HYPERLINK(1) Ada1"]
    assert feuille[1][10] == 8000.0
    assert poste.type("suivre", "--csv", str(csv)).exit_code == 2  # it exists


def test_rapprocher_shows_differences_natures_and_virements(poste: Poste, tmp_path: Path) -> None:
    poste.opco.deposit()
    poste.opco.engage(1, frais=(("Premierequipement", 1, 50_000),))
    poste.type("facturer", "--oui", "--premier-equipement")
    poste.opco.pay(1, virement="VIR-FICTIF-1", le=date(2026, 10, 2), sauf=("PREMIEREQUIPEMENT",))
    csv = tmp_path / "rapprochement.csv"
    poste.environ["COLUMNS"] = "80"
    resultat = poste.type("rapprocher", "--csv", str(csv))

    assert resultat.exit_code == 10, resultat.output
    sortie = resultat.stdout.replace("\u00a0", " ")
    assert "1 écart" in sortie
    assert "Premier équipement" in sortie
    assert "VIR-FICTIF-1" in sortie
    assert max(map(len, sortie.splitlines())) <= 80
    lignes = [ligne.split(";") for ligne in csv.read_text("utf-8-sig").splitlines()]
    assert lignes[1][4:9] == ["premier équipement", "500,00", "500,00", "0,00", "500,00"]
    assert lignes[2][3:9] == ["1", "pédagogie", "3200,00", "3200,00", "3200,00", "0,00"]
    assert (lignes[2][10], lignes[2][11]) == ("VIR-FICTIF-1", "02/10/2026")
    lu = json.loads(poste.type("rapprocher", "--hors-ligne", "--json").stdout)
    assert lu["virements"] == [
        {
            "reference": "VIR-FICTIF-1",
            "date": "2026-10-02",
            "montant": 3200.0,
            "natures": {"PEDAGOGIE": 3200.0},
            "factures": ["F-2026-00001"],
        }
    ]


def test_without_a_difference_rapprocher_ends_well(poste: Poste) -> None:
    vide = poste.type("rapprocher")
    assert vide.exit_code == 0
    assert "aucun dossier n'est engagé pour l'instant" in " ".join(vide.stderr.split())

    poste.opco.engage(poste.opco.deposit())
    resultat = poste.type("rapprocher")
    assert resultat.exit_code == 0, resultat.output
    assert "Aucun écart." in resultat.stderr
    assert "Aucun virement reçu" in resultat.stderr
    assert "10 : des montants ne concordent pas" in " ".join(poste.type("rapprocher", "--help").stdout.split())


def test_engaged_means_the_same_in_suivre_and_in_rapprocher(poste: Poste) -> None:
    poste.opco.engage(poste.opco.deposit(), frais=(("Premierequipement", 1, 50_000),))
    phrase = "8 000,00 € d'échéances, 500,00 € de frais annexes"
    suivi, rapproche = poste.type("suivre"), poste.type("rapprocher", "--hors-ligne")

    for dit in (suivi.stdout, rapproche.stderr):
        assert phrase in " ".join(dit.replace("\u00a0", " ").split())
    (promotion,) = json.loads(poste.type("suivre", "--json").stdout)["promotions"]
    attendu = {"echeances": 8000.0, "fraisAnnexes": 500.0, "total": 8500.0}
    assert promotion["engagement"] == attendu
    assert json.loads(poste.type("rapprocher", "--json").stdout)["engagement"] == attendu


def test_a_csv_opens_in_a_french_spreadsheet_and_runs_nothing() -> None:
    textes = ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1+1", "CFA ; l'école « é »"]
    lu = exports.write_csv((["Texte", "Montant", "Jour"], [(un, Decimal("-1234.50"), LE) for un in textes]))

    assert lu.startswith(b"\xef\xbb\xbf")
    lignes = list(reader(io.StringIO(lu.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [ligne[0] for ligne in lignes[1:]] == [f"'{un}" for un in textes[:-1]] + textes[-1:]
    assert {(ligne[1], ligne[2]) for ligne in lignes[1:]} == {("-1234,50", "01/10/2026")}


@pytest.mark.parametrize("largeur", [40, 80, 120])
def test_screens_hold_in_their_width_without_cutting_a_word(poste: Poste, largeur: int) -> None:
    for _ in range(2):
        poste.opco.engage(poste.opco.deposit(), frais=(("Premierequipement", 1, 50_000),))
    poste.environ["COLUMNS"] = str(largeur)
    entiers = ("Où ils en sont", "CA-0000001", "premier équipement")
    for commande, entier in zip((["suivre"], ["facturer", "--a-blanc"], ["rapprocher"]), entiers, strict=True):
        lignes = poste.type(*commande).stdout.splitlines()
        cadre = [ligne for ligne in lignes if ligne[:1] in "┏┃┡│├└"]
        assert all(len(ligne) <= largeur for ligne in cadre), commande
        assert not any(ligne.rstrip(" ┃│").endswith("…") for ligne in lignes), commande
        assert any(entier in ligne for ligne in lignes), commande


def test_a_full_disk_is_said_and_what_was_read_before_is_kept(poste: Poste, monkeypatch: pytest.MonkeyPatch) -> None:
    poste.opco.deposit()
    poste.type("synchroniser")
    poste.opco.engage(1)
    with monkeypatch.context() as plein:
        plein.setattr(store, "write_dossier", _full)
        resultat = poste.type("synchroniser")
    assert resultat.exit_code == 3
    assert "ne peut être écrite (database or disk is full)" in " ".join(resultat.stderr.split())

    assert json.loads(poste.type("synchroniser", "--json").stdout)["dossiersChanges"] == 1


def _full(*arguments: object, **membres: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize("commande", ["suivre", "synchroniser", "facturer"])
def test_too_many_calls_is_for_later_and_not_something_to_correct(poste: Poste, commande: str) -> None:
    poste.opco.pannes = [refus(429, "TROP_D_APPELS")] * 9

    assert poste.type(commande).exit_code == 5
