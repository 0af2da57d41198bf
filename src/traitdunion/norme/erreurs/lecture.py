"""Shape errors of a body: what cannot be read (norme.md §2, §5). They block, except a stray member."""

from traitdunion.norme.erreurs.entree import Entree, Gravite

JSON_ILLISIBLE = Entree(
    code="JSON_ILLISIBLE",
    phrase="Le corps n'est pas un JSON lisible ({raison}). Vérifiez qu'il est complet et encodé en UTF-8.",
    documentation="Le JSON est tronqué, mal formé ou n'est pas en UTF-8.",
)
JSON_TROP_IMBRIQUE = Entree(
    code="JSON_TROP_IMBRIQUE",
    phrase="Le JSON est trop profondément imbriqué. Envoyez la structure de la norme, sans niveau superflu.",
    documentation="Le JSON compte bien plus de niveaux que la norme.",
)
MEMBRE_EN_DOUBLE = Entree(
    code="MEMBRE_EN_DOUBLE",
    phrase="Le membre « {membre} » figure deux fois dans le même objet. Gardez une seule valeur.",
    documentation="Un objet JSON porte deux fois le même membre : lequel croire ?",
)
MEMBRE_INCONNU = Entree(
    code="MEMBRE_INCONNU",
    gravite=Gravite.AVERTISSEMENT,
    phrase="Ce membre n'est pas dans la norme : il a été ignoré. {conseil}",
    documentation="Un membre que la norme ne connaît pas a été ignoré.",
)
MEMBRES_INCONNUS_NOMBREUX = Entree(
    code="MEMBRES_INCONNUS_NOMBREUX",
    gravite=Gravite.AVERTISSEMENT,
    phrase="{nombre} autres membres ne sont pas dans la norme : ils ont été ignorés. Vérifiez la structure du JSON.",
    documentation="Trop de membres inconnus pour les nommer tous : les premiers le sont, les autres sont comptés.",
)
TYPE_ILLISIBLE = Entree(
    code="TYPE_ILLISIBLE",
    phrase="« {libelle} » ne peut pas être lu : la norme attend {attendu}.",
    documentation="La valeur n'est pas du type attendu.",
)
TEXTE_TROP_LONG = Entree(
    code="TEXTE_TROP_LONG",
    phrase="« {libelle} » compte {longueur} caractères pour {maximum} admis. Raccourcissez.",
    documentation="Un texte dépasse sa longueur admise.",
)
CARACTERE_INTERDIT = Entree(
    code="CARACTERE_INTERDIT",
    phrase="« {libelle} » contient un caractère nul (U+0000). Retirez-le.",
    documentation="Un texte contient le caractère U+0000.",
)
DATE_ILLISIBLE = Entree(
    code="DATE_ILLISIBLE",
    phrase="« {libelle} » n'est pas une date lisible. Écrivez AAAA-MM-JJ, avec un jour qui existe.",
    documentation="Une date n'est ni AAAA-MM-JJ ni ISO 8601, ou ce jour n'existe pas.",
)
DATE_HORS_LIMITES = Entree(
    code="DATE_HORS_LIMITES",
    phrase="« {libelle} » : l'année doit être comprise entre {premiere} et {derniere}. Vérifiez la saisie.",
    documentation="Une date est d'une année qui ne peut pas être celle d'un contrat ou d'une naissance.",
)
MONTANT_ILLISIBLE = Entree(
    code="MONTANT_ILLISIBLE",
    phrase="« {libelle} » n'est pas un montant lisible. Écrivez des euros avec deux décimales au plus : 1801.80.",
    documentation="Un montant a plus de deux décimales, dépasse un milliard ou n'est pas un nombre.",
)
NOMBRE_HORS_LIMITES = Entree(
    code="NOMBRE_HORS_LIMITES",
    phrase="« {libelle} » est un nombre démesuré. Vérifiez la saisie.",
    documentation="Un nombre entier dépasse un milliard en valeur absolue.",
)
NUMERO_ILLISIBLE = Entree(
    code="NUMERO_ILLISIBLE",
    phrase="« {libelle} » n'est pas un numéro. Écrivez les chiffres donnés par l'OPCO, 18 au plus, et rien d'autre.",
    documentation="Un numéro interne contient autre chose que des chiffres, ou en compte plus de 18.",
)
LISTE_TROP_LONGUE = Entree(
    code="LISTE_TROP_LONGUE",
    phrase="« {libelle} » compte {longueur} lignes pour {maximum} admises. Retirez celles en trop.",
    documentation="Une liste dépasse le nombre de lignes admis.",
)
