"""Static files: Bootstrap from its wheel, our theme, our few lines of JavaScript.

Names carry a digest, so that a browser may keep them for ever.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from bootstrap_wrapper import get_bootstrap_css_dir

CHEMIN = "/statique/"
POUR_TOUJOURS = {"Cache-Control": "public, max-age=31536000, immutable"}
CSS = "text/css; charset=utf-8"
JS = "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Fichier:
    """A static file as it is served."""

    corps: bytes
    type_contenu: str
    entetes: dict[str, str]


def named(base: str, suffixe: str, corps: bytes, type_contenu: str) -> tuple[str, Fichier]:
    """A file under a name that changes with its content."""
    return f"{base}-{sha256(corps).hexdigest()[:12]}.{suffixe}", Fichier(corps, type_contenu, POUR_TOUJOURS)


@cache
def communes() -> dict[str, Fichier]:
    """The style sheets that every page has, in the order in which they apply."""
    bootstrap = (get_bootstrap_css_dir() / "bootstrap.min.css").read_bytes()
    # The map that its last line names is for Bootstrap's own developers, and is not served.
    bootstrap = bootstrap.split(b"/*# sourceMappingURL")[0]
    theme = files("traitdunion.opco.pages").joinpath("statiques/theme.css").read_bytes()
    return dict((named("bootstrap", "css", bootstrap, CSS), named("theme", "css", theme, CSS)))


def fichiers(couleur: str) -> dict[str, Fichier]:
    """Every file of the HTML doors, by name; `couleur` (« #rrggbb ») is the OPCO's own, over those of the theme."""
    dossier = files("traitdunion.opco.pages")
    portail = dossier.joinpath("statiques/portail.css").read_bytes()
    script = dossier.joinpath("statiques/portail.js").read_bytes()
    propre = (
        f":root {{ --accent: {couleur}; --accent-fonce: color-mix(in srgb, {couleur} 80%, black); "
        f"--accent-fond: color-mix(in srgb, {couleur} 10%, white); --bs-link-color: {couleur}; "
        f"--bs-link-color-rgb: {', '.join(str(int(couleur[rang : rang + 2], 16)) for rang in (1, 3, 5))}; }}"
    ).encode()
    return communes() | dict(
        (
            named("portail", "css", portail, CSS),
            named("couleur", "css", propre, CSS),
            named("portail", "js", script, JS),
        )
    )


def addresses(fichiers: dict[str, Fichier], type_contenu: str) -> tuple[str, ...]:
    """The addresses of the files of one type, in order."""
    return tuple(CHEMIN + nom for nom, fichier in fichiers.items() if fichier.type_contenu == type_contenu)
