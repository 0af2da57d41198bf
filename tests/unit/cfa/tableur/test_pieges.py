"""Workbooks that no tool makes, or that somebody made to harm: refused in words, with little memory, or read aright."""

import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from builders.tableur.classeurs import (
    ERREUR,
    ESPACE,
    promotion,
    raw_rows,
    raw_xls,
    raw_xlsx,
    save_plain,
    text_cell,
    xls_without_its_sheet,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traitdunion.cfa.tableur.anomalies import ClasseurIllisible
from traitdunion.cfa.tableur.colonnes import Presence, by_chemin, colonnes
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.cfa.tableur.lignes import Promotion, column_name
from traitdunion.cfa.tableur.ouverture import garde
from traitdunion.cfa.tableur.ouverture.garde import column_rank
from traitdunion.norme.tableur import no_panic

OBLIGATOIRES = [colonne.chemin for colonne in colonnes() if colonne.presence is Presence.OBLIGATOIRE]
NAISSANCE, NOM = "cerfa.apprenti.dateNaissance", "cerfa.apprenti.nom"
MIO = 1024 * 1024


def _row(**cellules: str) -> dict[str, str]:
    """A row of obligatory columns, empty but for some."""
    return {chemin: cellules.get(chemin.rpartition(".")[2], text_cell("x")) for chemin in OBLIGATOIRES}


def _save(tmp_path: Path, contenu: bytes, nom: str = "promotion.xlsx") -> Path:
    chemin = tmp_path / nom
    chemin.write_bytes(contenu)
    return chemin


def _codes(lue: Promotion, chemin: str) -> list[str]:
    return [situee.anomalie.code for situee in lue.lignes[0].situees if situee.chemin == chemin]


def _refusal(chemin: Path) -> str:
    with pytest.raises(ClasseurIllisible) as vu:
        read_promotion(chemin)
    return str(vu.value)


def test_a_formula_gives_the_value_that_excel_computed(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row(nom='<c t="str"><f>UPPER("fictif")</f><v>FICTIF</v></c>')]))

    lue = read_promotion(_save(tmp_path, brut))
    assert lue.lignes[0].ecrites[NOM] == "FICTIF"
    assert _codes(lue, NOM) == []


@pytest.mark.parametrize("cellule", ["<c><f>A1</f></c>", "<c><f>A1</f><v></v></c>", "<c><f>A1</f><v/></c>"])
def test_a_formula_never_computed_is_told_not_taken_for_an_empty_cell(tmp_path: Path, cellule: str) -> None:
    lue = read_promotion(_save(tmp_path, raw_xlsx(raw_rows([_row(nom=cellule)]))))

    assert "FORMULE_SANS_VALEUR" in _codes(lue, NOM)
    place = column_name(OBLIGATOIRES.index(NOM))
    assert [str(s.cellule) for s in lue.lignes[0].situees if s.chemin == NOM] == [f"{place}2"]


def test_a_formula_whose_result_is_the_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    lue = read_promotion(_save(tmp_path, raw_xlsx(raw_rows([_row(nom='<c t="str"><f>""</f><v></v></c>')]))))

    assert _codes(lue, NOM) == []
    assert NOM not in lue.lignes[0].ecrites


@pytest.mark.parametrize("cellule", ['<c t="e"><v>#N/A</v></c>', '<c t="e"><f>NA()</f><v>#N/A</v></c>'])
def test_an_error_of_excel_is_told_on_its_cell(tmp_path: Path, cellule: str) -> None:
    lue = read_promotion(_save(tmp_path, raw_xlsx(raw_rows([_row(nom=cellule)]))))

    assert _codes(lue, NOM) == ["CELLULE_EN_ERREUR"]


def test_a_row_that_holds_only_an_error_is_read_not_skipped(tmp_path: Path) -> None:
    seule = dict.fromkeys(OBLIGATOIRES, "<c/>") | {NOM: '<c t="e"><v>#REF!</v></c>'}

    assert _codes(read_promotion(_save(tmp_path, raw_xlsx(raw_rows([seule])))), NOM) == ["CELLULE_EN_ERREUR"]


def test_a_workbook_of_an_old_macintosh_counts_its_days_from_1904(tmp_path: Path) -> None:
    feuille = raw_rows([_row(dateNaissance="<c><v>37499</v></c>")])

    lues = {
        ere: read_promotion(_save(tmp_path, raw_xlsx(feuille, date1904=ere), f"{ere}.xlsx"))
        .lignes[0]
        .ecrites[NAISSANCE]
        for ere in (True, False)
    }
    assert lues == {True: "2006-09-01", False: "2002-08-31"}


def test_dates_of_1904_made_by_a_tool_are_read(tmp_path: Path) -> None:
    rangees = promotion(2)
    chemin = save_plain(tmp_path / "p.xlsx", rangees, options={"date_1904": True})

    assert [ligne.ecrites[NAISSANCE] for ligne in read_promotion(chemin).lignes] == [
        rangee[NAISSANCE].isoformat() for rangee in rangees
    ]


def test_cells_merged_over_several_rows_are_meant_for_each(tmp_path: Path) -> None:
    brut = raw_xlsx(
        raw_rows([_row(nom=text_cell("FICTIF")), _row(nom="<c/>"), _row(nom="<c/>")]).replace("\n", "")
        + f'<mergeCells count="1"><mergeCell ref="{_area(NOM, 2, 3)}"/></mergeCells>'
    )
    lue = read_promotion(_save(tmp_path, brut))

    assert [ligne.ecrites.get(NOM) for ligne in lue.lignes] == ["FICTIF", "FICTIF", None]
    assert any("fusionnée" in remarque for remarque in lue.remarques)


def _area(chemin: str, premiere: int, derniere: int) -> str:
    lettre = column_name(OBLIGATOIRES.index(chemin))
    return f"{lettre}{premiere}:{lettre}{derniere}"


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row(), _row()]).replace("<row r='3'>", "<row r='3' hidden='1'>"))
    lue = read_promotion(_save(tmp_path, brut))

    assert len(lue.lignes) == 2
    assert any(remarque.startswith("1 ligne(s) masquée(s)") for remarque in lue.remarques)


@pytest.mark.parametrize(
    "cellule",
    [
        "<row r='1048576'><c r='A1048576'><v>1</v></c></row>",
        "<row r='4'><c r='XFD4'><v>1</v></c></row>",
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="4"><c r="XFD4"><v>1</v></c></row>',
        '<row r="4"><c r="xfd4"><v>1</v></c></row>',
        "<row r='4'><c r='xfd4'><v>1</v></c></row>",
        "<x:row r='1048576' xmlns:x='" + ESPACE + "'><x:c r='A1048576'><x:v>1</x:v></x:c></x:row>",
        "<row r='1048576'><c><v>1</v></c></row>",
        "<row r='20200'><c r='SG20200'><f>1</f></c></row>",
    ],
)
def test_a_lone_far_cell_does_not_fill_the_memory(tmp_path: Path, cellule: str) -> None:
    """The reader holds a sheet as one rectangle: this one would be of 17 thousand million cells."""
    brut = raw_xlsx(raw_rows([_row()]).replace("</sheetData>", f"{cellule}</sheetData>"))
    chemin = _save(tmp_path, brut)

    tracemalloc.start()
    phrase = _refusal(chemin)
    assert tracemalloc.get_traced_memory()[1] < 20 * MIO
    tracemalloc.stop()
    assert "démesuré" in phrase


@pytest.mark.parametrize("place", ["A1048576", "XFD4", "xfd4", "SG20"])
def test_a_far_cell_is_seen_in_a_sheet_that_is_plain_otherwise(tmp_path: Path, place: str) -> None:
    """Where only the quick look can see it: every other cell says its place as tools write it."""
    chemin = save_plain(tmp_path / "p.xlsx", promotion(1))
    with zipfile.ZipFile(chemin) as archive:
        membres = {nom: archive.read(nom).decode() for nom in archive.namelist()}
    ligne = "".join(lettre for lettre in place if lettre.isdigit())
    loin = f'<row r="{ligne}"><c r="{place}"><v>1</v></c></row></sheetData>'
    membres["xl/worksheets/sheet1.xml"] = membres["xl/worksheets/sheet1.xml"].replace("</sheetData>", loin)
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, texte in membres.items():
            archive.writestr(nom, texte)

    assert "démesuré" in _refusal(chemin)


def test_a_far_cell_that_holds_a_format_and_nothing_else_is_nothing(tmp_path: Path) -> None:
    loin = "<row r='1048576'><c r='XFD1048576' s='1'/></row>"
    brut = raw_xlsx(raw_rows([_row()]).replace("</sheetData>", f"{loin}</sheetData>"))

    assert len(read_promotion(_save(tmp_path, brut)).lignes) == 1


BOMBE = "<sst>" + " " * (40 * MIO) + "</sst>"


@pytest.fixture
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit brought down, so that a bomb is quick to make."""
    assert 100 * MIO < garde.OCTETS_DEPLIES_MAX < 1024 * MIO
    monkeypatch.setattr(garde, "OCTETS_DEPLIES_MAX", 10 * MIO)


@pytest.mark.usefixtures("_small_limit")
def test_a_zip_bomb_is_refused_with_little_memory(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row()]), **{"xl/sharedStrings.xml": BOMBE})
    assert len(brut) < MIO
    chemin = _save(tmp_path, brut)

    tracemalloc.start()
    phrase = _refusal(chemin)
    assert tracemalloc.get_traced_memory()[1] < 5 * MIO
    tracemalloc.stop()
    assert "démesuré" in phrase


@pytest.mark.usefixtures("_small_limit")
def test_a_zip_bomb_that_lies_about_its_size_is_refused_too(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row()]), **{"xl/sharedStrings.xml": BOMBE})
    vraie = len(BOMBE).to_bytes(4, "little")
    assert brut.count(vraie) == 2  # local header, central directory
    menteuse = brut.replace(vraie, (100).to_bytes(4, "little"))
    chemin = _save(tmp_path, menteuse)

    tracemalloc.start()
    phrase = _refusal(chemin)
    assert tracemalloc.get_traced_memory()[1] < 5 * MIO
    tracemalloc.stop()
    assert "démesuré" in phrase


def test_ten_thousand_members_are_refused(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row()]), **{f"xl/media/{rang}.png": "" for rang in range(10_000)})

    assert "démesuré" in _refusal(_save(tmp_path, brut))


@pytest.mark.parametrize("membre", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_an_external_entity_is_never_followed(tmp_path: Path, membre: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("MOT-DE-PASSE")
    dtd = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    if membre.endswith("sheet1.xml"):
        brut = raw_xlsx(raw_rows([_row(nom='<c t="inlineStr"><is><t>&e;</t></is></c>')]), tete=dtd)
    else:
        brut = raw_xlsx(raw_rows([_row()]), **{membre: f"{dtd}<x>&e;</x>"})

    phrase = _refusal(_save(tmp_path, brut))
    assert "DTD" in phrase
    assert "MOT-DE-PASSE" not in phrase


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    rires = "".join(f'<!ENTITY l{rang} "{f"&l{rang - 1};" * 10}">' for rang in range(1, 10))
    dtd = f'<!DOCTYPE x [<!ENTITY l0 "ha">{rires}]>'
    brut = raw_xlsx(raw_rows([_row(nom='<c t="inlineStr"><is><t>&l9;</t></is></c>')]), tete=dtd)

    assert "DTD" in _refusal(_save(tmp_path, brut))


def test_a_workbook_under_password_is_told_how_to_be_opened(tmp_path: Path) -> None:
    # An encrypted .xlsx is an OLE container with a stream of that name.
    brut = garde.OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024

    assert "mot de passe" in _refusal(_save(tmp_path, brut))


def test_a_member_under_password_is_told_too(tmp_path: Path) -> None:
    brut = bytearray(raw_xlsx(raw_rows([_row()])))
    place = brut.rindex(b"PK\x01\x02")
    brut[place + 8] |= 1

    assert "mot de passe" in _refusal(_save(tmp_path, bytes(brut)))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    sortie = io.BytesIO(raw_xlsx(raw_rows([_row()])))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{ESPACE}"/>')

    assert "n'est pas un classeur lisible" in _refusal(_save(tmp_path, sortie.getvalue()))


def test_a_sheet_that_its_list_places_elsewhere_is_refused(tmp_path: Path) -> None:
    brut = raw_xlsx(raw_rows([_row()]), **{"xl/_rels/workbook.xml.rels": "<Relationships/>"})

    assert "n'est pas un classeur lisible" in _refusal(_save(tmp_path, brut))


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [
        ("vide.xlsx", b""),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
        ("contrat.xlsx", b"%PDF-1.7\n%\xe2\xe3"),
        ("ole.xls", garde.OLE + b"\0" * 2048),
        ("texte.csv", b"bonjour"),
        ("coupe.xlsx", raw_xlsx(raw_rows([_row()]))[:400]),
        ("page.xls", b"<html><table><tr><td>Nom</td></tr></table></html>"),
        ("binaire.csv", bytes(range(256)) * 10),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_name(tmp_path: Path, nom: str, contenu: bytes) -> None:
    assert nom in _refusal(_save(tmp_path, contenu, nom))


def test_another_kind_of_zip_is_no_workbook(tmp_path: Path) -> None:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    assert "n'est pas un classeur lisible" in _refusal(_save(tmp_path, sortie.getvalue(), "lettre.docx"))


@pytest.mark.parametrize(("lignes", "admis"), [(19_900, True), (20_001, False)])
def test_more_rows_than_a_promotion_ever_has_are_refused(tmp_path: Path, lignes: int, admis: bool) -> None:
    titres = ";".join(by_chemin()[chemin].titre for chemin in OBLIGATOIRES)
    chemin = tmp_path / "p.csv"
    chemin.write_text(titres + "\n" * lignes + "FIN\n", encoding="utf-8")

    if admis:
        assert len(read_promotion(chemin).lignes) == 1
    else:
        assert "démesuré" in _refusal(chemin)


def test_repeats_of_an_ods_are_counted(tmp_path: Path) -> None:
    brut = _ods(
        "<table:table-row table:number-rows-repeated='1000000'><table:table-cell office:value-type='float' "
        "office:value='1' table:number-columns-repeated='1000'/></table:table-row>"
    )
    assert "démesuré" in _refusal(_save(tmp_path, brut, "p.ods"))


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    lue = read_promotion(_save(tmp_path, raw_xlsx(raw_rows([_row(nom=text_cell('=HYPERLINK("http://x")'))]))))

    assert lue.lignes[0].ecrites[NOM] == '=HYPERLINK("http://x")'


@given(st.integers(0, 20_000))
def test_letters_of_columns_are_read_back(place: int) -> None:
    assert column_rank(column_name(place)) == place


CELLULES: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=50), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates(), st.none()
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from([c.chemin for c in colonnes()]), CELLULES), min_size=1, max_size=3))
def test_whatever_the_cells_hold_the_workbook_is_read_to_its_end(tmp_path: Path, rangees: list[dict[str, Any]]) -> None:
    lisibles = [
        {chemin: v for chemin, v in rangee.items() if not (isinstance(v, str) and v.startswith("=")) and _writable(v)}
        for rangee in rangees
    ]
    chemin = save_plain(tmp_path / "p.xlsx", lisibles, ordre=[colonne.chemin for colonne in colonnes()])

    assert all(isinstance(ligne.corps, bytes) for ligne in read_promotion(chemin).lignes)


def _writable(valeur: Any) -> bool:
    """What XlsxWriter can put in a cell."""
    if isinstance(valeur, str):
        return all(lettre.isprintable() for lettre in valeur)
    return not hasattr(valeur, "year") or valeur.year >= 1900


def test_a_panic_of_the_reader_is_told_as_a_damaged_file(tmp_path: Path) -> None:
    assert "abîmé" in _refusal(_save(tmp_path, xls_without_its_sheet(_xls_cells()), "vieux.xls"))


def test_only_a_panic_is_made_an_error_of_the_reader() -> None:
    with pytest.raises(KeyboardInterrupt), no_panic():
        raise KeyboardInterrupt
    with pytest.raises(ZeroDivisionError), no_panic():
        raise ZeroDivisionError


def test_the_screen_shows_our_sentence_and_nothing_of_the_reader_s_own(tmp_path: Path) -> None:
    chemin = _save(tmp_path, xls_without_its_sheet(_xls_cells()), "vieux.xls")
    fait = subprocess.run(
        [sys.executable, "-c", "from traitdunion.cli import main; main()", "cfa", "importer", str(chemin), "--a-blanc"],
        env=os.environ | {"HOME": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )

    assert fait.returncode == 3
    assert " ".join(fait.stderr.split()).startswith("vieux.xls n'est pas un classeur lisible, ou il est abîmé.")
    assert "panicked" not in fait.stderr


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_workbook_damaged_anywhere_is_read_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    brut = bytearray(raw_xlsx(raw_rows([_row()])))
    for _ in range(data.draw(st.integers(1, 4))):
        brut[data.draw(st.integers(0, len(brut) - 1))] = data.draw(st.integers(0, 255))
    chemin = _save(tmp_path, bytes(brut))
    try:
        dit = read_promotion(chemin).nom
    except ClasseurIllisible as refus:
        dit = str(refus)
    assert chemin.stem in dit


def _xls_cells(**autres: Any) -> dict[tuple[int, int], Any]:
    cellules: dict[tuple[int, int], Any] = {
        (0, place): by_chemin()[chemin].titre for place, chemin in enumerate(OBLIGATOIRES)
    }
    cellules |= {(1, place): "x" for place in range(len(OBLIGATOIRES))}
    return cellules | {(1, OBLIGATOIRES.index(NOM)): autres.get("nom", "FICTIF")}


@pytest.mark.parametrize("lignes", [0, 200])
def test_an_old_xls_is_read(tmp_path: Path, lignes: int) -> None:
    """Small, its records are in the mini stream of the container; bigger, in sectors of their own."""
    cellules = _xls_cells() | {(1, OBLIGATOIRES.index(NAISSANCE)): 38961.0}
    cellules |= {(2 + rang, 0): "y" * 100 for rang in range(lignes)}
    lue = read_promotion(_save(tmp_path, raw_xls(cellules), "p.xls"))

    assert len(lue.lignes) == 1 + lignes
    assert lue.lignes[0].ecrites[NOM] == "FICTIF"
    assert lue.lignes[0].ecrites[NAISSANCE] == "2006-09-01"


def test_an_old_xls_under_the_name_of_a_new_one_is_read_too(tmp_path: Path) -> None:
    assert len(read_promotion(_save(tmp_path, raw_xls(_xls_cells()), "p.xlsx")).lignes) == 1


def test_an_error_in_an_old_xls_is_told_on_its_cell(tmp_path: Path) -> None:
    lue = read_promotion(_save(tmp_path, raw_xls(_xls_cells(nom=ERREUR)), "p.xls"))

    assert _codes(lue, NOM) == ["CELLULE_EN_ERREUR"]


@pytest.mark.parametrize("place", [(65_535, 0), (0, 600), (60_000, 255)])
def test_a_lone_far_cell_of_an_old_xls_does_not_fill_the_memory(tmp_path: Path, place: tuple[int, int]) -> None:
    assert "démesuré" in _refusal(_save(tmp_path, raw_xls(_xls_cells() | {place: "loin"}), "p.xls"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_an_old_xls_damaged_anywhere_is_read_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    brut = bytearray(raw_xls(_xls_cells()))
    for _ in range(data.draw(st.integers(1, 6))):
        brut[data.draw(st.integers(0, len(brut) - 1))] = data.draw(st.integers(0, 255))
    try:
        dit = read_promotion(_save(tmp_path, bytes(brut), "vieux.xls")).nom
    except ClasseurIllisible as refus:
        dit = str(refus)
    assert "vieux" in dit


def _ods(lignes: str) -> bytes:
    espaces = " ".join(
        f'xmlns:{nom}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"'
        for nom in ("office", "table", "text", "calcext")
    )
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {espaces}><office:body><office:spreadsheet><table:table table:name='P'>{lignes}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return sortie.getvalue()


def _ods_cell(texte: str) -> str:
    return f"<table:table-cell office:value-type='string'><text:p>{texte}</text:p></table:table-cell>"


def test_an_ods_is_read_with_its_errors_and_its_hidden_rows(tmp_path: Path) -> None:
    titres = "".join(_ods_cell(by_chemin()[chemin].titre) for chemin in OBLIGATOIRES)
    erreur = (
        "<table:table-cell office:value-type='string' office:string-value='' calcext:value-type='error'>"
        "<text:p>#N/A</text:p></table:table-cell>"
    )
    ligne = "".join(erreur if chemin == NOM else _ods_cell("x") for chemin in OBLIGATOIRES)
    brut = _ods(
        f"<table:table-row>{titres}</table:table-row>"
        f"<table:table-row table:visibility='filter'>{ligne}</table:table-row>"
    )
    lue = read_promotion(_save(tmp_path, brut, "p.ods"))

    assert _codes(lue, NOM) == ["CELLULE_EN_ERREUR"]
    assert any(remarque.startswith("1 ligne(s) masquée(s)") for remarque in lue.remarques)


def test_a_file_of_two_kinds_at_once_is_refused(tmp_path: Path) -> None:
    """What is looked at has to be what is read."""
    brut = raw_xlsx(raw_rows([_row()]), **{"content.xml": "<office/>"})

    assert "n'est pas un classeur lisible" in _refusal(_save(tmp_path, brut))


def test_a_sheet_of_many_blocks_is_not_looked_at_closely_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag cut by the end of a block is not one that lacks its place."""
    chemin = save_plain(tmp_path / "p.xlsx", promotion(300))

    def never(*_: Any) -> None:
        raise AssertionError("a plain sheet was walked through")

    monkeypatch.setattr(garde._Feuille, "walk", never)
    monkeypatch.setattr(garde, "BLOC", 1000)
    assert len(read_promotion(chemin).lignes) == 300
