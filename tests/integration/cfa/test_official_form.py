"""The official fillable CERFA 10103*14, where it is at hand: TRAITDUNION_DONNEES, or ../shared/data."""

import hashlib
import itertools
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from builders.papier import contrats_papier
from hypothesis import HealthCheck, given, settings

from traitdunion.cfa.cerfa_pdf import fill_cerfa, read_cerfa_with_notes
from traitdunion.cfa.cerfa_pdf.blocs import Adresse, Remunerations
from traitdunion.cfa.cerfa_pdf.carte import NOMS, ZONES
from traitdunion.cfa.cerfa_pdf.zones import Choix, Jour, Montant

DEPOT = Path(__file__).resolve().parents[3]
SHA256 = "b5458256a21740bdd9d89982de526d1732939f2c3d9b7d98d873f7ce7d3b864d"


def _official_form() -> Path | None:
    racines = [os.environ.get("TRAITDUNION_TEST_DONNEES"), str(DEPOT.parent / "shared" / "data")]
    chemins = [Path(racine) / "cerfa" / "cerfa_10103-14.pdf" for racine in racines if racine]
    return next((chemin for chemin in chemins if chemin.exists()), None)


OFFICIEL = _official_form()
# A whole form is a big example: some are given up while they are drawn.
GRAND = [HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.too_slow]
pytestmark = pytest.mark.skipif(OFFICIEL is None, reason="CERFA officiel absent (TRAITDUNION_DONNEES, ../shared/data)")


@pytest.fixture(scope="module")
def vierge() -> bytes:
    assert OFFICIEL is not None
    return OFFICIEL.read_bytes()


def test_the_official_form_is_the_one_that_the_map_describes(vierge: bytes) -> None:
    assert hashlib.sha256(vierge).hexdigest() == SHA256
    with pikepdf.open(BytesIO(vierge)) as pdf:
        assert {str(champ.T) for champ in pdf.Root.AcroForm.Fields} == NOMS


def test_any_contract_that_paper_can_hold_is_read_back_whole_from_the_official_form(vierge: bytes) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=GRAND)
    @given(contrats_papier())
    def round_trip(depot: dict[str, Any]) -> None:
        lu = read_cerfa_with_notes(fill_cerfa(depot, vierge))
        assert lu.to_wire() == depot
        assert lu.illisibles == ()

    round_trip()


def test_every_filled_field_of_the_official_form_shows_its_value_without_help(vierge: bytes) -> None:
    rempli = fill_cerfa({"cerfa": {"apprenti": {"nom": "EXEMPLE", "sexe": "F"}}}, vierge)
    with pikepdf.open(BytesIO(rempli)) as pdf:
        champs = {str(champ.T): champ for champ in pdf.Root.AcroForm.Fields}
        assert pdf.Root.AcroForm.NeedAppearances == False  # noqa: E712 - a PDF boolean
        assert b"(EXEMPLE) Tj" in champs["Zone de texte 8_15"].AP.N.read_bytes()
        assert str(champs["Case #C3#A0 cocher 4"].AS) == "/Yes"
        assert str(champs["Case #C3#A0 cocher 3"].AS) == "/Off"


def test_the_boxes_of_one_zone_stand_on_one_line_in_reading_order(vierge: bytes) -> None:
    with pikepdf.open(BytesIO(vierge)) as pdf:
        cotes = {str(champ.T): [float(cote) for cote in champ.Rect] for champ in pdf.Root.AcroForm.Fields}
    rangees = [zone.noms for zone in ZONES if isinstance(zone, Jour | Montant | Choix)]
    rangees += [zone.noms[:2] for zone in ZONES if isinstance(zone, Adresse)]
    for zone in ZONES:
        if isinstance(zone, Remunerations):
            for premiere, seconde in zip(zone.lignes[::2], zone.lignes[1::2], strict=True):
                moities = [[nom for z in ligne.zones("").values() for nom in z.noms] for ligne in (premiere, seconde)]
                rangees.append((*moities[0], *moities[1]))
    assert len(rangees) == 12 + 3 + 9 + 5 + 4
    for noms in rangees:
        for gauche, droite in itertools.pairwise(noms):
            assert cotes[gauche][2] <= cotes[droite][0], (gauche, droite)
            assert abs(cotes[gauche][1] - cotes[droite][1]) < 2, (gauche, droite)


def test_an_address_goes_down_from_number_to_commune(vierge: bytes) -> None:
    with pikepdf.open(BytesIO(vierge)) as pdf:
        bas = {str(champ.T): float(champ.Rect[1]) for champ in pdf.Root.AcroForm.Fields}
    for zone in ZONES:
        if isinstance(zone, Adresse):
            numero, _, complement, code_postal, commune = zone.noms
            assert bas[numero] > bas[complement] > bas[code_postal] > bas[commune]
