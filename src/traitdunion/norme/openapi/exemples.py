"""Examples shown in the documentation; the tests read and check them. Everybody in them is invented."""

from datetime import date
from typing import Any

from traitdunion.norme.erreurs.entree import Entree
from traitdunion.norme.openapi import exemples_facturation as facturation

ADRESSE = {"adresse1": "1 rue de l'Exemple", "codePostal": "75001", "commune": "Paris"}

DEPOT: dict[str, Any] = {
    "cerfa": {
        "versionCERFA": "10103*14",
        "CERFAsignatureProbante": False,
        "employeur": {
            "denomination": "ENTREPRISE FICTIVE",
            "siret": "12345678200010",
            "naf": "5911A",
            "nombreDeSalaries": 12,
            "codeIdcc": "2642",
            "telephone": "0102030405",
            "courriel": "contact@entreprise.exemple.fr",
            "adresse": dict(ADRESSE),
            "typeEmployeur": "12",
            "employeurSpecifique": "0",
            "caisseComplementaire": "CAISSE FICTIVE",
            "attestationEligibilite": True,
            "attestationPieces": True,
        },
        "apprenti": {
            "nom": "EXEMPLE",
            "prenom": "Alix",
            "sexe": "F",
            "nationalite": "1",
            "dateNaissance": "2006-05-14",
            "departementNaissance": "075",
            "communeNaissance": "Paris",
            "nir": "206057500100155",
            "regimeSocial": "2",
            "handicap": False,
            "situationAvantContrat": "1",
            "diplome": "41",
            "derniereClasse": "01",
            "diplomePrepare": "41",
            "intituleDiplomePrepare": "Bac pro fictif",
            "telephone": "0602030405",
            "courriel": "alix@apprentie.exemple.fr",
            "adresse": dict(ADRESSE),
            "inscriptionSportifDeHautNiveau": False,
            "projetCreationRepriseEntreprise": False,
        },
        "maitre1": {
            "nom": "FICTIF",
            "prenom": "Dominique",
            "dateNaissance": "1980-01-02",
            "courriel": "dominique@entreprise.exemple.fr",
            "emploiOccupe": "Technicien",
            "intituleDiplomeObtenu": "BTS",
            "niveauDiplomeObtenu": "5",
        },
        "contrat": {
            "modeContractuel": "1",
            "typeContratApp": "11",
            "dateConclusion": "2026-08-20",
            "dateDebutContrat": "2026-09-01",
            "dateFormationPratiqueEmployeur": "2026-09-01",
            "dateFinContrat": "2028-08-31",
            "lieuSignatureContrat": "Paris",
            "dureeTravailHebdoHeures": 35,
            "dureeTravailHebdoMinutes": 0,
            "travailRisque": False,
            "salaireEmbauche": 783.90,
            "remunerationsAnnuelles": [
                {
                    "ordre": "1.1",
                    "dateDebut": "2026-09-01",
                    "dateFin": "2027-05-31",
                    "taux": 43,
                    "typeSalaire": "SMIC",
                },
                {
                    "ordre": "1.2",
                    "dateDebut": "2027-06-01",
                    "dateFin": "2027-08-31",
                    "taux": 53,
                    "typeSalaire": "SMIC",
                },
                {
                    "ordre": "2.1",
                    "dateDebut": "2027-09-01",
                    "dateFin": "2028-08-31",
                    "taux": 61,
                    "typeSalaire": "SMIC",
                },
            ],
        },
        "formation": {
            "rncp": "RNCP38362",
            "codeDiplome": "32032611",
            "typeDiplome": "54",
            "intituleQualification": "BTS fictif",
            "dateDebutFormation": "2026-09-01",
            "dateFinFormation": "2028-07-10",
            "dureeFormation": 1350,
            "nombreHeuresEnDistanciel": 0,
        },
        "organismeFormation": {
            "denomination": "CFA FICTIF",
            "formationInterne": False,
            "siret": "32345678000010",
            "uaiCfa": "0750001U",
            "visaCfa": True,
            "adresse": dict(ADRESSE),
            "lieuFormationIdentique": True,
        },
    }
}

CONVENTION: dict[str, Any] = {
    "numeroInterneDossier": "1",
    "employeur": {"siret": "12345678200010"},
    "apprenti": {"nom": "EXEMPLE", "prenom": "Alix"},
    "contrat": {"dateDebutContrat": "2026-09-01", "dateFinContrat": "2028-08-31"},
    "organismeFormation": {"siret": "32345678000010", "uaiCfa": "0750001U"},
    "formation": {
        "dateDebutFormation": "2026-09-01",
        "dateFinFormation": "2028-07-10",
        "dureeFormation": 1350,
        "rncp": "RNCP38362",
        "intituleQualification": "BTS fictif",
    },
    "couts": {"coutTotalPedagogieCFA": 16000, "nombreRepasTotaux": 100, "montantPremierEquipement": 500},
    "mandatEmployeur": True,
    "dateSignature": "2026-08-20",
    "attestationConventionSigneeEntreprise": True,
    "attestationConventionSigneeCFA": True,
}

INFOS_FICHIER: dict[str, Any] = {
    "typeFichier": "PIECE_COMPLEMENTAIRE",
    "objets": [{"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": "1"}],
}

RUPTURE: dict[str, Any] = {
    "numeroInterneDossier": "1",
    "dateRupture": "2027-02-28",
    "dateNotification": "2027-03-01",
    "pendantPeriodeProbatoire": False,
    "motif": "commun accord",
    "maintienEnFormation": True,
}
CORPS: dict[str, dict[str, Any]] = {
    "DepotDossier": DEPOT,
    "Convention": CONVENTION,
    "InfosFichier": INFOS_FICHIER,
    "Rupture": RUPTURE,
    **facturation.CORPS,
}
# Days of the examples: they are read on a day when the contract is signed and has begun.
RECU_LE = date(2026, 9, 5)
SIREN = DEPOT["cerfa"]["organismeFormation"]["siret"][:9]

DEMANDE_JETON = {"grant_type": "client_credentials", "client_id": "editeur-fictif", "client_secret": "secret-fictif"}
AVERTISSEMENT: dict[str, Any] = {
    "code": "MEMBRE_INCONNU",
    "champ": "cerfa.contrat.commentaireInterne",
    "gravite": "AVERTISSEMENT",
    "description": "Ce membre n'est pas dans la norme : il a été ignoré. Vérifiez son nom et sa place.",
    "article": None,
}
NUMEROS: dict[str, Any] = {"numeroInterne": "1", "numeroExterne": "CA-0000001", "numeroDeca": None}
ETAT: dict[str, Any] = {**NUMEROS, "etat": "TRANSMIS", "commentaireEtat": None}


def _written(valeur: Any) -> Any:
    """The example as it comes back: days written with an offset (norme.md §2)."""
    if isinstance(valeur, dict):
        return {nom: _written(fils) for nom, fils in valeur.items()}
    if isinstance(valeur, list):
        return [_written(fils) for fils in valeur]
    if isinstance(valeur, str) and len(valeur) == 10 and valeur[4] == valeur[7] == "-":
        return f"{valeur}T00:00:00+00:00"
    return valeur


LU: dict[str, Any] = {
    "cerfa": {**_written(DEPOT["cerfa"]), "numeroInterne": "1", "numeroExterne": "CA-0000001", "etat": "TRANSMIS"},
    "engagement": None,
    "echeances": None,
    "engagementsFraisAnnexe": None,
    "detailsFacturation": None,
    "comment": None,
}
# The answers 200, by route.
REPONSES: dict[str, Any] = {
    "jeton": {
        "access_token": "jeton-fictif",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "api.read api.write",
    },
    "statut": {"status": "healthy", "supportedVersions": ["v1", "v2"], "uptime": 86400},
    "cle": {"status": "success", "dateFinValidite": "2027-09-01", "comment": "Clé valable."},
    "deposer_dossier": {**NUMEROS, "recepisse": "d-1", "avertissements": [AVERTISSEMENT]},
    "lire_dossier": LU,
    "lire_etats_v1": [ETAT],
    "lire_etats_v2": {"total": 1, "count": 1, "page": 1, "EtatDossierResult": [ETAT]},
    "lire_liste": [LU],
    "deposer_convention": {
        "numeroInterneDossier": "1",
        "numeroInterneDocument": "1",
        "recepisse": "p-1",
        "avertissements": [],
    },
    "deposer_document": {"numeroInterneDocument": "2", "recepisse": "p-2", "avertissements": []},
    "declarer_rupture": {"numeroInterne": "1", "etat": "ENGAGE"},
    "lire_evenements": {
        "evenements": [
            {
                "type": "DOSSIER_ENGAGE",
                "libelle": "Accord de prise en charge",
                "numeroInterne": "1",
                "numeroExterne": "CA-0000001",
                "numeroInterneFacture": None,
                "survenuLe": "2026-09-12T08:30:00Z",
            }
        ],
        "curseur": "MTAuMQ",
        "encore": False,
    },
    "controler": {"recevable": True, "anomalies": [AVERTISSEMENT]},
    "lire_recepisse": {
        "recepisse": {
            "identifiant": "d-1",
            "genre": "DOSSIER",
            "emetteur": "OPCO fictif",
            "siren": SIREN,
            "numeroInterne": "1",
            "numeroExterne": "CA-0000001",
            "sha256Json": "0" * 64,
            "recuLe": "2026-09-05T08:30:00Z",
            "numeroInterneDocument": None,
            "sha256Fichier": None,
        },
        "signature": "c2lnbmF0dXJlLWZpY3RpdmU",
        "clePublique": "Y2xlLXB1YmxpcXVlLWZpY3RpdmU",
    },
    **facturation.REPONSES,
}


class _Points(dict[str, object]):
    """Stands for the values of a sentence that an example has not."""

    def __missing__(self, _nom: str) -> str:
        return "…"


def refus(entree: Entree, statut: int) -> dict[str, Any]:
    """The body of a refusal by this code, its sentence with « … » where values go."""
    description = entree.phrase.format_map(_Points())
    anomalie = {
        "code": entree.code,
        "champ": None,
        "gravite": entree.gravite.value,
        "description": description,
        "article": entree.article,
    }
    return {
        "description": description,
        "errors": [anomalie],
        "type": f"/docs#{entree.code}",
        "title": entree.documentation,
        "status": statut,
        "detail": description,
        "instance": "urn:requete:0123456789abcdef",
    }
