"""`traitdunion bac-a-sable …`: the test environment, the same server run apart."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="bac-a-sable",
    help="Environnement d'essai : le même serveur, sur sa base, avec ses propres secrets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
ENVIRONNEMENT = "TRAITDUNION_ENVIRONNEMENT"


@app.callback()
def root() -> None:
    """Environnement d'essai : le même serveur, sur sa base, avec ses propres secrets."""


@app.command("servir")
def servir(
    port: Annotated[int, typer.Option(help="Port d'écoute.")] = 8001,
    donnees: Annotated[Path, typer.Option(help="Dossier de ses données, à lui seul.")] = Path("bac-a-sable"),
    processus: Annotated[int | None, typer.Option(help="Nombre de processus.")] = None,
) -> None:
    """Sert l'environnement d'essai ; clés et secrets y commencent par « test_ », refusés en production."""
    from traitdunion.opco.manage import commun, service

    if os.environ.get(ENVIRONNEMENT, "bac_a_sable") != "bac_a_sable":
        commun.fail(f"{ENVIRONNEMENT} désigne un autre environnement : le bac à sable se sert à part.")
    os.environ[ENVIRONNEMENT] = "bac_a_sable"
    service.servir(port=port, donnees=donnees, processus=processus)
