"""Dossiers and invoices as the mirror keeps them, for the rules that read it. All invented."""

from datetime import UTC, date, datetime
from typing import Any

from builders.suivi.opco import CONCLU, DEBUT, FIN, PARTS, SIRET_CFA, SIRET_EMPLOYEUR

from traitdunion.cfa.suivi.modele import DossierSuivi, EcheanceSuivie, FactureSuivie, LigneSuivie, PartDossier, Vue

LU_LE = datetime(2026, 10, 1, 10, tzinfo=UTC)
DEMAIN = datetime(2026, 10, 2, 10, tzinfo=UTC)


def an_echeance(numero: str = "1", /, **membres: Any) -> EcheanceSuivie:
    """An échéance of the year of 8 000 €; cents."""
    _, codification, ouverture, total = next(part for part in PARTS if part[0] == numero)
    base: dict[str, Any] = {
        "numero": numero,
        "codification": codification,
        "ouverture": ouverture,
        "debut": DEBUT,
        "fin": FIN,
        "total": total,
        "pedagogie": total,
        "rqth": 0,
        "participation": 0,
        "regle": 0,
        "en_cours": 0,
        "siret_cfa": SIRET_CFA,
    }
    return EcheanceSuivie(**{**base, **membres})


def a_dossier(numero: int = 1, *echeances: EcheanceSuivie, **membres: Any) -> DossierSuivi:
    """An engaged dossier, of the four échéances unless they are given."""
    echeances = echeances or tuple(an_echeance(part[0]) for part in PARTS)
    base: dict[str, Any] = {
        "numero_interne": str(numero),
        "numero_externe": f"CA-{numero:07d}",
        "etat": "ENGAGE",
        "etat_brut": "ENGAGE",
        "vu_le": LU_LE,
        "lu_le": LU_LE,
        "apprenti": f"EXEMPLE Ada{numero}",
        "nom": "EXEMPLE",
        "prenom": f"Ada{numero}",
        "employeur": "Société FICTIVE",
        "employeur_siret": SIRET_EMPLOYEUR,
        "formation": "BTS FICTIF",
        "siret_cfa": SIRET_CFA,
        "date_conclusion": CONCLU,
        "date_debut": DEBUT,
        "date_fin": FIN,
        "engagement": sum(une.total for une in echeances),
        "echeances": echeances,
    }
    return DossierSuivi(**{**base, **membres})


def a_ligne(
    montant: int,
    *,
    dossier: int = 1,
    echeance: str = "1",
    nature: str = "PEDAGOGIE",
    etat: str = "EN_INSTRUCTION",
    regle: int = 0,
    commentaire: str | None = None,
) -> LigneSuivie:
    """A line; cents."""
    return LigneSuivie(
        dossier=f"CA-{dossier:07d}",
        echeance=echeance,
        nature=nature,
        montant=montant,
        regle=regle,
        etat=etat,
        commentaire=commentaire,
    )


def a_facture(numero: str, *lignes: LigneSuivie, etat: str = "TRANSMIS", **membres: Any) -> FactureSuivie:
    """An invoice of these lines."""
    numeros = sorted({ligne.dossier for ligne in lignes})
    base: dict[str, Any] = {
        "numero_interne": numero.rpartition("-")[2],
        "numero": numero,
        "genre": "FACTURE",
        "montant": sum(ligne.montant for ligne in lignes),
        "regle": sum(ligne.regle for ligne in lignes),
        "etat": etat,
        "etat_brut": etat,
        "siret": SIRET_CFA,
        "vue_le": LU_LE,
        "dossiers": tuple(
            PartDossier(numero_interne=un.removeprefix("CA-").lstrip("0"), numero_externe=un, montant=0)
            for un in numeros
        ),
        "lignes": lignes,
    }
    return FactureSuivie(**{**base, **membres})


def a_vue(*dossiers: DossierSuivi, factures: tuple[FactureSuivie, ...] = (), **membres: Any) -> Vue:
    """What is known."""
    return Vue(
        dossiers=dossiers, factures=factures, **{"synchronise_le": LU_LE, "cle_fin": date(2028, 1, 1), **membres}
    )
