"""The files of settings and of secrets on the disk: read with tight rights only, written whole or not at all."""

import contextlib
import json
import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from traitdunion.cfa.errors import ProfilInvalide
from traitdunion.cfa.lieux import PREFIXE, config_folder
from traitdunion.cfa.reglages.edition import EditionImpossible

NOM_REGLAGES, NOM_SECRETS = "cfa.toml", "secrets.toml"
TAILLE_MAX_OCTETS = 1024 * 1024


def usual_file(environ: Mapping[str, str]) -> Path:
    """The settings file, whether it exists or not: TRAITDUNION_CFA_CONFIGURATION, else the user's own."""
    designe = environ.get(PREFIXE + "CONFIGURATION")
    return Path(designe) if designe else config_folder(environ) / NOM_REGLAGES


def default_file(environ: Mapping[str, str]) -> Path | None:
    """The settings file if there is one; one that is named must exist."""
    fichier = usual_file(environ)
    return fichier if environ.get(PREFIXE + "CONFIGURATION") or fichier.exists() else None


def read_file(fichier: Path) -> dict[str, Any]:
    """What a TOML (or JSON) file says. Raises ProfilInvalide: missing, unreadable, or open to others."""
    contenu = read_text(fichier)
    try:
        brut = json.loads(contenu) if fichier.suffix == ".json" else tomllib.loads(contenu)
    except ValueError as erreur:  # the parsers' own words quote the text, which holds secrets
        ligne = re.search(r"\bline (\d+)", str(erreur))
        ou = f", ligne {ligne[1]}" if ligne else ""
        raise ProfilInvalide(
            f"Le fichier de configuration {fichier} n'est pas lisible (TOML ou JSON attendu){ou}."
        ) from None
    if not isinstance(brut, dict):
        raise ProfilInvalide(f"Le fichier de configuration {fichier} ne contient pas de réglages.")
    return brut


def read_text(fichier: Path) -> str:
    """The file's text, without the mark that some editors put first. Raises ProfilInvalide."""
    try:
        with fichier.open("rb") as ouvert:
            # Rights of the open file, not of the path: nothing can be swapped in between.
            if os.name == "posix" and stat.S_IMODE(os.fstat(ouvert.fileno()).st_mode) & 0o077:
                raise ProfilInvalide(
                    f"D'autres comptes peuvent lire {fichier}, qui contient des secrets. "
                    f"Retirez-leur ce droit : chmod 600 {fichier}"
                )
            octets = ouvert.read(TAILLE_MAX_OCTETS + 1)
    except OSError as erreur:
        raise ProfilInvalide(f"Le fichier de configuration {fichier} ne s'ouvre pas : {reason(erreur)}.") from None
    if len(octets) > TAILLE_MAX_OCTETS:
        raise ProfilInvalide(f"{fichier} dépasse 1 Mio : ce n'est pas un fichier de réglages.")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfilInvalide(
            f"Le fichier de configuration {fichier} n'est pas lisible : enregistrez-le en UTF-8."
        ) from None


def change_file(fichier: Path, change: Callable[[str], str], *, garder: bool = True) -> None:
    """Rewrite `fichier` as `change` makes its text: whole or not at all, 0600; what it was stays beside it in `.bak`.

    `garder=False`: no copy of what it was (a secret that is taken away must not stay). Raises ProfilInvalide.
    """
    if fichier.suffix == ".json":
        raise ProfilInvalide(f"{fichier} est en JSON : il se modifie à la main. La commande n'écrit que du TOML.")
    cible = fichier.resolve()  # a link stays a link
    avant = read_text(cible) if cible.exists() else ""
    try:
        apres = change(avant)
    except EditionImpossible:
        raise ProfilInvalide(
            f"{fichier} est écrit d'une façon que la commande ne sait pas modifier sans risque : rien n'y est changé. "
            "Modifiez-le à la main."
        ) from None
    try:
        cible.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if garder and cible.exists():
            _replace(cible.with_name(cible.name + ".bak"), avant)
        _replace(cible, apres)
    except OSError as erreur:
        raise ProfilInvalide(
            f"{fichier} ne peut être écrit : {reason(erreur)}. Indiquez un autre fichier par --configuration."
        ) from None


def reason(erreur: OSError) -> str:
    """Why, in French: the system's own words are not."""
    return {
        "FileNotFoundError": "il n'existe pas",
        "PermissionError": "vous n'en avez pas le droit",
        "IsADirectoryError": "c'est un dossier",
        "NotADirectoryError": "un des dossiers de son chemin est un fichier",
    }.get(
        type(erreur).__name__,
        {28: "le disque est plein", 30: "le disque est en lecture seule"}.get(
            erreur.errno or 0, erreur.strerror or "erreur du système"
        ),
    )


def _replace(cible: Path, texte: str) -> None:
    descripteur, provisoire = tempfile.mkstemp(prefix=f".{cible.name}.", dir=cible.parent)  # 0600
    try:
        with os.fdopen(descripteur, "w", encoding="utf-8", newline="") as sortie:
            sortie.write(texte)
            sortie.flush()
            os.fsync(sortie.fileno())
        os.replace(provisoire, cible)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(provisoire)
        raise
    if os.name == "posix":
        dossier = os.open(cible.parent, os.O_RDONLY)
        try:
            os.fsync(dossier)
        finally:
            os.close(dossier)
