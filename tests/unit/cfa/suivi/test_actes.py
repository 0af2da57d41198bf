"""What waits for the CFA: the most urgent first, each just inside and just outside its delay."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from builders.suivi.opco import DEBUT
from builders.suivi.vues import LU_LE, a_dossier, a_facture, a_ligne, a_vue, an_echeance

from traitdunion.cfa.suivi.actes import Acte, Genre, list_actes
from traitdunion.cfa.suivi.modele import Vue
from traitdunion.cfa.suivi.restes import compute_restes
from traitdunion.cfa.suivi.tableau import list_promotions, say_annee_scolaire

LE = date(2026, 10, 1)
ATTEND = "Attend : le certificat de réalisation, au plus tard le 31/12/2026."


def actes_of(vue: Vue, le: date = LE, **options: Any) -> list[Acte]:
    """What waits on a day."""
    return list_actes(vue, compute_restes(vue, le=le), le=le, **options)


def genres_of(vue: Vue, le: date = LE) -> list[Genre]:
    """Only their kinds."""
    return [un.genre for un in actes_of(vue, le)]


def test_everything_at_once_is_sorted_by_urgency() -> None:
    vue = a_vue(
        a_dossier(1),
        a_dossier(2, etat="EN_COURS_INSTRUCTION", commentaire="Attente d'information avant le 09/10/2026 : mandat."),
        a_dossier(3, etat="REFUSE", commentaire="Âge."),
        a_dossier(4, an_echeance("1", regle=320_000), etat="RUPTURE", engagement=100_000),
        a_dossier(5),
        a_dossier(6, an_echeance("1", en_cours=320_000)),
        factures=(
            a_facture("F-5", a_ligne(320_000, dossier=5, etat="REJETEE", commentaire="Doublon."), etat="REJETE"),
            a_facture("F-6", a_ligne(320_000, dossier=6, etat="A_COMPLETER", commentaire=ATTEND)),
        ),
        cle_fin=date(2026, 10, 20),
    )

    assert genres_of(vue) == [
        Genre.CLE,
        Genre.INFORMATION_DEMANDEE,
        Genre.FACTURE_A_COMPLETER,
        Genre.FACTURE_REJETEE,
        Genre.DOSSIER_REFUSE,
        Genre.TROP_PERCU,
        Genre.A_FACTURER,
    ]
    actes = {un.genre: un for un in actes_of(vue)}
    assert actes[Genre.INFORMATION_DEMANDEE].avant == date(2026, 10, 9)
    assert actes[Genre.FACTURE_A_COMPLETER].avant == date(2026, 12, 31)
    assert actes[Genre.TROP_PERCU].montant == 220_000
    assert actes[Genre.A_FACTURER].montant == 640_000  # what was rejected is to be invoiced again


@pytest.mark.parametrize(
    ("commentaire", "attend"),
    [("Réponse reçue le 02/10/2026", False), (None, False), ("Pièce illisible", True)],
)
def test_an_instruction_waits_for_the_cfa_only_while_a_request_stands(commentaire: str | None, attend: bool) -> None:
    vue = a_vue(a_dossier(1, etat="EN_COURS_INSTRUCTION", commentaire=commentaire))

    assert (genres_of(vue) == [Genre.INFORMATION_DEMANDEE]) is attend


@pytest.mark.parametrize(("jours", "dit"), [(31, False), (30, True), (0, True), (-1, True)])
def test_a_key_is_told_in_its_last_thirty_days(jours: int, dit: bool) -> None:
    assert (Genre.CLE in genres_of(a_vue(cle_fin=LE + timedelta(days=jours)))) is dit


@pytest.mark.parametrize(("jours", "dit"), [(60, True), (61, False)])
def test_a_refusal_is_told_for_sixty_days(jours: int, dit: bool) -> None:
    vue = a_vue(a_dossier(1, etat="REFUSE", vu_le=LU_LE))

    assert (Genre.DOSSIER_REFUSE in genres_of(vue, LE + timedelta(days=jours))) is dit


def test_a_refusal_is_over_once_the_contract_was_deposited_again() -> None:
    refuse = a_dossier(9, etat="REFUSE", apprenti="EXEMPLE Ada")
    encore = a_dossier(10, etat="TRANSMIS", apprenti="EXEMPLE Ada", echeances=())

    assert genres_of(a_vue(refuse)) == [Genre.DOSSIER_REFUSE]
    assert genres_of(a_vue(refuse, encore)) == []


@pytest.mark.parametrize(("jours", "retard"), [(30, False), (31, True)])
def test_an_invoice_is_late_after_thirty_days(jours: int, retard: bool) -> None:
    facture = a_facture("F-1", a_ligne(320_000), vue_le=LU_LE)
    vue = a_vue(a_dossier(1, an_echeance("1", en_cours=320_000)), factures=(facture,))

    assert (Genre.FACTURE_EN_RETARD in genres_of(vue, LE + timedelta(days=jours))) is retard


@pytest.mark.parametrize(("jours", "retard"), [(30, False), (31, True)])
def test_an_echeance_not_invoiced_is_said_late_after_thirty_days(jours: int, retard: bool) -> None:
    (acte,) = actes_of(a_vue(a_dossier(1, an_echeance("1"))), DEBUT + timedelta(days=jours))

    assert ("depuis plus de 30 jours" in acte.phrase) is retard


@pytest.mark.parametrize(("jour", "proche"), [(date(2027, 11, 15), False), (date(2027, 11, 16), True)])
def test_a_solde_soon_lost_is_told_on_its_own_with_its_day(jour: date, proche: bool) -> None:
    actes = actes_of(a_vue(a_dossier(1, an_echeance("4"))), jour)
    proches = [un for un in actes if un.genre is Genre.FORCLUSION_PROCHE]

    assert bool(proches) is proche
    if proche:
        assert (proches[0].avant, proches[0].commande) == (
            date(2027, 12, 31),
            "traitdunion cfa facturer --dossier CA-0000001",
        )


def test_commands_name_the_profile_and_quote_the_promotion() -> None:
    vue = a_vue(a_dossier(1), promotions={"1": "BTS d'Élan 2026"})
    (acte,) = actes_of(vue, profil="afdas")

    assert acte.commande == """traitdunion cfa facturer --promotion 'BTS d'"'"'Élan 2026' --profil afdas"""


def test_dossiers_of_no_promotion_are_grouped_by_formation_and_school_year() -> None:
    vue = a_vue(
        a_dossier(1, date_debut=date(2026, 6, 30)),
        a_dossier(2, date_debut=date(2026, 7, 1)),
        a_dossier(3, formation=None, date_debut=None, etat="SUSPENDU"),
        a_dossier(4),
        promotions={"4": "Ma promotion"},
    )
    lignes = list_promotions(vue, compute_restes(vue, le=LE))

    assert [(une.nom, une.hors_promotion) for une in lignes] == [
        ("Ma promotion", False),
        ("Hors promotion : BTS FICTIF, 2025-2026", True),
        ("Hors promotion : BTS FICTIF, 2026-2027", True),
        ("Hors promotion : formation inconnue", True),
    ]
    assert sum(une.dossiers for une in lignes) == 4
    assert lignes[-1].inconnus == 1


def test_a_day_seen_from_paris() -> None:
    # Half past midnight on 2 October in Paris: the delays are counted in French days.
    vue = a_vue(a_dossier(1, etat="REFUSE", vu_le=datetime.fromisoformat("2026-10-01T22:30:00+00:00")))

    assert Genre.DOSSIER_REFUSE in genres_of(vue, date(2026, 12, 1))
    assert Genre.DOSSIER_REFUSE not in genres_of(vue, date(2026, 12, 2))
    assert say_annee_scolaire(date(2027, 1, 1)) == "2026-2027"
