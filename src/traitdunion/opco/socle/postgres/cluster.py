"""Making, starting, probing and stopping the private cluster."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from traitdunion.opco.socle.postgres.account import Account, PostgresError, binaries, choose
from traitdunion.opco.socle.postgres.occupation import clear_stale, reserved

UTILISATEUR = "traitdunion"
DELAI_DEMARRAGE_SECONDES = 60
DELAI_ARRET_SECONDES = 20
DELAI_VOISIN_SECONDES = 5  # another command on the same folder may be ending
PRISE_CARACTERES_MAX = 90  # sockaddr_un holds 107, of which PostgreSQL takes some for the name of its socket
PR_SET_PDEATHSIG = 1  # prctl(2)
OPTIONS = (
    # What is acknowledged must survive, also when someone only tries the product.
    *("fsync=on", "synchronous_commit=on", "full_page_writes=on"),
    *("max_connections=100", "shared_buffers=128MB", "timezone=UTC"),
    # An error goes to its client. In the server's own log it would quote rows: « Failing row contains (…) ».
    *("log_min_messages=fatal", "log_error_verbosity=terse", "log_min_error_statement=panic"),
)


@contextlib.contextmanager
def running(dossier: Path, *, reglages: Sequence[str] = ()) -> Iterator[str]:
    """Run the cluster kept in `dossier` (made if absent) for the time of the block; yields its URL.

    `reglages`: settings of the server over ours, such as « shared_buffers=1GB ».

    It listens on a unix socket only, and ends with this process, even if this process is killed; since Linux ties a
    child to the thread that started it, call this from a thread that stays (the main one). Raises PostgresError.
    """
    dossier = dossier.absolute()
    account = choose()
    with _explained(dossier):
        account.make_parents(dossier)
    if not account.may_enter(dossier):
        raise PostgresError(
            f"Le compte sans privilège qui fait tourner PostgreSQL ne peut pas entrer dans {dossier} : choisissez un "
            "dossier accessible (TRAITDUNION_DONNEES), ou donnez votre propre base (TRAITDUNION_DATABASE_URL)."
        )
    outils = binaries(account)
    with reserved(dossier, delai_secondes=DELAI_VOISIN_SECONDES):
        with _explained(dossier):
            if not (dossier / "PG_VERSION").exists():
                _create(dossier, outils, account)
            clear_stale(dossier, delai_secondes=DELAI_ARRET_SECONDES)
        with _socket_folder(dossier, account) as prise:
            serveur = _start(dossier, outils, account, prise, reglages)
            try:
                yield f"postgresql://{UTILISATEUR}@/postgres?host={quote(str(prise), safe='')}"
            finally:
                _stop(serveur)


@contextlib.contextmanager
def _explained(dossier: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise PostgresError(f"La base ne peut pas être créée dans {dossier} : {erreur.strerror}.") from erreur


@contextlib.contextmanager
def _socket_folder(dossier: Path, account: Account) -> Iterator[Path]:
    """The data folder itself, closed to others and never left behind; a temporary one if its path is too long."""
    if len(os.fsencode(dossier)) <= PRISE_CARACTERES_MAX:
        yield dossier
        return
    prise = Path(tempfile.mkdtemp(prefix="tu-pg-", dir="/tmp"))
    try:
        account.own(prise)
        yield prise
    finally:
        shutil.rmtree(prise, ignore_errors=True)


def _create(dossier: Path, outils: Path, account: Account) -> None:
    """initdb into a folder beside, then rename: a half-made cluster is never taken for a whole one."""
    provisoire = Path(tempfile.mkdtemp(prefix=f".{dossier.name}-", dir=dossier.parent))
    commande = [
        *(str(outils / "initdb"), "-D", str(provisoire / "data"), "-U", UTILISATEUR, "--auth=trust", "-E", "UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"),
    ]
    try:
        account.own(provisoire)
        fait = subprocess.run(commande, capture_output=True, text=True, **account.popen)
        if fait.returncode != 0:
            raise PostgresError(f"initdb a échoué : {fait.stderr.strip()[-500:]}")
        (provisoire / "data").rename(dossier)
        _sync(dossier.parent)
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)


def _start(
    dossier: Path, outils: Path, account: Account, prise: Path, reglages: Sequence[str]
) -> "subprocess.Popen[bytes]":
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def die_with_parent() -> None:
        # After the change of account, which would clear it. SIGINT: a fast, clean shutdown.
        prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    commande = [str(outils / "postgres"), "-D", str(dossier), "-k", str(prise), "-c", "listen_addresses="]
    for option in (*OPTIONS, *reglages):
        commande += ["-c", option]
    with tempfile.TemporaryFile() as journal:
        serveur = subprocess.Popen(
            commande,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us first: we stop it once nobody needs it
            preexec_fn=die_with_parent,
            **account.popen,
        )
        try:
            pret = _wait_until_ready(serveur, [str(outils / "pg_isready"), "-q", "-h", str(prise), "-d", "postgres"])
        except BaseException:
            _stop(serveur)
            raise
        if not pret:
            _stop(serveur)
            journal.seek(0)
            raise PostgresError(f"PostgreSQL n'a pas démarré : {journal.read().decode(errors='replace')[-500:]}")
    return serveur


def _wait_until_ready(serveur: "subprocess.Popen[bytes]", sonde: list[str]) -> bool:
    limite = time.monotonic() + DELAI_DEMARRAGE_SECONDES
    while subprocess.run(sonde).returncode != 0:
        if serveur.poll() is not None or time.monotonic() > limite:
            return False
        time.sleep(0.03)
    return True


def _stop(serveur: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown, then immediate, then kill; always waited for, so that no zombie keeps the folder."""
    for numero in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if serveur.poll() is not None:
            return
        serveur.send_signal(numero)
        with contextlib.suppress(subprocess.TimeoutExpired):
            serveur.wait(DELAI_ARRET_SECONDES)


def _sync(dossier: Path) -> None:
    descripteur = os.open(dossier, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
