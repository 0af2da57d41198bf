"""`cfa facturer` as it is used: shown, asked, sent once, under numbers that neither repeat nor leave a hole."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from builders import fichiers
from builders.cfa.trousseau import TrousseauEnMemoire
from builders.opco_factice import coupure
from builders.suivi.opco import PARTS
from builders.suivi.poste import IBAN, LE, Poste

from traitdunion.cfa.commandes.facturation import OCCUPE
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.cfa.facturation.carnet import Carnet
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.suivi.miroir.base import SynchroEnCours, locked


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def poste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Poste:
    return Poste(tmp_path, monkeypatch)


def engaged(poste: Poste, nombre: int = 1, **membres: Any) -> None:
    """Dossiers with an échéancier, the first échéance open."""
    for _ in range(nombre):
        poste.opco.engage(poste.opco.deposit(), **membres)


def sent(poste: Poste) -> list[str]:
    """The numbers that the OPCO received, in order."""
    return [une["referenceFactureCFA"] for une in poste.opco.factures]


def test_what_can_be_sent_is_shown_and_nothing_leaves_a_dry_run(poste: Poste) -> None:
    engaged(poste, 2)
    resultat = poste.type("facturer", "--a-blanc")

    assert resultat.exit_code == 0, resultat.output
    assert "2 factures : 6 400,00 €" in resultat.stdout.replace("\u00a0", " ")
    assert "CA-0000002" in resultat.stdout
    assert sent(poste) == []
    lu = json.loads(poste.type("facturer", "--a-blanc", "--json").stdout)
    assert (lu["resultat"], lu["total"], lu["iban"]) == ("A_BLANC", 6400.0, "…0189")
    assert not (poste.donnees / "factures.db").exists()


def test_nothing_is_sent_without_a_yes(poste: Poste, monkeypatch: pytest.MonkeyPatch) -> None:
    engaged(poste, 2)
    muet = poste.type("facturer")
    assert muet.exit_code == 2
    assert "--oui" in muet.stderr

    monkeypatch.setattr("traitdunion.cfa.commandes.facturation.is_interactive", lambda: True)
    non = poste.type("facturer", saisie="n\n")
    assert non.exit_code == 0, non.output
    assert "Envoyer ces 2 factures, 6 400,00 € ?" in non.output.replace("\u00a0", " ")
    assert sent(poste) == []
    oui = poste.type("facturer", saisie="peut-être\no\n")
    assert "Répondez o (oui) ou n (non)." in oui.stderr
    assert oui.exit_code == 0, oui.output
    assert sent(poste) == ["F-2026-00001", "F-2026-00002"]


def test_what_is_sent_is_the_norm_s_message_with_its_pdf(poste: Poste) -> None:
    engaged(poste, rqth=40_000)
    resultat = poste.type("facturer", "--oui")

    assert resultat.exit_code == 0, resultat.output
    assert "F-2026-00001 : 3 600,00 €, reçue par l'OPCO" in resultat.stdout.replace("\u00a0", " ")
    message, fichier = poste.boite.corps[1]
    assert (str(message.montant_total), message.iban_emetteur, message.date_emission) == ("3600.00", IBAN, LE)
    assert [(ligne.nature_ligne, str(ligne.montant)) for ligne in message.lignes] == [
        ("PEDAGOGIE", "3200.00"),
        ("MAJORATION_RQTH", "400.00"),
    ]
    assert message.lignes[0].numero_deca == "075202609000001"
    assert (fichier.nom, fichier.contenu[:5]) == ("F-2026-00001.pdf", b"%PDF-")
    assert poste.boite.envois[0].suite == "suite-1"


def test_sending_again_prepares_nothing_before_and_after_synchronising(poste: Poste) -> None:
    engaged(poste, 2)
    poste.type("facturer", "--oui")
    encore = poste.type("facturer", "--oui", "--hors-ligne")
    assert encore.exit_code == 0, encore.output
    assert "déjà dans la facture f-2026-00001, transmise" in encore.stderr.lower()
    assert poste.type("facturer", "--oui").exit_code == 0

    assert sent(poste) == ["F-2026-00001", "F-2026-00002"]


def test_the_next_echeance_takes_the_next_number_and_stands_as_certificate(poste: Poste) -> None:
    engaged(poste)
    poste.type("facturer", "--oui")
    poste.set_jour(PARTS[1][2])
    resultat = poste.type("facturer", "--oui")

    assert "valent certificat de réalisation" in resultat.stderr
    assert sent(poste) == ["F-2026-00001", "F-2027-00001"]  # one series a year
    assert poste.boite.corps[2][0].est_certificat_realisation


def test_an_invoice_refused_goes_again_under_its_number_once_corrected(poste: Poste) -> None:
    engaged(poste, 2)
    poste.opco.refuse_factures = "IBAN_NON_VALIDE"
    refus = poste.type("facturer", "--oui")
    assert refus.exit_code == 3, refus.output
    assert "refusée (Refusé pour l'essai.)" in refus.stdout
    poste.opco.refuse_factures = None
    poste.set_jour(date(2026, 10, 9))
    resultat = poste.type("facturer", "--oui")

    assert resultat.exit_code == 0, resultat.output
    assert sent(poste) == ["F-2026-00001", "F-2026-00002"]
    assert poste.boite.corps[3][0].date_emission == LE


def test_a_lost_answer_blocks_the_echeance_until_it_is_known(poste: Poste) -> None:
    engaged(poste)
    poste.type("synchroniser")
    poste.opco.pannes = [coupure(httpx.ReadError)] * 9
    incertain = poste.type("facturer", "--oui", "--hors-ligne")
    assert incertain.exit_code == 5, incertain.output
    assert "incertaine" in incertain.stdout
    poste.opco.pannes = []

    resultat = poste.type("facturer", "--oui")
    assert resultat.exit_code == 0, resultat.output
    assert "attend dans la boîte d'envoi" in resultat.stderr
    assert sent(poste) == []


@pytest.mark.parametrize("rang", [1, 2, 3])
def test_cut_between_the_number_and_the_outbox_it_is_taken_up_with_the_same_number(poste: Poste, rang: int) -> None:
    engaged(poste, 3)
    poste.boite.crash = rang
    assert poste.type("facturer", "--oui").exit_code == 1
    poste.boite.crash = None
    reprise = poste.type("facturer", "--oui")

    assert reprise.exit_code == 0, reprise.output
    assert "facturation interrompue" in reprise.stderr
    assert sorted(sent(poste)) == ["F-2026-00001", "F-2026-00002", "F-2026-00003"]
    assert len({une["lignes"][0]["numeroDossier"] for une in poste.opco.factures}) == 3


def test_put_in_the_outbox_and_not_noted_it_is_not_put_in_twice(poste: Poste, monkeypatch: pytest.MonkeyPatch) -> None:
    engaged(poste)
    with monkeypatch.context() as coupe:
        coupe.setattr(Carnet, "mark_en_boite", _cut)
        assert poste.type("facturer", "--oui").exit_code == 1
    poste.type("facturer", "--oui")

    assert [un.libelle for un in poste.boite.envois] == ["F-2026-00001"]
    assert sent(poste) == ["F-2026-00001"]


def _cut(*arguments: object) -> None:
    raise OSError("cut")


def test_two_invoicings_at_once_are_refused(poste: Poste) -> None:
    engaged(poste)
    poste.type("synchroniser")
    with locked(poste.donnees / "factures.db.verrou", OCCUPE):
        resultat = poste.type("facturer", "--oui")

    assert resultat.exit_code == 3
    assert "Une autre facturation de ce profil est en cours" in resultat.stderr


def test_json_and_pdf_are_written_where_asked(poste: Poste, tmp_path: Path) -> None:
    engaged(poste, 2)
    sortie = tmp_path / "factures"
    poste.type("facturer", "--a-blanc", "--sortie", str(sortie))
    assert sorted(un.name for un in sortie.iterdir()) == [
        "PROVISOIRE-00001.json",
        "PROVISOIRE-00001.pdf",
        "PROVISOIRE-00002.json",
        "PROVISOIRE-00002.pdf",
    ]
    poste.type("facturer", "--oui", "--sortie", str(sortie))
    lu = json.loads((sortie / "F-2026-00002.json").read_bytes())
    assert (lu["numero"], lu["montantTotal"]) == ("F-2026-00002", 3200.0)


def test_one_invoice_for_several_dossiers_waits_for_each_of_them(poste: Poste) -> None:
    engaged(poste, 3)
    poste.type("facturer", "--oui", "--regrouper")

    assert sent(poste) == ["F-2026-00001"]
    assert poste.boite.envois[0].suite == "suite-1,suite-2,suite-3"
    assert len(poste.opco.factures[0]["lignes"]) == 3


def test_frais_annexes_come_from_a_csv(poste: Poste, tmp_path: Path) -> None:
    engaged(poste, frais=(("Restauration", 100, 300),))
    csv = tmp_path / "frais.csv"
    csv.write_bytes("Dossier;Nature;Quantité\nca-0000001;Restauration;12\n".encode("cp1252"))
    poste.type("facturer", "--oui", "--frais", str(csv))

    assert [(une["natureLigne"], une["montant"]) for une in poste.opco.factures[0]["lignes"]] == [
        ("PEDAGOGIE", 320_000),
        ("RESTAURATION", 3_600),
    ]


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        ("", "colonne : dossier, nature"),
        (
            "dossier;nature\nCA-0000001;PEDAGOGIE\n;RESTAURATION",
            "ligne 2 : « PEDAGOGIE » n'est pas un frais annexe ; ligne 3",
        ),
        ("dossier,nature,quantite\nCA-0000001,repas,2", "« repas » n'est pas un frais annexe"),
        ("dossier;nature;quantite\nCA-0000001;restauration;-2", "« -2 » n'est pas une quantité"),
    ],
)
def test_a_csv_of_frais_that_is_wrong_is_told_whole(poste: Poste, tmp_path: Path, contenu: str, dit: str) -> None:
    csv = tmp_path / "frais.csv"
    csv.write_text(contenu)
    resultat = poste.type("facturer", "--a-blanc", "--frais", str(csv))

    assert resultat.exit_code == 3
    assert dit in " ".join(resultat.stderr.split())


def test_certificates_are_matched_by_number_or_by_name_and_sent(poste: Poste, tmp_path: Path) -> None:
    poste.opco.engage(poste.opco.deposit(nom="ÉLAN-FICTIF", prenom="Zoé"))
    engaged(poste, 2)
    dossier = tmp_path / "certificats"
    dossier.mkdir()
    for nom in ("elan fictif zoe.pdf", "certificat CA-0000002 E1.PDF", "EXEMPLE.pdf", "CA-0000003_E2.pdf"):
        (dossier / nom).write_bytes(fichiers.a_pdf())
    (dossier / "notes.txt").write_text("rien")
    poste.set_jour(PARTS[1][2])
    resultat = poste.type("facturer", "--oui", "--certificats", str(dossier))

    assert resultat.exit_code == 0, resultat.output
    assert [
        (un["numeroInterneDossier"], un["typeCertificat"], un["echeance"]["numero"]) for un in poste.opco.certificats
    ] == [("3", "Intermediaire", "2"), ("2", "Intermediaire", "1"), ("1", "Intermediaire", "2")]
    assert poste.opco.certificats[2]["apprenti"] == {"nom": "ÉLAN-FICTIF", "prenom": "Zoé"}
    assert "EXEMPLE.pdf : laissé de côté, ni numéro CA- ni nom d'apprenti reconnu" in resultat.stderr


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        (
            'denomination = "CFA FICTIF DES EXEMPLES"',
            "",
            "il manque : le nom du CFA. Tapez : traitdunion cfa configurer",
        ),
        ("7890 189", "7890 188", "IBAN des réglages de facturation n'est pas valide"),
        ('nda = "11750000001"', 'nda = "1175"', "11 chiffres"),
        ('client = "OPCO FICTIF"', 'prefixe = "Févr "', "préfixe des numéros"),
        ('client = "OPCO FICTIF"', f'prefixe = "{"F" * 25}"', "24 caractères"),
    ],
)
def test_settings_that_are_wrong_are_told_without_the_iban(poste: Poste, avant: str, apres: str, dit: str) -> None:
    poste.reglages.write_text(poste.reglages.read_text().replace(avant, apres))
    resultat = poste.type("facturer", "--a-blanc")

    assert resultat.exit_code == 2
    assert dit in " ".join(resultat.stderr.split())
    assert "7890" not in resultat.output


def test_the_iban_is_never_shown_whole_nor_kept_in_clear(poste: Poste) -> None:
    engaged(poste)
    for resultat in (poste.type("facturer", "--a-blanc"), poste.type("facturer", "--oui", "--json")):
        assert IBAN not in resultat.output.replace(" ", "")
    for fichier in poste.donnees.iterdir():
        if fichier.is_file():
            assert IBAN.encode() not in fichier.read_bytes()
            assert fichier.stat().st_mode & 0o077 == 0


def test_a_register_that_cannot_be_read_stops_everything(poste: Poste) -> None:
    engaged(poste)
    poste.type("synchroniser")
    (poste.donnees / "factures.db").write_bytes(b"abime")
    resultat = poste.type("facturer", "--oui")

    assert resultat.exit_code == 3
    assert "aucun numéro ne serve deux fois" in " ".join(resultat.stderr.split())
    assert poste.boite.envois == []


def test_a_book_lost_does_not_make_a_number_serve_twice(poste: Poste) -> None:
    engaged(poste)
    poste.type("facturer", "--oui")
    (poste.donnees / "factures.db").unlink()
    engaged(poste)
    poste.type("facturer", "--oui")

    assert sent(poste) == ["F-2026-00001", "F-2026-00002"]


@pytest.mark.parametrize(
    ("options", "dit"),
    [
        (("--dossier", "CA-0000099"), "CA-0000099 n'est pas de vos dossiers"),
        (("--promotion", "BTS 2030"), "Vos promotions : Hors promotion : BTS FICTIF, 2026-2027"),
    ],
)
def test_a_name_typed_wrong_is_said(poste: Poste, options: tuple[str, ...], dit: str) -> None:
    engaged(poste)
    resultat = poste.type("facturer", "--a-blanc", *options)

    assert resultat.exit_code == 2
    assert dit in " ".join(resultat.stderr.replace("│", " ").split())


def test_a_refusal_seen_by_suivre_frees_the_echeance(poste: Poste) -> None:
    engaged(poste)
    poste.opco.refuse_factures = "IBAN_NON_VALIDE"
    (poste.donnees / "boite").mkdir(parents=True)
    poste.type("facturer", "--oui")
    lu = json.loads(poste.type("suivre", "--json").stdout)

    assert [un["genre"] for un in lu["actes"]] == ["ENVOI_A_REGLER", "A_FACTURER"]
    assert lu["actes"][0]["commande"] == "traitdunion cfa facturer"


def test_the_iban_is_that_of_the_environment_then_of_the_settings_then_of_the_keyring(
    poste: Poste, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fin() -> str:
        return str(json.loads(poste.type("facturer", "--a-blanc", "--json").stdout)["iban"])

    trousseau = TrousseauEnMemoire()
    monkeypatch.setattr("keyring.get_keyring", lambda: trousseau)
    trousseau.set_password("traitdunion", "defaut:iban", "FR76 3000 1007 9412 3456 7890 185")
    assert fin() == "…0189", "that of the settings file wins over the keyring's"
    poste.environ["TRAITDUNION_CFA_IBAN"] = "FR14 2004 1010 0505 0001 3M02 606"
    assert fin() == "…2606", "that of the environment over both"

    del poste.environ["TRAITDUNION_CFA_IBAN"]
    sans = "\n".join(ligne for ligne in poste.reglages.read_text().splitlines() if not ligne.startswith("iban"))
    poste.reglages.write_text(sans)
    assert fin() == "…0185"

    trousseau.delete_password("traitdunion", "defaut:iban")
    manque = poste.type("facturer", "--a-blanc", "--json")
    assert manque.exit_code == 2
    dit = " ".join(manque.stderr.split())
    assert dit == "Pour facturer, il manque : son IBAN. Tapez : traitdunion cfa configurer --facturation"
    secrets = poste.reglages.parent / "secrets.toml"
    secrets.write_text(f'[defaut]\niban = "{IBAN}"\n')
    secrets.chmod(0o600)
    assert fin() == "…0189"


def test_the_iban_is_not_in_what_python_shows() -> None:
    emetteur = Emetteur(denomination="CFA FICTIF", adresse="1 rue de l'Exemple", iban=IBAN)
    assert IBAN not in repr(emetteur)


def an_other_invoice(poste: Poste, numero: str, dossier: int) -> None:
    """The same CFA, from another machine: that number, for another dossier and the same amount."""
    lignes = [
        {"natureLigne": "PEDAGOGIE", "numeroEcheance": "1", "numeroDossier": f"CA-{dossier:07d}", "montant": 3200.0}
    ]
    emetteur = {"siretEmetteur": "32345678000010", "ibanEmetteur": IBAN}
    poste.opco.receive({"numero": numero, **emetteur, "lignes": lignes})


def test_a_number_that_another_machine_took_costs_no_echeance(poste: Poste) -> None:
    engaged(poste, 2)
    poste.type("synchroniser")
    an_other_invoice(poste, "F-2026-00001", 2)
    refusee = poste.type("facturer", "--oui", "--hors-ligne", "--dossier", "CA-0000001")
    assert refusee.exit_code == 3, refusee.output

    assert poste.type("facturer", "--oui").exit_code == 0
    assert [(une["referenceFactureCFA"], une["lignes"][0]["numeroDossier"]) for une in poste.opco.factures] == [
        ("F-2026-00001", "CA-0000002"),
        ("F-2026-00002", "CA-0000001"),
    ]


def test_an_invoice_relaunched_after_its_refusal_is_not_prepared_again(poste: Poste) -> None:
    engaged(poste, 2)
    poste.opco.refuse_factures = "IBAN_NON_VALIDE"
    poste.type("facturer", "--oui")
    poste.opco.refuse_factures = None
    for envoi in list(poste.boite.envois):  # « envois relancer », and nothing sent yet
        poste.boite.set_etat(envoi.id, "EN_ATTENTE")
    resultat = poste.type("facturer", "--oui", "--regrouper")

    assert resultat.exit_code == 0, resultat.output
    assert "Déjà dans la facture F-2026-00001, qui attend" in resultat.stderr
    assert [un.libelle for un in poste.boite.envois] == ["F-2026-00001", "F-2026-00002"]


def test_a_refused_invoice_that_is_given_up_leaves_no_hole(poste: Poste) -> None:
    engaged(poste)
    poste.opco.refuse_factures = "IBAN_NON_VALIDE"
    poste.type("facturer", "--oui")
    poste.opco.refuse_factures = None
    poste.boite.set_etat(1, "ABANDONNE")

    assert poste.type("facturer", "--oui").exit_code == 0
    assert sent(poste) == ["F-2026-00001"]


def test_an_invoice_given_up_when_nobody_knows_keeps_its_number_for_ever(poste: Poste) -> None:
    engaged(poste)
    poste.type("synchroniser")
    poste.opco.pannes = [coupure(httpx.ReadError)] * 9
    poste.type("facturer", "--oui", "--hors-ligne")
    poste.opco.pannes = []
    poste.boite.envois = [replace(un, etat="ABANDONNE", essais=1) for un in poste.boite.envois]

    assert poste.type("facturer", "--oui").exit_code == 0
    assert sent(poste) == ["F-2026-00002"]


def test_a_book_that_was_lost_does_not_bill_again_what_waits_in_the_outbox(poste: Poste) -> None:
    engaged(poste)
    poste.type("synchroniser")
    poste.opco.pannes = [coupure(httpx.ReadError)] * 9
    poste.type("facturer", "--oui", "--hors-ligne")
    poste.opco.pannes = []
    (poste.donnees / "factures.db").unlink()
    resultat = poste.type("facturer", "--oui")

    assert resultat.exit_code == 3
    assert "F-2026-00001" in resultat.stderr
    assert "envois envoyer" in resultat.stderr
    assert [un.libelle for un in poste.boite.envois] == ["F-2026-00001"]


@pytest.mark.parametrize("commande", [("facturer", "--oui"), ("synchroniser",)])
def test_a_damaged_lock_is_told_and_not_taken_for_a_lost_mirror(poste: Poste, commande: tuple[str, ...]) -> None:
    engaged(poste)
    poste.type("facturer", "--a-blanc")
    for nom in ("factures.db.verrou", "suivi.db.verrou"):
        (poste.donnees / nom).write_bytes(b"ceci n'est pas une base, et de loin" * 40)
    resultat = poste.type(*commande)

    assert resultat.exit_code == 3, resultat.output
    assert "est abîmé : effacez ce fichier" in resultat.stderr


def test_a_lock_that_cannot_be_written_is_not_taken_for_somebody_at_work(tmp_path: Path) -> None:
    (tmp_path / "verrou").mkdir()
    with pytest.raises(ErreurCfa, match="ne peut être ouvert") as refuse, locked(tmp_path / "verrou", OCCUPE):
        pass
    assert not isinstance(refuse.value, SynchroEnCours)
