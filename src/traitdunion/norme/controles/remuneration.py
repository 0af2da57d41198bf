"""Minimum pay, line by line, by execution year (regles.md §2.4; D6222-26 to D6222-33)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from traitdunion.norme import bareme
from traitdunion.norme.calendrier import add_months, months_between
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa, Contrat, RemunerationAnnuelle
from traitdunion.norme.nomenclatures import niveau_diplome
from traitdunion.norme.parametres import Parametres

LIGNES = "cerfa.contrat.remunerationsAnnuelles"
ORDRES = frozenset(f"{annee}.{periode}" for annee in "1234" for periode in "12")
LICENCE_PRO = "62"
TRANCHE_21_ANS = 2
PROLONGATIONS = frozenset({"33", "34"})  # their minimum comes from the prolonged contract
REDUCTIONS = frozenset({"21", "50"})
STAGIAIRE_AVANT_CONTRAT = "7"
APRES_RUPTURE = "23"
MAJORATION_POINTS, PLAFOND = 15, 100
CENT = Decimal("0.01")


def check(cerfa: Cerfa, parametres: Parametres) -> Iterator[Anomalie]:
    """Every anomaly of the pay table and of the salary at hiring.

    The SMIC is that of the début d'exécution; the grid, that of the date de conclusion.
    """
    contrat = cerfa.contrat
    if contrat is None or not contrat.remunerations_annuelles:
        return
    lignes = contrat.remunerations_annuelles
    yield from _check_ordre(lignes)
    yield from _check_continuite(contrat, lignes)
    if contrat.type_contrat_app not in PROLONGATIONS:
        yield from _check_minimums(cerfa, contrat, lignes, parametres)
    yield from _check_embauche(cerfa, contrat, lignes[0], parametres)
    salaire, logement = contrat.salaire_embauche, contrat.avantage_logement
    if salaire is not None and logement is not None and 4 * logement > 3 * salaire:
        yield codes.AVANTAGES_EXCESSIFS.anomalie("cerfa.contrat.avantageLogement")


def _check_ordre(lignes: tuple[RemunerationAnnuelle, ...]) -> Iterator[Anomalie]:
    vus: set[str | None] = set()
    for rang, ligne in enumerate(lignes):
        if ligne.ordre not in ORDRES or ligne.ordre in vus:
            yield codes.REMUNERATION_MAL_ORDONNEE.anomalie(f"{LIGNES}[{rang}].ordre")
        vus.add(ligne.ordre)


def _check_continuite(contrat: Contrat, lignes: tuple[RemunerationAnnuelle, ...]) -> Iterator[Anomalie]:
    """First day of the contract to its last, each period the day after the one before."""
    attendu, fin_contrat = contrat.date_debut_contrat, contrat.date_fin_contrat
    if attendu is None or fin_contrat is None or fin_contrat <= attendu:
        return
    for rang, ligne in enumerate(lignes):
        if ligne.date_debut is None or ligne.date_fin is None:
            yield codes.MEMBRE_A_COMPLETER.anomalie(f"{LIGNES}[{rang}]", libelle="Rémunération : du, au")
            return
        derniere = rang == len(lignes) - 1
        juste = ligne.date_debut == attendu and ligne.date_fin >= ligne.date_debut
        if not juste or (derniere and ligne.date_fin != fin_contrat):
            fin = fin_contrat if derniere or ligne.date_fin < attendu else ligne.date_fin
            yield codes.REMUNERATION_DISCONTINUE.anomalie(
                f"{LIGNES}[{rang}]", debut=f"{attendu:%d/%m/%Y}", fin=f"{fin:%d/%m/%Y}"
            )
            return
        attendu = ligne.date_fin + timedelta(days=1)


def _check_minimums(
    cerfa: Cerfa, contrat: Contrat, lignes: tuple[RemunerationAnnuelle, ...], parametres: Parametres
) -> Iterator[Anomalie]:
    naissance = cerfa.apprenti.date_naissance if cerfa.apprenti else None
    if naissance is None or contrat.date_debut_contrat is None:
        return
    grille = bareme.grille_at(contrat.date_conclusion or contrat.date_debut_contrat, parametres=parametres)
    manquantes, reste = _missing_years(cerfa, contrat)
    majoration = MAJORATION_POINTS if _may_owe_majoration(cerfa, contrat) else 0
    licence_pro = cerfa.formation is not None and cerfa.formation.type_diplome == LICENCE_PRO
    for rang, ligne in enumerate(lignes):
        if ligne.taux is None or ligne.date_debut is None or ligne.ordre not in ORDRES:
            continue
        # Bracket and year only rise: what is owed on the last day of a line is owed by the line (D6222-31), or else a
        # single line for the whole contract would never leave its first year.
        dernier_jour = ligne.date_fin or ligne.date_debut
        tranche = bareme.bracket_at(naissance, dernier_jour)
        annee = max(int(ligne.ordre[0]), _execution_year(contrat.date_debut_contrat, dernier_jour)) + manquantes
        if licence_pro:
            annee = max(annee, 2)
        minimum = bareme.minimum_rate(annee, tranche, grille=grille)
        champ = f"{LIGNES}[{rang}].taux"
        if ligne.taux < minimum:
            yield from _below(ligne, tranche, minimum, champ, cerfa, parametres)
            continue
        if reste and ligne.taux < (suivant := bareme.minimum_rate(annee + 1, tranche, grille=grille)):
            yield codes.REMUNERATION_A_VERIFIER.anomalie(
                champ, minimum=suivant, raison="le contrat est plus court que le cycle de formation"
            )
        elif majoration and ligne.taux < min(minimum + majoration, PLAFOND):
            yield codes.REMUNERATION_A_VERIFIER.anomalie(
                champ,
                minimum=min(minimum + majoration, PLAFOND),
                raison="le contrat d'un an prépare un diplôme de même niveau que le diplôme obtenu",
            )


def _below(
    ligne: RemunerationAnnuelle, tranche: int, minimum: int, champ: str, cerfa: Cerfa, parametres: Parametres
) -> Iterator[Anomalie]:
    """A rate under the grid: a breach, unless a SMC above the SMIC can make up for it before 21 (L6222-27)."""
    contrat = cerfa.contrat
    if ligne.type_salaire == "SMC" and tranche < TRANCHE_21_ANS and contrat is not None:
        debut = contrat.date_debut_contrat
        smic = None if debut is None else bareme.smic_at(debut, code_postal=_code_postal(cerfa), parametres=parametres)
        if ligne.salaire_brut is None or smic is None:
            yield codes.REMUNERATION_A_VERIFIER.anomalie(
                champ, minimum=minimum, raison="le salaire minimum conventionnel n'est pas connu"
            )
            return
        if ligne.salaire_brut + CENT >= bareme.minimum_amount(minimum, smic):
            return
    yield codes.REMUNERATION_INSUFFISANTE.anomalie(champ, minimum=minimum)


def _execution_year(debut: date, jour: date) -> int:
    """The year of the contract, from 1, in which a day falls."""
    return months_between(debut, jour - timedelta(days=1)) // 12 + 1


def _missing_years(cerfa: Cerfa, contrat: Contrat) -> tuple[int, bool]:
    """Whole years of the cycle that a shorter contract is deemed to have done, and whether a part is left over.

    Counted from the entry in CFA to the first day of the contract, when the contract is said to be shorter than the
    cycle: reduction, entry before the contract, new contract after a break (D6222-28-1).
    """
    entree = cerfa.formation.date_debut_formation if cerfa.formation else None
    debut = contrat.date_debut_contrat
    situation = cerfa.apprenti.situation_avant_contrat if cerfa.apprenti else None
    plus_court = (
        contrat.type_derogation in REDUCTIONS
        or situation == STAGIAIRE_AVANT_CONTRAT
        or contrat.type_contrat_app == APRES_RUPTURE
    )
    if not plus_court or entree is None or debut is None or entree >= debut:
        return 0, False
    annees = months_between(entree, debut - timedelta(days=1)) // 12
    return annees, add_months(entree, 12 * annees) < debut


def _may_owe_majoration(cerfa: Cerfa, contrat: Contrat) -> bool:
    """+15 points: contract of a year at most, same level as the diploma held; the direct link is not on the form."""
    debut, fin = contrat.date_debut_contrat, contrat.date_fin_contrat
    if cerfa.formation is None or cerfa.apprenti is None or debut is None or fin is None:
        return False
    vise = niveau_diplome(cerfa.formation.type_diplome)
    return vise is not None and vise == niveau_diplome(cerfa.apprenti.diplome) and fin < add_months(debut, 12)


def _check_embauche(
    cerfa: Cerfa, contrat: Contrat, premiere: RemunerationAnnuelle, parametres: Parametres
) -> Iterator[Anomalie]:
    """The salary at hiring is at least the first line's rate of its base, as far as the base is known."""
    salaire, debut = contrat.salaire_embauche, contrat.date_debut_contrat
    if salaire is None or debut is None or premiere.taux is None or premiere.type_salaire != "SMIC":
        return
    smic = bareme.smic_at(debut, code_postal=_code_postal(cerfa), parametres=parametres)
    if smic is None:
        return
    minimum = bareme.minimum_amount(premiere.taux, smic)
    if salaire + CENT < minimum:
        yield codes.SALAIRE_EMBAUCHE_INSUFFISANT.anomalie(
            "cerfa.contrat.salaireEmbauche", minimum=f"{minimum:.2f}".replace(".", ",")
        )


def _code_postal(cerfa: Cerfa) -> str | None:
    employeur = cerfa.employeur
    return employeur.adresse.code_postal if employeur is not None and employeur.adresse is not None else None
