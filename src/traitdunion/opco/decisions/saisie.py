"""What people type, as it is kept: one line or several, never a NIR nor an IBAN."""

from traitdunion.norme.identifiants import may_hold_identifiant
from traitdunion.opco.decisions.actes import ActeRefuse

TEXTE_MIN, TEXTE_MAX = 5, 2_000


def check_texte(texte: str, *, objet: str, maximum: int = TEXTE_MAX) -> str:
    """A text of people, spaces made one. Raises ActeRefuse, without quoting it."""
    propre = "\n".join(" ".join(ligne.replace("\0", " ").split()) for ligne in texte.strip().splitlines())
    if len(propre) < TEXTE_MIN:
        raise ActeRefuse(f"{objet} : dites-le en quelques mots.", saisie=True)
    if len(propre) > maximum:
        raise ActeRefuse(f"{objet} : {maximum} caractères au plus.", saisie=True)
    if may_hold_identifiant(propre):
        raise ActeRefuse(
            f"{objet} : ce texte contient ce qui ressemble à un numéro de sécurité sociale ou à un IBAN. Retirez-le.",
            saisie=True,
        )
    return propre
