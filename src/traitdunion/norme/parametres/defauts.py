"""The dated values that come with the product, each with its legal source.

Where the law leaves room, the source says « choix de l'OPCO » and the value is that of regles.md §4.9 or §4.7. Values
of the law hold from ORIGINE on: a contract concluded before the article's last change is computed by its regime.
"""

from datetime import date

from traitdunion.norme.parametres.definitions import ORIGINE, Valeur

AVANCES = "Code du travail, R6332-25 III (décret n° 2025-585 du 27 juin 2025)"
AVANT_2025 = "Code du travail, R6332-25, version en vigueur avant le 1er juillet 2025"
DISTANCE = "Code du travail, D6332-82-1 (décret n° 2025-586 du 27 juin 2025)"
PARTICIPATION = "Code du travail, R6332-25-1 (décret n° 2025-585 du 27 juin 2025)"
FRAIS = "Code du travail, L6332-14 I 3° et D6332-83 ; arrêté fixant les forfaits"
SMIC = "Code du travail, L3231-2 à L3231-7"
DEBUT_AMORCAGE = date(2022, 9, 1)
AMORCAGE = {3: 547_000, 4: 562_100, 5: 600_000, 6: 600_000, 7: 700_000}

# Monthly cents for 35 hours, and the text (regles.md §2.4).
_SMIC = (
    (date(2020, 1, 1), 153_942, "décret n° 2019-1387 du 18 décembre 2019"),
    (date(2021, 1, 1), 155_458, "décret n° 2020-1598 du 16 décembre 2020"),
    (date(2021, 10, 1), 158_947, "arrêté du 27 septembre 2021"),
    (date(2022, 1, 1), 160_312, "décret n° 2021-1741 du 22 décembre 2021"),
    (date(2022, 5, 1), 164_558, "arrêté du 19 avril 2022"),
    (date(2022, 8, 1), 167_895, "arrêté du 29 juillet 2022"),
    (date(2023, 1, 1), 170_928, "décret n° 2022-1608 du 22 décembre 2022"),
    (date(2023, 5, 1), 174_720, "arrêté du 26 avril 2023"),
    (date(2024, 1, 1), 176_692, "décret n° 2023-1216 du 20 décembre 2023"),
    (date(2024, 11, 1), 180_180, "décret n° 2024-951 du 23 octobre 2024"),
    (date(2026, 1, 1), 182_303, "relèvement au 1er janvier 2026 (12,02 € de l'heure)"),
)
_SMIC_MAYOTTE = (
    (date(2024, 11, 1), 136_197, "décret n° 2024-951 du 23 octobre 2024"),
    (date(2026, 1, 1), 141_505, "relèvement au 1er janvier 2026 (9,33 € de l'heure)"),
)

# Values without a date of their own, and their source.
_TOUJOURS: dict[str, tuple[Valeur, str]] = {
    "grille_remuneration": (((27, 43, 53, 100), (39, 51, 61, 100), (55, 67, 78, 100)), "Code du travail, D6222-26"),
    "date_regime_2025": (date(2025, 7, 1), "Décret n° 2025-585 du 27 juin 2025"),
    "base_jours": (
        "365",
        "Choix de l'OPCO : R6332-25 III ne dit que « prorata temporis du nombre de jours effectués »",
    ),
    "plafond_prix": (True, "Choix de l'OPCO : la prise en charge ne dépasse pas le prix que le CFA demande"),
    "majoration_reduction": (10, "Code du travail, R6332-25 IV 2°"),
    "avant_contrat_mois": (3, "Code du travail, L6222-12-1"),
    "distance_seuil": (80, DISTANCE),
    "distance_reduction": (20, DISTANCE),
    "distance_plancher": (400_000, DISTANCE),
    "distance_hors_minoration": ((), f"{DISTANCE} ; liste de l'arrêté du 26 novembre 2025 à saisir par l'OPCO"),
    "rqth_plafond": (400_000, "Code du travail, D6332-82 ; arrêté du 7 décembre 2020"),
    "rqth_droits_assimiles": (True, "Choix de l'OPCO, sur le fondement de L5213-2 et de L5212-13-1 du code du travail"),
    "participation_niveau": (6, PARTICIPATION),
    "participation_montant": (75_000, PARTICIPATION),
    "participation_reprise": (20_000, PARTICIPATION),
    "participation_rupture_jours": (45, f"{PARTICIPATION} ; L6222-18"),
    "participation_rupture_part": (50, PARTICIPATION),
    "parts_annee": ((40, 30, 20, 10), AVANCES),
    "ouvertures_mois": ((6, 9), f"{AVANCES} : septième et dixième mois"),
    "parts_contrat_court": ((50, 50), "Code du travail, R6332-25 IV (décret n° 2025-585 du 27 juin 2025)"),
    "parts_annee_avant_2025": ((40, 30, 30), AVANT_2025),
    "ouvertures_mois_avant_2025": ((6, 9), f"{AVANT_2025} : septième et dixième mois"),
    "parts_contrat_court_avant_2025": ((50, 50), AVANT_2025),
    "nouveau_cfa_mois": (6, "Code du travail, R6332-25 V (décret n° 2025-585 du 27 juin 2025)"),
    "nouveau_cfa_report_mois": (2, "Code du travail, R6332-25 V : premier versement au troisième mois"),
    "solde_mois": (4, "Code du travail, R6332-25 III 4°"),
    "preuve_realisation": ("dernier_solde", "Code du travail, R6332-25 III 4° et R6332-26"),
    "maintien_rupture_mois": (6, "Code du travail, L6222-18-2 et R6332-25 VI"),
    "hebergement_nuitee": (600, FRAIS),
    "restauration_repas": (300, FRAIS),
    "premier_equipement_plafond": (50_000, FRAIS),
    "instruction_jours": (20, "Code du travail, R6224-3"),
    "instruction_alertes_jours": ((15, 18), "Choix de l'OPCO : avant la fin du délai de R6224-3"),
}

DEFAUTS: dict[str, tuple[tuple[date, Valeur, str], ...]] = {
    "smic_mensuel": tuple((jour, centimes, f"{SMIC} ; {texte}") for jour, centimes, texte in _SMIC),
    "smic_mensuel_mayotte": tuple((jour, centimes, f"{SMIC} ; {texte}") for jour, centimes, texte in _SMIC_MAYOTTE),
    **{
        f"amorcage_niveau_{niveau}": ((DEBUT_AMORCAGE, centimes, "Code du travail, D6332-80 ; arrêté du 31 août 2022"),)
        for niveau, centimes in AMORCAGE.items()
    },
    **{cle: ((ORIGINE, valeur, source),) for cle, (valeur, source) in _TOUJOURS.items()},
}
