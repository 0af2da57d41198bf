"""The values in force on one day, as one frozen struct: what funding and contrôles compute with (regles.md §4.9)."""

from datetime import date
from typing import Literal

import msgspec

Grille = tuple[tuple[int, int, int, int], ...]


class ReglesFinancement(msgspec.Struct, frozen=True, kw_only=True):
    """Every parameter in force on a day. Each field bears the key of its parameter.

    Amounts are in cents of euro, shares in percent, durations in calendar days or whole months. It is kept with the
    engagement that was computed with it (JSON by msgspec), so that a later change of a parameter changes nothing there.
    The funding reads it on the date de conclusion of the contract, never of an avenant; the pay on the first day.
    """

    # Pay (D3231-6, D6222-26; regles.md §2.4). None where no value is known on that day.
    smic_mensuel: int | None  # 35 hours, gross
    smic_mensuel_mayotte: int | None
    grille_remuneration: Grille  # percent: a row per execution year, columns under 18, 18-20, 21-25, 26 and more

    # Which regime a contract is under, and its annual level.
    date_regime_2025: date  # contracts concluded from this day on are funded by days (décret 2025-585)
    base_jours: Literal["365", "reels"]  # denominator: 365, or the real days of that execution year
    amorcage_niveau_3: int | None  # valeur d'amorçage for a year (D6332-80); None: none is known
    amorcage_niveau_4: int | None
    amorcage_niveau_5: int | None
    amorcage_niveau_6: int | None
    amorcage_niveau_7: int | None  # 7 and 8
    plafond_prix: bool  # the price of the convention is a ceiling
    majoration_reduction: int  # percent added when the duration was reduced (R6332-25 IV 2°)
    avant_contrat_mois: int  # situation 7: the time in CFA before the contract counts so far back (L6222-12-1)

    # Teaching à distance (D6332-82-1).
    distance_seuil: int  # percent of the hours, reached or over
    distance_reduction: int  # percent cut
    distance_plancher: int  # cents a year under which the cut does not bring the level
    distance_hors_minoration: tuple[str, ...]  # « RNCP12345 »: certifications that are not cut

    # RQTH (D6332-82).
    rqth_plafond: int  # cents a year of execution
    rqth_droits_assimiles: bool  # Equivalence jeunes and Extension BOE, on proof, open the same right

    # The employer's share (R6332-25-1).
    participation_niveau: int  # from this level of the certification on
    participation_montant: int
    participation_reprise: int  # new contract with another employer after a break under L6222-18-2
    participation_rupture_jours: int  # broken within so many days of practical training in company…
    participation_rupture_part: int  # … the share is at most so many percent of the days done

    # Échéancier (R6332-25 III to VI). The last part is the solde: it takes what rounding leaves.
    parts_annee: tuple[int, int, int, int]  # percent
    ouvertures_mois: tuple[int, int]  # the 2nd and the 3rd open so many months after the first day of the year
    parts_contrat_court: tuple[int, int]
    parts_annee_avant_2025: tuple[int, int, int]  # contracts concluded before date_regime_2025
    ouvertures_mois_avant_2025: tuple[int, int]
    parts_contrat_court_avant_2025: tuple[int, int]
    nouveau_cfa_mois: int  # a CFA is new for so long after its declaration
    nouveau_cfa_report_mois: int  # its first advance may open so long after the first day
    solde_mois: int  # the last solde is claimed at most so long after the end
    # Which échéances are paid on proof that the training took place (R6332-25 III 4°); engagements made before this
    # parameter existed have the law's own minimum.
    preuve_realisation: Literal["dernier_solde", "apres_la_premiere"] = "dernier_solde"
    maintien_rupture_mois: int  # training kept on is funded at most so long after a break

    # Frais annexes (L6332-14 I 3°, D6332-83).
    hebergement_nuitee: int
    restauration_repas: int
    premier_equipement_plafond: int
    mobilite_forfait: int | None  # None: the OPCO has not set its flat amount

    # Instruction (R6224-3).
    instruction_jours: int  # past so many calendar days, silence is a refusal
    instruction_alertes_jours: tuple[int, int]  # staff are warned after so many days

    def amorcage(self, niveau: int) -> int | None:
        """The valeur d'amorçage for a year, in cents, of a level 3 to 8; None when none is known (D6332-80)."""
        valeurs = {
            3: self.amorcage_niveau_3,
            4: self.amorcage_niveau_4,
            5: self.amorcage_niveau_5,
            6: self.amorcage_niveau_6,
            7: self.amorcage_niveau_7,
            8: self.amorcage_niveau_7,
        }
        return valeurs.get(niveau)
