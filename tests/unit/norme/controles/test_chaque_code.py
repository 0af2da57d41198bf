"""Every code of the contrôles: one body just outside the rule, where it fires, and one just inside, where it is silent.

A code of the family without both fails here. Bodies differ from `a_depot()`, which has no anomaly, by the paths given:
an apprentice born on 14/05/2006, a contract from 01/09/2026 to 31/08/2028, exams until 10/07/2028.
"""

import json
from typing import Any, NamedTuple

import pytest
from builders.corps import ABSENT, RECU_LE, a_convention, a_depot, infos_fichier

from traitdunion.norme import controles, lecture
from traitdunion.norme.erreurs import Anomalie, Entree, Gravite
from traitdunion.norme.erreurs import controles as famille
from traitdunion.norme.messages.cerfa import DepotDossier
from traitdunion.norme.messages.convention import Convention
from traitdunion.norme.messages.pieces import InfosFichier

LIGNES = "cerfa.contrat.remunerationsAnnuelles"
APPRENTI, CONTRAT, FORMATION = "cerfa.apprenti", "cerfa.contrat", "cerfa.formation"
NAISSANCE = f"{APPRENTI}.dateNaissance"
DEBUT, FIN, CONCLUSION = f"{CONTRAT}.dateDebutContrat", f"{CONTRAT}.dateFinContrat", f"{CONTRAT}.dateConclusion"
ENTREE, EXAMENS = f"{FORMATION}.dateDebutFormation", f"{FORMATION}.dateFinFormation"
RESPONSABLE = {
    f"{APPRENTI}.responsableLegal": {
        "nom": "FICTIVE",
        "prenom": "Alix",
        "courriel": "alix@famille.exemple.fr",
        "adresse": {"adresse1": "1 rue de l'Exemple", "codePostal": "75001", "commune": "Paris"},
    }
}
MAITRE2 = {
    "nom": "FICTIVE",
    "prenom": "Charlie",
    "dateNaissance": "1975-03-04",
    "courriel": "charlie@entreprise.exemple.fr",
    "emploiOccupe": "Chef d'équipe",
}
AVENANT = {
    f"{CONTRAT}.typeContratApp": "36",
    f"{CONTRAT}.numeroContratPrecedent": "075202609001234",
    CONCLUSION: "2026-12-01",
}


class Cas(NamedTuple):
    """What to change for the rule to fire, on which field, and what to change for it to be just silent."""

    code: str
    dehors: dict[str, Any]
    champ: str
    dedans: dict[str, Any]


CAS = (
    Cas("MEMBRE_OBLIGATOIRE", {f"{APPRENTI}.prenom": ABSENT}, f"{APPRENTI}.prenom", {f"{APPRENTI}.prenom": "A"}),
    Cas("MEMBRE_OBLIGATOIRE", {"cerfa": ABSENT}, "cerfa", {}),
    Cas(
        "MEMBRE_A_COMPLETER",
        {f"{APPRENTI}.communeNaissance": ABSENT},
        f"{APPRENTI}.communeNaissance",
        {f"{APPRENTI}.communeNaissance": "L"},
    ),
    Cas("MEMBRE_A_COMPLETER", {"cerfa.maitre2": {"nom": "SEUL"}}, "cerfa.maitre2.prenom", {"cerfa.maitre2": MAITRE2}),
    Cas(
        "MEMBRE_A_COMPLETER",
        {"cerfa.organismeFormation.lieuFormationIdentique": False},
        "cerfa.organismeFormationLieuFormationPrincipal.siret",
        {},
    ),
    Cas(
        "ATTESTATION_ABSENTE",
        {"cerfa.employeur.attestationPieces": False},
        "cerfa.employeur.attestationPieces",
        {"cerfa.employeur.attestationPieces": True},
    ),
    Cas("CODE_INCONNU", {f"{APPRENTI}.regimeSocial": "3"}, f"{APPRENTI}.regimeSocial", {f"{APPRENTI}.regimeSocial": 2}),
    Cas("CODE_INCONNU", {f"{LIGNES}[0].typeSalaire": "SMIG"}, f"{LIGNES}[0].typeSalaire", {}),
    Cas("CODE_ANCIEN", {f"{APPRENTI}.diplome": "71"}, f"{APPRENTI}.diplome", {f"{APPRENTI}.diplome": "73"}),
    Cas(
        "SIRET_INVALIDE",
        {"cerfa.employeur.siret": "12345678200011"},
        "cerfa.employeur.siret",
        {"cerfa.employeur.siret": "35600000000048"},
    ),
    Cas("FIN_AVANT_DEBUT", {FIN: "2026-09-01"}, FIN, {FIN: "2026-09-02"}),
    Cas("FIN_AVANT_DEBUT", {EXAMENS: "2026-09-01"}, EXAMENS, {EXAMENS: "2026-09-02"}),
    Cas("VERSION_CERFA_INCONNUE", {"cerfa.versionCERFA": "10103*09"}, "cerfa.versionCERFA", {}),
    Cas(
        "VERSION_CERFA_PERIMEE",
        {"cerfa.versionCERFA": "10103*13", CONCLUSION: "2025-07-01"},
        "cerfa.versionCERFA",
        {"cerfa.versionCERFA": "10103*13", CONCLUSION: "2025-06-30"},
    ),
    Cas("NIR_INVALIDE", {f"{APPRENTI}.nir": "20605750010"}, f"{APPRENTI}.nir", {f"{APPRENTI}.nir": "2060575001001"}),
    Cas(
        "NIR_CLE_INVALIDE",
        {f"{APPRENTI}.nir": "206057500100156"},
        f"{APPRENTI}.nir",
        {f"{APPRENTI}.nir": "206057500100155"},
    ),
    Cas("NIR_PROVISOIRE", {f"{APPRENTI}.nir": "7060575001001"}, f"{APPRENTI}.nir", {}),
    Cas("NIR_INCOHERENT", {f"{APPRENTI}.sexe": "M"}, f"{APPRENTI}.nir", {f"{APPRENTI}.sexe": "F"}),
    Cas("NIR_INCOHERENT", {NAISSANCE: "2006-06-14"}, f"{APPRENTI}.nir", {NAISSANCE: "2006-05-15"}),
    Cas("UAI_INVALIDE", {"cerfa.organismeFormation.uaiCfa": "0750001A"}, "cerfa.organismeFormation.uaiCfa", {}),
    Cas("RNCP_INVALIDE", {f"{FORMATION}.rncp": "RNCPABC"}, f"{FORMATION}.rncp", {f"{FORMATION}.rncp": "123456"}),
    Cas(
        "FORMAT_DOUTEUX",
        {"cerfa.employeur.telephone": "0102030"},
        "cerfa.employeur.telephone",
        {"cerfa.employeur.telephone": "01020304"},
    ),
    Cas("FORMAT_DOUTEUX", {"cerfa.employeur.naf": "591A"}, "cerfa.employeur.naf", {"cerfa.employeur.naf": "59.11A"}),
    Cas("FORMAT_DOUTEUX", {"cerfa.employeur.nombreDeSalaries": -1}, "cerfa.employeur.nombreDeSalaries", {}),
    Cas(
        "EMPLOYEUR_PUBLIC",
        {"cerfa.employeur.typeEmployeur": "29"},
        "cerfa.employeur.typeEmployeur",
        {"cerfa.employeur.typeEmployeur": "30"},
    ),
    Cas(
        "REGIME_SPECIFIQUE_SANS_OBJET",
        {"cerfa.employeur.regimeSpecifique": True},
        "cerfa.employeur.regimeSpecifique",
        {"cerfa.employeur.regimeSpecifique": True, "cerfa.employeur.typeEmployeur": "21"},
    ),
    Cas(
        "DUREE_FORMATION_INVALIDE",
        {f"{FORMATION}.dureeFormation": 10_000},
        f"{FORMATION}.dureeFormation",
        {f"{FORMATION}.dureeFormation": 9_999},
    ),
    Cas(
        "HEURES_DISTANCE_ABSENTES",
        {f"{FORMATION}.nombreHeuresEnDistanciel": ABSENT, CONCLUSION: "2025-07-01"},
        f"{FORMATION}.nombreHeuresEnDistanciel",
        {f"{FORMATION}.nombreHeuresEnDistanciel": ABSENT, CONCLUSION: "2025-06-30"},
    ),
    Cas(
        "HEURES_DISTANCE_EXCESSIVES",
        {f"{FORMATION}.nombreHeuresEnDistanciel": 1351},
        f"{FORMATION}.nombreHeuresEnDistanciel",
        {f"{FORMATION}.nombreHeuresEnDistanciel": 1350},
    ),
    # 731 days: a quarter of 1607 hours a year is 804.6 hours.
    Cas(
        "HEURES_CFA_INSUFFISANTES",
        {f"{FORMATION}.dureeFormation": 804},
        f"{FORMATION}.dureeFormation",
        {f"{FORMATION}.dureeFormation": 805},
    ),
    Cas("CONCLUSION_APRES_DEBUT", {CONCLUSION: "2026-09-02"}, CONCLUSION, {CONCLUSION: "2026-09-01"}),
    Cas("CONCLUSION_FUTURE", {CONCLUSION: "2026-09-06"}, CONCLUSION, {CONCLUSION: "2026-09-05"}),
    Cas("CONCLUSION_ANCIENNE", {CONCLUSION: "2019-12-31"}, CONCLUSION, {CONCLUSION: "2020-01-01"}),
    Cas(
        "PRATIQUE_HORS_BORNES",
        {f"{CONTRAT}.dateFormationPratiqueEmployeur": "2026-12-02"},
        f"{CONTRAT}.dateFormationPratiqueEmployeur",
        {f"{CONTRAT}.dateFormationPratiqueEmployeur": "2026-12-01"},
    ),
    Cas("DEBUT_CFA_TARDIF", {ENTREE: "2026-12-02"}, ENTREE, {ENTREE: "2026-12-01"}),
    Cas(
        "ENTREE_CFA_ANCIENNE",
        {f"{APPRENTI}.situationAvantContrat": "7", ENTREE: "2026-05-19"},
        ENTREE,
        {f"{APPRENTI}.situationAvantContrat": "7", ENTREE: "2026-05-20"},
    ),
    Cas("CYCLE_DEJA_COMMENCE", {ENTREE: "2026-08-19"}, DEBUT, {ENTREE: "2026-08-20"}),
    Cas("FORMATION_HORS_CONTRAT", {ENTREE: "2025-09-01", EXAMENS: "2026-08-31"}, EXAMENS, {}),
    Cas("CONTRAT_FINIT_AVANT_EXAMENS", {EXAMENS: "2028-09-01"}, FIN, {EXAMENS: "2028-08-31"}),
    Cas("CONTRAT_FINIT_TARD", {EXAMENS: "2028-06-30"}, FIN, {EXAMENS: "2028-07-01"}),
    Cas("DUREE_CONTRAT", {FIN: "2027-02-27"}, FIN, {FIN: "2027-02-28"}),
    Cas("DUREE_CONTRAT", {FIN: "2029-09-01"}, FIN, {FIN: "2029-08-31"}),
    Cas("DUREE_CONTRAT", {FIN: "2030-09-01", f"{APPRENTI}.handicap": True}, FIN, {FIN: "2029-08-31"}),
    Cas("DUREE_FORMATION_INHABITUELLE", {EXAMENS: "2027-02-27"}, EXAMENS, {EXAMENS: "2027-02-28"}),
    Cas(
        "DUREE_REDUITE_SANS_CONVENTION",
        {ENTREE: "2026-05-31"},
        f"{CONTRAT}.typeDerogation",
        {ENTREE: "2026-06-01"},
    ),
    Cas(
        "AVENANT_EFFET_HORS_CONTRAT",
        {**AVENANT, f"{CONTRAT}.dateEffetAvenant": "2028-09-01"},
        f"{CONTRAT}.dateEffetAvenant",
        {**AVENANT, f"{CONTRAT}.dateEffetAvenant": "2028-08-31"},
    ),
    Cas(
        "AVENANT_CONCLU_APRES_EFFET",
        {**AVENANT, f"{CONTRAT}.dateEffetAvenant": "2026-11-30"},
        f"{CONTRAT}.dateEffetAvenant",
        {**AVENANT, f"{CONTRAT}.dateEffetAvenant": "2026-12-01"},
    ),
    Cas(
        "CONTRAT_PRECEDENT_DEMANDE",
        {f"{CONTRAT}.typeContratApp": "21"},
        f"{CONTRAT}.numeroContratPrecedent",
        {f"{CONTRAT}.typeContratApp": "21", f"{CONTRAT}.numeroContratPrecedent": "075202509001234"},
    ),
    Cas("AGE_INSUFFISANT", {NAISSANCE: "2011-09-02"}, NAISSANCE, {NAISSANCE: "2011-09-01"}),
    Cas("AGE_15_SANS_DEROGATION", {NAISSANCE: "2010-09-02"}, NAISSANCE, {NAISSANCE: "2010-09-01"}),
    Cas("AGE_30_SANS_DEROGATION", {NAISSANCE: "1996-09-01"}, NAISSANCE, {NAISSANCE: "1996-09-02"}),
    Cas("AGE_30_SANS_DEROGATION", {NAISSANCE: "1990-01-01"}, NAISSANCE, {f"{CONTRAT}.typeDerogation": "12"}),
    Cas(
        "PROJET_SANS_OBJET",
        {f"{APPRENTI}.projetCreationRepriseEntreprise": True, NAISSANCE: "1996-09-02"},
        f"{APPRENTI}.projetCreationRepriseEntreprise",
        {f"{APPRENTI}.projetCreationRepriseEntreprise": True, NAISSANCE: "1996-09-01"},
    ),
    Cas(
        "EQUIVALENCE_JEUNES_AGE",
        {f"{APPRENTI}.droitsRqthEquivalenceJeune": True, NAISSANCE: "2005-09-01"},
        f"{APPRENTI}.droitsRqthEquivalenceJeune",
        {f"{APPRENTI}.droitsRqthEquivalenceJeune": True, NAISSANCE: "2005-09-02"},
    ),
    Cas(
        "RQTH_INCOHERENTE",
        {f"{APPRENTI}.handicap": True, f"{APPRENTI}.droitsRqthExtensionBOE": True},
        f"{APPRENTI}.handicap",
        {f"{APPRENTI}.handicap": False, f"{APPRENTI}.droitsRqthExtensionBOE": True},
    ),
    Cas(
        "RESPONSABLE_LEGAL_ABSENT",
        {NAISSANCE: "2008-08-21"},
        f"{APPRENTI}.responsableLegal",
        {NAISSANCE: "2008-08-20"},
    ),
    Cas("RESPONSABLE_LEGAL_ABSENT", {NAISSANCE: "2009-01-01"}, f"{APPRENTI}.responsableLegal", RESPONSABLE),
    Cas(
        "MINEUR_HORS_UE",
        {**RESPONSABLE, NAISSANCE: "2009-01-01", f"{APPRENTI}.nationalite": "3"},
        f"{APPRENTI}.nationalite",
        {**RESPONSABLE, NAISSANCE: "2009-01-01", f"{APPRENTI}.nationalite": "2"},
    ),
    Cas(
        "MAITRE_MINEUR",
        {"cerfa.maitre1.dateNaissance": "2008-09-02"},
        "cerfa.maitre1.dateNaissance",
        {"cerfa.maitre1.dateNaissance": "2008-09-01"},
    ),
    Cas(
        "MAITRE_EST_APPRENTI",
        {"cerfa.maitre1": {**MAITRE2, "nom": "éxemple", "prenom": "ALIX", "dateNaissance": "2006-05-14"}},
        "cerfa.maitre1",
        {"cerfa.maitre1": {**MAITRE2, "nom": "éxemple", "prenom": "ALIX", "dateNaissance": "1976-05-14"}},
    ),
    Cas(
        "MAITRES_IDENTIQUES",
        {"cerfa.maitre1": MAITRE2, "cerfa.maitre2": MAITRE2},
        "cerfa.maitre2",
        {"cerfa.maitre2": MAITRE2},
    ),
    Cas(
        "DUREE_TRAVAIL_ILLEGALE",
        {f"{CONTRAT}.dureeTravailHebdoHeures": 48, f"{CONTRAT}.dureeTravailHebdoMinutes": 1},
        f"{CONTRAT}.dureeTravailHebdoHeures",
        {f"{CONTRAT}.dureeTravailHebdoHeures": 48},
    ),
    Cas(
        "DUREE_TRAVAIL_MINEUR",
        {**RESPONSABLE, NAISSANCE: "2008-09-02", f"{CONTRAT}.dureeTravailHebdoHeures": 36},
        f"{CONTRAT}.dureeTravailHebdoHeures",
        {**RESPONSABLE, NAISSANCE: "2008-09-02"},
    ),
    Cas(
        "DUREE_TRAVAIL_INVALIDE",
        {f"{CONTRAT}.dureeTravailHebdoMinutes": 60},
        f"{CONTRAT}.dureeTravailHebdoMinutes",
        {f"{CONTRAT}.dureeTravailHebdoMinutes": 59},
    ),
    Cas("REMUNERATION_MAL_ORDONNEE", {f"{LIGNES}[1].ordre": "1.1"}, f"{LIGNES}[1].ordre", {}),
    Cas("REMUNERATION_MAL_ORDONNEE", {f"{LIGNES}[0].ordre": "5.1"}, f"{LIGNES}[0].ordre", {}),
    Cas("REMUNERATION_DISCONTINUE", {f"{LIGNES}[1].dateDebut": "2027-06-02"}, f"{LIGNES}[1]", {}),
    Cas("REMUNERATION_DISCONTINUE", {f"{LIGNES}[2].dateFin": "2028-08-30"}, f"{LIGNES}[2]", {}),
    Cas("REMUNERATION_INSUFFISANTE", {f"{LIGNES}[0].taux": 42.99}, f"{LIGNES}[0].taux", {f"{LIGNES}[0].taux": 43}),
    # A line that runs one day into the second year owes that year's rate.
    Cas(
        "REMUNERATION_INSUFFISANTE",
        {f"{LIGNES}[1].dateFin": "2027-09-01", f"{LIGNES}[2].dateDebut": "2027-09-02"},
        f"{LIGNES}[1].taux",
        {f"{LIGNES}[1].dateFin": "2027-08-31", f"{LIGNES}[2].dateDebut": "2027-09-01"},
    ),
    # Born a day later in May changes nothing, born in June does: the bracket changes on the first of the next month.
    Cas(
        "REMUNERATION_INSUFFISANTE",
        {NAISSANCE: "2006-04-30"},
        f"{LIGNES}[0].taux",
        {NAISSANCE: "2006-05-01"},
    ),
    Cas(
        "REMUNERATION_A_VERIFIER",
        {f"{CONTRAT}.typeDerogation": "21", ENTREE: "2026-03-01"},
        f"{LIGNES}[0].taux",
        {f"{CONTRAT}.typeDerogation": "21", ENTREE: "2026-09-01"},
    ),
    Cas(
        "SALAIRE_EMBAUCHE_INSUFFISANT",
        {f"{CONTRAT}.salaireEmbauche": 783.88},
        f"{CONTRAT}.salaireEmbauche",
        {f"{CONTRAT}.salaireEmbauche": 783.89},
    ),
    Cas(
        "AVANTAGES_EXCESSIFS",
        {f"{CONTRAT}.salaireEmbauche": 800, f"{CONTRAT}.avantageLogement": 600.01},
        f"{CONTRAT}.avantageLogement",
        {f"{CONTRAT}.salaireEmbauche": 800, f"{CONTRAT}.avantageLogement": 600},
    ),
)

CAS_CONVENTION = (
    Cas("MANDAT_EMPLOYEUR_ABSENT", {"mandatEmployeur": False}, "convention.mandatEmployeur", {"mandatEmployeur": True}),
    Cas("MANDAT_EMPLOYEUR_ABSENT", {"mandatEmployeur": ABSENT}, "convention.mandatEmployeur", {}),
    Cas("MEMBRE_OBLIGATOIRE", {"numeroInterneDossier": ""}, "convention.numeroInterneDossier", {}),
    Cas("MEMBRE_A_COMPLETER", {"couts": ABSENT}, "convention.couts.coutTotalPedagogieCFA", {}),
    Cas(
        "DIFFERENCE_CONVENTION",
        {"contrat.dateFinContrat": "2028-08-30"},
        "convention.contrat.dateFinContrat",
        {"contrat.dateFinContrat": "2028-08-31T00:00:00+02:00"},
    ),
    Cas("DIFFERENCE_CONVENTION", {"apprenti.nom": "EXEMPLES"}, "convention.apprenti.nom", {"apprenti.nom": "éxemple"}),
    Cas("SIRET_INVALIDE", {"organismeFormation.siret": "32345678000011"}, "convention.organismeFormation.siret", {}),
    Cas(
        "CONCLUSION_FUTURE",
        {"dateSignature": "2026-09-06"},
        "convention.dateSignature",
        {"dateSignature": "2026-09-05"},
    ),
    Cas(
        "ATTESTATION_ABSENTE",
        {"attestationConventionSigneeCFA": False},
        "convention.attestationConventionSigneeCFA",
        {},
    ),
)
CAS_PIECES = (
    Cas("MEMBRE_OBLIGATOIRE", {"objets": []}, "infosFichier.objets", {}),
    Cas("CODE_INCONNU", {"typeFichier": "PHOTO"}, "infosFichier.typeFichier", {"typeFichier": "MANDAT"}),
    Cas("CODE_INCONNU", {"objets[0].typeObjet": "AUTRE"}, "infosFichier.objets[0].typeObjet", {}),
    Cas("MEMBRE_OBLIGATOIRE", {"objets[0].idObjet": ABSENT}, "infosFichier.objets[0].idObjet", {}),
)
CODES = {nom: entree for nom, entree in vars(famille).items() if isinstance(entree, Entree)}


def check(changes: dict[str, Any]) -> list[Anomalie]:
    lu = lecture.read(DepotDossier, json.dumps(a_depot(changes)).encode())
    return controles.merge(lu.anomalies, controles.check_depot(lu.message, recu_le=RECU_LE))


def check_convention(changes: dict[str, Any]) -> list[Anomalie]:
    lu = lecture.read(Convention, json.dumps(a_convention(changes)).encode(), racine="convention")
    cerfa = lecture.read(DepotDossier, json.dumps(a_depot()).encode()).message.cerfa
    regles = controles.check_convention(lu.message, cerfa=cerfa, recu_le=RECU_LE)
    return controles.merge(lu.anomalies, regles)


def check_pieces(changes: dict[str, Any]) -> list[Anomalie]:
    lu = lecture.read(InfosFichier, json.dumps(infos_fichier(changes)).encode(), racine="infosFichier")
    return controles.merge(lu.anomalies, controles.check_infos_fichier(lu.message))


def named(cas: Cas) -> str:
    return f"{cas.code}-{cas.champ}"


TOUS = (
    *((check, cas) for cas in CAS),
    *((check_convention, cas) for cas in CAS_CONVENTION),
    *((check_pieces, cas) for cas in CAS_PIECES),
)


@pytest.mark.parametrize(("examine", "cas"), TOUS, ids=[named(cas) for _, cas in TOUS])
def test_the_rule_fires_just_outside_and_is_silent_just_inside(examine: Any, cas: Cas) -> None:
    trouvees = [anomalie for anomalie in examine(cas.dehors) if anomalie.champ == cas.champ]
    assert cas.code in [anomalie.code for anomalie in trouvees]
    anomalie = next(anomalie for anomalie in trouvees if anomalie.code == cas.code)
    assert anomalie.gravite is CODES[cas.code].gravite
    assert "{" not in anomalie.description
    dedans = [(anomalie.code, anomalie.champ) for anomalie in examine(cas.dedans)]
    assert (cas.code, cas.champ) not in dedans


def test_every_code_of_the_family_has_a_case_on_each_side() -> None:
    assert set(CODES) == {cas.code for _, cas in TOUS}


def test_only_what_cannot_be_stored_blocks() -> None:
    # regles.md §2, « Complete list of B », and the mandate (norme.md §7).
    bloquants = {code for code, entree in CODES.items() if entree.gravite is Gravite.BLOQUANT}
    assert bloquants == {
        "MEMBRE_OBLIGATOIRE",
        "CODE_INCONNU",
        "SIRET_INVALIDE",
        "FIN_AVANT_DEBUT",
        "MANDAT_EMPLOYEUR_ABSENT",
    }


def test_a_valid_body_has_no_anomaly_at_all() -> None:
    assert check({}) == []
    assert check_convention({}) == []
    assert check_pieces({}) == []


def test_a_member_that_cannot_be_read_is_said_once() -> None:
    champs = [anomalie.champ for anomalie in check({FIN: "2028-02-30"})]
    assert champs.count(FIN) == 1


def test_all_anomalies_come_at_once() -> None:
    trouvees = check({f"{APPRENTI}.prenom": ABSENT, f"{APPRENTI}.sexe": "X", "cerfa.employeur.siret": "1"})
    assert {"MEMBRE_OBLIGATOIRE", "CODE_INCONNU", "SIRET_INVALIDE"} <= {anomalie.code for anomalie in trouvees}
