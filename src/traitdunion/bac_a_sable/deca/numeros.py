"""The numbers that the State gives (regles.md §3.1). Pure."""

from datetime import date

ORDRE_MAX = 9_999
DEUX_CARACTERES = frozenset({"90", "91", "92", "93", "94", "95"})
OUTRE_MER = frozenset({"971", "972", "973", "974", "976"})


def departement_of(code_postal: str | None) -> str | None:
    """The département as a number begins with it: « 075 », « 02A », « 92 », « 974 »; None where none is known."""
    code = code_postal or ""
    if len(code) != 5 or not (code.isascii() and code.isdigit()) or code.startswith("00"):
        return None
    if code.startswith("20"):
        return "02A" if code < "20200" else "02B"
    if code[:2] in DEUX_CARACTERES:
        return code[:2]
    if code[:2] in ("96", "97", "98", "99"):
        return code[:3] if code[:3] in OUTRE_MER else None
    return f"0{code[:2]}"


def build_numero(departement: str, *, jour: date, ordre: int) -> str:
    """The number of the deposit `ordre` (from 1) of this département in the month of `jour`.

    The two characters before the order are « NC »; past 9 999 deposits, 01, 02… Raises ValueError past the last.
    """
    serie, rang = divmod(ordre - 1, ORDRE_MAX)
    if serie > 99:
        raise ValueError("the month is full")
    bloc = f"{serie:02d}" if serie else "NC"
    return f"{departement}{jour:%Y%m}{bloc}{rang + 1:04d}"
