"""The root command: lazy, and the verification of receipts offline."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from traitdunion import __version__, cli
from traitdunion.norme import recepisse

PRIVEE = bytes(range(32))
PUBLIQUE = recepisse.public_key(PRIVEE)
CORPS, FICHIER = b'{"cerfa":{}}', b"%PDF-octets"
TEXTE = base64.urlsafe_b64encode(PUBLIQUE).rstrip(b"=").decode()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def signe(tmp_path: Path) -> Path:
    recu = recepisse.Recepisse(
        identifiant="p-1",
        genre="DOCUMENT",
        emetteur="OPCO FICTIF",
        siren="356000000",
        numero_interne="1",
        numero_externe="CA-0000001",
        sha256_json=sha256(CORPS).hexdigest(),
        sha256_fichier=sha256(FICHIER).hexdigest(),
        recu_le=datetime(2026, 9, 1, tzinfo=UTC),
    )
    fichier = tmp_path / "recepisse.json"
    fichier.write_bytes(recepisse.sign(recu, PRIVEE))
    (tmp_path / "depot.json").write_bytes(CORPS)
    (tmp_path / "piece.pdf").write_bytes(FICHIER)
    return fichier


def test_importing_the_command_loads_no_package_s_commands() -> None:
    lourds = ["litestar", "psycopg", "pikepdf", "httpx", "cryptography", "traitdunion.cfa", "traitdunion.opco"]
    code = f"import sys, traitdunion.cli; print([m for m in {lourds!r} if m in sys.modules])"
    fini = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert fini.stdout.strip() == "[]"


def test_the_version_is_said() -> None:
    assert run("--version").stdout == f"traitdunion {__version__}\n"


def test_help_names_both_sides() -> None:
    aide = run("--help").stdout
    assert all(mot in aide for mot in ("cfa", "opco", "referentiels", "recepisse"))


def test_arguments_are_handed_over_as_they_are() -> None:
    aide = run("cfa", "controler", "--help")
    assert aide.exit_code == 0
    assert "--au" in aide.stdout
    assert run("cfa", "--help").exit_code == 0
    assert run("cfa", "inconnue").exit_code == 2


def test_exit_codes_come_through(tmp_path: Path) -> None:
    fichier = tmp_path / "d.json"
    fichier.write_text("{")
    assert run("cfa", "controler", fichier).exit_code == 3


def test_without_the_server_s_extra_the_opco_side_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(nom: str) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setattr(cli, "import_module", absent)
    fini = run("opco", "migrer")
    assert fini.exit_code == 2
    assert "traitdunion[serveur]" in fini.stderr


def test_a_missing_module_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(nom: str) -> None:
        raise ModuleNotFoundError("No module", name="traitdunion.opco.perdu")

    monkeypatch.setattr(cli, "import_module", absent)
    assert isinstance(run("opco", "migrer").exception, ModuleNotFoundError)


@pytest.mark.parametrize("forme", ["base64url", "hex", "file", "raw file"])
def test_a_valid_receipt_is_valid_whatever_the_form_of_the_key(signe: Path, tmp_path: Path, forme: str) -> None:
    (tmp_path / "cle.txt").write_text(TEXTE + "\n")
    (tmp_path / "cle.bin").write_bytes(PUBLIQUE)
    cles = {"base64url": TEXTE, "hex": PUBLIQUE.hex(), "file": tmp_path / "cle.txt", "raw file": tmp_path / "cle.bin"}
    fini = run("recepisse", "verifier", signe, "--cle", cles[forme])
    assert fini.exit_code == 0, fini.output
    assert "n'est pas vérifié" in fini.stdout


def test_a_receipt_is_checked_against_the_data_and_the_file(signe: Path, tmp_path: Path) -> None:
    preuves = ["--json-depot", tmp_path / "depot.json", "--fichier", tmp_path / "piece.pdf"]
    fini = run("recepisse", "verifier", signe, "--cle", TEXTE, *preuves)
    assert fini.exit_code == 0, fini.output
    assert "les données et le fichier" in " ".join(fini.stdout.split())
    (tmp_path / "piece.pdf").write_bytes(b"%PDF-autre")
    autre = run("recepisse", "verifier", signe, "--cle", TEXTE, *preuves)
    assert autre.exit_code == 3
    assert "n'est pas celui" in autre.stderr


def test_a_receipt_that_was_changed_is_not_valid(signe: Path) -> None:
    document = json.loads(signe.read_bytes())
    document["recepisse"]["numeroExterne"] = "CA-0000002"
    signe.write_text(json.dumps(document))
    assert run("recepisse", "verifier", signe, "--cle", TEXTE).exit_code == 3


def test_a_receipt_of_another_key_is_not_valid(signe: Path) -> None:
    assert run("recepisse", "verifier", signe, "--cle", "00" * 32).exit_code == 3


@pytest.mark.parametrize("cle", ["", "abc", "é" * 43, "00" * 31, "/nulle/part"])
def test_a_key_that_is_none_is_a_wrong_usage(signe: Path, cle: str) -> None:
    assert run("recepisse", "verifier", signe, "--cle", cle).exit_code == 2
