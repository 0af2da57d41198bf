"""Streams that never fail on a character: an old terminal shows « e » for « é » rather than an error."""

import codecs
import contextlib
import io
import os
import sys
import tempfile
import unicodedata
from collections.abc import Iterator

LISIBLE = "traitdunion.lisible"
PANIQUE = b"panicked at"  # in the report of any panic of Rust
# What decomposition does not bring to ASCII, in what people would type.
_A_LA_MAIN = str.maketrans(
    {
        "€": "EUR",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "’": "'",
        "…": "...",
        "–": "-",
        "—": "-",
        "•": "-",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "→": "->",
        "≤": "<=",
        "≥": ">=",
        "✓": "v",
        "✗": "x",
        "·": "-",
        "°": "o",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)


def to_ascii(texte: str) -> str:
    """The same text as an old terminal can show it; what has no equivalent is « ? »."""
    decompose = unicodedata.normalize("NFKD", texte.translate(_A_LA_MAIN))
    sans_accent = (lettre for lettre in decompose if not unicodedata.combining(lettre))
    return "".join(lettre if lettre.isascii() else "?" for lettre in sans_accent)


def _readable(erreur: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(erreur, UnicodeEncodeError):
        raise erreur
    return to_ascii(erreur.object[erreur.start : erreur.end]), erreur.end


codecs.register_error(LISIBLE, _readable)


def make_streams_safe() -> None:
    """From now on, what the output's encoding lacks is replaced by what looks like it."""
    for flux in (sys.stdout, sys.stderr):
        if isinstance(flux, io.TextIOWrapper):
            flux.reconfigure(errors=LISIBLE)


def drop_output() -> None:
    """Nobody reads the output any more: what remains to be written goes nowhere, without a word."""
    nulle_part = os.open(os.devnull, os.O_WRONLY)
    for flux in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a stream without descriptor, in tests
            flux.flush()
            continue
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nulle_part, flux.fileno())
    os.close(nulle_part)


@contextlib.contextmanager
def mute_panics() -> Iterator[None]:
    """Keep off the screen what a library in Rust reports of its own panic: the caller tells it in French.

    The error output is held while the block runs, then shown, unless it holds such a report. For the program only: all
    the threads of a process share that output.
    """
    try:
        descripteur = sys.stderr.fileno()
        vrai = os.dup(descripteur)
    except (OSError, ValueError):  # a stream without descriptor, in tests
        yield
        return
    sys.stderr.flush()
    with os.fdopen(vrai, "wb") as ecran, tempfile.TemporaryFile() as tenu:
        os.dup2(tenu.fileno(), descripteur)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(vrai, descripteur)
            tenu.seek(0)
            dit = tenu.read()
            if PANIQUE not in dit:
                ecran.write(dit)
