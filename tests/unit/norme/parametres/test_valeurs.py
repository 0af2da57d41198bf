"""What is in force on a day: each shipped value on its first day and on the eve, and what the OPCO sets over it."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.parametres import LIVRES, Parametres, ReglesFinancement, ValeurDatee, ValeurInvalide
from traitdunion.norme.parametres.catalogue import CATALOGUE
from traitdunion.norme.parametres.definitions import ORIGINE, check_valeur, encode

VEILLE = timedelta(days=1)
JOUR = date(2026, 9, 1)
JOURS = st.dates(date(2018, 1, 1), date(2035, 12, 31))


def test_each_parameter_is_a_field_of_the_rules_and_each_field_a_parameter() -> None:
    assert set(ReglesFinancement.__struct_fields__) == set(CATALOGUE)


@pytest.mark.parametrize("cle", CATALOGUE)
def test_each_shipped_value_is_one_that_its_definition_takes_and_names_its_source(cle: str) -> None:
    livrees = LIVRES.valeurs(cle)
    for une in livrees:
        assert check_valeur(CATALOGUE[cle], encode(une.valeur)) == une.valeur
        assert une.source
        assert une.livree
    if not CATALOGUE[cle].facultatif:
        assert livrees[0].valable_du == ORIGINE, "in force on any day that a dossier may bear"


@pytest.mark.parametrize("cle", CATALOGUE)
def test_a_value_begins_on_its_day_and_not_on_the_eve(cle: str) -> None:
    avant = None
    for une in LIVRES.valeurs(cle):
        assert getattr(LIVRES.at(une.valable_du), cle) == une.valeur
        if une.valable_du > ORIGINE:
            assert getattr(LIVRES.at(une.valable_du - VEILLE), cle) == avant
        avant = une.valeur
    assert getattr(LIVRES.at(date.max), cle) == avant


def test_the_values_of_the_law_are_those_of_the_rules() -> None:
    regles = LIVRES.at(JOUR)
    assert [regles.amorcage(niveau) for niveau in range(2, 10)] == [
        None,
        547_000,
        562_100,
        600_000,
        600_000,
        700_000,
        700_000,
        None,
    ]
    assert LIVRES.at(date(2022, 8, 31)).amorcage(3) is None
    assert (regles.distance_seuil, regles.distance_reduction, regles.distance_plancher) == (80, 20, 400_000)
    assert (regles.participation_niveau, regles.participation_montant, regles.participation_reprise) == (
        6,
        75_000,
        20_000,
    )
    assert regles.parts_annee == (40, 30, 20, 10)
    assert regles.base_jours == "365"
    assert regles.date_regime_2025 == date(2025, 7, 1)
    assert regles.mobilite_forfait is None


def test_what_the_opco_sets_holds_from_its_day_to_the_next_value() -> None:
    posee = ValeurDatee("smic_mensuel", date(2025, 6, 1), 181_000, "décret EXEMPLE")
    parametres = Parametres([posee])
    assert parametres.at(date(2025, 5, 31)).smic_mensuel == 180_180
    assert parametres.at(date(2025, 6, 1)).smic_mensuel == 181_000
    assert parametres.at(date(2025, 12, 31)).smic_mensuel == 181_000
    assert parametres.at(date(2026, 1, 1)).smic_mensuel == 182_303, "the later value of the product"
    assert parametres.in_force("smic_mensuel", JOUR) == LIVRES.in_force("smic_mensuel", JOUR)
    assert LIVRES.at(date(2025, 6, 1)).smic_mensuel == 180_180, "nobody else's values change"


def test_on_the_same_day_the_opco_goes_before_the_product() -> None:
    posee = ValeurDatee("smic_mensuel", date(2026, 1, 1), 190_000, "décret EXEMPLE")
    parametres = LIVRES.with_valeur(posee)
    assert parametres.in_force("smic_mensuel", date(2026, 1, 1)) == posee
    assert len(parametres.valeurs("smic_mensuel")) == len(LIVRES.valeurs("smic_mensuel"))


@given(st.lists(st.tuples(JOURS, st.integers(0, 100)), max_size=8), JOURS)
def test_the_whole_and_the_single_value_agree_on_every_day(posees: list[tuple[date, int]], jour: date) -> None:
    parametres = Parametres(ValeurDatee("majoration_reduction", du, taux, "EXEMPLE") for du, taux in posees)
    attendue = parametres.in_force("majoration_reduction", jour)
    assert attendue is not None
    assert parametres.at(jour).majoration_reduction == attendue.valeur
    dernieres = [taux for du, taux in posees if du == max((d for d, _ in posees if d <= jour), default=None)]
    assert attendue.valeur == (dernieres[-1] if dernieres else 10)


def test_what_was_computed_with_can_be_kept_and_read_again() -> None:
    regles = LIVRES.at(JOUR)
    assert msgspec.json.decode(msgspec.json.encode(regles), type=ReglesFinancement) == regles


def test_warnings_come_before_the_end_of_the_delay() -> None:
    LIVRES.check()
    juste = LIVRES.with_valeur(ValeurDatee("instruction_jours", JOUR, 19, "EXEMPLE"))
    juste.check()
    trop_court = LIVRES.with_valeur(ValeurDatee("instruction_jours", JOUR, 18, "EXEMPLE"))
    with pytest.raises(ValeurInvalide, match="18 jours"):
        trop_court.check()


def test_an_unknown_parameter_is_nobodys() -> None:
    with pytest.raises(KeyError):
        LIVRES.valeurs("inconnu")
    with pytest.raises(KeyError):
        Parametres([ValeurDatee("inconnu", JOUR, 1, "EXEMPLE")])
