"""The states of a facture and of its lines: each has French words."""

from traitdunion.norme.facturation.etats import EtatDeFacture, EtatDeLigne
from traitdunion.norme.nomenclatures import ETAT_FACTURE, ETAT_LIGNE


def test_the_states_are_those_of_the_nomenclatures() -> None:
    assert {etat.value for etat in EtatDeFacture} == set(ETAT_FACTURE.codes)
    assert {etat.value for etat in EtatDeLigne} == set(ETAT_LIGNE.codes)


def test_people_read_them_in_french() -> None:
    assert EtatDeFacture.REGLE_PARTIEL.libelle == "réglée en partie"
    assert EtatDeLigne.ORDONNEE.libelle == "virement ordonné"
