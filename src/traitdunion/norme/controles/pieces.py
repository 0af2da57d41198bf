"""The data that come with a document (norme.md §2.4)."""

from collections.abc import Iterator

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles.codes import unknown
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.pieces import InfosFichier


def check_infos_fichier(infos: InfosFichier) -> list[Anomalie]:
    """Every anomaly: a document without a known type or without an object can be put nowhere, so all of them block."""
    return list(_check(infos))


def _check(infos: InfosFichier) -> Iterator[Anomalie]:
    if infos.type_fichier is None:
        yield codes.MEMBRE_OBLIGATOIRE.anomalie("infosFichier.typeFichier", libelle="Type de fichier")
    elif infos.type_fichier not in n.TYPE_FICHIER.codes:
        yield unknown("infosFichier.typeFichier", "Type de fichier", infos.type_fichier, n.TYPE_FICHIER)
    if not infos.objets:
        yield codes.MEMBRE_OBLIGATOIRE.anomalie("infosFichier.objets", libelle="Objets auxquels le fichier se rattache")
        return
    for rang, objet in enumerate(infos.objets):
        chemin = f"infosFichier.objets[{rang}]"
        if objet.type_objet is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(f"{chemin}.typeObjet", libelle="Type d'objet")
        elif objet.type_objet not in n.TYPE_OBJET.codes:
            yield unknown(f"{chemin}.typeObjet", "Type d'objet", objet.type_objet, n.TYPE_OBJET)
        if objet.id_objet is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(f"{chemin}.idObjet", libelle="Numéro interne de l'objet")
