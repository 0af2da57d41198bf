"""Where the CFA's side keeps its files: settings, and the data of each profile (XDG Base Directory)."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

PREFIXE = "TRAITDUNION_CFA_"
_NOM_SUR = re.compile(r"[^A-Za-z0-9_-]+")


def config_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the settings: `$XDG_CONFIG_HOME/traitdunion`, by default `~/.config/traitdunion`."""
    environ = os.environ if environ is None else environ
    racine = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(racine) / "traitdunion"


def data_folder(nom_profil: str, environ: Mapping[str, str] | None = None) -> Path:
    """The folder of one profile's data (outbox, follow-up), made when missing, for its owner only.

    `TRAITDUNION_CFA_DONNEES`, else `$XDG_DATA_HOME/traitdunion/cfa`, by default `~/.local/share/traitdunion/cfa`;
    one folder in it per profile: the keys and numbers of one OPCO mean nothing to another.
    """
    environ = os.environ if environ is None else environ
    designe = environ.get(PREFIXE + "DONNEES")
    habituel = Path(environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")) / "traitdunion" / "cfa"
    dossier = (Path(designe) if designe else habituel) / (_NOM_SUR.sub("_", nom_profil) or "_")
    dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    return dossier
