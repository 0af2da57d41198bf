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


@app.command("deca")
def deca(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port d'écoute, sur 127.0.0.1.")] = 8002,
    dossier: Annotated[Path, typer.Option(help="Dossier de ce qu'il retient, à lui seul.")] = Path("deca"),
    comportement: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NOM[:N]",
            help="Ce qui va mal, à chaque dépôt ou aux N premiers : refus, lent, tardif, mort, muet, double, erreur, "
            "malforme, autre, illisible. Option répétable.",
        ),
    ] = None,
    lenteur: Annotated[float, typer.Option(min=0, help="Secondes d'attente de « lent » et « tardif ».")] = 20.0,
    idempotent: Annotated[
        bool, typer.Option("--idempotent/--sans-idempotence", help="Une référence, un seul dépôt, ou non.")
    ] = True,
) -> None:
    """Joue le dépôt DECA du ministère : donne des numéros, refuse, tarde, meurt. Secret : TRAITDUNION_DECA_SECRET."""
    from traitdunion.bac_a_sable.deca.comportements import read_configuration
    from traitdunion.bac_a_sable.deca.pair import Reglages
    from traitdunion.bac_a_sable.deca.serveur import serve_until_stopped

    if os.environ.get(ENVIRONNEMENT) == "production":
        typer.echo("Ce dépôt DECA est un essai : il ne se lance pas en production.", err=True)
        raise typer.Exit(1)
    try:
        configuration = read_configuration(comportement or ())
    except ValueError:
        raise typer.BadParameter("comportement inconnu", param_hint="--comportement") from None
    reglages = Reglages(
        dossier=dossier,
        secret=os.environ.get("TRAITDUNION_DECA_SECRET", ""),
        idempotent=idempotent,
        lenteur=lenteur,
        configuration=configuration,
    )
    try:
        serve_until_stopped("127.0.0.1", port, reglages, tell=typer.echo)
    except OSError:
        typer.echo(f"Le port {port} n'est pas libre, ou le dossier {dossier} ne s'écrit pas.", err=True)
        raise typer.Exit(1) from None
