"""The identity of a deposit: what makes two sends the same contract (norme.md §7).

SIREN of the key, employer's SIRET, the apprentice (birth name, first name, birth date), type, first day; for an avenant
also the previous contract, the conclusion and the day of effect. The NIR is content, not identity.
"""

import unicodedata
from functools import lru_cache
from hashlib import sha256

import msgspec

from traitdunion.norme.messages.cerfa import Cerfa

# Hyphens and apostrophes of every keyboard, and letters that no decomposition splits.
_TABLE = str.maketrans(
    dict.fromkeys("-‐‑‒–—−'’‘ʼ′`´", " ")
    | {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)


@lru_cache(maxsize=4096)
def fold_name(nom: str) -> str:
    """A name without case, accent, hyphen, apostrophe or double space: « Le  Goff-Élan » is « le goff elan »."""
    if nom.isascii():
        return " ".join(nom.translate(_TABLE).lower().split())
    # Twice: some signs come apart into capitals, and some capitals into two signs.
    decompose = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", nom.translate(_TABLE)).casefold())
    sans_accent = "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))
    return " ".join(sans_accent.translate(_TABLE).split())


def _same_person(nom: str | None) -> str:
    """A name as two people would agree that it is the same: « Jean-Luc », « JEAN LUC » and « Jeanluc » are one."""
    return fold_name(nom or "").replace(" ", "")


def identite(cerfa: Cerfa, *, siren: str) -> bytes:
    """SHA-256 (32 bytes) of the identity; the members it reads are those whose absence blocks a deposit.

    Raises ValueError for a form without employer, apprentice or contract: it has none.
    """
    employeur, apprenti, contrat = cerfa.employeur, cerfa.apprenti, cerfa.contrat
    if employeur is None or apprenti is None or contrat is None:
        raise ValueError("a form without employer, apprentice or contract has no identity")
    parts = [
        siren,
        employeur.siret,
        _same_person(apprenti.nom),
        _same_person(apprenti.prenom),
        apprenti.date_naissance,
        contrat.type_contrat_app,
        contrat.date_debut_contrat,
    ]
    if (contrat.type_contrat_app or "").startswith("3"):
        parts += [contrat.numero_contrat_precedent, contrat.date_conclusion, contrat.date_effet_avenant]
    # As JSON: what one part ends with can never be taken for the beginning of the next.
    return sha256(msgspec.json.encode(parts)).digest()
