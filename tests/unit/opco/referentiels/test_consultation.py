"""Looking up at a day: the version in force, the branches of an amount, and what is unknown."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from builders.donnees.referentiels import a_kit, a_paire, an_edition, exemple_referentiels, npec_classeur, to_csv

from traitdunion.opco.referentiels import Referentiels
from traitdunion.opco.referentiels.modele import Nature

V1, V2 = date(2024, 7, 15), date(2025, 7, 1)
JOUR = date(2025, 9, 1)


def npecs(*editions: tuple[date, Sequence[Sequence[Any]], Sequence[Sequence[Any]]]) -> Referentiels:
    """Workbooks by day of validity, numbered from 1."""
    return Referentiels(
        {
            Nature.NPEC: [
                an_edition(Nature.NPEC, npec_classeur(montants, branches), version=rang, valable_du=jour)
                for rang, (jour, montants, branches) in enumerate(editions, start=1)
            ]
        }
    )


def amounts(referentiels: Referentiels, *, idcc: str = "0016", jour: date = JOUR, **options: Any) -> list[int] | None:
    choix = referentiels.find_npec("RNCP1", idcc=idcc, jour=jour, **options)
    return None if choix is None else [un.montant for un in choix.candidats]


# --- the version in force -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jour", "version"),
    [(date(2020, 1, 1), 1), (V1, 1), (date(2025, 6, 30), 1), (V2, 2), (date(2030, 1, 1), 2)],
)
def test_an_old_contract_is_judged_by_the_version_of_its_day(jour: date, version: int) -> None:
    referentiels = Referentiels(
        {
            Nature.RNCP: [
                an_edition(Nature.RNCP, a_kit(a_paire(niveau="Niveau 6")), version=2, valable_du=V2),
                an_edition(Nature.RNCP, a_kit(a_paire(niveau="Niveau 5")), version=1, valable_du=V1),
            ]
        }
    )
    certification = referentiels.find_certification("RNCP38362", jour=jour)
    assert certification is not None
    assert certification.niveau == 4 + version


def test_of_two_versions_of_one_day_the_last_imported_counts() -> None:
    editions = [
        an_edition(Nature.NAF, to_csv([("code", "libelle"), ("5911A", nom)]), version=rang, valable_du=V1)
        for rang, nom in ((2, "SECONDE"), (1, "PREMIÈRE"))
    ]
    assert Referentiels({Nature.NAF: editions}).find_naf("5911A", jour=JOUR) == "SECONDE"


def test_nothing_imported_is_nothing_known() -> None:
    vide = Referentiels()

    assert vide.find_certification("RNCP38362", jour=JOUR) is None
    assert vide.find_diplome("32032611", jour=JOUR) is vide.find_cfa("0750001U", jour=JOUR) is None
    assert vide.find_idcc("2642", jour=JOUR) is vide.competent_opco("2642", jour=JOUR) is None
    assert vide.find_naf("5911A", jour=JOUR) is vide.find_npec("RNCP1", idcc="2642", jour=JOUR) is None
    assert vide.find_cfas("32345678000010", jour=JOUR) == ()
    assert vide.labels(jour=JOUR, rncp="RNCP38362", idcc="2642", naf="5911A") == (None,) * 5
    assert not vide.knows_opco("OPCO", jour=JOUR)


def test_what_the_samples_hold_is_found() -> None:
    referentiels = exemple_referentiels()

    labels = referentiels.labels(jour=JOUR, rncp="RNCP38362", idcc="2642", naf="5911A")
    assert labels.niveau == 5
    assert labels.opco == "OPCO DE DÉMONSTRATION"
    assert all("exemple" in (texte or "") for texte in (labels.certification, labels.convention, labels.activite))
    for code in ("32032611", "32032611A"):
        diplome = referentiels.find_diplome(code, jour=JOUR)
        assert diplome is not None
        assert diplome.niveau == 5
    assert [un.uai for un in referentiels.find_cfas("32345678000010", jour=JOUR)] == ["0750001U"]


def test_a_certification_has_every_code_of_its_rows() -> None:
    octets = a_kit(a_paire(code="32032611"), a_paire(code="32032612A"), a_paire("RNCP2", code="32032611"))
    referentiels = Referentiels({Nature.RNCP: [an_edition(Nature.RNCP, octets)]})

    certification = referentiels.find_certification("RNCP38362", jour=JOUR)
    assert certification is not None
    assert certification.codes_diplome == {"32032611", "32032612"}


@pytest.mark.parametrize("idcc", ["9998", "9999"])
def test_no_opco_is_competent_for_want_of_a_branch(idcc: str) -> None:
    octets = to_csv([("idcc", "opco"), (idcc, "OPCO FICTIF"), ("0016", "OPCO FICTIF")])
    referentiels = Referentiels({Nature.IDCC_OPCO: [an_edition(Nature.IDCC_OPCO, octets)]})

    assert referentiels.competent_opco(idcc, jour=JOUR) is None
    assert referentiels.competent_opco("0016", jour=JOUR) == "OPCO FICTIF"


@pytest.mark.parametrize(
    ("etat", "abroge"),
    [("", False), ("VIGUEUR_ETEN", False), ("VIGUEUR_ETEN|ABROGE", False), ("ABROGE", True), ("PERIME|REMPLACE", True)],
)
def test_a_convention_has_ended_when_every_one_of_its_texts_has(etat: str, abroge: bool) -> None:
    octets = to_csv([("idcc", "libelle", "etat_juridique"), ("0016", "FICTIVE", etat)])
    idcc = Referentiels({Nature.IDCC: [an_edition(Nature.IDCC, octets)]}).find_idcc("0016", jour=JOUR)

    assert idcc is not None
    assert idcc.abroge is abroge


# --- the NPEC (regles.md §4.1) --------------------------------------------------------------------------------------


def test_the_exact_branch_comes_before_the_amount_for_want_of_one() -> None:
    referentiels = npecs((V1, [("RNCP1", 7, 8000, V1), ("RNCP1", 9, 7000, V1)], [(7, "0016"), (9, 9999)]))

    exact = referentiels.find_npec("RNCP1", idcc="0016", jour=JOUR)
    carence = referentiels.find_npec("RNCP1", idcc="0018", jour=JOUR)
    sans = referentiels.find_npec("RNCP1", idcc="9999", jour=JOUR)
    assert exact is not None
    assert carence is not None
    assert sans is not None
    assert (exact.retenu.montant, exact.retenu.cpne, exact.carence) == (800_000, 7, False)
    assert (carence.retenu.montant, carence.carence) == (700_000, True)
    assert (sans.retenu.montant, sans.carence) == (700_000, False), "9999 is this contract's own branch"


def test_an_amount_under_the_cpne_9999_stands_for_want_of_a_branch_too() -> None:
    assert amounts(npecs((V1, [("RNCP1", 9999, 7000, V1)], [(7, "0016")]))) == [700_000]


def test_a_certification_without_amount_is_left_to_the_valeur_d_amorcage() -> None:
    referentiels = npecs((V1, [("RNCP2", 7, 8000, V1)], [(7, "0016"), (9, 9999)]))

    assert amounts(referentiels) is None


def test_of_several_cpne_all_are_told_and_the_lowest_amount_is_taken() -> None:
    montants = [("RNCP1", 7, 8000, V1), ("RNCP1", 8, 7500, V1), ("RNCP1", 5, 7500, V1)]
    choix = npecs((V1, montants, [(7, 3252), (8, 3252), (5, 3252)])).find_npec("RNCP1", idcc="3252", jour=JOUR)

    assert choix is not None
    assert [(un.montant, un.cpne) for un in choix.candidats] == [(750_000, 5), (750_000, 8), (800_000, 7)]
    assert choix.retenu.cpne == 5
    assert choix.a_choisir


def test_several_cpne_of_one_amount_leave_nothing_to_choose() -> None:
    montants = [("RNCP1", 7, 8000, V1), ("RNCP1", 8, 8000, V1)]
    choix = npecs((V1, montants, [(7, 3252), (8, 3252)])).find_npec("RNCP1", idcc="3252", jour=JOUR)

    assert choix is not None
    assert not choix.a_choisir
    assert len(choix.candidats) == 2


def test_an_amount_counts_from_its_day_and_the_previous_workbook_before() -> None:
    applicable = date(2025, 9, 1)
    referentiels = npecs(
        (V1, [("RNCP1", 7, 8000, V1)], [(7, "0016")]), (V2, [("RNCP1", 7, 9000, applicable)], [(7, "0016")])
    )
    assert amounts(referentiels, jour=date(2025, 6, 30)) == [800_000]
    assert amounts(referentiels, jour=date(2025, 8, 31)) == [800_000]
    assert amounts(referentiels, jour=applicable) == [900_000]
    assert amounts(referentiels, jour=date(2024, 7, 14)) is None


def test_what_the_workbook_in_force_dropped_has_no_amount_any_more() -> None:
    referentiels = npecs((V1, [("RNCP1", 7, 8000, V1)], [(7, "0016")]), (V2, [("RNCP2", 7, 9000, V2)], [(7, "0016")]))
    assert amounts(referentiels, jour=date(2025, 6, 30)) == [800_000]
    assert amounts(referentiels, jour=V2) is None


def test_a_branch_that_changed_its_cpne_has_the_amounts_of_the_new_one_only() -> None:
    referentiels = npecs((V1, [("RNCP1", 7, 8000, V1)], [(7, "0016")]), (V2, [("RNCP1", 8, 9000, V2)], [(8, "0016")]))
    assert amounts(referentiels, jour=V2) == [900_000]


def test_of_two_dates_in_one_workbook_the_last_one_past_counts() -> None:
    montants = [("RNCP1", 7, 8000, V1), ("RNCP1", 7, 8500, V2)]
    referentiels = npecs((V1, montants, [(7, "0016")]))

    assert amounts(referentiels, jour=date(2025, 6, 30)) == [800_000]
    assert amounts(referentiels, jour=V2) == [850_000]


def test_a_contract_paid_by_the_amorcage_gets_the_amount_fixed_since() -> None:
    referentiels = npecs((V1, [("RNCP1", 7, 8000, V2)], [(7, "0016")]))

    assert amounts(referentiels, jour=V1) is None
    assert amounts(referentiels, jour=V1, regularise_le=date(2025, 6, 30)) is None
    assert amounts(referentiels, jour=V1, regularise_le=V2) == [800_000]


def test_the_amount_of_the_day_is_never_replaced_by_a_later_one() -> None:
    montants = [("RNCP1", 9, 7000, V1), ("RNCP1", 7, 8000, V2)]
    referentiels = npecs((V1, montants, [(7, "0016"), (9, 9999)]))

    assert amounts(referentiels, jour=V1, regularise_le=V2) == [700_000]
