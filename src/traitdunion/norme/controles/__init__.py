"""The contrôles: what the form and the law ask, as pure functions that give all the anomalies at once (regles.md §2).

A fault is said once: a rule whose members are absent or could not be read says nothing.
"""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.controles import age, codes, completude, dates, formats, maitre, remuneration, travail
from traitdunion.norme.controles.autres import check_infos_fichier, check_rupture
from traitdunion.norme.controles.convention import check_convention, compare_convention
from traitdunion.norme.controles.facturation import check_avoir, check_certificat, check_facture
from traitdunion.norme.erreurs import controles as entrees
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.lecture import merge
from traitdunion.norme.messages.cerfa import Cerfa, DepotDossier
from traitdunion.norme.parametres import LIVRES, Parametres

__all__ = [
    "check_avoir",
    "check_certificat",
    "check_convention",
    "check_depot",
    "check_facture",
    "check_infos_fichier",
    "check_rupture",
    "compare_convention",
    "merge",
]

# In the order of the form as far as one rule belongs to one section.
_REGLES = (
    completude.check,
    codes.check,
    formats.check,
    age.check,
    maitre.check,
    dates.check,
    travail.check,
)


def check_depot(depot: DepotDossier, *, recu_le: date, parametres: Parametres = LIVRES) -> list[Anomalie]:
    """Every anomaly of a deposit received on `recu_le` (a day in France), judged by the OPCO's dated parameters.

    Without `parametres`, by those that come with the product: what a CFA knows.
    """
    if depot.cerfa is None:
        return [entrees.MEMBRE_OBLIGATOIRE.anomalie("cerfa", libelle="Le CERFA")]
    return list(_all(depot.cerfa, recu_le, parametres))


def _all(cerfa: Cerfa, recu_le: date, parametres: Parametres) -> Iterator[Anomalie]:
    for regle in _REGLES:
        yield from regle(cerfa, recu_le)
    yield from remuneration.check(cerfa, parametres)
