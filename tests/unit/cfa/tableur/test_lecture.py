"""Promotions in workbooks of every kind, read into the bodies of the norm."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders.corps import RECU_LE
from builders.corps_valides import depots
from builders.tableur.classeurs import cells_of, promotion, save_plain, save_template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traitdunion.cfa.tableur.anomalies import ClasseurIllisible
from traitdunion.cfa.tableur.colonnes import ETAT, REMARQUES, Colonne, by_chemin, colonnes
from traitdunion.cfa.tableur.controle import check_promotion
from traitdunion.cfa.tableur.ecriture.exemples import invent
from traitdunion.cfa.tableur.ecriture.modele import write_modele
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.cfa.tableur.lignes import Promotion
from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import DepotDossier

TITRES_A_EUX = {
    "cerfa.apprenti.nom": "NOM",
    "cerfa.apprenti.prenom": "prenom",
    "cerfa.apprenti.dateNaissance": "Date de  naissance",
    "cerfa.employeur.siret": "Siret employeur",
    "convention.mandatEmployeur": "mandat de l’employeur au CFA",
}


def _judged(chemin: Path) -> Promotion:
    lue = read_promotion(chemin)
    check_promotion(lue, le=RECU_LE)
    return lue


def _told(lue: Promotion) -> set[tuple[str, str]]:
    return {(str(situee.cellule), situee.anomalie.code) for ligne in lue.lignes for situee in ligne.situees}


def test_the_template_as_it_comes_holds_no_apprentice(tmp_path: Path) -> None:
    modele = tmp_path / "promotion.xlsx"
    modele.write_bytes(write_modele(le=RECU_LE))

    lue = read_promotion(modele)
    assert lue.lignes == []
    assert lue.remarques == [
        "Ligne 3 ignorée : son état est EXEMPLE.",
        "Aucun apprenti dans ce classeur : il n'y a rien à importer.",
    ]


@pytest.mark.parametrize("jour", [date(2026, 9, 5), date(2025, 10, 1), date(2027, 2, 28), date(2024, 2, 29)])
def test_invented_apprentices_raise_no_anomaly_at_all_and_are_all_different(tmp_path: Path, jour: date) -> None:
    modele = tmp_path / "promotion.xlsx"
    modele.write_bytes(write_modele(le=jour, nombre=250))
    lue = read_promotion(modele)
    check_promotion(lue, le=jour)

    assert [situee for ligne in lue.lignes for situee in ligne.situees] == []
    assert len({ligne.libelle for ligne in lue.lignes}) == len(lue.lignes) == 250
    assert lue.remarques == []


def test_the_same_number_and_day_invent_the_same_people() -> None:
    assert invent(3, le=RECU_LE) == invent(5, le=RECU_LE)[:3]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(depots(), min_size=1, max_size=4))
def test_a_promotion_written_then_read_is_the_same(tmp_path: Path, corps: list[dict[str, Any]]) -> None:
    chemin = save_template(tmp_path / "promotion.xlsx", [cells_of(depot) for depot in corps])

    lus = [ligne.depot for ligne in read_promotion(chemin).lignes]

    assert lus == [lecture.read(DepotDossier, json.dumps(depot).encode()).message for depot in corps]


@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_somebody_else_s_workbook_is_read_like_the_template(tmp_path: Path, extension: str) -> None:
    """Other order, other words, other case; numbers without their zeros, dates as text, amounts with a comma."""
    rangees = promotion(3)
    ordre = sorted((chemin for chemin in rangees[0] if chemin != ETAT), reverse=True)
    chemin = tmp_path / f"export.{extension}"
    if extension == "xlsx":
        save_plain(chemin, rangees, titres=TITRES_A_EUX, ordre=ordre)
    else:
        _save_csv(chemin, rangees, ordre, separateur=";", code="cp1252")
    attendue = read_promotion(save_template(tmp_path / "modele.xlsx", rangees))

    lue = read_promotion(chemin)

    assert [ligne.corps for ligne in lue.lignes] == [ligne.corps for ligne in attendue.lignes]
    assert [ligne.convention for ligne in lue.lignes] == [ligne.convention for ligne in attendue.lignes]
    assert lue.remarques == []


@pytest.mark.parametrize(
    ("separateur", "code"), [(";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-16"), (";", "cp1252")]
)
def test_a_csv_is_read_whatever_its_separator_and_its_encoding(tmp_path: Path, separateur: str, code: str) -> None:
    rangees = promotion(2, {0: {"cerfa.apprenti.nom": "ÉLÉGANT-FICTIF, dit « l'Été »"}})
    chemin = tmp_path / "export.csv"
    _save_csv(chemin, rangees, list(rangees[0]), separateur=separateur, code=code)

    lue = _judged(chemin)

    assert _told(lue) == set()
    assert lue.lignes[0].libelle.startswith("ÉLÉGANT-FICTIF, dit « l'Été »")


def test_each_anomaly_is_told_beside_the_cell_it_comes_from(tmp_path: Path) -> None:
    remu = "cerfa.contrat.remunerationsAnnuelles"
    changes: dict[int, dict[str, Any]] = {
        0: {"cerfa.employeur.siret": 12345678200011.0},
        1: {"cerfa.contrat.dateFinContrat": "31/02/2028", f"{remu}.2.1.taux": 5},
        2: {"cerfa.apprenti.nationalite": "martienne", "cerfa.apprenti.telephone": None},
        3: {f"{remu}.2.1.dateFin": "1/9/28"},
        4: {"convention.mandatEmployeur": "Non", "convention.couts.coutTotalPedagogieCFA": "8.000"},
    }
    rangees = promotion(5, changes)
    ordre = list(dict.fromkeys(chemin for rangee in rangees for chemin in rangee))
    chemin = save_plain(tmp_path / "p.xlsx", rangees, ordre=ordre)
    lettres = {nom: _letters(place) for place, nom in enumerate(ordre)}

    assert _told(_judged(chemin)) == {
        (f"{lettres['cerfa.employeur.siret']}2", "SIRET_INVALIDE"),
        (f"{lettres['cerfa.contrat.dateFinContrat']}3", "DATE_ILLISIBLE"),
        (f"{lettres[f'{remu}.2.1.taux']}3", "REMUNERATION_INSUFFISANTE"),
        (f"{lettres['cerfa.apprenti.nationalite']}4", "CODE_INCONNU"),
        (f"{lettres['cerfa.apprenti.telephone']}4", "MEMBRE_A_COMPLETER"),
        (f"{lettres[f'{remu}.2.1.dateFin']}5", "ANNEE_SUR_DEUX_CHIFFRES"),
        (f"{lettres[f'{remu}.2.1.dateDebut']}5", "MEMBRE_A_COMPLETER"),  # the norm's own, on the period as a whole
        (f"{lettres['convention.mandatEmployeur']}6", "MANDAT_EMPLOYEUR_ABSENT"),
        (f"{lettres['convention.couts.coutTotalPedagogieCFA']}6", "MONTANT_ILLISIBLE"),
    }


def test_two_rows_of_one_contract_are_both_told_and_a_row_already_deposited_is_left_alone(tmp_path: Path) -> None:
    rangees = promotion(4)
    rangees[2] = {**rangees[0], "cerfa.apprenti.prenom": "VENDEMIAIRE"}  # the same person, typed otherwise
    rangees[3] |= {"suivi.numeroDossier": "CA-0000007", "cerfa.employeur.siret": "1"}
    lue = _judged(save_plain(tmp_path / "p.xlsx", rangees))

    assert {(ligne.numero, s.anomalie.code) for ligne in lue.lignes for s in ligne.situees} == {
        (2, "LIGNE_EN_DOUBLE"),
        (4, "LIGNE_EN_DOUBLE"),
    }
    assert "la ligne 4" in lue.lignes[0].situees[0].anomalie.description
    assert lue.lignes[3].numero_dossier == "CA-0000007"


def test_columns_that_are_not_ours_are_told_with_what_they_may_be(tmp_path: Path) -> None:
    rangees = promotion(1)
    titres = {"cerfa.apprenti.nomUsage": "Note", "cerfa.apprenti.courriel": "Courriel de l'aprenti"}
    rangees[0]["cerfa.apprenti.nomUsage"] = "à rappeler"
    lue = read_promotion(save_plain(tmp_path / "p.xlsx", rangees, titres=titres))

    assert sorted(lue.autres_titres) == ["Courriel de l'aprenti", "Note"]
    assert any("« Courriel de l'apprenti(e) »" in remarque for remarque in lue.remarques)
    assert any("« Note » inconnue, elle n'est pas transmise." in remarque for remarque in lue.remarques)
    assert sorted(map(str, lue.lignes[0].autres)) == sorted(["à rappeler", str(rangees[0]["cerfa.apprenti.courriel"])])


def test_obligatory_columns_that_are_missing_are_all_told_before_any_row(tmp_path: Path) -> None:
    rangees = promotion(2)
    ordre = [chemin for chemin in rangees[0] if chemin not in ("convention.mandatEmployeur", "cerfa.employeur.siret")]
    chemin = save_plain(tmp_path / "p.xlsx", rangees, ordre=[*ordre])

    with pytest.raises(ClasseurIllisible) as vu:
        read_promotion(chemin)
    assert "2 colonne(s) obligatoire(s)" in str(vu.value)
    assert by_chemin()["cerfa.employeur.siret"].titre in str(vu.value)
    assert by_chemin()["convention.mandatEmployeur"].titre in str(vu.value)


def test_a_heading_said_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    rangees = promotion(1)
    chemin = save_plain(tmp_path / "p.xlsx", rangees, titres={"cerfa.apprenti.courriel": "Nom"})

    with pytest.raises(ClasseurIllisible, match="figure deux fois") as vu:
        read_promotion(chemin)
    assert "« Nom de naissance de l'apprenti »" in str(vu.value)


def test_empty_rows_are_skipped_and_the_numbers_of_the_others_are_those_of_excel(tmp_path: Path) -> None:
    rangees = promotion(3)
    chemin = save_plain(tmp_path / "p.xlsx", [rangees[0], {}, {"cerfa.apprenti.nom": "  "}, rangees[1], {}, rangees[2]])

    assert [ligne.numero for ligne in read_promotion(chemin).lignes] == [2, 5, 7]


def test_headings_may_come_after_a_title_and_the_sheet_may_have_any_name(tmp_path: Path) -> None:
    rangees = promotion(2)
    chemin = tmp_path / "p.csv"
    _save_csv(chemin, rangees, list(rangees[0]), separateur=";", code="utf-8")
    chemin.write_text("Promotion 2026 du CFA FICTIF\n\n" + chemin.read_text(encoding="utf-8"), encoding="utf-8")

    lue = read_promotion(chemin)
    assert [ligne.numero for ligne in lue.lignes] == [4, 5]
    assert lue.titres_en == 2


def test_the_version_of_the_form_is_the_one_in_force_unless_said_otherwise(tmp_path: Path) -> None:
    rangees = promotion(2, {0: {"cerfa.versionCERFA": None}, 1: {"cerfa.versionCERFA": "10103*13"}})
    lue = read_promotion(save_plain(tmp_path / "p.xlsx", rangees))

    versions = [ligne.depot.cerfa.version_cerfa for ligne in lue.lignes if ligne.depot.cerfa]
    assert versions == ["10103*14", "10103*13"]


def test_no_column_of_ours_is_sent(tmp_path: Path) -> None:
    rangees = promotion(1, {0: {ETAT: "prêt", REMARQUES: "tout va bien"}})
    lue = read_promotion(save_template(tmp_path / "p.xlsx", rangees))

    assert b"suivi" not in lue.lignes[0].corps
    assert b"tout va bien" not in lue.lignes[0].corps


def test_what_a_row_shows_of_itself_holds_no_nir(tmp_path: Path) -> None:
    rangees = promotion(1, {0: {"cerfa.apprenti.nir": "206057500100199", "cerfa.apprenti.handicap": "oui"}})
    lue = _judged(save_template(tmp_path / "p.xlsx", rangees))

    assert lue.lignes[0].situees
    assert "206057500100199" not in str([lue.lignes[0].libelle, lue.lignes[0].situees])


def _save_csv(chemin: Path, rangees: list[dict[str, Any]], ordre: list[str], *, separateur: str, code: str) -> None:
    import csv
    import io

    sortie = io.StringIO(newline="")
    ecrivain = csv.writer(sortie, delimiter=separateur)
    ecrivain.writerow([TITRES_A_EUX.get(chemin_, by_chemin()[chemin_].titre) for chemin_ in ordre])
    for rangee in rangees:
        ecrivain.writerow([_as_typed(by_chemin()[chemin_], rangee.get(chemin_)) for chemin_ in ordre])
    chemin.write_bytes(sortie.getvalue().encode(code))


def _as_typed(colonne: Colonne, valeur: Any) -> str:
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    texte = "" if valeur is None else str(valeur)
    if colonne.longueur and texte.startswith("0"):
        return texte.lstrip("0") if texte.strip("0") else texte  # what a spreadsheet does of it
    return texte.replace(".", ",") if texte.replace(".", "").isdigit() else texte


def _letters(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def test_the_columns_of_the_tests_are_those_of_the_product() -> None:
    assert set(promotion(1)[0]) <= {colonne.chemin for colonne in colonnes()}
