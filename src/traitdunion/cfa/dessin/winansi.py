"""What the fonts that every PDF viewer has can write: WinAnsi, all of French and a little more."""

import unicodedata

# Letters that have no accent to lose; the narrow no-break space is one that WinAnsi lacks.
_SANS_DECOMPOSITION = str.maketrans("ŁłĐđıĦħŦŧ\u202f", "LlDdiHhTt\u00a0")


def to_winansi(texte: str) -> str:
    """The text without what WinAnsi lacks: such letters lose their accent, or become « ? »."""
    return "".join(map(_write, unicodedata.normalize("NFC", texte)))


def _write(lettre: str) -> str:
    try:
        lettre.encode("cp1252")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", lettre.translate(_SANS_DECOMPOSITION))
        return plain.encode("cp1252", "ignore").decode("cp1252") or "?"
    return lettre
