"""Documents and certificates attached to a dossier (norme.md §2.4)."""

from typing import Annotated

from traitdunion.norme.messages.base import (
    Jour,
    MessageCreux,
    NumeroInterne,
    Texte14,
    Texte20,
    Texte40,
    Texte80,
    Texte255,
    membre,
)
from traitdunion.norme.messages.convention import ApprentiConvention, EmployeurConvention


class Objet(MessageCreux, frozen=True, kw_only=True):
    """What a document is attached to."""

    type_objet: Annotated[Texte40 | None, membre("Type d'objet")] = None
    id_objet: Annotated[NumeroInterne | None, membre("Numéro interne de l'objet")] = None


class InfosFichier(MessageCreux, frozen=True, kw_only=True):
    """Part `infosFichier` of POST documents."""

    type_fichier: Annotated[Texte40 | None, membre("Type de fichier")] = None
    objets: Annotated[tuple[Objet, ...] | None, membre("Objets auxquels le fichier se rattache")] = None


class RepresentantLegal(MessageCreux, frozen=True, kw_only=True):
    """Who signs for the CFA."""

    nom: Annotated[Texte80 | None, membre("Nom du représentant légal du CFA")] = None
    prenom: Annotated[Texte80 | None, membre("Prénom du représentant légal du CFA")] = None
    qualite: Annotated[Texte80 | None, membre("Qualité du représentant légal du CFA")] = None


class EcheanceCertificat(MessageCreux, frozen=True, kw_only=True):
    """The échéance that a certificate proves."""

    numero: Annotated[Texte20 | None, membre("Numéro de l'échéance")] = None
    codification: Annotated[Texte20 | None, membre("Codification de l'échéance")] = None
    duree: Annotated[int | None, membre("Durée réalisée, en heures")] = None
    date_debut: Annotated[Jour | None, membre("Début de la période réalisée")] = None
    date_fin: Annotated[Jour | None, membre("Fin de la période réalisée")] = None
    echeance_partielle: Annotated[bool | None, membre("Échéance partielle")] = None


class OrganismeCertificat(MessageCreux, frozen=True, kw_only=True):
    """The CFA that certifies."""

    siret: Annotated[Texte14 | None, membre("N° SIRET du CFA")] = None


class Certificat(MessageCreux, frozen=True, kw_only=True):
    """Part `certificat` of POST certificats."""

    type_certificat: Annotated[Texte20 | None, membre("Type de certificat")] = None
    numero_interne_dossier: Annotated[NumeroInterne | None, membre("Numéro interne du dossier")] = None
    numero_interne_facture: Annotated[NumeroInterne | None, membre("Numéro interne de la facture")] = None
    date_signature: Annotated[Jour | None, membre("Date de signature")] = None
    lieu_signature_contrat: Annotated[Texte80 | None, membre("Fait à")] = None
    representant_legal: Annotated[RepresentantLegal | None, membre("Représentant légal du CFA")] = None
    attestation_conservation_pieces: Annotated[bool | None, membre("Conservation des pièces justificatives")] = None
    nature_action: Annotated[Texte255 | None, membre("Nature de l'action")] = None
    employeur: Annotated[EmployeurConvention | None, membre("L'employeur")] = None
    apprenti: Annotated[ApprentiConvention | None, membre("L'apprenti(e)")] = None
    organisme_formation: Annotated[OrganismeCertificat | None, membre("Le CFA")] = None
    echeance: Annotated[EcheanceCertificat | None, membre("L'échéance")] = None
