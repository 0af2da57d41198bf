"""What changes after the accord: a break, an avenant, the NPEC that replaces the valeur d'amorçage (regles.md §4.9)."""

from datetime import date

from msgspec.structs import replace

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul.annees import Annees
from traitdunion.opco.financement.calcul.arithmetique import JOUR, say_euros, say_jour
from traitdunion.opco.financement.calcul.echeancier import DERNIERE, conditions_of, number
from traitdunion.opco.financement.calcul.engagement import apply_ceiling, compute, last_day, owed_participation
from traitdunion.opco.financement.calcul.modele import Contrat, Echeance, Engagement, Pas, Rupture


class RuptureImpossible(ValueError):
    """A break outside of the contract."""


def funded_until(rupture: Rupture, regles: ReglesFinancement) -> date:
    """Last day funded after a break: the last day of the contract, or later when the training is kept on.

    Six months, the eve of the next contract, the end of the training: not the end that the broken contract had.
    """
    if not rupture.maintien:
        return rupture.dernier_jour
    bornes = [add_months(rupture.dernier_jour, regles.maintien_rupture_mois)]
    if rupture.nouveau_contrat is not None:
        bornes.append(rupture.nouveau_contrat - JOUR)
    if rupture.fin_formation is not None:
        bornes.append(rupture.fin_formation)
    return max(rupture.dernier_jour, min(bornes))


def apply_rupture(engagement: Engagement, rupture: Rupture, regles: ReglesFinancement) -> Engagement:
    """The engagement after a break: what was opened stays, the solde brings the sum to what is due.

    `engagement` is the one before the break. The class of the contract, its level and its ceiling stay as engaged.
    A negative solde is a trop-perçu to recover. Raises RuptureImpossible when the last day is outside the contract.
    """
    contrat = engagement.contrat
    if not contrat.debut <= rupture.dernier_jour <= contrat.fin:
        raise RuptureImpossible("le dernier jour est hors du contrat")
    fin = funded_until(rupture, regles)
    calcul = Annees(
        contrat, regime=engagement.regime, niveau=engagement.niveau_annuel, court=engagement.court, regles=regles
    )
    annees, pas = calcul.list_until(fin)
    annees, plafond = apply_ceiling(annees, prix=engagement.prix, somme=engagement.somme)
    rompu = None
    if rupture.dans_les_45_jours:
        rompu = rupture.dernier_jour, calcul.sum_contrat(rupture.dernier_jour)
    participation, part = owed_participation(contrat, regime=engagement.regime, regles=regles, rompu=rompu)
    du_pedagogie, du_rqth = sum(annee.pedagogie for annee in annees), sum(annee.rqth for annee in annees)
    participation = min(participation, du_pedagogie + du_rqth)
    gardees = _opened(engagement.echeances, fin)
    verse = sum(une.total for une in gardees)
    du = du_pedagogie + du_rqth - participation
    phrase = (
        f"Contrat rompu le {say_jour(rupture.dernier_jour)}, financé jusqu'au {say_jour(fin)} : {say_euros(du)} dus, "
        f"moins {say_euros(verse)} déjà ouverts : {say_euros(du - verse)}."
    )
    dit = Pas(regle="rupture", phrase=phrase, article="L6222-18, L6222-18-2", montant=du - verse)
    solde = Echeance(
        numero=len(gardees) + 1,
        codification=DERNIERE,
        ouverture=fin,
        debut=annees[-1].debut,
        fin=fin,
        pedagogie=du_pedagogie - sum(une.pedagogie for une in gardees),
        rqth=du_rqth - sum(une.rqth for une in gardees),
        participation=participation - sum(une.participation for une in gardees),
        conditions=conditions_of(contrat, regime=engagement.regime, participation=participation)[2],
        pas=(dit,),
    )
    return replace(
        engagement,
        annees=tuple(annees),
        participation=participation,
        echeances=(*gardees, solde),
        forclusion=last_day(fin, regime=engagement.regime, regles=regles),
        trop_percu=max(0, -solde.total),
        pas=(*pas, *plafond, *part, dit),
    )


def revise(engagement: Engagement, contrat: Contrat, regles: ReglesFinancement, *, le: date) -> Engagement:
    """The engagement once its facts have changed on a day: an avenant, or the NPEC after the amorçage (D6332-80).

    Échéances opened on or before that day stay as they are; the difference on them goes, up or down, on the first
    one after. What an échéance cannot bear downwards is carried on; past the last one, it is a trop-perçu.
    """
    nouveau = compute(contrat, regles)
    gardees = tuple(une for une in engagement.echeances if une.ouverture <= le)
    attendues = [une for une in nouveau.echeances if une.ouverture <= le]
    suivantes = [une for une in nouveau.echeances if une.ouverture > le]
    ecart = _sum(attendues) - _sum(gardees)
    if ecart and not suivantes:
        suivantes = [_empty(le, nouveau)]
    reportees = _carry(suivantes, ecart, le)
    conditions = conditions_of(contrat, regime=nouveau.regime, participation=nouveau.participation)
    if reportees:
        gardees = tuple(replace(une, codification=str(une.numero)) for une in gardees)
    echeances = (*gardees, *number(reportees, conditions=conditions, depuis=len(gardees) + 1))
    dernier = echeances[-1].total
    return replace(nouveau, echeances=echeances, trop_percu=max(0, -dernier))


def _opened(echeances: tuple[Echeance, ...], fin: date) -> tuple[Echeance, ...]:
    """What was opened on or before the last day funded stays; a last solde of that very day gives way to the new."""
    return tuple(
        replace(une, codification=str(une.numero))
        for une in echeances
        if une.ouverture < fin or (une.ouverture == fin and une.codification != DERNIERE)
    )


class _Parts:
    """Pedagogy, RQTH and participation of several échéances, added and subtracted together."""

    def __init__(self, pedagogie: int = 0, rqth: int = 0, participation: int = 0):
        self.pedagogie, self.rqth, self.participation = pedagogie, rqth, participation

    def __sub__(self, autre: "_Parts") -> "_Parts":
        return _Parts(
            self.pedagogie - autre.pedagogie, self.rqth - autre.rqth, self.participation - autre.participation
        )

    def __bool__(self) -> bool:
        return (self.pedagogie, self.rqth, self.participation) != (0, 0, 0)


def _sum(echeances: list[Echeance] | tuple[Echeance, ...]) -> _Parts:
    return _Parts(
        sum(une.pedagogie for une in echeances),
        sum(une.rqth for une in echeances),
        sum(une.participation for une in echeances),
    )


def _carry(echeances: list[Echeance], ecart: _Parts, le: date) -> list[Echeance]:
    """Put the difference on the first échéance; one that would go under zero hands everything to the next."""
    reportees: list[Echeance] = []
    for rang, une in enumerate(echeances):
        if not ecart:
            return [*reportees, *echeances[rang:]]
        somme = replace(
            une,
            pedagogie=une.pedagogie + ecart.pedagogie,
            rqth=une.rqth + ecart.rqth,
            participation=une.participation + ecart.participation,
        )
        montant = somme.total - une.total
        phrase = f"Régularisation au {say_jour(le)} de ce qui était déjà ouvert : {say_euros(montant)}."
        dit = Pas(regle="regularisation", phrase=phrase, article="D6332-80", montant=montant)
        if somme.total < 0 and rang + 1 < len(echeances):
            ecart = _sum([somme])
            reportees.append(replace(une, pedagogie=0, rqth=0, participation=0, pas=(*une.pas, dit)))
        else:
            ecart = _Parts()
            reportees.append(replace(somme, pas=(*une.pas, dit)))
    return reportees


def _empty(le: date, engagement: Engagement) -> Echeance:
    """The échéance that a regularisation opens when nothing is left to come."""
    derniere = engagement.annees[-1]
    return Echeance(
        numero=0,
        codification="",
        ouverture=le,
        debut=derniere.debut,
        fin=derniere.fin,
        pedagogie=0,
        rqth=0,
        participation=0,
    )
