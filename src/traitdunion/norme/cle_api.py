"""Shape of an « identifiant API CFA »: a prefix that secret scanners can find, random text, a checksum.

`tdu_prod_` (`test_tdu_` in a test environment), 32 characters of base 62 (190 random bits), 6 characters of checksum.
The checksum lets a mistyped key be refused without asking the server (fiabilite.md §4, « Leak »); it proves nothing of
a key's validity. The pattern to give to secret scanners is `MOTIF`.
"""

import zlib
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ALEA_CARACTERES = 32
SOMME_CARACTERES = 6
MOTIF = r"\b(?:tdu_prod|test_tdu)_[0-9A-Za-z]{38}\b"
_ADMIS = frozenset(ALPHABET)


class Milieu(StrEnum):
    """Where a key is worth something: a key of the sandbox opens nothing in production."""

    PRODUCTION = "prod"
    ESSAI = "essai"


# What a key begins with: its environment is seen at once, by people and by programs.
DEBUTS = {Milieu.PRODUCTION: "tdu_prod_", Milieu.ESSAI: "test_tdu_"}


def compose(alea: str, *, milieu: Milieu) -> str:
    """The key made of 32 random base 62 characters. Raises ValueError when `alea` is not that."""
    if len(alea) != ALEA_CARACTERES or not _ADMIS.issuperset(alea):
        raise ValueError("32 base 62 characters expected")
    debut = DEBUTS[milieu] + alea
    return debut + _checksum(debut)


def milieu_of(cle: str) -> Milieu | None:
    """Where a key is meant for; None when the text is no key: truncated, mistyped, or not of this project."""
    debut, suite = cle[: -(ALEA_CARACTERES + SOMME_CARACTERES)], cle[-(ALEA_CARACTERES + SOMME_CARACTERES) :]
    if len(suite) != ALEA_CARACTERES + SOMME_CARACTERES or not _ADMIS.issuperset(suite):
        return None
    if cle[-SOMME_CARACTERES:] != _checksum(cle[:-SOMME_CARACTERES]):
        return None
    return next((milieu for milieu, le_sien in DEBUTS.items() if debut == le_sien), None)


def is_mistyped(cle: str) -> bool:
    """True when the text is meant as a key of this project and cannot be one; other OPCO have keys of other shapes."""
    return cle.startswith(("tdu_", "test_tdu_")) and milieu_of(cle) is None


def prefixe(cle: str) -> str:
    """What may be shown of a key so that people tell two apart: its prefix and 4 of its 32 random characters."""
    return cle[: -(ALEA_CARACTERES + SOMME_CARACTERES) + 4]


def _checksum(texte: str) -> str:
    reste = zlib.crc32(texte.encode("utf-8", "surrogatepass"))
    chiffres = []
    for _ in range(SOMME_CARACTERES):
        reste, rang = divmod(reste, 62)
        chiffres.append(ALPHABET[rang])
    return "".join(chiffres)
