"""A form laid out to be read, and where an anomaly leads in it."""

import pytest
from builders.envois import a_depot, to_json

from traitdunion.norme import lecture
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.opco.pages.presentation.fiche import blocs_of, find_ancre


def _a_form() -> Cerfa:
    cerfa = lecture.read(DepotDossier, to_json(a_depot(0))).message.cerfa
    assert cerfa is not None
    return cerfa


@pytest.mark.parametrize(
    ("champ", "ancre"),
    [
        ("cerfa.apprenti.nom", "cerfa.apprenti.nom"),
        ("cerfa.employeur.adresse.codePostal", "cerfa.employeur.adresse"),
        ("cerfa.contrat.remunerationsAnnuelles[1].taux", "cerfa.contrat.remunerationsAnnuelles"),
        ("cerfa.apprenti.handicap", "cerfa.apprenti"),  # kept silent: the block is shown
        ("cerfa.maitre2.nom", None),  # nothing is said of a second maître
        ("convention.couts", None),
        (None, None),
    ],
)
def test_an_anomaly_leads_to_its_line_else_to_its_block(champ: str | None, ancre: str | None) -> None:
    assert find_ancre(champ, blocs_of(_a_form())) == ancre


def test_every_line_has_a_place_of_its_own() -> None:
    champs = [ligne.champ for bloc in blocs_of(_a_form()) for ligne in bloc.lignes]

    assert len(champs) == len(set(champs))
