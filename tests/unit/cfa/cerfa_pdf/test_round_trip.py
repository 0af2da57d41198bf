"""What is written on the form is what is read from it."""

from typing import Any

import pytest
from builders.papier import contrats_papier, type_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traitdunion.cfa.cerfa_pdf import fill_cerfa, fill_cerfa_with_notes, read_cerfa, read_cerfa_with_notes
from traitdunion.cfa.cerfa_pdf.appearance import escape
from traitdunion.cfa.cerfa_pdf.carte import NOMS
from traitdunion.cfa.formulaire import draw_form

VIERGE = draw_form()
# A whole form is a big example: some are given up while they are drawn.
GRAND = [HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=GRAND)
@given(contrats_papier())
def test_any_contract_that_paper_can_hold_is_read_back_whole(depot: dict[str, Any]) -> None:
    lu = read_cerfa_with_notes(fill_cerfa(depot, VIERGE))
    assert lu.to_wire() == depot
    assert lu.illisibles == ()


def test_filling_twice_keeps_nothing_of_the_first_person() -> None:
    premier = fill_cerfa({"cerfa": {"apprenti": {"nom": "EXEMPLE", "prenom": "Ada", "handicap": True}}}, VIERGE)
    second = read_cerfa(fill_cerfa({"cerfa": {"apprenti": {"nom": "FICTIF"}}}, premier))
    assert second["cerfa"]["apprenti"] == {"nom": "FICTIF"}


def test_the_frame_of_the_opco_is_left_as_it_is() -> None:
    recu = type_in(VIERGE, {"Zone de texte 8_91": "OPCO FICTIF"})
    assert read_cerfa_with_notes(fill_cerfa({"cerfa": {}}, recu)).cadre_opco == {"denomination": "OPCO FICTIF"}


def test_a_nir_with_its_key_loses_the_key_on_paper() -> None:
    relu = read_cerfa(fill_cerfa({"cerfa": {"apprenti": {"nir": "299129999999973"}}}, VIERGE))
    assert relu["cerfa"]["apprenti"]["nir"] == "2991299999999"


def test_what_has_no_place_on_paper_is_said() -> None:
    depot = {
        "cerfa": {
            "employeur": {"libelleIdcc": "Bureaux d'études"},
            "organismeFormation": {"visaCfa": True},
            "contrat": {"remunerationsAnnuelles": [{"ordre": "1.1", "salaireBrut": 900}, {"ordre": "9.9", "taux": 50}]},
        }
    }
    dits = [note.champ for note in fill_cerfa_with_notes(depot, VIERGE).notes]
    assert dits == [
        "cerfa.employeur.libelleIdcc",
        "cerfa.organismeFormation.visaCfa",
        "cerfa.contrat.remunerationsAnnuelles",
        "cerfa.contrat.remunerationsAnnuelles",
    ]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(NOMS)), st.one_of(st.booleans(), st.text(max_size=40)), max_size=60))
def test_whatever_is_typed_the_reading_ends_with_data_and_notes(saisies: dict[str, str | bool]) -> None:
    propres = {
        nom: (valeur is True) if nom.startswith("Case") else str(valeur).encode("utf-16", "ignore").decode("utf-16")
        for nom, valeur in saisies.items()
    }
    lu = read_cerfa_with_notes(type_in(VIERGE, propres))
    assert lu.depot.cerfa is not None
    assert all(note.phrase for note in lu.notes)


@pytest.mark.parametrize(
    ("texte", "octets"),
    [("Élodie", b"\xc9lodie"), ("Łódź", b"L\xf3dz"), ("(a\\b)", b"\\(a\\\\b\\)"), ("中", b"?"), ("œ€", b"\x9c\x80")],
)
def test_a_letter_that_the_font_lacks_is_shown_without_its_accent(texte: str, octets: bytes) -> None:
    assert escape(texte) == octets
