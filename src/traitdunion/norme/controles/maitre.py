"""The maîtres d'apprentissage (regles.md §2.3; L6223-8-1)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.calendrier import age_at
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.identite import fold_name
from traitdunion.norme.messages.cerfa import Apprenti, Cerfa, Maitre

MAJORITE = 18


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Of age, and someone else than the apprentice and than each other."""
    debut = cerfa.contrat.date_debut_contrat if cerfa.contrat else None
    for nom, maitre in (("maitre1", cerfa.maitre1), ("maitre2", cerfa.maitre2)):
        if maitre is None:
            continue
        if debut and maitre.date_naissance and age_at(maitre.date_naissance, debut) < MAJORITE:
            yield codes.MAITRE_MINEUR.anomalie(f"cerfa.{nom}.dateNaissance")
        if cerfa.apprenti is not None and _same(maitre, cerfa.apprenti):
            yield codes.MAITRE_EST_APPRENTI.anomalie(f"cerfa.{nom}")
    if cerfa.maitre1 is not None and cerfa.maitre2 is not None and _same(cerfa.maitre1, cerfa.maitre2):
        yield codes.MAITRES_IDENTIQUES.anomalie("cerfa.maitre2")


def _same(gauche: Maitre, droite: Maitre | Apprenti) -> bool:
    # The birth date first: it tells most people apart without folding a name.
    if gauche.date_naissance is None or gauche.date_naissance != droite.date_naissance:
        return False
    noms = (gauche.nom, gauche.prenom, droite.nom, droite.prenom)
    return None not in noms and [fold_name(nom or "") for nom in noms[:2]] == [fold_name(nom or "") for nom in noms[2:]]
