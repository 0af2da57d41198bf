"""The other bodies: what comes with a document, a declaration of break (norme.md §2.4, §2.6)."""

from collections.abc import Iterator

from traitdunion.norme import nomenclatures as n
from traitdunion.norme.controles.codes import unknown
from traitdunion.norme.controles.libelles import champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs import depot
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.pieces import InfosFichier
from traitdunion.norme.messages.rupture import Rupture
from traitdunion.norme.motifs import MOTIF_RUPTURE, SANS_MAINTIEN, read_motif_rupture

REQUIS = champs(
    *("numeroInterneDossier", "dateRupture", "dateNotification", "pendantPeriodeProbatoire", "motif"),
    struct=Rupture,
    racine="rupture",
)


def check_infos_fichier(infos: InfosFichier) -> list[Anomalie]:
    """Every anomaly: a document without a known type or without an object can be put nowhere, so all of them block."""
    return list(_check_infos(infos))


def _check_infos(infos: InfosFichier) -> Iterator[Anomalie]:
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


def check_rupture(rupture: Rupture) -> list[Anomalie]:
    """Every anomaly: without these members a declaration cannot be applied, so all of them block."""
    return list(_check_rupture(rupture))


def _check_rupture(rupture: Rupture) -> Iterator[Anomalie]:
    for requis in REQUIS:
        if requis.read(rupture) is None:
            yield codes.MEMBRE_OBLIGATOIRE.anomalie(requis.chemin, libelle=requis.libelle)
    if rupture.motif is None:
        return
    motif = read_motif_rupture(rupture.motif)
    if motif is None:
        yield unknown("rupture.motif", "Motif de la rupture", rupture.motif, MOTIF_RUPTURE)
    elif motif in SANS_MAINTIEN and rupture.maintien_en_formation:
        yield depot.MAINTIEN_EXCLU.anomalie("rupture.maintienEnFormation", motif=MOTIF_RUPTURE.codes[motif])
