"""A promotion through the real outbox, on disk, to an OPCO of paper."""

from pathlib import Path
from typing import Any

import pytest
from builders.opco_factice import API, CLE, CLIENT_ID, JETON, SECRET, OpcoFactice, brut
from typer.testing import CliRunner, Result

from traitdunion.cfa import entrees
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


def test_a_workbook_beside_which_nothing_can_be_written_still_tells_what_was_deposited(
    lot: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(chemin: Path, contenu: bytes, *, ecraser: bool) -> None:
        raise entrees.FichierInutilisable(f"{chemin} ne peut être écrit : lecture seule.")

    opco = OpcoFactice()
    monkeypatch.setattr(entrees, "write_result", refuse)
    resultat = _import(environ, opco, lot)

    assert resultat.exit_code == 2
    assert "Déposé : 3" in resultat.stdout
    assert "promo.anomalies.xlsx ne peut être écrit" in resultat.stderr
    assert len(opco.depots) == 3


def test_an_opco_that_takes_no_contract_by_the_api_is_said_once_and_nothing_is_put_in(
    lot: Path, environ: dict[str, str]
) -> None:
    resultat = _import({**environ, "TRAITDUNION_CFA_OPCO": "opco-sante"}, OpcoFactice(), lot)

    assert resultat.exit_code == 3
    assert resultat.stderr.count("Déposez le contrat sur le portail") == 1
    assert not (lot.parent / "donnees" / "defaut" / "boite" / "boite.db").exists()


def test_a_folder_of_dossiers_leaves_aside_what_cannot_be_opened(lot: Path, environ: dict[str, str]) -> None:
    dossier = lot.parent / "melange"
    (dossier / "sous.pdf").mkdir(parents=True)
    (dossier / "casse.pdf").symlink_to(dossier / "nulle-part.pdf")
    (dossier / "boucle.json").symlink_to(dossier / "boucle.json")
    (dossier / "vide.json").write_bytes(b"")
    resultat = _run(environ, OpcoFactice(), "importer", dossier, *AU)

    assert resultat.exit_code == 3
    assert "ne contient aucun CERFA rempli" in resultat.stderr


def test_a_contract_whose_dossier_the_opco_refused_goes_again_when_asked_and_the_others_do_not(
    lot: Path, environ: dict[str, str]
) -> None:
    opco = OpcoFactice()
    _import(environ, opco, lot)
    opco.etats[2] = "REFUSE"
    encore = _import(environ, opco, lot, "--nouveau-depot")  # the follow-up does not know of the refusal yet
    assert "Dont déjà dans la boîte d'envoi, non renvoyés : 3" in encore.stdout
    assert _run(environ, opco, "synchroniser").exit_code == 0

    assert len(opco.depots) == 3
    du_retour = _import(environ, opco, lot.with_name("promo.anomalies.xlsx"), "--nouveau-depot")
    assert du_retour.exit_code == 0, du_retour.output
    assert len(opco.depots) == len(opco.conventions) == 4
    assert _import(environ, opco, lot, "--nouveau-depot").exit_code == 0  # the new one is not refused
    assert len(opco.depots) == 4
