"""What people type in the search box of « Mes Dossiers », and the key that it is compared with."""

import json
from datetime import UTC, date, datetime

import pytest

from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat, Employeur
from traitdunion.opco.dossiers.search import (
    CLE_CARACTERES_MAX,
    Criteres,
    affichage,
    cle_recherche,
    looks_like_nir,
    read_tri,
    to_filtre,
)


def a_cerfa(nom: str, prenom: str = "Alix", *, usage: str | None = None, employeur: str | None = None) -> Cerfa:
    return Cerfa(
        apprenti=Apprenti(nom=nom, prenom=prenom, nom_usage=usage), employeur=Employeur(denomination=employeur)
    )


def test_the_key_holds_the_names_folded_with_the_employer_after_them() -> None:
    cerfa = a_cerfa("Lefèvre-D’Été", "Zoé", usage="FICTIF", employeur="Boulangerie « L'Épi »")
    assert cle_recherche(cerfa) == "lefevre d ete zoe fictif / boulangerie « l epi »"


def test_the_key_of_an_empty_form_is_no_name() -> None:
    assert cle_recherche(Cerfa()) == " /"


def test_the_key_never_outgrows_an_index() -> None:
    # One sign that unfolds into eighteen.
    cle = cle_recherche(a_cerfa("\ufdfa" * 80, employeur="E" * 80))
    assert len(cle) <= CLE_CARACTERES_MAX


def test_a_shorter_name_comes_before_a_longer_one_whoever_employs_it() -> None:
    court = cle_recherche(a_cerfa("DUPONT", "Marie", employeur="ZEBRE"))
    long = cle_recherche(a_cerfa("DUPONT", "Marie-Anne", employeur="ABEILLE"))
    assert court < long


def test_a_list_shows_names_and_days_and_nothing_secret() -> None:
    cerfa = Cerfa(
        apprenti=Apprenti(nom="Été", prenom="Zoé", nir="100019900000000", handicap=True),
        employeur=Employeur(denomination="L'Épi"),
        contrat=Contrat(type_contrat_app="11", date_debut_contrat=date(2026, 9, 1)),
    )
    montre = {"nom": "Été", "prenom": "Zoé", "employeur": "L'Épi", "typeContrat": "11", "debut": "2026-09-01"}
    assert json.loads(affichage(cerfa)) == montre
    assert affichage(Cerfa()) == b"{}"


@pytest.mark.parametrize("texte", ["CA-0000012", "ca 0000012", "ca12", " 12 ", "0000012"])
def test_a_number_is_looked_for_however_it_is_written(texte: str) -> None:
    assert to_filtre(Criteres(texte=texte)).numero == 12


@pytest.mark.parametrize("texte", ["12345678200010", "123 456 782 00010"])
def test_a_siret_is_the_employers(texte: str) -> None:
    assert to_filtre(Criteres(texte=texte)).siret_employeur == "12345678200010"


def test_a_siren_is_the_employers_too() -> None:
    assert to_filtre(Criteres(texte="123 456 782")).siret_employeur == "123456782"


def test_a_deca_number_is_looked_for_as_such() -> None:
    assert to_filtre(Criteres(texte="075 2026 09 nc 0001")).numero_deca == "075202609NC0001"


@pytest.mark.parametrize("texte", ["12345678", "1234567820001", "123456782000101", "CA-12345678", "CA-"])
def test_digits_that_are_no_number_are_words(texte: str) -> None:
    filtre = to_filtre(Criteres(texte=texte))
    assert filtre.numero is None
    assert filtre.siret_employeur is None
    assert filtre.mots


def test_a_name_is_looked_for_by_its_words_folded() -> None:
    assert to_filtre(Criteres(texte="  LEFÈVRE d’Été ")).mots == ("lefevre", "d", "ete")


def test_words_beyond_six_are_left_aside() -> None:
    assert len(to_filtre(Criteres(texte="a b c d e f g h")).mots) == 6


def test_both_days_are_included_and_are_those_of_france() -> None:
    filtre = to_filtre(Criteres(du=date(2026, 9, 1), au=date(2026, 10, 31)))
    assert filtre.depuis == datetime(2026, 8, 31, 22, 0, tzinfo=UTC)
    assert filtre.avant == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)


def test_the_last_day_of_all_is_no_limit() -> None:
    assert to_filtre(Criteres(au=date.max)).avant is None


@pytest.mark.parametrize("texte", ["206057500100155", "2 06 05 75 001 001 55", "2060575001001"])
def test_what_may_be_a_nir_is_told(texte: str) -> None:
    assert looks_like_nir(texte)


@pytest.mark.parametrize("texte", ["12345678200010", "075202609070001", "CA-0000012", "EXEMPLE", "", "20605750010015"])
def test_what_is_no_nir_is_not(texte: str) -> None:
    assert not looks_like_nir(texte)


@pytest.mark.parametrize(("dit", "lu"), [("nom", "nom"), ("-date", "-date"), ("cle", "-numero"), ("", "-numero")])
def test_an_unknown_order_is_the_usual_one(dit: str, lu: str) -> None:
    assert read_tri(dit) == lu
