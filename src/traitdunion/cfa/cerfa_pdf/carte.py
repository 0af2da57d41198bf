"""The map of CERFA 10103*14: every field of the official fillable form and the member of the norm it holds.

Source: regles.md §7, checked there by filling each field of the official form with its label and rendering it.
216 fields: 194 of text (79 on page 1 with the boxes, 137 on page 2), 22 boxes.
"""

from dataclasses import dataclass

from traitdunion.cfa.cerfa_pdf.blocs import (
    Adresse,
    CaseEmployeurPublic,
    LigneRemuneration,
    NomPrenom,
    Remunerations,
    Secteur,
)
from traitdunion.cfa.cerfa_pdf.zones import (
    Autre,
    Case,
    Choix,
    Code,
    Departement,
    Entier,
    Jour,
    Montant,
    Nir,
    Texte,
    Zone,
)

VERSION = "10103*14"
NOMBRE_DE_CHAMPS = 216


@dataclass(frozen=True)
class Section:
    """A part of the form, with its printed title and the page it stands on."""

    titre: str
    page: int
    zones: tuple[Zone, ...]


def _oui_non(oui: str, non: str) -> tuple[tuple[bool, str], ...]:
    return ((True, oui), (False, non))


_EMPLOYEUR = "cerfa.employeur"
_APPRENTI = "cerfa.apprenti"
_LEGAL = "cerfa.apprenti.responsableLegal"
_CONTRAT = "cerfa.contrat"
_FORMATION = "cerfa.formation"
_CFA = "cerfa.organismeFormation"
_LIEU = "cerfa.organismeFormationLieuFormationPrincipal"

EN_TETE = Section(
    "MODE CONTRACTUEL",
    1,
    (Code(f"{_CONTRAT}.modeContractuel", "Mode contractuel de l'apprentissage", "8_54"),),
)

EMPLOYEUR = Section(
    "L'EMPLOYEUR",
    1,
    (
        Secteur(f"{_EMPLOYEUR}.typeEmployeur", "Employeur", (("privé", "1"), ("public", "2"))),
        Texte(f"{_EMPLOYEUR}.denomination", "Nom et prénom ou dénomination", "8"),
        Texte(f"{_EMPLOYEUR}.siret", "N° SIRET de l'établissement d'exécution du contrat", "8_2"),
        Adresse(
            f"{_EMPLOYEUR}.adresse",
            "Adresse de l'établissement d'exécution du contrat",
            ("8_14", "8_13", "8_8", "8_9", "8_10"),
        ),
        Code(f"{_EMPLOYEUR}.typeEmployeur", "Type d'employeur", "8_3"),
        Code(f"{_EMPLOYEUR}.employeurSpecifique", "Employeur spécifique", "8_4"),
        Texte(f"{_EMPLOYEUR}.naf", "Code activité de l'entreprise (APE)", "8_7"),
        Entier(f"{_EMPLOYEUR}.nombreDeSalaries", "Effectif total salariés de l'entreprise", "8_5"),
        Texte(f"{_EMPLOYEUR}.telephone", "Téléphone", "8_11"),
        Texte(f"{_EMPLOYEUR}.courriel", "Courriel", "8_12"),
        Texte(f"{_EMPLOYEUR}.codeIdcc", "Code IDCC de la convention collective", "8_6"),
        CaseEmployeurPublic(
            f"{_EMPLOYEUR}.regimeSpecifique",
            "Secteur public : adhésion de l'apprenti au régime spécifique d'assurance chômage",
            "2_2",
        ),
    ),
)

APPRENTI = Section(
    "L'APPRENTI(E)",
    1,
    (
        Texte(f"{_APPRENTI}.nom", "Nom de naissance de l'apprenti(e)", "8_15"),
        Texte(f"{_APPRENTI}.nomUsage", "Nom d'usage", "8_16"),
        Texte(f"{_APPRENTI}.prenom", "Premier prénom selon l'état civil", "8_17"),
        Nir(f"{_APPRENTI}.nir", "NIR de l'apprenti(e)", "8_18"),
        Jour(f"{_APPRENTI}.dateNaissance", "Date de naissance", ("21_7", "21_8", "21_9")),
        Choix(f"{_APPRENTI}.sexe", "Sexe", (("M", "3"), ("F", "4"))),
        Departement(f"{_APPRENTI}.departementNaissance", "Département de naissance", "8_26"),
        Texte(f"{_APPRENTI}.communeNaissance", "Commune de naissance", "8_27"),
        Code(f"{_APPRENTI}.nationalite", "Nationalité", "8_33"),
        Code(f"{_APPRENTI}.regimeSocial", "Régime social", "8_34"),
        Adresse(f"{_APPRENTI}.adresse", "Adresse de l'apprenti(e)", ("8_19", "8_20", "8_21", "8_22", "8_23")),
        Texte(f"{_APPRENTI}.telephone", "Téléphone", "8_24"),
        Texte(f"{_APPRENTI}.courriel", "Courriel", "8_25"),
        Choix(f"{_APPRENTI}.inscriptionSportifDeHautNiveau", "Sportif de haut niveau", _oui_non("5", "5_2")),
        Choix(f"{_APPRENTI}.handicap", "Reconnaissance travailleur handicapé", _oui_non("5_3", "5_4")),
        Choix(f"{_APPRENTI}.droitsRqthEquivalenceJeune", "Équivalence jeunes", _oui_non("5_5", "5_6")),
        Choix(f"{_APPRENTI}.droitsRqthExtensionBOE", "Extension BOE", _oui_non("5_7", "5_8")),
        Code(f"{_APPRENTI}.situationAvantContrat", "Situation avant ce contrat", "8_28"),
        Code(f"{_APPRENTI}.diplomePrepare", "Dernier diplôme ou titre préparé", "8_29"),
        Code(f"{_APPRENTI}.derniereClasse", "Dernière classe / année suivie", "8_30"),
        Texte(f"{_APPRENTI}.intituleDiplomePrepare", "Intitulé précis du dernier diplôme ou titre préparé", "8_31"),
        Code(f"{_APPRENTI}.diplome", "Diplôme ou titre le plus élevé obtenu", "8_32"),
        Choix(
            f"{_APPRENTI}.projetCreationRepriseEntreprise",
            "Projet de création ou de reprise d'entreprise",
            _oui_non("5_9", "5_10"),
        ),
    ),
)

REPRESENTANT_LEGAL = Section(
    "REPRÉSENTANT LÉGAL (apprenti mineur non émancipé)",
    1,
    (
        NomPrenom(_LEGAL, "Nom de naissance et prénom du représentant légal", "8_35"),
        Texte(f"{_LEGAL}.courriel", "Courriel", "8_41"),
        Adresse(f"{_LEGAL}.adresse", "Adresse du représentant légal", ("8_37", "8_36", "8_38", "8_39", "8_40")),
    ),
)


def _maitre(
    rang: int, textes: tuple[str, str, str, str, str, str], naissance: tuple[str, str, str]
) -> tuple[Zone, ...]:
    chemin, qui = f"cerfa.maitre{rang}", f"du maître n°{rang}"
    nom, prenom, courriel, emploi, diplome, niveau = textes
    return (
        Texte(f"{chemin}.nom", f"Nom de naissance {qui}", nom),
        Texte(f"{chemin}.prenom", f"Prénom {qui}", prenom),
        Jour(f"{chemin}.dateNaissance", f"Date de naissance {qui}", naissance),
        Texte(f"{chemin}.courriel", f"Courriel {qui}", courriel),
        Texte(f"{chemin}.emploiOccupe", f"Emploi occupé {qui}", emploi),
        Texte(f"{chemin}.intituleDiplomeObtenu", f"Diplôme ou titre le plus élevé {qui}", diplome),
        Code(f"{chemin}.niveauDiplomeObtenu", f"Niveau de ce diplôme {qui}", niveau),
    )


MAITRES = Section(
    "LE MAÎTRE D'APPRENTISSAGE",
    1,
    (
        *_maitre(1, ("8_42", "8_43", "8_44", "8_45", "8_50", "8_52"), ("21_4", "21_5", "21_6")),
        *_maitre(2, ("8_46", "8_47", "8_48", "8_49", "8_51", "8_53"), ("21", "21_2", "21_3")),
        Case(
            f"{_EMPLOYEUR}.attestationEligibilite",
            "L'employeur atteste sur l'honneur que le maître répond aux critères d'éligibilité",
            "6",
        ),
    ),
)

CONTRAT = Section(
    "LE CONTRAT",
    2,
    (
        Code(f"{_CONTRAT}.typeContratApp", "Type de contrat ou d'avenant", "8_71"),
        Code(f"{_CONTRAT}.typeDerogation", "Type de dérogation", "8_70"),
        Texte(f"{_CONTRAT}.numeroContratPrecedent", "Numéro du contrat précédent ou concerné par l'avenant", "8_55"),
        Jour(f"{_CONTRAT}.dateConclusion", "Date de conclusion", ("21_16", "21_17", "21_18")),
        Jour(f"{_CONTRAT}.dateDebutContrat", "Date de début d'exécution", ("21_19", "21_20", "21_21")),
        Jour(
            f"{_CONTRAT}.dateFormationPratiqueEmployeur",
            "Début de formation pratique chez l'employeur",
            ("21_22", "21_23", "21_24"),
        ),
        Jour(f"{_CONTRAT}.dateEffetAvenant", "Si avenant, date d'effet", ("21_13", "21_14", "21_15")),
        Jour(
            f"{_CONTRAT}.dateFinContrat", "Fin du contrat ou de la période d'apprentissage", ("21_10", "21_11", "21_12")
        ),
        Entier(f"{_CONTRAT}.dureeTravailHebdoHeures", "Durée hebdomadaire : heures", "8_68"),
        Entier(f"{_CONTRAT}.dureeTravailHebdoMinutes", "Durée hebdomadaire : minutes", "8_69"),
        Choix(f"{_CONTRAT}.travailRisque", "Machines dangereuses ou risques particuliers", _oui_non("5_13", "5_14")),
        Remunerations(
            f"{_CONTRAT}.remunerationsAnnuelles",
            "Rémunération",
            (
                LigneRemuneration("1.1", 81, "8_95", "8_96"),
                LigneRemuneration("1.2", 87, "8_97", "8_98"),
                LigneRemuneration("2.1", 37, "8_56", "8_57"),
                LigneRemuneration("2.2", 43, "8_58", "8_59"),
                LigneRemuneration("3.1", 49, "8_60", "8_61"),
                LigneRemuneration("3.2", 55, "8_62", "8_63"),
                LigneRemuneration("4.1", 61, "8_64", "8_65"),
                LigneRemuneration("4.2", 67, "8_66", "8_67"),
            ),
        ),
        Montant(f"{_CONTRAT}.salaireEmbauche", "Salaire brut mensuel à l'embauche (€)", ("8_72", "21_73")),
        Texte(f"{_EMPLOYEUR}.caisseComplementaire", "Caisse de retraite complémentaire", "21_74"),
        Montant(f"{_CONTRAT}.avantageNourriture", "Nourriture (€ / repas)", ("21_75", "21_76")),
        Montant(f"{_CONTRAT}.avantageLogement", "Logement (€ / mois)", ("21_77", "21_78")),
        Autre(f"{_CONTRAT}.autreAvantageEnNature", "Autre avantage", "21_79"),
    ),
)

FORMATION = Section(
    "LA FORMATION",
    2,
    (
        Choix(f"{_CFA}.formationInterne", "CFA d'entreprise", _oui_non("5_11", "5_12")),
        Texte(f"{_CFA}.denomination", "Dénomination du CFA responsable", "8_99"),
        Texte(f"{_CFA}.uaiCfa", "N° UAI du CFA", "8_73"),
        Texte(f"{_CFA}.siret", "N° SIRET du CFA", "8_74"),
        Adresse(f"{_CFA}.adresse", "Adresse du CFA responsable", ("8_79", "8_80", "8_81", "8_82", "8_78")),
        Code(f"{_FORMATION}.typeDiplome", "Diplôme ou titre visé", "8_77"),
        Texte(f"{_FORMATION}.intituleQualification", "Intitulé précis", "8_100"),
        Texte(f"{_FORMATION}.codeDiplome", "Code du diplôme", "8_75"),
        Texte(f"{_FORMATION}.rncp", "Code RNCP", "8_76"),
        Jour(f"{_FORMATION}.dateDebutFormation", "Début de formation en CFA", ("21_25", "21_26", "21_27")),
        Jour(f"{_FORMATION}.dateFinFormation", "Fin prévue des épreuves ou examens", ("21_28", "21_29", "21_30")),
        Entier(f"{_FORMATION}.dureeFormation", "Durée (heures)", "21_80"),
        Entier(f"{_FORMATION}.nombreHeuresEnDistanciel", "Dont à distance (heures)", "8_102"),
        Case(f"{_CFA}.lieuFormationIdentique", "Le CFA responsable est le lieu de formation principal", "7"),
        Texte(f"{_LIEU}.denomination", "Dénomination du lieu de formation principal", "8_101"),
        Texte(f"{_LIEU}.uaiCfa", "N° UAI du lieu principal", "8_84"),
        Texte(f"{_LIEU}.siret", "N° SIRET du lieu principal", "8_83"),
        Adresse(f"{_LIEU}.adresse", "Adresse du lieu de formation principal", ("8_86", "8_87", "8_88", "8_89", "8_85")),
        Case(
            f"{_EMPLOYEUR}.attestationPieces",
            "L'employeur atteste disposer des pièces justificatives nécessaires au dépôt du contrat",
            "8",
        ),
        Texte(f"{_CONTRAT}.lieuSignatureContrat", "Fait à", "8_90"),
    ),
)

# Filled by the OPCO. The two numbers are members of the norm; the rest, under « opco », is not.
CADRE_RESERVE = Section(
    "CADRE RÉSERVÉ À L'ORGANISME EN CHARGE DU DÉPÔT DU CONTRAT",
    2,
    (
        Texte("opco.denomination", "Nom de l'organisme", "8_91"),
        Texte("opco.siret", "N° SIRET de l'organisme", "8_92"),
        Jour("opco.dateReception", "Date de réception du dossier complet", ("21_31", "21_32", "21_33")),
        Jour("opco.dateDecision", "Date de la décision", ("21_34", "21_35", "21_36")),
        Texte("cerfa.numeroDeca", "N° de dépôt", "8_93"),
        Texte(f"{_CONTRAT}.noAvenant", "Numéro d'avenant", "8_94"),
    ),
)

SECTIONS = (
    EN_TETE,
    EMPLOYEUR,
    APPRENTI,
    REPRESENTANT_LEGAL,
    MAITRES,
    CONTRAT,
    FORMATION,
    CADRE_RESERVE,
)
ZONES: tuple[Zone, ...] = tuple(zone for section in SECTIONS for zone in section.zones)
NOMS: frozenset[str] = frozenset(nom for zone in ZONES for nom in zone.noms)
