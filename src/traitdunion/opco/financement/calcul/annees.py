"""Steps 1 to 4 of regles.md §4.9: the annual level, the execution years, the short contract, the RQTH share."""

from datetime import date

from traitdunion.norme.calendrier import add_months
from traitdunion.norme.parametres import ReglesFinancement
from traitdunion.opco.financement.calcul.arithmetique import (
    JOUR,
    MOIS_PAR_AN,
    days_between,
    half_up,
    months_started,
    say_euros,
    say_jour,
    start_of_year,
)
from traitdunion.opco.financement.calcul.modele import Annee, Contrat, Pas, Regime


def is_short(contrat: Contrat) -> bool:
    """Whether the contract, as concluded, ends before the eve of its first anniversary (step 3)."""
    return contrat.fin < start_of_year(contrat.debut, 2) - JOUR


def annual_level(contrat: Contrat, *, regime: Regime, regles: ReglesFinancement) -> tuple[int, list[Pas]]:
    """N: the NPEC or the valeur d'amorçage, cut when the teaching is given at a distance (step 1, D6332-82-1)."""
    nom = "Valeur d'amorçage" if contrat.amorcage else "NPEC"
    article = "D6332-80" if contrat.amorcage else "L6332-14, D6332-78"
    pas = [
        Pas(
            regle="niveau",
            phrase=f"{nom} au {say_jour(contrat.conclusion)} (conclusion) : {say_euros(contrat.npec)} par an.",
            article=article,
            montant=contrat.npec,
        )
    ]
    if regime is Regime.AVANT or not _given_at_distance(contrat, regles):
        return contrat.npec, pas
    heures = f"{contrat.heures_distance} h à distance sur {contrat.heures_formation} h"
    if contrat.hors_minoration:
        phrase, niveau = f"{heures} : certification de la liste des exceptions, pas de minoration.", contrat.npec
    else:
        reduit = half_up(contrat.npec * (100 - regles.distance_reduction), 100)
        niveau = max(reduit, min(contrat.npec, regles.distance_plancher))
        phrase = (
            f"{heures}, soit au moins {regles.distance_seuil} % : − {regles.distance_reduction} %, sans descendre "
            f"sous {say_euros(regles.distance_plancher)} : {say_euros(niveau)} par an."
        )
    pas.append(Pas(regle="distance", phrase=phrase, article="D6332-82-1", montant=niveau))
    return niveau, pas


def _given_at_distance(contrat: Contrat, regles: ReglesFinancement) -> bool:
    if not contrat.heures_formation or contrat.heures_distance is None:
        return False
    return 100 * contrat.heures_distance >= regles.distance_seuil * contrat.heures_formation


class Annees:
    """The execution years of a contract up to a day: the same rules serve the accord, an avenant and a break."""

    def __init__(self, contrat: Contrat, *, regime: Regime, niveau: int, court: bool, regles: ReglesFinancement):
        self._contrat = contrat
        self._regime = regime
        self._niveau = niveau
        self._court = court
        self._regles = regles

    def list_until(self, fin: date) -> tuple[list[Annee], list[Pas]]:
        """A_k before the price ceiling and R_k, for every execution year begun by `fin` (steps 2 to 4)."""
        annees: list[Annee] = []
        pas: list[Pas] = []
        rang = 1
        while (debut := start_of_year(self._contrat.debut, rang)) <= fin:
            annee, dits = self._year(rang, debut, min(fin, start_of_year(self._contrat.debut, rang + 1) - JOUR))
            annees.append(annee)
            pas += dits
            rang += 1
        return annees, pas

    def sum_contrat(self, fin: date) -> int:
        """ΣA of the days of the contract up to `fin`, the time in CFA before it left out (step 5)."""
        annees, _ = self.list_until(fin)
        return sum(annee.brut for annee in annees) - self._avant_contrat()[0]

    def _year(self, rang: int, debut: date, fin: date) -> tuple[Annee, list[Pas]]:
        entiere = fin == start_of_year(self._contrat.debut, rang + 1) - JOUR
        montant, pas = self._pedagogy(rang, debut, fin, entiere=entiere)
        rqth, dits = self._rqth(rang, debut, fin, entiere=entiere)
        pas += dits
        if rang == 1:
            avant, dits = self._avant_contrat()
            montant += avant
            pas += dits
        annee = Annee(rang=rang, debut=debut, fin=fin, entiere=entiere, brut=montant, pedagogie=montant, rqth=rqth)
        return annee, pas

    def _pedagogy(self, rang: int, debut: date, fin: date, *, entiere: bool) -> tuple[int, list[Pas]]:
        changement = self._contrat.changement_niveau
        if changement is not None and debut < changement[0] <= fin:
            return self._two_levels(rang, debut, fin, *changement)
        periode = f"Année {rang}, du {say_jour(debut)} au {say_jour(fin)}"
        niveau = changement[1] if changement is not None and changement[0] <= debut else self._niveau
        if self._contrat.titre_court_ministere and self._regime is Regime.AVANT and self._court:
            phrase = f"{periode} : titre du ministère de moins d'un an, niveau entier : {say_euros(niveau)}."
            return niveau, [Pas(regle="titre_court", phrase=phrase, article="ancien R6332-25 IV", montant=niveau)]
        if entiere:
            phrase = f"{periode} : année entière, {say_euros(niveau)}."
            return niveau, [Pas(regle="annee", phrase=phrase, article=self._article, montant=niveau)]
        part, total, mesure = self._share(rang, debut, fin)
        if self._raised:
            taux = 100 + self._regles.majoration_reduction
            montant = min(niveau, half_up(niveau * part * taux, total * 100))
            phrase = (
                f"{periode} : {say_euros(niveau)} × {mesure}, + {self._regles.majoration_reduction} % pour durée "
                f"réduite par convention, sans dépasser le niveau annuel : {say_euros(montant)}."
            )
            return montant, [Pas(regle="majoration", phrase=phrase, article="R6332-25 IV 2°", montant=montant)]
        montant = min(niveau, half_up(niveau * part, total))
        phrase = f"{periode} : {say_euros(niveau)} × {mesure} = {say_euros(montant)}."
        return montant, [Pas(regle="prorata", phrase=phrase, article=self._article, montant=montant)]

    def _two_levels(self, rang: int, debut: date, fin: date, le: date, nouveau: int) -> tuple[int, list[Pas]]:
        """A year in which an avenant 35 brings another certification: each level for its own days."""
        parts, dits = [], []
        for niveau, depuis, jusque in ((self._niveau, debut, le - JOUR), (nouveau, le, fin)):
            part, total, mesure = self._share(rang, depuis, jusque)
            parts.append(half_up(niveau * part, total))
            dits.append(f"{say_euros(niveau)} × {mesure}")
        montant = min(sum(parts), max(self._niveau, nouveau))
        phrase = (
            f"Année {rang}, du {say_jour(debut)} au {say_jour(fin)} : autre certification à partir du {say_jour(le)}, "
            f"{' + '.join(dits)} = {say_euros(montant)}."
        )
        return montant, [Pas(regle="deux_niveaux", phrase=phrase, article="L6222-22-1, D6332-78", montant=montant)]

    @property
    def _article(self) -> str:
        return "R6332-25 III" if self._regime is Regime.DEPUIS else "ancien R6332-25"

    @property
    def _raised(self) -> bool:
        """Whether the raise of a short contract reduced by convention is due (step 3)."""
        return self._court and self._contrat.reduction and not self._contrat.titre_court_ministere

    def _share(self, rang: int, debut: date, fin: date) -> tuple[int, int, str]:
        """Days over the base, or months begun over twelve, and how it is written."""
        if self._regime is Regime.AVANT:
            depuis = MOIS_PAR_AN * (rang - 1)
            mois = months_started(self._contrat.debut, fin, depuis=depuis)
            mois -= months_started(self._contrat.debut, debut - JOUR, depuis=depuis)
            return mois, MOIS_PAR_AN, f"{mois} mois commencé{'s' if mois > 1 else ''} / {MOIS_PAR_AN}"
        jours, base = days_between(debut, fin), self._base(rang)
        return jours, base, f"{jours} jour{'s' if jours > 1 else ''} / {base}"

    def _base(self, rang: int) -> int:
        if self._regles.base_jours == "365":
            return 365
        return (start_of_year(self._contrat.debut, rang + 1) - start_of_year(self._contrat.debut, rang)).days

    def _avant_contrat(self) -> tuple[int, list[Pas]]:
        """The days in CFA before the contract, from 1 July 2025 (R6332-25 VI); added to year 1, above its cap."""
        entree = self._contrat.entree_cfa
        if self._regime is Regime.AVANT or entree is None or entree >= self._contrat.debut:
            return 0, []
        if self._contrat.situation7:
            entree = max(entree, add_months(self._contrat.debut, -self._regles.avant_contrat_mois))
        jours, base = days_between(entree, self._contrat.debut - JOUR), self._base(1)
        montant = half_up(self._niveau * jours, base)
        phrase = (
            f"Au CFA avant le contrat, du {say_jour(entree)} au {say_jour(self._contrat.debut - JOUR)} : "
            f"{say_euros(self._niveau)} × {jours} jours / {base} = {say_euros(montant)}."
        )
        return montant, [Pas(regle="avant_contrat", phrase=phrase, article="R6332-25 VI", montant=montant)]

    def _rqth(self, rang: int, debut: date, fin: date, *, entiere: bool) -> tuple[int, list[Pas]]:
        """R_k: what is claimed for the year, capped, prorated like the annual level (D6332-82)."""
        demande = self._contrat.rqth[rang - 1] if rang <= len(self._contrat.rqth) else 0
        if not self._contrat.rqth_reconnu or not demande:
            return 0, []
        plafonne = min(demande, self._regles.rqth_plafond)
        part, total, mesure = (1, 1, "année entière") if entiere else self._share(rang, debut, fin)
        montant = half_up(plafonne * part, total)
        phrase = (
            f"Majoration RQTH de l'année {rang} : {say_euros(demande)} demandés, plafond "
            f"{say_euros(self._regles.rqth_plafond)}, {mesure} : {say_euros(montant)}."
        )
        return montant, [Pas(regle="rqth", phrase=phrase, article="D6332-82", montant=montant)]
