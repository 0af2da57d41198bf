"""What people really type in the boxes of the form, and what cannot be read."""

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from builders.papier import type_in

from traitdunion.cfa.cerfa_pdf import CerfaLu, read_cerfa, read_cerfa_with_notes
from traitdunion.cfa.cerfa_pdf.carte import NOMBRE_DE_CHAMPS, NOMS, SECTIONS, ZONES
from traitdunion.cfa.errors import CerfaIllisible
from traitdunion.cfa.formulaire import draw_form

VIERGE = draw_form()
NAISSANCE = ("Zone de texte 21_7", "Zone de texte 21_8", "Zone de texte 21_9")
SALAIRE = ("Zone de texte 8_72", "Zone de texte 21_73")


def read(saisies: dict[str, str | bool]) -> CerfaLu:
    return read_cerfa_with_notes(type_in(VIERGE, saisies))


def member(lu: CerfaLu, chemin: str) -> Any:
    valeur: Any = lu.to_wire()
    for nom in chemin.split("."):
        valeur = valeur.get(nom) if isinstance(valeur, dict) else None
    return valeur


def test_the_map_names_each_of_the_216_fields_once() -> None:
    noms = [nom for zone in ZONES for nom in zone.noms]
    assert len(noms) == len(set(noms)) == NOMBRE_DE_CHAMPS
    assert sum(nom.startswith("Zone de texte") for nom in noms) == 194
    par_page = {page: sum(len(z.noms) for s in SECTIONS if s.page == page for z in s.zones) for page in (1, 2)}
    assert par_page == {1: 79, 2: 137}


def test_the_drawn_form_has_the_216_fields_on_two_pages() -> None:
    with pikepdf.open(BytesIO(VIERGE)) as pdf:
        champs = {str(champ.T): str(champ.FT) for champ in pdf.Root.AcroForm.Fields}
        assert [len(page.Annots) for page in pdf.pages] == [79, 137]
        for page in pdf.pages:
            for widget in page.Annots:
                gauche, bas, droite, haut = (float(cote) for cote in widget.Rect)
                assert 0 < gauche < droite < 595
                assert 0 < bas < haut < 842
    assert champs.keys() == NOMS
    assert sum(genre == "/Tx" for genre in champs.values()) == 194


def test_no_two_fields_of_the_drawn_form_overlap() -> None:
    with pikepdf.open(BytesIO(VIERGE)) as pdf:
        for page in pdf.pages:
            cotes = [[float(cote) for cote in widget.Rect] for widget in page.Annots]
            for rang, a in enumerate(cotes):
                for b in cotes[rang + 1 :]:
                    assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize(
    ("boites", "lu"),
    [
        (("01", "09", "2003"), "2003-09-01T00:00:00+00:00"),
        (("1", "9", "2003"), "2003-09-01T00:00:00+00:00"),
        (("01/09/2003", "", ""), "2003-09-01T00:00:00+00:00"),
        (("29", "02", "2004"), "2004-02-29T00:00:00+00:00"),
        (("29", "02", "2003"), None),
        (("01", "09", "03"), None),
        (("01", "", "2003"), None),
        (("1er", "09", "2003"), None),
    ],
)
def test_a_date_is_read_from_its_three_boxes_or_said_unreadable(boites: tuple[str, ...], lu: str | None) -> None:
    resultat = read(dict(zip(NAISSANCE, boites, strict=True)))
    assert member(resultat, "cerfa.apprenti.dateNaissance") == lu
    assert [note.champ for note in resultat.illisibles] == ([] if lu else ["cerfa.apprenti.dateNaissance"])


@pytest.mark.parametrize(
    ("euros", "centimes", "lu"),
    [
        ("966", "21", "966.21"),
        ("1 801", "80", "1801.80"),
        ("1.801", "80", "1801.80"),
        ("1801,80", "", "1801.80"),
        ("900", "", "900.00"),
        ("966", "2", None),
        ("", "21", None),
        ("966,21", "21", None),
        ("environ 900", "", None),
        ("900,123", "", None),
    ],
)
def test_an_amount_is_read_from_euros_and_cents_or_said_unreadable(euros: str, centimes: str, lu: str | None) -> None:
    resultat = read(dict(zip(SALAIRE, (euros, centimes), strict=True)))
    montant = member(resultat, "cerfa.contrat.salaireEmbauche")
    assert (None if montant is None else str(montant)) == lu
    assert bool(resultat.illisibles) == (lu is None)


@pytest.mark.parametrize(
    ("champ", "saisi", "chemin", "lu"),
    [
        ("8_3", "12 - RCS", "cerfa.employeur.typeEmployeur", "12"),
        ("8_5", "1 234 salariés", "cerfa.employeur.nombreDeSalaries", 1234),
        ("21_80", "1 350 h", "cerfa.formation.dureeFormation", 1350),
        ("8_26", "75", "cerfa.apprenti.departementNaissance", "075"),
        ("8_26", "2a", "cerfa.apprenti.departementNaissance", "02A"),
        ("8_76", "38 565", "cerfa.formation.rncp", "RNCP38565"),
        ("8_7", "62.01z", "cerfa.employeur.naf", "6201Z"),
        ("21_79", "néant", "cerfa.contrat.autreAvantageEnNature", False),
        ("21_79", "téléphone", "cerfa.contrat.autreAvantageEnNature", True),
        ("8_18", "2 99 12 99 999 999", "cerfa.apprenti.nir", "2991299999999"),
    ],
)
def test_what_people_type_is_brought_to_the_form_of_the_norm(champ: str, saisi: str, chemin: str, lu: Any) -> None:
    resultat = read({f"Zone de texte {champ}": saisi})
    assert member(resultat, chemin) == lu
    assert resultat.illisibles == ()


@pytest.mark.parametrize(("champ", "saisi"), [("8_5", "une dizaine"), ("8_95", "la moitié"), ("8_96", "RSA")])
def test_what_is_no_number_and_no_base_is_said_unreadable(champ: str, saisi: str) -> None:
    (note,) = read({f"Zone de texte {champ}": saisi}).illisibles
    assert saisi in note.phrase


def test_the_pay_table_gives_one_line_per_period_that_is_filled() -> None:
    lu = read(
        {
            "Zone de texte 21_81": "01",
            "Zone de texte 21_82": "09",
            "Zone de texte 21_83": "2026",
            "Zone de texte 8_95": "53 %",
            "Zone de texte 8_96": "smic",
            "Zone de texte 8_56": "61,5",
        }
    )
    lignes = member(lu, "cerfa.contrat.remunerationsAnnuelles")
    assert [ligne["ordre"] for ligne in lignes] == ["1.1", "2.1"]
    assert lignes[0]["dateDebut"] == "2026-09-01T00:00:00+00:00"
    assert (str(lignes[0]["taux"]), lignes[0]["typeSalaire"], str(lignes[1]["taux"])) == ("53", "SMIC", "61.5")


def test_two_ticked_boxes_of_one_question_are_said_and_left_out() -> None:
    lu = read({"Case #C3#A0 cocher 5": True, "Case #C3#A0 cocher 5_2": True})
    assert member(lu, "cerfa.apprenti.inscriptionSportifDeHautNiveau") is None
    assert [note.champ for note in lu.illisibles] == ["cerfa.apprenti.inscriptionSportifDeHautNiveau"]


def test_a_private_box_beside_a_public_type_is_said() -> None:
    lu = read({"Case #C3#A0 cocher 1": True, "Zone de texte 8_3": "22"})
    assert member(lu, "cerfa.employeur.typeEmployeur") == "22"
    assert any("privé" in note.phrase and not note.illisible for note in lu.notes)


def test_the_unemployment_box_left_empty_says_no_for_a_public_employer_only() -> None:
    assert member(read({"Zone de texte 8_3": "22"}), "cerfa.employeur.regimeSpecifique") is False
    assert member(read({"Zone de texte 8_3": "30"}), "cerfa.employeur.regimeSpecifique") is None
    assert member(read({"Zone de texte 8_3": "12"}), "cerfa.employeur.regimeSpecifique") is None


@pytest.mark.parametrize(
    ("saisi", "nom", "prenom", "sur"),
    [
        ("EXEMPLE Marie Anne", "EXEMPLE", "Marie Anne", True),
        ("DE L'EXEMPLE Jean", "DE L'EXEMPLE", "Jean", True),
        ("Exemple, Jean", "Exemple", "Jean", True),
        ("Exemple Jean", "Exemple", "Jean", False),
        ("EXEMPLE JEAN", "EXEMPLE", "JEAN", False),
    ],
)
def test_the_legal_guardian_s_name_is_cut_where_it_is_certain_and_said_where_not(
    saisi: str, nom: str, prenom: str, sur: bool
) -> None:
    lu = read({"Zone de texte 8_35": saisi})
    assert member(lu, "cerfa.apprenti.responsableLegal") == {"nom": nom, "prenom": prenom}
    assert any("Vérifiez le découpage" in note.phrase for note in lu.notes) is not sur


def test_no_note_ever_quotes_the_nir() -> None:
    lu = read({"Zone de texte 8_18": "29912999999997399XYZ"})
    assert lu.notes
    assert not any("29912" in note.phrase for note in lu.notes)


def test_a_text_too_long_is_left_out_and_said() -> None:
    lu = read({"Zone de texte 8_31": "x" * 256})
    assert member(lu, "cerfa.apprenti.intituleDiplomePrepare") is None
    assert [note.champ for note in lu.illisibles] == ["cerfa.apprenti.intituleDiplomePrepare"]


def test_an_empty_form_says_so() -> None:
    assert any("Aucun champ n'est rempli" in note.phrase for note in read_cerfa_with_notes(VIERGE).notes)


def test_the_frame_of_the_opco_is_read_apart_save_the_norm_s_two_numbers() -> None:
    lu = read({"Zone de texte 8_91": "OPCO FICTIF", "Zone de texte 8_93": "075202609010001"})
    assert lu.cadre_opco == {"denomination": "OPCO FICTIF"}
    assert member(lu, "cerfa.numeroDeca") == "075202609010001"


def test_names_decoded_by_another_tool_are_recognised() -> None:
    with pikepdf.open(BytesIO(VIERGE)) as pdf:
        for champ in pdf.Root.AcroForm.Fields:
            champ.T = pikepdf.String(str(champ.T).replace("#C3#A0", "à"))
            if str(champ.T) == "Case à cocher 3":
                champ.V = champ.AS = pikepdf.Name.Yes
        tampon = BytesIO()
        pdf.save(tampon)
    assert read_cerfa(tampon.getvalue())["cerfa"]["apprenti"]["sexe"] == "M"


def _rewritten(change: Any) -> bytes:
    with pikepdf.open(BytesIO(VIERGE)) as pdf:
        options = change(pdf) or {}
        tampon = BytesIO()
        pdf.save(tampon, **options)
    return tampon.getvalue()


def _flatten(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/AcroForm"]
    for page in pdf.pages:
        del page["/Annots"]


def _empty_fields(pdf: pikepdf.Pdf) -> None:
    _flatten(pdf)
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())


def _rename(pdf: pikepdf.Pdf) -> None:
    for rang, champ in enumerate(pdf.Root.AcroForm.Fields):
        champ.T = pikepdf.String(f"autre {rang}")


def _encrypt(pdf: pikepdf.Pdf) -> dict[str, Any]:
    return {"encryption": pikepdf.Encryption(user="mot", owner="mot")}


@pytest.mark.parametrize(
    ("pdf", "dit"),
    [
        (_rewritten(_flatten), "aucun champ"),
        (_rewritten(_empty_fields), "aucun champ"),
        (_rewritten(_rename), "pas le CERFA"),
        (_rewritten(_encrypt), "mot de passe"),
        (b"%PDF-1.7 rien", "pas un PDF lisible"),
        (b"", "pas un PDF lisible"),
        (b"PK\x03\x04 un document", "pas un PDF lisible"),
        (b"x" * (20 * 1024 * 1024 + 1), "trop volumineux"),
    ],
    ids=["flattened", "no fields", "other form", "encrypted", "truncated", "empty", "not a pdf", "too big"],
)
def test_a_pdf_that_is_no_fillable_cerfa_is_refused_in_words(pdf: bytes, dit: str) -> None:
    with pytest.raises(CerfaIllisible, match=dit):
        read_cerfa(pdf)


def test_fields_that_loop_on_themselves_end_the_reading() -> None:
    def loop(pdf: pikepdf.Pdf) -> None:
        noeud = pdf.make_indirect(pikepdf.Dictionary(T=pikepdf.String("a")))
        noeud.Kids = pikepdf.Array([noeud])
        _flatten(pdf)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([noeud]))

    with pytest.raises(CerfaIllisible, match="structure anormale"):
        read_cerfa(_rewritten(loop))
