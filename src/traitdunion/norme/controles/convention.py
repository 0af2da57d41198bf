"""The convention: complete, mandated, and in agreement with the form (regles.md §6, norme.md §2.2)."""

from collections.abc import Iterator
from datetime import date

from traitdunion.norme.controles.libelles import Champ, champ, champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.identifiants import siret_valide
from traitdunion.norme.identite import fold_name
from traitdunion.norme.messages.cerfa import Cerfa
from traitdunion.norme.messages.convention import Convention


def _c(*chemins: str) -> tuple[Champ, ...]:
    return champs(*chemins, struct=Convention, racine="convention")


NUMERO = champ("numeroInterneDossier", Convention, "convention")
REQUIS = _c(
    *("employeur.siret", "apprenti.nom", "apprenti.prenom", "contrat.dateDebutContrat", "contrat.dateFinContrat"),
    *("organismeFormation.siret", "formation.dateDebutFormation", "formation.dateFinFormation"),
    *("formation.dureeFormation", "couts.coutTotalPedagogieCFA"),
)
SIRETS = _c("employeur.siret", "organismeFormation.siret")
ATTESTATIONS = _c("attestationConventionSigneeEntreprise", "attestationConventionSigneeCFA")
# Members that both carry: path in the convention; the form has it under the same section and name.
COMMUNS = _c(
    *("employeur.siret", "apprenti.nom", "apprenti.prenom", "contrat.dateDebutContrat", "contrat.dateFinContrat"),
    *("organismeFormation.siret", "organismeFormation.uaiCfa", "formation.dateDebutFormation"),
    *("formation.dateFinFormation", "formation.dureeFormation", "formation.rncp"),
)
NOMS = frozenset({"convention.apprenti.nom", "convention.apprenti.prenom"})


def check_convention(convention: Convention, *, cerfa: Cerfa | None, recu_le: date) -> list[Anomalie]:
    """Every anomaly of a convention; compared with the form when the dossier is known."""
    return list(_check(convention, cerfa, recu_le))


def _check(convention: Convention, cerfa: Cerfa | None, recu_le: date) -> Iterator[Anomalie]:
    if convention.numero_interne_dossier is None:
        yield codes.MEMBRE_OBLIGATOIRE.anomalie(NUMERO.chemin, libelle=NUMERO.libelle)
    if convention.mandat_employeur is not True:
        yield codes.MANDAT_EMPLOYEUR_ABSENT.anomalie("convention.mandatEmployeur")
    for requis in REQUIS:
        if _read(convention, requis) is None:
            yield codes.MEMBRE_A_COMPLETER.anomalie(requis.chemin, libelle=requis.libelle)
    for membre in SIRETS:
        siret = _read(convention, membre)
        if siret is not None and not siret_valide(str(siret)):
            yield codes.SIRET_INVALIDE.anomalie(membre.chemin, libelle=membre.libelle)
    for attestation in ATTESTATIONS:
        if attestation.read(convention) is False:
            yield codes.ATTESTATION_ABSENTE.anomalie(attestation.chemin, libelle=attestation.libelle)
    if convention.date_signature is not None and convention.date_signature > recu_le:
        yield codes.CONCLUSION_FUTURE.anomalie("convention.dateSignature")
    if cerfa is not None:
        yield from _compare(convention, cerfa)


def compare_convention(convention: Convention, cerfa: Cerfa) -> list[tuple[str, object, object]]:
    """The members that both carry and that differ: label, what the form says, what the convention says."""
    return [(membre.libelle, contrat, dit) for membre, contrat, dit in _differences(convention, cerfa)]


def _compare(convention: Convention, cerfa: Cerfa) -> Iterator[Anomalie]:
    for membre, _, _ in _differences(convention, cerfa):
        yield codes.DIFFERENCE_CONVENTION.anomalie(membre.chemin, libelle=membre.libelle)


def _differences(convention: Convention, cerfa: Cerfa) -> Iterator[tuple[Champ, object, object]]:
    for membre in COMMUNS:
        dit = _read(convention, membre)
        section = getattr(cerfa, membre.section)
        contrat = None if section is None else membre.read(section)
        if dit is None or contrat is None:
            continue
        if membre.chemin in NOMS and fold_name(str(dit)) == fold_name(str(contrat)):
            continue
        if dit != contrat:
            yield membre, contrat, dit


def _read(convention: Convention, membre: Champ) -> object:
    section = getattr(convention, membre.section)
    return None if section is None else membre.read(section)
