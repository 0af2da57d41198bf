"""The mention of the VAT exemption in the text of a facture (CGI, art. 261, 4, 4° a; ann. II, art. 242 nonies A).

Read by PDFium, in the child, once the verdict has been given: a file that brings PDFium down is refused by nobody.
"""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from traitdunion.opco.pieces.gate import rlimits
from traitdunion.opco.pieces.gate.model import Limites, Mention

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

# A page with fewer letters and digits than this is an image: what it says is not known.
_SIGNES_MIN = 20
_CESURE = re.compile(r"[-\u00ad\u2010\u2011\u0002\ufffe][ \t]*[\r\n]+")
_TIRETS = re.compile(r"[\u00ad\u2010-\u2015\u2212\u0002\ufffe]")
_BLANCS = re.compile(r"\s+")
# On a text without accent, capital or space: extraction adds and loses spaces.
_MENTIONS = re.compile(
    r"261[-,.;/]4[-,.;/]4|261[-,.;/]?4°[-,.;/]?4|26144°"  # 261-4-4, 261, 4, 4°, 261 4° 4; not an amount of 261,44
    r"|art(?:icles?|\.)?(?:n[°o])?261(?![0-9])|cgi261-4"
    r"|(?:exoner|exempt|dispens)[a-z()]{0,12}?(?:de|du)?(?:la)?(?:t\.?v\.?a|taxesurlavaleurajoutee)"
    r"|(?:t\.?v\.?a\.?|taxesurlavaleurajoutee):?(?:non|in)(?:applicable|due|exigible)"
    r"|(?:t\.?v\.?a\.?|taxesurlavaleurajoutee):?(?:exoner|exempt)"
    r"|(?:non|pas)(?:soumis|assujetti|passible)[a-z()]{0,4}?(?:a|de)?(?:la)?(?:t\.?v\.?a|taxesurlavaleurajoutee)"
)


def holds_mention(texte: str) -> bool:
    """Whether the text of a page or of a facture says, in one of the usual ways, that no VAT is due."""
    return any(_MENTIONS.search(_fold(lu)) for lu in (texte, _CESURE.sub("", texte)))


def find_mention(path: Path, *, limites: Limites) -> Mention:
    """The mention in the PDF at `path`, within the limits of text. Raises what PDFium's binding raises; may not return.

    Searched on all the pages read together: a sentence may run over two of them.
    """
    # Here only: most files of a child are no factures.
    import pypdfium2

    rlimits.set_cpu_from_now(limites.texte_cpu_secondes)
    with rlimits.memory_at_most(limites.memoire_pdf_octets), pypdfium2.PdfDocument(path) as document:
        entier, reste, morceaux = len(document) <= limites.texte_pages, limites.texte_caracteres, []
        for rang in range(min(len(document), limites.texte_pages)):
            texte, lu_en_entier = _read_page(document[rang], reste)
            entier &= lu_en_entier
            reste -= len(texte)
            morceaux.append(texte)
    if holds_mention("\n".join(morceaux)):
        return Mention.PRESENTE
    return Mention.ABSENTE if entier else Mention.INCONNUE


def _read_page(page: "PdfPage", maximum: int) -> tuple[str, bool]:
    """The text of a page, and whether it is all that the page says."""
    lecture = page.get_textpage()
    nombre = lecture.count_chars()
    if maximum <= 0 or nombre <= 0:
        return "", False
    texte = lecture.get_text_range(0, min(nombre, maximum))
    return texte, nombre <= maximum and sum(signe.isalnum() for signe in texte) >= _SIGNES_MIN


def _fold(texte: str) -> str:
    """Without accent, capital nor space, every dash a hyphen."""
    # « º » would become an « o »: the ordinal is kept apart, as ° is.
    decompose = unicodedata.normalize("NFKD", _TIRETS.sub("-", texte.replace("º", "°")))
    sans_accent = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return _BLANCS.sub("", sans_accent.casefold())
