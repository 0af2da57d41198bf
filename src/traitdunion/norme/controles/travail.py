"""Weekly working time (regles.md §2.5; L3121-20, L3162-1)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.calendrier import age_at
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa

HEURES = "cerfa.contrat.dureeTravailHebdoHeures"
MINUTES = "cerfa.contrat.dureeTravailHebdoMinutes"
HEURES_MAX, MINUTES_MAX = 99, 59
MAXIMUM_ADULTE, MAXIMUM_MINEUR, ORDINAIRE_MINEUR = 48 * 60, 40 * 60, 35 * 60
MAJORITE = 18


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Hours and minutes that stand, within what the law allows at the apprentice's age."""
    contrat = cerfa.contrat
    if contrat is None or contrat.duree_travail_hebdo_heures is None:
        return
    heures, minutes = contrat.duree_travail_hebdo_heures, contrat.duree_travail_hebdo_minutes or 0
    if not 0 <= heures <= HEURES_MAX:
        yield codes.DUREE_TRAVAIL_INVALIDE.anomalie(HEURES, libelle="Heures par semaine", maximum=HEURES_MAX)
        return
    if not 0 <= minutes <= MINUTES_MAX:
        yield codes.DUREE_TRAVAIL_INVALIDE.anomalie(MINUTES, libelle="Minutes", maximum=MINUTES_MAX)
        return
    naissance = cerfa.apprenti.date_naissance if cerfa.apprenti else None
    debut = contrat.date_debut_contrat
    mineur = naissance is not None and debut is not None and age_at(naissance, debut) < MAJORITE
    duree, maximum = heures * 60 + minutes, MAXIMUM_MINEUR if mineur else MAXIMUM_ADULTE
    if duree > maximum:
        yield codes.DUREE_TRAVAIL_ILLEGALE.anomalie(HEURES, maximum=maximum // 60)
    elif mineur and duree > ORDINAIRE_MINEUR:
        yield codes.DUREE_TRAVAIL_MINEUR.anomalie(HEURES)
