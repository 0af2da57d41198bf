"""The builders keep their promise: what they call valid raises no anomaly whatever."""

import json
from datetime import date
from typing import Any

import pytest
from builders.corps import (
    ABSENT,
    RECU_LE,
    SIREN_CFA,
    a_connector_depot,
    a_convention,
    a_depot,
    a_prenom,
    as_connector,
    infos_fichier,
    leaves,
)
from builders.corps_valides import depots, depots_as_sent
from hypothesis import given, settings

from traitdunion.norme import controles, lecture
from traitdunion.norme.contenu import digest
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.identite import identite
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.pieces import InfosFichier


def _read(corps: dict[str, Any]) -> DepotDossier:
    lu = lecture.read(DepotDossier, json.dumps(corps).encode())
    assert lu.anomalies == ()
    return lu.message


def _anomalies(corps: dict[str, Any], *, le: date = RECU_LE) -> list[Anomalie]:
    return controles.check_depot(_read(corps), recu_le=le)


@pytest.mark.parametrize("le", [RECU_LE, date(2027, 12, 31)])
@pytest.mark.parametrize("corps", [a_depot(), a_depot(rang=12), a_connector_depot(), as_connector(a_depot())])
def test_a_depot_has_no_anomaly(corps: dict[str, Any], le: date) -> None:
    assert _anomalies(corps, le=le) == []


@given(corps=depots_as_sent())
@settings(max_examples=60, deadline=None)
def test_drawn_depots_have_no_anomaly(corps: dict[str, Any]) -> None:
    assert _anomalies(corps) == []


@given(corps=depots())
@settings(max_examples=30, deadline=None)
def test_a_connector_s_writing_is_the_same_content(corps: dict[str, Any]) -> None:
    assert digest(_read(as_connector(corps))) == digest(_read(corps))


def test_the_convention_agrees_with_the_depot() -> None:
    lu = lecture.read(Convention, json.dumps(a_convention(numero_interne="7")).encode(), racine="convention")
    assert lu.anomalies == ()
    assert lu.message.numero_interne_dossier == "7"
    assert controles.check_convention(lu.message, cerfa=_read(a_depot()).cerfa, recu_le=RECU_LE) == []


def test_infos_fichier_has_no_anomaly() -> None:
    lu = lecture.read(InfosFichier, json.dumps(infos_fichier()).encode(), racine="infosFichier")
    assert [*lu.anomalies, *controles.check_infos_fichier(lu.message)] == []


def test_each_rang_is_another_dossier() -> None:
    identites = set()
    for rang in range(300):
        cerfa = _read(a_depot(rang=rang)).cerfa
        assert cerfa is not None
        identites.add(identite(cerfa, siren=SIREN_CFA))
    assert len(identites) == 300
    assert len({a_prenom(rang) for rang in range(1, 5_000)}) == 4_999


def test_changes_go_by_dotted_path() -> None:
    corps = a_depot(
        {
            "cerfa.contrat.remunerationsAnnuelles[1].taux": 99,
            "cerfa.apprenti.nir": ABSENT,
            "cerfa.maitre2.nom": "FICTIF",
        }
    )
    assert corps["cerfa"]["contrat"]["remunerationsAnnuelles"][1]["taux"] == 99
    assert "nir" not in corps["cerfa"]["apprenti"]
    assert corps["cerfa"]["maitre2"] == {"nom": "FICTIF"}
    assert "nir" in a_depot()["cerfa"]["apprenti"]


def test_leaves_name_every_scalar() -> None:
    assert leaves({"a": {"b": [1, {"c": None}]}, "d": ""}) == {"a.b[0]": 1, "a.b[1].c": None, "d": ""}
