"""The family of factures: each sentence filled with what the service knows says how to mend, and quotes no account."""

import string
from typing import Any

import pytest

from traitdunion.norme.erreurs import Entree, Gravite
from traitdunion.norme.erreurs import factures as famille

CODES = {nom: entree for nom, entree in vars(famille).items() if isinstance(entree, Entree)}
LIGNE = {"numero_dossier": "CA-0000001", "numero_echeance": 2}
DEPASSE = {"montant": "2\u00a0400,01", "reste": "2\u00a0400,00"}
# What fills each sentence, and what of it must be read.
VALEURS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "NUMERO_DE_FACTURE_DEJA_UTILISE": ({"numero": "FA-1", "numero_interne_facture": "7"}, ("FA-1", "interne 7")),
    "LIGNES_ABSENTES": ({}, ("au moins une ligne",)),
    "SOMME_DES_LIGNES": ({"total": "3,00", "somme": "2,00"}, ("3,00 €", "2,00 €")),
    "DATE_EMISSION_FUTURE": ({"jour": "02/01/2027", "recu_le": "01/01/2027"}, ("02/01/2027", "01/01/2027")),
    "IBAN_INVALIDE": ({"libelle": "IBAN de l'émetteur"}, ("IBAN de l'émetteur",)),
    "IBAN_NON_VALIDE": ({}, ("« Mon Compte > Coordonnées bancaires »",)),
    "IBAN_A_DECLARER": ({}, ("« Mon Compte > Coordonnées bancaires »",)),
    "MONTANT_DE_LIGNE": ({"montant": "0,00", "attendu": "supérieur", "conseil": "Corrigez."}, ("0,00 €", "à zéro")),
    "DOSSIER_DE_LIGNE_INCONNU": ({}, ("« CA- »",)),
    "DOSSIER_NON_ENGAGE": (LIGNE, ("CA-0000001", "accord")),
    "DOSSIER_NON_FACTURABLE": ({**LIGNE, "etat": "soldé"}, ("CA-0000001 est soldé",)),
    "ECHEANCE_INCONNUE": ({**LIGNE, "existantes": "1, 3, 4"}, ("échéance 2", "1, 3, 4")),
    "ECHEANCE_NON_OUVERTE": ({**LIGNE, "ouverture": "01/03/2027"}, ("à partir du 01/03/2027",)),
    "MONTANT_SUPERIEUR_AU_RESTE": ({**LIGNE, **DEPASSE}, ("2\u00a0400,01 €", "2\u00a0400,00 €")),
    "FRAIS_NON_ENGAGES": ({**LIGNE, "nature": "hébergement"}, ("« hébergement »",)),
    "FRAIS_AU_DELA_DE_L_ENGAGEMENT": (
        {**LIGNE, **DEPASSE, "nature": "restauration"},
        ("« restauration »", "2\u00a0400,01"),
    ),
    "FRAIS_DEJA_FACTURES": ({**LIGNE, "nature": "premier équipement"}, ("une seule fois",)),
    "RQTH_AU_DELA_DE_L_ENGAGEMENT": ({**LIGNE, **DEPASSE}, ("échéance 2", "2\u00a0400,00 €")),
    "ECHEANCE_FORCLOSE": ({**LIGNE, "limite": "31/12/2028"}, ("31/12/2028",)),
    "FACTURE_ORIGINE_INCONNUE": ({}, ("numeroFactureOrigine",)),
    "AVOIR_SUPERIEUR_A_LA_FACTURE": ({**LIGNE, **DEPASSE, "nature": "pédagogie"}, ("« pédagogie »", "2\u00a0400,00 €")),
    "AVOIR_SANS_LIGNE_CORRESPONDANTE": (
        {**LIGNE, "nature": "mobilité internationale", "numero_facture": "FA-1"},
        ("FA-1", "« mobilité internationale »"),
    ),
    "CERTIFICAT_SANS_ECHEANCE": ({}, ("echeance.numero",)),
    "DIFFERENCE_CERTIFICAT": ({"libelle": "N° SIRET du CFA"}, ("« N° SIRET du CFA »",)),
    "DATE_CERTIFICAT_FUTURE": ({"libelle": "Date de signature", "jour": "02/01/2027"}, ("02/01/2027",)),
    "CODIFICATION_DIFFERENTE": ({"numero_echeance": 4, "attendue": "4"}, ("échéance 4 (4)",)),
    "NUMERO_DECA_DIFFERENT": (LIGNE, ("CA-0000001",)),
    "SIRET_AUTRE_ETABLISSEMENT": ({**LIGNE, "siret_cfa": "32345678000010"}, ("32345678000010",)),
    "LIGNE_SCINDEE": ({"pedagogie": "2\u00a0000,00", "rqth": "400,00"}, ("2\u00a0000,00 €", "400,00 €")),
    "PREUVE_REALISATION_ATTENDUE": ({"limite": "31/12/2028"}, ("« à compléter »", "31/12/2028")),
    "FACTURE_PARTICIPATION_ATTENDUE": ({"limite": "31/12/2028"}, ("FACTURE_PARTICIPATION_EMPLOYEUR", "31/12/2028")),
    "ATTESTATION_DEBUT_ATTENDUE": ({}, ("ATTESTATION_DEBUT",)),
    "CERTIFICAT_SUR_PREMIERE_ECHEANCE": ({}, ("estCertificatRealisation",)),
}
AVERTISSEMENTS = {
    "DIFFERENCE_CERTIFICAT",
    "DATE_CERTIFICAT_FUTURE",
    "CODIFICATION_DIFFERENTE",
    "NUMERO_DECA_DIFFERENT",
    "SIRET_AUTRE_ETABLISSEMENT",
    "LIGNE_SCINDEE",
    "PREUVE_REALISATION_ATTENDUE",
    "FACTURE_PARTICIPATION_ATTENDUE",
    "ATTESTATION_DEBUT_ATTENDUE",
    "CERTIFICAT_SUR_PREMIERE_ECHEANCE",
}


def test_every_code_of_the_family_is_tried_here() -> None:
    assert set(CODES) == set(VALEURS)


@pytest.mark.parametrize("code", sorted(VALEURS))
def test_a_sentence_says_the_amounts_the_days_and_the_numbers(code: str) -> None:
    valeurs, attendus = VALEURS[code]
    description = CODES[code].anomalie(None, **valeurs).description
    for attendu in attendus:
        assert attendu in description
    assert "{" not in description


@pytest.mark.parametrize("code", sorted(VALEURS))
def test_a_sentence_is_filled_by_these_values_and_no_account_number(code: str) -> None:
    noms = {nom for _, nom, _, _ in string.Formatter().parse(CODES[code].phrase) if nom}
    assert noms <= set(VALEURS[code][0])
    assert not {nom for nom in noms if "iban" in nom}


def test_what_cannot_be_paid_blocks_with_400_and_the_rest_are_warnings() -> None:
    doutes = {code for code, entree in CODES.items() if entree.gravite is Gravite.AVERTISSEMENT}
    assert doutes == AVERTISSEMENTS
    assert {entree.statut for entree in CODES.values()} == {400}


def test_an_unknown_dossier_and_another_s_dossier_are_said_in_the_same_words() -> None:
    # norme.md §4: the sentence has no value of its own that could tell them apart.
    assert "{" not in famille.DOSSIER_DE_LIGNE_INCONNU.phrase
    assert "{" not in famille.FACTURE_ORIGINE_INCONNUE.phrase
