"""What may happen to a dossier, as the feed and the history say it (norme.md §1, GET /v2/evenements)."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from traitdunion.norme.messages.base import Message, membre

EVENEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "DOSSIER_DEPOSE": "Contrat transmis",
        "PIECE_DEPOSEE": "Document transmis",
        "DOSSIER_COMPLET": "Dossier complet : le délai de vingt jours commence",
        "INSTRUCTION_COMMENCEE": "Instruction commencée",
        "INFORMATION_DEMANDEE": "Demande d'information",
        "INFORMATION_RECUE": "Réponse à la demande d'information",
        "DOSSIER_ENGAGE": "Accord de prise en charge",
        "DOSSIER_REFUSE": "Refus de prise en charge",
        "DOSSIER_ANNULE": "Dossier annulé",
        "ENGAGEMENT_REVISE": "Engagement révisé",
        "RUPTURE_DECLAREE": "Rupture déclarée",
        "RUPTURE_ECARTEE": "Déclaration de rupture écartée",
        "DOSSIER_ROMPU": "Rupture enregistrée",
        "DOSSIER_SOLDE": "Dossier soldé",
        "DECA_DEPOSE": "Contrat déposé, numéro DECA reçu",
        "DECA_NON_DEPOSABLE": "Contrat non déposable auprès du ministère",
        "FACTURE_DEPOSEE": "Facture transmise",
        "FACTURE_A_COMPLETER": "Facture à compléter",
        "FACTURE_COMPLETEE": "Facture complétée",
        "FACTURE_ACCEPTEE": "Facture acceptée",
        "FACTURE_REJETEE": "Facture rejetée",
        "FACTURE_REGLEE": "Facture réglée",
        "FACTURE_ANNULEE": "Facture annulée par un avoir",
        "AVOIR_DEPOSE": "Avoir transmis",
        "CERTIFICAT_DEPOSE": "Certificat de réalisation transmis",
        "VIREMENT_EMIS": "Virement émis",
        "VIREMENT_REJETE": "Virement rejeté par la banque",
        "TROP_PERCU_CONSTATE": "Trop-perçu constaté",
        "TROP_PERCU_RECOUVRE": "Trop-perçu recouvré",
    }
)
AUTRE = "Mise à jour du dossier"


class Evenement(Message, frozen=True, kw_only=True):
    """Something that happened to a dossier; what it became is read with the dossier."""

    type: Annotated[str, membre("Type d'événement", exemple="DOSSIER_ENGAGE")]
    libelle: Annotated[str, membre("Ce que c'est, en français", exemple="Accord de prise en charge")]
    numero_interne: Annotated[str, membre("Numéro interne du dossier", exemple="1")]
    numero_externe: Annotated[str, membre("Numéro de dossier", exemple="CA-0000001")]
    numero_interne_facture: Annotated[
        str | None, membre("Numéro interne de la facture ou de l'avoir, s'il y en a une")
    ] = None
    survenu_le: Annotated[datetime, membre("Quand, en UTC")]


class FilEvenements(Message, frozen=True, kw_only=True):
    """What changed since a cursor, in order; give `curseur` back as `depuis`."""

    evenements: Annotated[tuple[Evenement, ...], membre("Événements, du plus ancien au plus récent")]
    curseur: Annotated[str, membre("À rendre dans « depuis » à l'appel suivant", exemple="MTAuMQ")]
    encore: Annotated[bool, membre("Vrai s'il en reste : rappelez tout de suite")]


def say_evenement(type_: str) -> str:
    """The French words of a type; those of a later release are said in general terms."""
    return EVENEMENTS.get(type_, AUTRE)
