"""Reading one scalar member: each reader returns the value, or raises `Illisible` with the catalogue entry to quote.

What connectors in production send is read (norme.md §2): numbers as text, text as numbers, days with an offset.
What could be read in two ways is refused: « 16.000 » written as text is sixteen or sixteen thousand.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from unicodedata import is_normalized, normalize

from traitdunion.norme.erreurs import lecture as codes
from traitdunion.norme.erreurs.entree import Entree

NOMBRE_MAX = 10**9
# Digits before the decimal point from which a number is not even looked at: 1e400, 1e999999.
CHIFFRES_MAX = 20
# « 4.2 » is the last line of the pay table; what is longer is no line of it, and the rule says so.
ORDRE_MAX = 255
# The OPCO's numbers are 64-bit integers.
NUMERO_CHIFFRES_MAX = 18
# Outside these years a date is a slip of the hand, and sums of months could leave the calendar.
ANNEES = range(1900, 2200)
# Days read once, from their texts: the forms of one season name the same days again and again.
JOURS_RETENUS = 8_192
JOUR_RETENU_MAX = 40
# A value this near to a cent is that cent: sums made in floating point by a client (norme.md §2).
TOLERANCE_CENT = Decimal("0.000001")
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
VRAI = frozenset({"true", "1", "oui"})
FAUX = frozenset({"false", "0", "non"})
_MINUITS = frozenset({"", "T00:00:00+00:00", "T00:00:00Z", "T00:00:00", "T00:00:00.000Z"})
_NOMBRE = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MILLIERS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")

Reader = Callable[[object], object]


class Illisible(Exception):
    """A member that cannot be read; `valeurs` fill the sentence of `entree`."""

    def __init__(self, entree: Entree, **valeurs: object) -> None:
        self.entree = entree
        self.valeurs = valeurs
        super().__init__(entree.code)


def _type(attendu: str) -> Illisible:
    return Illisible(codes.TYPE_ILLISIBLE, attendu=attendu)


def _no_int() -> Illisible:
    return _type("un nombre entier")


def _no_taux() -> Illisible:
    return _type("un pourcentage, avec deux décimales au plus")


def _no_montant() -> Illisible:
    return Illisible(codes.MONTANT_ILLISIBLE)


def read_text(value: object, maximum: int | None) -> str | None:
    """Text of at most `maximum` characters, trimmed, in Unicode's form NFC; a whole number is its digits; "" is absent.

    One « é » is then one character, whichever of its two encodings was sent: length, content and identity agree.
    """
    if type(value) is not str:
        value = _whole_number(value)
    texte = value.strip()
    if not texte:
        return None
    if not texte.isascii():
        texte = normalize("NFC", texte)
    if maximum is not None and len(texte) > maximum:
        raise Illisible(codes.TEXTE_TROP_LONG, longueur=len(texte), maximum=maximum)
    if "\0" in texte:
        raise Illisible(codes.CARACTERE_INTERDIT)
    return texte


def text_reader(maximum: int) -> Reader:
    """`read_text` for one length; the commonest case first, this being the hottest loop of a deposit."""

    def read(value: object) -> str | None:
        if type(value) is str:
            texte = value.strip()
            if len(texte) <= maximum and "\0" not in texte and (texte.isascii() or is_normalized("NFC", texte)):
                return texte or None
        return read_text(value, maximum)

    return read


def code_reader(maximum: int, normalise: Callable[[str], str]) -> Reader:
    """A code, brought to the form in which it is kept before it is measured: a NIR may come with spaces."""

    def read(value: object) -> str | None:
        # Letters and digits only: nothing to trim, no U+0000, no mark to compose once in ASCII.
        texte = value if type(value) is str and value.isalnum() and value.isascii() else read_text(value, None)
        if texte is None:
            return None
        texte = normalise(texte)
        if len(texte) > maximum:
            raise Illisible(codes.TEXTE_TROP_LONG, longueur=len(texte), maximum=maximum)
        return texte

    return read


def read_numero(value: object) -> str | None:
    """The OPCO's number of an object: its digits, without the zeros put before; "" is absent."""
    texte = read_text(value, None)
    if texte is None:
        return None
    if not (texte.isascii() and texte.isdigit()):
        raise Illisible(codes.NUMERO_ILLISIBLE)
    texte = texte.lstrip("0") or "0"
    if len(texte) > NUMERO_CHIFFRES_MAX:
        raise Illisible(codes.NUMERO_ILLISIBLE)
    return texte


def read_ordre(value: object) -> str | None:
    """A year and period of pay, « 1.1 »; a connector that holds it as a number writes 1.1 (norme.md §2)."""
    if isinstance(value, Decimal) and value.adjusted() == 0 and value == round(value, 1):
        return f"{value:.1f}"
    return read_text(value, ORDRE_MAX)


def read_int(value: object) -> int | None:
    """A whole number, from a number or its text; "" is absent."""
    if type(value) is int:
        nombre = value
    else:
        exact = _read_decimal(value, _no_int)
        if exact is None:
            return None
        if exact != exact.to_integral_value():
            raise _no_int()
        nombre = int(exact)
    if not -NOMBRE_MAX <= nombre <= NOMBRE_MAX:
        raise Illisible(codes.NOMBRE_HORS_LIMITES)
    return nombre


def read_bool(value: object) -> bool | None:
    """true or false; also 1, 0 and, as text, true, false, 1, 0, oui, non whatever the case; "" is absent."""
    if type(value) is bool:
        return value
    if type(value) is int and value in (0, 1):
        return bool(value)
    if type(value) is str:
        mot = value.strip().lower()
        if not mot:
            return None
        if mot in VRAI:
            return True
        if mot in FAUX:
            return False
    raise _type("oui ou non (true ou false)")


def read_day(value: object) -> date | None:
    """A calendar day, from AAAA-MM-JJ or ISO 8601: the time and the offset are read, checked and dropped."""
    if type(value) is not str:
        raise Illisible(codes.DATE_ILLISIBLE)
    # Longer texts are not kept: they may be as long as a body.
    return _parse_day(value) if len(value) <= JOUR_RETENU_MAX else _parse_day.__wrapped__(value)


@lru_cache(maxsize=JOURS_RETENUS)
def _parse_day(value: str) -> date | None:
    texte = value.strip()
    if not texte:
        return None
    jour = texte[:10]
    try:
        if texte[10:] not in _MINUITS:
            datetime.fromisoformat(texte)
        # Other forms of ISO 8601 (weeks, no hyphens) are not the norm's.
        if len(jour) != 10 or jour[4] != "-" or jour[7] != "-":
            raise Illisible(codes.DATE_ILLISIBLE)
        lu = date.fromisoformat(jour)
    except ValueError:
        raise Illisible(codes.DATE_ILLISIBLE) from None
    if lu.year not in ANNEES:
        raise Illisible(codes.DATE_HORS_LIMITES, premiere=ANNEES[0], derniere=ANNEES[-1])
    return lu


def read_montant(value: object) -> Decimal | None:
    """Euros, exact, as a Decimal with two decimals; a third decimal that is not noise is refused."""
    exact = _read_decimal(value, _no_montant)
    return None if exact is None else _to_cents(exact, _no_montant)


def read_taux(value: object) -> Decimal | None:
    """A percentage as printed (27 is 27 %), two decimals at most, without useless zeros."""
    if type(value) is int and -NOMBRE_MAX <= value <= NOMBRE_MAX:
        return Decimal(value)
    exact = _read_decimal(value, _no_taux)
    if exact is None:
        return None
    centiemes = _to_cents(exact, _no_taux)
    # normalize() alone would write 100 as 1E+2.
    return centiemes.normalize() if centiemes % 1 else Decimal(int(centiemes))


def _to_cents(exact: Decimal, illisible: Callable[[], Illisible]) -> Decimal:
    if not -NOMBRE_MAX <= exact <= NOMBRE_MAX:
        raise illisible()
    cents = exact.quantize(CENT)
    if exact != cents and abs(exact - cents) > TOLERANCE_CENT:
        raise illisible()
    return cents or ZERO  # a negative zero is a zero


def _read_decimal(value: object, illisible: Callable[[], Illisible]) -> Decimal | None:
    if type(value) is int:
        if not -(10**CHIFFRES_MAX) < value < 10**CHIFFRES_MAX:
            raise illisible()
        return Decimal(value)
    if type(value) is str:
        texte = value.strip()
        if not texte:
            return None
        if _NOMBRE.fullmatch(texte) is None or _MILLIERS.fullmatch(texte) is not None:
            raise illisible()
        value = Decimal(texte.replace(",", "."))
    # Exponents such as 1e400 would make the arithmetic that follows raise, or fill the memory.
    if not isinstance(value, Decimal) or value.adjusted() > CHIFFRES_MAX:
        raise illisible()
    return value


def _whole_number(value: object) -> str:
    """The digits of a whole number where text is due."""
    if type(value) is int:
        if not -(10**CHIFFRES_MAX) < value < 10**CHIFFRES_MAX:
            raise Illisible(codes.NOMBRE_HORS_LIMITES)
        return str(value)
    if isinstance(value, Decimal):
        if value.adjusted() > CHIFFRES_MAX:
            raise Illisible(codes.NOMBRE_HORS_LIMITES)
        if value == value.to_integral_value():
            return str(int(value))
    raise _type("un texte")
