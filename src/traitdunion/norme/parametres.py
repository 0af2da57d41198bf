"""What the law and the OPCO set by date: rates, amounts, ceilings, delays, each with its legal source (regles.md §4).

The values shipped are those of the texts; an OPCO may lay its own over them, from a day on. Amounts are integer cents.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import msgspec

ORIGINE = date(2020, 1, 1)  # the first contracts that the norm reads
DECRET_2025_585 = date(2025, 7, 1)


class Unite(StrEnum):
    """What a value counts."""

    CENTIMES = "centimes d'euro"
    POURCENT = "%"
    MOIS = "mois"
    JOURS = "jours"
    NIVEAU = "niveau de certification"
    OUI_NON = "1 pour oui, 0 pour non"
    BASE = "365, ou 0 pour le nombre réel de jours de l'année d'exécution"


class Valeur(msgspec.Struct, frozen=True):
    """A value from a day on, and the text that sets it."""

    depuis: date
    valeur: int
    source: str


class Parametre(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter: its key, what people read, its unit, its bounds, the values shipped."""

    cle: str
    theme: str
    libelle: str
    unite: Unite
    minimum: int = 0
    maximum: int
    valeurs: tuple[Valeur, ...]


class ReglesFinancement(msgspec.Struct, frozen=True, kw_only=True):
    """The values of funding in force on a day; the fields are the keys of PARAMETRES."""

    base_jours: int
    majoration_reduction: int
    rqth_plafond: int
    rqth_droits_assimiles: int
    distance_seuil: int
    distance_minoration: int
    distance_plancher: int
    participation: int
    participation_reprise: int
    participation_niveau: int
    participation_part_rupture: int
    plafond_prix: int
    nouveau_cfa_report_mois: int
    solde_mois: int
    maintien_mois: int
    avance_1: int
    avance_2: int
    avance_3: int
    avance_courte: int
    mois_deuxieme: int
    mois_troisieme: int
    premier_equipement: int
    hebergement: int
    restauration: int
    mobilite: int
    amorcage_3: int
    amorcage_4: int
    amorcage_5: int
    amorcage_6: int
    amorcage_7: int

    def amorcage(self, niveau: int) -> int:
        """The valeur d'amorçage of a level, 3 to 8 (D6332-80; arrêté of 31 August 2022)."""
        return int(getattr(self, f"amorcage_{min(max(niveau, 3), 7)}"))


def _parametre(
    theme: str, cle: str, libelle: str, unite: Unite, maximum: int, *valeurs: tuple[date, int, str], minimum: int = 0
) -> Parametre:
    return Parametre(
        cle=cle,
        theme=theme,
        libelle=libelle,
        unite=unite,
        minimum=minimum,
        maximum=maximum,
        valeurs=tuple(Valeur(*une) for une in valeurs),
    )


_D, _E = DECRET_2025_585, ORIGINE
_ARRETE_2022 = "D6332-80 ; arrêté du 31 août 2022"
_PEDAGOGIE, _PARTICIPATION, _FRAIS, _AMORCAGE = "Pédagogie", "Participation de l'employeur", "Frais annexes", "Amorçage"
C, P, M = Unite.CENTIMES, Unite.POURCENT, Unite.MOIS
PARAMETRES: Mapping[str, Parametre] = MappingProxyType(
    {
        un.cle: un
        for un in (
            _parametre(
                *(_PEDAGOGIE, "base_jours", "Dénominateur du prorata par jours", Unite.BASE, 365),
                (_E, 365, "R6332-25 III ; usage « base 365 »"),
            ),
            _parametre(
                *(_PEDAGOGIE, "majoration_reduction", "Majoration d'un contrat court à durée réduite", P, 100),
                (_E, 10, "R6332-25 IV 2°"),
            ),
            _parametre(
                *(_PEDAGOGIE, "plafond_prix", "Le prix de la convention plafonne la prise en charge", Unite.OUI_NON, 1),
                (_E, 1, "pratique de l'OPCO"),
            ),
            _parametre(
                *(_PEDAGOGIE, "distance_seuil", "Part à distance qui entraîne la minoration", P, 100),
                (_D, 80, "D6332-82-1"),
            ),
            _parametre(
                *(_PEDAGOGIE, "distance_minoration", "Minoration des formations à distance", P, 100),
                (_D, 20, "D6332-82-1"),
            ),
            _parametre(
                *(_PEDAGOGIE, "distance_plancher", "Plancher après minoration, par an", C, 10_000_000),
                (_D, 400_000, "D6332-82-1"),
            ),
            _parametre(
                *(_PEDAGOGIE, "rqth_plafond", "Plafond de la majoration RQTH, par an", C, 10_000_000),
                (_E, 400_000, "D6332-82 ; arrêté du 7 décembre 2020"),
            ),
            _parametre(
                *(_PEDAGOGIE, "rqth_droits_assimiles", "Droits assimilés à la RQTH pris en charge", Unite.OUI_NON, 1),
                (_E, 1, "L5213-2, L5212-13-1"),
            ),
            _parametre(
                *(_PEDAGOGIE, "solde_mois", "Délai pour demander le dernier solde", M, 24),
                (_D, 4, "R6332-25 III 4°"),
            ),
            _parametre(
                *(_PEDAGOGIE, "maintien_mois", "Financement maintenu après une rupture", M, 12),
                (_E, 6, "L6222-18-2, R6332-25 VI"),
            ),
            _parametre(
                *(_PEDAGOGIE, "nouveau_cfa_report_mois", "Report de la première avance d'un nouveau CFA", M, 12),
                (_D, 2, "R6332-25 V"),
            ),
            _parametre(*(_PEDAGOGIE, "avance_1", "Première avance de l'année", P, 100), (_E, 40, "R6332-25 III")),
            _parametre(*(_PEDAGOGIE, "avance_2", "Deuxième avance de l'année", P, 100), (_E, 30, "R6332-25 III")),
            _parametre(*(_PEDAGOGIE, "avance_3", "Troisième avance de l'année", P, 100), (_E, 20, "R6332-25 III")),
            _parametre(
                *(_PEDAGOGIE, "avance_courte", "Avance d'un contrat de moins d'un an", P, 100),
                (_E, 50, "R6332-25 IV"),
            ),
            _parametre(*(_PEDAGOGIE, "mois_deuxieme", "Deuxième avance, après", M, 11), (_E, 6, "R6332-25 III")),
            _parametre(*(_PEDAGOGIE, "mois_troisieme", "Troisième avance, après", M, 11), (_E, 9, "R6332-25 III")),
            _parametre(
                *(_PARTICIPATION, "participation", "Participation forfaitaire", C, 1_000_000),
                (_D, 75_000, "R6332-25-1"),
            ),
            _parametre(
                *(
                    _PARTICIPATION,
                    "participation_reprise",
                    "Participation, nouveau contrat après rupture",
                    C,
                    1_000_000,
                ),
                (_D, 20_000, "R6332-25-1, L6222-18-2"),
            ),
            _parametre(
                *(_PARTICIPATION, "participation_niveau", "Due à partir du niveau", Unite.NIVEAU, 8),
                (_D, 6, "R6332-25-1"),
                minimum=3,
            ),
            _parametre(
                *(_PARTICIPATION, "participation_part_rupture", "Plafond en cas de rupture dans les 45 jours", P, 100),
                (_D, 50, "R6332-25-1"),
            ),
            _parametre(
                *(_FRAIS, "premier_equipement", "Premier équipement, plafond", C, 1_000_000),
                (_E, 50_000, "D6332-83 ; barème de l'OPCO"),
            ),
            _parametre(*(_FRAIS, "hebergement", "Hébergement, par nuitée", C, 100_000), (_E, 600, "D6332-83")),
            _parametre(*(_FRAIS, "restauration", "Restauration, par repas", C, 100_000), (_E, 300, "D6332-83")),
            _parametre(
                *(_FRAIS, "mobilite", "Mobilité internationale, forfait", C, 10_000_000),
                (_E, 0, "D6332-83 ; forfait que l'OPCO fixe"),
            ),
            _parametre(*(_AMORCAGE, "amorcage_3", "Niveau 3, par an", C, 10_000_000), (_E, 547_000, _ARRETE_2022)),
            _parametre(*(_AMORCAGE, "amorcage_4", "Niveau 4, par an", C, 10_000_000), (_E, 562_100, _ARRETE_2022)),
            _parametre(*(_AMORCAGE, "amorcage_5", "Niveau 5, par an", C, 10_000_000), (_E, 600_000, _ARRETE_2022)),
            _parametre(*(_AMORCAGE, "amorcage_6", "Niveau 6, par an", C, 10_000_000), (_E, 600_000, _ARRETE_2022)),
            _parametre(
                *(_AMORCAGE, "amorcage_7", "Niveaux 7 et 8, par an", C, 10_000_000), (_E, 700_000, _ARRETE_2022)
            ),
        )
    }
)


class ValeurRefusee(ValueError):
    """A value that a parameter does not take; the text is the French sentence to show."""


def check_valeur(cle: str, valeur: int) -> None:
    """Raise ValeurRefusee unless the parameter exists and the value is within its bounds."""
    parametre = PARAMETRES.get(cle)
    if parametre is None:
        raise ValeurRefusee("Ce paramètre n'existe pas.")
    permises = (0, 365) if parametre.unite is Unite.BASE else range(parametre.minimum, parametre.maximum + 1)
    if valeur not in permises:
        raise ValeurRefusee(
            f"« {parametre.libelle} » va de {parametre.minimum} à {parametre.maximum} ({parametre.unite})."
        )


def value_at(parametre: Parametre, jour: date, surcharges: Iterable[Valeur] = ()) -> Valeur:
    """The value in force on a day: the latest one begun, the OPCO's before the shipped one of the same day.

    Before the first value known, the first one.
    """
    connues = sorted([*parametre.valeurs, *surcharges], key=lambda une: une.depuis)
    en_vigueur = [une for une in connues if une.depuis <= jour]
    return en_vigueur[-1] if en_vigueur else connues[0]


def regles_at(jour: date, surcharges: Mapping[str, Iterable[Valeur]] = MappingProxyType({})) -> ReglesFinancement:
    """The values of funding in force on a day; `surcharges`: the OPCO's own values, by key."""
    return ReglesFinancement(
        **{cle: value_at(un, jour, surcharges.get(cle, ())).valeur for cle, un in PARAMETRES.items()}
    )
