"""The commands of the box as a secretary uses them: what they print, send, and how they end."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import stamina
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, refus
from builders.pairs import opco_modele
from builders.pairs.boites import a_corps
from builders.pairs.opco_modele import OpcoModele
from typer.testing import CliRunner, Result

from traitdunion.cfa.boite import Boite, EtatEnvoi
from traitdunion.cfa.boite.disque import verrou
from traitdunion.cfa.commandes import app, envois

NIR = "206057500100155"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


class Poste:
    """A secretary's machine: its files, its box, the OPCO at the other end."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self.opco = OpcoModele()
        self.convention = dossier / "convention.pdf"
        self.convention.write_bytes(b"%PDF-1.7 convention")
        self.env = {
            "TRAITDUNION_CFA_API": API,
            "TRAITDUNION_CFA_JETON": JETON,
            "TRAITDUNION_CFA_CLIENT_ID": CLIENT_ID,
            "TRAITDUNION_CFA_CLIENT_SECRET": SECRET,
            "TRAITDUNION_CFA_CLE_API": CLE,
            "TRAITDUNION_CFA_RENVOI_RECONNU": "oui",
            "TRAITDUNION_CFA_DONNEES": str(dossier / "donnees"),
            "XDG_CONFIG_HOME": "/nulle/part",
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }

    @property
    def boite(self) -> Path:
        return self.dossier / "donnees" / "defaut" / "boite"

    def run(self, *arguments: object) -> Result:
        fait = CliRunner().invoke(app, [str(un) for un in arguments], obj=httpx.MockTransport(self.opco), env=self.env)
        assert fait.exception is None or isinstance(fait.exception, SystemExit), fait.exception
        assert NIR not in fait.output
        assert SECRET not in fait.output
        return fait

    def envois(self, *arguments: object) -> Result:
        return self.run("envois", *arguments)

    def put_in(self, rang: int = 0, *options: str, corps: bytes | None = None) -> Result:
        fichier = self.dossier / f"dossier-{rang}.json"
        fichier.write_bytes(corps or a_corps(rang))
        sans = ["--mandat-employeur", "--au", "05/09/2026"]
        return self.run("deposer", fichier, "--convention", self.convention, *sans, "--boite", *options)


@pytest.fixture
def poste(tmp_path: Path) -> Poste:
    return Poste(tmp_path)


@pytest.mark.parametrize("commande", [["lister"], ["envoyer"]])
def test_an_empty_box_says_how_to_fill_it(poste: Poste, commande: list[str]) -> None:
    fait = poste.envois(*commande)
    assert fait.exit_code == 0
    assert "traitdunion cfa deposer" in " ".join(fait.stderr.split())


def test_a_contract_is_put_in_without_any_network_nor_secret(poste: Poste) -> None:
    poste.env = {nom: valeur for nom, valeur in poste.env.items() if "SECRET" not in nom and "CLE" not in nom}
    fait = poste.put_in(0, "--promotion", "BTS 2026")
    assert (fait.exit_code, fait.stdout) == (0, "Envois : n° 1, n° 2\n")
    assert "traitdunion cfa envois envoyer" in fait.stderr
    assert poste.opco.recus == []


def test_the_same_contract_is_told_and_not_added(poste: Poste) -> None:
    poste.put_in()
    fait = poste.put_in()
    assert fait.exit_code == 0
    assert "déjà dans la boîte : rien n'y est ajouté (voir l'envoi n° 1)" in fait.stderr
    autre = poste.put_in(corps=a_corps(salaireEmbauche=900))
    assert "avec un autre contenu" in autre.stderr
    assert json.loads(poste.put_in(0, "--json").stdout)["resultat"] == "DEJA_EN_BOITE"


def test_what_is_put_in_is_sent_and_shown(poste: Poste) -> None:
    poste.put_in()
    fait = poste.envois("envoyer")
    assert fait.exit_code == 0, fait.output
    assert "Acceptés : 2" in fait.stdout
    liste = poste.envois("lister")
    assert "CA-0000001" in liste.stdout
    assert "EXEMPLE A Camille" in liste.stdout
    assert "2 acceptés." in liste.stderr
    voir = poste.envois("voir", 1)
    assert "Numéro : CA-0000001" in voir.stdout
    assert "reçu par l'OPCO, accepté (CA-0000001)" in voir.stdout


def test_a_refusal_is_explained_with_its_field_and_the_reference(poste: Poste) -> None:
    poste.put_in()
    poste.opco.avant = [refus(400, "NIR_INVALIDE", entetes={"X-Request-Id": "r-42"})]
    fait = poste.envois("envoyer")
    assert fait.exit_code == 3
    assert "lister --etat refuse" in fait.stderr
    voir = poste.envois("voir", 1).stdout
    assert "Référence de l'OPCO : r-42" in voir
    assert "cerfa.apprenti.nom : Raison NIR_INVALIDE. (NIR_INVALIDE)" in voir
    assert "bloqué par l'envoi n° 1" in poste.envois("lister").stdout
    assert "Bloqué par : l'envoi n° 1, refusé" in poste.envois("voir", 2).stdout
    assert poste.envois("relancer", 1).exit_code == 0
    assert poste.envois("envoyer").exit_code == 0


def test_a_trouble_of_access_ends_with_4(poste: Poste) -> None:
    poste.put_in()
    poste.opco.avant = [refus(403, "CLE_EXPIREE")]
    fait = poste.envois("envoyer")
    assert fait.exit_code == 4
    assert "rien n'est marqué refusé" in " ".join(fait.stderr.split())


def test_what_is_left_waiting_ends_with_5_and_says_when_next(poste: Poste) -> None:
    poste.put_in()
    poste.opco.avant = [opco_modele.QUOTA_429]
    fait = poste.envois("envoyer")
    assert fait.exit_code == 5
    assert "L'OPCO demande d'attendre" in fait.stderr
    assert "--jusqu-au-bout" in fait.stderr


def test_a_second_sender_ends_with_6(poste: Poste) -> None:
    poste.put_in()
    with verrou.held(poste.boite):
        fait = poste.envois("envoyer")
    assert fait.exit_code == 6
    assert "Un autre envoi est en cours" in fait.stderr
    assert poste.opco.recus == []


def test_sending_tells_a_machine_what_it_did(poste: Poste) -> None:
    poste.put_in()
    fait = json.loads(poste.envois("envoyer", "--json").stdout)
    assert (fait["acceptes"], fait["etats"]["ACCEPTE"], fait["arret"]) == (2, 2, None)
    (dossier, convention) = json.loads(poste.envois("lister", "--json").stdout)
    assert (dossier["nature"], dossier["numeroExterne"]) == ("DOSSIER", "CA-0000001")
    assert (convention["nature"], convention["etat"]) == ("CONVENTION", "ACCEPTE")
    voir = json.loads(poste.envois("voir", 1, "--json").stdout)
    assert [ligne["acte"] for ligne in voir["journal"]] == ["ENQUEUE", "CLAIM", "ACKNOWLEDGE"]


def test_an_uncertain_envoi_asks_a_person_to_look_first(poste: Poste) -> None:
    poste.env["TRAITDUNION_CFA_RENVOI_RECONNU"] = "non"
    poste.put_in()
    poste.opco.apres = [None, opco_modele.perdue]
    fait = poste.envois("envoyer")
    assert fait.exit_code == 5
    assert "lister --etat incertain" in fait.stderr
    refuse = poste.envois("relancer", 2)
    assert refuse.exit_code == 2
    assert "--apres-verification" in refuse.stderr
    assert poste.envois("rattacher", 2, "--numero-interne", "1").exit_code == 0
    assert poste.envois("envoyer").exit_code == 0


def test_giving_up_says_all_that_is_given_up(poste: Poste) -> None:
    poste.put_in()
    fait = poste.envois("abandonner", 1)
    assert "envoi n° 1, dossier" in fait.stderr
    assert "envoi n° 2, convention" in fait.stderr
    assert poste.envois("abandonner", 1).exit_code == 2


def test_purging_and_checking_say_what_they_did(poste: Poste) -> None:
    poste.put_in()
    poste.envois("envoyer")
    assert "intacte" in poste.envois("verifier").stderr
    assert "2 envoi(s)" in poste.envois("purger", "--avant", "01/01/2100").stderr
    assert "Contenu effacé le" in poste.envois("voir", 1).stdout


def test_a_restored_box_is_doubted(poste: Poste) -> None:
    poste.put_in()
    fait = poste.envois("verifier", "--apres-restauration")
    assert "1 envoi(s) seront relus" in fait.stderr
    assert "incertain" in poste.envois("voir", 1).stdout
    assert poste.envois("envoyer").exit_code == 0
    assert len(poste.opco.depots) == 1


def test_a_damaged_box_is_told_with_what_to_do(poste: Poste) -> None:
    poste.put_in()
    (fichier,) = (poste.boite / "fichiers").iterdir()
    fichier.write_bytes(b"?")
    abime = poste.envois("verifier")
    assert abime.exit_code == 3
    assert "envoi n° 2" in abime.stderr
    (poste.boite / "boite.db").write_bytes(b"")
    for commande in (["lister"], ["envoyer"], ["voir", "1"]):
        fait = poste.envois(*commande)
        assert fait.exit_code == 2
        assert "sauvegarde" in " ".join(fait.stderr.split())


def test_filters_that_match_nothing_say_so(poste: Poste) -> None:
    poste.put_in(0, "--promotion", "BTS")
    assert "Aucun envoi" in poste.envois("lister", "--etat", "accepte").stderr
    assert "n° 1" not in poste.envois("lister", "--promotion", "CAP").stdout
    assert len(json.loads(poste.envois("lister", "--promotion", "BTS", "--json").stdout)) == 2
    assert poste.envois("voir", 99).exit_code == 2


@pytest.mark.parametrize("options", [["--numero-interne", "1"], ["--renvoyer"]])
def test_options_of_the_direct_way_do_not_go_with_the_box(poste: Poste, options: list[str]) -> None:
    assert poste.put_in(0, *options).exit_code == 2
    assert not poste.boite.exists()


def test_a_new_deposit_of_an_accepted_contract_is_asked_for(poste: Poste) -> None:
    poste.put_in()
    poste.envois("envoyer")
    poste.opco.depots[0].etat = "REFUSE"
    assert "n° 3" in poste.put_in(0, "--nouveau-depot").stdout
    assert poste.envois("envoyer").exit_code == 0
    with Boite.open(poste.boite) as boite:
        assert [d.numero_externe for d in boite.dossiers()] == ["CA-0000001", "CA-0000002"]


class Ecran(io.StringIO):
    """A terminal that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_bar_counts_what_has_come_to_its_end(poste: Poste, monkeypatch: pytest.MonkeyPatch) -> None:
    poste.put_in()
    ecran = Ecran()
    monkeypatch.setenv("TERM", "xterm")
    with monkeypatch.context() as regarde, Boite.open(poste.boite) as boite:
        regarde.setattr(sys, "stderr", ecran)
        with envois.show_avance(2) as avance:
            for etat in (EtatEnvoi.EN_COURS, EtatEnvoi.ACCEPTE, EtatEnvoi.EN_COURS, EtatEnvoi.REFUSE):
                avance(replace(boite.find(1), etat=etat))
    assert "2/2" in ecran.getvalue()


def test_the_settings_file_that_is_named_says_which_box_is_meant(poste: Poste) -> None:
    # Without it, what waits for the OPCO of every day would leave with the access of the other one.
    def write(nom: str) -> Path:
        fichier = poste.dossier / f"{nom}.toml"
        fichier.write_text(
            f'[{nom}]\napi = "{API}"\njeton = "{JETON}"\nclient_id = "{CLIENT_ID}"\nclient_secret = "{SECRET}"\n'
            f'cle_api = "{CLE}"\n'
        )
        fichier.chmod(0o600)
        return fichier

    autre = write("autre")
    poste.env = {"TRAITDUNION_CFA_CONFIGURATION": str(write("courant")), **poste.env}
    for nom in ("API", "JETON", "CLIENT_ID", "CLIENT_SECRET", "CLE_API"):
        del poste.env[f"TRAITDUNION_CFA_{nom}"]
    poste.put_in(0)

    assert "vide" in poste.envois("envoyer", "--configuration", autre).stderr
    assert poste.opco.depots == []
    assert json.loads(poste.envois("lister", "--configuration", autre, "--json").stdout) == []
    poste.put_in(1, "--configuration", str(autre))
    assert len(json.loads(poste.envois("lister", "--json").stdout)) == 2
    assert poste.envois("envoyer").exit_code == 0
    assert len(poste.opco.depots) == 1


def test_a_profile_whose_address_changes_sends_nothing_of_what_waits(poste: Poste) -> None:
    poste.put_in(0)
    ancienne, poste.env["TRAITDUNION_CFA_API"] = poste.env["TRAITDUNION_CFA_API"], "https://autre.exemple.invalid"

    for fait in (poste.envois("envoyer"), poste.put_in(1)):
        assert fait.exit_code == 2
        assert f"est pour {ancienne}" in " ".join(fait.stderr.split())
    assert poste.opco.depots == []
    assert len(json.loads(poste.envois("lister", "--json").stdout)) == 2


def test_an_opco_that_moved_gets_what_waits_once_a_person_says_so(poste: Poste) -> None:
    poste.env["TRAITDUNION_CFA_API"] = "https://ancienne.exemple.invalid"
    poste.put_in(0)
    poste.env["TRAITDUNION_CFA_API"] = API

    assert poste.envois("envoyer").exit_code == 2
    assert poste.envois("envoyer", "--adresse-changee").exit_code == 0
    assert poste.envois("envoyer").exit_code == 0
    assert len(poste.opco.depots) == 1


def test_a_server_that_is_gone_leaves_json_alone_on_the_output(poste: Poste) -> None:
    # A process of its own: what is logged at each retry goes where its output goes.
    environ = {
        **poste.env,
        "TRAITDUNION_CFA_API": "http://127.0.0.1:9",
        "TRAITDUNION_CFA_JETON": "http://127.0.0.1:9/t",
    }
    fait = subprocess.run(
        [sys.executable, "-c", "from traitdunion.cli import main; main()", "cfa", "suivre", "--json"],
        env={**os.environ, **environ, "TRAITDUNION_CFA_DELAI_S": "2"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert fait.returncode == 5
    assert json.loads(fait.stdout)
    assert "retry" not in fait.stdout + fait.stderr
