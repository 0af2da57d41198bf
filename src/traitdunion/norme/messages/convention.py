"""The convention de formation (norme.md §2.2)."""

from typing import Annotated

import msgspec

from traitdunion.norme.messages.base import (
    Jour,
    MessageCreux,
    Montant,
    NumeroInterne,
    Texte8,
    Texte10,
    Texte14,
    Texte80,
    Texte255,
    membre,
)


class EmployeurConvention(MessageCreux, frozen=True, kw_only=True):
    """The employer, as the convention names it."""

    siret: Annotated[Texte14 | None, membre("N° SIRET de l'employeur")] = None


class ApprentiConvention(MessageCreux, frozen=True, kw_only=True):
    """The apprentice, as the convention names them."""

    nom: Annotated[Texte80 | None, membre("Nom de naissance de l'apprenti(e)")] = None
    prenom: Annotated[Texte80 | None, membre("Prénom de l'apprenti(e)")] = None
    nom_usage: Annotated[Texte80 | None, membre("Nom d'usage de l'apprenti(e)")] = None


class ContratConvention(MessageCreux, frozen=True, kw_only=True):
    """The dates of the contract, as the convention states them."""

    date_debut_contrat: Annotated[Jour | None, membre("Date de début du contrat")] = None
    date_fin_contrat: Annotated[Jour | None, membre("Date de fin du contrat")] = None


class OrganismeConvention(MessageCreux, frozen=True, kw_only=True):
    """The CFA, as the convention names it."""

    siret: Annotated[Texte14 | None, membre("N° SIRET du CFA")] = None
    uai_cfa: Annotated[Texte8 | None, membre("N° UAI du CFA")] = None


class FormationConvention(MessageCreux, frozen=True, kw_only=True):
    """The training, as the convention describes it."""

    date_debut_formation: Annotated[Jour | None, membre("Date de début de formation")] = None
    date_fin_formation: Annotated[Jour | None, membre("Date de fin de formation")] = None
    duree_formation: Annotated[int | None, membre("Durée de la formation, en heures")] = None
    rncp: Annotated[Texte10 | None, membre("Code RNCP")] = None
    intitule_qualification: Annotated[Texte255 | None, membre("Intitulé de la formation")] = None


class Couts(MessageCreux, frozen=True, kw_only=True):
    """What the training costs, in euros, and the quantities of the frais annexes."""

    cout_total_pedagogie_cfa: Annotated[Montant | None, membre("Coût pédagogique total")] = msgspec.field(
        default=None, name="coutTotalPedagogieCFA"
    )
    montant_rqth_annee1: Annotated[Montant | None, membre("Majoration RQTH, année 1")] = msgspec.field(
        default=None, name="montantRQTHAnnee1"
    )
    montant_rqth_annee2: Annotated[Montant | None, membre("Majoration RQTH, année 2")] = msgspec.field(
        default=None, name="montantRQTHAnnee2"
    )
    montant_rqth_annee3: Annotated[Montant | None, membre("Majoration RQTH, année 3")] = msgspec.field(
        default=None, name="montantRQTHAnnee3"
    )
    montant_rqth_annee4: Annotated[Montant | None, membre("Majoration RQTH, année 4")] = msgspec.field(
        default=None, name="montantRQTHAnnee4"
    )
    nombre_repas_totaux: Annotated[int | None, membre("Nombre total de repas")] = None
    nombre_hebergement_totaux: Annotated[int | None, membre("Nombre total de nuitées")] = None
    montant_premier_equipement: Annotated[Montant | None, membre("Premier équipement")] = None
    mention_mobilite_internationale: Annotated[bool | None, membre("Mobilité internationale")] = None
    accompagnement_drom: Annotated[bool | None, membre("Accompagnement DROM")] = msgspec.field(
        default=None, name="accompagnementDROM"
    )


class Convention(MessageCreux, frozen=True, kw_only=True):
    """Part `convention` of POST conventions."""

    numero_interne_dossier: Annotated[NumeroInterne | None, membre("Numéro interne du dossier")] = None
    employeur: Annotated[EmployeurConvention | None, membre("L'employeur")] = None
    apprenti: Annotated[ApprentiConvention | None, membre("L'apprenti(e)")] = None
    contrat: Annotated[ContratConvention | None, membre("Le contrat")] = None
    organisme_formation: Annotated[OrganismeConvention | None, membre("Le CFA")] = None
    formation: Annotated[FormationConvention | None, membre("La formation")] = None
    couts: Annotated[Couts | None, membre("Les coûts")] = None
    mandat_employeur: Annotated[bool | None, membre("Mandat de l'employeur au CFA")] = None
    date_signature: Annotated[Jour | None, membre("Date de signature de la convention")] = None
    attestation_convention_signee_entreprise: Annotated[bool | None, membre("Convention signée par l'entreprise")] = (
        None
    )
    attestation_convention_signee_cfa: Annotated[bool | None, membre("Convention signée par le CFA")] = msgspec.field(
        default=None, name="attestationConventionSigneeCFA"
    )
    attestation_convention_signature_probante: Annotated[
        bool | None, membre("Signature électronique probante de la convention")
    ] = None
    attestation_convention_conforme_json: Annotated[
        bool | None, membre("Convention conforme aux données transmises")
    ] = msgspec.field(default=None, name="attestationConventionConformeJSON")
