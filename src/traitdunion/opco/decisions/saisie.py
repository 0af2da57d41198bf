"""What people type, as it is kept: one line or several, never a NIR nor an IBAN."""

import re

from traitdunion.opco.decisions.actes import ActeRefuse

TEXTE_MIN, TEXTE_MAX = 5, 2_000
# What may be a NIR, or the beginning of an IBAN, however it is spaced: these texts are read by others, and mailed.
_NIR = re.compile(
    r"(?<![0-9])[1-478]\s?[0-9]{2}\s?[0-9]{2}\s?[0-9][0-9AB]\s?[0-9]{3}\s?[0-9]{3}(?:\s?[0-9]{2})?(?![0-9])"
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:\s?[0-9A-Z]{4}){3,}")


def check_texte(texte: str, *, objet: str, maximum: int = TEXTE_MAX) -> str:
    """A text of people, spaces made one. Raises ActeRefuse, without quoting it."""
    propre = "\n".join(" ".join(ligne.replace("\0", " ").split()) for ligne in texte.strip().splitlines())
    if len(propre) < TEXTE_MIN:
        raise ActeRefuse(f"{objet} : dites-le en quelques mots.", saisie=True)
    if len(propre) > maximum:
        raise ActeRefuse(f"{objet} : {maximum} caractères au plus.", saisie=True)
    if _NIR.search(propre) or _IBAN.search(propre.upper()):
        raise ActeRefuse(
            f"{objet} : ce texte contient ce qui ressemble à un numéro de sécurité sociale ou à un IBAN. Retirez-le.",
            saisie=True,
        )
    return propre
