"""The characters that every bank of the SEPA area takes (EPC217-08): Latin letters, digits, / - ? : ( ) . , ' + space.

Names and remittance texts are brought to them; a reference is not, since the bank must give it back as it was sent.
"""

import re

from text_unidecode import unidecode

REFERENCE_MAX = 35
# What unidecode would spell in a way that no one reads on a bank statement.
_AVANT = str.maketrans({**dict.fromkeys("«»“”„", " "), "€": "EUR", "…": ".", "°": "o", "№": "No"})
_INCONNU = "[?]"  # what unidecode writes for a sign that it does not know
# The signs of ASCII outside the set, as the EPC's table of conversion has them, or the nearest that reads well.
_SIGNES = str.maketrans(
    {
        **dict.fromkeys('!#$%*=@^"', "."),
        **dict(zip("&;_~`\\|", "+,--'//", strict=True)),
        **dict.fromkeys("<[{", "("),
        **dict.fromkeys(">]}", ")"),
    }
)
_HORS_JEU = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
_REFERENCE = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}\Z")


def to_sepa(texte: str, *, longueur: int) -> str:
    """`texte` in the SEPA set, at most `longueur` characters; empty when nothing of it can be written.

    « L'Île-d'Œuvre & Cie » is « L'Ile-d'OEuvre + Cie ». No « / » at either end nor « // »: banks read them as codes.
    """
    latin = _HORS_JEU.sub(" ", unidecode(texte.translate(_AVANT)).replace(_INCONNU, " ").translate(_SIGNES))
    propre = re.sub(r"/[/ ]*/", "/", " ".join(latin.split())).strip("/ ")
    return propre[:longueur].rstrip("/ ")


def is_reference(texte: str) -> bool:
    """Whether a bank gives this reference back untouched: 1 to 35 characters of the set, no stray « / » nor space."""
    return bool(_REFERENCE.match(texte)) and texte.strip("/ ") == texte and "//" not in texte and "  " not in texte
