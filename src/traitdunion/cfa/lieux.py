"""Where the CFA's side keeps its files: settings, and the data of each profile (XDG Base Directory)."""

import os
import re
from collections.abc import Mapping
from errno import EACCES, ENOSPC, ENOTDIR, EROFS
from hashlib import sha256
from pathlib import Path

from traitdunion.cfa.errors import ProfilInvalide

PREFIXE = "TRAITDUNION_CFA_"
BOITE = "boite"  # in a profile's data: the folder of its outbox
_REFUS = {
    EACCES: "vous n'en avez pas le droit",
    EROFS: "le disque est en lecture seule",
    ENOSPC: "le disque est plein",
    ENOTDIR: "un des dossiers du chemin est un fichier",
}
NOM_MAX = 40
# Capitals too are changed: some systems do not tell « AFDAS » from « afdas ».
_NOM_SUR, _AUTRE = re.compile(rf"[a-z0-9_-]{{1,{NOM_MAX}}}"), re.compile(r"[^a-z0-9_-]+")


def config_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the settings: `$XDG_CONFIG_HOME/traitdunion`, by default `~/.config/traitdunion`."""
    environ = os.environ if environ is None else environ
    designe = environ.get("XDG_CONFIG_HOME")
    return (Path(designe) if designe else _home("XDG_CONFIG_HOME") / ".config") / "traitdunion"


def data_folder(nom_profil: str, environ: Mapping[str, str] | None = None) -> Path:
    """The folder of one profile's data (outbox, follow-up), made when missing, for its owner only.

    `TRAITDUNION_CFA_DONNEES`, else `$XDG_DATA_HOME/traitdunion/cfa`, by default `~/.local/share/traitdunion/cfa`;
    one folder in it per profile: the keys and numbers of one OPCO mean nothing to another. Raises ProfilInvalide when
    it cannot be made.
    """
    environ = os.environ if environ is None else environ
    dossier = data_root(environ) / folder_name(nom_profil)
    try:
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as erreur:
        raise ProfilInvalide(
            f"Le dossier des données {dossier} ne peut être créé ({_REFUS.get(erreur.errno or 0, erreur.strerror)}). "
            f"Indiquez un dossier où vous pouvez écrire par la variable {PREFIXE}DONNEES."
        ) from None
    return dossier


def folder_name(nom_profil: str) -> str:
    """The name of a profile's folder: its own when every system can write it, else one that no other profile has.

    Two profiles in one folder would share an outbox: what is meant for one OPCO would go to the other.
    """
    if _NOM_SUR.fullmatch(nom_profil):
        return nom_profil
    return f"{_AUTRE.sub('_', nom_profil)[:NOM_MAX]}-{sha256(nom_profil.encode()).hexdigest()[:12]}"


def data_root(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the data of all profiles, whether it exists or not."""
    environ = os.environ if environ is None else environ
    if designe := environ.get(PREFIXE + "DONNEES"):
        return Path(designe)
    xdg = environ.get("XDG_DATA_HOME")
    return (Path(xdg) if xdg else _home(PREFIXE + "DONNEES") / ".local" / "share") / "traitdunion" / "cfa"


def _home(variable: str) -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise ProfilInvalide(
            "Le dossier personnel de ce compte n'est pas connu (variable HOME absente). "
            f"Indiquez où sont les fichiers par la variable {variable}."
        ) from None
