"""What nobody foresaw: where its details are written, so that help can be given without showing them to everyone."""

import os
import platform
import secrets
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from traitdunion import __version__

GARDES = 20  # files kept; older ones go
VARIABLE = "TRAITDUNION_DEBUG"


def is_debug() -> bool:
    """Whether the person asked to see the details in place of a sentence."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def incident_folder() -> Path:
    """`$XDG_STATE_HOME/traitdunion/incidents`, by default under `~/.local/state`. Raises RuntimeError without home."""
    racine = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(racine) / "traitdunion" / "incidents"


def record_incident(erreur: BaseException, *, commande: str) -> tuple[str, Path | None]:
    """Write where it broke, for its owner only; gives the reference, and the file if it could be written.

    Kinds of errors and lines of the program, without any value: neither local variables, nor arguments, nor the errors'
    own texts, which may quote a person.
    """
    reference = f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}"
    try:
        dossier = incident_folder()
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        fichier = dossier / f"{reference}.txt"
        with os.fdopen(os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as sortie:
            sortie.write(_describe(erreur, reference, commande))
        _purge(dossier)
    except (OSError, RuntimeError):  # read-only home, none at all: the sentence will do
        return reference, None
    return reference, fichier


def _describe(erreur: BaseException, reference: str, commande: str) -> str:
    lignes = [
        f"référence {reference}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"traitdunion {__version__}, Python {platform.python_version()}, {sys.platform}",
        f"commande : {commande}",
        "",
    ]
    courante: BaseException | None = erreur
    while courante is not None:
        lignes.append(f"{type(courante).__module__}.{type(courante).__qualname__}")
        lignes += (ligne.rstrip("\n") for ligne in traceback.format_tb(courante.__traceback__))
        cause = courante.__cause__ or (None if courante.__suppress_context__ else courante.__context__)
        lignes.append("" if cause is None else "\nà la suite de :")
        courante = cause
    lignes.append(f"Le texte des erreurs n'est pas gardé : il peut citer une personne. {VARIABLE}=1 l'affiche.")
    return "\n".join(lignes) + "\n"


def _purge(dossier: Path) -> None:
    anciens = sorted(dossier.glob("*.txt"), key=lambda un: un.stat().st_mtime)
    for un in anciens[:-GARDES]:
        un.unlink(missing_ok=True)
