"""What can be wrong with a cell, a row or a workbook, beyond what the norm says of a body.

Same form as the catalogue of `norme.erreurs`: one code, one sentence that says how to mend it; never the value itself.
"""

from traitdunion.cfa.errors import ErreurCfa
from traitdunion.norme.erreurs.entree import Entree, Gravite

CELLULE_EN_ERREUR = Entree(
    code="CELLULE_EN_ERREUR",
    phrase="La cellule affiche une erreur de calcul (#N/A, #REF!…). Tapez la valeur elle-même.",
    documentation="Une cellule contient une erreur d'Excel au lieu d'une valeur.",
)
FORMULE_SANS_VALEUR = Entree(
    code="FORMULE_SANS_VALEUR",
    phrase="La cellule contient une formule qui n'a pas été calculée. Ouvrez le classeur dans Excel, enregistrez-le, "
    "puis recommencez ; ou tapez la valeur elle-même.",
    documentation="Une formule n'a pas de valeur enregistrée : un logiciel a écrit le classeur sans le calculer.",
)
ANNEE_SUR_DEUX_CHIFFRES = Entree(
    code="ANNEE_SUR_DEUX_CHIFFRES",
    phrase="« {libelle} » : l'année n'a que deux chiffres, on ne peut savoir si 06 veut dire 1906 ou 2006. "
    "Écrivez l'année entière : 01/09/2026.",
    documentation="Une date tapée comme du texte n'a que deux chiffres pour l'année.",
)
CHIFFRES_PERDUS = Entree(
    code="CHIFFRES_PERDUS",
    phrase="« {libelle} » : Excel a arrondi ce numéro (3,56E+13), ses derniers chiffres sont perdus. Mettez la cellule "
    "au format Texte, puis tapez-le de nouveau.",
    documentation="Un numéro a été pris pour un nombre et arrondi.",
)
LIGNE_EN_DOUBLE = Entree(
    code="LIGNE_EN_DOUBLE",
    phrase="Cette ligne et {autres} décrivent le même contrat : même employeur, même apprenti, même type, même début. "
    "Gardez-en une seule.",
    documentation="Deux lignes du classeur sont le même contrat.",
)
CONVENTION_INTROUVABLE = Entree(
    code="CONVENTION_INTROUVABLE",
    phrase="{raison} Donnez au fichier le nom et le prénom de l'apprenti (DUPONT Jeanne.pdf), ou écrivez son nom dans "
    "la colonne « Fichier de la convention ».",
    documentation="Aucun fichier du dossier des conventions ne va avec cette ligne.",
)
CONVENTION_AMBIGUE = Entree(
    code="CONVENTION_AMBIGUE",
    phrase="Plusieurs fichiers portent ce nom et ce prénom : {fichiers}. Écrivez le bon dans la colonne « Fichier de "
    "la convention », ou ajoutez la date de naissance au nom du fichier.",
    documentation="Plusieurs conventions peuvent aller avec cette ligne.",
)
CONVENTION_PARTAGEE = Entree(
    code="CONVENTION_PARTAGEE",
    phrase="Le fichier {fichier} va aussi avec {autres} : une convention ne sert qu'à un contrat. Écrivez le bon "
    "fichier dans la colonne « Fichier de la convention ».",
    documentation="La même convention va avec plusieurs lignes.",
)
CONVENTION_INUTILISABLE = Entree(
    code="CONVENTION_INUTILISABLE",
    phrase="{raison}",
    documentation="Le fichier de la convention est trop lourd, ou n'est ni un PDF ni une image.",
)
SAISIE_ILLISIBLE = Entree(
    code="SAISIE_ILLISIBLE",
    phrase="{fichier} : {phrase}",
    documentation="Une saisie d'un CERFA en PDF n'a pu être lue.",
)
AUTRE_CONTENU_EN_BOITE = Entree(
    code="AUTRE_CONTENU_EN_BOITE",
    gravite=Gravite.AVERTISSEMENT,
    phrase="Ce contrat est déjà dans la boîte d'envoi avec d'autres données : cette ligne n'est pas envoyée. S'il "
    "n'est pas encore parti, abandonnez d'abord l'ancien envoi (traitdunion cfa envois lister). Si l'OPCO a refusé ou "
    "annulé le dossier depuis : traitdunion cfa synchroniser, puis importez avec --nouveau-depot.",
    documentation="Une ligne importée de nouveau ne dit plus la même chose que ce qui est en boîte.",
)
CATALOGUE = {
    entree.code: entree
    for entree in (
        CELLULE_EN_ERREUR,
        FORMULE_SANS_VALEUR,
        ANNEE_SUR_DEUX_CHIFFRES,
        CHIFFRES_PERDUS,
        LIGNE_EN_DOUBLE,
        CONVENTION_INTROUVABLE,
        CONVENTION_AMBIGUE,
        CONVENTION_PARTAGEE,
        CONVENTION_INUTILISABLE,
        SAISIE_ILLISIBLE,
        AUTRE_CONTENU_EN_BOITE,
    )
}


class ClasseurIllisible(ErreurCfa):
    """The workbook cannot be read at all: not a workbook, protected, too big, no heading known, headings said twice."""
