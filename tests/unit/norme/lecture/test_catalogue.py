"""Each code of the family « lecture »: a body just inside, a body just outside, a French sentence that is whole."""

import json
from typing import Any

import pytest
from builders.corps import a_convention, a_depot

from traitdunion.norme import lecture
from traitdunion.norme.erreurs import Anomalie, Entree, Refus
from traitdunion.norme.erreurs import lecture as codes
from traitdunion.norme.lecture.decoding import NIVEAUX_MAX
from traitdunion.norme.lecture.reading import INCONNUS_NOMMES
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention


def _depot(chemin: str, valeur: Any) -> bytes:
    return json.dumps(a_depot({f"cerfa.{chemin}": valeur})).encode()


def _strays(nombre: int) -> bytes:
    return json.dumps({**a_depot(), **{f"inconnu{n}": n for n in range(nombre)}}).encode()


def _nested(niveaux: int) -> bytes:
    return b'{"a":' * niveaux + b"1" + b"}" * niveaux


def _lines(nombre: int) -> bytes:
    return _depot("contrat.remunerationsAnnuelles", [{"ordre": "1.1"}] * nombre)


ENTIER = json.dumps(a_depot()).encode()
# Code: (just inside, just outside).
TABLE: dict[str, tuple[bytes, bytes]] = {
    "JSON_ILLISIBLE": (ENTIER, ENTIER[:-1]),
    "JSON_TROP_IMBRIQUE": (_nested(NIVEAUX_MAX), _nested(NIVEAUX_MAX + 1)),
    "MEMBRE_EN_DOUBLE": (b'{"a": 1, "A": 2}', b'{"a": 1, "a": 1}'),
    "MEMBRE_INCONNU": (_depot("apprenti.nomUsage", "X"), _depot("apprenti.nomusage", "X")),
    "MEMBRES_INCONNUS_NOMBREUX": (_strays(INCONNUS_NOMMES), _strays(INCONNUS_NOMMES + 1)),
    "TYPE_ILLISIBLE": (_depot("formation.dureeFormation", "1350.0"), _depot("formation.dureeFormation", "1350.5")),
    "TEXTE_TROP_LONG": (_depot("apprenti.nom", "x" * 80), _depot("apprenti.nom", "x" * 81)),
    "CARACTERE_INTERDIT": (_depot("apprenti.nom", "a\u0001b"), _depot("apprenti.nom", "a\u0000b")),
    "DATE_ILLISIBLE": (
        _depot("apprenti.dateNaissance", "2008-02-29"),
        _depot("apprenti.dateNaissance", "2006-02-29"),
    ),
    "DATE_HORS_LIMITES": (
        _depot("contrat.dateFinContrat", "2199-12-31"),
        _depot("contrat.dateFinContrat", "2200-01-01"),
    ),
    "MONTANT_ILLISIBLE": (_depot("contrat.salaireEmbauche", "783.91"), _depot("contrat.salaireEmbauche", "783.912")),
    "NOMBRE_HORS_LIMITES": (
        _depot("employeur.nombreDeSalaries", 10**9),
        _depot("employeur.nombreDeSalaries", 10**9 + 1),
    ),
    "NUMERO_ILLISIBLE": (
        json.dumps(a_convention(numero_interne="9" * 18)).encode(),
        json.dumps(a_convention(numero_interne="9" * 19)).encode(),
    ),
    "LISTE_TROP_LONGUE": (_lines(8), _lines(9)),
}


def _told(code: str, corps: bytes) -> tuple[Anomalie, ...]:
    try:
        if code == "NUMERO_ILLISIBLE":
            return lecture.read(Convention, corps, racine="convention").anomalies
        return lecture.read(DepotDossier, corps).anomalies
    except Refus as refus:
        return refus.anomalies


def test_the_table_holds_every_code_of_the_family_and_no_other() -> None:
    assert set(TABLE) == {entree.code for entree in vars(codes).values() if isinstance(entree, Entree)}


@pytest.mark.parametrize("code", TABLE)
def test_just_inside_nothing_is_said_and_just_outside_the_code_is(code: str) -> None:
    dedans, dehors = TABLE[code]
    assert code not in {anomalie.code for anomalie in _told(code, dedans)}
    (anomalie,) = [anomalie for anomalie in _told(code, dehors) if anomalie.code == code]
    entree = getattr(codes, code)
    assert anomalie.gravite is entree.gravite
    assert entree.statut == 400


@pytest.mark.parametrize("code", TABLE)
def test_the_sentence_is_whole_and_french(code: str) -> None:
    (anomalie,) = [anomalie for anomalie in _told(code, TABLE[code][1]) if anomalie.code == code]
    assert "{" not in anomalie.description
    assert anomalie.description[-1] == "."
    assert anomalie.description.count(".") >= 2 or "attend" in anomalie.description
    assert "None" not in anomalie.description
    assert getattr(codes, code).documentation.endswith((".", "?"))
