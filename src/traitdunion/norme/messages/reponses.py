"""The answers of the norm (norme.md §1, §2.5, §5). Members that are null before the engagement are written null."""

from decimal import Decimal
from typing import Annotated

import msgspec

from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.base import Jour, Message, MessageCreux, Montant, membre
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.recepisse import Recepisse


class Jeton(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of the token endpoint (RFC 6749 §5.1)."""

    access_token: Annotated[str, membre("Jeton à présenter : Authorization: Bearer …")]
    token_type: Annotated[str, membre("Bearer, ou DPoP si le jeton est lié à une clé")]
    expires_in: Annotated[int, membre("Durée de vie, en secondes")]
    scope: Annotated[str, membre("Portée accordée")]


class Statut(Message, frozen=True, kw_only=True):
    """Health of the API."""

    status: Annotated[str, membre("healthy, degraded ou unhealthy", exemple="healthy")]
    supported_versions: Annotated[tuple[str, ...], membre("Versions servies")]
    uptime: Annotated[int, membre("Secondes depuis le démarrage")]


class AccuseDepot(Message, frozen=True, kw_only=True):
    """Answer to a deposit: the numbers are the proof that it arrived."""

    numero_interne: Annotated[str, membre("Numéro interne du dossier, clé des appels suivants", exemple="1")]
    numero_externe: Annotated[str, membre("Numéro de dossier", exemple="CA-0000001")]
    numero_deca: Annotated[str | None, membre("Numéro de dépôt DECA, null tant qu'il n'est pas connu")] = None
    recepisse: Annotated[str | None, membre("Identifiant du récépissé (extension)", exemple="d-1")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre("Anomalies qui n'empêchent pas le dépôt (extension)")] = ()


class AccuseConvention(Message, frozen=True, kw_only=True):
    """Answer to a convention."""

    numero_interne_dossier: Annotated[str, membre("Numéro interne du dossier", exemple="1")]
    numero_interne_document: Annotated[str, membre("Numéro interne du document", exemple="1")]
    recepisse: Annotated[str | None, membre("Identifiant du récépissé (extension)", exemple="p-1")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre("Anomalies qui n'empêchent pas le dépôt (extension)")] = ()


class AccuseDocument(Message, frozen=True, kw_only=True):
    """Answer to a document."""

    numero_interne_document: Annotated[str, membre("Numéro interne du document", exemple="2")]
    recepisse: Annotated[str | None, membre("Identifiant du récépissé (extension)", exemple="p-2")] = None
    avertissements: Annotated[tuple[Anomalie, ...], membre("Anomalies qui n'empêchent pas le dépôt (extension)")] = ()


class EtatDossier(Message, frozen=True, kw_only=True):
    """State of a dossier."""

    numero_interne: Annotated[str, membre("Numéro interne du dossier")]
    numero_externe: Annotated[str, membre("Numéro de dossier")]
    numero_deca: Annotated[str | None, membre("Numéro de dépôt DECA")] = None
    etat: Annotated[str, membre("État du dossier", exemple="TRANSMIS")]
    commentaire_etat: Annotated[str | None, membre("Commentaire de l'état")] = None


class PageEtats(Message, frozen=True, kw_only=True):
    """A page of states; `EtatDossierResult` is the norm's own spelling."""

    total: Annotated[int, membre("Nombre de dossiers en tout")]
    count: Annotated[int, membre("Nombre de dossiers dans cette page")]
    page: Annotated[int, membre("Numéro de la page, à partir de 1")]
    etat_dossier_result: Annotated[tuple[EtatDossier, ...], membre("États")] = msgspec.field(name="EtatDossierResult")


class Echeance(Message, frozen=True, kw_only=True):
    """One échéance; amounts in euros. montantTotal = pedagogy + RQTH − employer's participation."""

    numero: Annotated[str, membre("Numéro de l'échéance")]
    codification: Annotated[str, membre("Codification ; 99 pour la dernière")]
    date_ouverture: Annotated[Jour, membre("Date à partir de laquelle elle se facture")]
    date_debut: Annotated[Jour, membre("Début de la période")]
    date_fin: Annotated[Jour, membre("Fin de la période")]
    montant_total: Annotated[Montant, membre("Montant total")]
    dont_montant_pedagogie: Annotated[Montant, membre("Dont pédagogie")]
    dont_majoration_rqth: Annotated[Montant, membre("Dont majoration RQTH")]
    dont_participation_employeur: Annotated[Montant, membre("Participation de l'employeur déduite (extension)")] = (
        Decimal(0)
    )
    montant_regle: Annotated[Montant, membre("Montant réglé")]
    montant_en_cours_instruction: Annotated[Montant, membre("Montant en cours d'instruction")]
    siret_cfa: Annotated[str, membre("SIRET du CFA")]


class EngagementFraisAnnexe(Message, frozen=True, kw_only=True):
    """What is engaged for one kind of frais annexe; amounts in euros."""

    nature_frais: Annotated[str, membre("Nature des frais")]
    quantite: Annotated[int, membre("Quantité")]
    prix_unitaire: Annotated[Montant, membre("Prix unitaire")]
    montant_total: Annotated[Montant, membre("Montant total")]


class PeriodeFraisAnnexe(Message, frozen=True, kw_only=True):
    """An échéance with which a kind of frais annexe was billed."""

    numero_echeance: Annotated[str, membre("Numéro de l'échéance")]
    nature: Annotated[str, membre("Nature des frais")]


class DetailsFacturation(Message, frozen=True, kw_only=True):
    """What has been billed besides pedagogy; amounts in euros."""

    frais_premier_equipement_regles: Annotated[bool, membre("Premier équipement réglé")]
    frais_mobilite_regles: Annotated[bool, membre("Mobilité réglée")]
    plafond_frais_premier_equipement: Annotated[Montant, membre("Plafond du premier équipement")]
    plafond_frais_mobilite: Annotated[Montant, membre("Plafond de la mobilité")]
    periodes_frais_annexes: Annotated[tuple[PeriodeFraisAnnexe, ...], membre("Périodes des frais annexes")]


class DossierLu(Message, frozen=True, kw_only=True):
    """A dossier read back. The four members of funding are null before the engagement."""

    cerfa: Annotated[Cerfa, membre("Le CERFA")]
    engagement: Annotated[Montant | None, membre("Montant engagé")] = None
    echeances: Annotated[tuple[Echeance, ...] | None, membre("Échéancier")] = None
    engagements_frais_annexe: Annotated[tuple[EngagementFraisAnnexe, ...] | None, membre("Frais annexes")] = None
    details_facturation: Annotated[DetailsFacturation | None, membre("Détails de facturation")] = None
    comment: Annotated[str | None, membre("Commentaire")] = None


class AccuseRupture(Message, frozen=True, kw_only=True):
    """Answer to a declaration of break: it is kept, the state changes when the OPCO confirms it."""

    numero_interne: Annotated[str, membre("Numéro interne du dossier", exemple="1")]
    etat: Annotated[str, membre("État du dossier", exemple="ENGAGE")]


class InfoCle(Message, frozen=True, kw_only=True):
    """Validity of an API key (cfakeyinfo)."""

    status: Annotated[str, membre("success ou error", exemple="success")]
    date_fin_validite: Annotated[str | None, membre("Dernier jour de validité, AAAA-MM-JJ")] = None
    comment: Annotated[str, membre("Explication")] = ""


class ResultatControle(Message, frozen=True, kw_only=True):
    """Answer of the dry run."""

    recevable: Annotated[bool, membre("Le dépôt serait reçu")]
    anomalies: Annotated[tuple[Anomalie, ...], membre("Toutes les anomalies, dans l'ordre du formulaire")]


class RecepisseLu(Message, frozen=True, kw_only=True):
    """A signed receipt (see norme.recepisse)."""

    recepisse: Annotated[Recepisse, membre("Ce qui a été reçu : numéros, empreintes SHA-256, heure")]
    signature: Annotated[str, membre("Signature Ed25519 du membre « recepisse » canonique, en base64url")]
    cle_publique: Annotated[str, membre("Clé publique qui vérifie, en base64url")]


class CorpsErreur(MessageCreux, frozen=True, kw_only=True):
    """Body of every error: the norm's own members, and an RFC 9457 problem."""

    description: Annotated[str, membre("Ce qui ne va pas, et comment le corriger")]
    errors: Annotated[tuple[Anomalie, ...], membre("Toutes les anomalies")]
    type: Annotated[str, membre("Page qui documente le code")]
    title: Annotated[str, membre("Genre de refus")]
    status: Annotated[int, membre("Statut HTTP")]
    detail: Annotated[str, membre("Comme « description »")]
    instance: Annotated[str, membre("Référence de l'appel, à donner à l'assistance")]
    aide: Annotated[str | None, membre("Adresse à qui écrire")] = None
    numero_interne: Annotated[str | None, membre("Numéro interne du dossier déjà reçu")] = None
    numero_externe: Annotated[str | None, membre("Numéro du dossier déjà reçu")] = None
    numero_interne_facture: Annotated[str | None, membre("Numéro interne de la facture déjà reçue")] = None
    differences: Annotated[tuple[str, ...] | None, membre("Champs qui diffèrent du dossier déjà reçu")] = None
    error: Annotated[str | None, membre("Code OAuth, sur la demande de jeton (RFC 6749 §5.2)")] = None
    error_description: Annotated[str | None, membre("Explication OAuth")] = msgspec.field(
        default=None, name="error_description"
    )
