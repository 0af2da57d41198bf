"""The files that the other parts keep on this machine: outbox and follow-up. What does not exist is not spoken of."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from traitdunion.cfa.diagnostic.modele import Constat, bad, doubtful, good
from traitdunion.cfa.errors import ErreurCfa
from traitdunion.lancement import codes

PLACE_MIN_OCTETS = 200 * 1024 * 1024
JOURS_DE_RETARD = 3
# How many envois are in each state that has some, in words.
Compte = Callable[[Path], Sequence[str]]


def check_boite(
    dossier: Path, *, count: Compte | None = None, is_busy: Callable[[Path], bool] | None = None
) -> Iterator[Constat]:
    """The outbox in `dossier`: its files are sound, there is room, what waits in it, whether a sender runs."""
    sujet = "Boîte d'envoi"
    bases = _databases(dossier)
    if not bases:
        return
    abimees = [base.name for base in bases if not is_sound(base)]
    if abimees:
        yield bad(
            sujet,
            f"{', '.join(abimees)} est abîmé.",
            f"N'y touchez pas, n'envoyez rien : copiez le dossier {dossier} et appelez l'assistance.",
        )
        return
    libre = shutil.disk_usage(dossier).free
    if libre < PLACE_MIN_OCTETS:
        yield doubtful(sujet, f"Il ne reste que {libre // 1024**2} Mio sur ce disque.", "Faites de la place.")
    if count is not None:
        try:
            dit = ", ".join(count(dossier)) or "vide"
        except ErreurCfa as erreur:  # its file is sound, and yet it is not what the outbox wrote
            yield bad(sujet, str(erreur), f"Copiez le dossier {dossier} et appelez l'assistance.")
            return
        yield good(sujet, f"{dossier} : {dit}.")
    else:
        yield good(sujet, f"{dossier} : en bon état.")
    if is_busy is not None and is_busy(dossier):
        yield doubtful(sujet, "Un autre envoi est en cours sur ce poste : celui-ci attendrait son tour.")


def check_suivi(base: Path, maintenant: datetime) -> Iterator[Constat]:
    """The follow-up's database: sound, and how long ago it was brought up to date. `maintenant`: with its zone."""
    sujet = "Suivi"
    if not base.is_file():
        return
    if not is_sound(base):
        yield bad(
            sujet,
            f"{base} est abîmé.",
            "Mettez-le de côté, puis « traitdunion cfa synchroniser » le refait depuis l'OPCO.",
            code=codes.USAGE,
        )
        return
    lu_le = datetime.fromtimestamp(
        max(un.stat().st_mtime for un in base.parent.glob(base.name + "*")), maintenant.tzinfo
    )
    jours = (maintenant - lu_le).days
    phrase = f"À jour du {lu_le:%d/%m/%Y à %H:%M}."
    if jours >= JOURS_DE_RETARD:
        yield doubtful(sujet, f"{phrase} C'était il y a {jours} jours.", "Lancez : traitdunion cfa synchroniser")
    else:
        yield good(sujet, phrase)


def is_sound(base: Path) -> bool:
    """Whether an SQLite file can be read whole; nothing is written, and another process may be writing."""
    try:
        with closing(sqlite3.connect(f"{base.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as lue:
            return bool(lue.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as erreur:
        # Busy is not broken.
        return isinstance(erreur, sqlite3.OperationalError) and "locked" in str(erreur)


def _databases(dossier: Path) -> list[Path]:
    if not dossier.is_dir():
        return []
    return sorted(un for un in dossier.iterdir() if un.is_file() and _is_sqlite(un))


def _is_sqlite(fichier: Path) -> bool:
    if fichier.suffix in (".db", ".sqlite", ".sqlite3"):
        return True
    with fichier.open("rb") as ouvert:
        return ouvert.read(16) == b"SQLite format 3\0"
