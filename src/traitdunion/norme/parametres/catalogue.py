"""The catalogue of the parameters: what each is, with its bounds. Their dated values are in `defauts`."""

from traitdunion.norme.parametres.definitions import Definition, Nature, Theme

MILLE_EUROS = 100_000

_REMUNERATION = (
    Definition(
        cle="smic_mensuel",
        theme=Theme.REMUNERATION,
        libelle="SMIC mensuel brut, 35 heures, métropole et outre-mer hors Mayotte",
        nature=Nature.MONTANT,
        minimum=MILLE_EUROS // 2,
        maximum=10 * MILLE_EUROS,
        facultatif=True,
    ),
    Definition(
        cle="smic_mensuel_mayotte",
        theme=Theme.REMUNERATION,
        libelle="SMIC mensuel brut, 35 heures, Mayotte",
        nature=Nature.MONTANT,
        minimum=MILLE_EUROS // 2,
        maximum=10 * MILLE_EUROS,
        facultatif=True,
    ),
    Definition(
        cle="grille_remuneration",
        theme=Theme.REMUNERATION,
        libelle="Salaire minimum de l'apprenti, par année d'exécution et par âge",
        nature=Nature.GRILLE,
        longueur=3,
        maximum=200,
        aide="Une ligne par année d'exécution (la quatrième est comme la troisième) : moins de 18 ans, 18 à 20 ans,"
        " 21 à 25 ans, 26 ans et plus.",
    ),
)

_NIVEAU = (
    Definition(
        cle="date_regime_2025",
        theme=Theme.NIVEAU,
        libelle="Date de conclusion à partir de laquelle le contrat est financé au jour",
        nature=Nature.DATE,
    ),
    Definition(
        cle="base_jours",
        theme=Theme.NIVEAU,
        libelle="Nombre de jours d'une année dans les calculs au jour",
        nature=Nature.CHOIX,
        choix={"365": "365 jours, toujours", "reels": "jours réels de l'année d'exécution (365 ou 366)"},
    ),
    *(
        Definition(
            cle=f"amorcage_niveau_{niveau}",
            theme=Theme.NIVEAU,
            libelle=f"Valeur d'amorçage annuelle, niveau{'x 7 et 8' if niveau == 7 else f' {niveau}'}",
            nature=Nature.MONTANT,
            maximum=20 * MILLE_EUROS,
            facultatif=True,
        )
        for niveau in (3, 4, 5, 6, 7)
    ),
    Definition(
        cle="plafond_prix",
        theme=Theme.NIVEAU,
        libelle="La prise en charge est limitée au prix de la convention",
        nature=Nature.OUI_NON,
    ),
    Definition(
        cle="majoration_reduction",
        theme=Theme.NIVEAU,
        libelle="Majoration du contrat de moins d'un an dont la durée est réduite",
        nature=Nature.POUR_CENT,
    ),
    Definition(
        cle="avant_contrat_mois",
        theme=Theme.NIVEAU,
        libelle="Temps au CFA avant le contrat pris en charge (stagiaire de la formation professionnelle), au plus",
        nature=Nature.MOIS,
        maximum=12,
    ),
)

_DISTANCE = (
    Definition(
        cle="distance_seuil",
        theme=Theme.DISTANCE,
        libelle="Part des heures à distance à partir de laquelle le niveau est minoré",
        nature=Nature.POUR_CENT,
        minimum=1,
    ),
    Definition(cle="distance_reduction", theme=Theme.DISTANCE, libelle="Minoration du niveau", nature=Nature.POUR_CENT),
    Definition(
        cle="distance_plancher",
        theme=Theme.DISTANCE,
        libelle="Montant annuel sous lequel la minoration ne descend pas",
        nature=Nature.MONTANT,
        maximum=20 * MILLE_EUROS,
    ),
    Definition(
        cle="distance_hors_minoration",
        theme=Theme.DISTANCE,
        libelle="Certifications exclues de la minoration",
        nature=Nature.CERTIFICATIONS,
        aide="Les numéros RNCP de l'arrêté, séparés par des espaces, des virgules ou des retours à la ligne."
        " La liste entière : elle remplace celle d'avant.",
    ),
)

_RQTH = (
    Definition(
        cle="rqth_plafond",
        theme=Theme.RQTH,
        libelle="Majoration RQTH, plafond par année d'exécution",
        nature=Nature.MONTANT,
        maximum=20 * MILLE_EUROS,
    ),
    Definition(
        cle="rqth_droits_assimiles",
        theme=Theme.RQTH,
        libelle="L'équivalence jeunes et l'extension BOE ouvrent droit à la majoration, sur justificatif",
        nature=Nature.OUI_NON,
    ),
)

_PARTICIPATION = (
    Definition(
        cle="participation_niveau",
        theme=Theme.PARTICIPATION,
        libelle="Niveau de certification à partir duquel la participation est due",
        nature=Nature.NIVEAU,
        minimum=3,
        maximum=8,
    ),
    Definition(
        cle="participation_montant",
        theme=Theme.PARTICIPATION,
        libelle="Participation de l'employeur, par contrat",
        nature=Nature.MONTANT,
        maximum=5 * MILLE_EUROS,
    ),
    Definition(
        cle="participation_reprise",
        theme=Theme.PARTICIPATION,
        libelle="Participation pour un nouveau contrat avec un autre employeur après une rupture",
        nature=Nature.MONTANT,
        maximum=5 * MILLE_EUROS,
    ),
    Definition(
        cle="participation_rupture_jours",
        theme=Theme.PARTICIPATION,
        libelle="Rupture en début de contrat : jours de formation pratique en entreprise",
        nature=Nature.JOURS,
        maximum=365,
    ),
    Definition(
        cle="participation_rupture_part",
        theme=Theme.PARTICIPATION,
        libelle="Rupture en début de contrat : participation limitée à cette part de la prise en charge",
        nature=Nature.POUR_CENT,
    ),
)

_ECHEANCIER = (
    Definition(
        cle="parts_annee",
        theme=Theme.ECHEANCIER,
        libelle="Parts d'une année d'exécution, la dernière étant le solde",
        nature=Nature.PARTS,
        longueur=4,
    ),
    Definition(
        cle="ouvertures_mois",
        theme=Theme.ECHEANCIER,
        libelle="Ouverture des deuxième et troisième échéances, en mois depuis le début de l'année d'exécution",
        nature=Nature.MOIS_CROISSANTS,
        longueur=2,
        minimum=1,
        maximum=11,
    ),
    Definition(
        cle="parts_contrat_court",
        theme=Theme.ECHEANCIER,
        libelle="Parts d'un contrat de moins d'un an",
        nature=Nature.PARTS,
        longueur=2,
    ),
    Definition(
        cle="parts_annee_avant_2025",
        theme=Theme.ECHEANCIER,
        libelle="Parts d'une année d'exécution, ancien régime",
        nature=Nature.PARTS,
        longueur=3,
    ),
    Definition(
        cle="ouvertures_mois_avant_2025",
        theme=Theme.ECHEANCIER,
        libelle="Ouverture des deuxième et troisième échéances, ancien régime",
        nature=Nature.MOIS_CROISSANTS,
        longueur=2,
        minimum=1,
        maximum=11,
    ),
    Definition(
        cle="parts_contrat_court_avant_2025",
        theme=Theme.ECHEANCIER,
        libelle="Parts d'un contrat de moins d'un an, ancien régime",
        nature=Nature.PARTS,
        longueur=2,
    ),
    Definition(
        cle="nouveau_cfa_mois",
        theme=Theme.ECHEANCIER,
        libelle="Nouveau CFA : durée après sa déclaration d'activité",
        nature=Nature.MOIS,
        maximum=36,
    ),
    Definition(
        cle="nouveau_cfa_report_mois",
        theme=Theme.ECHEANCIER,
        libelle="Nouveau CFA : report de la première avance après le début du contrat",
        nature=Nature.MOIS,
        maximum=12,
    ),
    Definition(
        cle="solde_mois",
        theme=Theme.ECHEANCIER,
        libelle="Délai pour demander le dernier solde après la fin du contrat",
        nature=Nature.MOIS,
        minimum=1,
        maximum=24,
    ),
    Definition(
        cle="preuve_realisation",
        theme=Theme.ECHEANCIER,
        libelle="Échéances payées sur preuve de la réalisation de la formation",
        nature=Nature.CHOIX,
        choix={
            "dernier_solde": "le dernier solde seulement",
            "apres_la_premiere": "toutes, sauf la première",
        },
    ),
    Definition(
        cle="maintien_rupture_mois",
        theme=Theme.ECHEANCIER,
        libelle="Maintien de la prise en charge au CFA après une rupture, au plus",
        nature=Nature.MOIS,
        maximum=12,
    ),
)

_FRAIS = (
    Definition(
        cle="hebergement_nuitee",
        theme=Theme.FRAIS,
        libelle="Hébergement, par nuitée",
        nature=Nature.MONTANT,
        maximum=MILLE_EUROS // 5,
    ),
    Definition(
        cle="restauration_repas",
        theme=Theme.FRAIS,
        libelle="Restauration, par repas",
        nature=Nature.MONTANT,
        maximum=MILLE_EUROS // 20,
    ),
    Definition(
        cle="premier_equipement_plafond",
        theme=Theme.FRAIS,
        libelle="Premier équipement, plafond par contrat",
        nature=Nature.MONTANT,
        maximum=5 * MILLE_EUROS,
    ),
    Definition(
        cle="mobilite_forfait",
        theme=Theme.FRAIS,
        libelle="Mobilité internationale, forfait par contrat",
        nature=Nature.MONTANT,
        maximum=20 * MILLE_EUROS,
        facultatif=True,
    ),
)

_INSTRUCTION = (
    Definition(
        cle="instruction_jours",
        theme=Theme.INSTRUCTION,
        libelle="Délai d'instruction d'un dossier complet, après lequel le silence vaut refus",
        nature=Nature.JOURS,
        minimum=2,
        maximum=180,
    ),
    Definition(
        cle="instruction_alertes_jours",
        theme=Theme.INSTRUCTION,
        libelle="Alertes aux gestionnaires avant la fin du délai",
        nature=Nature.JOURS_CROISSANTS,
        longueur=2,
        minimum=1,
        maximum=179,
        aide="Comptées, comme le délai, depuis le jour où le dossier est complet.",
    ),
)

# By key, in the order in which they are shown.
CATALOGUE: dict[str, Definition] = {
    definition.cle: definition
    for definition in (
        *_REMUNERATION,
        *_NIVEAU,
        *_DISTANCE,
        *_RQTH,
        *_PARTICIPATION,
        *_ECHEANCIER,
        *_FRAIS,
        *_INSTRUCTION,
    )
}
