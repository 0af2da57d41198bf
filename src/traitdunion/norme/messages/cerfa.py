"""The apprenticeship contract, CERFA 10103 (norme.md §2.1; labels of the form, regles.md §1.2)."""

from typing import Annotated

import msgspec

from traitdunion.norme.messages.base import (
    Jour,
    MessageCreux,
    Montant,
    Taux,
    Texte3,
    Texte4,
    Texte6,
    Texte8,
    Texte9,
    Texte10,
    Texte14,
    Texte15,
    Texte20,
    Texte80,
    Texte255,
    membre,
)
from traitdunion.norme.messages.commun import Adresse


class Employeur(MessageCreux, frozen=True, kw_only=True):
    """The employer's établissement d'exécution."""

    denomination: Annotated[Texte80 | None, membre("Nom et prénom ou dénomination de l'employeur")] = None
    siret: Annotated[Texte14 | None, membre("N° SIRET de l'établissement d'exécution du contrat")] = None
    naf: Annotated[Texte6 | None, membre("Code activité de l'entreprise (NAF)")] = None
    nombre_de_salaries: Annotated[int | None, membre("Effectif total salariés de l'entreprise")] = None
    code_idcc: Annotated[Texte4 | None, membre("Code IDCC de la convention collective applicable")] = None
    libelle_idcc: Annotated[Texte255 | None, membre("Libellé de la convention collective")] = None
    telephone: Annotated[Texte20 | None, membre("Téléphone de l'employeur")] = None
    courriel: Annotated[Texte80 | None, membre("Courriel de l'employeur")] = None
    adresse: Annotated[Adresse | None, membre("Adresse de l'établissement d'exécution du contrat")] = None
    nom: Annotated[Texte80 | None, membre("Nom de l'employeur, personne physique")] = None
    prenom: Annotated[Texte80 | None, membre("Prénom de l'employeur, personne physique")] = None
    type_employeur: Annotated[str | None, membre("Type d'employeur")] = None
    employeur_specifique: Annotated[str | None, membre("Employeur spécifique")] = None
    caisse_complementaire: Annotated[Texte80 | None, membre("Caisse de retraite complémentaire")] = None
    regime_specifique: Annotated[
        bool | None,
        membre("Adhésion de l'apprenti au régime spécifique d'assurance chômage (employeur public)"),
    ] = None
    attestation_eligibilite: Annotated[
        bool | None, membre("Attestation de l'éligibilité du maître d'apprentissage")
    ] = None
    attestation_pieces: Annotated[bool | None, membre("Attestation de disposer des pièces justificatives")] = None


class ResponsableLegal(MessageCreux, frozen=True, kw_only=True):
    """The représentant légal of an apprentice who is a minor."""

    nom: Annotated[Texte80 | None, membre("Nom de naissance du représentant légal")] = None
    prenom: Annotated[Texte80 | None, membre("Prénom du représentant légal")] = None
    courriel: Annotated[Texte80 | None, membre("Courriel du représentant légal")] = None
    adresse: Annotated[Adresse | None, membre("Adresse du représentant légal")] = None


class Apprenti(MessageCreux, frozen=True, kw_only=True):
    """The apprentice."""

    nom: Annotated[Texte80 | None, membre("Nom de naissance de l'apprenti(e)")] = None
    nom_usage: Annotated[Texte80 | None, membre("Nom d'usage")] = None
    prenom: Annotated[Texte80 | None, membre("Premier prénom de l'apprenti(e) selon l'état civil")] = None
    sexe: Annotated[str | None, membre("Sexe")] = None
    nationalite: Annotated[str | None, membre("Nationalité")] = None
    date_naissance: Annotated[Jour | None, membre("Date de naissance de l'apprenti(e)")] = None
    departement_naissance: Annotated[Texte3 | None, membre("Département de naissance")] = None
    commune_naissance: Annotated[Texte80 | None, membre("Commune de naissance")] = None
    nir: Annotated[Texte15 | None, membre("NIR de l'apprenti(e)")] = None
    regime_social: Annotated[str | None, membre("Régime social")] = None
    handicap: Annotated[bool | None, membre("Déclare bénéficier de la reconnaissance travailleur handicapé")] = None
    droits_rqth_extension_boe: Annotated[bool | None, membre("Extension BOE")] = msgspec.field(
        default=None, name="droitsRqthExtensionBOE"
    )
    droits_rqth_equivalence_jeune: Annotated[bool | None, membre("Équivalence jeunes RQTH")] = None
    situation_avant_contrat: Annotated[str | None, membre("Situation avant ce contrat")] = None
    diplome: Annotated[str | None, membre("Diplôme ou titre le plus élevé obtenu")] = None
    derniere_classe: Annotated[str | None, membre("Dernière classe / année suivie")] = None
    diplome_prepare: Annotated[str | None, membre("Dernier diplôme ou titre préparé")] = None
    intitule_diplome_prepare: Annotated[
        Texte255 | None, membre("Intitulé précis du dernier diplôme ou titre préparé")
    ] = None
    telephone: Annotated[Texte20 | None, membre("Téléphone de l'apprenti(e)")] = None
    courriel: Annotated[Texte80 | None, membre("Courriel de l'apprenti(e)")] = None
    adresse: Annotated[Adresse | None, membre("Adresse de l'apprenti(e)")] = None
    responsable_legal: Annotated[ResponsableLegal | None, membre("Représentant légal")] = None
    inscription_sportif_de_haut_niveau: Annotated[
        bool | None, membre("Déclare être inscrit sur la liste des sportifs de haut niveau")
    ] = None
    projet_creation_reprise_entreprise: Annotated[
        bool | None, membre("Déclare avoir un projet de création ou de reprise d'entreprise")
    ] = None


class Maitre(MessageCreux, frozen=True, kw_only=True):
    """A maître d'apprentissage."""

    nom: Annotated[Texte80 | None, membre("Nom de naissance du maître d'apprentissage")] = None
    prenom: Annotated[Texte80 | None, membre("Prénom du maître d'apprentissage")] = None
    date_naissance: Annotated[Jour | None, membre("Date de naissance du maître d'apprentissage")] = None
    nir: Annotated[Texte15 | None, membre("NIR du maître d'apprentissage (avant la version *12)")] = None
    courriel: Annotated[Texte80 | None, membre("Courriel du maître d'apprentissage")] = None
    emploi_occupe: Annotated[Texte255 | None, membre("Emploi occupé par le maître d'apprentissage")] = None
    intitule_diplome_obtenu: Annotated[
        Texte255 | None, membre("Diplôme ou titre le plus élevé obtenu par le maître d'apprentissage")
    ] = None
    niveau_diplome_obtenu: Annotated[
        str | None, membre("Niveau du diplôme ou titre le plus élevé obtenu par le maître d'apprentissage")
    ] = None


class Formation(MessageCreux, frozen=True, kw_only=True):
    """The training aimed at."""

    rncp: Annotated[Texte10 | None, membre("Code RNCP")] = None
    code_diplome: Annotated[Texte9 | None, membre("Code du diplôme")] = None
    type_diplome: Annotated[str | None, membre("Diplôme ou titre visé par l'apprenti(e)")] = None
    intitule_qualification: Annotated[Texte255 | None, membre("Intitulé précis de la formation")] = None
    date_debut_formation: Annotated[Jour | None, membre("Date de début de formation en CFA")] = None
    date_fin_formation: Annotated[Jour | None, membre("Date prévue de fin des épreuves ou examens")] = None
    duree_formation: Annotated[int | None, membre("Durée de la formation, en heures")] = None
    nombre_heures_en_distanciel: Annotated[int | None, membre("Dont heures de formation à distance")] = None


class RemunerationAnnuelle(MessageCreux, frozen=True, kw_only=True):
    """One line of the pay table: year.period, from, to, rate and its base."""

    ordre: Annotated[str | None, membre("Année et période de rémunération")] = None
    date_debut: Annotated[Jour | None, membre("Rémunération : du")] = None
    date_fin: Annotated[Jour | None, membre("Rémunération : au")] = None
    taux: Annotated[Taux | None, membre("Rémunération : pourcentage")] = None
    type_salaire: Annotated[str | None, membre("Rémunération : SMIC ou SMC")] = None
    salaire_brut: Annotated[Montant | None, membre("Rémunération : salaire brut mensuel")] = None


class Contrat(MessageCreux, frozen=True, kw_only=True):
    """The contract or avenant."""

    mode_contractuel: Annotated[str | None, membre("Mode contractuel de l'apprentissage")] = None
    type_contrat_app: Annotated[str | None, membre("Type de contrat ou d'avenant")] = None
    numero_contrat_precedent: Annotated[
        Texte15 | None, membre("Numéro du contrat précédent ou du contrat sur lequel porte l'avenant")
    ] = None
    no_contrat: Annotated[Texte20 | None, membre("Numéro du contrat")] = None
    no_avenant: Annotated[Texte20 | None, membre("Numéro de l'avenant")] = None
    date_conclusion: Annotated[Jour | None, membre("Date de conclusion")] = None
    date_debut_contrat: Annotated[Jour | None, membre("Date de début d'exécution du contrat")] = None
    date_formation_pratique_employeur: Annotated[
        Jour | None, membre("Date de début de formation pratique chez l'employeur")
    ] = None
    date_fin_contrat: Annotated[Jour | None, membre("Date de fin du contrat ou de la période d'apprentissage")] = None
    date_effet_avenant: Annotated[Jour | None, membre("Si avenant, date d'effet")] = None
    date_rupture: Annotated[Jour | None, membre("Date de rupture du contrat")] = None
    lieu_signature_contrat: Annotated[Texte80 | None, membre("Fait à")] = None
    type_derogation: Annotated[str | None, membre("Type de dérogation")] = None
    duree_travail_hebdo_heures: Annotated[int | None, membre("Durée hebdomadaire du travail : heures")] = None
    duree_travail_hebdo_minutes: Annotated[int | None, membre("Durée hebdomadaire du travail : minutes")] = None
    travail_risque: Annotated[
        bool | None, membre("Travail sur machines dangereuses ou exposition à des risques particuliers")
    ] = None
    salaire_embauche: Annotated[Montant | None, membre("Salaire brut mensuel à l'embauche")] = None
    avantage_nourriture: Annotated[Montant | None, membre("Avantage en nature : nourriture, par repas")] = None
    avantage_logement: Annotated[Montant | None, membre("Avantage en nature : logement, par mois")] = None
    autre_avantage_en_nature: Annotated[bool | None, membre("Autre avantage en nature")] = None
    remunerations_annuelles: Annotated[
        tuple[RemunerationAnnuelle, ...] | None, membre("Rémunération : une ligne par année et période")
    ] = None


class OrganismeFormation(MessageCreux, frozen=True, kw_only=True):
    """The CFA responsable."""

    denomination: Annotated[Texte255 | None, membre("Dénomination du CFA responsable")] = None
    formation_interne: Annotated[bool | None, membre("CFA d'entreprise")] = None
    siret: Annotated[Texte14 | None, membre("N° SIRET du CFA responsable")] = None
    uai_cfa: Annotated[Texte8 | None, membre("N° UAI du CFA responsable")] = None
    visa_cfa: Annotated[bool | None, membre("Visa du CFA (cachet et signature du directeur)")] = None
    adresse: Annotated[Adresse | None, membre("Adresse du CFA responsable")] = None
    lieu_formation_identique: Annotated[
        bool | None, membre("Le CFA responsable est le lieu de formation principal")
    ] = None


class LieuFormationPrincipal(MessageCreux, frozen=True, kw_only=True):
    """The main place of training, when it is not the CFA responsable."""

    denomination: Annotated[Texte255 | None, membre("Dénomination du lieu de formation principal")] = None
    siret: Annotated[Texte14 | None, membre("N° SIRET du lieu de formation principal")] = None
    uai_cfa: Annotated[Texte8 | None, membre("N° UAI du lieu de formation principal")] = None
    adresse: Annotated[Adresse | None, membre("Adresse du lieu de formation principal")] = None


class Cerfa(MessageCreux, frozen=True, kw_only=True):
    """The form whole. `etat`, `commentaireEtat` and the numbers are the OPCO's: read and ignored on deposit."""

    version_cerfa: Annotated[Texte20 | None, membre("Version du CERFA")] = msgspec.field(
        default=None, name="versionCERFA"
    )
    cerfa_signature_probante: Annotated[bool | None, membre("Signature électronique probante du CERFA")] = (
        msgspec.field(default=None, name="CERFAsignatureProbante")
    )
    employeur: Annotated[Employeur | None, membre("L'employeur")] = None
    apprenti: Annotated[Apprenti | None, membre("L'apprenti(e)")] = None
    maitre1: Annotated[Maitre | None, membre("Maître d'apprentissage n°1")] = None
    maitre2: Annotated[Maitre | None, membre("Maître d'apprentissage n°2")] = None
    contrat: Annotated[Contrat | None, membre("Le contrat")] = None
    formation: Annotated[Formation | None, membre("La formation")] = None
    organisme_formation: Annotated[OrganismeFormation | None, membre("Le CFA responsable")] = None
    organisme_formation_lieu_formation_principal: Annotated[
        LieuFormationPrincipal | None, membre("Le lieu de formation principal")
    ] = None
    numero_interne: Annotated[str | None, membre("Numéro interne du dossier (OPCO)")] = None
    numero_externe: Annotated[str | None, membre("Numéro de dossier (OPCO)")] = None
    numero_deca: Annotated[str | None, membre("Numéro de dépôt DECA")] = None
    etat: Annotated[str | None, membre("État du dossier (OPCO)")] = None
    commentaire_etat: Annotated[str | None, membre("Commentaire de l'état (OPCO)")] = None


class DepotDossier(MessageCreux, frozen=True, kw_only=True):
    """Body of POST dossiers."""

    cerfa: Annotated[Cerfa | None, membre("Le CERFA")] = None
