"""A value typed by a person, and written for one."""

from typing import Any

import pytest

from traitdunion.norme.parametres import LIVRES, ValeurInvalide
from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import check_valeur
from traitdunion.opco.parametres.saisie import list_champs, read_saisie, to_saisie, write_valeur

NBSP = "\u00a0"


@pytest.mark.parametrize("cle", CATALOGUE)
def test_the_form_filled_with_a_value_gives_this_value_back(cle: str) -> None:
    definition = CATALOGUE[cle]
    for une in LIVRES.valeurs(cle):
        saisie = to_saisie(definition, une.valeur)
        assert tuple(saisie) == list_champs(definition)
        assert check_valeur(definition, read_saisie(definition, saisie)) == une.valeur
        assert write_valeur(definition, une.valeur) != "non fixée"


@pytest.mark.parametrize("cle", CATALOGUE)
def test_an_empty_form_is_refused_but_for_an_empty_list(cle: str) -> None:
    definition = CATALOGUE[cle]
    vide = to_saisie(definition, None)
    if cle == "distance_hors_minoration":
        assert read_saisie(definition, vide) == []
        return
    for champs in (vide, {}):
        with pytest.raises(ValeurInvalide):
            check_valeur(definition, read_saisie(definition, champs))


@pytest.mark.parametrize(
    ("texte", "centimes"),
    [("1823,03", 182_303), (f"1{NBSP}823,03 €", 182_303), ("1 823.3", 182_330), ("750", 75_000), ("0,05€", 5)],
)
def test_an_amount_is_read_as_people_write_it(texte: str, centimes: int) -> None:
    assert read_saisie(CATALOGUE["smic_mensuel"], {"valeur": texte}) == centimes


@pytest.mark.parametrize("texte", ["", "€", "1,005", "-3", "1e3", "mille", "1.000,00", "٣", "9" * 10])
def test_what_is_not_an_amount_is_refused(texte: str) -> None:
    with pytest.raises(ValeurInvalide, match="montant"):
        read_saisie(CATALOGUE["smic_mensuel"], {"valeur": texte})


@pytest.mark.parametrize("texte", ["", "6,5", "-1", "٣", "six", "1" * 10])
def test_what_is_not_a_whole_number_is_refused(texte: str) -> None:
    with pytest.raises(ValeurInvalide, match="entier"):
        read_saisie(CATALOGUE["solde_mois"], {"valeur": texte})


def test_certifications_are_read_from_a_pasted_list() -> None:
    saisie = {"valeur": "rncp37239, 1006;\nRNCP9\t"}
    assert read_saisie(CATALOGUE["distance_hors_minoration"], saisie) == ["RNCP37239", "RNCP1006", "RNCP9"]


@pytest.mark.parametrize(
    ("cle", "valeur", "texte"),
    [
        ("smic_mensuel", 182_303, f"1{NBSP}823,03{NBSP}€"),
        ("majoration_reduction", 10, f"10{NBSP}%"),
        ("parts_annee", (40, 30, 20, 10), f"40 / 30 / 20 / 10{NBSP}%"),
        ("ouvertures_mois", (6, 9), f"6 / 9{NBSP}mois"),
        ("participation_rupture_jours", 1, f"1{NBSP}jour"),
        ("participation_niveau", 6, "6"),
        ("plafond_prix", True, "oui"),
        ("base_jours", "365", "365 jours, toujours"),
        ("base_jours", "ancien", "ancien"),
        ("date_regime_2025", "2025-07-01", "01/07/2025"),
        ("distance_hors_minoration", (), "aucune certification"),
        ("distance_hors_minoration", ("RNCP1",), "1 certification"),
        ("distance_hors_minoration", ("RNCP1", "RNCP2"), "2 certifications"),
        ("mobilite_forfait", None, "non fixée"),
    ],
)
def test_a_value_is_written_with_its_unit(cle: str, valeur: Any, texte: str) -> None:
    assert write_valeur(CATALOGUE[cle], valeur) == texte
