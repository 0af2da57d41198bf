"""`cfa diagnostic` as a person reads it, and as a script does."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, OpcoFactice, coupure, refus
from typer.testing import CliRunner, Result

from traitdunion.cfa.boite import Boite
from traitdunion.cfa.boite.disque import verrou
from traitdunion.cfa.commandes import app

IBAN = "FR7630006000011234567890189"
FACTURES = f"""denomination = "CFA FICTIF"
adresse = "1 rue de l'Exemple"
iban = "{IBAN}"
"""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    chemin = tmp_path / "xdg" / "config" / "traitdunion" / "cfa.toml"
    chemin.parent.mkdir(parents=True, mode=0o700)
    chemin.write_text(
        f'[afdas]\napi = "{API}"\njeton = "{JETON}"\nclient_id = "{CLIENT_ID}"\nclient_secret = "{SECRET}"\n'
        f'cle_api = "{CLE}"\nsiren = "356000000"\n'
    )
    chemin.chmod(0o600)
    return chemin


def run(opco: OpcoFactice, *arguments: str, **environ: str) -> Result:
    """Run it; whatever it finds, it prints no secret."""
    fini = CliRunner().invoke(
        app, ["diagnostic", *arguments], obj=opco.transport, env={"NO_COLOR": "1", "COLUMNS": "80", **environ}
    )
    assert SECRET not in fini.output
    assert CLE not in fini.output
    assert fini.exit_code != 1, fini.output
    return fini


@pytest.mark.usefixtures("fichier")
def test_a_profile_that_works_is_all_well() -> None:
    fini = run(OpcoFactice())

    assert fini.exit_code == 0
    assert "✓ Accrochage : Votre éditeur est raccordé" in fini.stdout
    assert "✗" not in fini.stdout
    assert fini.stderr.startswith("Tout va bien")


@pytest.mark.parametrize(
    ("factures", "code", "dit"),
    [
        ("", 0, "! Factures : Pas encore réglées : « facturer » ne peut rien préparer."),
        ('denomination = "CFA FICTIF"\n', 2, "✗ Factures : Pour facturer, il manque : son adresse, son IBAN."),
        (FACTURES + 'nda = "1"\n', 2, "✗ Factures : Le numéro de déclaration d'activité (nda) compte 11 chiffres."),
        (FACTURES, 0, "✓ Factures : CFA FICTIF, IBAN …0189, numéros en « F- »."),
    ],
)
def test_what_invoices_say_is_looked_at(fichier: Path, factures: str, code: int, dit: str) -> None:
    fichier.write_text(fichier.read_text() + (f"[afdas.facturation]\n{factures}" if factures else ""))
    fini = run(OpcoFactice())

    assert fini.exit_code == code
    assert dit in fini.stdout
    assert ("traitdunion cfa configurer --facturation --profil afdas" in fini.stdout) == (factures != FACTURES)
    assert IBAN not in fini.output


@pytest.mark.usefixtures("fichier")
def test_secrets_written_in_the_settings_work_and_are_remarked_upon() -> None:
    assert "! Secrets : client_secret : fichier de réglages" in run(OpcoFactice()).stdout


@pytest.mark.usefixtures("fichier")
def test_offline_nothing_is_asked_of_the_server() -> None:
    opco = OpcoFactice()

    assert run(opco, "--sans-reseau").exit_code == 0
    assert opco.vues == []


def test_without_settings_it_says_how_to_begin() -> None:
    fini = run(OpcoFactice())

    assert fini.exit_code == 2
    assert "traitdunion cfa configurer" in fini.stdout


def test_settings_that_others_may_read_are_told(fichier: Path) -> None:
    fichier.chmod(0o644)
    fini = run(OpcoFactice())

    assert fini.exit_code == 2
    assert f"chmod 600 {fichier}" in " ".join(fini.stdout.split())


@pytest.mark.usefixtures("fichier")
def test_the_exit_code_tells_access_from_network() -> None:
    assert run(OpcoFactice(jeton_refuse=refus(401, "CLIENT_INCONNU")(None))).exit_code == 4  # type: ignore[arg-type]
    assert run(OpcoFactice(pannes=[coupure()])).exit_code == 5


@pytest.mark.usefixtures("fichier")
def test_a_script_reads_the_same_as_json() -> None:
    fini = run(OpcoFactice(pannes=[coupure()]), "--json")
    lu = json.loads(fini.stdout)

    assert lu["code"] == fini.exit_code == 5
    (mauvais,) = [un for un in lu["constats"] if un["niveau"] == "mauvais"]
    assert mauvais["sujet"] == "Liaison"
    assert mauvais["queFaire"]


@pytest.mark.usefixtures("fichier")
def test_an_outbox_and_a_follow_up_are_looked_at_when_they_exist(tmp_path: Path) -> None:
    boite = tmp_path / "xdg" / "data" / "traitdunion" / "cfa" / "afdas" / "boite"
    boite.mkdir(parents=True)
    (boite / "boite.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    fini = run(OpcoFactice(), "--sans-reseau")
    assert fini.exit_code == 2
    assert "boite.db est abîmé" in fini.stdout


@pytest.mark.usefixtures("fichier")
def test_a_profile_that_is_not_there_is_told_with_those_that_are() -> None:
    fini = run(OpcoFactice(), "--profil", "akto")

    assert fini.exit_code == 2
    assert "Profils connus : afdas" in " ".join(fini.stdout.split())


def test_a_profile_that_is_wholly_in_the_environment_needs_no_file() -> None:
    environ = {
        "API": API,
        "JETON": JETON,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": SECRET,
        "CLE_API": CLE,
        "PROFIL": "afdas",
    }
    fini = run(OpcoFactice(), **{f"TRAITDUNION_CFA_{nom}": valeur for nom, valeur in environ.items()})

    assert fini.exit_code == 0
    assert "« afdas » est complet" in fini.stdout
    assert "cle_api : environnement" in fini.stdout


@pytest.mark.usefixtures("fichier")
def test_what_waits_in_the_outbox_is_counted_and_a_sender_at_work_is_seen(tmp_path: Path) -> None:
    boite = tmp_path / "xdg" / "data" / "traitdunion" / "cfa" / "afdas" / "boite"
    with Boite.open(boite):
        pass
    assert "boite : vide." in run(OpcoFactice(), "--sans-reseau").stdout

    with verrou.held(boite):
        fini = run(OpcoFactice(), "--sans-reseau")
    assert fini.exit_code == 0
    assert "Un autre envoi est en cours" in fini.stdout


@pytest.mark.usefixtures("fichier")
def test_an_outbox_that_is_another_s_file_is_told(tmp_path: Path) -> None:
    boite = tmp_path / "xdg" / "data" / "traitdunion" / "cfa" / "afdas" / "boite"
    with Boite.open(boite):
        pass
    (base,) = boite.glob("*.db")
    base.unlink()
    with sqlite3.connect(base) as autre:
        autre.execute("CREATE TABLE tout_autre (x)")
    autre.close()

    fini = run(OpcoFactice(), "--sans-reseau")
    assert fini.exit_code == 2
    assert "✗ Boîte d'envoi" in fini.stdout
