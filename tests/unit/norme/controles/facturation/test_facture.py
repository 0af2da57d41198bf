"""Factures and avoirs: each rule just inside and just outside, and all anomalies at once."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from builders.corps import ABSENT, FACTURE_LE, a_facture, an_avoir
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import Anomalie
from traitdunion.norme.messages.facture import Avoir, Facture, LigneFacture

LIGNE = "facture.lignes[0]"


def check(changes: dict[str, Any], *, recu_le: date = FACTURE_LE) -> list[Anomalie]:
    """What the shape and the rules say of `a_facture()` so changed."""
    lue = lecture.read(Facture, json.dumps(a_facture(changes)).encode(), racine="facture")
    return controles.merge(lue.anomalies, controles.check_facture(lue.message, recu_le=recu_le))


def check_avoir(changes: dict[str, Any], *, recu_le: date = FACTURE_LE) -> list[Anomalie]:
    lu = lecture.read(Avoir, json.dumps(an_avoir(changes)).encode(), racine="avoir")
    return controles.merge(lu.anomalies, controles.check_avoir(lu.message, recu_le=recu_le))


def said(anomalies: list[Anomalie]) -> list[tuple[str, str | None]]:
    return [(anomalie.code, anomalie.champ) for anomalie in anomalies]


def test_a_facture_and_an_avoir_that_keep_to_the_norm_have_no_anomaly() -> None:
    assert check({}) == []
    assert check_avoir({}) == []


@pytest.mark.parametrize("membre", ["numero", "dateEmission", "montantTotal", "siretEmetteur", "ibanEmetteur"])
def test_a_member_without_which_nothing_can_be_paid_blocks(membre: str) -> None:
    (anomalie,) = check({membre: ABSENT})
    assert (anomalie.code, anomalie.champ) == ("MEMBRE_OBLIGATOIRE", f"facture.{membre}")
    assert said(check_avoir({membre: ""})) == [("MEMBRE_OBLIGATOIRE", f"avoir.{membre}")]


@pytest.mark.parametrize("membre", ["montant", "natureLigne", "numeroEcheance", "numeroDossier"])
def test_a_line_says_its_amount_its_nature_its_echeance_and_its_dossier(membre: str) -> None:
    assert said(check({f"lignes[0].{membre}": ABSENT})) == [("MEMBRE_OBLIGATOIRE", f"{LIGNE}.{membre}")]


@pytest.mark.parametrize("membre", ["quantite", "codificationEcheance", "numeroDeca"])
def test_what_only_informs_may_be_absent(membre: str) -> None:
    assert check({f"lignes[0].{membre}": None}) == []


def test_a_frais_annexe_says_its_echeance_too() -> None:
    assert said(check({"lignes[1].numeroEcheance": ""})) == [("MEMBRE_OBLIGATOIRE", "facture.lignes[1].numeroEcheance")]


@pytest.mark.parametrize("lignes", [ABSENT, None, [], [None], {}])
def test_a_facture_without_any_line_says_so_once(lignes: Any) -> None:
    assert said(check({"lignes": lignes})) == [("LIGNES_ABSENTES", "facture.lignes")]


def test_lines_that_cannot_be_read_are_not_said_to_be_absent() -> None:
    assert said(check({"lignes": "deux"})) == [("TYPE_ILLISIBLE", "facture.lignes")]


def test_an_avoir_quotes_the_facture_that_it_corrects() -> None:
    assert said(check_avoir({"numeroFactureOrigine": ABSENT})) == [("MEMBRE_OBLIGATOIRE", "avoir.numeroFactureOrigine")]


@pytest.mark.parametrize("total", [2429.99, 2430.01])
def test_a_total_one_cent_away_from_the_lines_is_refused(total: float) -> None:
    (anomalie,) = check({"montantTotal": total})
    assert (anomalie.code, anomalie.champ) == ("SOMME_DES_LIGNES", "facture.montantTotal")
    assert f"{total:.2f}".replace(".", ",")[1:] in anomalie.description
    assert "(2\u00a0430,00 €)" in anomalie.description


def test_the_sum_is_not_judged_while_a_line_has_no_readable_amount() -> None:
    assert said(check({"lignes[0].montant": "dix"})) == [("MONTANT_ILLISIBLE", f"{LIGNE}.montant")]


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20), st.sampled_from([-1, 1]))
def test_any_lines_add_up_to_their_sum_and_to_nothing_else(centimes: list[int], ecart: int) -> None:
    def codes(total: int) -> list[str]:
        lignes = tuple(
            LigneFacture(
                montant=Decimal(montant) / 100,
                nature_ligne="PEDAGOGIE",
                numero_echeance="2",
                numero_dossier="CA-0000001",
            )
            for montant in centimes
        )
        facture = Facture(montant_total=Decimal(total) / 100, lignes=lignes)
        return [a.code for a in controles.check_facture(facture, recu_le=FACTURE_LE) if a.code != "MEMBRE_OBLIGATOIRE"]

    assert codes(sum(centimes)) == []
    assert codes(sum(centimes) + ecart) == ["SOMME_DES_LIGNES"]


@pytest.mark.parametrize(("montant", "total"), [(0, 30), (-0.01, 29.99)])
def test_a_line_of_a_facture_is_above_zero(montant: float, total: float) -> None:
    (anomalie,) = check({"lignes[0].montant": montant, "montantTotal": total})
    assert (anomalie.code, anomalie.champ) == ("MONTANT_DE_LIGNE", f"{LIGNE}.montant")
    assert "supérieur à zéro" in anomalie.description
    assert "déposez un avoir" in anomalie.description
    assert check({"lignes[0].montant": 0.01, "montantTotal": 30.01}) == []


@pytest.mark.parametrize("montant", [0, 0.01])
def test_a_line_of_an_avoir_is_below_zero(montant: float) -> None:
    (anomalie,) = check_avoir({"lignes[0].montant": montant, "montantTotal": montant})
    assert (anomalie.code, anomalie.champ) == ("MONTANT_DE_LIGNE", "avoir.lignes[0].montant")
    assert "inférieur à zéro" in anomalie.description
    assert check_avoir({"lignes[0].montant": -0.01, "montantTotal": -0.01}) == []


def test_a_facture_is_not_of_tomorrow() -> None:
    assert check({}, recu_le=date(2027, 3, 5)) == []
    (anomalie,) = check({}, recu_le=date(2027, 3, 5) - timedelta(days=1))
    assert (anomalie.code, anomalie.champ) == ("DATE_EMISSION_FUTURE", "facture.dateEmission")
    assert "05/03/2027" in anomalie.description
    assert "04/03/2027" in anomalie.description


def test_the_keys_of_a_siret_and_of_an_iban_are_checked() -> None:
    assert said(check({"siretEmetteur": "32345678000011"})) == [("SIRET_INVALIDE", "facture.siretEmetteur")]
    assert check({"siretEmetteur": "32345678000010"}) == []
    (anomalie,) = check({"ibanEmetteur": "FR959999900001FICTIF0000100"})
    assert (anomalie.code, anomalie.champ) == ("IBAN_INVALIDE", "facture.ibanEmetteur")
    assert "FICTIF" not in anomalie.description
    assert said(check({"ibanEmetteur": "FR9499999"})) == [("IBAN_INVALIDE", "facture.ibanEmetteur")]


def test_an_unknown_nature_is_told_the_codes_there_are() -> None:
    (anomalie,) = check({"lignes[0].natureLigne": "REPAS"})
    assert (anomalie.code, anomalie.champ) == ("CODE_INCONNU", f"{LIGNE}.natureLigne")
    assert "RESTAURATION (restauration)" in anomalie.description


@pytest.mark.parametrize("numero", ["0", "E", "première", "1000"])
def test_an_echeance_whose_number_is_none_cannot_be_read(numero: str) -> None:
    assert said(check({"lignes[0].numeroEcheance": numero})) == [("NUMERO_ILLISIBLE", f"{LIGNE}.numeroEcheance")]
    assert check({"lignes[0].numeroEcheance": "999"}) == []


def test_a_facture_of_first_echeances_alone_is_no_certificat() -> None:
    premieres = {"lignes[0].numeroEcheance": "E1", "lignes[1].numeroEcheance": 1}
    (anomalie,) = check(premieres)
    assert (anomalie.code, anomalie.champ) == ("CERTIFICAT_SUR_PREMIERE_ECHEANCE", "facture.estCertificatRealisation")
    assert anomalie.gravite == "AVERTISSEMENT"
    assert check({**premieres, "estCertificatRealisation": False}) == []
    assert check({**premieres, "lignes[1].numeroEcheance": 2}) == []


def test_all_anomalies_come_at_once_in_the_order_of_the_form() -> None:
    trouvees = check(
        {
            "numero": ABSENT,
            "dateEmission": "2027-03-21",
            "montantTotal": 1,
            "siretEmetteur": "1",
            "ibanEmetteur": "FR00",
            "lignes[0].montant": -5,
            "lignes[0].natureLigne": "REPAS",
            "lignes[1].numeroEcheance": "zéro",
            "lignes[1].numeroDossier": ABSENT,
        }
    )
    assert said(trouvees) == [
        ("MEMBRE_OBLIGATOIRE", "facture.numero"),
        ("DATE_EMISSION_FUTURE", "facture.dateEmission"),
        ("SOMME_DES_LIGNES", "facture.montantTotal"),
        ("SIRET_INVALIDE", "facture.siretEmetteur"),
        ("IBAN_INVALIDE", "facture.ibanEmetteur"),
        ("MONTANT_DE_LIGNE", f"{LIGNE}.montant"),
        ("CODE_INCONNU", f"{LIGNE}.natureLigne"),
        ("NUMERO_ILLISIBLE", "facture.lignes[1].numeroEcheance"),
        ("MEMBRE_OBLIGATOIRE", "facture.lignes[1].numeroDossier"),
    ]


def test_an_empty_body_is_told_all_that_is_missing() -> None:
    assert said(controles.check_avoir(Avoir(), recu_le=FACTURE_LE)) == [
        ("MEMBRE_OBLIGATOIRE", "avoir.numero"),
        ("MEMBRE_OBLIGATOIRE", "avoir.dateEmission"),
        ("MEMBRE_OBLIGATOIRE", "avoir.montantTotal"),
        ("MEMBRE_OBLIGATOIRE", "avoir.siretEmetteur"),
        ("MEMBRE_OBLIGATOIRE", "avoir.ibanEmetteur"),
        ("LIGNES_ABSENTES", "avoir.lignes"),
        ("MEMBRE_OBLIGATOIRE", "avoir.numeroFactureOrigine"),
    ]
