"""The natures of a line, and the spellings that OPCO and connectors use."""

import pytest

from traitdunion.norme.facturation.natures import (
    FRAIS_ANNEXES,
    PAR_ECHEANCE,
    UNE_SEULE_FOIS,
    Nature,
    normalise_nature,
    read_nature,
)
from traitdunion.norme.nomenclatures import NATURE_LIGNE


def test_the_natures_are_those_of_the_norm() -> None:
    assert [nature.value for nature in Nature] == list(NATURE_LIGNE.codes)
    assert all(nature.libelle for nature in Nature)


def test_each_nature_is_split_over_echeances_or_a_frais_annexe_never_both() -> None:
    assert set(Nature) == PAR_ECHEANCE | FRAIS_ANNEXES
    assert not PAR_ECHEANCE & FRAIS_ANNEXES
    assert {Nature.PEDAGOGIE, Nature.MAJORATION_RQTH} == PAR_ECHEANCE
    assert UNE_SEULE_FOIS < FRAIS_ANNEXES


@pytest.mark.parametrize(
    ("texte", "nature"),
    [
        ("PEDAGOGIE", Nature.PEDAGOGIE),
        ("Pédagogie", Nature.PEDAGOGIE),
        ("Restauration", Nature.RESTAURATION),
        ("hebergement", Nature.HEBERGEMENT),
        ("Hébergement", Nature.HEBERGEMENT),
        ("Premierequipement", Nature.PREMIEREQUIPEMENT),
        ("premier_equipement", Nature.PREMIEREQUIPEMENT),
        ("PREMIER-EQUIPEMENT", Nature.PREMIEREQUIPEMENT),
        ("Premier équipement", Nature.PREMIEREQUIPEMENT),
        ("majorationRqth", Nature.MAJORATION_RQTH),
        ("Majoration RQTH", Nature.MAJORATION_RQTH),
        ("mobilité internationale", Nature.MOBILITE),
    ],
)
def test_a_nature_is_read_whatever_its_case_accents_and_separators(texte: str, nature: Nature) -> None:
    assert read_nature(texte) is nature
    assert normalise_nature(texte) == nature.value


@pytest.mark.parametrize("texte", ["", "REPAS", "PEDAGOGIES", "RQTH"])
def test_what_is_no_nature_is_left_for_the_rule_to_say(texte: str) -> None:
    assert read_nature(texte) is None
    assert normalise_nature(texte) == texte


def test_nothing_said_is_no_nature() -> None:
    assert read_nature(None) is None
