"""The copy with the anomalies beside the cells: what the person sees of it, and that it can be imported again."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from builders.corps import RECU_LE
from builders.tableur.classeurs import promotion, save_plain, save_template

from traitdunion.cfa.tableur.colonnes import ETAT, NUMERO_DOSSIER, REMARQUES, by_chemin, colonnes
from traitdunion.cfa.tableur.controle import check_promotion
from traitdunion.cfa.tableur.ecriture.modele import write_modele
from traitdunion.cfa.tableur.ecriture.retour import write_retour
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.cfa.tableur.lignes import Promotion

FAUTES: dict[int, dict[str, Any]] = {
    0: {"cerfa.employeur.siret": "12345678200011"},
    1: {"cerfa.apprenti.dateNaissance": "31/02/2006"},
    2: {"cerfa.apprenti.telephone": None, "cerfa.contrat.remunerationsAnnuelles.1.1.taux": 5},
    3: {"convention.couts.coutTotalPedagogieCFA": "8.000", "cerfa.contrat.dateConclusion": "1/9/26"},
    4: {"cerfa.apprenti.nationalite": "martienne", "cerfa.employeur.nombreDeSalaries": "une douzaine"},
}


def _judged(chemin: Path) -> Promotion:
    lue = read_promotion(chemin)
    check_promotion(lue, le=RECU_LE)
    return lue


def _returned(tmp_path: Path, lue: Promotion) -> Path:
    chemin = tmp_path / "retour.xlsx"
    chemin.write_bytes(write_retour(lue))
    return chemin


def _shown(lue: Promotion, chemin: str) -> list[Any]:
    return [ligne.valeurs.get(chemin) for ligne in lue.lignes]


@pytest.mark.parametrize("ecrit", [save_template, save_plain])
def test_the_copy_read_again_is_the_same_promotion_with_the_same_anomalies(tmp_path: Path, ecrit: Any) -> None:
    lue = _judged(ecrit(tmp_path / "p.xlsx", promotion(7, FAUTES)))

    relue = _judged(_returned(tmp_path, lue))

    assert [ligne.corps for ligne in relue.lignes] == [ligne.corps for ligne in lue.lignes]
    assert [ligne.convention for ligne in relue.lignes] == [ligne.convention for ligne in lue.lignes]
    assert [ligne.numero for ligne in relue.lignes] == [ligne.numero for ligne in lue.lignes]
    assert [[(s.anomalie, s.chemin) for s in ligne.situees] for ligne in relue.lignes] == [
        [(s.anomalie, s.chemin) for s in ligne.situees] for ligne in lue.lignes
    ]
    assert sum(len(ligne.situees) for ligne in lue.lignes) >= 8


def test_each_row_says_its_state_and_all_that_is_wrong_what_blocks_first(tmp_path: Path) -> None:
    relue = read_promotion(_returned(tmp_path, _judged(save_plain(tmp_path / "p.xlsx", promotion(6, FAUTES)))))

    assert _shown(relue, ETAT) == ["à corriger", "à corriger", "prêt", "à corriger", "à corriger", "prêt"]
    remarques = _shown(relue, REMARQUES)
    assert remarques[0].startswith("Bloquant : « N° SIRET de l'établissement d'exécution du contrat » n'est pas")
    assert [phrase.partition(" : ")[0] for phrase in remarques[2].split("\n")] == ["Motif de refus", "Motif de refus"]
    assert "[Rémunération 1.1 : pourcentage]" in remarques[2]
    assert remarques[5] is None


def test_what_could_not_be_read_stays_as_it_was_typed(tmp_path: Path) -> None:
    relue = read_promotion(_returned(tmp_path, _judged(save_plain(tmp_path / "p.xlsx", promotion(5, FAUTES)))))

    assert relue.lignes[1].valeurs["cerfa.apprenti.dateNaissance"] == "31/02/2006"
    assert relue.lignes[3].valeurs["convention.couts.coutTotalPedagogieCFA"] == "8.000"
    assert relue.lignes[3].valeurs["cerfa.contrat.dateConclusion"] == "1/9/26"
    assert relue.lignes[4].valeurs["cerfa.apprenti.nationalite"] == "martienne"


def test_what_was_understood_is_put_in_its_proper_form(tmp_path: Path) -> None:
    changes = {0: {"cerfa.employeur.adresse.codePostal": 1000.0, "cerfa.apprenti.sexe": "femme"}}
    relue = read_promotion(_returned(tmp_path, _judged(save_plain(tmp_path / "p.xlsx", promotion(1, changes)))))

    assert relue.lignes[0].valeurs["cerfa.employeur.adresse.codePostal"] == "01000"
    assert relue.lignes[0].valeurs["cerfa.apprenti.sexe"] == "F - féminin"


def test_the_person_s_own_columns_follow_at_the_end(tmp_path: Path) -> None:
    rangees = promotion(2)
    rangees[1]["cerfa.apprenti.nomUsage"] = "à rappeler"
    lue = _judged(save_plain(tmp_path / "p.xlsx", rangees, titres={"cerfa.apprenti.nomUsage": "Note"}))

    relue = read_promotion(_returned(tmp_path, lue))
    assert relue.autres_titres == ["Note"]
    assert [(ligne.autres or [None])[0] or None for ligne in relue.lignes] == [None, "à rappeler"]


def test_cells_in_fault_are_coloured_and_have_their_note(tmp_path: Path) -> None:
    retour = _returned(tmp_path, _judged(save_template(tmp_path / "p.xlsx", promotion(5, FAUTES))))
    place = [colonne.chemin for colonne in colonnes()].index("cerfa.employeur.siret")

    with zipfile.ZipFile(retour) as archive:
        notes = archive.read("xl/comments1.xml").decode()
        feuille = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    lettre = _letters(place)
    note = re.search(rf'<comment ref="{lettre}3".*?</comment>', notes, re.DOTALL)
    assert note is not None
    assert "n'est pas un SIRET valide" in note[0]
    style = re.search(rf'r="{lettre}3" s="(\d+)"', feuille)
    assert style is not None
    formats = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    remplissage = re.search(r'fillId="(\d+)"', formats[int(style[1])])
    assert remplissage is not None
    assert "FFC7CE" in re.findall(r"<fill>.*?</fill>", styles)[int(remplissage[1])]


def test_a_row_already_deposited_keeps_its_number_and_says_so(tmp_path: Path) -> None:
    rangees = promotion(2, {1: {NUMERO_DOSSIER: "CA-0000042"}})
    relue = _judged(_returned(tmp_path, _judged(save_plain(tmp_path / "p.xlsx", rangees))))

    assert _shown(relue, ETAT) == ["prêt", "déposé"]
    assert [ligne.numero_dossier for ligne in relue.lignes] == [None, "CA-0000042"]


@pytest.mark.parametrize("piege", ['=HYPERLINK("http://exemple.fr")', "+1+1", "@SUM(A1)", "http://exemple.fr"])
def test_no_text_of_a_person_becomes_a_formula_nor_a_link(tmp_path: Path, piege: str) -> None:
    csv = tmp_path / "p.csv"
    rangees = promotion(1, {0: {"cerfa.apprenti.nom": piege}})[0]
    titres = ";".join(by_chemin()[chemin].titre for chemin in rangees)
    csv.write_text(f"{titres}\n" + ";".join(f'"{str(v).replace(chr(34), chr(34) * 2)}"' for v in rangees.values()))
    retour = _returned(tmp_path, _judged(csv))

    with zipfile.ZipFile(retour) as archive:
        feuille = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in feuille
    assert "<hyperlink" not in feuille
    assert read_promotion(retour).lignes[0].valeurs["cerfa.apprenti.nom"] == piege


def test_the_template_helps_on_every_column_and_bans_nothing(tmp_path: Path) -> None:
    chemin = tmp_path / "p.xlsx"
    chemin.write_bytes(write_modele(le=RECU_LE))
    with zipfile.ZipFile(chemin) as archive:
        feuille = archive.read("xl/worksheets/sheet1.xml").decode()
        notes = archive.read("xl/comments1.xml").decode()
        listes = archive.read("xl/worksheets/sheet3.xml").decode()

    regles = re.findall(r"<dataValidation [^>]*>", feuille)
    assert len(regles) == len(colonnes()) == notes.count("<comment ")
    assert all('promptTitle="' in regle and 'prompt="' in regle for regle in regles)
    assert all('errorStyle="warning"' in regle for regle in regles if 'type="' in regle)
    assert sum('type="list"' in regle for regle in regles) == sum(
        colonne.liste is not None or colonne.genre.name == "OUI_NON" for colonne in colonnes()
    )
    assert "10003" not in feuille
    assert all("10002" in regle for regle in regles)
    assert "54 - brevet de technicien supérieur (BTS)" in listes


def test_the_drop_down_lists_point_at_their_own_codes(tmp_path: Path) -> None:
    chemin = tmp_path / "p.xlsx"
    chemin.write_bytes(write_modele(le=RECU_LE))
    with zipfile.ZipFile(chemin) as archive:
        feuille = archive.read("xl/worksheets/sheet1.xml").decode()
    from traitdunion.cfa.tableur.ouverture.classeur import read_feuilles

    listes = next(lue for lue in read_feuilles(chemin) if lue.nom == "Listes")
    ordre = [colonne.chemin for colonne in colonnes()]
    for colonne in colonnes():
        if colonne.liste is None:
            continue
        lettre = _letters(ordre.index(colonne.chemin))
        source = re.search(rf'sqref="{lettre}3:{lettre}10002"[^>]*><formula1>Listes!\$(\w+)\$2:\$\w+\$(\d+)<', feuille)
        assert source, colonne.chemin
        place = _rank(source[1])
        codes = [str(ligne[place]).partition(" - ")[0] for ligne in listes.lignes[1 : int(source[2])]]
        assert codes == list(colonne.liste.codes)


def _letters(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def _rank(lettres: str) -> int:
    from xlsxwriter.utility import xl_cell_to_rowcol

    return int(xl_cell_to_rowcol(f"{lettres}1")[1])
