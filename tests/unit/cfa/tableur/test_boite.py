"""A promotion through the real outbox, on disk, to an OPCO of paper."""

from pathlib import Path
from typing import Any

import pytest
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, OpcoFactice, brut
from typer.testing import CliRunner, Result

from traitdunion.cfa.commandes import app
from traitdunion.cfa.tableur.colonnes import ETAT, NUMERO_DOSSIER
from traitdunion.cfa.tableur.lecture import read_promotion

AU = ("--au", "05/09/2026")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "TRAITDUNION_CFA_API": API,
        "TRAITDUNION_CFA_JETON": JETON,
        "TRAITDUNION_CFA_CLIENT_ID": CLIENT_ID,
        "TRAITDUNION_CFA_CLIENT_SECRET": SECRET,
        "TRAITDUNION_CFA_CLE_API": CLE,
        "TRAITDUNION_CFA_DONNEES": str(tmp_path / "donnees"),
        "XDG_CONFIG_HOME": "/nulle/part",
        "COLUMNS": "200",
    }


def _run(environ: dict[str, str], opco: OpcoFactice, *arguments: Any) -> Result:
    return CliRunner().invoke(app, [str(un) for un in arguments], env=environ, obj=opco.transport)


@pytest.fixture
def lot(tmp_path: Path, environ: dict[str, str]) -> Path:
    conventions = tmp_path / "conventions"
    classeur = tmp_path / "promo.xlsx"
    modele = ("modele", classeur, "--exemple", "3", "--conventions", conventions, *AU)
    assert _run(environ, OpcoFactice(), *modele).exit_code == 0
    return classeur


def _import(environ: dict[str, str], opco: OpcoFactice, classeur: Path, *autres: Any) -> Result:
    conventions = classeur.parent / "conventions"
    return _run(environ, opco, "importer", classeur, "--conventions", conventions, *AU, *autres)


def test_three_apprentices_make_three_dossiers_with_their_conventions_however_often_they_are_imported(
    lot: Path, environ: dict[str, str]
) -> None:
    opco = OpcoFactice()
    premier = _import(environ, opco, lot)
    encore = _import(environ, opco, lot)
    du_retour = _import(environ, opco, lot.with_name("promo.anomalies.xlsx"))

    assert [resultat.exit_code for resultat in (premier, encore, du_retour)] == [0, 0, 0], premier.output
    assert len(opco.depots) == len(opco.conventions) == 3
    numeros = [ligne.valeurs[NUMERO_DOSSIER] for ligne in read_promotion(lot.with_name("promo.anomalies.xlsx")).lignes]
    assert len(set(numeros)) == 3
    assert all(str(numero).startswith("CA-") for numero in numeros)


def test_an_opco_that_is_away_keeps_the_rows_in_the_box_and_they_go_at_the_next_import(
    lot: Path, environ: dict[str, str]
) -> None:
    absent = OpcoFactice(pannes=[brut(503)] * 50)
    premier = _import(environ, absent, lot)
    assert premier.exit_code == 5, premier.output
    assert absent.depots == []
    etats = [ligne.valeurs[ETAT] for ligne in read_promotion(lot.with_name("promo.anomalies.xlsx")).lignes]
    assert set(etats) <= {"en attente", "incertain"}


def test_a_row_kept_without_sending_goes_with_the_next_import(lot: Path, environ: dict[str, str]) -> None:
    opco = OpcoFactice()
    assert _import(environ, opco, lot, "--sans-envoyer").exit_code == 0
    assert opco.depots == []

    assert _import(environ, opco, lot).exit_code == 0
    assert len(opco.depots) == 3
