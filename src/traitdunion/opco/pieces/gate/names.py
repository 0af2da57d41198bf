"""Names of deposited files: metadata only, made harmless when stored and again when served (fiabilite.md row 28)."""

import re
import unicodedata
from urllib.parse import quote

_SANS_NOM = "fichier"
_LONGUEUR_MAX_OCTETS = 200  # in UTF-8; file systems stop at 255, and « (1) » must still fit
_EXTENSION_MAX_OCTETS = 16
_EXTENSIONS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg", ".jpe"), "image/png": (".png",)}
# Not letters nor marks: controls, invisible and direction-changing characters, line separators, private, unassigned.
_CATEGORIES_RETIREES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INTERDITS_SOUS_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_RESERVES_SOUS_WINDOWS = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_HORS_ASCII = re.compile(r"[^A-Za-z0-9 !#$&'()+,.;=@\[\]^_`{}~-]")  # also %, which some readers decode (RFC 6266 D)


def safe_name(nom: str) -> str:
    """The name that is stored and shown: the last component of a path, NFC, without what deceives or breaks.

    Never empty, never more than 200 bytes of UTF-8, the extension kept; safe to save under Windows too. Letters of any
    script stay, so a homoglyph stays: nothing is ever decided on a name.
    """
    base = re.split(r"[/\\]", nom)[-1]
    kept = "".join(
        " " if unicodedata.category(character) == "Zs" else character
        for character in unicodedata.normalize("NFC", base)
        if unicodedata.category(character) not in _CATEGORIES_RETIREES
    )
    kept = kept.translate(_INTERDITS_SOUS_WINDOWS).strip(" .")
    kept = _shorten(kept) or _SANS_NOM
    return f"_{kept}" if _RESERVES_SOUS_WINDOWS.fullmatch(kept.split(".")[0].rstrip()) else kept


def named_after(nom: str, type_contenu: str) -> str:
    """A harmless name with the extension of what the file really is: « convention.hta » holds a PDF, and says so."""
    name = safe_name(nom)
    extensions = _EXTENSIONS[type_contenu]
    return name if name.lower().endswith(extensions) else safe_name(name + extensions[0])


def content_disposition(nom: str) -> str:
    """The header value that makes a browser save the file under this name (RFC 6266, RFC 8187), always `attachment`."""
    name = safe_name(nom)
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    fallback = _HORS_ASCII.sub("_", plain)
    value = f'attachment; filename="{fallback}"'
    if fallback != name:
        value += f"; filename*=UTF-8''{quote(name, safe='')}"
    return value


def _shorten(name: str) -> str:
    """At most the permitted bytes, cut between two characters and before the extension."""
    if len(name.encode()) <= _LONGUEUR_MAX_OCTETS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _EXTENSION_MAX_OCTETS:
        stem, dot, extension = name, "", ""
    room = _LONGUEUR_MAX_OCTETS - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + extension
