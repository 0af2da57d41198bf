"""`cfa opco`: the matrix, one OPCO, the OPCO of an IDCC or of a dossier."""

import json
import stat
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from traitdunion.cfa.commandes import app
from traitdunion.norme import profils

TABLE = "idcc;opco\n1486;Atlas\n0478;Atlas\n86;AFDAS\n3090;Opco Imaginaire\n"


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """A folder of the reader's, its settings in it."""
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def run(dossier: Path, *arguments: object, columns: int = 80) -> Result:
    environ = {"XDG_CONFIG_HOME": str(dossier / "config"), "COLUMNS": str(columns), "NO_COLOR": "1"}
    return CliRunner().invoke(app, ["opco", *map(str, arguments)], env=environ)


def test_the_matrix_holds_in_eighty_columns_and_says_its_date(dossier: Path) -> None:
    fait = run(dossier)
    assert fait.exit_code == 0
    assert "28/07/2026" in fait.stdout
    assert all(opco.nom in fait.stdout for opco in profils.OPCOS)
    assert max(map(len, fait.stdout.splitlines())) <= 80
    (afdas,) = [ligne.split() for ligne in fait.stdout.splitlines() if ligne.strip().startswith("Afdas")]
    assert afdas == ["Afdas", "DPoP", "oui", "v1*", "oui", "v1", "oui", "v1", "dév.", "v2", "oui", "v2"]
    assert "à confirmer auprès de l'OPCO" in fait.stderr


def test_the_matrix_is_data_for_a_machine(dossier: Path) -> None:
    dit = json.loads(run(dossier, "--json").stdout)
    assert (dit["au"], len(dit["opcos"])) == ("2026-07-28", 11)
    akto = next(opco for opco in dit["opcos"] if opco["code"] == "akto")
    assert akto["jeton"]["scopes"] == [".default", "api.read api.write"]
    certificat = next(route for route in akto["routes"] if route["nom"] == "deposer_certificat")
    assert (certificat["support"], certificat["source"]) == ("non", "vu")
    assert certificat["sinon"] == "Déposez le certificat de réalisation sur le portail d'Akto."


@pytest.mark.parametrize(("columns", "adresse"), [(80, False), (140, True)])
def test_one_opco_is_told_in_detail_with_what_to_do_instead(dossier: Path, columns: int, adresse: bool) -> None:
    fait = run(dossier, "opco ep", columns=columns)
    assert fait.exit_code == 0
    assert "Keycloak, sans scope" in fait.stdout
    assert "long jeton JWT" in fait.stdout
    assert "« comment »" in fait.stdout
    assert "relevés de" in fait.stdout
    assert ("/v2/cfakeyinfo" in fait.stdout) is adresse


def test_an_unknown_opco_is_a_wrong_usage_and_the_known_ones_are_named(dossier: Path) -> None:
    fait = run(dossier, "Opcalia")
    assert fait.exit_code == 2
    assert "Uniformation" in fait.output


def test_a_profile_shows_its_opco_with_its_own_settings(dossier: Path) -> None:
    reglages = dossier / "cfa.toml"
    reglages.write_text(
        '[a]\napi = "https://a.invalid"\njeton = "https://a.invalid/t"\nclient_id = "x"\nclient_secret = "y"\n'
        'cle_api = "z"\nopco = "afdas"\n[a.routes]\ndeposer_certificat = false\n'
    )
    reglages.chmod(0o600)
    dit = json.loads(run(dossier, "--configuration", reglages, "--profil", "a", "--json").stdout)
    certificat = next(route for route in dit["routes"] if route["nom"] == "deposer_certificat")
    assert (certificat["support"], certificat["source"]) == ("non", "réglage")
    assert "(vos réglages)" in run(dossier, "--configuration", reglages, "--profil", "a", columns=140).stdout


def test_without_the_table_the_person_is_told_how_to_import_it(dossier: Path) -> None:
    fait = run(dossier, "--idcc", "1486")
    assert fait.exit_code == 2
    assert "--importer" in fait.stderr
    assert fait.stdout == ""


@pytest.mark.parametrize(
    ("idcc", "nom", "code"),
    [
        ("1486", "Atlas", "atlas"),
        ("478", "Atlas", "atlas"),
        ("0086", "AFDAS", "afdas"),
        ("3090", "Opco Imaginaire", None),
    ],
)
def test_the_table_once_imported_tells_the_opco_of_an_idcc(
    dossier: Path, idcc: str, nom: str, code: str | None
) -> None:
    fait = run(dossier, "--importer", dossier / "table.csv")
    assert fait.exit_code == 0
    assert "IDCC importés : 4" in fait.stdout
    assert "Opco Imaginaire" in fait.stderr
    ecrit = dossier / "config" / "traitdunion" / "idcc-opco.json"
    assert stat.S_IMODE(ecrit.stat().st_mode) == 0o600
    assert [chemin.name for chemin in ecrit.parent.iterdir()] == ["idcc-opco.json"]

    assert json.loads(run(dossier, "--idcc", idcc, "--json").stdout)["code"] == code
    assert f"OPCO : {nom}" in run(dossier, "--idcc", idcc).stdout


def test_a_workbook_is_a_table_too_and_its_wrong_rows_are_told(dossier: Path) -> None:
    chemin = dossier / "table.xlsx"
    with xlsxwriter.Workbook(str(chemin)) as classeur:
        feuille = classeur.add_worksheet()
        lignes = [["IDCC", "OPCO"], *([numero, "Akto"] for numero in range(1, 20)), ["ABC", "Akto"]]
        for rang, ligne in enumerate(lignes):
            feuille.write_row(rang, 0, ligne)
    fait = run(dossier, "--importer", chemin)
    assert "IDCC importés : 19" in fait.stdout
    assert "Ligne 21 laissée de côté" in fait.stderr
    assert json.loads(run(dossier, "--idcc", "0007", "--json").stdout)["opco"] == "Akto"


@pytest.mark.parametrize(
    "contenu", [b"", b"a;b\n1;2\n", b"PK\x03\x04abime", b"idcc;opco\nABC;Akto\n1;Akto\n", b"\x00\x01", b"idcc;opco\n"]
)
def test_a_file_that_is_not_the_table_changes_nothing(dossier: Path, contenu: bytes) -> None:
    run(dossier, "--importer", dossier / "table.csv")
    (dossier / "autre").write_bytes(contenu)
    assert run(dossier, "--importer", dossier / "autre").exit_code == 3
    assert json.loads(run(dossier, "--idcc", "1486", "--json").stdout)["code"] == "atlas"


def test_a_table_that_was_damaged_is_said_absent(dossier: Path) -> None:
    run(dossier, "--importer", dossier / "table.csv")
    (dossier / "config" / "traitdunion" / "idcc-opco.json").write_bytes(b'{"importee')
    fait = run(dossier, "--idcc", "1486")
    assert (fait.exit_code, "ne se lit pas" in fait.stderr) == (2, True)


@pytest.mark.parametrize(("idcc", "code"), [("9999", 3), ("12345", 2), ("abc", 2), ("", 2)])
def test_an_idcc_that_is_not_there_is_told_from_one_that_is_none(dossier: Path, idcc: str, code: int) -> None:
    run(dossier, "--importer", dossier / "table.csv")
    assert run(dossier, "--idcc", idcc).exit_code == code


@pytest.mark.parametrize(
    ("corps", "code", "dit"),
    [
        ({"cerfa": {"employeur": {"codeIdcc": 478}}}, 0, "Atlas"),
        ({"cerfa": {"employeur": {"denomination": "FICTIF"}}}, 3, "codeIdcc"),
        ({"cerfa": {}}, 3, "codeIdcc"),
    ],
)
def test_the_opco_of_a_dossier_is_that_of_its_employer_s_idcc(
    dossier: Path, corps: object, code: int, dit: str
) -> None:
    run(dossier, "--importer", dossier / "table.csv")
    (dossier / "d.json").write_text(json.dumps(corps))
    fait = run(dossier, "--dossier", dossier / "d.json")
    assert (fait.exit_code, dit in fait.output) == (code, True)


def test_two_questions_at_once_are_a_wrong_usage(dossier: Path) -> None:
    assert run(dossier, "Afdas", "--idcc", "1486").exit_code == 2
