"""The files of reference data: what is kept of them, what is rejected and why, what is refused whole."""

from datetime import date
from typing import Any

import pytest
from builders.donnees.referentiels import (
    FICHIERS,
    OFFICIELS,
    RAISON,
    SANS_OFFICIELS,
    a_kit,
    a_paire,
    npec_classeur,
    to_csv,
)

from traitdunion.opco.referentiels import exemples
from traitdunion.opco.referentiels.formats import FichierLu, read_fichier, read_jour
from traitdunion.opco.referentiels.imports import day_of_name
from traitdunion.opco.referentiels.modele import Cpne, ImportRefuse, LigneNpec, Nature

JOUR = date(2025, 1, 31)
UAI, SIRET = "0750001U", "32345678000010"
LA_POSTE = "35600000009075"  # no key of Luhn: its digits add up to a multiple of 5


def read(nature: Nature, octets: bytes) -> FichierLu:
    return read_fichier(nature, octets, valable_du=JOUR)


def rows(nature: Nature, octets: bytes) -> list[Any]:
    return list(read(nature, octets).lignes)


def a_liste(nature: Nature, *lignes: tuple[object, ...]) -> bytes:
    """A list of this nature with these rows, and twenty right ones lest one wrong row refuse the file."""
    titres: dict[Nature, tuple[str, ...]] = {
        Nature.CFA: ("numero_uai", "numero_siren_siret_uai", "denomination_principale", "date_ouverture"),
        Nature.IDCC: ("idcc", "libelle", "etat_juridique"),
        Nature.IDCC_OPCO: ("idcc", "opco"),
        Nature.NAF: ("code", "libelle"),
    }
    justes: dict[Nature, list[tuple[object, ...]]] = {
        Nature.CFA: [],
        Nature.IDCC: [(f"{rang:04}", "Convention FICTIVE", "") for rang in range(100, 120)],
        Nature.IDCC_OPCO: [(f"{rang:04}", "OPCO FICTIF") for rang in range(100, 120)],
        Nature.NAF: [(f"{rang:04}Z", "Activité FICTIVE") for rang in range(100, 120)],
    }
    return to_csv([titres[nature], *justes[nature], *lignes])


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_a_row_of_the_kit_is_read_whole() -> None:
    (ligne,) = rows(Nature.RNCP, a_kit(a_paire(suite="RNCP1|RNCP2", fin=date(2026, 8, 31), acces="Non")))

    assert (ligne.rncp, ligne.code_diplome, ligne.niveau) == ("RNCP38362", "32032611", 5)
    assert (ligne.apprentissage, ligne.active, ligne.echeance) == (False, True, date(2026, 8, 31))
    assert ligne.remplacee_par == ["RNCP1", "RNCP2"]


def test_a_code_that_a_spreadsheet_took_for_a_number_is_read_as_a_code() -> None:
    (ligne,) = rows(Nature.RNCP, a_kit(a_paire(code=25023061)))  # type: ignore[arg-type] # as the real kit has it

    assert ligne.code_diplome == "25023061"


def test_a_diploma_without_certification_is_kept_alone_and_told() -> None:
    lu = read(Nature.RNCP, a_kit(a_paire(), ("13512006", "MASTER FICTIF", *["NR"] * 6)))

    assert [ligne.rncp for ligne in lu.lignes] == ["RNCP38362", None]
    (remarque,) = lu.rapport.fautes
    assert (remarque.ligne, remarque.rejetee, lu.rapport.rejetees) == (4, False, 0)


def test_a_date_is_read_in_each_of_its_spellings_and_in_no_other() -> None:
    assert read_jour("31/08/2026") == read_jour("2026-08-31") == read_jour("46265") == date(2026, 8, 31)
    assert read_jour("10000") == date(1927, 5, 18)
    for faux in ("31/02/2026", "08/31/2026", "2026", "9999", "100000", "bientôt", ""):
        assert read_jour(faux) is None, faux


def test_leading_zeros_lost_by_a_spreadsheet_are_given_back() -> None:
    assert rows(Nature.IDCC_OPCO, to_csv([("idcc", "opco"), (16, "OPCO FICTIF")]))[0].idcc == "0016"


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("separateur", [",", ";", "\t"])
def test_a_csv_is_read_in_any_usual_encoding(encodage: str, separateur: str) -> None:
    octets = to_csv([("code", "libelle"), ("5911A", "Élevage d’exemple" if encodage != "latin-1" else "É")], separateur)
    texte = octets.decode()

    (ligne,) = rows(Nature.NAF, texte.encode(encodage))
    assert ligne.libelle.startswith("É")


def test_the_key_of_la_poste_is_accepted_for_a_cfa_and_a_wrong_one_is_not() -> None:
    justes = [(UAI, SIRET, "CFA FICTIF", 25288), ("0010001W", LA_POSTE, "CFA FICTIF", "")]
    lignes = rows(Nature.CFA, a_liste(Nature.CFA, *justes))
    assert [ligne.siret for ligne in lignes] == [SIRET, LA_POSTE]
    assert lignes[0].ouvert_le == date(1969, 3, 26)

    with pytest.raises(ImportRefuse, match="clé"):
        read(Nature.CFA, a_liste(Nature.CFA, (UAI, "35600000009076", "CFA FICTIF", "")))


def test_a_cfa_without_siret_is_kept_and_told() -> None:
    lu = read(Nature.CFA, a_liste(Nature.CFA, (UAI, "", "CFA FICTIF", "")))

    assert lu.lignes[0].siret is None  # type: ignore[union-attr] # a CFA
    assert [(f.ligne, f.rejetee) for f in lu.rapport.fautes] == [(2, False)]


# --- what is rejected, row by row -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "ligne", "colonne"),
    [
        (Nature.IDCC, ("12345", "Trop long", ""), "idcc"),
        (Nature.IDCC, ("", "Sans code", ""), "idcc"),
        (Nature.IDCC, ("1740 1841", "Deux codes", ""), "idcc"),
        (Nature.IDCC, ("0100", "Déjà là", ""), "idcc"),
        (Nature.IDCC_OPCO, ("0016", ""), "opco"),
        (Nature.NAF, ("5911", "Sans lettre"), "code"),
        (Nature.NAF, ("5911A", ""), "libelle"),
    ],
)
def test_a_wrong_row_is_told_by_its_line_and_does_not_block_the_others(
    nature: Nature, ligne: tuple[object, ...], colonne: str
) -> None:
    lu = read(nature, a_liste(nature, ligne))

    assert len(lu.lignes) == lu.rapport.acceptees == 20
    assert (lu.rapport.lues, lu.rapport.rejetees) == (21, 1)
    (faute,) = lu.rapport.fautes
    assert (faute.ligne, faute.colonne, faute.rejetee) == (22, colonne, True)
    assert faute.phrase.endswith(".")


@pytest.mark.parametrize(
    ("paire", "colonne"),
    [
        (a_paire("RNCP1234567"), "FicheRNCP"),
        (a_paire(code="3203261"), "Code Diplôme"),
        (a_paire(niveau="Niveau 9"), "Niveau fiche RNCP"),
        (a_paire(acces="peut-être"), "Accès à l'apprentissage de la fiche RNCP…"),
        (a_paire(fin="31/02/2030"), "Date d'échéance de la fiche RNCP"),
        (a_paire(etat="ENDORMIE"), "Fiche ACTIVE/INACTIVE"),
        (a_paire("RNCP101"), "Code Diplôme"),
    ],
)
def test_a_wrong_row_of_the_kit_is_told_by_its_line(paire: tuple[object, ...], colonne: str) -> None:
    justes = [a_paire(f"RNCP{rang}") for rang in range(100, 120)]

    rapport = read(Nature.RNCP, a_kit(*justes, paire)).rapport
    assert [(f.ligne, f.feuille, f.colonne) for f in rapport.fautes] == [(23, "Kit Apprentissage", colonne)]


def test_a_quoted_cell_of_several_lines_does_not_shift_the_lines_told() -> None:
    octets = a_liste(Nature.NAF, ("5911A", "Sur\ndeux lignes"), ("FAUX", "Faux"))

    assert [faute.ligne for faute in read(Nature.NAF, octets).rapport.fautes] == [24]


# --- what is refused whole ------------------------------------------------------------------------------------------


def test_one_wrong_row_in_ten_passes_and_one_more_refuses_the_file() -> None:
    bonnes = [(f"{rang:04}Z", "Activité FICTIVE") for rang in range(9)]
    assert read(Nature.NAF, to_csv([("code", "libelle"), *bonnes, ("FAUX", "x")])).rapport.rejetees == 1

    with pytest.raises(ImportRefuse, match="1 sur 9"):
        read(Nature.NAF, to_csv([("code", "libelle"), *bonnes[:8], ("FAUX", "x")]))


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (b"", "vide"),
        (b"\x00\x01\x02", "ni un classeur"),
        (b"PK\x03\x04abime", "illisible"),
        (b"\xd0\xcf\x11\xe0abime", "illisible"),
        (b"nom;prenom\nEXEMPLE;Alix\n", "colonnes"),
        (b'code,libelle\n5911A,"jamais ferm\xe9\x00', "ni un classeur"),
        (b"code,libelle\n", "Aucune ligne"),
    ],
)
def test_what_is_no_such_file_is_refused_in_french(octets: bytes, dit: str) -> None:
    with pytest.raises(ImportRefuse, match=dit):
        read(Nature.NAF, octets)


@pytest.mark.parametrize("nature", Nature)
def test_the_file_of_another_nature_is_refused(nature: Nature) -> None:
    for autre in exemples.build():
        if autre.nature is not nature:
            with pytest.raises(ImportRefuse):
                read(nature, autre.octets)


# --- the NPEC -------------------------------------------------------------------------------------------------------


def test_amounts_are_exact_cents_and_those_of_several_branches_stand_together() -> None:
    octets = npec_classeur(
        [("RNCP1", 1, 9497.35, JOUR), ("RNCP1", 2, "9 497,35 €", JOUR), ("RNCP1", 3, 10000, None)], [(1, 478.0)]
    )
    npecs = [ligne for ligne in rows(Nature.NPEC, octets) if isinstance(ligne, LigneNpec)]

    assert npecs == [
        LigneNpec("RNCP1", 949735, "CPNE", JOUR, [1, 2]),
        LigneNpec("RNCP1", 1_000_000, "CPNE", JOUR, [3]),
    ]


def test_one_cell_may_name_two_certifications_and_one_idcc_several_cpne() -> None:
    octets = npec_classeur([("RNCP1006/RNCP37239", 1, 8000, JOUR)], [(1, 3252), (2, 3252), (2, "0016")])
    lignes = rows(Nature.NPEC, octets)

    assert [ligne.rncp for ligne in lignes if isinstance(ligne, LigneNpec)] == ["RNCP1006", "RNCP37239"]
    cpnes = [ligne for ligne in lignes if isinstance(ligne, Cpne)]
    assert [(une.cpne, une.idccs) for une in cpnes] == [(1, ["3252"]), (2, ["0016", "3252"])]


@pytest.mark.parametrize(
    ("montant", "colonne"),
    [
        (("RNCPX", 1, 8000, JOUR), "RNCP"),
        (("RNCP1", "A", 8000, JOUR), "Code CPNE"),
        (("RNCP1", 1, "gratuit", JOUR), "NPEC final"),
        (("RNCP1", 1, 0, JOUR), "NPEC final"),
        (("RNCP1", 1, 100_000.01, JOUR), "NPEC final"),
        (("RNCP100", 1, 8001, JOUR), "NPEC final"),
        (("RNCP100", 1, 8000, JOUR), "RNCP"),
    ],
)
def test_a_wrong_amount_is_told_by_its_line(montant: tuple[object, ...], colonne: str) -> None:
    justes = [(f"RNCP{rang}", 1, 8000, JOUR) for rang in range(100, 120)]

    rapport = read(Nature.NPEC, npec_classeur([*justes, montant], [(1, 16)])).rapport
    assert [(f.ligne, f.colonne) for f in rapport.fautes] == [(25, colonne)]


def test_a_workbook_without_its_branches_is_refused() -> None:
    with pytest.raises(ImportRefuse, match="« IDCC »"):
        read(Nature.NPEC, npec_classeur([("RNCP1", 1, 8000, JOUR)], []))


# --- names, samples, real files -------------------------------------------------------------------------------------


def test_the_day_of_a_file_is_read_in_its_name() -> None:
    assert day_of_name("Kit_apprentissage_20250131.xlsx") == JOUR
    assert day_of_name("Referentiel-des-NPEC_20240715_extrait.xlsx") == date(2024, 7, 15)
    assert day_of_name("cfa_uai_siret.csv") is day_of_name("kit_20251331.xlsx") is day_of_name("120250131") is None


def test_the_samples_have_no_wrong_row_and_are_the_same_bytes_each_time() -> None:
    assert exemples.build() == exemples.build()
    for un in exemples.build():
        assert read(un.nature, un.octets).rapport.fautes == (), un.nom


@pytest.mark.skipif(SANS_OFFICIELS, reason=RAISON)
@pytest.mark.parametrize(
    ("nature", "lues", "rejetees"),
    [
        (Nature.RNCP, 6822, []),
        (Nature.DIPLOMES, 3923, []),
        (Nature.CFA, 933, [724, 876]),
        (Nature.IDCC, 787, [241]),
        (Nature.IDCC_OPCO, 330, []),
        (Nature.NAF, 732, []),
        (Nature.NPEC, 2, []),
    ],
)
def test_the_files_of_the_state_are_read(nature: Nature, lues: int, rejetees: list[int]) -> None:
    rapport = read(nature, (OFFICIELS / FICHIERS[nature]).read_bytes()).rapport

    assert (rapport.lues, rapport.acceptees) == (lues, lues - len(rejetees))
    assert [faute.ligne for faute in rapport.fautes if faute.rejetee] == rejetees
