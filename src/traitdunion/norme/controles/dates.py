"""Dates and durations of the contract and of the training (regles.md §2.1)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.calendrier import add_months, months_between
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa, Contrat, Formation

PREMIERE_CONCLUSION = date(2020, 1, 1)
CERFA_14_DEPUIS = date(2025, 7, 1)
MOIS_MIN, MOIS_MAX, MOIS_MAX_ALLONGE = 6, 36, 48
MOIS_APRES_EXAMENS = 2
FORMATION_MOIS = range(6, 49)
HEURES_FORMATION = range(1, 10_000)
HEURES_ANNUELLES = 1607  # the State form's base; the law says « 25 % » only (L6211-2)
STAGIAIRE_AVANT_CONTRAT = "7"
APRES_RUPTURE = "23"
PROLONGATIONS = frozenset({"33", "34"})
DEROGATIONS_DUREE = frozenset({"21", "22", "50"})
FIN_CONTRAT = "cerfa.contrat.dateFinContrat"


def check(cerfa: Cerfa, recu_le: date) -> Iterator[Anomalie]:
    """Every anomaly of dates and durations."""
    contrat, formation = cerfa.contrat, cerfa.formation
    if contrat is not None:
        yield from _check_conclusion(contrat, recu_le)
        yield from _check_execution(contrat)
        yield from _check_duree(cerfa, contrat)
        yield from _check_avenant(contrat)
    if formation is not None:
        yield from _check_formation(formation)
        yield from _check_distance(formation, contrat)
    if contrat is not None and formation is not None:
        yield from _check_entree(cerfa, contrat, formation)
        yield from _check_examens(contrat, formation)
        yield from _check_heures(contrat, formation)


def fr(jour: date) -> str:
    """A day as people write it."""
    return f"{jour:%d/%m/%Y}"


def _is_avenant(contrat: Contrat) -> bool:
    return (contrat.type_contrat_app or "").startswith("3")


def _check_conclusion(contrat: Contrat, recu_le: date) -> Iterator[Anomalie]:
    conclusion, debut = contrat.date_conclusion, contrat.date_debut_contrat
    if conclusion is None:
        return
    champ = "cerfa.contrat.dateConclusion"
    if conclusion > recu_le:
        yield codes.CONCLUSION_FUTURE.anomalie(champ)
    if conclusion < PREMIERE_CONCLUSION:
        yield codes.CONCLUSION_ANCIENNE.anomalie(champ)
    if debut is not None and conclusion > debut and not _is_avenant(contrat):
        yield codes.CONCLUSION_APRES_DEBUT.anomalie(champ, debut=fr(debut))


def _check_execution(contrat: Contrat) -> Iterator[Anomalie]:
    debut, fin = contrat.date_debut_contrat, contrat.date_fin_contrat
    if debut is None or fin is None:
        return
    if fin <= debut:
        yield codes.FIN_AVANT_DEBUT.anomalie(
            FIN_CONTRAT, libelle="Date de fin du contrat ou de la période d'apprentissage", debut=fr(debut)
        )
        return
    pratique = contrat.date_formation_pratique_employeur
    if pratique is None or _is_avenant(contrat):
        return
    au_plus_tot = max(debut, contrat.date_conclusion) if contrat.date_conclusion else debut
    au_plus_tard = min(fin, add_months(debut, 3))
    if not au_plus_tot <= pratique <= au_plus_tard:
        yield codes.PRATIQUE_HORS_BORNES.anomalie(
            "cerfa.contrat.dateFormationPratiqueEmployeur", debut=fr(au_plus_tot), fin=fr(au_plus_tard)
        )


def _check_duree(cerfa: Cerfa, contrat: Contrat) -> Iterator[Anomalie]:
    """6 months to 3 years, 4 for a recognised worker or an athlete; prolongations and breaks have their own rules."""
    debut, fin = contrat.date_debut_contrat, contrat.date_fin_contrat
    if debut is None or fin is None or fin <= debut or contrat.type_contrat_app in PROLONGATIONS:
        return
    apprenti = cerfa.apprenti
    allonge = apprenti is not None and bool(
        apprenti.handicap
        or apprenti.droits_rqth_extension_boe
        or apprenti.droits_rqth_equivalence_jeune
        or apprenti.inscription_sportif_de_haut_niveau
    )
    maximum = MOIS_MAX_ALLONGE if allonge else MOIS_MAX
    trop_court = (
        contrat.type_contrat_app != APRES_RUPTURE and fin.toordinal() + 1 < add_months(debut, MOIS_MIN).toordinal()
    )
    trop_long = fin >= add_months(debut, maximum)
    if trop_court or trop_long:
        yield codes.DUREE_CONTRAT.anomalie(FIN_CONTRAT, minimum="un demi", maximum=maximum // 12)


def _check_avenant(contrat: Contrat) -> Iterator[Anomalie]:
    effet = contrat.date_effet_avenant
    if not _is_avenant(contrat):
        if (contrat.type_contrat_app or "").startswith("2") and contrat.numero_contrat_precedent is None:
            yield codes.CONTRAT_PRECEDENT_DEMANDE.anomalie("cerfa.contrat.numeroContratPrecedent")
        return
    if effet is None:
        return
    champ = "cerfa.contrat.dateEffetAvenant"
    debut, fin = contrat.date_debut_contrat, contrat.date_fin_contrat
    if debut is not None and fin is not None and not debut <= effet <= fin:
        yield codes.AVENANT_EFFET_HORS_CONTRAT.anomalie(champ, debut=fr(debut), fin=fr(fin))
    if contrat.date_conclusion is not None and contrat.date_conclusion > effet:
        yield codes.AVENANT_CONCLU_APRES_EFFET.anomalie(champ, effet=fr(effet))


def _check_formation(formation: Formation) -> Iterator[Anomalie]:
    entree, examens = formation.date_debut_formation, formation.date_fin_formation
    if entree is None or examens is None:
        return
    champ = "cerfa.formation.dateFinFormation"
    if examens <= entree:
        yield codes.FIN_AVANT_DEBUT.anomalie(
            champ, libelle="Date prévue de fin des épreuves ou examens", debut=fr(entree)
        )
        return
    mois = months_between(entree, examens)
    if mois not in FORMATION_MOIS:
        yield codes.DUREE_FORMATION_INHABITUELLE.anomalie(champ, mois=mois)


def _check_distance(formation: Formation, contrat: Contrat | None) -> Iterator[Anomalie]:
    duree, distance = formation.duree_formation, formation.nombre_heures_en_distanciel
    if duree is not None and duree not in HEURES_FORMATION:
        yield codes.DUREE_FORMATION_INVALIDE.anomalie("cerfa.formation.dureeFormation")
    champ = "cerfa.formation.nombreHeuresEnDistanciel"
    conclusion = contrat.date_conclusion if contrat else None
    if distance is None:
        if conclusion is not None and conclusion >= CERFA_14_DEPUIS:
            yield codes.HEURES_DISTANCE_ABSENTES.anomalie(champ)
    elif distance < 0 or (duree is not None and distance > duree):
        yield codes.HEURES_DISTANCE_EXCESSIVES.anomalie(champ)


def _check_entree(cerfa: Cerfa, contrat: Contrat, formation: Formation) -> Iterator[Anomalie]:
    entree, debut, conclusion = formation.date_debut_formation, contrat.date_debut_contrat, contrat.date_conclusion
    if entree is None or debut is None or _is_avenant(contrat):
        return
    champ = "cerfa.formation.dateDebutFormation"
    if entree > add_months(debut, 3):
        yield codes.DEBUT_CFA_TARDIF.anomalie(champ, limite=fr(add_months(debut, 3)))
    stagiaire = cerfa.apprenti is not None and cerfa.apprenti.situation_avant_contrat == STAGIAIRE_AVANT_CONTRAT
    if conclusion is not None and entree < conclusion:
        if stagiaire and conclusion > add_months(entree, 3):
            yield codes.ENTREE_CFA_ANCIENNE.anomalie(champ, entree=fr(entree))
        if debut > conclusion:
            yield codes.CYCLE_DEJA_COMMENCE.anomalie("cerfa.contrat.dateDebutContrat", signature=fr(conclusion))
    if (
        debut > add_months(entree, 3)
        and not stagiaire
        and contrat.type_contrat_app != APRES_RUPTURE
        and contrat.type_derogation not in DEROGATIONS_DUREE
    ):
        yield codes.DUREE_REDUITE_SANS_CONVENTION.anomalie("cerfa.contrat.typeDerogation")


def _check_examens(contrat: Contrat, formation: Formation) -> Iterator[Anomalie]:
    examens, debut, fin = formation.date_fin_formation, contrat.date_debut_contrat, contrat.date_fin_contrat
    if examens is None or debut is None or fin is None:
        return
    if examens < max(debut, contrat.date_conclusion or debut):
        yield codes.FORMATION_HORS_CONTRAT.anomalie("cerfa.formation.dateFinFormation")
    elif fin < examens:
        yield codes.CONTRAT_FINIT_AVANT_EXAMENS.anomalie(FIN_CONTRAT, examens=fr(examens))
    elif fin > add_months(examens, MOIS_APRES_EXAMENS) and contrat.type_derogation not in DEROGATIONS_DUREE:
        yield codes.CONTRAT_FINIT_TARD.anomalie(FIN_CONTRAT, examens=fr(examens))


def _check_heures(contrat: Contrat, formation: Formation) -> Iterator[Anomalie]:
    """A quarter of the contract's hours, on the State form's yearly base; in integers, so that no rounding decides."""
    debut, fin, heures = contrat.date_debut_contrat, contrat.date_fin_contrat, formation.duree_formation
    if debut is None or fin is None or heures is None or fin <= debut or contrat.type_contrat_app == APRES_RUPTURE:
        return
    jours = fin.toordinal() - debut.toordinal() + 1
    if heures in HEURES_FORMATION and 4 * 365 * heures < HEURES_ANNUELLES * jours:
        attendu = -(-HEURES_ANNUELLES * jours // (4 * 365))
        yield codes.HEURES_CFA_INSUFFISANTES.anomalie("cerfa.formation.dureeFormation", heures=heures, attendu=attendu)
