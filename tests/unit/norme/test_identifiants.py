"""Identifiers and their keys (regles.md §2.6, §3.1)."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme import identifiants as ids

RACINE = Path(__file__).resolve().parents[3]
DONNEES = Path(os.environ.get("TRAITDUNION_TEST_DONNEES") or RACINE.parent / "shared" / "data")
CFA = DONNEES / "referentiels" / "cfa_uai_siret.csv"


@pytest.mark.parametrize(
    ("check", "juste", "faux"),
    [
        (ids.siret_valide, "12345678200010", "12345678200011"),
        # La Poste: the head office answers to Luhn, the others to the sum of their digits.
        (ids.siret_valide, "35600000000048", "35600000000049"),
        (ids.siret_valide, "35600000009075", "35600000009076"),
        (ids.siren_valide, "123456782", "123456783"),
        (ids.uai_valide, "0750001U", "0750001A"),
        (ids.rncp_valide, "RNCP1", "RNCP"),
        (ids.rncp_valide, "RNCP123456", "RNCP1234567"),
        (ids.code_diplome_valide, "32032611", "3203261"),
        (ids.code_diplome_valide, "32032611A", "320326111"),
        (ids.naf_valide, "5911A", "59.11A"),
        (ids.idcc_valide, "0016", "16"),
        (ids.departement_valide, "02A", "02C"),
        (ids.departement_valide, "75", "000"),
        (ids.departement_valide, "976", "96"),
        (ids.nir_forme_valide, "2060575001001", "206057500100"),
        (ids.nir_forme_valide, "206052A001001", "206052C001001"),
        (ids.nir_cle_valide, "206057500100155", "206057500100156"),
        (ids.iban_valide, "FR7630006000011234567890189", "FR7630006000011234567890188"),
        (ids.nda_valide, "11755555555", "1175555555"),
        (ids.deca_valide, "02B202212000000", "02B202213000000"),
        (ids.deca_valide, "92202601NC0001", "96202601NC0001"),
    ],
)
def test_the_right_one_passes_and_its_neighbour_does_not(check: object, juste: str, faux: str) -> None:
    assert callable(check)
    assert check(juste)
    assert not check(faux)


@pytest.mark.skipif(not CFA.is_file(), reason="référentiel des CFA officiel absent")
def test_every_uai_of_the_official_table_is_valid() -> None:
    with CFA.open(encoding="latin-1", newline="") as fichier:
        lignes = list(csv.DictReader(fichier, delimiter=";"))
    colonne = next(nom for nom in lignes[0] if "UAI" in nom.upper())
    uais = [ligne[colonne] for ligne in lignes if ligne[colonne]]
    assert len(uais) > 900
    assert [uai for uai in uais if not ids.uai_valide(uai)] == []


def test_corsica_counts_as_19_and_18_in_the_key_of_a_nir() -> None:
    assert ids.nir_cle_valide("1060519001001" + f"{97 - 1060519001001 % 97:02d}")
    assert ids.nir_cle_valide("106052A001001" + f"{97 - 1060519001001 % 97:02d}")
    assert ids.nir_cle_valide("106052B001001" + f"{97 - 1060518001001 % 97:02d}")


@given(st.integers(1, 9_999_999))
def test_a_dossier_number_reads_back(numero: int) -> None:
    externe = ids.numero_externe(numero)
    assert len(externe) == 10
    assert ids.read_numero_externe(externe.lower()) == numero


@given(st.text(max_size=20))
def test_no_text_makes_a_check_fail_otherwise_than_by_no(texte: str) -> None:
    for check in (
        ids.siret_valide,
        ids.siren_valide,
        ids.uai_valide,
        ids.deca_valide,
        ids.iban_valide,
        ids.idcc_valide,
        ids.nir_forme_valide,
        ids.departement_valide,
        ids.code_diplome_valide,
    ):
        assert check(texte) in (True, False)


@given(st.text("0123456789AB", min_size=13, max_size=15))
def test_a_nir_of_a_valid_shape_has_a_key_that_can_be_checked(texte: str) -> None:
    if ids.nir_forme_valide(texte):
        assert ids.nir_cle_valide(texte) in (True, False)
