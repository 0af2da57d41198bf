"""What must be there: absent, it blocks (nothing can be stored) or is to be completed (regles.md §1.2, §2)."""

from collections.abc import Callable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from traitdunion.norme.controles.libelles import Champ, champ, champs
from traitdunion.norme.erreurs import controles as codes
from traitdunion.norme.erreurs.entree import Anomalie
from traitdunion.norme.messages.cerfa import Cerfa

OBLIGATOIRES = frozenset(
    f"cerfa.{chemin}"
    for chemin in (
        "employeur.siret",
        "apprenti.nom",
        "apprenti.prenom",
        "apprenti.dateNaissance",
        "contrat.typeContratApp",
        "contrat.dateConclusion",
        "contrat.dateDebutContrat",
        "contrat.dateFinContrat",
        "formation.dateDebutFormation",
        "formation.dateFinFormation",
        "organismeFormation.siret",
    )
)
ADRESSE = ("adresse1", "codePostal", "commune")


class Requis(NamedTuple):
    """Members of one section that must all be there; `read_all` gives their values at once."""

    membres: tuple[Champ, ...]
    read_all: Callable[[Any], tuple[object, ...]]


def _section(nom: str, *membres: str) -> Requis:
    requis = champs(*(f"{nom}.{membre}" for membre in membres))
    return Requis(requis, attrgetter(*(un.attribut for un in requis)))


# Every « R » of regles.md §1.2 that stands alone, in the order of the form.
REQUIS: dict[str, Requis] = {
    "employeur": _section(
        *("employeur", "siret", "adresse", "telephone", "courriel", "typeEmployeur", "employeurSpecifique", "naf"),
        *("nombreDeSalaries", "codeIdcc", "caisseComplementaire"),
    ),
    "apprenti": _section(
        *("apprenti", "nom", "prenom", "nir", "dateNaissance", "sexe", "departementNaissance", "communeNaissance"),
        *("nationalite", "regimeSocial", "adresse", "telephone", "courriel", "inscriptionSportifDeHautNiveau"),
        *("handicap", "situationAvantContrat", "diplomePrepare", "derniereClasse", "intituleDiplomePrepare", "diplome"),
    ),
    "maitre1": _section("maitre1", "nom", "prenom", "dateNaissance", "courriel", "emploiOccupe"),
    "contrat": _section(
        *("contrat", "modeContractuel", "typeContratApp", "dateConclusion", "dateDebutContrat"),
        *("dateFormationPratiqueEmployeur", "dateFinContrat", "dureeTravailHebdoHeures", "travailRisque"),
        *("remunerationsAnnuelles", "salaireEmbauche", "lieuSignatureContrat"),
    ),
    "formation": _section(
        *("formation", "typeDiplome", "intituleQualification", "codeDiplome", "rncp", "dateDebutFormation"),
        *("dateFinFormation", "dureeFormation"),
    ),
    "organisme_formation": _section(
        *("organismeFormation", "formationInterne", "denomination", "uaiCfa", "siret", "adresse"),
        *("lieuFormationIdentique", "visaCfa"),
    ),
}
EMPLOYEUR_NOM = champ("employeur.denomination")
VERSION = champ("versionCERFA")
ATTESTATIONS = champs("employeur.attestationEligibilite", "employeur.attestationPieces")
MAITRE2 = _section("maitre2", "nom", "prenom", "dateNaissance", "courriel", "emploiOccupe")
LIEU = _section("organismeFormationLieuFormationPrincipal", "denomination", "siret", "adresse")
RESPONSABLE = _section("apprenti", *(f"responsableLegal.{nom}" for nom in ("nom", "prenom", "adresse", "courriel")))
AVENANT = _section("contrat", "numeroContratPrecedent", "dateEffetAvenant")
ADRESSES = {
    nom: _section(wire, *(f"adresse.{membre}" for membre in ADRESSE))
    for nom, wire in (
        ("employeur", "employeur"),
        ("apprenti", "apprenti"),
        ("organisme_formation", "organismeFormation"),
    )
}


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Everything missing, in the order of the form."""
    if cerfa.version_cerfa is None:
        yield _missing(VERSION)
    for nom, requis in REQUIS.items():
        section = getattr(cerfa, nom)
        yield from _absent(requis, section)
        if nom in ADRESSES and section is not None and section.adresse is not None:
            yield from _absent(ADRESSES[nom], section)
        if nom == "employeur" and section is not None:
            yield from _check_employeur(section)
    yield from _check_conditionnels(cerfa)


def _check_employeur(employeur: object) -> Iterator[Anomalie]:
    if EMPLOYEUR_NOM.read(employeur) is None and getattr(employeur, "nom", None) is None:
        yield _missing(EMPLOYEUR_NOM)
    for attestation in ATTESTATIONS:
        if attestation.read(employeur) is not True:
            yield codes.ATTESTATION_ABSENTE.anomalie(attestation.chemin, libelle=attestation.libelle)


def _check_conditionnels(cerfa: Cerfa) -> Iterator[Anomalie]:
    if cerfa.apprenti is not None and cerfa.apprenti.responsable_legal is not None:
        yield from _absent(RESPONSABLE, cerfa.apprenti)
    if cerfa.maitre2 is not None:
        yield from _absent(MAITRE2, cerfa.maitre2)
    if cerfa.contrat is not None and (cerfa.contrat.type_contrat_app or "")[:1] == "3":
        yield from _absent(AVENANT, cerfa.contrat)
    if cerfa.organisme_formation is not None and cerfa.organisme_formation.lieu_formation_identique is False:
        yield from _absent(LIEU, cerfa.organisme_formation_lieu_formation_principal)


def _absent(requis: Requis, section: object | None) -> Iterator[Anomalie]:
    """What is missing in a section; all of it when there is no section."""
    if section is None:
        yield from map(_missing, requis.membres)
    elif None in requis.read_all(section):
        yield from (_missing(membre) for membre in requis.membres if membre.read(section) is None)


def _missing(requis: Champ) -> Anomalie:
    entree = codes.MEMBRE_OBLIGATOIRE if requis.chemin in OBLIGATOIRES else codes.MEMBRE_A_COMPLETER
    return entree.anomalie(requis.chemin, libelle=requis.libelle)
