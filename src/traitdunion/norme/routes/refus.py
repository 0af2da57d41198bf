"""The codes that may refuse a call, grouped as routes share them (norme.md §4, §5, §7)."""

from enum import StrEnum
from types import ModuleType

from traitdunion.norme.erreurs import acces, controles, depot, lecture, pieces, referentiels, technique
from traitdunion.norme.erreurs.entree import Entree


class Acces(StrEnum):
    """What a call must show."""

    LIBRE = "LIBRE"  # nothing
    CLIENT = "CLIENT"  # the editor's client ID and secret
    JETON = "JETON"  # the editor's token
    JETON_ET_CLE = "JETON_ET_CLE"  # the editor's token and the CFA's key


def famille(module: ModuleType) -> tuple[Entree, ...]:
    """Every code of a family of the catalogue, in its order."""
    return tuple(entree for entree in vars(module).values() if isinstance(entree, Entree))


PREUVES_DPOP = (acces.PREUVE_DPOP_ABSENTE, acces.PREUVE_DPOP_INVALIDE, acces.PREUVE_DPOP_DEJA_VUE)
DEMANDE_DE_JETON = (
    acces.DEMANDE_JETON_INVALIDE,
    acces.TYPE_DE_DEMANDE_NON_ADMIS,
    acces.PORTEE_INVALIDE,
    *PREUVES_DPOP,
    acces.CLIENT_INCONNU,
    acces.EDITEUR_SUSPENDU,
    acces.CLIENT_AUTRE_ENVIRONNEMENT,
    technique.CORPS_TROP_GROS,
    technique.TROP_D_APPELS,
)
SOUS_JETON = (
    acces.EN_TETE_MANQUANT,
    acces.JETON_ABSENT,
    acces.JETON_INVALIDE,
    acces.JETON_EXPIRE,
    acces.JETON_LIE,
    acces.JETON_NON_LIE,
    acces.EDITEUR_SUSPENDU,
    acces.PORTEE_INSUFFISANTE,
    technique.TROP_D_APPELS,
)
SOUS_CLE = (
    acces.CLE_ABSENTE,
    acces.CLE_MAL_RECOPIEE,
    acces.CLE_AUTRE_ENVIRONNEMENT,
    acces.CLE_INCONNUE,
    acces.CLE_EXPIREE,
    acces.CLE_REVOQUEE,
    acces.ACCROCHAGE_ABSENT,
    acces.ACCROCHAGE_SUSPENDU,
)
PARTOUT = (technique.ERREUR_INTERNE, technique.SERVICE_INDISPONIBLE)
LECTURE = (*famille(lecture), technique.CORPS_TROP_GROS)
CONTENU = (*LECTURE, *famille(controles), depot.SIRET_HORS_SIREN)
REFERENTIELS = famille(referentiels)
IDEMPOTENCE = (depot.CLE_IDEMPOTENCE_INVALIDE, depot.CLE_IDEMPOTENCE_DEJA_UTILISEE)
MULTIPART = (
    depot.MULTIPART_ATTENDU,
    depot.PARTIE_MANQUANTE,
    depot.PARTIE_EN_DOUBLE,
    depot.PARTIE_INCONNUE,
)
FICHIER = famille(pieces)
ENVOI = (*MULTIPART, depot.OBJET_INCONNU, depot.DOSSIER_CLOS, *FICHIER)
PAR_ACCES: dict[Acces, tuple[Entree, ...]] = {
    Acces.LIBRE: (),
    Acces.CLIENT: DEMANDE_DE_JETON,
    Acces.JETON: SOUS_JETON,
    Acces.JETON_ET_CLE: (*SOUS_JETON, *SOUS_CLE),
}
