"""`cfa configurer` as a person answers it, and as a script calls it."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from builders.cfa.trousseau import TrousseauEnMemoire
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, OpcoFactice, refus
from typer.testing import CliRunner, Result

from traitdunion.cfa.commandes import app, guide_reglages
from traitdunion.cfa.facturation.emetteur import Emetteur, EmetteurInvalide
from traitdunion.cfa.profil import Profil

NEUF = f"api={API}\njeton={JETON}\nclient_id={CLIENT_ID}\nclient_secret={SECRET}\ncle_api={CLE}\nsiren=356 000 000\n"
IBAN = "FR7630006000011234567890189"
REPONSES = [API, JETON, CLIENT_ID, SECRET, CLE, "356000000", "oui"]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def opco() -> OpcoFactice:
    return OpcoFactice()


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    return tmp_path / "xdg" / "config" / "traitdunion" / "cfa.toml"


@pytest.fixture
def someone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is there to answer."""
    monkeypatch.setattr(guide_reglages, "is_interactive", lambda: True)


def run(opco: OpcoFactice, *arguments: str, entree: str = "", **environ: str) -> Result:
    fini = CliRunner().invoke(
        app,
        ["configurer", *arguments],
        input=entree,
        obj=opco.transport,
        env={"NO_COLOR": "1", "COLUMNS": "200", **environ},
    )
    assert SECRET not in fini.output
    assert CLE not in fini.output
    return fini


def words(texte: str) -> str:
    return " ".join(texte.split())


@pytest.mark.usefixtures("someone")
def test_the_first_time_each_value_is_asked_and_the_connection_is_tried(opco: OpcoFactice, fichier: Path) -> None:
    fini = run(opco, entree="\n".join(["afdas", *REPONSES, "n"]) + "\n")

    assert fini.exit_code == 0, fini.output
    profil = Profil.load()
    assert (profil.nom, profil.api, profil.client_secret, profil.cle_api) == ("afdas", API, SECRET, CLE)
    assert (profil.siren, profil.renvoi_reconnu) == ("356000000", True)
    assert SECRET not in fichier.read_text()
    assert {un.stat().st_mode & 0o777 for un in fichier.parent.iterdir()} == {0o600}
    assert "« Mon Compte »" in words(fini.stderr)
    assert "Accrochage : Votre éditeur est raccordé" in words(fini.stderr)
    assert "pas de trousseau" in fini.stderr


@pytest.mark.usefixtures("someone")
def test_an_answer_that_does_not_fit_is_asked_again_at_once(opco: OpcoFactice) -> None:
    entree = [
        "inconnu",
        "afdas",
        "opco.exemple.invalid",
        API,
        "",
        CLIENT_ID,
        SECRET,
        "tdu_prod_court",
        CLE,
        "12",
        "",
        "",
        "n",
    ]
    fini = run(opco, "--sans-essai", entree="\n".join(entree) + "\n")

    assert fini.exit_code == 0, fini.output
    for dit in ("n'est pas connu", "adresse complète", "mal recopié", "9 chiffres"):
        assert dit in words(fini.stderr)
    assert Profil.load().jeton == f"{API}/oauth2/token", "Enter takes what is proposed"
    assert Profil.load().siren is None


@pytest.mark.usefixtures("someone")
def test_a_profile_named_as_an_opco_is_proposed_that_opco(opco: OpcoFactice, fichier: Path) -> None:
    fini = run(opco, "--profil", "akto", "--sans-essai", entree="\n".join(["", *REPONSES, ""]) + "\n")

    assert fini.exit_code == 0, fini.output
    assert 'opco = "akto"' in fichier.read_text()


@pytest.mark.usefixtures("someone")
def test_ctrl_c_leaves_nothing_behind(opco: OpcoFactice, fichier: Path) -> None:
    fini = run(opco, entree=f"afdas\n{API}\n")  # the answers end there, as Ctrl-C or Ctrl-D does

    assert fini.exit_code == 130
    assert "Interrompu" in fini.stderr
    assert not fichier.exists()


@pytest.mark.usefixtures("someone", "trousseau")
def test_later_one_value_is_changed_at_a_time_and_secrets_stay_masked(opco: OpcoFactice, fichier: Path) -> None:
    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF)
    fichier.write_text("# à Jeanne\n" + fichier.read_text(), encoding="utf-8")

    fini = run(opco, "--sans-essai", entree="99\n7\n356 000 001\n732829320\n5\nun-autre-secret\n\n")

    assert fini.exit_code == 0, fini.output
    assert "Un numéro de 1 à" in fini.stderr
    assert "Identifiant API CFA : ••••• (trousseau du système)" in fini.stderr
    assert "un-autre-secret" not in fini.output
    assert (Profil.load().siren, Profil.load().client_secret) == ("732829320", "un-autre-secret")
    assert fichier.read_text().startswith("# à Jeanne\n")
    assert 'siren = "356000000"' in (fichier.parent / "cfa.toml.bak").read_text()


def test_a_script_gives_everything_on_its_standard_input(
    opco: OpcoFactice, fichier: Path, trousseau: TrousseauEnMemoire
) -> None:
    fini = run(opco, "--profil", "afdas", "--depuis-entree", "--json", entree="# de mon coffre\n\n" + NEUF)

    assert fini.exit_code == 0, fini.output
    dit = json.loads(fini.stdout)
    assert (dit["resultat"], dit["profil"]) == ("ENREGISTRE", "afdas")
    assert {un["niveau"] for un in dit["connexion"]} == {"bon"}
    assert trousseau.gardes == {
        ("traitdunion", "afdas:client_secret"): SECRET,
        ("traitdunion", "afdas:cle_api"): CLE,
    }
    assert not (fichier.parent / "secrets.toml").exists()


def test_a_script_gives_secrets_by_the_environment(opco: OpcoFactice, fichier: Path) -> None:
    secrets = {"TRAITDUNION_CFA_CLIENT_SECRET": SECRET, "TRAITDUNION_CFA_CLE_API": CLE}
    valeurs = [f"api={API}", f"jeton={JETON}", f"client_id={CLIENT_ID}"]
    options = [mot for valeur in valeurs for mot in ("--valeur", valeur)]
    fini = run(opco, "--profil", "afdas", "--sans-question", "--sans-essai", *options, **secrets)

    assert fini.exit_code == 0, fini.output
    assert Profil.load().client_secret == SECRET
    assert SECRET not in fichier.read_text()


def test_without_question_what_is_missing_fails_and_changes_nothing(opco: OpcoFactice, fichier: Path) -> None:
    fini = run(opco, "--profil", "afdas", "--no-input", "--valeur", f"api={API}")

    assert fini.exit_code == 2
    assert "jeton, client_id, client_secret, cle_api" in words(fini.stderr)
    assert "TRAITDUNION_CFA_CLE_API" in fini.stderr
    assert not fichier.exists()


def test_without_a_terminal_nothing_is_asked(opco: OpcoFactice) -> None:
    assert run(opco, "--profil", "afdas", entree="\n".join(REPONSES)).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "entree", "dit"),
    [
        (["--valeur", f"cle_api={CLE}"], "", "jamais sur la ligne de commande"),
        (["--valeur", "scoope=x"], "", "« scoope » n'est pas un réglage. Vouliez-vous dire « scope » ?"),
        (["--depuis-entree"], CLE, "Ce qui est donné en 1 n'est pas un réglage"),
        (["--depuis-entree"], f"{CLE}=x", "Ce qui est donné en 1 n'est pas un réglage"),
        (["--depuis-entree"], "siren=356000000\nQmFzZTY0==", "Ce qui est donné en 2 n'est pas un réglage"),
        (["--valeur", "siren=1"], "", "SIREN du CFA (siren)"),
        (["--secrets", "ailleurs"], "", "trousseau"),
        (["--profil", "a b"], "", "ne convient pas"),
        (["--supprimer"], "", "--profil NOM"),
        (["--supprimer", "--profil", "afdas"], "", "--oui"),
        (["--supprimer", "--profil", "afdas", "--oui"], "", "ne contient pas de profil"),
    ],
)
def test_a_wrong_use_is_said_without_quoting_secrets(
    opco: OpcoFactice, arguments: list[str], entree: str, dit: str
) -> None:
    profil = [] if "--profil" in arguments or "--supprimer" in arguments else ["--profil", "afdas"]
    fini = run(opco, *profil, *arguments, entree=entree)

    assert fini.exit_code == 2
    assert dit in words(fini.stderr)
    assert "QmFzZTY0" not in fini.output


def test_profiles_are_listed_without_their_secrets(opco: OpcoFactice) -> None:
    assert "Aucun profil" in run(opco, "--montrer").stderr
    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF)

    assert f"[afdas] api : {API}" in run(opco, "--montrer").stdout
    (lu,) = json.loads(run(opco, "--montrer", "--json").stdout)
    assert lu["profil"] == "afdas"
    assert lu["secrets"] == {"client_secret": "fichier secrets.toml", "cle_api": "fichier secrets.toml"}


def test_a_secret_that_leaves_the_settings_is_said_to_remain_in_their_copy(opco: OpcoFactice, fichier: Path) -> None:
    fichier.parent.mkdir(parents=True)
    fichier.write_text(
        "[afdas]\n" + "".join(f'{nom} = "{valeur}"\n' for nom, _, valeur in map(_pair, NEUF.split("\n")))
    )
    fichier.chmod(0o600)
    assert Profil.load().client_secret == SECRET

    fini = run(opco, "--depuis-entree", "--sans-essai", entree="client_secret=un-neuf")
    assert fini.exit_code == 0, fini.output
    assert "« .bak » contient encore l'ancien secret" in words(fini.stderr)
    assert SECRET not in fichier.read_text()
    assert Profil.load().client_secret == "un-neuf"


def _pair(ligne: str) -> tuple[str, str, str]:
    return ligne.partition("=") if ligne else ("vide", "", "")


@pytest.mark.usefixtures("someone")
def test_a_profile_goes_when_the_person_says_so(opco: OpcoFactice, fichier: Path) -> None:
    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF)

    assert run(opco, "--supprimer", "--profil", "afdas", entree="n\n").exit_code == 0
    assert Profil.load().nom == "afdas"
    assert run(opco, "--supprimer", "--profil", "afdas", entree="y\n").exit_code == 0
    assert "afdas" not in fichier.read_text()
    assert SECRET not in (fichier.parent / "secrets.toml").read_text()


def test_settings_are_kept_when_the_connection_fails_and_the_code_says_so(opco: OpcoFactice) -> None:
    opco.jeton_refuse = refus(401, "CLIENT_INCONNU")(None)  # type: ignore[arg-type]
    fini = run(opco, "--profil", "afdas", "--depuis-entree", entree=NEUF)

    assert fini.exit_code == 4
    assert "Les réglages sont enregistrés" in words(fini.stderr)
    assert Profil.load().client_id == CLIENT_ID


FACTURES = ["CFA FICTIF", "1 rue de l'Exemple, 75001 PARIS", IBAN, "11 75 00000 75", "", "", "", "CFA/", "", "", "", ""]


@pytest.mark.usefixtures("someone")
def test_invoices_are_a_second_chapter_asked_at_once_or_later(opco: OpcoFactice, fichier: Path) -> None:
    tout = run(opco, "--sans-essai", entree="\n".join(["afdas", *REPONSES, "o", *FACTURES]) + "\n")
    assert tout.exit_code == 0, tout.output
    assert "MyA, « Mon Compte », « Coordonnées bancaires »" in words(tout.stderr)
    assert IBAN not in tout.output
    emetteur = Emetteur.load()
    assert (emetteur.denomination, emetteur.nda, emetteur.prefixe) == ("CFA FICTIF", "11750000075", "CFA/")
    assert (emetteur.client, emetteur.fin_iban, emetteur.valent_certificat) == ("Afdas", "…0189", True)
    assert IBAN not in fichier.read_text()

    plus_tard = run(opco, "--profil", "akto", "--sans-essai", entree="\n".join(["", *REPONSES, "n"]) + "\n")
    assert plus_tard.exit_code == 0, plus_tard.output
    assert "Plus tard : traitdunion cfa configurer --facturation --profil akto" in words(plus_tard.stderr)
    ensuite = run(opco, "--profil", "akto", "--facturation", entree="\n".join(FACTURES) + "\n")
    assert ensuite.exit_code == 0, ensuite.output
    assert Emetteur.load(nom="akto").client == "Akto"


@pytest.mark.usefixtures("someone")
def test_ctrl_c_among_invoices_keeps_the_connection(opco: OpcoFactice) -> None:
    fini = run(opco, "--sans-essai", entree="\n".join(["afdas", *REPONSES, "o", "CFA FICTIF"]) + "\n")

    assert fini.exit_code == 130
    assert Profil.load().client_id == CLIENT_ID
    with pytest.raises(EmetteurInvalide, match="le nom du CFA, son adresse, son IBAN"):
        Emetteur.load()


@pytest.mark.usefixtures("someone", "trousseau")
def test_what_invoices_say_is_changed_one_value_at_a_time(opco: OpcoFactice, fichier: Path) -> None:
    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF + FACTURES_DE_SCRIPT)
    fichier.write_text(fichier.read_text().replace("[afdas.fact", "# la compta\n[afdas.fact"), encoding="utf-8")

    fini = run(opco, "--facturation", entree="3\nFR00\nFR76 3000 1007 9412 3456 7890 185\n12\nLyon\n\n")
    assert fini.exit_code == 0, fini.output
    assert "IBAN du CFA : ••••• 0189 (trousseau du système)" in fini.stderr
    assert "Cet IBAN ne tombe pas juste" in fini.stderr
    assert (Emetteur.load().fin_iban, Emetteur.load().lieu) == ("…0185", "Lyon")
    assert "# la compta\n[afdas.facturation]\n" in fichier.read_text()


FACTURES_DE_SCRIPT = f"""facturation.denomination=CFA FICTIF
facturation.adresse=1 rue de l'Exemple, 75001 PARIS
facturation.valent_certificat=non
facturation.iban={IBAN}
"""


def test_a_script_gives_what_invoices_say_and_shows_it_without_the_iban(opco: OpcoFactice) -> None:
    sans = run(opco, "--facturation", "--depuis-entree", entree=FACTURES_DE_SCRIPT)
    assert sans.exit_code == 2
    assert "Réglez d'abord la liaison avec l'OPCO : traitdunion cfa configurer" in words(sans.stderr)

    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF)
    court = run(opco, "--facturation", "--valeur", "facturation.lieu=Lyon", "--no-input")
    assert court.exit_code == 2
    assert "il manque au profil « afdas » : facturation.denomination, facturation.adresse, iban" in words(
        court.stderr
    ).replace("Il", "il")
    fini = run(opco, "--facturation", "--depuis-entree", "--json", entree=FACTURES_DE_SCRIPT)
    assert fini.exit_code == 0, fini.output

    montre = run(opco, "--montrer")
    assert "[afdas] facturation.denomination : CFA FICTIF" in montre.stdout
    assert "[afdas] facturation.valent_certificat : non" in montre.stdout
    assert "[afdas] iban : ••••• 0189 (fichier secrets.toml)" in montre.stdout
    (lu,) = json.loads(run(opco, "--montrer", "--json").stdout)
    assert (lu["iban"], lu["reglages"]["facturation.valent_certificat"]) == ("…0189", False)
    assert IBAN not in fini.output + montre.output


def test_the_iban_leaves_the_settings_for_a_safer_place(opco: OpcoFactice, fichier: Path) -> None:
    run(opco, "--profil", "afdas", "--depuis-entree", "--sans-essai", entree=NEUF)
    fichier.write_text(fichier.read_text() + f'\n[afdas.facturation]\niban = "{IBAN}"  # à ranger\n')
    fini = run(opco, "--facturation", "--depuis-entree", entree=FACTURES_DE_SCRIPT)

    assert fini.exit_code == 0, fini.output
    assert "« .bak » contient encore l'ancien secret" in words(fini.stderr)
    assert IBAN not in fichier.read_text()
    assert Emetteur.load().iban == IBAN


@pytest.mark.parametrize(
    ("argument", "dit"),
    [
        (f"iban={IBAN}", "jamais sur la ligne de commande"),
        (f"facturation.iban={IBAN}", "jamais sur la ligne de commande"),
        ("facturation.denominaton=x", "Vouliez-vous dire « facturation.denomination » ?"),
        ("facturation.nda=12", "Numéro de déclaration d'activité (facturation.nda)"),
    ],
)
def test_a_wrong_value_of_invoices_is_said(opco: OpcoFactice, argument: str, dit: str) -> None:
    fini = run(opco, "--profil", "afdas", "--valeur", argument)

    assert fini.exit_code == 2
    assert dit in words(fini.stderr)
    assert IBAN not in fini.output


def test_on_a_real_terminal_secrets_are_not_echoed(fichier: Path, tmp_path: Path) -> None:
    maitre, esclave = pty.openpty()
    commande = [sys.executable, "-c", "from traitdunion.cli import main; main()", "cfa", "configurer", "--sans-essai"]
    environ = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "NO_COLOR": "1"}
    enfant = subprocess.Popen(
        commande, stdin=esclave, stdout=esclave, stderr=esclave, env=environ, start_new_session=True
    )
    os.close(esclave)
    ecran = ""
    for attendu, reponse in zip(
        ("OPCO", "l'API", "connexion", "Client ID", "Client secret", "Identifiant", "SIREN", "reconn", "maintenant"),
        ["afdas", *REPONSES, "n"],
        strict=True,
    ):
        ecran += _read_until(maitre, attendu)
        os.write(maitre, reponse.encode() + b"\n")
    ecran += _read_until(maitre, "Plus tard")
    assert enfant.wait(timeout=30) == 0
    os.close(maitre)

    assert API in ecran
    assert SECRET not in ecran
    assert CLE not in ecran
    assert Profil.load(fichier).client_secret == SECRET


def _read_until(descripteur: int, attendu: str) -> str:
    """What the terminal shows, up to the prompt whose label holds `attendu` and that waits for an answer."""
    lu, limite = "", time.monotonic() + 30
    while time.monotonic() < limite:
        pret, _, _ = select.select([descripteur], [], [], 0.3)
        if pret:
            try:
                lu += os.read(descripteur, 4096).decode(errors="replace")
            except OSError:  # the other side is closed
                return lu
        elif attendu in lu.rstrip().rsplit("\n", 1)[-1]:
            return lu
    raise AssertionError(f"« {attendu} » never came: {lu}")
