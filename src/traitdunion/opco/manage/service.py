"""`servir` and `travailleur`: the processes that run for as long as the server does."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from traitdunion.opco.manage import commun

if TYPE_CHECKING:
    from traitdunion.opco.settings import Settings

APPLICATION = "traitdunion.opco.asgi:application"
TRAVAILLEUR = "traitdunion.opco.worker"


def servir(
    port: Annotated[int | None, typer.Option(help="Port d'écoute.")] = None,
    adresse: Annotated[str | None, typer.Option(help="Adresse d'écoute ; 127.0.0.1 par défaut.")] = None,
    processus: Annotated[int | None, typer.Option(help="Nombre de processus.")] = None,
    delai_retrait: Annotated[
        float | None, typer.Option(help="À l'arrêt, secondes entre /readyz à 503 et la fin du service.")
    ] = None,
    donnees: Annotated[Path | None, typer.Option(help="Dossier des données locales.")] = None,
) -> None:
    """Sert l'API jusqu'à SIGTERM ou Ctrl-C. Sans TRAITDUNION_DATABASE_URL, démarre la base embarquée."""
    import asyncio
    import signal
    import tempfile

    import msgspec
    import psycopg

    from traitdunion.opco.manage.superviseur import Superviseur
    from traitdunion.opco.socle import migrations

    # Until the supervisor listens, a signal still has to stop the embedded database behind it.
    for nom in (signal.SIGTERM, signal.SIGINT):
        signal.signal(nom, _stop)
    settings = commun.read_settings(
        port=port, adresse=adresse, processus=processus, delai_retrait=delai_retrait, donnees=donnees
    )
    commun.open_coffre(settings)
    _check_port(settings)
    embarquee = settings.database_url is None
    with (
        tempfile.TemporaryDirectory(prefix="traitdunion-") as dossier,
        commun.database_url(settings) as url,
        _announced(settings.donnees / commun.FICHIER_BASE, url if embarquee else None),
    ):
        try:
            asyncio.run(migrations.migrate(url) if embarquee else migrations.check(url))
        except migrations.SchemaEnRetard as retard:
            commun.fail(str(retard))
        except psycopg.OperationalError:
            commun.fail("La base de données ne répond pas. Vérifiez TRAITDUNION_DATABASE_URL.")
        retrait = settings.retrait or Path(dossier) / "retrait"
        servis = msgspec.structs.replace(settings, database_url=url, retrait=retrait)
        os.environ.update(servis.to_env())
        # Where the workers put their metrics together; before any of them loads prometheus-client, which reads it then.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(dir=dossier)
        commun.tell(
            f"Trait d'union écoute sur http://{servis.adresse}:{servis.port} ({servis.processus} processus). "
            "Ctrl-C pour arrêter."
        )
        Superviseur(
            APPLICATION,
            adresse=servis.adresse,
            port=servis.port,
            processus=servis.processus,
            retrait=retrait,
            delai_retrait=servis.delai_retrait,
            delai_arret=servis.delai_arret,
            on_retrait=lambda: commun.tell(f"Retrait du service, arrêt dans {servis.delai_retrait:g} s."),
        ).serve_until_stopped()
    commun.tell("Service arrêté.")


def travailleur() -> None:
    """Traite les travaux de fond : antivirus, ménage des jetons."""
    settings = commun.read_settings()
    if settings.database_url is None:
        url = commun.find_running(settings)
        if url is None:
            commun.fail("La base embarquée ne tourne pas : lancez d'abord « traitdunion opco servir ».")
        os.environ["TRAITDUNION_DATABASE_URL"] = url
    # Another process image, not a child: signals and exit code are the worker's own.
    os.execv(sys.executable, [sys.executable, "-m", TRAVAILLEUR])  # noqa: S606 - fixed arguments


def _stop(_numero: int, _cadre: FrameType | None) -> None:
    raise SystemExit(0)


@contextlib.contextmanager
def _announced(fichier: Path, url: str | None) -> Iterator[None]:
    """Leave the address of the embedded database to the other commands for the time of the block."""
    if url is None:
        yield
        return
    fichier.write_text(url, encoding="utf-8")
    try:
        yield
    finally:
        fichier.unlink(missing_ok=True)


def _check_port(settings: "Settings") -> None:
    """Workers share the port (SO_REUSEPORT): a second server would steal half of the calls without a word."""
    famille = socket.AF_INET6 if ":" in settings.adresse else socket.AF_INET
    with socket.socket(famille, socket.SOCK_STREAM) as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((settings.adresse, settings.port))
        except OSError as erreur:
            if erreur.errno == errno.EADDRINUSE:
                commun.fail(f"Le port {settings.port} de {settings.adresse} est déjà pris par un autre serveur.")
            commun.fail(f"L'écoute sur {settings.adresse}, port {settings.port}, n'est pas permise ou pas possible.")
