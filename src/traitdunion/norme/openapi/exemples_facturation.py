"""Examples of factures, avoirs and certificats. Everybody and every account in them is invented."""

from datetime import date
from typing import Any

# The key is right, the bank 99999 does not exist.
IBAN = "FR949999900001FICTIF0000100"
SIRET_CFA = "32345678000010"
# The day on which the examples are read.
RECU_LE = date(2027, 3, 20)

FACTURE: dict[str, Any] = {
    "numero": "FA-2027-0001",
    "dateEmission": "2027-03-05",
    "montantTotal": 2430.00,
    "siretEmetteur": SIRET_CFA,
    "ibanEmetteur": IBAN,
    "estCertificatRealisation": True,
    "lignes": [
        {
            "montant": 2400.00,
            "natureLigne": "PEDAGOGIE",
            "quantite": 1,
            "numeroEcheance": "2",
            "codificationEcheance": "2",
            "numeroDossier": "CA-0000001",
        },
        {
            "montant": 30.00,
            "natureLigne": "RESTAURATION",
            "quantite": 10,
            "numeroEcheance": "2",
            "codificationEcheance": "2",
            "numeroDossier": "CA-0000001",
        },
    ],
}
AVOIR: dict[str, Any] = {
    "numero": "AV-2027-0001",
    "dateEmission": "2027-03-20",
    "montantTotal": -30.00,
    "siretEmetteur": SIRET_CFA,
    "ibanEmetteur": IBAN,
    "lignes": [
        {
            "montant": -30.00,
            "natureLigne": "RESTAURATION",
            "quantite": 10,
            "numeroEcheance": "2",
            "numeroDossier": "CA-0000001",
        }
    ],
    "numeroFactureOrigine": "FA-2027-0001",
}
CERTIFICAT: dict[str, Any] = {
    "typeCertificat": "Intermediaire",
    "numeroInterneDossier": "1",
    "numeroInterneFacture": "1",
    "dateSignature": "2027-03-05",
    "lieuSignatureContrat": "Paris",
    "representantLegal": {"nom": "FICTIVE", "prenom": "Camille", "qualite": "Directrice"},
    "attestationConservationPieces": True,
    "natureAction": "Action de formation par apprentissage",
    "employeur": {"siret": "12345678200010"},
    "apprenti": {"nom": "EXEMPLE", "prenom": "Alix"},
    "organismeFormation": {"siret": SIRET_CFA},
    "echeance": {
        "numero": "2",
        "codification": "2",
        "duree": 340,
        "dateDebut": "2026-09-01",
        "dateFin": "2027-02-28",
        "echeancePartielle": False,
    },
}
CORPS: dict[str, dict[str, Any]] = {"Facture": FACTURE, "Avoir": AVOIR, "Certificat": CERTIFICAT}

_AVERTISSEMENT: dict[str, Any] = {
    "code": "CODIFICATION_DIFFERENTE",
    "champ": "facture.lignes[0].codificationEcheance",
    "gravite": "AVERTISSEMENT",
    "description": "La codification envoyée n'est pas celle de l'échéance 4 (4) : c'est le numéro de l'échéance qui "
    "est retenu. Vérifiez-le.",
    "article": None,
}
_ORGANISME = {"siret": SIRET_CFA, "IBAN": IBAN}


def _ligne(nature: str, montant: float, regle: float, etat: str, commentaire: str | None = None) -> dict[str, Any]:
    return {
        "natureLigne": nature,
        "numeroEcheance": "2",
        "numeroDossier": "CA-0000001",
        "montant": montant,
        "montantRegle": regle,
        "etatLigne": etat,
        "commentaire": commentaire,
    }


def _dossier(montant: float) -> dict[str, Any]:
    return {"numeroInterneDossier": "1", "numeroExterneDossier": "CA-0000001", "montant": montant}


_FACTURE_LUE: dict[str, Any] = {
    "numeroInterneFacture": "1",
    "referenceFactureCFA": "FA-2027-0001",
    "montantFacture": 2430.00,
    "etatFacture": "REGLE_PARTIEL",
    "referenceVirement": "VIR-FICTIF-1",
    "dateReglement": "2027-03-30T00:00:00+00:00",
    "commentaire": None,
    "organismeFormation": _ORGANISME,
    "dossiers": [_dossier(2430.00)],
    "montantRegle": 2400.00,
    "lignes": [
        _ligne("PEDAGOGIE", 2400.00, 2400.00, "REGLEE"),
        _ligne("RESTAURATION", 30.00, 0, "A_COMPLETER", "Relevé des repas attendu."),
    ],
}
_AVOIR_LU: dict[str, Any] = {
    "numeroInterneFacture": "2",
    "referenceFactureCFA": "AV-2027-0001",
    "montantFacture": -30.00,
    "etatFacture": "TRANSMIS",
    "referenceVirement": None,
    "dateReglement": None,
    "commentaire": None,
    "organismeFormation": _ORGANISME,
    "dossiers": [_dossier(-30.00)],
    "montantRegle": 0,
    "lignes": [_ligne("RESTAURATION", -30.00, 0, "EN_INSTRUCTION")],
    "numeroFactureOrigine": "FA-2027-0001",
}


def _accuse(numero: str, document: str, *avertissements: dict[str, Any]) -> dict[str, Any]:
    return {
        numero: "1",
        "numeroInterneDocument": document,
        "recepisse": f"p-{document}",
        "avertissements": list(avertissements),
    }


REPONSES: dict[str, Any] = {
    "deposer_facture": _accuse("numeroInterneFacture", "3", _AVERTISSEMENT),
    "deposer_avoir": {**_accuse("numeroInterneFacture", "4"), "numeroInterneFacture": "2"},
    "deposer_certificat": _accuse("numeroInterneCertificat", "5"),
    "lire_etats_factures": {"total": 1, "count": 1, "page": 1, "factures": [_FACTURE_LUE]},
    "lire_etats_avoirs": {"total": 1, "count": 1, "page": 1, "avoirs": [_AVOIR_LU]},
}
