"""`traitdunion cfa diagnostic`: what is wrong, and what to do about it."""

import os
import sys
from datetime import datetime
from typing import Annotated

import typer

from traitdunion.cfa.diagnostic.modele import Niveau, exit_code
from traitdunion.cfa.terminal import affichage, options
from traitdunion.cfa.terminal.outcome import CODES, OK, outcome

app = typer.Typer()
SansReseau = Annotated[bool, typer.Option("--sans-reseau", help="Ne rien demander au serveur de l'OPCO.")]


@app.command(epilog=CODES)
def diagnostic(
    ctx: typer.Context,
    *,
    profil: options.NomProfil = None,
    configuration: options.Configuration = None,
    sans_reseau: SansReseau = False,
    en_json: options.EnJson = False,
) -> None:
    """Dire ce qui ne va pas, et que faire : réglages, connexion, clé, accrochage.

    Rien n'est envoyé ni modifié ; aucun secret n'est affiché. Exemple : traitdunion cfa diagnostic --profil afdas
    """
    from traitdunion.cfa.diagnostic.bilan import diagnose
    from traitdunion.cfa.terminal.constats import plain_constats, show_constats

    with outcome(en_json=en_json):
        constats = diagnose(
            configuration,
            profil,
            environ=os.environ,
            sortie=sys.stdout,
            maintenant=datetime.now().astimezone(),
            sans_reseau=sans_reseau,
            transport=ctx.obj,
        )
        vus = list(constats) if en_json else show_constats(constats)
        code = exit_code(vus)
        if en_json:
            affichage.print_json({"code": code, "constats": plain_constats(vus)})
        else:
            affichage.say(_conclude([un.niveau for un in vus]), "green" if code == OK else "bold red")
    raise typer.Exit(code)


def _conclude(niveaux: list[Niveau]) -> str:
    mauvais, douteux = niveaux.count(Niveau.MAUVAIS), niveaux.count(Niveau.ATTENTION)
    if mauvais:
        return f"{mauvais} point(s) à corriger, marqués ✗ ; commencez par le premier."
    return f"Tout va bien ; {douteux} remarque(s)." if douteux else "Tout va bien."
