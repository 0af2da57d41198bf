"""The values of a profile that a script gives: options, lines of the standard input, environment."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE
from traitdunion.cfa.reglages.edition import Valeur
from traitdunion.cfa.reglages.fiche import Fiche
from traitdunion.cfa.reglages.questions import Question, ReponseInvalide, clean

_AUTRES_NOMS = {"facturation.iban": "iban"}  # a secret is known by its own name, wherever it is kept


def read_donnees(liste: Sequence[Question], valeurs: Iterable[str], entree: str) -> dict[str, Valeur]:
    """What options (`valeurs`) and standard input (`entree`) give, in lines nom=valeur.

    Raises ProfilInvalide: unknown name, unfit value, secret in an option.
    """
    connues = {question.nom: question for question in liste}
    donnees: dict[str, Valeur] = {}
    lignes = [(un, True) for un in valeurs]
    lignes += [(un, False) for un in entree.splitlines() if un.strip() and not un.lstrip().startswith("#")]
    for rang, (ligne, en_option) in enumerate(lignes, 1):
        nom, egal, reste = ligne.partition("=")
        nom = clean(nom)
        nom = _AUTRES_NOMS.get(nom, nom)
        if not egal or nom not in connues:
            # The line may be a secret, even before its « = » (base 64): quoted only when it nearly is a known name.
            proche = get_close_matches(nom, connues, n=1, cutoff=0.7)
            dit = f"« {nom} »" if egal and proche else f"Ce qui est donné en {rang}"
            suite = f" Vouliez-vous dire « {proche[0]} » ?" if egal and proche else ""
            raise ProfilInvalide(f"{dit} n'est pas un réglage.{suite} Forme : nom=valeur, avec {', '.join(connues)}.")
        if connues[nom].secret and en_option:
            raise ProfilInvalide(
                f"« {nom} » est un secret : jamais sur la ligne de commande, que d'autres voient. Donnez-le par "
                f"--depuis-entree ou par la variable {PREFIXE}{nom.upper()}."
            )
        donnees[nom] = _read_one(connues[nom], reste)
    return donnees


def _read_one(question: Question, texte: str) -> Valeur:
    try:
        return question.read(texte)
    except ReponseInvalide as erreur:
        raise ProfilInvalide(f"{question.libelle} ({question.nom}) : {erreur}") from None


def read_environment(
    liste: Sequence[Question], donnees: Mapping[str, Valeur], fiche: Fiche, environ: Mapping[str, str]
) -> dict[str, Valeur]:
    """What the environment gives and nothing else does: a script may keep it in the profile. Raises ProfilInvalide."""
    return {
        question.nom: _read_one(question, environ[PREFIXE + question.nom.upper()])
        for question in liste
        if "." not in question.nom  # no variable has such a name
        and question.nom not in donnees
        and environ.get(PREFIXE + question.nom.upper())
        and (question.nom in fiche.secrets or not fiche.has(question.nom))
    }


def require_whole(liste: Sequence[Question], fiche: Fiche, donnees: Mapping[str, Valeur]) -> None:
    """Nothing that a profile must have is missing. Raises ProfilInvalide, which says how to give it."""
    manquantes = list_missing(liste, fiche, donnees)
    if manquantes:
        noms = ", ".join(q.nom for q in manquantes)
        variables = ", ".join(PREFIXE + q.nom.upper() for q in manquantes if "." not in q.nom)
        suite = f", ou par l'environnement ({variables})" if variables else ""
        raise ProfilInvalide(
            f"Il manque au profil « {fiche.nom} » : {noms}. Donnez-les par --valeur NOM=VALEUR (sauf les secrets), ou "
            f"par --depuis-entree{suite}. Rien n'a été enregistré."
        )


def list_missing(liste: Sequence[Question], fiche: Fiche, donnees: Mapping[str, Valeur]) -> list[Question]:
    """What must be there and is neither kept nor given."""
    return [q for q in liste if q.obligatoire and q.nom not in donnees and not fiche.has(q.nom)]
