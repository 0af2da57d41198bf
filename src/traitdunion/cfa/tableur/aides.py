"""What the template tells about its columns: headings told apart, when to fill, what to type, an invented example."""

from typing import Any

from traitdunion.norme.nomenclatures import Nomenclature
from traitdunion.norme.openapi import exemples

# Labels of the norm that two columns share, or that say too little out of their section.
TITRES = {
    "cerfa.apprenti.nom": "Nom de naissance de l'apprenti",
    "cerfa.apprenti.prenom": "Prénom de l'apprenti",
    "cerfa.apprenti.nomUsage": "Nom d'usage de l'apprenti",
    "cerfa.apprenti.sexe": "Sexe de l'apprenti",
    "cerfa.apprenti.nationalite": "Nationalité de l'apprenti",
    "cerfa.apprenti.regimeSocial": "Régime social de l'apprenti",
    "cerfa.contrat.lieuSignatureContrat": "Contrat fait à",
    "convention.dateSignature": "Date de signature de la convention",
}
# Headings met in other people's workbooks, read as ours.
AUTRES_TITRES = {
    "Nom": "cerfa.apprenti.nom",
    "Nom de naissance": "cerfa.apprenti.nom",
    "Nom apprenti": "cerfa.apprenti.nom",
    "Nom de l'apprenti": "cerfa.apprenti.nom",
    "Prénom": "cerfa.apprenti.prenom",
    "Prénom apprenti": "cerfa.apprenti.prenom",
    "Premier prénom de l'apprenti selon l'état civil": "cerfa.apprenti.prenom",
    "Nom d'usage": "cerfa.apprenti.nomUsage",
    "Date de naissance": "cerfa.apprenti.dateNaissance",
    "Sexe": "cerfa.apprenti.sexe",
    "Nationalité": "cerfa.apprenti.nationalite",
    "Régime social": "cerfa.apprenti.regimeSocial",
    "NIR": "cerfa.apprenti.nir",
    "N° de sécurité sociale": "cerfa.apprenti.nir",
    "SIRET employeur": "cerfa.employeur.siret",
    "N° SIRET de l'employeur": "cerfa.employeur.siret",
    "SIRET CFA": "cerfa.organismeFormation.siret",
    "Fait à": "cerfa.contrat.lieuSignatureContrat",
    "Mandat": "convention.mandatEmployeur",
    "Fichier convention": "suivi.fichier",
    "Numéro de dossier": "suivi.numeroDossier",
}
SUIVI = {
    "etat": "Rempli par « traitdunion cfa importer ». Une ligne dont l'état est EXEMPLE est ignorée.",
    "numero": "Numéro donné par l'OPCO. Une ligne qui a un numéro est déjà déposée : elle n'est pas renvoyée.",
    "remarques": "Rempli par « traitdunion cfa importer » : ce qui est à corriger, en toutes lettres.",
    "fichier": "Nom du fichier signé (PDF, JPEG, PNG, 10 Mio au plus). Vide : le fichier est cherché d'après le nom "
    "et le prénom de l'apprenti.",
}
# By kind of cell.
GENRES = {
    "TEXTE": "Du texte, tel qu'il est sur le contrat.",
    "NUMERO": "La cellule est au format Texte : les zéros du début restent.",
    "JOUR": "Une date : jj/mm/aaaa.",
    "ENTIER": "Un nombre entier, sans unité.",
    "MONTANT": "Un montant en euros, deux décimales au plus.",
    "TAUX": "Un pourcentage : 43 pour 43 %.",
    "OUI_NON": "Oui ou Non.",
    "LISTE": "À choisir dans la liste ; le code seul convient aussi.",
}
# By beginning of path, the most precise winning: when to fill, or what to beware of.
PRECISIONS = {
    "cerfa.apprenti.responsableLegal": "Seulement si l'apprenti est mineur à la signature.",
    "cerfa.maitre2": "Seulement s'il y a un second maître d'apprentissage.",
    "cerfa.organismeFormationLieuFormationPrincipal": "Seulement si la formation a lieu ailleurs qu'au CFA "
    "responsable.",
    "cerfa.contrat.remunerationsAnnuelles": "Une période par année de contrat ; la seconde (1.2, 2.2…) si l'apprenti "
    "change de tranche d'âge en cours d'année. Les périodes se suivent sans trou.",
    "cerfa.contrat.numeroContratPrecedent": "Numéro DECA. Pour un avenant (codes 31 à 38) ou un nouveau contrat (21 à "
    "23).",
    "cerfa.contrat.noContrat": "Seulement si votre OPCO vous l'a donné.",
    "cerfa.contrat.noAvenant": "Seulement pour un avenant.",
    "cerfa.contrat.dateEffetAvenant": "Seulement pour un avenant (codes 31 à 38).",
    "cerfa.contrat.dateRupture": "Seulement si le contrat est déjà rompu.",
    "cerfa.contrat.typeDerogation": "Seulement en cas de dérogation (âge, durée).",
    "cerfa.contrat.dateFormationPratiqueEmployeur": "Dans les trois mois qui suivent le début du contrat.",
    "cerfa.employeur.siret": "14 chiffres : l'établissement où l'apprenti travaille.",
    "cerfa.employeur.nom": "Si l'employeur est une personne, à la place de la dénomination.",
    "cerfa.employeur.prenom": "Si l'employeur est une personne.",
    "cerfa.employeur.regimeSpecifique": "Seulement pour un employeur public.",
    "cerfa.employeur.attestationEligibilite": "L'employeur atteste que le maître remplit les conditions : Oui.",
    "cerfa.employeur.attestationPieces": "L'employeur atteste qu'il dispose des pièces : Oui.",
    "cerfa.employeur.telephone": "De 8 à 15 chiffres.",
    "cerfa.apprenti.telephone": "De 8 à 15 chiffres.",
    "cerfa.apprenti.nir": "13 caractères, ou 15 avec la clé. Donnée sensible : gardez ce classeur en lieu sûr.",
    "cerfa.apprenti.handicap": "Oui si l'apprenti le déclare, sinon Non. Donnée sensible.",
    "cerfa.apprenti.departementNaissance": "Trois caractères : 075, 02A ; 099 à l'étranger.",
    "cerfa.formation.codeDiplome": "8 caractères, donnés par le CFA.",
    "cerfa.formation.nombreHeuresEnDistanciel": "0 si tout se fait au CFA.",
    "cerfa.organismeFormation.uaiCfa": "7 chiffres et une lettre.",
    "cerfa.organismeFormation.visaCfa": "Oui si le CFA a visé le contrat (cachet et signature du directeur).",
    "cerfa.versionCERFA": "Vide : la version en vigueur, 10103*14.",
    "convention.mandatEmployeur": "Oui si la convention donne mandat de gestion au CFA, dans un chapitre à part. Sans "
    "mandat, l'OPCO ne peut pas recevoir le dossier.",
    "convention.couts.montantRQTH": "Seulement pour un apprenti reconnu travailleur handicapé.",
    "convention.couts.accompagnementDROM": "Seulement outre-mer.",
}
_EXEMPLES = {
    "cerfa.employeur.libelleIdcc": "Production audiovisuelle",
    "cerfa.employeur.nom": "FICTIF",
    "cerfa.employeur.prenom": "Dominique",
    "cerfa.contrat.numeroContratPrecedent": "075202609012345",
    "convention.couts.nombreHebergementTotaux": "40",
}
_REMUNERATION = {"dateDebut": "01/09/2026", "dateFin": "31/08/2027", "taux": "43", "salaireBrut": "783,90"}
SAUT = "\n"


def find_aide(chemin: str, genre: str) -> str:
    """What to type in a column: its precision, then the manner of its kind."""
    prefixes = [prefixe for prefixe in PRECISIONS if chemin.startswith(prefixe)]
    precision = f"{PRECISIONS[max(prefixes, key=len)]} " if prefixes else ""
    return precision + GENRES[genre]


def find_exemple(chemin: str, liste: Nomenclature | None) -> str:
    """An invented example as a person would type it, from the examples of the documentation; "" when there is none."""
    if chemin in _EXEMPLES:
        return _EXEMPLES[chemin]
    racine: Any = {**exemples.DEPOT, "convention": exemples.CONVENTION}
    for nom in chemin.replace("maitre2", "maitre1").replace("LieuFormationPrincipal", "").split("."):
        racine = racine.get(nom) if isinstance(racine, dict) else None
    if racine is None and liste is None:
        return _REMUNERATION.get(chemin.rpartition(".")[2], "") if ".remunerationsAnnuelles." in chemin else ""
    if liste is not None:
        code = racine if racine in liste.codes else next(iter(liste.codes))
        return show_code(liste, str(code))
    return show(racine)


def show(valeur: Any) -> str:
    """A wire value as a person would type it."""
    if isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    texte = str(valeur)
    if len(texte) == 10 and texte[4] == texte[7] == "-":
        return f"{texte[8:]}/{texte[5:7]}/{texte[:4]}"
    return f"{valeur:.2f}".replace(".", ",") if isinstance(valeur, float) else texte


def show_code(liste: Nomenclature, code: str) -> str:
    """A code of a list with its label, as the drop-down shows it."""
    libelle = liste.libelle(code)
    return code if libelle is None else f"{code} - {libelle}"
