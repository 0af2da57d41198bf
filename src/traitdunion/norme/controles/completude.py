"""What must be there: absent, it blocks (nothing can be stored) or is to be completed (regles.md §1.2, §2)."""

from collections.abc import Iterator
from datetime import date

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
SECTIONS = ("employeur", "apprenti", "maitre1", "contrat", "formation", "organisme_formation")
ADRESSE = ("adresse1", "codePostal", "commune")


def _section(nom: str, *membres: str) -> tuple[Champ, ...]:
    return champs(*(f"{nom}.{membre}" for membre in membres))


# Every « R » of regles.md §1.2 that stands alone, in the order of the form.
REQUIS: dict[str, tuple[Champ, ...]] = {
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
MAITRE2 = champs("maitre2.nom", "maitre2.prenom", "maitre2.dateNaissance", "maitre2.courriel", "maitre2.emploiOccupe")
LIEU = champs(
    *(f"organismeFormationLieuFormationPrincipal.{nom}" for nom in ("denomination", "siret", "adresse")),
)
RESPONSABLE = champs(*(f"apprenti.responsableLegal.{nom}" for nom in ("nom", "prenom", "adresse", "courriel")))
AVENANT = champs("contrat.numeroContratPrecedent", "contrat.dateEffetAvenant")
ADRESSES = {
    section.chemin: champs(*(f"{section.chemin.removeprefix('cerfa.')}.{nom}" for nom in ADRESSE))
    for section in champs("employeur.adresse", "apprenti.adresse", "organismeFormation.adresse")
}


def check(cerfa: Cerfa, _recu_le: date) -> Iterator[Anomalie]:
    """Everything missing, in the order of the form."""
    if cerfa.version_cerfa is None:
        yield _missing(VERSION)
    for nom in SECTIONS:
        section = getattr(cerfa, nom)
        for requis in REQUIS[nom]:
            if section is None or requis.read(section) is None:
                yield _missing(requis)
            elif requis.chemin in ADRESSES:
                yield from _absent(ADRESSES[requis.chemin], section)
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
        lieu = cerfa.organisme_formation_lieu_formation_principal
        if lieu is None:
            yield from (_missing(requis) for requis in LIEU)
        else:
            yield from _absent(LIEU, lieu)


def _absent(requis: tuple[Champ, ...], section: object) -> Iterator[Anomalie]:
    for champ_requis in requis:
        if champ_requis.read(section) is None:
            yield _missing(champ_requis)


def _missing(requis: Champ) -> Anomalie:
    entree = codes.MEMBRE_OBLIGATOIRE if requis.chemin in OBLIGATOIRES else codes.MEMBRE_A_COMPLETER
    return entree.anomalie(requis.chemin, libelle=requis.libelle)
