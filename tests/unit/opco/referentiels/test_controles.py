"""The checks with outside data: each code just outside its rule, and silent just inside (regles.md §2.6, §2.7)."""

from datetime import date
from typing import Any

import pytest
from builders.corps import ABSENT, a_depot
from builders.donnees.referentiels import a_kit, a_paire, an_edition, exemple_referentiels, to_csv
from builders.envois import to_json

from traitdunion.norme import lecture
from traitdunion.norme.erreurs import Anomalie, Entree, Gravite
from traitdunion.norme.erreurs import referentiels as famille
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.opco.referentiels import Referentiels
from traitdunion.opco.referentiels.controles import check_referentiels
from traitdunion.opco.referentiels.exemples import AUTRE_OPCO, OPCO
from traitdunion.opco.referentiels.modele import Nature

RNCP, CODE = "cerfa.formation.rncp", "cerfa.formation.codeDiplome"
UAI, SIRET = "cerfa.organismeFormation.uaiCfa", "cerfa.organismeFormation.siret"
IDCC, NAF = "cerfa.employeur.codeIdcc", "cerfa.employeur.naf"
CONCLUSION, TYPE = "cerfa.contrat.dateConclusion", "cerfa.contrat.typeContratApp"
LIEU = "cerfa.organismeFormationLieuFormationPrincipal"
CONCLU_LE = date(2026, 8, 20)  # of the body without anomaly
EXEMPLES = exemple_referentiels()


def check(
    changes: dict[str, Any] | None = None, referentiels: Referentiels = EXEMPLES, opco: str = OPCO
) -> list[Anomalie]:
    cerfa = lecture.read(DepotDossier, to_json(a_depot(changes))).message.cerfa
    assert cerfa is not None
    return check_referentiels(cerfa, referentiels=referentiels, opco=opco)


def found(*arguments: Any, **options: Any) -> list[tuple[str, str | None]]:
    return [(une.code, une.champ) for une in check(*arguments, **options)]


def kit(*paires: tuple[object, ...], valable_du: date = date(2026, 1, 1)) -> Referentiels:
    return Referentiels({Nature.RNCP: [an_edition(Nature.RNCP, a_kit(*paires), valable_du=valable_du)]})


def test_the_contract_of_the_demonstration_has_no_anomaly() -> None:
    assert check() == []


def test_nothing_is_said_of_natures_never_imported() -> None:
    fautif = {RNCP: "RNCP1", CODE: "99999999", UAI: "0010001W", IDCC: "0001", NAF: "0000Z"}

    assert found(fautif, Referentiels()) == []
    assert {code for code, _ in found(fautif)} == {
        *("RNCP_INCONNU", "CODE_DIPLOME_INCONNU", "UAI_AUTRE_SIRET", "IDCC_INCONNU", "NAF_INCONNU")
    }


@pytest.mark.parametrize(
    ("code", "dehors", "champ", "dedans"),
    [
        ("RNCP_INCONNU", {RNCP: "RNCP1"}, RNCP, {}),
        ("RNCP_INACTIF", {RNCP: "RNCP990005", CODE: "32099905"}, RNCP, {}),
        ("RNCP_FERME_APPRENTISSAGE", {RNCP: "RNCP990006", CODE: "36T99906"}, RNCP, {}),
        ("CODE_DIPLOME_DIFFERENT", {CODE: "50099901"}, CODE, {CODE: "32032611A"}),
        ("CODE_DIPLOME_INCONNU", {RNCP: ABSENT, CODE: "99999999"}, CODE, {RNCP: ABSENT, CODE: "50099901"}),
        ("UAI_AUTRE_SIRET", {UAI: "0010001W"}, UAI, {UAI: "0010001W", SIRET: "12345678200010"}),
        ("SIRET_AUTRE_UAI", {UAI: "0010002X"}, UAI, {UAI: "0010002X", SIRET: "73282932000074"}),
        ("IDCC_INCONNU", {IDCC: "0001"}, IDCC, {IDCC: "9999"}),
        ("IDCC_ABROGE", {IDCC: "0054"}, IDCC, {IDCC: "1486"}),
        ("IDCC_AUTRE_OPCO", {IDCC: "0016"}, IDCC, {IDCC: "3252"}),
        ("NAF_INCONNU", {NAF: "0000Z"}, NAF, {NAF: "62.02A"}),
    ],
)
def test_each_code_fires_just_outside_and_is_silent_just_inside(
    code: str, dehors: dict[str, Any], champ: str, dedans: dict[str, Any]
) -> None:
    assert found(dehors) == [(code, champ)], "this one, and nothing else"
    assert found(dedans) == []


def test_no_code_stops_a_deposit_and_each_says_how_to_mend() -> None:
    entrees = [entree for entree in vars(famille).values() if isinstance(entree, Entree)]

    assert len(entrees) == 12
    assert {entree.gravite for entree in entrees} == {Gravite.MOTIF_REFUS, Gravite.AVERTISSEMENT}
    refus = {entree.code for entree in entrees if entree.gravite is Gravite.MOTIF_REFUS}
    assert refus == {"RNCP_INCONNU", "RNCP_INACTIF", "RNCP_FERME_APPRENTISSAGE"}, "R01 of regles.md §3.3"


def test_a_redirection_names_the_right_opco() -> None:
    (anomalie,) = check({IDCC: "0016"})

    assert AUTRE_OPCO in anomalie.description
    assert anomalie.gravite is Gravite.AVERTISSEMENT, "a redirection is no refusal (regles.md §3.3)"


@pytest.mark.parametrize("nom", ["opco de demonstration", "OPCO  de Démonstration", "Opco-de-démonstration"])
def test_our_own_name_is_recognised_in_any_spelling(nom: str) -> None:
    assert found(opco=nom) == []


@pytest.mark.parametrize("nom", ["", "OPCO QUI N'EST PAS DANS LA LISTE"])
def test_a_name_that_the_list_ignores_accuses_nobody(nom: str) -> None:
    assert found({IDCC: "0016"}, opco=nom) == []


# --- the certification on the day of conclusion ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fin", "codes"), [("20/08/2026", []), ("19/08/2026", ["RNCP_INACTIF"]), ("01/08/2026", ["RNCP_INACTIF"])]
)
def test_a_certification_is_active_to_its_last_day_included(fin: str, codes: list[str]) -> None:
    referentiels = kit(a_paire(fin=fin), valable_du=CONCLU_LE)

    assert [code for code, _ in found(referentiels=referentiels)] == codes


def test_an_end_that_an_older_kit_announced_is_to_be_checked_only() -> None:
    # The registration may have been renewed since the kit came out.
    dit = kit(a_paire(fin="19/08/2026"), valable_du=date(2026, 8, 18))
    tue = kit(a_paire(fin="19/08/2026"), valable_du=date(2026, 8, 19))

    assert found(referentiels=dit) == [("RNCP_A_VERIFIER", RNCP)]
    assert found(referentiels=tue) == [("RNCP_INACTIF", RNCP)]


def test_a_certification_inactive_today_was_active_for_an_old_contract() -> None:
    referentiels = kit(a_paire(fin="31/08/2024", etat="INACTIVE"), valable_du=date(2025, 1, 31))

    assert found({CONCLUSION: "2024-08-31"}, referentiels) == []
    assert found({CONCLUSION: "2024-09-01"}, referentiels) == [("RNCP_INACTIF", RNCP)]


@pytest.mark.parametrize(("etat", "codes"), [("ACTIVE", []), ("INACTIVE", ["RNCP_INACTIF"]), ("NR", [])])
def test_without_a_last_day_the_state_of_the_kit_decides(etat: str, codes: list[str]) -> None:
    assert [code for code, _ in found(referentiels=kit(a_paire(fin="", etat=etat)))] == codes


def test_an_inactive_certification_names_the_one_that_replaces_it() -> None:
    (anomalie,) = check({RNCP: "RNCP990005", CODE: "32099905"})

    assert "RNCP38362" in anomalie.description
    assert "31/08/2019" in anomalie.description


@pytest.mark.parametrize(
    ("connu", "du", "code"),
    [
        ("RNCP38363", date(2026, 8, 19), "RNCP_INCONNU"),
        ("RNCP38361", date(2026, 8, 19), "RNCP_A_VERIFIER"),
        ("RNCP38361", CONCLU_LE, "RNCP_INCONNU"),
    ],
)
def test_a_number_beyond_an_older_kit_is_to_be_checked_only(connu: str, du: date, code: str) -> None:
    assert found(referentiels=kit(a_paire(connu), valable_du=du)) == [(code, RNCP)]


@pytest.mark.parametrize("type_contrat", ["31", "32", "33", "34", "36", "37", "38"])
def test_an_avenant_is_not_judged_on_a_certification_that_the_contract_had_already(type_contrat: str) -> None:
    assert found({RNCP: "RNCP990005", TYPE: type_contrat}) == []
    assert found({RNCP: "RNCP990005", CODE: "32099905", TYPE: "35"}) == [("RNCP_INACTIF", RNCP)]


# --- what is left to other rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {RNCP: "RNCPABC", CODE: ABSENT},
        {CODE: "123"},
        {UAI: "0750001A"},
        {UAI: ABSENT},
        {SIRET: ABSENT},
        {IDCC: "XYZ"},
        {IDCC: ABSENT},
        {NAF: "591A"},
        {NAF: ABSENT},
        {CONCLUSION: ABSENT, RNCP: "RNCP1"},
        {"cerfa.contrat": ABSENT},
        {"cerfa.formation": ABSENT, "cerfa.employeur": ABSENT, "cerfa.organismeFormation": ABSENT},
    ],
)
def test_a_member_absent_or_of_a_wrong_form_is_left_to_its_own_rule(changes: dict[str, Any]) -> None:
    assert found(changes) == []


def test_the_main_place_of_training_is_checked_too() -> None:
    lieu = {"siret": "73282932000074", "uaiCfa": "0010001W", "denomination": "LIEU FICTIF"}

    assert found({LIEU: lieu}) == [("UAI_AUTRE_SIRET", f"{LIEU}.uaiCfa")]
    assert found({LIEU: {**lieu, "siret": "12345678200010"}}) == []


def test_a_cfa_published_without_siret_accuses_nobody() -> None:
    octets = to_csv([("numero_uai", "numero_siren_siret_uai"), ("0750001U", "")])

    assert found(referentiels=Referentiels({Nature.CFA: [an_edition(Nature.CFA, octets)]})) == []


def test_a_diploma_of_the_base_centrale_alone_is_known() -> None:
    titres = ("FORMATION_DIPLOME", "LIBELLE_LONG_200", "DATE_OUVERTURE", "DATE_FERMETURE")
    editions = {
        Nature.RNCP: [an_edition(Nature.RNCP, a_kit(a_paire()))],
        Nature.DIPLOMES: [an_edition(Nature.DIPLOMES, to_csv([titres, ("40099999", "FICTIF", "", "")], ";"))],
    }
    assert found({RNCP: ABSENT, CODE: "40099999"}, Referentiels(editions)) == []
    assert found({RNCP: ABSENT, CODE: "40099998"}, Referentiels(editions)) == [("CODE_DIPLOME_INCONNU", CODE)]
