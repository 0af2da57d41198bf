"""From an invoice with its number to the norm's message; from an échéance to its certificate (norme.md §2.3, §2.4)."""

from datetime import date

from traitdunion.cfa.facturation.carnet import Emission
from traitdunion.cfa.facturation.emetteur import Emetteur
from traitdunion.cfa.facturation.preparation import LignePreparee
from traitdunion.cfa.suivi.modele import DossierSuivi, EcheanceSuivie
from traitdunion.cfa.suivi.restes import last_echeance
from traitdunion.norme.facturation.montants import to_euros
from traitdunion.norme.messages.convention import ApprentiConvention, EmployeurConvention
from traitdunion.norme.messages.facture import Facture, LigneFacture
from traitdunion.norme.messages.pieces import (
    Certificat,
    EcheanceCertificat,
    OrganismeCertificat,
    RepresentantLegal,
)

NATURE_ACTION = "Action de formation par apprentissage"


def build_facture(emission: Emission, emetteur: Emetteur) -> Facture:
    """The part `facture` of POST factures."""
    facture = emission.facture
    return Facture(
        numero=emission.numero,
        date_emission=emission.emise_le,
        montant_total=to_euros(facture.total),
        siret_emetteur=facture.siret,
        iban_emetteur=emetteur.iban,
        est_certificat_realisation=facture.est_certificat,
        lignes=tuple(map(_ligne, facture.lignes)),
    )


def build_certificat(
    dossier: DossierSuivi,
    echeance: EcheanceSuivie,
    emetteur: Emetteur,
    *,
    signe_le: date,
    duree: int | None = None,
    numero_interne_facture: str | None = None,
) -> Certificat:
    """The part `certificat` of POST certificats: final for the last solde, intermediate before; `duree` in hours."""
    final = echeance is last_echeance(dossier)
    nom, _, prenom = (emetteur.representant or "").partition(" ")
    return Certificat(
        type_certificat="Final" if final else "Intermediaire",
        numero_interne_dossier=dossier.numero_interne,
        numero_interne_facture=numero_interne_facture,
        date_signature=signe_le,
        lieu_signature_contrat=emetteur.lieu,
        representant_legal=RepresentantLegal(nom=nom, prenom=prenom or None, qualite=emetteur.qualite) if nom else None,
        attestation_conservation_pieces=True,
        nature_action=NATURE_ACTION,
        employeur=EmployeurConvention(siret=dossier.employeur_siret),
        apprenti=ApprentiConvention(nom=dossier.nom, prenom=dossier.prenom),
        organisme_formation=OrganismeCertificat(siret=emetteur.siret or echeance.siret_cfa),
        echeance=EcheanceCertificat(
            numero=echeance.numero,
            codification=echeance.codification,
            duree=duree,
            date_debut=echeance.debut,
            date_fin=echeance.fin,
        ),
    )


def _ligne(ligne: LignePreparee) -> LigneFacture:
    return LigneFacture(
        montant=to_euros(ligne.montant),
        nature_ligne=ligne.nature.value,
        quantite=ligne.quantite,
        numero_echeance=ligne.echeance.numero,
        codification_echeance=ligne.echeance.codification,
        numero_deca=ligne.dossier.numero_deca,
        numero_dossier=ligne.dossier.numero_externe,
    )
