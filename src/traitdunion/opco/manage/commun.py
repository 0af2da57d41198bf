"""What the commands share: settings, keys, the database, and faults said in French."""

import asyncio
import contextlib
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from traitdunion.opco.acces.cles import Cles
    from traitdunion.opco.acces.raccordement import Raccordement
    from traitdunion.opco.assemblage import Commandes
    from traitdunion.opco.coffre import Coffre
    from traitdunion.opco.comptes.service import Comptes
    from traitdunion.opco.settings import Settings
    from traitdunion.opco.socle.database import Database

Result = TypeVar("Result")

CODE_ECHEC = 1
FICHIER_BASE = "base.url"  # under the data folder: where the embedded database of a running `servir` is reached
JSON = typer.Option("--json", help="Écrit le résultat en JSON, pour un programme.")


def fail(phrase: str) -> NoReturn:
    """Say what went wrong on the error output, and end with code 1."""
    print(phrase, file=sys.stderr)  # noqa: T201 - a command speaks on its terminal
    raise typer.Exit(CODE_ECHEC)


def say(texte: str) -> None:
    """One line of result."""
    print(texte)  # noqa: T201 - a command speaks on its terminal


def tell(texte: str) -> None:
    """One line about what is going on, on the error output: the result alone stands on the standard one."""
    print(texte, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks on its terminal


def show(faits: Any, *, en_json: bool, lignes: list[str]) -> None:
    """Write a result as JSON, or as lines for people."""
    if en_json:
        say(json.dumps(faits, ensure_ascii=False, indent=2, default=_to_text))
        return
    for ligne in lignes:
        say(ligne)


def jour(instant: datetime | date | None) -> str:
    """A day as people write it, Paris time; a dash when there is none."""
    if instant is None:
        return "-"
    if isinstance(instant, datetime):
        from traitdunion.opco.socle.clock import day_of

        instant = day_of(instant)
    return f"{instant:%d/%m/%Y}"


def acteur() -> str:
    """Who acts, as noted in the events."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # no name for this uid, in a container
        return f"cli:{os.getuid()}"


def read_settings(**remplacements: Any) -> "Settings":
    """The settings of the environment, with what the command line says instead."""
    import msgspec

    from traitdunion.opco.settings import ReglageInvalide, Settings

    try:
        settings = Settings.from_env(os.environ)
    except ReglageInvalide as faute:
        fail(str(faute))
    donnes: Mapping[str, Any] = {nom: valeur for nom, valeur in remplacements.items() if valeur is not None}
    return msgspec.structs.replace(settings, **donnes) if donnes else settings


def open_coffre(settings: "Settings") -> "Coffre":
    """The server's keys; drawn on first use, except in production, where they are made on purpose."""
    from traitdunion.opco import coffre

    try:
        if not settings.production:
            with contextlib.suppress(FileExistsError):
                created = coffre.create(settings.secrets_fichier)
                tell(f"Clés créées dans {settings.secrets_fichier} : sauvegardez ce fichier à part de la base.")
                return created
        return coffre.read(settings.secrets_fichier)
    except coffre.CoffreIllisible as faute:
        fail(str(faute))
    except OSError:
        fail(f"{settings.secrets_fichier} ne peut pas être écrit : vérifiez le dossier et ses droits.")


@contextlib.contextmanager
def database_url(settings: "Settings") -> Iterator[str]:
    """The address of the database; the embedded one runs for the time of the block when there is no other."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    deja_la = find_running(settings)
    if deja_la is not None:
        yield deja_la
        return
    from traitdunion.opco.socle import postgres

    try:
        with postgres.running(settings.donnees / "postgres") as url:
            yield url
    except postgres.PostgresError as faute:
        fail(str(faute))


def find_running(settings: "Settings") -> str | None:
    """The address of the embedded database when `servir` runs it already: only one process may."""
    import psycopg

    try:
        url = (settings.donnees / FICHIER_BASE).read_text(encoding="utf-8").strip()
        with psycopg.connect(url, connect_timeout=5):
            return url
    except (OSError, psycopg.Error):  # no file, or left by a server that was killed
        return None


@contextlib.asynccontextmanager
async def open_database(settings: "Settings") -> "AsyncIterator[Database]":
    """A database for one command, its schema brought up to date when it is the embedded one."""
    from traitdunion.opco.socle import migrations
    from traitdunion.opco.socle.database import Database

    with database_url(settings) as url:
        if settings.database_url is None:
            await migrations.migrate(url)
        async with Database.open(url, min_size=1, max_size=2) as database:
            yield database


def run(travail: Callable[["Database"], Awaitable[Result]], *, settings: "Settings | None" = None) -> Result:
    """Run `travail` on the database; what people can mend is said in one French sentence, with code 1."""
    import psycopg
    import psycopg_pool

    from traitdunion.opco.acces.actes import ActeRefuse

    choisis = settings if settings is not None else read_settings()

    async def work() -> Result:
        async with open_database(choisis) as database:
            return await travail(database)

    try:
        return asyncio.run(work())
    except ActeRefuse as refus:
        fail(str(refus))
    except psycopg.errors.UndefinedTable:
        fail("La base n'est pas à jour : lancez « traitdunion opco migrer ».")
    except (psycopg.OperationalError, psycopg_pool.PoolTimeout):
        # The error's own text may hold the address, password included.
        fail("La base de données ne répond pas. Vérifiez TRAITDUNION_DATABASE_URL et que le serveur est démarré.")


def run_raccordement(travail: "Callable[[Raccordement], Awaitable[Result]]") -> Result:
    """Run an act on editors, CFA or accrochages."""
    return _run_commandes(lambda commandes: travail(commandes.raccordement))


def run_cles(travail: "Callable[[Cles], Awaitable[Result]]") -> Result:
    """Run an act on keys."""
    return _run_commandes(lambda commandes: travail(commandes.cles))


def run_comptes(travail: "Callable[[Comptes], Awaitable[Result]]") -> Result:
    """Run an act on accounts; a refusal is said in its own sentence."""
    from traitdunion.opco.comptes.actes import ActeRefuse

    try:
        return _run_commandes(lambda commandes: travail(commandes.comptes))
    except ActeRefuse as refus:
        fail(str(refus))


def _run_commandes(travail: "Callable[[Commandes], Awaitable[Result]]") -> Result:
    settings = read_settings()
    cles = open_coffre(settings)

    async def work(database: "Database") -> Result:
        from traitdunion.opco import assemblage

        async with assemblage.commandes(settings, database=database, cles=cles) as commandes:
            return await travail(commandes)

    return run(work, settings=settings)


def _to_text(valeur: object) -> str:
    if isinstance(valeur, datetime | date):
        return valeur.isoformat()
    raise TypeError(type(valeur).__name__)
