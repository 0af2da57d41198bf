"""The identity of a deposit: the same contract sent twice, however the name is typed (norme.md §7)."""

import json
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from builders.corps import a_depot
from hypothesis import given
from hypothesis import strategies as st

from traitdunion.norme import lecture
from traitdunion.norme.identite import fold_name, identite
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat, DepotDossier, Employeur

SIREN = "323456780"


def of(changes: dict[str, Any] | None = None, *, siren: str = SIREN) -> bytes:
    cerfa = lecture.read(DepotDossier, json.dumps(a_depot(changes)).encode()).message.cerfa
    assert cerfa is not None
    return identite(cerfa, siren=siren)


def named(nom: str, prenom: str = "Camille") -> bytes:
    return of({"cerfa.apprenti.nom": nom, "cerfa.apprenti.prenom": prenom})


@pytest.mark.parametrize(
    ("un", "autre"),
    [
        ("EXEMPLE", "exemple"),
        ("Élan", "ELAN"),
        ("E\u0301lan", "élan"),
        ("Le  Goff", "le goff"),
        ("Jean-Pierre", "JEAN PIERRE"),
        ("Jean‑Pierre", "Jean-Pierre"),
        ("Jean-Pierre", "Jeanpierre"),
        ("D'Exemple", "d’exemple"),
        ("D'Exemple", "D Exemple"),
        ("D'Exemple", "DEXEMPLE"),
        ("Lebœuf", "LEBOEUF"),
        ("Strauß", "STRAUSS"),
        ("Łukasz", "lukasz"),
        ("İnce", "ince"),
        (" EXEMPLE ", "EXEMPLE"),
    ],
)
def test_a_name_is_the_same_whatever_the_hand_that_types_it(un: str, autre: str) -> None:
    assert named(un) == named(autre)
    assert named("EXEMPLE", un) == named("EXEMPLE", autre)


@pytest.mark.parametrize("autre", ["EXEMPLES", "EXEMPL", "EKEMPLE"])
def test_another_name_is_another_person(autre: str) -> None:
    assert named(autre) != named("EXEMPLE")


def test_the_birth_name_and_the_first_name_do_not_run_together() -> None:
    assert named("EXEMPLE", "Camille") != named("EXEMPLEC", "amille")
    assert named("EXEMPLE", "Camille") != named("CAMILLE", "Exemple")


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        ("cerfa.employeur.siret", "32345678000010"),
        ("cerfa.apprenti.dateNaissance", "2006-05-15"),
        ("cerfa.contrat.typeContratApp", "21"),
        ("cerfa.contrat.dateDebutContrat", "2026-09-02"),
    ],
)
def test_what_makes_another_contract(chemin: str, valeur: str) -> None:
    assert of({chemin: valeur}) != of()


def test_another_key_is_another_identity() -> None:
    assert of(siren="123456782") != of()


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        ("cerfa.apprenti.nir", "1"),
        ("cerfa.apprenti.nomUsage", "AUTRE"),
        ("cerfa.contrat.dateConclusion", "2026-08-21"),
        ("cerfa.contrat.dateEffetAvenant", "2026-08-21"),
        ("cerfa.contrat.numeroContratPrecedent", "075202609NC1234"),
        ("cerfa.contrat.dateFinContrat", "2027-08-31"),
        ("cerfa.organismeFormation.siret", "12345678200010"),
        ("cerfa.formation.rncp", "1"),
    ],
)
def test_what_is_content_and_not_identity(chemin: str, valeur: str) -> None:
    assert of({chemin: valeur}) == of()


@pytest.mark.parametrize("type_contrat", ["31", "32", "33", "34", "35", "36", "37", "38"])
@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        ("cerfa.contrat.dateConclusion", "2026-08-21"),
        ("cerfa.contrat.dateEffetAvenant", "2026-10-02"),
        ("cerfa.contrat.numeroContratPrecedent", "075202609NC1234"),
    ],
)
def test_two_avenants_of_one_contract_are_two_dossiers(type_contrat: str, chemin: str, valeur: str) -> None:
    avenant = {"cerfa.contrat.typeContratApp": type_contrat}
    assert of({**avenant, chemin: valeur}) != of(avenant)


def test_an_identity_is_the_same_from_one_release_to_the_next() -> None:
    """It is stored, and makes a deposit unique: a change here needs a migration."""
    cerfa = Cerfa(
        employeur=Employeur(siret="12345678200010"),
        apprenti=Apprenti(nom="D'Exemple-Élan", prenom="Camille", date_naissance=date(2006, 5, 14)),
        contrat=Contrat(type_contrat_app="11", date_debut_contrat=date(2026, 9, 1)),
    )
    parts = '["323456780","12345678200010","dexempleelan","camille","2006-05-14","11","2026-09-01"]'
    assert identite(cerfa, siren=SIREN) == sha256(parts.encode()).digest()


@pytest.mark.parametrize("manque", ["employeur", "apprenti", "contrat"])
def test_a_form_without_its_parts_has_no_identity(manque: str) -> None:
    parts: dict[str, Any] = {"employeur": Employeur(), "apprenti": Apprenti(), "contrat": Contrat()}
    assert len(identite(Cerfa(**parts), siren=SIREN)) == 32
    with pytest.raises(ValueError, match="no identity"):
        identite(Cerfa(**{**parts, manque: None}), siren=SIREN)


def test_folding_keeps_one_space_between_words() -> None:
    assert fold_name("  Le  Goff-Élan d’Été ") == "le goff elan d ete"


@pytest.mark.parametrize("nom", ["´", "`", "\u00a8", "ŉ", "℡", "ﬁ", "ẞ", "Ǆ"])
def test_odd_signs_fold_for_good(nom: str) -> None:
    assert fold_name(fold_name(nom)) == fold_name(nom)
    assert fold_name(nom.upper()) == fold_name(nom)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(nom: str) -> None:
    assert fold_name(fold_name(nom)) == fold_name(nom)
