"""The certificat: each rule just inside and just outside, and its agreement with the form."""

import json
from typing import Any

import pytest
from builders.corps import ABSENT, FACTURE_LE, a_certificat, a_depot

from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import Anomalie, Gravite
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.messages.pieces import Certificat

AUTRE_SIRET = "35600000000048"


def a_cerfa() -> Cerfa:
    cerfa = lecture.read(DepotDossier, json.dumps(a_depot()).encode()).message.cerfa
    assert cerfa is not None
    return cerfa


def check(changes: dict[str, Any], *, compared: bool = True) -> list[Anomalie]:
    """What the shape and the rules say of `a_certificat()` so changed."""
    lu = lecture.read(Certificat, json.dumps(a_certificat(changes)).encode(), racine="certificat")
    cerfa = a_cerfa() if compared else None
    return controles.merge(lu.anomalies, controles.check_certificat(lu.message, cerfa=cerfa, recu_le=FACTURE_LE))


def said(anomalies: list[Anomalie]) -> list[tuple[str, str | None]]:
    return [(anomalie.code, anomalie.champ) for anomalie in anomalies]


def test_a_certificat_that_keeps_to_the_norm_has_no_anomaly() -> None:
    assert check({}) == []
    assert check({"typeCertificat": "Final"}) == []


@pytest.mark.parametrize("membre", ["typeCertificat", "numeroInterneDossier"])
def test_what_a_certificat_cannot_be_filed_without_blocks(membre: str) -> None:
    assert said(check({membre: ABSENT})) == [("MEMBRE_OBLIGATOIRE", f"certificat.{membre}")]


@pytest.mark.parametrize("membre", ["employeur.siret", "apprenti.nom", "apprenti.prenom", "organismeFormation.siret"])
def test_what_else_is_asked_for_is_to_be_completed_and_stops_nothing(membre: str) -> None:
    (anomalie,) = check({membre: ABSENT})
    assert (anomalie.code, anomalie.champ) == ("MEMBRE_A_COMPLETER", f"certificat.{membre}")
    assert anomalie.gravite is not Gravite.BLOQUANT


@pytest.mark.parametrize("changes", [{"echeance": ABSENT}, {"echeance": {}}, {"echeance.numero": ""}])
def test_a_certificat_says_which_echeance_it_proves(changes: dict[str, Any]) -> None:
    assert said(check(changes)) == [("CERTIFICAT_SANS_ECHEANCE", "certificat.echeance.numero")]


def test_the_number_of_its_echeance_is_read_as_that_of_a_line() -> None:
    assert check({"echeance.numero": "E2"}) == []
    assert said(check({"echeance.numero": "E0"})) == [("NUMERO_ILLISIBLE", "certificat.echeance.numero")]


def test_a_type_that_does_not_exist_is_told_those_that_do() -> None:
    (anomalie,) = check({"typeCertificat": "Partiel"})
    assert (anomalie.code, anomalie.champ) == ("CODE_INCONNU", "certificat.typeCertificat")
    assert "Intermediaire" in anomalie.description


@pytest.mark.parametrize("membre", ["employeur.siret", "organismeFormation.siret"])
def test_the_key_of_a_siret_is_checked(membre: str) -> None:
    assert ("SIRET_INVALIDE", f"certificat.{membre}") in said(check({membre: "12345678200011"}))


@pytest.mark.parametrize(
    ("membre", "valeur"),
    [
        ("employeur.siret", AUTRE_SIRET),
        ("organismeFormation.siret", AUTRE_SIRET),
        ("apprenti.nom", "AUTRE"),
        ("apprenti.prenom", "Alixe"),
    ],
)
def test_what_differs_from_the_form_is_a_warning(membre: str, valeur: str) -> None:
    (anomalie,) = check({membre: valeur})
    assert (anomalie.code, anomalie.champ) == ("DIFFERENCE_CERTIFICAT", f"certificat.{membre}")
    assert anomalie.gravite is Gravite.AVERTISSEMENT
    assert check({membre: valeur}, compared=False) == []


def test_names_are_compared_as_people_say_them() -> None:
    assert check({"apprenti.nom": "Exemplé", "apprenti.prenom": "ALIX"}) == []


@pytest.mark.parametrize("membre", ["dateSignature", "echeance.dateFin"])
def test_what_is_proved_has_already_happened(membre: str) -> None:
    assert check({membre: "2027-03-20"}) == []
    (anomalie,) = check({membre: "2027-03-21"})
    assert (anomalie.code, anomalie.champ) == ("DATE_CERTIFICAT_FUTURE", f"certificat.{membre}")
    assert "21/03/2027" in anomalie.description


def test_a_period_ends_on_its_first_day_or_after() -> None:
    assert check({"echeance.dateFin": "2026-09-01"}) == []
    assert said(check({"echeance.dateFin": "2026-08-31"})) == [("FORMAT_DOUTEUX", "certificat.echeance.dateFin")]


def test_a_duration_is_above_zero() -> None:
    assert check({"echeance.duree": 1}) == []
    assert said(check({"echeance.duree": 0})) == [("FORMAT_DOUTEUX", "certificat.echeance.duree")]


def test_the_commitment_to_keep_the_proofs_is_not_refused() -> None:
    assert check({"attestationConservationPieces": ABSENT}) == []
    champ = "certificat.attestationConservationPieces"
    assert said(check({"attestationConservationPieces": False})) == [("ATTESTATION_ABSENTE", champ)]


def test_all_anomalies_come_at_once_in_the_order_of_the_form() -> None:
    trouvees = check(
        {
            "numeroInterneDossier": ABSENT,
            "typeCertificat": "Partiel",
            "dateSignature": "2027-04-01",
            "apprenti.nom": "AUTRE",
            "organismeFormation": ABSENT,
            "echeance": ABSENT,
        }
    )
    assert said(trouvees) == [
        ("CODE_INCONNU", "certificat.typeCertificat"),
        ("MEMBRE_OBLIGATOIRE", "certificat.numeroInterneDossier"),
        ("DATE_CERTIFICAT_FUTURE", "certificat.dateSignature"),
        ("DIFFERENCE_CERTIFICAT", "certificat.apprenti.nom"),
        ("MEMBRE_A_COMPLETER", "certificat.organismeFormation.siret"),
        ("CERTIFICAT_SANS_ECHEANCE", "certificat.echeance.numero"),
    ]
