"""The échéancier: when each part opens, in how many parts (regles.md §4.9, steps 5, 7, 8, 11)."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul.arithmetique import JOUR, half_up, say_euros, say_jour, start_of_year
from traitdunion.opco.financement.calcul.modele import Annee, Condition, Contrat, Echeance, Pas, Regime

DERNIERE = "99"  # codification of the last solde (step 11)


def draw_up(
    contrat: Contrat,
    annees: Sequence[Annee],
    *,
    regime: Regime,
    court: bool,
    participation: int,
    regles: ReglesFinancement,
) -> tuple[Echeance, ...]:
    """The échéances of a contract, numbered, the participation taken off."""
    calendrier = _Calendrier(contrat, regime=regime, court=court, regles=regles)
    parts = [part for annee in annees for part in calendrier.split(annee, derniere=annee is annees[-1])]
    # Taken off the first échéance; what it cannot bear is carried on to the next ones (step 5).
    reste, echeances = participation, []
    for part in parts:
        prise = min(reste, part.total)
        reste -= prise
        echeances.append(_less_participation(part, prise) if prise else part)
    return number(echeances, conditions=calendrier.conditions(participation))


def _less_participation(echeance: Echeance, prise: int) -> Echeance:
    phrase = f"Participation de l'employeur déduite : {say_euros(prise)}."
    dit = Pas(regle="participation", phrase=phrase, article="R6332-25-1", montant=-prise)
    return replace(echeance, participation=prise, pas=(*echeance.pas, dit))


def number(
    echeances: Sequence[Echeance], *, conditions: Sequence[tuple[Condition, ...]], depuis: int = 1
) -> tuple[Echeance, ...]:
    """Number from `depuis`, the last one codified 99; conditions of the first, of the next ones and of the last."""
    premiere, suivantes, derniere = conditions
    numerotees = []
    for numero, echeance in enumerate(echeances, depuis):
        dernier = numero == depuis + len(echeances) - 1
        exigees = derniere if dernier else premiere if numero == 1 else suivantes
        codification = DERNIERE if dernier else str(numero)
        numerotees.append(replace(echeance, numero=numero, codification=codification, conditions=exigees))
    return tuple(numerotees)


def conditions_of(
    contrat: Contrat, *, regime: Regime, participation: int
) -> tuple[tuple[Condition, ...], tuple[Condition, ...], tuple[Condition, ...]]:
    """What the first échéance waits for, then the next ones, then the last solde (steps 8 and 9).

    The advances of a new CFA wait for the start of the training to be attested, the last solde for the proof that it
    took place. An OPCO that wants that proof sooner says so by a parameter (`preuve_realisation`).
    """
    if regime is Regime.AVANT:
        return (), (), ()
    avance = (Condition.ATTESTATION_DEBUT,) if contrat.nouveau_cfa else ()
    participe = (Condition.FACTURE_PARTICIPATION,) if participation else ()
    return avance, avance, (Condition.CERTIFICAT_REALISATION, *participe)


class _Calendrier:
    """Opening days and shares of one contract."""

    def __init__(self, contrat: Contrat, *, regime: Regime, court: bool, regles: ReglesFinancement):
        self._contrat = contrat
        self._regime = regime
        self._court = court
        self._regles = regles

    def conditions(
        self, participation: int
    ) -> tuple[tuple[Condition, ...], tuple[Condition, ...], tuple[Condition, ...]]:
        return conditions_of(self._contrat, regime=self._regime, participation=participation)

    def split(self, annee: Annee, *, derniere: bool) -> Iterator[Echeance]:
        """The parts of one year; one that would open after the end of the contract joins the rest (step 7)."""
        avances = [(taux, jour) for taux, jour in self._advances(annee) if jour <= self._contrat.fin]
        pedagogie, rqth = annee.pedagogie, annee.rqth
        for rang, (taux, jour) in enumerate(avances):
            part = half_up(annee.pedagogie * taux, 100), half_up(annee.rqth * taux, 100)
            pedagogie, rqth = pedagogie - part[0], rqth - part[1]
            suivante = avances[rang + 1][1] if rang + 1 < len(avances) else annee.fin + JOUR
            periode = max(annee.debut, jour), min(annee.fin, suivante - JOUR)
            yield self._part(annee, taux=taux, jour=jour, periode=periode, pedagogie=part[0], rqth=part[1])
        jour = self._rest_day(annee, derniere=derniere)
        yield self._part(annee, taux=None, jour=jour, periode=(annee.debut, annee.fin), pedagogie=pedagogie, rqth=rqth)

    def _advances(self, annee: Annee) -> list[tuple[int, date]]:
        """Percent and opening day of what comes before the rest of a year."""
        regles, debut, avant = self._regles, annee.debut, self._regime is Regime.AVANT
        premier = debut
        if annee.rang == 1 and self._contrat.nouveau_cfa and not avant:
            premier = add_months(debut, regles.nouveau_cfa_report_mois)
        if self._court:
            parts = regles.parts_contrat_court_avant_2025 if avant else regles.parts_contrat_court
            return [(parts[0], premier)]
        parts_annee = regles.parts_annee_avant_2025 if avant else regles.parts_annee
        jours = premier, *(add_months(debut, mois) for mois in self._mois)
        # The last part is the rest, whatever it opens on.
        return list(zip(parts_annee[:-1], jours, strict=False))

    @property
    def _mois(self) -> tuple[int, int]:
        """Months after D_k at which the second and the third part open."""
        if self._regime is Regime.AVANT:
            return self._regles.ouvertures_mois_avant_2025
        return self._regles.ouvertures_mois

    def _rest_day(self, annee: Annee, *, derniere: bool) -> date:
        fin = self._contrat.fin
        if self._court:
            return fin
        if self._regime is Regime.AVANT:
            return min(fin, add_months(annee.debut, self._mois[1]))
        return fin if derniere else start_of_year(self._contrat.debut, annee.rang + 1)

    def _part(
        self,
        annee: Annee,
        *,
        taux: int | None,
        jour: date,
        periode: tuple[date, date],
        pedagogie: int,
        rqth: int,
    ) -> Echeance:
        objet = f"{taux} %" if taux is not None else "Solde"
        detail = f" et {say_euros(rqth)} de majoration RQTH" if rqth else ""
        phrase = (
            f"{objet} de l'année {annee.rang} ({say_euros(annee.pedagogie)}) : {say_euros(pedagogie)}{detail}, "
            f"à partir du {say_jour(jour)}."
        )
        article = "R6332-25 III" if not self._court else "R6332-25 IV"
        if self._regime is Regime.AVANT:
            article = "ancien R6332-25"
        return Echeance(
            numero=0,
            codification="",
            ouverture=jour,
            debut=periode[0],
            fin=periode[1],
            pedagogie=pedagogie,
            rqth=rqth,
            participation=0,
            pas=(
                Pas(
                    regle="avance" if taux is not None else "solde",
                    phrase=phrase,
                    article=article,
                    montant=pedagogie + rqth,
                ),
            ),
        )
