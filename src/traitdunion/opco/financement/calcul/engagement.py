"""The engagement of a contract: years, participation, price ceiling, échéancier (regles.md §4.9)."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul.annees import Annees, annual_level, is_short
from traitdunion.opco.financement.calcul.arithmetique import half_up, say_euros, say_jour
from traitdunion.opco.financement.calcul.echeancier import draw_up
from traitdunion.opco.financement.calcul.modele import Annee, Contrat, Engagement, Participation, Pas, Regime


class ContratIncalculable(ValueError):
    """Facts that no rule can fund: an end before the beginning, a negative level."""


def regime_of(contrat: Contrat, regles: ReglesFinancement) -> Regime:
    """The text that funds a contract, by its date de conclusion, never by an avenant's."""
    return Regime.DEPUIS if contrat.conclusion >= regles.date_regime_2025 else Regime.AVANT


def compute(contrat: Contrat, regles: ReglesFinancement) -> Engagement:
    """The engagement of a contract as concluded or as its avenants set it; the sum of its échéances, to the cent.

    Raises ContratIncalculable.
    """
    if contrat.fin < contrat.debut or contrat.npec < 0:
        raise ContratIncalculable("fin avant le début, ou niveau négatif")
    regime, court = regime_of(contrat, regles), is_short(contrat)
    niveau, pas = annual_level(contrat, regime=regime, regles=regles)
    annees, dits = Annees(contrat, regime=regime, niveau=niveau, court=court, regles=regles).list_until(contrat.fin)
    somme = sum(annee.brut for annee in annees)
    annees, plafond = apply_ceiling(annees, prix=contrat.prix if regles.plafond_prix else None, somme=somme)
    participation, part = owed_participation(contrat, regime=regime, regles=regles)
    echeances = draw_up(contrat, annees, regime=regime, court=court, participation=participation, regles=regles)
    return Engagement(
        contrat=contrat,
        regime=regime,
        niveau_annuel=niveau,
        court=court,
        annees=tuple(annees),
        prix=contrat.prix if plafond else None,
        somme=somme,
        participation=participation,
        echeances=echeances,
        forclusion=last_day(contrat.fin, regime=regime, regles=regles),
        pas=(*pas, *dits, *plafond, *part),
    )


def last_day(fin: date, *, regime: Regime, regles: ReglesFinancement) -> date | None:
    """Last day to receive what the last solde asks for; nothing is due after it (R6332-25 III 4°)."""
    return add_months(fin, regles.solde_mois) if regime is Regime.DEPUIS else None


def apply_ceiling(annees: Sequence[Annee], *, prix: int | None, somme: int) -> tuple[list[Annee], list[Pas]]:
    """Bring the years down to the price of the convention when it is lower (step 6); exact over the whole contract.

    `prix` and `somme` are those of the engagement, also after a break.
    """
    if prix is None or prix >= somme:
        return list(annees), []
    ramenees, cumul, deja = [], 0, 0
    for annee in annees:
        cumul += annee.brut
        plafond = half_up(cumul * prix, somme)
        ramenees.append(replace(annee, pedagogie=plafond - deja))
        deja = plafond
    phrase = (
        f"Prix de la convention {say_euros(prix)}, inférieur au calcul {say_euros(somme)} : chaque année est ramenée "
        f"dans ce rapport, {say_euros(deja)} en tout."
    )
    return ramenees, [Pas(regle="plafond_prix", phrase=phrase, article="paramètre plafond_prix", montant=deja)]


def owed_participation(
    contrat: Contrat, *, regime: Regime, regles: ReglesFinancement, rompu: tuple[date, int] | None = None
) -> tuple[int, list[Pas]]:
    """E: what the employer owes, taken off what the CFA receives (step 5, R6332-25-1).

    `rompu`: broken within the 45 days in company, its last day and ΣA of the days of the contract up to it.
    """
    if regime is Regime.AVANT or contrat.niveau < regles.participation_niveau:
        return 0, []
    reprise = contrat.participation is Participation.REPRISE
    montant = regles.participation_reprise if reprise else regles.participation_montant
    objet = "nouveau contrat avec un autre employeur" if reprise else "forfait par contrat"
    phrase = f"Participation de l'employeur (niveau {contrat.niveau}), {objet} : {say_euros(montant)}."
    if rompu is not None:
        jour, somme = rompu
        montant = min(montant, half_up(somme * regles.participation_rupture_part, 100))
        phrase = (
            f"Participation de l'employeur, contrat rompu le {say_jour(jour)} dans les 45 jours : "
            f"{regles.participation_rupture_part} % de {say_euros(somme)}, soit {say_euros(montant)} au plus."
        )
    return montant, [Pas(regle="participation", phrase=phrase, article="R6332-25-1", montant=-montant)]
