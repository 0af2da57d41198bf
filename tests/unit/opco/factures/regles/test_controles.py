"""The checks of an invoice against its dossiers, just inside and just outside each limit."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from builders.factures.faits import FORCLUSION, RECU_LE, a_facture, some_faits
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme.erreurs import Gravite
from traitdunion.norme.messages.facture import Facture
from traitdunion.opco.comptabilite.postes import Cle
from traitdunion.opco.dossiers.states import Etat
from traitdunion.opco.factures.regles.controles import Examen, examine
from traitdunion.opco.factures.regles.faits import FaitsDossier

JOUR = timedelta(days=1)


def _examine(facture: Facture, *dossiers: FaitsDossier, recu_le: date = RECU_LE) -> Examen:
    faits = {un.numero_externe: un for un in dossiers or (some_faits(),)}
    return examine(facture, faits, recu_le=recu_le)


def _codes(facture: Facture, *dossiers: FaitsDossier, **options: Any) -> list[str]:
    return [anomalie.code for anomalie in _examine(facture, *dossiers, **options).anomalies]


@pytest.mark.parametrize(
    ("lignes", "attendus"),
    [
        ([(1, "PEDAGOGIE", 320_000)], []),
        ([(1, "PEDAGOGIE", 360_000)], ["LIGNE_SCINDEE"]),
        ([(1, "PEDAGOGIE", 360_001)], ["MONTANT_SUPERIEUR_AU_RESTE"]),
        ([(1, "PEDAGOGIE", 320_000), (1, "PEDAGOGIE", 40_001)], ["MONTANT_SUPERIEUR_AU_RESTE"]),
        ([(1, "PEDAGOGIE", 320_000), (2, "PEDAGOGIE", 240_000)], []),
        ([(1, "MAJORATION_RQTH", 40_000)], []),
        ([(1, "MAJORATION_RQTH", 40_001)], ["RQTH_AU_DELA_DE_L_ENGAGEMENT"]),
        ([(1, "RESTAURATION", 30_000)], []),
        ([(1, "RESTAURATION", 15_000), (2, "RESTAURATION", 15_001)], ["FRAIS_AU_DELA_DE_L_ENGAGEMENT"]),
        ([(1, "HEBERGEMENT", 1)], ["FRAIS_NON_ENGAGES"]),
        ([(1, "PREMIEREQUIPEMENT", 50_000)], []),
        ([(1, "PREMIEREQUIPEMENT", 50_001)], ["FRAIS_AU_DELA_DE_L_ENGAGEMENT"]),
        ([(1, "PREMIEREQUIPEMENT", 1), (2, "PREMIEREQUIPEMENT", 1)], ["FRAIS_DEJA_FACTURES"]),
        ([(5, "PEDAGOGIE", 1)], ["ECHEANCE_INCONNUE"]),
        ([(4, "PEDAGOGIE", 1)], ["PREUVE_REALISATION_ATTENDUE"]),
        ([(99, "PEDAGOGIE", 1)], ["PREUVE_REALISATION_ATTENDUE"]),
    ],
)
def test_what_lines_may_ask_for(lignes: list[tuple[int, str, int]], attendus: list[str]) -> None:
    assert _codes(a_facture(*lignes)) == attendus


def test_what_was_invoiced_before_is_no_longer_there_to_ask_for() -> None:
    faits = some_faits()
    faits.livre.record_ligne(Cle(1, "PEDAGOGIE"), 1, 300_000)
    assert _codes(a_facture((1, "PEDAGOGIE", 60_000)), faits) == ["LIGNE_SCINDEE"]
    assert _codes(a_facture((1, "PEDAGOGIE", 60_001)), faits) == ["MONTANT_SUPERIEUR_AU_RESTE"]


def test_first_equipment_is_free_again_once_rejected_and_not_while_it_waits() -> None:
    faits, cle = some_faits(), Cle(0, "PREMIEREQUIPEMENT")
    faits.livre.record_ligne(cle, 1, 10_000)
    facture = a_facture((1, "PREMIEREQUIPEMENT", 10_000))
    assert _codes(facture, faits) == ["FRAIS_DEJA_FACTURES"]
    faits.livre.reject(cle, 1)
    assert _codes(facture, faits) == []


@pytest.mark.parametrize(
    ("etat", "attendus"),
    [
        (Etat.TRANSMIS, ["DOSSIER_NON_ENGAGE"]),
        (Etat.EN_COURS_INSTRUCTION, ["DOSSIER_NON_ENGAGE"]),
        (Etat.ENGAGE, []),
        (Etat.RUPTURE, []),
        (Etat.REFUSE, ["DOSSIER_NON_FACTURABLE"]),
        (Etat.ANNULE, ["DOSSIER_NON_FACTURABLE"]),
        (Etat.SOLDE, ["DOSSIER_NON_FACTURABLE"]),
    ],
)
def test_a_dossier_is_invoiced_in_two_states_only(etat: Etat, attendus: list[str]) -> None:
    assert _codes(a_facture((1, "PEDAGOGIE", 1)), some_faits(etat=etat)) == attendus


def test_an_echeance_is_invoiced_from_its_opening() -> None:
    facture = a_facture((2, "PEDAGOGIE", 1))
    veille, jour = date(2027, 2, 28), date(2027, 3, 1)
    assert _codes(msgspec.structs.replace(facture, date_emission=veille)) == ["ECHEANCE_NON_OUVERTE"]
    assert _codes(msgspec.structs.replace(facture, date_emission=jour)) == []


def test_the_last_solde_is_lost_the_day_after_and_nothing_else_is_said_of_it() -> None:
    facture = a_facture((4, "PEDAGOGIE", 1))
    assert _codes(facture, recu_le=FORCLUSION) == ["PREUVE_REALISATION_ATTENDUE"]
    assert _codes(facture, recu_le=FORCLUSION + JOUR) == ["ECHEANCE_FORCLOSE"]
    assert _codes(a_facture((3, "PEDAGOGIE", 1)), recu_le=FORCLUSION + JOUR) == []


def test_a_dossier_that_is_not_there_stops_its_line_only() -> None:
    facture = a_facture((1, "PEDAGOGIE", 1))
    ailleurs = a_facture((1, "PEDAGOGIE", 1), (5, "PEDAGOGIE", 1), dossier=2)
    facture = msgspec.structs.replace(facture, lignes=(*(ailleurs.lignes or ()), *(facture.lignes or ())))
    examen = _examine(facture)
    assert [(une.code, une.champ) for une in examen.anomalies] == [
        ("DOSSIER_DE_LIGNE_INCONNU", "facture.lignes[0].numeroDossier"),
        ("DOSSIER_DE_LIGNE_INCONNU", "facture.lignes[1].numeroDossier"),
    ]
    assert examen.parts == []


def test_an_amount_that_the_body_refuses_hides_nothing_of_the_sums() -> None:
    facture = a_facture((1, "PEDAGOGIE", -100_000), (1, "PEDAGOGIE", 400_000))
    assert _codes(facture) == ["MONTANT_SUPERIEUR_AU_RESTE"]


@pytest.mark.parametrize(
    ("codification", "numero", "attendus"),
    [
        (None, 1, []),
        ("1", 1, []),
        ("E1", 1, []),
        ("99", 1, ["CODIFICATION_DIFFERENTE"]),
        ("2", 1, ["CODIFICATION_DIFFERENTE"]),
    ],
)
def test_a_codification_that_disagrees_is_a_warning(codification: str | None, numero: int, attendus: list[str]) -> None:
    facture = a_facture((numero, "PEDAGOGIE", 1))
    ligne = msgspec.structs.replace((facture.lignes or ())[0], codification_echeance=codification)
    examen = _examine(msgspec.structs.replace(facture, lignes=(ligne,)))
    assert [une.code for une in examen.anomalies] == attendus
    assert all(une.gravite is Gravite.AVERTISSEMENT for une in examen.anomalies)


def test_another_establishment_is_a_warning_and_another_siren_is_not_said_here() -> None:
    assert _codes(a_facture((1, "PEDAGOGIE", 1), siret_emetteur="32345678000028")) == ["SIRET_AUTRE_ETABLISSEMENT"]
    assert _codes(a_facture((1, "PEDAGOGIE", 1), siret_emetteur="12345678200010")) == []


NATURES = st.sampled_from(["PEDAGOGIE", "MAJORATION_RQTH", "RESTAURATION", "PREMIEREQUIPEMENT", "HEBERGEMENT"])
LIGNES = st.lists(st.tuples(st.integers(1, 5), NATURES, st.integers(1, 200_000)), min_size=1, max_size=8)


@given(LIGNES)
def test_what_is_let_through_is_what_was_sent_and_fits_the_ledger(lignes: list[tuple[int, str, int]]) -> None:
    faits = some_faits()
    examen = _examine(a_facture(*lignes), faits)
    if any(une.gravite is Gravite.BLOQUANT for une in examen.anomalies):
        assert examen.parts == []
        return
    for rang, (_, _, montant) in enumerate(lignes):
        assert sum(part.montant for part in examen.parts if part.rang == rang) == montant
    for numero, part in enumerate(examen.parts, 1):
        assert part.montant > 0
        faits.livre.record_ligne(part.cle, numero, part.montant)  # raises if a share were exceeded
