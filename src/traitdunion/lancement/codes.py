"""The exit codes, once: help, guides and tests read this table."""

from dataclasses import dataclass

FAIT, INCIDENT, USAGE, REFUSE, ACCES, RESEAU, OCCUPE, A_FAIRE = 0, 1, 2, 3, 4, 5, 6, 10
INTERROMPU, SORTIE_FERMEE = 130, 141


@dataclass(frozen=True)
class CodeSortie:
    """One exit code: what happened, and what the person does then."""

    code: int
    sens: str
    que_faire: str


TABLE = (
    CodeSortie(FAIT, "fait", "rien"),
    CodeSortie(INCIDENT, "incident imprévu", "donner à l'assistance la référence affichée"),
    CodeSortie(USAGE, "usage ou réglages", "lire le message ; traitdunion cfa diagnostic"),
    CodeSortie(REFUSE, "refusé, ou fichier illisible", "corriger ce qui est dit, recommencer"),
    CodeSortie(ACCES, "identifiants, clé ou accrochage refusés", "voir avec votre éditeur ou l'OPCO"),
    CodeSortie(
        RESEAU,
        "pas de réponse de l'OPCO ; ce qui est dans la boîte d'envoi y reste",
        "relancer la même commande plus tard",
    ),
    CodeSortie(OCCUPE, "un autre envoi est en cours sur cette boîte", "attendre qu'il finisse"),
    CodeSortie(A_FAIRE, "suivre, rapprocher : quelque chose attend le CFA", "faire ce que la commande indique"),
    CodeSortie(INTERROMPU, "interrompu (Ctrl-C)", "relancer la même commande"),
    CodeSortie(SORTIE_FERMEE, "le programme qui lisait la sortie s'est arrêté", "rien"),
)
# Those that a command's help tells: what depends on the command itself.
_EN_AIDE = (FAIT, USAGE, REFUSE, ACCES, RESEAU)


def epilogue() -> str:
    """The codes in one sentence, for the end of a command's help."""
    lignes = [f"{un.code} {un.sens.partition(' ;')[0]}" for un in TABLE if un.code in _EN_AIDE]
    return "Codes de sortie : " + " ; ".join(lignes) + "."
