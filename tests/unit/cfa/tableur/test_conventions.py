"""Which file is whose convention."""

from pathlib import Path

import pytest
from builders.corps import RECU_LE
from builders.tableur.classeurs import promotion, save_plain

from traitdunion.cfa.entrees import FICHIER_MAX_OCTETS, FichierInutilisable
from traitdunion.cfa.tableur.colonnes import FICHIER
from traitdunion.cfa.tableur.controle import check_promotion
from traitdunion.cfa.tableur.conventions import DossierConventions, match_conventions
from traitdunion.cfa.tableur.lecture import read_promotion
from traitdunion.cfa.tableur.lignes import Promotion

PDF = b"%PDF-1.7\n"
NOM, PRENOM, NAISSANCE = "cerfa.apprenti.nom", "cerfa.apprenti.prenom", "cerfa.apprenti.dateNaissance"


def _match(
    tmp_path: Path,
    personnes: list[tuple[str, str]],
    fichiers: dict[str, bytes] | list[str],
    *,
    nommes: dict[int, str] | None = None,
    naissances: dict[int, str] | None = None,
) -> Promotion:
    rangees = promotion(len(personnes))
    for rang, (nom, prenom) in enumerate(personnes):
        rangees[rang] |= {NOM: nom, PRENOM: prenom}
        rangees[rang].pop(FICHIER, None)
        if nommes and rang in nommes:
            rangees[rang][FICHIER] = nommes[rang]
        if naissances and rang in naissances:
            rangees[rang][NAISSANCE] = naissances[rang]
    dossier = tmp_path / "conventions"
    dossier.mkdir(exist_ok=True)
    for fichier in fichiers:
        (dossier / fichier).write_bytes(fichiers[fichier] if isinstance(fichiers, dict) else PDF)
    lue = read_promotion(save_plain(tmp_path / "p.xlsx", rangees))
    check_promotion(lue, le=RECU_LE)
    match_conventions(lue, DossierConventions.read(dossier))
    return lue


def _found(lue: Promotion) -> list[str | None]:
    return [None if ligne.fichier is None else ligne.fichier.name for ligne in lue.lignes]


def _codes(lue: Promotion) -> list[list[str]]:
    return [
        [s.anomalie.code for s in ligne.situees if s.anomalie.code.startswith("CONVENTION_")] for ligne in lue.lignes
    ]


@pytest.mark.parametrize(
    "fichier",
    [
        "DUPONT-FICTIF Éléonore.pdf",
        "convention_eleonore_dupont fictif_2026.PDF",
        "2026-09 Dupontfictif ELEONORE signée.pdf",
        "Éléonore.DUPONT.FICTIF.jpg",
    ],
)
def test_a_file_is_found_by_both_names_in_any_order_and_spelling(tmp_path: Path, fichier: str) -> None:
    contenu = b"\xff\xd8\xff\xe0" if fichier.endswith("jpg") else PDF
    lue = _match(tmp_path, [("Dupont-Fictif", "Éléonore")], {fichier: contenu, "autre EXEMPLE Ada.pdf": PDF})

    assert _found(lue) == [fichier]
    assert lue.lignes[0].a_deposer


@pytest.mark.parametrize("fichier", ["DUPONT.pdf", "Éléonore.pdf", "DUPONTEL Éléonore.pdf", "DUPONT Éléonore.docx"])
def test_one_name_is_not_enough_nor_half_a_name(tmp_path: Path, fichier: str) -> None:
    lue = _match(tmp_path, [("DUPONT", "Éléonore")], [fichier])

    assert _found(lue) == [None]
    assert _codes(lue) == [["CONVENTION_INTROUVABLE"]]
    assert not lue.lignes[0].a_deposer


def test_a_person_whose_two_names_are_one_word_needs_both_of_them(tmp_path: Path) -> None:
    assert _found(_match(tmp_path / "a", [("MARTIN", "Martin")], ["MARTIN.pdf"])) == [None]
    assert _found(_match(tmp_path / "b", [("MARTIN", "Martin")], ["MARTIN Martin.pdf"])) == ["MARTIN Martin.pdf"]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for nom in "ab":
        (tmp_path / nom).mkdir()


def test_the_longer_name_takes_the_file_that_both_fit(tmp_path: Path) -> None:
    personnes = [("MARTIN", "Jean"), ("MARTIN", "Jean-Paul"), ("LE MARTIN", "Jean")]
    fichiers = ["MARTIN Jean-Paul.pdf", "LE MARTIN Jean.pdf", "MARTIN Jean.pdf"]

    assert _found(_match(tmp_path, personnes, fichiers)) == [
        "MARTIN Jean.pdf",
        "MARTIN Jean-Paul.pdf",
        "LE MARTIN Jean.pdf",
    ]


def test_two_files_for_one_person_are_a_doubt_that_the_column_settles(tmp_path: Path) -> None:
    fichiers = ["EXEMPLE Ada v1.pdf", "EXEMPLE Ada v2.pdf"]
    doute = _match(tmp_path / "a", [("EXEMPLE", "Ada")], fichiers)

    assert _codes(doute) == [["CONVENTION_AMBIGUE"]]
    assert "EXEMPLE Ada v1.pdf, EXEMPLE Ada v2.pdf" in doute.lignes[0].situees[-1].anomalie.description
    assert _found(_match(tmp_path / "b", [("EXEMPLE", "Ada")], fichiers, nommes={0: "exemple ada V2"})) == [
        "EXEMPLE Ada v2.pdf"
    ]


def test_one_file_for_two_people_is_told_on_both_and_serves_none(tmp_path: Path) -> None:
    lue = _match(tmp_path, [("EXEMPLE", "Ada"), ("EXEMPLE", "Ada")], ["EXEMPLE Ada.pdf"])

    assert _codes(lue) == [["CONVENTION_PARTAGEE"]] * 2
    assert _found(lue) == [None, None]
    assert "la ligne 3" in lue.lignes[0].situees[-1].anomalie.description


@pytest.mark.parametrize("ecriture", ["14-05-2006", "14052006", "2006-05-14", "20060514"])
def test_a_birth_date_in_the_name_tells_homonyms_apart(tmp_path: Path, ecriture: str) -> None:
    personnes = [("EXEMPLE", "Ada"), ("EXEMPLE", "Ada")]
    fichiers = [f"EXEMPLE Ada {ecriture}.pdf", "EXEMPLE Ada 01-01-2005.pdf"]
    lue = _match(tmp_path, personnes, fichiers, naissances={0: "01/01/2005", 1: "14/05/2006"})

    assert _found(lue) == [fichiers[1], fichiers[0]]


def test_a_file_named_in_the_column_is_not_left_to_another_whom_it_fits(tmp_path: Path) -> None:
    personnes = [("EXEMPLE", "Ada"), ("FICTIF", "Noé")]
    lue = _match(tmp_path, personnes, ["EXEMPLE Ada.pdf", "scan0001.pdf"], nommes={0: "scan0001.pdf"})

    assert _found(lue) == ["scan0001.pdf", None]


@pytest.mark.parametrize("nom", ["../secret.pdf", "/etc/passwd", "..\\..\\secret.pdf"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, nom: str) -> None:
    (tmp_path / "secret.pdf").write_bytes(PDF)

    lue = _match(tmp_path, [("EXEMPLE", "Ada")], [], nommes={0: nom})
    assert _codes(lue) == [["CONVENTION_INTROUVABLE"]]


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [(b"bonjour", "ni un PDF"), (b"", "ni un PDF"), (PDF + b"\0" * FICHIER_MAX_OCTETS, "10 Mio")],
)
def test_a_file_that_the_opco_would_refuse_is_told_before(tmp_path: Path, contenu: bytes, phrase: str) -> None:
    lue = _match(tmp_path, [("EXEMPLE", "Ada")], {"EXEMPLE Ada.pdf": contenu})

    assert _codes(lue) == [["CONVENTION_INUTILISABLE"]]
    assert phrase in lue.lignes[0].situees[-1].anomalie.description


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(FichierInutilisable, match="ne s'ouvre pas"):
        DossierConventions.read(tmp_path / "nulle part")


def test_the_usual_name_serves_when_the_birth_name_finds_nothing(tmp_path: Path) -> None:
    rangees = promotion(1, {0: {NOM: "FICTIVE", PRENOM: "Ada", "cerfa.apprenti.nomUsage": "EXEMPLE", FICHIER: None}})
    (tmp_path / "EXEMPLE Ada.pdf").write_bytes(PDF)
    lue = read_promotion(save_plain(tmp_path / "p.xlsx", rangees))
    match_conventions(lue, DossierConventions.read(tmp_path))

    assert _found(lue) == ["EXEMPLE Ada.pdf"]
