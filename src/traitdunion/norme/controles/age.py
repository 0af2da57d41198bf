"""The apprentice's age and status (regles.md §2.2; L6222-1, L6222-2, D6222-1)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.calendrier import age_at
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Contrat

AGE_MINIMUM, AGE_ORDINAIRE, AGE_MAXIMUM, MAJORITE = 15, 16, 30, 18
NAISSANCE = "cerfa.apprenti.dateNaissance"
# New contracts to which the upper limit applies; 22 may follow an exam failure, which lifts it (D6222-1-2).
TYPES_LIMITE_HAUTE = frozenset({"11", "21", "23"})
TYPES_NOUVEAUX = TYPES_LIMITE_HAUTE | {"22"}
DEROGATIONS_JEUNE = frozenset({"11", "50"})
DEROGATIONS_AINE = frozenset({"12", "50"})
EQUIVALENCE_AGES = range(15, 21)
HORS_UE = "3"


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """What the age forbids, asks for, or makes doubtful."""
    apprenti, contrat = cerfa.apprenti, cerfa.contrat
    if apprenti is None:
        return
    if apprenti.handicap and (apprenti.droits_rqth_extension_boe or apprenti.droits_rqth_equivalence_jeune):
        yield codes.RQTH_INCOHERENTE.anomalie("cerfa.apprenti.handicap")
    if contrat is None or apprenti.date_naissance is None:
        return
    if contrat.date_debut_contrat is not None:
        age = age_at(apprenti.date_naissance, contrat.date_debut_contrat)
        if contrat.type_contrat_app in TYPES_NOUVEAUX:
            yield from _check_limits(apprenti, contrat, age)
        if apprenti.projet_creation_reprise_entreprise and age < AGE_MAXIMUM:
            yield codes.PROJET_SANS_OBJET.anomalie("cerfa.apprenti.projetCreationRepriseEntreprise")
        if apprenti.droits_rqth_equivalence_jeune and age not in EQUIVALENCE_AGES:
            yield codes.EQUIVALENCE_JEUNES_AGE.anomalie("cerfa.apprenti.droitsRqthEquivalenceJeune")
    if contrat.date_conclusion is not None:
        yield from _check_minor(apprenti, contrat, age_at(apprenti.date_naissance, contrat.date_conclusion))


def _check_limits(apprenti: Apprenti, contrat: Contrat, age: int) -> Iterator[Anomalie]:
    derogation = contrat.type_derogation
    if age < AGE_MINIMUM:
        yield codes.AGE_INSUFFISANT.anomalie(NAISSANCE)
    elif age < AGE_ORDINAIRE and derogation not in DEROGATIONS_JEUNE:
        yield codes.AGE_15_SANS_DEROGATION.anomalie(NAISSANCE)
    elif (
        age >= AGE_MAXIMUM
        and contrat.type_contrat_app in TYPES_LIMITE_HAUTE
        and derogation not in DEROGATIONS_AINE
        and not (apprenti.handicap or apprenti.droits_rqth_extension_boe or apprenti.inscription_sportif_de_haut_niveau)
    ):
        yield codes.AGE_30_SANS_DEROGATION.anomalie(NAISSANCE)


def _check_minor(apprenti: Apprenti, contrat: Contrat, age: int) -> Iterator[Anomalie]:
    if age >= MAJORITE:
        return
    if apprenti.responsable_legal is None:
        yield codes.RESPONSABLE_LEGAL_ABSENT.anomalie("cerfa.apprenti.responsableLegal")
    fin = contrat.date_fin_contrat
    assert apprenti.date_naissance is not None  # read by the caller
    if apprenti.nationalite == HORS_UE and fin is not None and age_at(apprenti.date_naissance, fin) >= MAJORITE:
        yield codes.MINEUR_HORS_UE.anomalie("cerfa.apprenti.nationalite")
