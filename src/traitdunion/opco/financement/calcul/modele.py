"""What goes into the computation and what comes out of it. Amounts are integers of cents, days are calendar days."""

from datetime import date
from enum import StrEnum

import msgspec


class Regime(StrEnum):
    """Which text funds the contract, by its date de conclusion (décret 2025-585)."""

    AVANT = "avant le 1er juillet 2025"
    DEPUIS = "depuis le 1er juillet 2025"


class Participation(StrEnum):
    """Which share the employer owes from level 6 (R6332-25-1)."""

    NORMALE = "NORMALE"
    REPRISE = "REPRISE"  # a new contract with another employer, to finish the training (L6222-18-2)


class Condition(StrEnum):
    """What must be in before an échéance is paid (R6332-25)."""

    ATTESTATION_DEBUT = "ATTESTATION_DEBUT"
    CERTIFICAT_REALISATION = "CERTIFICAT_REALISATION"
    FACTURE_PARTICIPATION = "FACTURE_PARTICIPATION_EMPLOYEUR"


class Contrat(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the computation rests on; a contract as concluded, or as its avenants set it.

    `npec` is the annual level in cents at the date de conclusion, or the valeur d'amorçage when `amorcage`.
    `prix` is the price of the convention; None: no ceiling. `rqth` are the amounts claimed, one per execution year.
    `court` holds the class of a contract once engaged: a break never changes it (regles.md §4.9, Rupture).
    """

    conclusion: date
    debut: date
    fin: date
    npec: int
    amorcage: bool = False
    niveau: int
    prix: int | None = None
    heures_formation: int | None = None
    heures_distance: int | None = None
    hors_minoration: bool = False
    reduction: bool = False
    titre_court_ministere: bool = False
    rqth: tuple[int, ...] = ()
    rqth_reconnu: bool = False
    participation: Participation = Participation.NORMALE
    entree_cfa: date | None = None
    situation7: bool = False
    nouveau_cfa: bool = False
    siret_cfa: str = ""
    changement_niveau: tuple[date, int] | None = None  # an avenant 35: the new level in cents, from that day on


class Rupture(msgspec.Struct, frozen=True, kw_only=True):
    """A break: the last day of the contract, and whether the training is kept on (L6222-18-2)."""

    dernier_jour: date
    maintien: bool = False
    nouveau_contrat: date | None = None
    fin_formation: date | None = None
    dans_les_45_jours: bool = False


class Pas(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the reasoning: a sentence with the values it used, its article, the amount it gives in cents."""

    regle: str
    phrase: str
    article: str
    montant: int


class Annee(msgspec.Struct, frozen=True, kw_only=True):
    """One execution year. `brut` is A_k before the price ceiling, `pedagogie` after it, `rqth` is R_k."""

    rang: int
    debut: date
    fin: date
    entiere: bool
    brut: int
    pedagogie: int
    rqth: int


class Echeance(msgspec.Struct, frozen=True, kw_only=True):
    """One payment: total = pedagogie + rqth − participation. Only the last solde of a break may be negative."""

    numero: int
    codification: str
    ouverture: date
    debut: date
    fin: date
    pedagogie: int
    rqth: int
    participation: int
    conditions: tuple[Condition, ...] = ()
    pas: tuple[Pas, ...] = ()

    @property
    def total(self) -> int:
        """What is paid, in cents."""
        return self.pedagogie + self.rqth - self.participation


class Engagement(msgspec.Struct, frozen=True, kw_only=True):
    """What the OPCO engages. `prix` and `somme` are the two integers of the ceiling, as engaged."""

    contrat: Contrat
    regime: Regime
    niveau_annuel: int
    court: bool
    annees: tuple[Annee, ...]
    prix: int | None
    somme: int
    participation: int
    echeances: tuple[Echeance, ...]
    forclusion: date | None
    trop_percu: int = 0
    pas: tuple[Pas, ...] = ()

    @property
    def total(self) -> int:
        """The amount engaged, in cents: the sum of the échéances, to the cent (regles.md §4.9, step 10)."""
        return sum(echeance.total for echeance in self.echeances)
